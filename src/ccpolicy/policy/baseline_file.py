"""The file of a baseline: read as strictly as a policy, written a line for each entry."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

from pydantic import ValidationError

from ccpolicy.assessment.models import BaselineEntry
from ccpolicy.errors import PolicyError, PolicyErrors
from ccpolicy.files.model_errors import explain
from ccpolicy.files.policy_files import PolicyFiles
from ccpolicy.files.yaml_document import parse_yaml
from ccpolicy.policy.base_model import Id, PolicyModel
from ccpolicy.texts import Line


class BaselineLine(PolicyModel):
    """A lapse that was known when the baseline was written."""

    control: Id
    subject: Line
    """Its name exactly as JSON and CSV give it, not its label."""
    starts: Line
    """When it began: a later lapse of the same subject is a new one."""


class Baseline(PolicyModel):
    """Known lapses that let the gate pass until they are cured."""

    lapses: list[BaselineLine]


def read_baseline(tree: PolicyFiles, name: str) -> list[BaselineEntry]:
    """Read the entries of a baseline.

    Raises:
        PolicyError: the file is not there, or is no baseline.
    """
    source = parse_yaml(tree.read(name), tree.place(name), PolicyError)
    try:
        found = Baseline.model_validate(source.value)
    except ValidationError as failure:
        raise PolicyErrors(explain(failure, source, Baseline)) from failure
    entries = [BaselineEntry(**dict(each)) for each in found.lapses]
    for index, entry in enumerate(entries):
        if not _is_instant(entry.starts):
            raise PolicyError(
                "'{text}' is not a time with its offset from UTC",
                hint="write it as --write-baseline does",
                text=entry.starts,
                locator=source.locate(("lapses", index, "starts")),
            )
        if entry in entries[:index]:
            raise PolicyError(
                "the baseline lists this lapse twice", locator=source.locate(("lapses", index))
            )
    return entries


def _is_instant(text: str) -> bool:
    try:
        return datetime.datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def baseline_text(entries: list[BaselineEntry]) -> str:
    """Write a baseline; texts are quoted as JSON, which YAML reads alike."""
    lines = ["# Known lapses that let the gate pass until they are cured. This list only shrinks."]
    lines += ["lapses:"] if entries else ["lapses: []"]
    for entry in entries:
        parts = ", ".join(f"{name}: {_text(value)}" for name, value in entry)
        lines.append(f"  - {{{parts}}}")
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def folder_of(path: Path) -> Path:
    """Return the folder that holds a file, without links."""
    return path.absolute().parent.resolve()
