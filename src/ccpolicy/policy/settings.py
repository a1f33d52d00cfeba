"""`ccpolicy.toml`: the root of a policy repository and how it is judged by default."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from pydantic import Field, ValidationError

from ccpolicy.checks.strictness import shorter
from ccpolicy.errors import KeyPath, Locator, PolicyError
from ccpolicy.files.ignoring import ignores_everything
from ccpolicy.files.limits import Limits
from ccpolicy.files.model_errors import explain
from ccpolicy.files.paths import leads_out
from ccpolicy.files.policy_files import FolderFiles, PolicyFiles
from ccpolicy.files.yaml_document import YamlDocument, decode_text
from ccpolicy.policy.base_model import Name, PolicyModel
from ccpolicy.policy.store_settings import StoreSettings, check_stores
from ccpolicy.texts import Label, Line, WrittenText
from ccpolicy.time.durations import parse_duration
from ccpolicy.vocabulary import SEVERITIES, Judged, Severity

FILE = "ccpolicy.toml"


class Ignore(PolicyModel):
    """Files of the evidence folder that no dataset reads, and why that is all right."""

    files: Line
    """Pattern of their path below the evidence folder, such as `scans/*.pdf`, or of their name in
    any folder, such as `*.pdf`."""
    reason: WrittenText


def _usual(files: str, en: str, zh: str) -> Ignore:
    return Ignore(files=files, reason=WrittenText({"en": en, "zh": zh}))


USUAL = (
    *(
        _usual(each, "explains the folder to readers", "向读者说明该文件夹")
        for each in ("README", "README.txt", "README.md", "README.*.md")
    ),
    _usual(".gitkeep", "keeps an empty folder in git", "使 git 保留空文件夹"),
    _usual(".DS_Store", "how macOS shows the folder", "macOS 的文件夹显示设置"),
    _usual("Thumbs.db", "thumbnails that Windows makes", "Windows 生成的缩略图"),
    _usual("~$*", "an office program has the file open", "办公软件打开文件时的锁定标记"),
)
"""What is ignored in every repository."""


class Settings(PolicyModel):
    """The content of `ccpolicy.toml`."""

    policy: Line = "policy"
    """Folder of the plan, controls, datasets, norms and waivers."""
    checks: Line = "checks"
    """Folder of check kinds that this repository adds."""
    evidence: Line = "evidence"
    """Folder of the evidence."""
    as_of: str | None = None
    """Moment to judge at unless another is asked for; for samples and past audits."""
    as_of_reason: Label | None = None
    """Why the moment is pinned."""
    gate: Judged = "now"
    """Whether the gate looks at the verdicts now or through the period."""
    fail_on: Severity = SEVERITIES[-1]
    """Least severity that fails the gate."""
    due_soon: str = "14 days"
    """How long before its due date a control is said to be due soon."""
    horizon: str = "24 months"
    """How far ahead due dates are forecast."""
    longest_waiver: str = "180 days"
    """Waivers that stand for longer are refused."""
    ignore: list[Ignore] = Field(default=[])
    """Files of the evidence folder that no dataset reads, beside those that are always ignored."""
    limits: Limits = Limits()
    """What a command may take, and a file hold."""
    stores: dict[Name, StoreSettings] = Field(default={})
    """Databases with tables that datasets name as their `source`."""


def find_root(path: Path) -> Path:
    """Return the policy repository at a path, or around it within the same git checkout.

    Raises:
        PolicyError: there is no such folder, or neither it nor a folder around it holds a
            `ccpolicy.toml`.
    """
    there = path.is_dir()
    path = _around(path) if there else path
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


def _around(path: Path) -> Path:
    """Return the nearest folder with a `ccpolicy.toml` up to the top of the git checkout."""
    if (path / FILE).is_file():
        return path
    within = path.resolve()
    upward = [within, *within.parents]
    top = next((place for place, each in enumerate(upward) if (each / ".git").exists()), 0)
    return next((each for each in upward[1 : top + 1] if (each / FILE).is_file()), path)


def _check_pin(settings: Settings, source: YamlDocument) -> None:
    """Refuse the reason of a pin that is not there.

    Raises:
        PolicyError: it is so.
    """
    if settings.as_of_reason and settings.as_of is None:
        raise PolicyError(
            "'as_of_reason' gives a reason, but no moment is pinned",
            hint="pin the moment with 'as_of', or take the reason out",
            locator=source.locate(("as_of_reason",)),
        )


def load_settings(tree: PolicyFiles, root: Path) -> tuple[Settings, YamlDocument]:
    """Read a tree's `ccpolicy.toml`, and return what it says and where.

    The evidence lies in `root`, wherever the rest is read from.

    Raises:
        PolicyError: it cannot be read, or says what is not known.
    """
    file = tree.place(FILE)
    text = decode_text(tree.read(FILE), file, PolicyError)
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
    source = YamlDocument(file, value, _marks(text))
    check_stores(value, source)
    try:
        settings = Settings.model_validate(value)
    except ValidationError as failure:
        raise explain(failure, source, Settings)[0] from failure
    _check_pin(settings, source)
    for name in ("due_soon", "horizon", "longest_waiver"):
        try:
            duration = parse_duration(getattr(settings, name))
        except PolicyError as failure:
            raise failure.at(source.locate((name,))) from None
        if duration.is_clock or duration.is_business:
            raise PolicyError(
                "{name} must be a number of days, months or years",
                name=name,
                locator=source.locate((name,)),
            )
    soon, horizon = (parse_duration(each) for each in (settings.due_soon, settings.horizon))
    if shorter(horizon, soon) not in (0, 1):
        raise PolicyError(
            "due_soon may be longer than horizon, but due dates are forecast only up to horizon",
            hint="set a shorter due_soon, or a longer horizon",
            locator=source.locate(("due_soon",) if "due_soon" in value else ("horizon",)),
        )
    _check_ignored(settings, source)
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


def _marks(text: str) -> dict[KeyPath, tuple[int, int]]:
    """Return where the keys stand, also those of `[[tables]]`."""
    marks: dict[KeyPath, tuple[int, int]] = {}
    table: KeyPath = ()
    for number, line in enumerate(text.split("\n"), 1):
        if found := re.match(r"\[\[\s*([A-Za-z_]+)\s*\]\]", line):
            marks.setdefault((found[1],), (number, 1))
            index = sum(place[0] == found[1] and len(place) == 2 for place in marks)
            table = (found[1], index)
            marks[table] = (number, 1)
        elif found := re.match(r"\[\s*([A-Za-z_][\w.]*)\s*\]", line):
            table = tuple(found[1].split("."))
            marks[table] = (number, 1)
        elif found := re.match(r"\s*([A-Za-z_]+)\s*=", line):
            marks.setdefault((*table, found[1]), (number, 1))
    return marks


def _check_ignored(settings: Settings, source: YamlDocument) -> None:
    """Refuse patterns that could hide any record.

    Raises:
        PolicyError: one leads out of the evidence folder, fits everything, or is there twice.
    """
    seen = {each.files for each in USUAL}
    for index, each in enumerate(settings.ignore):
        place = source.locate(("ignore", index, "files"))
        if leads_out(each.files):
            raise PolicyError(
                "'{pattern}' leads out of the evidence folder", locator=place, pattern=each.files
            )
        if ignores_everything(each.files):
            raise PolicyError(
                "'{pattern}' would ignore every file",
                hint="name the folder or the suffix, such as scans/*.pdf",
                locator=place,
                pattern=each.files,
            )
        if each.files in seen:
            raise PolicyError(
                "'{pattern}' is ignored already",
                hint="take it out",
                locator=place,
                pattern=each.files,
            )
        seen.add(each.files)
