"""XLSX: a sheet of a workbook, row by row."""

from __future__ import annotations

import datetime
import io
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ccpolicy.errors import EvidenceError, Locator, Message
from ccpolicy.evidence.contract import Column
from ccpolicy.evidence.readers.header import match_header, names_by_heading
from ccpolicy.evidence.readers.interface import Note, Reader, Record, Reject, SourceFile
from ccpolicy.evidence.values import value_of

if TYPE_CHECKING:
    from ccpolicy.evidence.readers.workbook import SheetFacts

MAX_BYTES = 64 << 20
MOST_DIGITS = 10**15
"""A spreadsheet keeps fifteen digits of a number; what is longer has lost the others."""


class XlsxReader(Reader):
    """See `Reader`. A record's number is its row."""

    def read(
        self, file: SourceFile, only: Collection[int] | None = None
    ) -> Iterator[Record | Reject | Note]:
        """See `Reader.read`."""
        return _Sheet(file).records()


READER = XlsxReader()


class _Sheet:
    def __init__(self, file: SourceFile) -> None:
        self.file = file
        file.check_size(MAX_BYTES)
        self.name, rows, self.facts, self.notes = _open(file)
        self.rows = iter(rows)
        headings = _headings(next(self.rows, []))
        if not headings:
            raise file.error(
                "the first row is empty",
                hint="it names the columns: {columns}",
                columns=", ".join(names_by_heading(file.contract)),
            )
        file.check_table(len(rows), len(headings))
        known = {column.name: column for column in file.contract.columns}
        names = match_header(file, headings, self.name, map(_headings, rows[1:]))
        self.columns = [known[name] if name else None for name in names]

    def records(self) -> Iterator[Record | Reject | Note]:
        number = 1
        hidden = 0
        for number, cells in enumerate(self.rows, 2):
            try:
                row = {
                    column.name: _value(cell, column)
                    for column, cell in zip(self.columns, cells, strict=False)
                    if column and cell != ""
                }
            except EvidenceError:
                yield Reject(number, self._refused(number, cells), sheet=self.name)
                continue
            if error := self._lost(number, cells):
                yield Reject(number, error, sheet=self.name)
            elif row:
                hidden += number in self.facts.hidden_rows
                yield Record(number, row, sheet=self.name)
        # Rows of which no cell could be read end beyond what the reader takes for the last.
        unread = self.facts.unread
        beyond = sorted(place for place in unread if place[0] > number and self._counts(place[1]))
        for row_number, places in groupby(beyond, key=lambda place: place[0]):
            yield Reject(row_number, unread[next(places)], sheet=self.name)
        yield from map(Note, self.notes)
        yield from map(Note, self._hidden(hidden))

    def _hidden(self, rows: int) -> Iterator[Message]:
        """Say which of what was read a person does not see."""
        if rows:
            yield Message.of(
                "of the sheet '{name}', {count} hidden rows were read", name=self.name, count=rows
            )
        names = [
            column.name
            for index, column in enumerate(self.columns, 1)
            if column and self.facts.hides(index)
        ]
        if names:
            yield Message.of(
                "of the sheet '{name}', hidden columns were read: {columns}",
                name=self.name,
                columns=", ".join(names),
            )

    def _counts(self, index: int) -> bool:
        """Whether a cell of a column may belong to a record."""
        return index >= len(self.columns) or self.columns[index] is not None

    def _refused(self, number: int, cells: list[Any]) -> EvidenceError:
        """Repeat what is wrong with a value, with its place."""
        for index, (column, cell) in enumerate(zip(self.columns, cells, strict=False)):
            try:
                _value(cell, column) if column and cell != "" else None
            except EvidenceError as failure:
                return failure.at(self._place(number, index))
        raise AssertionError(number)

    def _lost(self, number: int, cells: list[Any]) -> EvidenceError | None:
        """Find a value of a row that would be lost."""
        unread = self.facts.unread
        for index in range(len(cells) if unread else 0):
            if (number, index) in unread and self._counts(index):
                return unread[number, index]
        for index in range(len(self.columns), len(cells)):
            if cells[index] != "":
                return EvidenceError(
                    "there is a value beyond the last column with a heading",
                    locator=self._place(number, index),
                )
        return None

    def _place(self, row: int, index: int) -> Locator:
        return Locator(self.file.name, row, index + 1, sheet=self.name)


def _headings(cells: list[Any]) -> list[str]:
    """Return the texts of a row, up to the last cell that is not empty."""
    headings = [_heading(cell) for cell in cells]
    while headings and not headings[-1]:
        headings.pop()
    return headings


def _heading(cell: Any) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _value(cell: Any, column: Column) -> object:
    """Return what a cell is in JSON, if nothing of it has been lost.

    What its column's contract says how to read, is left to be read.
    """
    if isinstance(cell, str):
        is_text = column.type == "text" or not column.reading.is_plain
        return cell if is_text else value_of(cell, column.type)
    if isinstance(cell, bool):
        return cell
    if not column.reading.is_plain and not isinstance(cell, int | float):
        return cell
    if isinstance(cell, int | float):
        is_whole = isinstance(cell, int) or cell.is_integer()
        if column.type == "text" and abs(cell) >= MOST_DIGITS:
            raise EvidenceError(
                "'{name}' is a number of more than fifteen digits, of which the last are lost",
                hint="format the column as text and type the number again",
                name=column.name,
            )
        if column.type == "text":
            return str(int(cell)) if is_whole else repr(cell)
        return int(cell) if is_whole else cell
    if isinstance(cell, datetime.datetime):
        is_day = column.type == "date" and cell.time() == datetime.time()
        return cell.date().isoformat() if is_day else cell.isoformat()
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return value_of(str(cell), column.type)


def _open(file: SourceFile) -> tuple[str, list[list[Any]], SheetFacts, list[Message]]:
    """Return the sheet's name, its rows from the first on, what its XML says, and what to note."""
    # Needed for spreadsheets alone.
    import python_calamine

    from ccpolicy.evidence.readers.workbook import not_a_workbook, sheet_facts, unpack

    parts = unpack(file)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(file.content()))
        names = book.sheet_names
        wanted = file.contract.dataset.sheet or (names[0] if names else "")
        if wanted not in names:
            raise file.error(
                "there is no sheet '{name}'",
                hint="the sheets are: {known}",
                name=wanted,
                known=", ".join(names),
            )
        visible = python_calamine.SheetVisibleEnum.Visible
        hidden = {each.name for each in book.sheets_metadata if each.visible != visible}
        rows, facts = sheet_facts(
            file,
            parts,
            wanted,
            lambda: book.get_sheet_by_name(wanted).to_python(skip_empty_area=False),
        )
    except (python_calamine.CalamineError, ValueError, OSError) as failure:
        raise not_a_workbook(file, failure) from failure
    return wanted, rows, facts, list(_sheet_notes(wanted, names, hidden))


def _sheet_notes(wanted: str, names: Sequence[str], hidden: Collection[str]) -> Iterator[Message]:
    """Say which sheet was read where there are several, or it is hidden."""
    if len(names) > 1:
        yield Message.of(
            "of {count} sheets, '{name}' was read; not read: {others}",
            count=len(names),
            name=wanted,
            others=", ".join(each for each in names if each != wanted),
        )
    if wanted in hidden:
        yield Message.of("the sheet '{name}' that was read is hidden", name=wanted)
