"""CSV with more around the table than one line of headings: turned into CSV that has no more."""

from __future__ import annotations

import csv
import io
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ccpolicy.errors import Message
from ccpolicy.evidence.readers.csv_form import CsvFault, csv_rows, not_csv, wrong_width
from ccpolicy.evidence.readers.interface import LineRuns, SourceFile
from ccpolicy.evidence.readers.surroundings import CellTexts
from ccpolicy.evidence.readers.table_shape import NumberedRow, TableShape, header_rows
from ccpolicy.evidence.readers.text import MAX_LINE, bare_return, line_too_long, spaced_quote
from ccpolicy.policy import Dataset
from ccpolicy.policy.decoding import CellRange

_FLUSH = 10_000
"""Rows that are written at once."""
_PIECE = 1 << 20
_SPACED = re.compile(r' +"')


def is_shaped(dataset: Dataset) -> bool:
    """Whether the contract says more of a CSV table than that its first line has the headings."""
    return bool(
        dataset.header != 1
        or dataset.range
        or dataset.skip
        or dataset.footer
        or any(each.cell for each in dataset.around.values())
    )


class CsvTable:
    """Writes the table of a CSV file anew."""

    def __init__(self, file: SourceFile, pieces: Iterable[bytes]) -> None:
        self.file, dataset = file, file.contract.dataset
        area = CellRange.parse(dataset.range) if dataset.range else None
        self.shape = TableShape(file, area or CellRange())
        self.delimiter = dataset.delimiter
        self.cells = CellTexts(file)
        self._stream = io.TextIOWrapper(
            io.BufferedReader(_Pieces(pieces), _PIECE),
            # Bytes that are no UTF-8 are handed on as they are, and found later.
            *("utf-8-sig", "surrogateescape", ""),
        )
        self._row_lines: list[str] = []
        """The lines of the row that was read last."""
        self._has_spaced_quote = False
        """Whether one of them has a quotation mark behind a space."""
        self._firsts, self._lines = array("Q"), array("Q")
        self._read = 0
        """Lines of the file that were read by now."""
        self._next = 1
        """Line of the content that is written next."""

    def pieces(self) -> Iterator[bytes]:
        """Yield the content of the table as CSV, its headings first.

        Raises:
            EvidenceError: it is not CSV, or not the table that the contract describes.
        """
        rows = self._rows()
        headings, records = self.shape.open(rows)
        end = "\r\n" if self._row_lines and self._row_lines[-1].endswith("\r\n") else "\n"
        wanted = header_rows(self.file.contract, self.shape.area)
        if headings:
            self._place(self.shape.first_row, headings, may_span=True)
            yield _written([headings], self.delimiter, end)
        if wanted and self._is_rest_plain(wanted[-1]):
            self._firsts.append(self._next)
            self._lines.append(self._read + 1)
            while text := self._stream.read(_PIECE):
                yield text.encode("utf-8", "surrogateescape")
            return
        batch: list[Sequence[str]] = []
        for number, row in records:
            if len(row) != len(headings):
                raise wrong_width(self.file, number, len(row), len(headings))
            self._place(number, row, may_span=len(self._row_lines) > 1)
            batch.append(row)
            if len(batch) == _FLUSH:
                yield _written(batch, self.delimiter, end)
                batch = []
        yield _written(batch, self.delimiter, end)

    def _is_rest_plain(self, last: int) -> bool:
        """Whether all that follows the headings are records."""
        dataset, area = self.file.contract.dataset, self.shape.area
        return not (
            dataset.skip
            or dataset.footer
            or area.last_row
            or area.last_column
            or area.first_column > 1
            or self.cells.last_row > last
        )

    def _place(self, line: int, row: Sequence[str], *, may_span: bool) -> None:
        """Note on which line of the file a row begins, and count the lines of the content."""
        if not self._firsts or line - self._next != self._lines[-1] - self._firsts[-1]:
            self._firsts.append(self._next)
            self._lines.append(line)
        self._next += 1
        if may_span:
            self._next += sum(cell.count("\n") for cell in row)

    def _rows(self) -> Iterator[NumberedRow]:
        """Yield the rows with the line on which each begins; no line is left out but empty ones."""
        try:
            for line, row in csv_rows(self._text_lines(), self.delimiter):
                if self._has_spaced_quote and any(_SPACED.match(cell) for cell in row):
                    again = next(
                        csv.reader(self._row_lines, delimiter=self.delimiter, skipinitialspace=True)
                    )
                    if again != row:
                        raise spaced_quote(self.file, line)
                if line <= self.cells.last_row:
                    self.cells.take(line, row)
                yield line, row
                self._row_lines.clear()
                self._has_spaced_quote = False
        except CsvFault as fault:
            raise not_csv(self.file, fault.line) from fault

    def _text_lines(self) -> Iterator[str]:
        while line := self._stream.readline(MAX_LINE + 1):
            self._read += 1
            if len(line) > MAX_LINE:
                raise line_too_long(self.file, self._read)
            if line.endswith("\r"):
                raise bare_return(self.file, self._read)
            self._row_lines.append(line)
            self._has_spaced_quote = self._has_spaced_quote or ' "' in line
            yield line

    def runs(self) -> LineRuns:
        """Return where the lines of the content come from, once it is written."""
        return LineRuns(self._firsts or [1], self._lines or [1])

    def notes(self) -> list[Message]:
        """Return what should be known, once the content is written."""
        return list(self.shape.notes())


def _written(rows: Iterable[Sequence[str]], delimiter: str, end: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    return text.getvalue().encode("utf-8", "surrogateescape")


class _Pieces(io.RawIOBase):
    """Pieces of a content as a file."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces, self._rest = iter(pieces), b""

    def readable(self) -> bool:
        """See `io.RawIOBase`."""
        return True

    def readinto(self, buffer: Any) -> int:
        """See `io.RawIOBase`."""
        view = memoryview(buffer)
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        taken = self._rest[: len(view)]
        view[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        return len(taken)
