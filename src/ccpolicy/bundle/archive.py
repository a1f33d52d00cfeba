"""Write a ZIP archive in the one form that is allowed, and refuse every other when reading.

The form is what `zipfile` writes for stored plain files of 1980-01-01, in order of their names. An
archive is checked by writing its members again: every byte must be the same, so that there is no
room for comments, extra fields, or anything before, between and behind the members.
"""

from __future__ import annotations

import hashlib
import os
import stat
import struct
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ccpolicy.bundle.member_names import check_names
from ccpolicy.errors import BundleError, Locator
from ccpolicy.files.missing import missing_file

MOST_MEMBERS = 100_000
LONGEST_INDEX = 16 << 20
"""Bytes of the list of members, which `zipfile` holds in memory at a multiple of its size."""
PIECE = 1 << 20
LARGEST_SHORT = (1 << 31) - 1
"""Bytes of a member above which `zipfile` needs the fields of ZIP64."""
_MODE = (stat.S_IFREG | 0o644) << 16
_UNIX = 3
_UTF8_NAME = 1 << 11
_FAILURES = (
    zipfile.BadZipFile,
    EOFError,
    OverflowError,
    RuntimeError,  # and NotImplementedError: encryption, and methods of compression
    ValueError,  # and UnicodeDecodeError
    struct.error,
)
"""Exceptions that `zipfile` raises for damaged or unsupported archives."""

Content = bytes | Path
"""What becomes a member: bytes, or a file that is read in pieces."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What tells one content from another."""

    size: int
    sha256: str


def digest_stream(pieces: Iterator[bytes]) -> Digest:
    """Digest a content, piece by piece."""
    size = 0
    sha256 = hashlib.sha256()
    for piece in pieces:
        size += len(piece)
        sha256.update(piece)
    return Digest(size, sha256.hexdigest())


@dataclass(frozen=True, slots=True)
class Part:
    """A member to be: its content, and what it was found to be."""

    content: Content
    digest: Digest

    @classmethod
    def of(cls, content: Content) -> Part:
        """Digest a content.

        Raises:
            OSError: it cannot be read.
        """
        return cls(content, digest_stream(_pieces(content)))


def _pieces(content: Content) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    # A pipe that was put there meanwhile keeps nobody waiting.
    handle = os.open(content, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(handle, "rb", buffering=0) as file:
        while piece := file.read(PIECE):
            yield piece


def write_archive(file: IO[bytes], parts: Mapping[str, Part]) -> None:
    """Write members in order of their names.

    Raises:
        BundleError: a name cannot be that of a member, or a file changed meanwhile.
        OSError: a file cannot be read, or the archive not be written.
    """
    check_names(sorted(parts))
    with zipfile.ZipFile(file, "w") as archive:
        for name, part in sorted(parts.items()):
            if _write(archive, name, part.digest.size, _pieces(part.content)) != part.digest:
                raise BundleError(
                    "'{name}' changed while the bundle was made",
                    hint="make it again when nobody writes to that file",
                    name=name,
                )


def _write(archive: zipfile.ZipFile, name: str, size: int, pieces: Iterator[bytes]) -> Digest:
    """Write a member of at most so many bytes, and digest what is written."""

    def written() -> Iterator[bytes]:
        left = size
        for piece in pieces:
            member.write(piece[:left])
            left -= len(piece)
            yield piece
            if left < 0:
                return

    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = _UNIX, _MODE
    with archive.open(info, "w", force_zip64=size > LARGEST_SHORT) as member:
        return digest_stream(written())


class Archive:
    """An archive whose list of members is in order; its content is read in pieces."""

    def __init__(self, file: IO[bytes]) -> None:
        """Read the list of members.

        Raises:
            BundleError: the archive cannot be read, or is not of the form that bundles have.
        """
        self._file = _Source(file)
        self.size = self._file.size
        """Bytes of the whole archive."""
        try:
            self._archive = zipfile.ZipFile(self._file)
        except _FAILURES as failure:
            raise BundleError(
                "this is no bundle, or it is damaged",
                hint="make one with: ccpolicy bundle -o FILE",
            ) from failure
        infos = self._archive.infolist()
        if len(infos) > MOST_MEMBERS:
            raise _too_many()
        check_names(info.filename for info in infos)
        if any(info.compress_type or info.flag_bits & ~_UTF8_NAME for info in infos):
            raise _other_form()
        self._infos = {info.filename: info for info in infos}
        self.members = {info.filename: info.file_size for info in infos}
        """Name of a member → its size in bytes."""

    def check(self) -> dict[str, str]:
        """Write all of it again, compare every byte, and return the SHA-256 of each member.

        Raises:
            BundleError: a byte differs.
        """
        comparison = _Comparison(self._file)
        found = {}
        try:
            with zipfile.ZipFile(comparison, "w") as again:
                for name, size in self.members.items():
                    found[name] = _write(again, name, size, self._pieces(name)).sha256
                    if comparison.differing:
                        raise _other_form()
        except _FAILURES as failure:
            raise _other_form() from failure
        if comparison.differing or comparison.end != self.size:
            raise _other_form()
        return found

    def _pieces(self, name: str) -> Iterator[bytes]:
        with self._archive.open(self._infos[name]) as member:
            while piece := member.read(PIECE):
                yield piece

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield the content of a member in pieces.

        Raises:
            BundleError: the archive changed since it was opened.
        """
        try:
            yield from self._pieces(name)
        except _FAILURES as failure:
            raise BundleError("the archive changed while it was read") from failure

    def read(self, name: str, most: int) -> bytes:
        """Return the content of a member that is to be held in memory.

        Raises:
            BundleError: there is no such member, or it is larger than `most` bytes.
        """
        if name not in self.members:
            raise BundleError("the archive holds no '{name}'", name=name)
        if self.members[name] > most:
            raise BundleError("'{name}' is larger than {limit} MiB", name=name, limit=most >> 20)
        return b"".join(self.pieces(name))


def _too_many() -> BundleError:
    return BundleError(
        "the archive has more than {count} members, or too long a list of them",
        count=MOST_MEMBERS,
    )


def _other_form() -> BundleError:
    return BundleError(
        "the archive is damaged, or not of the form that bundles have: stored plain files of"
        " 1980-01-01 without comments, and nothing before, between and behind them"
    )


class _Source:
    """The archive's file as `zipfile` reads it: never too much at once."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.tell, self.seekable = file.tell, file.seekable
        self.size = self.seek(0, os.SEEK_END)

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        with _readable():
            return self._file.seek(place, whence)

    def read(self, length: int = -1) -> bytes:
        left = max(self.size - self._file.tell(), 0)
        length = left if length < 0 else min(length, left)
        if length > LONGEST_INDEX:
            raise _too_many()
        with _readable():
            return self._file.read(length)

    def close(self) -> None:
        """Leave the file to whoever opened it."""


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except OSError as failure:
        raise BundleError(
            "cannot read the bundle: {reason}", reason=failure.strerror or str(failure)
        ) from failure


class _Comparison:
    """A file that keeps nothing of what is written but where it differs from an archive."""

    def __init__(self, source: _Source) -> None:
        self._source = source
        self._place = 0
        self.end = 0
        self.differing: set[tuple[int, int]] = set()
        """Place and length of what differs. A member's header is written twice, the first time
        without checksum and size."""

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        assert whence == os.SEEK_SET
        self._place = place
        return place

    def tell(self) -> int:
        return self._place

    def write(self, data: bytes) -> int:
        span = self._place, len(data)
        self._source.seek(self._place)
        if self._source.read(len(data)) == data:
            self.differing.discard(span)
        else:
            self.differing.add(span)
        self._place += len(data)
        self.end = max(self.end, self._place)
        return len(data)

    def flush(self) -> None:
        """Do nothing, as nothing is kept."""

    def close(self) -> None:
        """Do nothing, as nothing is open."""


@contextmanager
def open_archive(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that should be an archive.

    Raises:
        BundleError: it is not there, is no file, or cannot be read.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError as failure:
        raise missing_file(path, BundleError) from failure
    except OSError as failure:
        raise BundleError(
            "cannot read the bundle: {reason}",
            hint="see whether you may read it, and whether it is a file",
            locator=Locator(str(path)),
            reason=failure.strerror or str(failure),
        ) from failure
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise BundleError(
            "the bundle is not a file",
            hint="name the file that 'ccpolicy bundle -o FILE' made",
            locator=Locator(str(path)),
        )
    with os.fdopen(handle, "rb") as file:
        yield file
