"""Compound files, in which the programs of old offices keep several streams: [MS-CFB]."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_VERSION = struct.Struct("<26x 5H")
_PLACES = struct.Struct("<48x 3I 3I")
_FIRST_TABLES = struct.Struct("<76x 109I")
_HEADER_SIZE = 512
_ENTRY = struct.Struct("<64s HB x 3I 36x IQ")
_SHAPES = {(3, 0xFFFE, 9, 6), (4, 0xFFFE, 12, 6)}
"""Version, mark of the order of bytes, and the sizes of sectors as powers of 2."""
_SMALL = 64
"""Bytes of a small sector."""
_NONE = 0xFFFFFFFF
_LAST = 0xFFFFFFFE
"""Numbers from here on are no sectors."""
_STREAM, _ROOT = 2, 5


class DamagedFile(Exception):
    """The bytes are no compound file; why, is for people who know the format."""


class _Entry(NamedTuple):
    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


class CompoundFile:
    """The streams in the first folder of a compound file."""

    def __init__(self, data: bytes) -> None:
        """Read the tables of a file.

        Raises:
            DamagedFile: they contradict each other, or the file is cut off.
        """
        if not data.startswith(MAGIC) or len(data) < _HEADER_SIZE:
            raise DamagedFile("no compound file")
        version, order, shift, small_shift, _ = _VERSION.unpack_from(data)
        if (version, order, shift, small_shift) not in _SHAPES:
            raise DamagedFile("unknown version of compound files")
        folder, _, self._least, small_table, _, more_tables = _PLACES.unpack_from(data)
        self._data, self._sector_size = data, 1 << shift
        self._following = self._tables(more_tables)
        entries = self._read(folder)
        self._entries = [
            _entry(entries, at, has_long_sizes=version == 4)
            for at in range(0, len(entries), _ENTRY.size)
        ]
        if not self._entries or self._entries[0].kind != _ROOT:
            raise DamagedFile("the file has no root folder")
        root = self._entries[0]
        self._small = self._read(root.start)
        self._following_small = _numbers(self._read(small_table))
        self.streams = list(self._in_folder(root.child))
        """Name and number of each stream. Folders below hold other documents."""

    def read(self, number: int) -> bytes:
        """Return the content of a stream.

        Raises:
            DamagedFile: it is not there as a whole.
        """
        entry = self._entries[number]
        if entry.size < self._least:
            sectors = _chain(entry.start, self._following_small)
            content = b"".join(self._small[at * _SMALL : (at + 1) * _SMALL] for at in sectors)
        else:
            content = self._read(entry.start)
        if len(content) < entry.size:
            raise DamagedFile("the file is cut off")
        return content[: entry.size]

    def _tables(self, more: int) -> Sequence[int]:
        """Return the number of the sector that follows each."""
        sectors = [*_FIRST_TABLES.unpack_from(self._data)]
        seen: set[int] = set()
        while more < _LAST:
            if more in seen:
                raise DamagedFile("the tables lead in a circle")
            seen.add(more)
            *numbers, more = _numbers(self._sector(more))
            sectors += numbers
        tables = [each for each in sectors if each < _LAST]
        if len(tables) != len(set(tables)):
            raise DamagedFile("the tables lead in a circle")
        return _numbers(b"".join(map(self._sector, tables)))

    def _in_folder(self, first: int) -> Iterator[tuple[str, int]]:
        waiting, seen = [first], {_NONE}
        while waiting:
            number = waiting.pop()
            if number == _NONE:
                continue
            if number in seen or number >= len(self._entries):
                raise DamagedFile("the folder leads in a circle")
            seen.add(number)
            entry = self._entries[number]
            waiting += (entry.left, entry.right)
            if entry.kind == _STREAM:
                yield entry.name, number

    def _read(self, first: int) -> bytes:
        return b"".join(map(self._sector, _chain(first, self._following)))

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self._sector_size
        content = self._data[at : at + self._sector_size]
        if not content:
            raise DamagedFile("the file is cut off")
        return content


def _entry(entries: bytes, at: int, *, has_long_sizes: bool) -> _Entry:
    try:
        name, length, kind, left, right, child, start, size = _ENTRY.unpack_from(entries, at)
        text = name[: max(length - 2, 0)].decode("utf-16-le")
    except (struct.error, UnicodeDecodeError) as failure:
        raise DamagedFile("the folder is cut off") from failure
    return _Entry(text, kind, left, right, child, start, size if has_long_sizes else size % 2**32)


def _numbers(table: bytes) -> Sequence[int]:
    return struct.unpack_from(f"<{len(table) // 4}I", table)


def _chain(sector: int, following: Sequence[int]) -> Iterator[int]:
    """Yield a sector and those that follow it."""
    seen: set[int] = set()
    while sector < _LAST:
        if sector in seen or sector >= len(following):
            raise DamagedFile("the tables lead in a circle")
        seen.add(sector)
        yield sector
        sector = following[sector]
