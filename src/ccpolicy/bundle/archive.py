"""Write an archive in the one form that is allowed, and refuse every other when reading."""

from __future__ import annotations

import hashlib
import os
import stat
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ccpolicy.bundle.layout import LONGEST_END, Member, head, read_end, read_entries, tail
from ccpolicy.bundle.member_names import check_names
from ccpolicy.errors import BundleError

MOST_MEMBERS = 100_000
LONGEST_INDEX = 64 << 20
"""Bytes of the list of members that are held in memory."""
PIECE = 1 << 20

Content = bytes | Path
"""What becomes a member: bytes, or a file that is read in pieces."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What tells one content from another."""

    size: int
    crc: int
    sha256: str


def pieces(content: Content) -> Iterator[bytes]:
    """Yield a content in pieces.

    Raises:
        OSError: it cannot be read.
    """
    if isinstance(content, bytes):
        yield content
        return
    # A pipe that was put there meanwhile keeps nobody waiting.
    handle = os.open(content, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(handle, "rb", buffering=0) as file:
        while piece := file.read(PIECE):
            yield piece


def digest(content: Iterator[bytes]) -> Digest:
    """Digest a content, piece by piece."""
    size = crc = 0
    sha256 = hashlib.sha256()
    for piece in content:
        size += len(piece)
        crc = zlib.crc32(piece, crc)
        sha256.update(piece)
    return Digest(size, crc, sha256.hexdigest())


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
        return cls(content, digest(pieces(content)))


def write_archive(file: IO[bytes], parts: Mapping[str, Part]) -> None:
    """Write members in order of their names.

    Raises:
        BundleError: a name cannot be that of a member, or a file changed meanwhile.
        OSError: a file cannot be read, or the archive not be written.
    """
    names = sorted(parts)
    check_names(names)
    members = []
    for name in names:
        part = parts[name]
        member = Member(name, part.digest.size, part.digest.crc)
        file.write(head(member))
        if digest(_copied(part.content, file)) != part.digest:
            raise BundleError(
                "'{name}' changed while the bundle was made",
                hint="make it again when nobody writes to that file",
                name=name,
            )
        members.append(member)
    file.write(tail(members))


def _copied(content: Content, file: IO[bytes]) -> Iterator[bytes]:
    for piece in pieces(content):
        file.write(piece)
        yield piece


class Archive:
    """An archive whose list of members is in order; its content is read in pieces."""

    def __init__(self, file: IO[bytes]) -> None:
        """Read the list of members.

        Raises:
            BundleError: the archive is not of the one form that is allowed.
        """
        self.file = file
        self.size = file.seek(0, os.SEEK_END)
        self._index = self._read_index()
        self.members = {member.name: member for member in self._index}
        self.places: dict[str, int] = {}
        place = 0
        for member in self._index:
            place += len(head(member))
            self.places[member.name] = place
            place += member.size

    def _read_index(self) -> list[Member]:
        end = read_end(self._at(max(self.size - LONGEST_END, 0), LONGEST_END))
        if end.count > MOST_MEMBERS or end.size > LONGEST_INDEX:
            raise BundleError(
                "the archive has more than {count} members, or too long a list of them",
                count=MOST_MEMBERS,
            )
        rest = self.size - end.starts
        if not 0 <= rest <= LONGEST_INDEX + LONGEST_END:
            raise BundleError("the archive's list of its members is damaged")
        found = self._at(end.starts, rest)
        members = read_entries(found, end.count)
        check_names(member.name for member in members)
        if sum(len(head(member)) + member.size for member in members) != end.starts:
            raise BundleError("something stands before, between or behind the archive's members")
        if tail(members) != found:
            raise BundleError(
                "the archive's list of its members is not of the form that bundles have:"
                " stored plain files of 1980-01-01 without comments"
            )
        return members

    def check(self) -> dict[str, str]:
        """Read all of it once, and return the SHA-256 of each member.

        Raises:
            BundleError: what stands before a member or its checksum is not as it should be.
        """
        found = {}
        for member in self._index:
            expected = head(member)
            if self._at(self.places[member.name] - len(expected), len(expected)) != expected:
                raise BundleError(
                    "what stands before '{name}' in the archive differs from the list of members",
                    name=member.name,
                )
            content = digest(self.pieces(member.name))
            if content.crc != member.crc:
                raise BundleError("the checksum of '{name}' is wrong", name=member.name)
            found[member.name] = content.sha256
        return found

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield the content of a member in pieces.

        Raises:
            BundleError: the archive became shorter meanwhile.
        """
        place, left = self.places[name], self.members[name].size
        while left:
            piece = self._at(place, min(left, PIECE))
            place, left = place + len(piece), left - len(piece)
            yield piece

    def read(self, name: str, most: int) -> bytes:
        """Return the content of a member that is to be held in memory.

        Raises:
            BundleError: there is no such member, or it is larger than `most` bytes.
        """
        if name not in self.members:
            raise BundleError("the archive holds no '{name}'", name=name)
        if self.members[name].size > most:
            raise BundleError("'{name}' is larger than {limit} MiB", name=name, limit=most >> 20)
        return b"".join(self.pieces(name))

    def _at(self, place: int, length: int) -> bytes:
        try:
            self.file.seek(place)
            found = self.file.read(min(length, self.size - place))
        except OSError as failure:
            raise BundleError(
                "cannot read the bundle: {reason}", reason=failure.strerror or str(failure)
            ) from failure
        if len(found) < min(length, self.size - place):
            raise BundleError("the archive changed while it was read")
        return found


@contextmanager
def open_archive(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that should be an archive.

    Raises:
        BundleError: it is not there, is no file, or cannot be read.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as failure:
        raise BundleError(
            "cannot read the bundle: {reason}", reason=failure.strerror or str(failure)
        ) from failure
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise BundleError("the bundle is not a file")
    with os.fdopen(handle, "rb") as file:
        yield file
