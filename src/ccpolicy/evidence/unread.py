"""Find what lies in the evidence folder and is read by nobody.

A record that fails could be hidden by moving or renaming its file. So every file is read by a
dataset that a control uses, is an attachment that a valid record names, is ignored by a pattern
with a reason, or is named here. So is every file of an archive.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ccpolicy.errors import EvidenceError, Locator, Message
from ccpolicy.evidence.misnamed import misnamed
from ccpolicy.evidence.readers.archives import left_out
from ccpolicy.files.bounded import open_regular
from ccpolicy.files.finder import Finder, fits_path, name_fault, printable
from ccpolicy.files.ignoring import ignores
from ccpolicy.files.limits import Limits
from ccpolicy.files.paths import plain_path
from ccpolicy.policy import Dataset, Policy
from ccpolicy.policy.lint import LintFinding
from ccpolicy.policy.settings import FILE, USUAL, Ignore

_MOST_LISTED = 50
"""Files that are named; the rest is counted."""
_POINTER = 4096
"""Bytes that git's own file `.git` has at most."""


@dataclass(slots=True)
class Ignored:
    """The files that a pattern ignores."""

    pattern: Ignore
    total: int = 0
    files: list[str] = field(default_factory=list)
    """The first of them by path."""

    def add(self, path: str) -> None:
        """Count a file."""
        self.total += 1
        self.files.append(path)


class _Member(NamedTuple):
    """A file of an archive that none of the datasets reads which read the archive."""

    archive: str
    name: str
    """Its path in the archive."""
    dataset: str
    """The first that reads the archive."""

    def __str__(self) -> str:
        return f"{self.archive}!{self.name}"

    def is_ignored(self, pattern: str, start: int) -> bool:
        """Whether a pattern fits its name or, with `/`, its whole path from `start` on."""
        return ignores(pattern, str(self)[start:] if "/" in pattern else self.name)

    def error(self) -> EvidenceError:
        """Say that a dataset takes other files from the archive than this."""
        return EvidenceError(
            "the dataset '{id}' does not read this file of its archive",
            hint="let 'member' in the dataset match it, pack the archive without it, or add to"
            ' ccpolicy.toml, with a reason:  [[ignore]]  files = "{name}"',
            locator=Locator(printable(str(self))),
            id=self.dataset,
            name=printable(self.name.rpartition("/")[2]),
        )


@dataclass(frozen=True, slots=True)
class Unread:
    """What is read by nobody."""

    errors: list[EvidenceError]
    """The first of them by path, each with its place."""
    total: int
    ignored: list[Ignored]
    """What is ignored for a reason, by pattern, as far as there is any."""


def find_unread(
    root: Path,
    folder: str,
    datasets: Mapping[str, Dataset],
    used: Collection[str],
    read: Mapping[str, Collection[str]],
    ignore: Sequence[Ignore],
    others: Collection[str],
    of_invalid_records: Collection[str],
    limits: Limits,
) -> Unread:
    """List the files of the evidence folder that nothing reads, after all evidence was read.

    `used`: datasets of all controls. `read`: dataset → files read in this run; for other datasets
    the files that match their patterns count as read. `others`: further files that count as read,
    which are attachments and, where the evidence folder contains the policy, its files.
    `of_invalid_records`: attachments that only invalid records name.

    Raises:
        LimitError: there are too many names, or a folder is too deep.
    """
    top = plain_path(folder)
    known = {file for files in read.values() for file in files} | {*others}
    finder = Finder(root, limits)
    for each in used:
        if each not in read and datasets[each].is_filed:
            found = finder.find(folder, datasets[each].files)
            known.update(path for path in found if isinstance(path, str))
    start = len(top) + 1 if top else 0
    ignored = [Ignored(each) for each in ignore]
    unread: list[tuple[str, str | None]] = []
    doubtful: dict[str, EvidenceError] = {}
    for path, fault in _walk(root, top, limits):
        if path in known:
            continue
        is_folder = path.endswith("/")
        fits = (each for each in ignored if ignores(each.pattern.files, path[start:]))
        by = None if is_folder else next(fits, None)
        # Of a pattern of its own the repository says why; the usual ones know only names.
        if by and by.pattern in USUAL and (error := misnamed(root / path, datasets.values())):
            doubtful[path] = error.at(Locator(printable(path)))
            by = None
        if by is None:
            unread.append((path, fault))
        else:
            by.add(path)
    members = []
    for member in _in_archives(finder, folder, [datasets[each] for each in sorted(used)], read):
        by = next((each for each in ignored if member.is_ignored(each.pattern.files, start)), None)
        if by is None:
            members.append(member)
        else:
            by.add(str(member))
    for by in ignored:
        by.files = sorted(by.files)[:_MOST_LISTED]
    errors = [
        doubtful[path]
        if path in doubtful
        else _invalid_record_error(path)
        if path in of_invalid_records
        else _unread_error(path, fault, path[start:], datasets, used)
        for path, fault in sorted(unread)[:_MOST_LISTED]
    ]
    errors += [member.error() for member in sorted(members)[:_MOST_LISTED]]
    return Unread(
        errors=sorted(errors, key=lambda each: str(each.locator))[:_MOST_LISTED],
        total=len(unread) + len(members),
        ignored=[each for each in ignored if each.total],
    )


def doubtful_patterns(policy: Policy) -> Iterator[LintFinding]:
    """Yield the patterns of `ccpolicy.toml` that ignore no file, or fit one that is read."""
    if not policy.settings.ignore:
        return
    folder = policy.settings.evidence
    top = plain_path(folder)
    finder = Finder(policy.root, policy.settings.limits)
    read = {
        path: each
        for each in policy.datasets_read()
        if policy.datasets[each].is_filed
        for path in finder.find(folder, policy.datasets[each].files)
        if isinstance(path, str)
    }
    files = sorted(
        path
        for path, _ in _walk(policy.root, top, policy.settings.limits)
        if not path.endswith("/")
    )
    start = len(top) + 1 if top else 0
    used = [policy.datasets[each] for each in policy.datasets_read()]
    members = list(_in_archives(finder, folder, used, {}))
    for index, each in enumerate(policy.settings.ignore):
        place = policy.place("settings", FILE, "ignore", index, "files")
        fitting = [path for path in files if ignores(each.files, path[start:])]
        if not fitting and not any(member.is_ignored(each.files, start) for member in members):
            yield LintFinding(
                Message.of("'{pattern}' matches no file to ignore", pattern=each.files),
                Message.of("take it out, or correct it"),
                place,
            )
        for path in [path for path in fitting if path in read][:1]:
            yield LintFinding(
                Message.of(
                    "'{pattern}' also matches {file}, which the dataset '{id}' reads",
                    pattern=each.files,
                    file=path,
                    id=read[path],
                ),
                Message.of(
                    "it is read all the same; write a pattern that matches the other files only"
                ),
                place,
            )


def _in_archives(
    finder: Finder,
    folder: str,
    used: Sequence[Dataset],
    read: Mapping[str, Collection[str]],
) -> Iterator[_Member]:
    """Yield the files of archives that none of the datasets takes which read the archive.

    What is wrong with an archive is said where it is read.
    """
    left: dict[str, tuple[str, set[str]]] = {}
    for dataset in used:
        if dataset.compression != "zip":
            continue
        for path in read.get(dataset.id) or finder.find(folder, dataset.files):
            if isinstance(path, str):
                with suppress(EvidenceError):
                    names = {*left_out(dataset, path, finder.root / path, finder.limits)}
                    first, before = left.get(path, (dataset.id, names))
                    left[path] = first, before & names
    for path, (first, names) in left.items():
        for name in sorted(names):
            yield _Member(path, name, first)


def _walk(root: Path, top: str, limits: Limits) -> Iterator[tuple[str, str | None]]:
    """Yield every file by path, and what else cannot be read with the reason.

    Links are not followed. A folder that cannot be listed ends in `/`.
    """
    for index in range(1, len(Path(top).parts) + 1):
        part = "/".join(Path(top).parts[:index])
        if (root / part).is_symlink():
            yield part, _LINK
            return
    waiting, names = [top], 0
    while waiting:
        above = waiting.pop()
        try:
            with os.scandir(root / above) as found:
                entries = list(found)
        except OSError as failure:
            # That there is no evidence folder is said of each dataset.
            if above != top or not isinstance(failure, FileNotFoundError | NotADirectoryError):
                yield f"{above}/", failure.strerror
            continue
        names += len(entries)
        limits.check_folder(above, names)
        for entry in entries:
            path = f"{above}/{entry.name}" if above else entry.name
            if entry.is_symlink():
                yield path, _LINK
            elif entry.name == ".git" and _is_of_git(Path(entry), is_top=above == top):
                continue
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(path)
            elif entry.is_file(follow_symlinks=False):
                yield path, None
            else:
                yield path, _OTHER


def _is_of_git(path: Path, *, is_top: bool) -> bool:
    """Whether `.git` is git's own: the pointer of a submodule or worktree, or a repository.

    Only the evidence folder itself may be a repository. In one further down, files would be hidden
    from the repository around it.
    """
    try:
        if stat.S_ISDIR(path.lstat().st_mode):
            return is_top and all((path / each).exists() for each in ("HEAD", "objects", "refs"))
        if path.lstat().st_size > _POINTER:
            return False
        with open_regular(path) as file:
            data = file.read()
    except OSError:
        return False
    return data.startswith(b"gitdir: ") and data.count(b"\n") <= 1


_LINK = "symbolic links are not followed"
_OTHER = "not a file"


def _invalid_record_error(path: str) -> EvidenceError:
    return EvidenceError(
        "only an invalid record names this file",
        hint="correct that record, which is listed with its control",
        locator=Locator(printable(path)),
    )


def _unread_error(
    path: str,
    fault: str | None,
    below: str,
    datasets: Mapping[str, Dataset],
    used: Collection[str],
) -> EvidenceError:
    """Say why nobody reads a file."""
    place = Locator(printable(path))
    if path.endswith("/"):
        return EvidenceError("cannot read the folder: {reason}", reason=fault, locator=place)
    if fault == _LINK:
        return EvidenceError(
            "symbolic links are not followed", hint="put the file itself there", locator=place
        )
    if fault == _OTHER:
        return EvidenceError("not a file", locator=place)
    for name in path.split("/"):
        if message := name_fault(name):
            return EvidenceError(message, locator=place)
    fitting = [each for each in datasets.values() if each.is_filed]
    fitting = [each for each in fitting if fits_path(below, each.files)]
    for each in fitting:
        if each.id in used:
            return EvidenceError(
                "the file belongs to the dataset '{id}' but was not read with its other files",
                hint="check again when nobody writes to it",
                locator=place,
                id=each.id,
            )
    for each in fitting:
        return EvidenceError(
            "no control uses the dataset '{id}', so this file is not read",
            hint="use it in a control, such as by  ccpolicy draft control KIND --dataset NAME  ;"
            " what no control needs, move out of the evidence folder, or name it under 'ignore' in"
            " ccpolicy.toml with a reason",
            locator=place,
            id=each.id,
        )
    return EvidenceError(
        "no dataset reads this file",
        hint="rename it so that 'files' of a dataset matches, name it in an attachment column of a"
        " record, or add it to 'ignore' in ccpolicy.toml with a reason",
        locator=place,
    )
