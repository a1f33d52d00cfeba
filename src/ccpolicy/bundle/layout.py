"""The one form of an archive: every byte that is no content follows from names, sizes and CRCs.

A ZIP file as PKWARE's APPNOTE describes it, with everything left to choice chosen: members stored
and in order of their names, dated 1980-01-01, plain files, ZIP64 fields only where they are needed.
So an archive can be held against its own names, and there is no room for anything else.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from ccpolicy.errors import BundleError

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_LARGE_END = struct.Struct("<4sQ2H2L4Q")
_LARGE_PLACE = struct.Struct("<4sLQL")

_STORED = 0
_UTF8 = 1 << 11
_NEEDED, _NEEDED_LARGE = 20, 45
"""Version of the format that a reader must know."""
_MADE_ON_UNIX = 3 << 8 | 45
_MIDNIGHT, _FIRST_DAY = 0, 1 << 5 | 1
_PLAIN_FILE = 0o100644 << 16
_LARGE_FIELD = 1
LARGE = 0xFFFFFFFF
"""Sizes and places from here on stand in fields of ZIP64."""
MANY = 0xFFFF
"""Numbers of members likewise."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive."""

    name: str
    size: int
    crc: int
    """CRC-32 of the content."""


@dataclass(frozen=True, slots=True)
class Index:
    """Where the list of members stands, as the end of an archive says."""

    count: int
    size: int
    starts: int


def head(member: Member) -> bytes:
    """Return what stands before a member's content."""
    name = member.name.encode()
    large = member.size >= LARGE
    size = LARGE if large else member.size
    extra = struct.pack("<2H2Q", _LARGE_FIELD, 16, member.size, member.size) if large else b""
    return (
        _LOCAL.pack(
            b"PK\3\4",
            _NEEDED_LARGE if large else _NEEDED,
            _UTF8,
            _STORED,
            _MIDNIGHT,
            _FIRST_DAY,
            member.crc,
            size,
            size,
            len(name),
            len(extra),
        )
        + name
        + extra
    )


def tail(members: Sequence[Member]) -> bytes:
    """Return what stands after the last member's content: the list of members, and the end."""
    entries = []
    place = 0
    for member in members:
        entries.append(_entry(member, place))
        place += len(head(member)) + member.size
    index = Index(len(members), sum(map(len, entries)), place)
    return b"".join(entries) + _end(index)


def _entry(member: Member, place: int) -> bytes:
    name = member.name.encode()
    large = [member.size] * 2 if member.size >= LARGE else []
    large += [place] if place >= LARGE else []
    extra = struct.pack(f"<2H{len(large)}Q", _LARGE_FIELD, 8 * len(large), *large) if large else b""
    return (
        _CENTRAL.pack(
            b"PK\1\2",
            _MADE_ON_UNIX,
            _NEEDED_LARGE if large else _NEEDED,
            _UTF8,
            _STORED,
            _MIDNIGHT,
            _FIRST_DAY,
            member.crc,
            min(member.size, LARGE),
            min(member.size, LARGE),
            len(name),
            len(extra),
            0,
            0,
            0,
            _PLAIN_FILE,
            min(place, LARGE),
        )
        + name
        + extra
    )


def _end(index: Index) -> bytes:
    count, size, starts = index.count, index.size, index.starts
    large = b""
    if count >= MANY or size >= LARGE or starts >= LARGE:
        length = _LARGE_END.size - 12  # it does not count its first two fields
        large = _LARGE_END.pack(
            b"PK\6\6",
            length,
            _MADE_ON_UNIX,
            _NEEDED_LARGE,
            0,
            0,
            count,
            count,
            size,
            starts,
        ) + _LARGE_PLACE.pack(b"PK\6\7", 0, starts + size, 1)
    count = min(count, MANY)
    end = _END.pack(b"PK\5\6", 0, 0, count, count, min(size, LARGE), min(starts, LARGE), 0)
    return large + end


LONGEST_END = _LARGE_END.size + _LARGE_PLACE.size + _END.size


def read_end(data: bytes) -> Index:
    """Read where the list of members stands from an archive's last `LONGEST_END` bytes.

    What is read is only a guess, which the form of the whole confirms or refutes.

    Raises:
        BundleError: this is not the end of an archive.
    """
    if len(data) < _END.size or data[-_END.size :][:4] != b"PK\5\6":
        raise BundleError(
            "this is no bundle, or something follows it",
            hint="make one with: ccpolicy bundle -o FILE",
        )
    count, size, starts = _END.unpack(data[-_END.size :])[4:7]
    large = data[-LONGEST_END : -_LARGE_PLACE.size - _END.size]
    if len(large) == _LARGE_END.size and large[:4] == b"PK\6\6":
        count, size, starts = _LARGE_END.unpack(large)[7:10]
    return Index(count, size, starts)


def read_entries(data: bytes, count: int) -> list[Member]:
    """Read the list of members; again only a guess.

    Raises:
        BundleError: it is cut off, or names a member by what is not UTF-8.
    """
    members = []
    place = 0
    try:
        for _ in range(count):
            fields = _CENTRAL.unpack_from(data, place)
            crc, size, length, extra, comment = fields[7], fields[9], *fields[10:13]
            place += _CENTRAL.size
            name = data[place : place + length].decode()
            place += length
            if size >= LARGE:
                [size] = struct.unpack_from("<Q", data, place + 4)
            place += extra + comment
            members.append(Member(name, size, crc))
    except (struct.error, UnicodeDecodeError) as failure:
        raise BundleError("the archive's list of its members is damaged") from failure
    return members
