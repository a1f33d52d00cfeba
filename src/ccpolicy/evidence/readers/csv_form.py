"""The form of CSV: taking rows apart, and finding what readers of CSV disagree about."""

from __future__ import annotations

import csv
import io
import operator
import re
from collections.abc import Iterable, Iterator
from itertools import compress
from typing import TextIO

from ccpolicy.errors import EvidenceError
from ccpolicy.evidence.readers.interface import SourceFile
from ccpolicy.evidence.readers.text import MAX_LINE, spaced_quote, text_fault


class CsvFault(Exception):
    """A row in which a quotation mark is misplaced or missing."""

    def __init__(self, line: int) -> None:
        self.line = line
        """Line on which the row begins."""
        super().__init__(line)


def csv_rows(
    lines: Iterable[str], delimiter: str, *, keep_empty: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line on which it begins, of text lines with their ends.

    Rows are as RFC 4180 has them, with any delimiter. Empty lines are no rows unless they are kept,
    as rows without cells.

    Raises:
        CsvFault: a quotation mark is misplaced or missing.
    """
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    line = 1
    # A cell may be as long as a line may be.
    limit = csv.field_size_limit(MAX_LINE)
    try:
        for row in reader:
            if row or keep_empty:
                yield line, row
            line = reader.line_num + 1
    except csv.Error as failure:
        raise CsvFault(line) from failure
    finally:
        csv.field_size_limit(limit)


def open_text(file: SourceFile) -> TextIO:
    """Open a file as text, with line ends as they are."""
    return io.TextIOWrapper(file.open(), encoding="utf-8-sig", errors="replace", newline="")


def file_rows(file: SourceFile) -> Iterator[tuple[int, list[str]]]:
    """Yield each row of a file, the headings first, with the line on which it begins.

    Raises:
        EvidenceError: it is not CSV, or a row has not as many cells as there are headings.
    """
    delimiter = file.contract.dataset.delimiter
    width = 0
    with open_text(file) as stream:
        try:
            for line, row in csv_rows(stream, delimiter):
                width = width or len(row)
                if len(row) != width:
                    raise wrong_width(file, line, len(row), width)
                yield line, row
        except CsvFault as fault:
            raise not_csv(file, fault.line) from fault


def form_fault(file: SourceFile) -> EvidenceError | None:
    """Find the first row that is not CSV, or has not as many cells as there are headings."""
    try:
        for _ in file_rows(file):
            pass
    except EvidenceError as fault:
        return fault
    return None


def wrong_width(file: SourceFile, line: int, found: int, expected: int) -> EvidenceError:
    """Make the error for a row that has not as many cells as there are headings."""
    return file.error(
        "{found} cells, where {expected} are expected",
        hint="put a cell that holds {delimiter} in quotation marks; if rows like this one are no"
        " records, pass them over with 'skip' in the dataset",
        line=line,
        found=found,
        expected=expected,
        delimiter=repr(file.contract.dataset.delimiter),
    )


def not_csv(file: SourceFile, line: int) -> EvidenceError:
    """Make the error for a row that is not CSV."""
    return file.error(
        "a quotation mark is misplaced or missing",
        hint='write a cell that holds a quotation mark as "…""…"',
        line=line,
    )


def check_bytes(file: SourceFile) -> None:
    """Refuse what no CSV file has.

    Raises:
        EvidenceError: the file is empty, is not text, or readers take it differently.
    """
    facts = file.fingerprint
    if not facts.size:
        headings = [file.contract.heading(column.name) for column in file.contract.columns]
        raise file.error(
            "the file is empty",
            hint="the first line names the columns: {columns}",
            columns=", ".join(headings),
        )
    if facts.has_nul or facts.has_bare_return or not facts.is_text:
        raise text_fault(file) or file.error("the file changed while it was read")
    if facts.has_spaced_quote and (line := _spaced_quote(file)):
        raise spaced_quote(file, line)


def _spaced_quote(file: SourceFile) -> int | None:
    """Find a cell with spaces before its opening quotation mark, which readers take differently.

    Spaces inside the quotation marks are the cell's own (RFC 4180, section 2, rule 4), and remain
    where spaces before a cell are skipped.
    """
    delimiter = file.contract.dataset.delimiter
    limit = csv.field_size_limit(MAX_LINE)
    with open_text(file) as stream, open_text(file) as again:
        reader = csv.reader(stream, delimiter=delimiter)
        skipping = csv.reader(again, delimiter=delimiter, skipinitialspace=True)
        try:
            for row, skipped in zip(reader, skipping, strict=False):
                starts = [re.match(r' +"', cell) is not None for cell in row]
                if any(starts) and (
                    len(row) != len(skipped)
                    or any(map(operator.ne, compress(row, starts), compress(skipped, starts)))
                ):
                    return reader.line_num
        except csv.Error:
            # DuckDB will refuse it too.
            return None
        finally:
            csv.field_size_limit(limit)
    return None


def is_doubtful(file: SourceFile, records: int) -> bool:
    """Whether DuckDB may have skipped something, so that each row has to be parsed here.

    It skips a cell too many at a row's end, spaces after a quotation mark, and a last line that is
    longer than its buffer. But where there are no quotation marks every delimiter ends a cell, and
    it refuses a row that has too few of them: if there are just as many in the file as the header
    and so many records need, no row has more.
    """
    delimiter = file.contract.dataset.delimiter.encode()
    width, delimiters = None, 0
    for _, chunk in _chunks(file):
        if _lies_within_a_line(chunk):
            return True
        if b'"' in chunk:
            break
        if width is None:
            width = chunk.partition(b"\n")[0].count(delimiter)
        delimiters += chunk.count(delimiter)
    else:
        return delimiters != (width or 0) * (records + 1)
    loose = (delimiter + b"\n", delimiter + b"\r\n", b'" ')
    last = b""
    for around, chunk in _chunks(file):
        if _lies_within_a_line(chunk) or any(each in around for each in loose):
            return True
        last = chunk
    return last.endswith(delimiter)


def _lies_within_a_line(chunk: bytes) -> bool:
    return len(chunk) == MAX_LINE and b"\n" not in chunk


def _chunks(file: SourceFile) -> Iterator[tuple[bytes, bytes]]:
    """Yield the file in pieces, each also with the two bytes before it."""
    before = b""
    with file.open() as stream:
        while chunk := stream.read(MAX_LINE):
            yield before + chunk, chunk
            before = chunk[-2:]
