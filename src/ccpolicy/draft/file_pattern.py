"""Which pattern a contract names its files by."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from ccpolicy.draft.contract_names import name_of_file
from ccpolicy.draft.drafted import DraftContext
from ccpolicy.draft.question import Question, doubt
from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.files.finder import Finder
from ccpolicy.policy import Policy


def file_pattern(
    paths: Sequence[Path], around: DraftContext, name: str | None
) -> tuple[str, list[Question]]:
    """Return the pattern of the files below the evidence folder."""
    policy = around.policy
    suffix = "".join(paths[0].suffixes[-2:]) if paths[0].suffix == ".gz" else paths[0].suffix
    if policy:
        folder = (policy.root / policy.settings.evidence).resolve()
        own = [path.resolve() for path in paths]
        if all(path.is_relative_to(folder) for path in own):
            below = [path.relative_to(folder).as_posix() for path in own]
            _check_unread(policy, below)
            if len(below) == 1 and "/" not in below[0]:
                return below[0], []
            top = os.path.commonpath([Path(each).parent.as_posix() for each in below])
            pattern = f"{top}/*{suffix}"
            found = Finder(policy.root, around.limits).find(policy.settings.evidence, pattern)
            matched = {each for each in found if isinstance(each, str)}
            if matched == {f"{policy.settings.evidence}/{each}" for each in below}:
                return pattern, []
            if len(below) == 1:
                return below[0], []
            raise EvidenceError(
                "no pattern matches just these files",
                hint="put those of one form into a folder of their own; {pattern} matches {others}",
                pattern=pattern,
                others=", ".join(sorted(matched))[:200] or "–",
            )
    own_name = name or name_of_file(paths[0].name) or "records"
    pattern = f"{own_name}/*{suffix}"
    return pattern, [
        doubt(
            "The files lie elsewhere. Put them into evidence/{folder}/, or correct 'files'.",
            folder=own_name,
        )
    ]


def _check_unread(policy: Policy, below: Sequence[str]) -> None:
    """Refuse files that a dataset reads already.

    Raises:
        EvidenceError: one does.
    """
    finder = Finder(policy.root, policy.settings.limits)
    for dataset in policy.datasets.values():
        if not dataset.is_filed:
            continue
        read = set(map(str, finder.find(policy.settings.evidence, dataset.files)))
        for path in below:
            file = f"{policy.settings.evidence}/{path}"
            if file in read:
                raise EvidenceError(
                    "the dataset '{name}' reads the file already",
                    hint="see how: ccpolicy preview {file}",
                    locator=Locator(file),
                    name=dataset.id,
                    file=shlex.quote(file),
                )
