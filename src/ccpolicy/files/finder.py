"""Find the files of a dataset, and take their fingerprints."""

from __future__ import annotations

import codecs
import fnmatch
import hashlib
import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from ccpolicy.errors import EvidenceError, LimitError, Locator
from ccpolicy.files.limits import Limits
from ccpolicy.files.paths import leads_out

SMALL = 1 << 20
"""Bytes up to which a file's content may be kept from when it was fingerprinted."""
PIECE = 1 << 20
"""Bytes that are read at a time."""
_WILD = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What tells whether a file is still the same, and some facts about its bytes."""

    sha256: str
    size: int
    state: tuple[int, ...]
    """Size, time of change and identity; empty for a content that is no file."""
    lines: int
    """Lines, the last with or without its end."""
    has_nul: bool
    has_bare_return: bool
    """Whether a carriage return stands without the newline after it."""
    has_spaced_quote: bool
    """Whether a quotation mark follows a space."""
    is_text: bool
    """Whether all of it is UTF-8."""
    data: bytes | None
    """The content, if it was kept."""


class Finder:
    """Finds files below a root, and looks into each folder once."""

    def __init__(self, root: Path, limits: Limits) -> None:
        self.root, self.limits = root, limits
        self.entries: dict[str, list[os.DirEntry[str]] | EvidenceError] = {}
        self._names = 0

    def find(self, folder: str, pattern: str) -> Iterator[str | EvidenceError]:
        """Yield the files below `folder` that match, as paths from the root, and what is amiss.

        Nothing is followed that could lead out of the repository: no symbolic link, no `..`.

        Raises:
            LimitError: there are too many files, or one is too large.
        """
        found: dict[str, str] = {}
        for name in self._walk(folder.rstrip("/"), pattern):
            if isinstance(name, EvidenceError):
                yield name
                continue
            if len(found) == self.limits.files:
                raise LimitError(
                    "more files match '{pattern}' than {limit}",
                    setting="files",
                    locator=Locator(folder),
                    limit=self.limits.files,
                    pattern=pattern,
                )
            alike = unicodedata.normalize("NFC", name).casefold()
            if alike in found:
                yield EvidenceError(
                    "the name differs from that of {other} in case alone",
                    hint="rename one of them: some file systems can hold only one",
                    locator=Locator(name),
                    other=found[alike],
                )
            found[alike] = name
            yield name

    def names(self, folder: str) -> list[str]:
        """Return the names in a folder; none if it is not there or cannot be listed."""
        entries = self._entries(folder)
        return [] if isinstance(entries, EvidenceError) else [entry.name for entry in entries]

    def _walk(self, folder: str, pattern: str) -> Iterator[str | EvidenceError]:
        parts = [*folder.split("/"), *pattern.split("/")]
        if leads_out(pattern) or ".." in folder.split("/"):
            yield EvidenceError(
                "'{pattern}' leads out of the evidence folder",
                locator=Locator(folder),
                pattern=pattern,
            )
            return
        matched = False
        for name in self._match("", _steps(parts), set()):
            matched = True
            yield name
        if not matched:
            is_there = (self.root / folder).is_dir()
            yield EvidenceError(
                "no file matches '{pattern}'" if is_there else "the evidence folder is missing",
                hint="put the records there"
                if is_there
                else "make the folder and put records there",
                locator=Locator(folder),
                pattern=pattern,
            )

    def _match(
        self, above: str, parts: list[str], seen: set[tuple[str, ...]]
    ) -> Iterator[str | EvidenceError]:
        """Yield what matches the parts of a pattern below a folder, in order of names.

        Two `**` find the same folders over and over; each is looked at once for the same parts.
        """
        if (above, *parts) in seen:
            return
        seen.add((above, *parts))
        part, rest = parts[0], parts[1:]
        if part == "**":
            # Any number of folders, none included.
            yield from self._match(above, rest or ["*"], seen)
            part, rest = "*", parts
        entries = self._entries(above)
        if isinstance(entries, EvidenceError):
            yield entries
            return
        for entry in entries:
            if not _fits(entry.name, part) or (parts[0] == "**" and not entry.is_dir()):
                continue
            name = f"{above}/{entry.name}" if above else entry.name
            if fault := name_fault(entry.name):
                yield EvidenceError(fault, locator=Locator(printable(name)))
            elif entry.is_symlink():
                yield EvidenceError(
                    "symbolic links are not followed",
                    hint="put the file itself there",
                    locator=Locator(name),
                )
            elif rest and entry.is_dir(follow_symlinks=False):
                yield from self._match(name, rest, seen)
            elif not rest and entry.is_file(follow_symlinks=False):
                self.limits.check_size(name, entry.stat(follow_symlinks=False).st_size)
                yield name
            elif not rest:
                yield EvidenceError("not a file", locator=Locator(name))

    def _entries(self, folder: str) -> list[os.DirEntry[str]] | EvidenceError:
        """Return the entries of a folder by name; none if it is not there."""
        if folder not in self.entries:
            try:
                with os.scandir(self.root / folder) as entries:
                    found = sorted(entries, key=lambda entry: entry.name)
                if folder:  # the root is only on the way to the evidence
                    self._names += len(found)
                self.limits.check_folder(folder, self._names)
                self.entries[folder] = found
            except (FileNotFoundError, NotADirectoryError):
                self.entries[folder] = []
            except OSError as failure:
                self.entries[folder] = EvidenceError(
                    "cannot read the folder: {reason}",
                    reason=failure.strerror,
                    locator=Locator(folder),
                )
        return self.entries[folder]


def _steps(parts: Iterable[str]) -> list[str]:
    """Leave out the parts of a pattern that lead nowhere, also a `**` after another."""
    steps: list[str] = []
    for part in parts:
        if part not in ("", ".") and (part != "**" or steps[-1:] != ["**"]):
            steps.append(part)
    return steps


def _fits(name: str, part: str) -> bool:
    """Whether the name of an entry matches one part of a pattern."""
    if not _WILD.search(part):
        return name == part
    # Office programs put ~$name.xlsx beside a file that is open.
    return not name.startswith((".", "~$")) and fnmatch.fnmatchcase(name, part)


def fits_path(path: str, pattern: str) -> bool:
    """Whether a path matches a whole pattern, as `Finder.find` matches it."""
    names = path.split("/")
    parts = _steps(pattern.split("/"))
    if parts and parts[-1] == "**":
        parts.append("*")

    @cache  # several `**` would ask the same again and again
    def fit(name: int, part: int) -> bool:
        """Whether the names from one on match the parts from one on."""
        if name == len(names) or part == len(parts):
            return name == len(names) and part == len(parts)
        if parts[part] == "**":
            return fit(name, part + 1) or (
                name + 1 < len(names) and _fits(names[name], "*") and fit(name + 1, part)
            )
        return _fits(names[name], parts[part]) and fit(name + 1, part + 1)

    return not any(map(name_fault, names)) and fit(0, 0)


def name_fault(name: str) -> str | None:
    """Return the message about a name that no reader could type or see; None if it is fine."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return _NAME_MESSAGES["bytes"]
    return None if name.isprintable() else _NAME_MESSAGES["unseen"]


_NAME_MESSAGES = {
    "bytes": "the name of the file is not UTF-8 text",
    "unseen": "the name of the file holds a character that cannot be seen",
}


def printable(name: str) -> str:
    """Escape what cannot be seen in a name, also bytes that are no UTF-8."""
    return "".join(sign if sign.isprintable() else _escaped(sign) for sign in name)


def _escaped(sign: str) -> str:
    code = ord(sign)
    is_byte = 0xDC80 <= code <= 0xDCFF  # see PEP 383
    return f"\\x{code - 0xDC00:02x}" if is_byte else sign.encode("unicode_escape").decode()


def stat_state(path: Path) -> tuple[int, ...]:
    """Return what changes when a file does.

    Raises:
        EvidenceError: it cannot be looked at; without a place.
    """
    try:
        return _state(os.lstat(path))
    except OSError as failure:
        raise EvidenceError("cannot read the file: {reason}", reason=failure.strerror) from failure


def is_unchanged(path: Path, known: Fingerprint) -> bool:
    """Whether a file is still there as it was when its fingerprint was taken."""
    try:
        return stat_state(path) == known.state
    except EvidenceError:
        return False


def _state(found: os.stat_result) -> tuple[int, ...]:
    return found.st_size, found.st_mtime_ns, found.st_ino, stat.S_IFMT(found.st_mode)


def fingerprint(path: Path, *, keep: bool = False) -> Fingerprint:
    """Read a file once, in pieces, and return its fingerprint; `keep` the content if it is small.

    Raises:
        EvidenceError: it cannot be read; without a place.
    """
    try:
        # Neither led elsewhere by a link put there meanwhile, nor kept waiting by a pipe.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb", buffering=0) as file:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                raise EvidenceError("not a file")
            before = _state(found)
            pieces = iter(lambda: file.read(min(before[0] + 1, PIECE)), b"")
            facts = content_facts(pieces, is_stored=True)
    except OSError as failure:
        raise EvidenceError("cannot read the file: {reason}", reason=failure.strerror) from failure
    return replace(facts, size=before[0], state=before, data=facts.data if keep else None)


def content_facts(pieces: Iterable[bytes], *, is_stored: bool = False) -> Fingerprint:
    """Describe a content that is read in pieces, and keep the bytes if they are few.

    The digest is computed only for a file as it is stored, not for what was unpacked from it.
    """
    digest = hashlib.sha256()
    has_nul = has_bare_return = has_spaced_quote = False
    is_text = True
    decoder = codecs.getincrementaldecoder("utf-8")()
    size = lines = 0
    last = b""
    small: list[bytes] = []
    for chunk in pieces:
        if is_stored:
            digest.update(chunk)
        size += len(chunk)
        lines += chunk.count(b"\n")
        if size < SMALL:
            small.append(chunk)
        has_nul = has_nul or b"\0" in chunk
        is_text = is_text and _decodes(decoder, chunk)
        # A pair of signs may lie astride two pieces.
        if b"\r" in chunk or last == b"\r":
            text = last + chunk
            ends = chunk.endswith(b"\r")
            pairs = text.count(b"\r\n")
            has_bare_return = has_bare_return or text.count(b"\r") - ends != pairs
        if b'"' in chunk and not has_spaced_quote:
            has_spaced_quote = b' "' in last + chunk
        last = chunk[-1:]
    return Fingerprint(
        sha256=digest.hexdigest() if is_stored else "",
        size=size,
        state=(),
        lines=lines + (last not in (b"", b"\n")),
        has_nul=has_nul,
        has_bare_return=has_bare_return or last == b"\r",
        has_spaced_quote=has_spaced_quote,
        is_text=is_text and _decodes(decoder, b"", final=True),
        data=b"".join(small) if size < SMALL else None,
    )


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    """Whether a piece continues valid UTF-8, checked here for files that no control reads."""
    if chunk.isascii() and not final and not decoder.getstate()[0]:
        return True
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True
