"""Workbooks of Excel 97 to 2003 (`.xls`): their sheets, and all that these say: [MS-XLS].

What can be read in two ways, or not at all, is refused.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ccpolicy.errors import EvidenceError
from ccpolicy.evidence.readers.compound_file import MAGIC, CompoundFile, DamagedFile
from ccpolicy.evidence.readers.interface import FileContent
from ccpolicy.evidence.readers.legacy_records import Kind, Part, records_of
from ccpolicy.evidence.readers.legacy_sheet import LegacySheet
from ccpolicy.evidence.readers.legacy_strings import Strings, shared_texts
from ccpolicy.evidence.readers.serial_times import is_duration, is_moment
from ccpolicy.evidence.readers.workbook import OpenSheet
from ccpolicy.evidence.readers.workbook_limits import not_a_workbook, two_in_one
from ccpolicy.policy.decoding import letters

_STREAM, _OLDER_STREAM, _ENCRYPTED = "workbook", "book", "encryptedpackage"
_OWN_BOOK = b"\x01\x04"
_BUILT_IN_NAME = 0x20
_CELL, _CELLS = 0x3A, 0x3B
"""What a name of a range consists of: a cell of a sheet, or several."""
_MOST_SHEETS = 1000
_NEWER_HINT = "save it as an Excel workbook (.xlsx)"


class _Listed(NamedTuple):
    name: str
    at: int
    """Where in the stream it begins."""
    is_hidden: bool
    has_cells: bool
    """Whether it is neither a chart nor made of macros."""


def is_legacy(file: FileContent) -> bool:
    """Whether a file is one of old Office programs, or protected by a password of newer ones."""
    with file.open() as content:
        return content.read(len(MAGIC)) == MAGIC


class LegacyWorkbook:
    """A workbook, of which the sheets are read when they are opened."""

    def __init__(self, file: FileContent) -> None:
        """Read what concerns all sheets.

        Raises:
            EvidenceError: it is no workbook, is protected by a password, or is older.
        """
        self._file = file
        self._texts: list[str] = []
        self._formats: dict[int, str] = {}
        self._styles: list[int] = []
        """The format's number of each style of cells."""
        self._from_1904 = False
        self._computed_by: int | None = None
        """Number of what computed the formulas last: 0 if none did, None if none says it."""
        self._listed: list[_Listed] = []
        self._books: list[bool] = []
        """Of each book that names refer to, whether it is this one."""
        self._targets: list[tuple[int, int, int]] = []
        """Book, first and last sheet of each place that names refer to."""
        self._names: list[tuple[str, bytes]] = []
        try:
            self._stream = self._open()
            for kind, pieces in records_of(self._stream, 0, Part.GLOBALS):
                self._take(kind, pieces)
            self.names = dict(self._ranges())
        except (DamagedFile, struct.error) as failure:
            raise not_a_workbook(file, failure) from failure
        self.sheets = {each.name: each.is_hidden for each in self._listed if each.has_cells}
        """Those with cells by name, and whether they are hidden."""
        if not self.sheets or len({each.name for each in self._listed}) < len(self._listed):
            raise not_a_workbook(file, DamagedFile("no sheet, or two of one name"))

    def open(self, name: str) -> OpenSheet:
        """Read a sheet.

        Raises:
            EvidenceError: it is damaged, or has a cell twice.
            LimitError: it spans too large an area.
        """
        listed = next(each for each in self._listed if each.name == name)
        sheet = LegacySheet(
            self._file, name, self._texts, self._kinds(), self._from_1904, self._computed_by
        )
        try:
            for kind, pieces in records_of(self._stream, listed.at, Part.WORKSHEET):
                sheet.take(kind, pieces)
        except (DamagedFile, struct.error, IndexError) as failure:
            raise not_a_workbook(self._file, failure) from failure
        return sheet.finish()

    def _kinds(self) -> list[str]:
        """Return what numbers of each style are: `moment`, `duration` or neither."""
        kinds: dict[int, str] = {}
        for number in set(self._styles):
            form = self._formats.get(number)
            kinds[number] = (
                "duration"
                if is_duration(number, form)
                else "moment"
                if is_moment(number, form)
                else ""
            )
        return [kinds[each] for each in self._styles]

    def _open(self) -> bytes:
        """Return the stream that is the workbook."""
        document = CompoundFile(self._file.content())
        found: dict[str, list[tuple[str, int]]] = {}
        for name, number in document.streams:
            found.setdefault(name.casefold(), []).append((name, number))
        if _ENCRYPTED in found:
            raise self._locked()
        books = found.get(_STREAM, []) + found.get(_OLDER_STREAM, [])
        if len(books) > 1:
            raise two_in_one(self._file, books[0][0], books[1][0])
        if _OLDER_STREAM in found:
            raise self._file.error("the workbook is older than Excel 97", hint=_NEWER_HINT)
        if not books:
            raise DamagedFile("a document without sheets")
        return document.read(books[0][1])

    def _locked(self) -> EvidenceError:
        return self._file.error(
            "the workbook is protected by a password",
            hint="open it, take the password off, and save it",
        )

    def _take_setting(self, kind: int, body: bytes) -> None:
        if kind == Kind.DATEMODE:
            self._from_1904 = struct.unpack_from("<H", body) == (1,)
        else:
            [self._computed_by] = struct.unpack_from("<4xI", body)

    def _take(self, kind: int, pieces: Sequence[bytes]) -> None:
        """Keep what a record says of all sheets."""
        body = pieces[0]
        match kind:
            case Kind.FILEPASS:
                raise self._locked()
            case Kind.DATEMODE | Kind.RECALCID:
                self._take_setting(kind, body)
            case Kind.BOUNDSHEET:
                self._listed.append(_listed(pieces))
                if len(self._listed) > _MOST_SHEETS:
                    raise DamagedFile(f"more than {_MOST_SHEETS} sheets")
            case Kind.FORMAT:
                strings = Strings(pieces)
                number = strings.number("<H")
                self._formats[number] = strings.text(strings.number("<H"))
            case Kind.XF:
                self._styles.append(*struct.unpack_from("<2xH", body))
            case Kind.SST:
                self._texts = shared_texts(pieces)
            case Kind.SUPBOOK:
                self._books.append(body[2:] == _OWN_BOOK)
            case Kind.EXTERNSHEET:
                strings = Strings(pieces)
                for _ in range(strings.number("<H")):
                    book, first, last = struct.unpack("<3H", strings.take(6))
                    self._targets.append((book, first, last))
            case Kind.NAME:
                self._names += _named(pieces)

    def _ranges(self) -> Iterator[tuple[str, str]]:
        """Yield the names of ranges on one sheet, each with its place, such as `'Log'!A3:F20`."""
        for name, formula in self._names:
            if formula[:1] == bytes([_CELLS]) and len(formula) == 11:
                target, top, bottom, left, right = struct.unpack_from("<x5H", formula)
            elif formula[:1] == bytes([_CELL]) and len(formula) == 7:
                target, top, left = struct.unpack_from("<x3H", formula)
                bottom, right = top, left
            else:
                continue
            if target >= len(self._targets):
                continue
            book, first, last = self._targets[target]
            is_own = book < len(self._books) and self._books[book]
            if is_own and first == last and first < len(self._listed):
                sheet = self._listed[first].name.replace("'", "''")
                start = f"{letters((left & 0xFF) + 1)}{top + 1}"
                yield name, f"'{sheet}'!{start}:{letters((right & 0xFF) + 1)}{bottom + 1}"


def _listed(pieces: Sequence[bytes]) -> _Listed:
    strings = Strings(pieces)
    at, state, kind = strings.number("<I"), strings.number("<B"), strings.number("<B")
    name = strings.text(strings.number("<B"))
    return _Listed(name, at, is_hidden=state & 3 != 0, has_cells=kind == 0)


def _named(pieces: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    strings = Strings(pieces)
    flags, _, count, size = struct.unpack("<H2BH8x", strings.take(14))
    name = strings.text(count)
    if not flags & _BUILT_IN_NAME:
        yield name, strings.take(size)
