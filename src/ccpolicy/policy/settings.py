"""`ccpolicy.toml`: the root of a policy repository and how it is judged by default."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from pydantic import ValidationError

from ccpolicy.checks.strictness import shorter
from ccpolicy.errors import Locator, PolicyError
from ccpolicy.files.model_errors import explain
from ccpolicy.files.policy_files import FolderFiles, PolicyFiles
from ccpolicy.files.yaml_document import Place, YamlDocument, decode
from ccpolicy.policy.models import Line, Model
from ccpolicy.time.durations import parse_duration
from ccpolicy.vocabulary import Judged, Severity

FILE = "ccpolicy.toml"


class Settings(Model):
    """The content of `ccpolicy.toml`."""

    policy: Line = "policy"
    """Folder of the plan, controls, datasets, norms and waivers."""
    checks: Line = "checks"
    """Folder of check kinds that this repository adds."""
    evidence: Line = "evidence"
    """Folder of the evidence."""
    as_of: str | None = None
    """Moment to judge at unless another is asked for; for samples."""
    gate: Judged = "now"
    """Whether the gate looks at the verdicts now or through the period."""
    fail_on: Severity = "low"
    """Least severity that fails the gate."""
    due_soon: str = "14 days"
    """How long before its due date a control is said to be due soon."""
    horizon: str = "24 months"
    """How far ahead due dates are forecast."""
    longest_waiver: str = "180 days"
    """Waivers that stand for longer are reported."""


def find_root(path: Path) -> Path:
    """Return the policy repository at a path.

    Raises:
        PolicyError: there is no such folder, or it holds no `ccpolicy.toml` of its own.
    """
    there = path.is_dir()
    if not there or not (path / FILE).is_file():
        raise PolicyError(
            "no ccpolicy.toml in {path}" if there else "no such folder: {path}",
            hint="name the folder of a policy repository, or make one with: ccpolicy init DIR",
            path=str(path),
        )
    if (path / FILE).is_symlink():
        raise PolicyError(
            "symbolic links are not followed",
            hint="put the file itself there",
            locator=Locator(FILE),
        )
    return path.resolve()


def load_settings(tree: PolicyFiles, root: Path) -> tuple[Settings, YamlDocument]:
    """Read a tree's `ccpolicy.toml`, and return what it says and where.

    The evidence lies in `root`, wherever the rest is read from.

    Raises:
        PolicyError: it cannot be read, or says what is not known.
    """
    file = tree.place(FILE)
    text = decode(tree.read(FILE), file, PolicyError)
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError as failure:
        place = re.search(r"line (\d+), column (\d+)", str(failure))
        locator = Locator(file, int(place[1]), int(place[2])) if place else Locator(file)
        raise PolicyError(
            "not TOML: {reason}", reason=str(failure).split(" (at")[0], locator=locator
        ) from failure
    except RecursionError as failure:
        raise PolicyError("nested too deeply", locator=Locator(file)) from failure
    except ValueError as failure:
        raise PolicyError(
            "not TOML: {reason}", reason=str(failure).split(":")[0], locator=Locator(file)
        ) from failure
    marks: dict[Place, tuple[int, int]] = {
        (found[1],): (number, 1)
        for number, line in enumerate(text.split("\n"), 1)
        if (found := re.match(r"([A-Za-z_]+)\s*=", line))
    }
    source = YamlDocument(file, value, marks)
    try:
        settings = Settings.model_validate(value)
    except ValidationError as failure:
        raise explain(failure, source, Settings)[0] from failure
    for name in ("due_soon", "horizon", "longest_waiver"):
        try:
            duration = parse_duration(getattr(settings, name))
        except PolicyError as failure:
            raise failure.at(source.locate((name,))) from None
        if duration.is_clock or duration.is_business:
            raise PolicyError(
                "{name} is a number of days, months or years",
                name=name,
                locator=source.locate((name,)),
            )
    soon, horizon = (parse_duration(each) for each in (settings.due_soon, settings.horizon))
    if shorter(horizon, soon) not in (0, 1):
        raise PolicyError(
            "due_soon may reach further than horizon, up to which due dates are forecast",
            hint="set a shorter due_soon, or a longer horizon",
            locator=source.locate(("due_soon",) if "due_soon" in value else ("horizon",)),
        )
    for name in ("policy", "checks", "evidence"):
        folder = getattr(settings, name)
        there = FolderFiles(root) if name == "evidence" else tree
        if not there.holds(folder):
            raise PolicyError(
                "the folder '{folder}' lies outside the repository",
                folder=folder,
                locator=source.locate((name,)),
            )
        try:
            there.entries(folder)
        except OSError as failure:
            raise PolicyError(
                "cannot read the folder '{folder}': {reason}",
                folder=folder,
                reason=failure.strerror,
                locator=source.locate((name,)),
            ) from failure
    return settings, source
