"""Begin a policy repository from a pack, in the languages, zone and words of who asks for it."""

from __future__ import annotations

import datetime
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from ccpolicy.draft.contract_names import name_of_file, unused_name
from ccpolicy.draft.dataset import draft_dataset
from ccpolicy.draft.drafted import DraftContext
from ccpolicy.draft.file_layout import FileLayout, file_layout
from ccpolicy.draft.first_day import first_day
from ccpolicy.draft.fixes import find_fixes, write_fixes
from ccpolicy.draft.one_language import in_languages, setting_in_language
from ccpolicy.draft.yaml_text import quoted, scalar
from ccpolicy.errors import CcpolicyError, Language, Locator, PolicyError
from ccpolicy.git.unpack import unpack_history
from ccpolicy.policy import Policy, check_policy, load_policy
from ccpolicy.policy.schemas import write_schemas
from ccpolicy.policy.settings import FILE
from ccpolicy.shipped import shipped_folder
from ccpolicy.store import open_store
from ccpolicy.time.zones import is_zone, time_zone

Pack = Literal["call-centre", "fire", "bare"]
Service = Literal["github", "gitlab"]
WRITTEN_IN = ("en", "zh")
"""Languages in which the packs are written."""
_TODAY = re.compile(r"\{today(?:\+([0-9]+))?\}")
_PACKS = Path(__file__).parents[1] / "packs"
HISTORY = Path(__file__).parents[1] / "examples" / "centre.bundle"


@dataclass(frozen=True)
class RepositoryOptions:
    """What a new repository begins with."""

    pack: Pack = "call-centre"
    languages: tuple[str, ...] = WRITTEN_IN
    name: str | None = None
    """Title of the plan; without it the pack's."""
    zone: str | None = None
    """Its time zone; without it the pack's."""
    subject: str | None = None
    """What a control without subjects is about; without it the pack's."""
    calendar: str | None = None
    """Country or subdivision whose public holidays are not worked."""
    services: tuple[Service, ...] = ()
    """Where a pipeline is to judge it."""
    files: tuple[Path, ...] = ()
    """Evidence whose datasets are drafted."""
    effective_on: datetime.date | None = None
    """Day from which the plan is in force; without it today."""
    with_history: bool = False
    """Whether it is a git repository in which the sample came week by week."""


@dataclass(frozen=True)
class NewRepository:
    """What came of it."""

    drafted: list[str]
    """Datasets that were drafted."""
    effective_on: datetime.date | None = None
    """Day from which the plan is in force; None where nothing was drafted."""
    first_day: datetime.date | None = None
    """First day of the evidence that was taken over."""
    beside: dict[str, str] = field(default_factory=dict)
    """Drafted dataset → one that was there, whose name would have been its own."""


def make_repository(
    folder: Path, beginning: RepositoryOptions, language: Language
) -> NewRepository:
    """Make a policy repository beside its place and move it there when it is complete.

    Raises:
        CcpolicyError: the folder is not empty, or the repository cannot be as it is asked for.
    """
    _check(beginning)
    taken = folder.is_symlink() or (folder.exists() and not folder.is_dir())
    if taken or (folder.exists() and any(folder.iterdir())):
        raise CcpolicyError(
            "this is not a folder" if taken else "the folder is not empty",
            hint="name a new folder, so that nothing of yours is overwritten",
            locator=Locator(str(folder)),
        )
    target = folder.absolute()
    beside = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        begun = _fill(beside, beginning, language)
        beside.chmod(0o755)
        _move(beside, target)
    except OSError as failure:
        raise CcpolicyError(
            "cannot make the repository: {reason}",
            locator=Locator(str(folder)),
            reason=failure.strerror or str(failure),
        ) from failure
    finally:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)
    return begun


def _check(beginning: RepositoryOptions) -> None:
    """Refuse what does not go together.

    Raises:
        CcpolicyError: it is so.
    """
    if strange := [each for each in beginning.languages if each not in WRITTEN_IN]:
        raise CcpolicyError(
            "no pack is written in '{language}'",
            hint="choose en, zh, or both as en,zh; other languages are for your own texts, once"
            " 'languages' in policy/plan.yaml names them",
            language=strange[0],
        )
    own = {
        "--zone": beginning.zone,
        "--subject": beginning.subject,
        "--calendar": beginning.calendar,
        "--effective-on": beginning.effective_on,
    }
    given = [name for name, value in own.items() if value is not None]
    if beginning.pack == "call-centre" and given:
        raise CcpolicyError(
            "the pack '{pack}' has its own {names}, on which its sample and its tests rest",
            hint="take the pack fire or bare, or change plan.yaml when all evidence is yours",
            pack=beginning.pack,
            names=", ".join(given),
        )
    if beginning.pack == "bare" and beginning.calendar:
        raise CcpolicyError(
            "the pack '{pack}' counts no working days, so that a calendar has no effect",
            hint="leave out --calendar, or take the pack fire",
            pack=beginning.pack,
        )
    whole = RepositoryOptions(with_history=True)
    if beginning.with_history and beginning != whole:
        raise CcpolicyError(
            "--with-history makes the sample as it is, and takes no other option",
            hint="leave out the others, or --with-history",
        )
    if beginning.zone is not None and not is_zone(beginning.zone):
        raise PolicyError(
            "unknown time zone '{zone}'",
            hint="write its IANA name, such as Asia/Shanghai",
            zone=beginning.zone,
        )


def _fill(folder: Path, beginning: RepositoryOptions, language: Language) -> NewRepository:
    if beginning.with_history:
        unpack_history(HISTORY, folder)
        return NewRepository([])
    if beginning.pack == "call-centre":
        shutil.copyfile(shipped_folder() / FILE, folder / FILE)
        for name in ("policy", "evidence"):
            _copy(shipped_folder(name), folder / name)
    else:
        today = datetime.datetime.now(time_zone(beginning.zone or "UTC")).date()
        _copy(_PACKS / beginning.pack, folder, today)
        write_schemas(folder / "policy" / "schemas")
        _rename(folder, beginning.name or "")
        if beginning.files:
            _without_records(folder)
    _rewrite(folder, beginning)
    for service in beginning.services:
        _copy(_PACKS / "ci" / service, folder)
    if "gitlab" in beginning.services:
        (folder / "ci").mkdir()
        shutil.copyfile(shipped_folder("ci") / "gitlab/ccpolicy.yml", folder / "ci/ccpolicy.yml")
    policy = load_policy(folder)
    write_fixes(policy, find_fixes(policy, _digests(policy)))
    policy = load_policy(folder)
    with open_store(memory=policy.settings.limits.memory) as store:
        store.lock()
        check_policy(policy, store)
    names = _draft(folder, policy, beginning.files, language)
    if not names:
        return NewRepository([])
    drafted = list(names)
    beside = {name: own for name, own in names.items() if name != own}
    policy = load_policy(folder)
    return NewRepository(drafted, policy.plan.effective_on, first_day(policy, drafted), beside)


def _copy(source: Path, target: Path, today: datetime.date | None = None) -> None:
    """Copy a folder; where `today` is given, its files are dated from that day on."""
    # Not copytree(), which goes on when the disk is full, and then tells of every file.
    for path in sorted(source.rglob("*")):
        copy = target / path.relative_to(source)
        if not path.is_file() or path.name in (".DS_Store", "Thumbs.db"):
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        if today is None:
            shutil.copyfile(path, copy)
        else:
            copy.write_text(fill_dates(path.read_text("utf-8"), today), "utf-8", newline="\n")


def fill_dates(text: str, today: datetime.date) -> str:
    """Put days in the place of `{today}`, and of `{today+30}`, which is thirty days later."""
    return _TODAY.sub(
        lambda found: (today + datetime.timedelta(days=int(found[1] or 0))).isoformat(), text
    )


def _digests(policy: Policy) -> set[tuple[str, str]]:
    """Return every control and clause: the pack was written as a whole."""
    return {
        (control.id, clause) for control in policy.controls.values() for clause in control.clauses
    }


def _rename(folder: Path, title: str) -> None:
    """Make the plan's id from its title, where that has letters for one."""
    new = re.sub("[^a-z0-9]+", "-", title.lower()).strip("-") if title.isascii() else ""
    plan = (folder / "policy" / "plan.yaml").read_text("utf-8")
    found = re.search(r"^id: (.+)$", plan, re.MULTILINE)
    if found is None or not re.match("[a-z]", new):
        return
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".yaml", ".csv"):
            text = path.read_text("utf-8")
            own = re.sub(rf"(?<![\w-]){re.escape(found[1])}(?![\w-])", new, text)
            path.write_text(own, "utf-8", newline="\n")


def _without_records(folder: Path) -> None:
    """Take out the records that a pack makes up, and leave the headings."""
    for path in sorted((folder / "evidence").rglob("*.csv")):
        headings = path.read_text("utf-8").partition("\n")[0]
        path.write_text(f"{headings}\n", "utf-8", newline="\n")


def _rewrite(folder: Path, beginning: RepositoryOptions) -> None:
    """Write the files of a pack in the languages and words that are asked for."""
    policy = folder / "policy"
    languages = beginning.languages
    if set(languages) != set(WRITTEN_IN):
        for path in sorted(policy.rglob("*.yaml")):
            text = path.read_text("utf-8")
            path.write_text(in_languages(text, languages, WRITTEN_IN), "utf-8", newline="\n")
        settings = folder / FILE
        text = setting_in_language(settings.read_text("utf-8"), languages[0], WRITTEN_IN)
        settings.write_text(text, "utf-8", newline="\n")
    plan = policy / "plan.yaml"
    text = _with_value(plan.read_text("utf-8"), "languages", f"[{', '.join(languages)}]")
    if beginning.name is not None:
        title = quoted(beginning.name)
        if len(languages) > 1:
            title = "{" + ", ".join(f"{each}: {title}" for each in languages) + "}"
        text = _with_value(text, "title", title)
    if beginning.zone is not None:
        text = _with_value(text, "zone", scalar(beginning.zone))
    if beginning.effective_on is not None:
        text = _with_value(text, "effective_on", beginning.effective_on.isoformat())
    if beginning.subject is not None:
        text = _with_value(text, "subject", scalar(beginning.subject))
        text = _with_value(text, "subject_label", scalar(beginning.subject))
    plan.write_text(text, "utf-8", newline="\n")
    if beginning.calendar is not None:
        calendars = policy / "calendars.yaml"
        text = calendars.read_text("utf-8").rstrip("\n")
        calendars.write_text(f"{text}\n    holidays: {scalar(beginning.calendar)}\n", "utf-8")


def _with_value(text: str, key: str, value: str) -> str:
    """Return a file with another value of a key at its top; without the key, above the clauses."""
    line = f"{key}: {value}\n"
    changed, count = re.subn(rf"^{key}:.*\n(?:[ ]+.*\n)*", lambda _: line, text, flags=re.MULTILINE)
    return changed if count else re.sub(r"^clauses:", f"{line}clauses:", text, flags=re.MULTILINE)


def _draft(
    folder: Path, policy: Policy, files: Sequence[Path], language: Language
) -> dict[str, str]:
    """Copy evidence into the repository, and draft a dataset for the files of each form.

    Returns the id of each → the name that its files gave it.
    """
    groups: list[tuple[FileLayout, list[Path]]] = []
    for path in files:
        layout = file_layout(path, policy.settings.limits)
        for known, paths in groups:
            if (known.format, known.keys, known.headings) == (
                layout.format,
                layout.keys,
                layout.headings,
            ):
                paths.append(path)
                break
        else:
            groups.append((layout, [path]))
    taken = list(policy.datasets)
    copies: dict[str, list[Path]] = {}
    sources: dict[str, str] = {}
    names: dict[str, str] = {}
    for _, paths in groups:
        own = name_of_file(paths[0].name) or "records"
        name = unused_name(own, taken)
        names[name] = own
        taken.append(name)
        place = folder / policy.settings.evidence / name
        place.mkdir(parents=True)
        copies[name] = []
        for number, path in enumerate(paths, 1):
            copy = place / path.name
            copy = place / f"{number}-{path.name}" if copy.exists() else copy
            shutil.copyfile(path, copy)
            copies[name].append(copy)
            sources |= {str(copy): str(path), copy.relative_to(folder).as_posix(): str(path)}
    # Once more for all but the last, which may refer to those that came after them.
    for name in [*copies, *list(copies)[:-1]]:
        others = {id_: each for id_, each in policy.datasets.items() if id_ != name}
        around = DraftContext.of(replace(policy, datasets=others))
        try:
            _, text = draft_dataset(copies[name], around, language, name)
        except CcpolicyError as failure:
            if failure.locator:  # the copies go, the files that were given stay
                file = sources.get(failure.locator.file, failure.locator.file)
                failure.locator = replace(failure.locator, file=file)
            raise
        (folder / policy.settings.policy / "datasets" / f"{name}.yaml").write_text(
            text, "utf-8", newline="\n"
        )
        policy = load_policy(folder)
    return names


def _move(beside: Path, target: Path) -> None:
    """Put the finished folder in its place."""
    if not target.exists():
        beside.rename(target)
        return
    # An empty folder may be somebody's working folder: fill it, the root marker last.
    for entry in sorted(beside.iterdir(), key=lambda entry: entry.name == FILE):
        entry.rename(target / entry.name)
