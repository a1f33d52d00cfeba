"""XLSX: a sheet of a workbook, row by row."""

from __future__ import annotations

import datetime
import fnmatch
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from ccpolicy.errors import EvidenceError, Locator, Message
from ccpolicy.evidence.contract import Column
from ccpolicy.evidence.readers.header import match_header, names_by_heading
from ccpolicy.evidence.readers.interface import Reader, ReadingNote, Record, Reject, SourceFile
from ccpolicy.evidence.readers.legacy_workbook import LegacyWorkbook, is_legacy
from ccpolicy.evidence.readers.opendocument import OpenDocument
from ccpolicy.evidence.readers.surroundings import CellTexts
from ccpolicy.evidence.readers.table_shape import TableShape, skipped_rows_message
from ccpolicy.evidence.readers.workbook import (
    OpenSheet,
    SheetFacts,
    defined_names,
    fill_or_note_merged,
    open_workbook,
    sheet_facts,
    table_area,
)
from ccpolicy.evidence.readers.workbook_limits import CONTENT, not_a_workbook, unpack_workbook
from ccpolicy.evidence.values import value_of
from ccpolicy.policy.decoding import CellRange

MAX_BYTES = 64 << 20
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
        file.check_size(MAX_BYTES)
        self.name, rows, self.facts, self.notes = open_sheet(file)
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
                    column.name: _value(cell, column)
                    for column, cell in zip(self.columns, cells, strict=False)
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
                    "of the sheet '{name}', {count} hidden rows were read",
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


def chosen_sheets(file: SourceFile) -> tuple[list[str], list[Message]]:
    """Return the names of the sheets that a contract chooses by patterns, and what to note.

    Raises:
        EvidenceError: it is no workbook, or a pattern fits no sheet.
    """
    file.check_size(MAX_BYTES)
    names = _sheet_names(file)
    wanted = file.contract.dataset.sheet or []
    patterns = [wanted] if isinstance(wanted, str) else wanted
    for pattern in patterns:
        if not any(fnmatch.fnmatchcase(name, pattern) for name in names):
            raise _no_sheet(file, pattern, names)
    chosen = [
        name for name in names if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
    ]
    return chosen, list(_not_read(chosen, names))


def _sheet_names(file: SourceFile) -> list[str]:
    if is_legacy(file):
        return list(LegacyWorkbook(file).sheets)
    parts = unpack_workbook(file)
    if CONTENT in parts:
        return list(OpenDocument(file, parts[CONTENT]).sheets)
    return open_workbook(file, parts).sheet_names


def _no_sheet(file: SourceFile, name: str, known: Sequence[str]) -> EvidenceError:
    return file.error(
        "there is no sheet '{name}'",
        hint="the sheets are: {known}",
        name=name,
        known=", ".join(known),
    )


def open_sheet(file: SourceFile) -> tuple[str, list[list[Any]], SheetFacts, list[Message]]:
    """Return a sheet's name, its rows from row 1, the facts that its XML gives, and notes on it."""
    # Needed for spreadsheets alone.
    import python_calamine

    if is_legacy(file):
        legacy = LegacyWorkbook(file)
        area, wanted = _wanted(file, [*legacy.sheets], legacy.names)
        return _settled(file, legacy.open(wanted), area, legacy.sheets)
    parts = unpack_workbook(file)
    if CONTENT in parts:
        document = OpenDocument(file, parts[CONTENT])
        area, wanted = _wanted(file, [*document.sheets], document.names)
        sheets = {name: each.is_hidden for name, each in document.sheets.items()}
        return _settled(file, document.sheets[wanted], area, sheets)
    book = open_workbook(file, parts)
    names = book.sheet_names
    area, wanted = _wanted(file, names, defined_names(file, parts))
    try:
        visible = python_calamine.SheetVisibleEnum.Visible
        hidden = {each.name for each in book.sheets_metadata if each.visible != visible}
        # Only what was measured is opened: see `sheet_facts`.
        rows, merged, facts = sheet_facts(
            file, parts, wanted, lambda: book.get_sheet_by_name(wanted)
        )
    except (python_calamine.CalamineError, ValueError, OSError) as failure:
        raise not_a_workbook(file, failure) from failure
    facts.area = area
    fill_or_note_merged(file, rows, merged, facts)
    return wanted, rows, facts, _notes(file, wanted, names, hidden)


def _settled(
    file: SourceFile, sheet: OpenSheet, area: CellRange, sheets: Mapping[str, bool]
) -> tuple[str, list[list[Any]], SheetFacts, list[Message]]:
    """Do as `open_sheet` with a sheet as it was read; `sheets`: name of each → it is hidden."""
    sheet.facts.area = area
    fill_or_note_merged(file, sheet.rows, sheet.merged, sheet.facts)
    hidden = {name for name, is_hidden in sheets.items() if is_hidden}
    return sheet.name, sheet.rows, sheet.facts, _notes(file, sheet.name, [*sheets], hidden)


def _wanted(
    file: SourceFile, names: Sequence[str], ranges: Mapping[str, str]
) -> tuple[CellRange, str]:
    """Return the part of the sheet that is the table, and the sheet's name.

    Raises:
        EvidenceError: there is no such range, or no such sheet.
    """
    area, named = table_area(file, ranges)
    chosen = file.contract.dataset.sheet
    wanted = file.sheet or named or (chosen if isinstance(chosen, str) else names[0])
    if wanted not in names:
        raise _no_sheet(file, wanted, names)
    return area, wanted


def _notes(
    file: SourceFile, wanted: str, names: Sequence[str], hidden: Collection[str]
) -> list[Message]:
    """Yield notes on sheets that were not read, and on one that was read though hidden."""
    notes = [] if file.sheet else list(_not_read([wanted], names))
    if wanted in hidden:
        notes.append(Message.of("the sheet '{name}' that was read is hidden", name=wanted))
    return notes


def _not_read(chosen: Sequence[str], names: Sequence[str]) -> Iterator[Message]:
    """Yield a note on the sheets that were read, if the workbook has others."""
    if others := [each for each in names if each not in chosen]:
        yield Message.of(
            "of {count} sheets, '{name}' was read; not read: {others}",
            count=len(names),
            name=", ".join(chosen),
            others=", ".join(others),
        )
