"""Find the table in a sheet or CSV file: its rows, its columns and its headings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import Any

from ccpolicy.checks.patterns import searcher
from ccpolicy.errors import Message
from ccpolicy.evidence.contract import Contract
from ccpolicy.evidence.readers.interface import SourceFile
from ccpolicy.policy.decoding import CellRange, letters

NumberedRow = tuple[int, Sequence[Any]]
"""Number of a row or line, counted from 1, and its cells."""


@dataclass
class TableShape:
    """The table in the rows of one sheet or CSV file."""

    file: SourceFile
    area: CellRange
    """The part that the contract names; everything if it names none."""
    text: Callable[[Any], str] = str
    """Writes a cell as text."""
    passed: dict[str, int] = field(default_factory=dict)
    """Key of the contract → rows that were passed over because of it."""
    first_row: int = 1
    """Row on which the headings begin, once they are read."""

    def __post_init__(self) -> None:
        contract = self.file.contract
        dataset = contract.dataset
        self.skip = [searcher(pattern).search for pattern in dataset.skip]
        self.footer = searcher(dataset.footer).search if dataset.footer else None
        self.required = {
            contract.heading(each.name)
            for each in contract.columns
            if each.required and each.name not in dataset.around
        }

    def open(self, rows: Iterable[NumberedRow]) -> tuple[list[str], Iterator[NumberedRow]]:
        """Return the headings, and the rows of records with the table's cells.

        Raises:
            EvidenceError: there are not so many rows; later also what is amiss below the headings.
        """
        rest = iter(rows)
        wanted = header_rows(self.file.contract, self.area)
        if wanted:
            headings = self._headings(rest, wanted)
            return headings, self._records(rest, headings)
        first = next((row for row in rest if row[0] >= max(self.area.first_row, 1)), None)
        if first is None:
            return [], iter(())
        self.first_row = first[0]
        headings = letter_headings(self.area, len(self.area.cut(first[1])))
        return headings, self._records(chain([first], rest), headings)

    def _headings(self, rows: Iterator[NumberedRow], wanted: Sequence[int]) -> list[str]:
        self.first_row = wanted[0]
        found: dict[int, list[str]] = {}
        number = 0
        for number, cells in rows:
            if number in wanted:
                found[number] = [self.text(cell) for cell in self.area.cut(cells)]
            if number >= wanted[-1]:
                break
        headings = joined_headings([found.get(each, []) for each in wanted])
        if wanted[-1] not in found or (self.area != CellRange() and not any(headings)):
            raise self.file.error(
                "the headings are to be in row {row}, where there is none",
                hint="correct 'header' or 'range' in the dataset; the last row read is {last}",
                row=wanted[-1],
                last=number,
            )
        return headings

    def _records(
        self, rows: Iterable[NumberedRow], headings: Sequence[str]
    ) -> Iterator[NumberedRow]:
        """Yield the rows of records, with their cells from the table's first column on.

        Raises:
            EvidenceError: there is no footer, or a record below the table's end.
        """
        needed = [index for index, each in enumerate(headings) if each in self.required]
        is_over = False
        for number, row in rows:
            cells = self.area.cut(row)
            if self.area.last_row and number > self.area.last_row:
                self._beyond("range", number, cells, needed)
                continue
            if self.skip or self.footer:
                first = self.text(cells[0]) if cells else ""
                first = first or next((text for cell in cells if (text := self.text(cell))), "")
                if self.footer and self.footer(first):
                    is_over = True
                    self._count("footer")
                    continue
                if any(search(first) for search in self.skip):
                    self._count("skip")
                    continue
            if is_over:
                self._beyond("footer", number, cells, needed)
                continue
            yield number, cells
        if self.footer and not is_over:
            raise self.file.error(
                "no row matches the footer '{pattern}': the file may have been cut off",
                hint="export the file again; if a file may lack it, say 'skip' instead of 'footer'",
                pattern=self.file.contract.dataset.footer,
            )

    def _beyond(self, key: str, number: int, cells: Sequence[Any], needed: Sequence[int]) -> None:
        """Count a row below the table's end, which must not be a record."""
        texts = [self.text(cell) for cell in cells]
        filled = sum(map(bool, texts))
        is_full = all(index < len(texts) and texts[index] for index in needed)
        # The text of a note may stand in the first column, and a row of another table below a
        # range; what only lacks some cell of a record is not to be taken for a note.
        is_part = key == "footer" and any(
            texts[index] for index in needed if 0 < index < len(texts)
        )
        if needed and (is_full or is_part) and (filled > 1 or len(texts) == 1):
            raise self.file.error(
                "row {row} lies below the table's end, and looks like a record",
                hint="correct '{key}' in the dataset, or the row",
                row=self.file.line(number),
                key=key,
            )
        if any(texts):
            self._count(key)

    def _count(self, key: str) -> None:
        self.passed[key] = self.passed.get(key, 0) + 1

    def notes(self) -> Iterator[Message]:
        """Say how many rows were passed over, and why."""
        for key, count in self.passed.items():
            yield skipped_rows_message(key, count)


def skipped_rows_message(key: str, count: int) -> Message:
    """Say how many rows were passed over because of a key of the contract."""
    return Message.of("rows passed over by '{key}' in the dataset: {count}", count=count, key=key)


def header_rows(contract: Contract, area: CellRange) -> list[int]:
    """Return the numbers of the rows with headings; 0 is none, before the first."""
    header = contract.dataset.header
    if header == "none":
        return []
    if isinstance(header, list):
        return header
    return [area.first_row if header == 1 and area.first_row else header]


def joined_headings(rows: Sequence[Sequence[str]]) -> list[str]:
    """Join the texts above each other; an empty one above a text goes on from the left."""
    width = max(map(len, rows), default=0)
    grid = [[*row, *[""] * (width - len(row))] for row in rows]
    for upper, lower in pairwise(grid):
        for index in range(1, width):
            if not upper[index] and lower[index]:
                upper[index] = upper[index - 1]
    return [" ".join(filter(None, (row[index] for row in grid))) for index in range(width)]


def letter_headings(area: CellRange, width: int) -> list[str]:
    """Return the letters of a table's columns, which are its headings where it has none."""
    return [letters(area.first_column + index) for index in range(width)]
