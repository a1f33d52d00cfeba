"""XLSX: a sheet of a workbook, row by row."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.evidence.contract import Column
from ccpolicy.evidence.models import RecordContent
from ccpolicy.evidence.readers.csv import header_errors
from ccpolicy.evidence.readers.interface import (
    EvidenceErrors,
    Opened,
    Parsed,
    Record,
    Reject,
    contents,
)
from ccpolicy.evidence.values import value_of

MAX_BYTES = 64 << 20
MOST_DIGITS = 10**15
"""A spreadsheet keeps fifteen digits of a number; what is longer has lost the others."""


class XlsxReader:
    """See `Parser`."""

    def parse(self, file: Opened) -> Parsed:
        """See `Parser.parse`."""
        return Sheet(file)


class Sheet:
    """See `Parsed`. A record's number is that of its row."""

    def __init__(self, file: Opened) -> None:
        self.file = file
        if file.fingerprint.size > MAX_BYTES:
            raise file.error("the file is larger than {limit} MiB", limit=MAX_BYTES >> 20)
        self.name, rows, self.unread = _open(file)
        self.rows = iter(rows)
        headings = [_heading(cell) for cell in next(self.rows, [])]
        while headings and not headings[-1]:
            headings.pop()
        contract = file.contract
        known = {contract.heading(column.name): column for column in contract.columns}
        if not headings:
            raise file.error(
                "the first row is empty",
                hint="it names the columns: {columns}",
                columns=", ".join(known),
            )
        names = {heading: column.name for heading, column in known.items()}
        if errors := header_errors(file, headings, names, sheet=self.name):
            raise EvidenceErrors(errors)
        self.columns = [known.get(heading) for heading in headings]

    def records(self) -> Iterator[Record | Reject]:
        """See `Parsed.records`."""
        number = 1
        for number, cells in enumerate(self.rows, 2):
            try:
                row = {
                    column.name: _value(cell, column)
                    for column, cell in zip(self.columns, cells, strict=False)
                    if column and cell != ""
                }
            except EvidenceError:
                yield Reject(number, self._refused(number, cells))
                continue
            if error := self._lost(number, cells):
                yield Reject(number, error)
            elif row:
                yield Record(number, row)
        # Rows of which no cell could be read end beyond what the reader takes for the last.
        beyond = sorted(place for place in self.unread if place[0] > number)
        for row_number, places in groupby(beyond, key=lambda place: place[0]):
            yield Reject(row_number, self.unread[next(places)])

    def _refused(self, number: int, cells: list[Any]) -> EvidenceError:
        """Say again what is wrong with a value, with its place."""
        for index, (column, cell) in enumerate(zip(self.columns, cells, strict=False)):
            try:
                _value(cell, column) if column and cell != "" else None
            except EvidenceError as failure:
                return failure.at(self._place(number, index))
        raise AssertionError(number)

    def _lost(self, number: int, cells: list[Any]) -> EvidenceError | None:
        """Say which value of a row would be lost."""
        for index, column in enumerate(self.columns if self.unread else ()):
            if column and (number, index) in self.unread:
                return self.unread[number, index]
        for index in range(len(self.columns), len(cells)):
            if cells[index] != "":
                return EvidenceError(
                    "a value stands beyond the last column that has a name",
                    locator=self._place(number, index),
                )
        return None

    def _place(self, row: int, index: int | None) -> Locator:
        column = None if index is None else index + 1
        return Locator(self.file.name, row, column, sheet=self.name)

    def locate(self, ordinals: Sequence[int]) -> dict[int, Locator]:
        """See `Source.locate`."""
        return {ordinal: self._place(ordinal, None) for ordinal in ordinals}

    def contents(self, ordinals: Sequence[int]) -> dict[int, RecordContent]:
        """See `Source.contents`."""
        return contents(Sheet(self.file), self.file.contract, ordinals)


def _heading(cell: Any) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _value(cell: Any, column: Column) -> object:
    """Return what a cell is in JSON, if nothing of it has been lost."""
    if isinstance(cell, str):
        return cell if column.type == "text" else value_of(cell, column.type)
    if isinstance(cell, bool):
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


def _open(file: Opened) -> tuple[str, list[list[Any]], Mapping[tuple[int, int], EvidenceError]]:
    """Return the sheet's name, its rows from the first on, and the cells that were not read."""
    # Needed for spreadsheets alone.
    import python_calamine

    from ccpolicy.evidence.readers.workbook import not_a_workbook, unpack, unread_cells

    sheets = unpack(file)
    try:
        book = python_calamine.CalamineWorkbook.from_path(file.path)
        names = book.sheet_names
        wanted = file.contract.dataset.sheet or (names[0] if names else "")
        if wanted not in names:
            raise file.error(
                "there is no sheet '{name}'",
                hint="the sheets are: {known}",
                name=wanted,
                known=", ".join(names),
            )
        unread = unread_cells(file, sheets, wanted)
        rows = book.get_sheet_by_name(wanted).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, ValueError, OSError) as failure:
        raise not_a_workbook(file, failure) from failure
    return wanted, rows, unread
