"""A table that somebody filled in and hands in: a workbook, or CSV.

It has no contract that could say what becomes of a cell that nobody sees or can read: such a table
is refused as a whole.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.evidence.readers.compound_file import MAGIC
from ccpolicy.evidence.readers.csv_form import CsvFault, csv_rows
from ccpolicy.evidence.readers.interface import FileContent
from ccpolicy.evidence.readers.open_workbook import Workbook, open_workbook, settle_merged
from ccpolicy.evidence.readers.workbook import OpenSheet
from ccpolicy.files.finder import content_facts
from ccpolicy.files.limits import Limits
from ccpolicy.policy.decoding import CellRange, letters

_WORKBOOKS = (b"PK\x03\x04", MAGIC)


class FilledRow(NamedTuple):
    """A row in which something stands."""

    place: Locator
    cells: Sequence[Any]
    """Those of CSV are texts; an empty one is the empty text."""

    def below(self, heading: FilledRow) -> Sequence[Any]:
        """Return its cells in the columns of a row of headings.

        Raises:
            EvidenceError: something stands in a column without a heading.
        """
        headings = heading.cells
        for index, cell in enumerate(self.cells):
            if is_filled(cell) and not (index < len(headings) and is_filled(headings[index])):
                raise EvidenceError(
                    "something stands in column {column}, which has no heading",
                    hint="write the heading, or move what stands there into a column that has one",
                    locator=self.place,
                    column=letters(index + 1),
                )
        return self.cells[: len(headings)]


class FilledTable(NamedTuple):
    """A sheet of a workbook, or the whole of CSV."""

    sheet: str | None
    rows: Sequence[FilledRow]
    fault: EvidenceError | None = None
    """Why something in it cannot be seen or read: a hidden row, an error, merged cells."""

    def read(self) -> Sequence[FilledRow]:
        """Return the rows.

        Raises:
            EvidenceError: something in it cannot be seen or read.
        """
        if self.fault:
            raise self.fault
        return self.rows


def is_workbook(data: bytes) -> bool:
    """Whether bytes claim to be a workbook."""
    return data.startswith(_WORKBOOKS)


def is_filled(cell: object) -> bool:
    """Whether something stands in a cell."""
    return cell is not None and str(cell).strip() != ""


def workbook_tables(
    name: str, data: bytes, limits: Limits, preferred: str = ""
) -> Iterator[FilledTable]:
    """Yield the sheets of a workbook that is called `name`, or the preferred one if it is there.

    Raises:
        EvidenceError: it is no workbook.
        LimitError: it is too large.
    """
    file = FileContent(name, Path(name), replace(content_facts([data]), data=data), limits)
    book = open_workbook(file)
    for sheet in [preferred] if preferred in book.sheets else [*book.sheets]:
        yield _sheet(file, book, sheet)


def csv_table(name: str, data: bytes) -> FilledTable:
    """Read CSV in UTF-8 that is called `name`; its first line shows what stands between cells.

    Raises:
        EvidenceError: it is no such text, or a quotation mark is misplaced.
    """
    text = decode_filled(name, data)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = []
    try:
        for line, cells in csv_rows(io.StringIO(text, newline=""), delimiter):
            if any(map(is_filled, cells)):
                rows.append(FilledRow(Locator(name, line), cells))
    except CsvFault as fault:
        raise EvidenceError(
            "a quotation mark is misplaced or missing", locator=Locator(name, fault.line)
        ) from fault
    return FilledTable(None, rows)


def decode_filled(name: str, data: bytes) -> str:
    """Return the text of a file that is called `name`.

    Raises:
        EvidenceError: it is not UTF-8.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        raise EvidenceError(
            "not {encoding} text: byte {byte}",
            hint="save the file in {encoding}",
            locator=Locator(name, data.count(b"\n", 0, failure.start) + 1),
            encoding="UTF-8",
            byte=f"0x{data[failure.start]:02x}",
        ) from failure


def _sheet(file: FileContent, book: Workbook, name: str) -> FilledTable:
    sheet = book.open(name)
    settle_merged(file, sheet, None)
    rows = [
        FilledRow(Locator(file.name, number, sheet=name), cells)
        for number, cells in enumerate(sheet.rows, 1)
        if any(map(is_filled, cells))
    ]
    faults = _faults(file, sheet, rows, is_hidden=book.sheets[name])
    return FilledTable(name, rows, next(faults, None))


def _faults(
    file: FileContent, sheet: OpenSheet, rows: Sequence[FilledRow], *, is_hidden: bool
) -> Iterator[EvidenceError]:
    for (row, _), error in sorted(sheet.facts.unread.items()):
        yield error.at(error.locator or Locator(file.name, row, sheet=sheet.name))
    if rows and is_hidden:
        yield EvidenceError(
            "the sheet '{name}' is hidden, though something stands in it",
            hint="show it, and save the file; or delete it, if it is not needed",
            locator=Locator(file.name),
            name=sheet.name,
        )
    for each in rows:
        if unseen := _unseen(sheet, each):
            yield unseen


def _unseen(sheet: OpenSheet, row: FilledRow) -> EvidenceError | None:
    """Say which cell of a row cannot be seen, or for which rows its text is meant."""
    number = row.place.line
    assert number is not None
    if number in sheet.facts.hidden_rows:
        return EvidenceError(
            "the row is hidden, though something stands in it",
            hint="show all rows, also those that a filter hides, and save the file",
            locator=row.place,
        )
    filled = [index for index, cell in enumerate(row.cells) if is_filled(cell)]
    for index in filled:
        if sheet.facts.hides(index + 1):
            return EvidenceError(
                "column {column} is hidden, though something stands in it",
                hint="show all columns, and save the file",
                locator=row.place,
                column=letters(index + 1),
            )
    for _, _, name in sheet.facts.merged.get(number, ()):
        area = CellRange.parse(name)
        is_title = len(filled) == 1 and area is not None and area.first_row == area.last_row
        if not is_title:
            return EvidenceError(
                "the cells {range} are merged, so that nobody can say to which their text belongs",
                hint="unmerge them, write the text into each cell for which it is meant, and save"
                " the file",
                locator=row.place,
                range=name,
            )
    return None
