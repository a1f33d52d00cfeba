"""XLSX: a sheet of a workbook, row by row."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import Any

from ccpolicy.errors import EvidenceError, Locator, Message
from ccpolicy.evidence.contract import Column
from ccpolicy.evidence.readers.header import match_header, names_by_heading
from ccpolicy.evidence.readers.interface import Reader, ReadingNote, Record, Reject, SourceFile
from ccpolicy.evidence.readers.sheet_choice import open_sheet
from ccpolicy.evidence.readers.surroundings import CellTexts
from ccpolicy.evidence.readers.table_shape import TableShape, skipped_rows_message
from ccpolicy.evidence.values import value_of

MOST_DIGITS = 10**15
"""A spreadsheet keeps fifteen digits of a number; what is longer has lost the others."""


class XlsxReader(Reader):
    """See `Reader`. A record's number is its row."""

    def read(
        self, file: SourceFile, only: Collection[int] | None = None
    ) -> Iterator[Record | Reject | ReadingNote]:
        """See `Reader.read`."""
        return _Sheet(file).records()


READER = XlsxReader()


class _Sheet:
    def __init__(self, file: SourceFile) -> None:
        self.file = file
        sheet, self.notes = open_sheet(file)
        self.name, rows, self.facts = sheet.name, sheet.rows, sheet.facts
        is_packed = file.part and not file.sheet
        self.place = f"{file.part}/{self.name}" if is_packed else file.part or self.name
        """What places call the sheet."""
        self.hidden = file.contract.dataset.hidden
        self.cells = CellTexts(self.file, _heading)
        self.shape = TableShape(file, self.facts.area, _heading)
        headings, self.rows = self.shape.open(enumerate(rows, 1))
        while headings and not headings[-1]:
            headings.pop()
        if not headings:
            raise file.error(
                "the first row is empty",
                hint="it names the columns: {columns}; if another does, add to the dataset its"
                " number, such as  header: 2",
                columns=", ".join(names_by_heading(file.contract)),
            )
        file.check_table(len(rows), len(headings))
        self.last = len(rows)
        for number in self.cells.wanted:
            self.cells.take(number, rows[number - 1] if number <= len(rows) else ())
        known = {column.name: column for column in file.contract.columns}
        place = Locator(file.name, self.shape.first_row, sheet=self.place)
        below = ((number, _headings(row)) for number, row in enumerate(rows, 1))
        names = match_header(
            file, headings, place, (row for row in below if row[0] > self.shape.first_row)
        )
        self.first = self.facts.area.first_column
        self.columns = [known[name] if name else None for name in names]
        around = {**file.around, **self.cells.found()}
        self.around = {name: _value(cell, known[name]) for name, cell in around.items()}

    def records(self) -> Iterator[Record | Reject | ReadingNote]:
        """Yield the records of the sheet, and what should be known of how it was read."""
        hidden = 0
        # Asked once: a sheet has many cells.
        as_text = [column is not None and _takes_text(column) for column in self.columns]
        for number, cells in self.rows:
            if number in self.facts.hidden_rows and self.hidden != "read":
                hidden += any(cell != "" for cell in cells)
                if self.hidden == "refuse" and hidden:
                    raise self.file.error(
                        "row {row} of the sheet '{name}' is hidden",
                        hint="show it, or say in the dataset what becomes of it:  hidden: read"
                        "  or  hidden: skip",
                        row=number,
                        name=self.name,
                    )
                continue
            try:
                row = {
                    column.name: cell if text and isinstance(cell, str) else _value(cell, column)
                    for column, text, cell in zip(self.columns, as_text, cells, strict=False)
                    if column and cell != ""
                }
            except EvidenceError:
                yield Reject(number, self._refused(number, cells), sheet=self.place)
                continue
            if row and (error := self._merged(number)):
                raise error
            if error := self._lost(number, cells):
                yield Reject(number, error, sheet=self.place)
            elif row:
                hidden += number in self.facts.hidden_rows
                yield Record(number, {**row, **self.around}, sheet=self.place)
        # Rows of which no cell could be read end beyond what the reader takes for the last.
        unread, end = self.facts.unread, self.facts.area.last_row
        beyond = sorted(
            place
            for place in unread
            if place[0] > self.last and not 0 < end < place[0] and self._counts(place[1])
        )
        for row_number, places in groupby(beyond, key=lambda place: place[0]):
            yield Reject(row_number, unread[next(places)], sheet=self.place)
        yield from map(ReadingNote, (*self.notes, *self.shape.notes(), *self._hidden(hidden)))

    def _merged(self, number: int) -> EvidenceError | None:
        """Find a column of a record whose cell is merged into another."""
        for first, last, name in self.facts.merged.get(number, ()):
            if any(self._counts(index) for index in range(first, last + 1)):
                return self.file.error(
                    "the cells {range} of the sheet '{name}' are merged",
                    hint="say in the dataset which of them have the text:  merged: fill  (all)"
                    "  or  merged: first",
                    range=name,
                    name=self.name,
                )
        return None

    def _hidden(self, rows: int) -> Iterator[Message]:
        """Yield notes on hidden rows and columns that were read."""
        if rows:
            yield (
                skipped_rows_message("hidden", rows)
                if self.hidden == "skip"
                else Message.of(
                    "of the sheet '{name}', hidden rows were read: {count}",
                    name=self.name,
                    count=rows,
                )
            )
        names = [
            column.name
            for index, column in enumerate(self.columns, self.first)
            if column and self.facts.hides(index)
        ]
        if names:
            yield Message.of(
                "of the sheet '{name}', hidden columns were read: {columns}",
                name=self.name,
                columns=", ".join(names),
            )

    def _counts(self, index: int) -> bool:
        """Whether a cell of the sheet's columns may belong to a record."""
        if index < self.first - 1 or 0 < self.facts.area.last_column <= index:
            return False
        index -= self.first - 1
        return index >= len(self.columns) or self.columns[index] is not None

    def _refused(self, number: int, cells: Sequence[Any]) -> EvidenceError:
        """Repeat what is wrong with a value, with its place."""
        for index, (column, cell) in enumerate(zip(self.columns, cells, strict=False)):
            try:
                _value(cell, column) if column and cell != "" else None
            except EvidenceError as failure:
                return failure.at(self._place(number, index))
        raise AssertionError(number)

    def _lost(self, number: int, cells: Sequence[Any]) -> EvidenceError | None:
        """Find a value of a row that would be lost."""
        unread = self.facts.unread
        for index in range(self.first - 1, self.first - 1 + len(cells)) if unread else ():
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
        return Locator(self.file.name, row, self.first + index, sheet=self.place)


def _headings(cells: list[Any]) -> list[str]:
    """Return the texts of a row, up to the last cell that is not empty."""
    headings = [_heading(cell) for cell in cells]
    while headings and not headings[-1]:
        headings.pop()
    return headings


def _heading(cell: Any) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _takes_text(column: Column) -> bool:
    """Whether a text is taken as it is."""
    return column.type == "text" or not column.reading.is_plain


def _value(cell: Any, column: Column) -> object:
    """Return what a cell is in JSON, if nothing of it has been lost.

    What its column's contract says how to read, is left to be read.
    """
    if isinstance(cell, str):
        return cell if _takes_text(column) else value_of(cell, column.type)
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
