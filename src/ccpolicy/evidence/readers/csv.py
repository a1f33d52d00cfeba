"""CSV: small files are parsed here, large ones by DuckDB with everything about the form stated."""

from __future__ import annotations

import io
import json
import re
from array import array
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from ccpolicy.errors import EvidenceError
from ccpolicy.evidence.readers.csv_form import (
    CsvFault,
    check_bytes,
    csv_rows,
    file_rows,
    form_fault,
    is_doubtful,
    not_csv,
    open_text,
)
from ccpolicy.evidence.readers.header import match_header, names_by_heading
from ccpolicy.evidence.readers.interface import (
    Record,
    Reject,
    Scan,
    ScannedLines,
    Scanner,
    SourceFile,
    TextRows,
)
from ccpolicy.evidence.readers.text import MAX_LINE, mixed_ends, text_fault
from ccpolicy.store import DuckDB
from ccpolicy.store.sql import identifier, literal

_DELIMITERS = ",;\t|"
_SEPARATOR = re.compile(r"sep=(.)")
"""What spreadsheet programs may write on the first line."""
_BUFFER = 8 * MAX_LINE
"""Bytes that DuckDB reads at once; its default needs more memory and is no faster."""


class CsvReader(Scanner):
    """See `Scanner`. A record's number is its line; scanned, as if each row had one line."""

    def read(
        self, file: SourceFile, only: Collection[int] | None = None
    ) -> Iterator[Record | Reject]:
        """See `Reader.read`."""
        rows = file_rows(file)
        _, header = next(rows, (1, []))
        names = _columns(file, header)
        for line, row in rows:
            cells = zip(names, row, strict=True)
            values = {name: cell for name, cell in cells if name and cell}
            yield Record(file.line(line), {**values, **file.around})

    def rows(self, file: SourceFile) -> TextRows | None:
        """See `Scanner.rows`."""
        check_bytes(file)
        parsed = _parse_small(file)
        if parsed is None:
            return None
        lines, (header, *rows) = parsed
        names = _columns(file, header)
        cells: dict[str | None, Sequence[str]] = {}
        if rows:
            cells.update(zip(names, zip(*rows, strict=True), strict=True))
        cells.update((name, [text] * len(rows)) for name, text in file.around.items())
        empty = [""] * len(rows)
        wanted = [column.name for column in file.contract.columns]
        below = lines[1:]
        return TextRows(
            [*map(file.runs.of, below)] if file.runs else below,
            {each: cells.get(each, empty) for each in wanted},
        )

    def scan(self, file: SourceFile, store: DuckDB) -> Scan:
        """See `Scanner.scan`."""
        check_bytes(file)
        header, lines = _header(file)
        named = {name: f'"{index}"' for index, name in enumerate(_columns(file, header)) if name}
        named |= {name: literal(text) for name, text in file.around.items()}
        cells = ", ".join(
            f"{named.get(column.name, 'NULL::VARCHAR')} AS {identifier(column.name)}"
            for column in file.contract.columns
        )
        return Scan(lines + 1, "row_number() OVER () - 1", cells, _scan_sql(file, len(header)))

    def skipped(self, file: SourceFile, records: int) -> EvidenceError | None:
        """See `Scanner.skipped`."""
        return (text_fault(file) or form_fault(file)) if is_doubtful(file, records) else None

    def explain(self, file: SourceFile, reason: str) -> EvidenceError:
        """See `Scanner.explain`."""
        fault = text_fault(file) or form_fault(file) or mixed_ends(file)
        if fault:
            return fault
        place = re.search(r"Line: (\d+)", reason)
        return file.error(
            "this is not CSV",
            hint="open the file in a spreadsheet program and save it again as CSV",
            line=int(place[1]) if place else None,
        )

    def lines(self, file: SourceFile, records: int) -> ScannedLines | None:
        """See `Scanner.lines`."""
        header, above = _header(file)
        if file.fingerprint.lines == above + records:
            # Then each record has one line, and no line is empty.
            return _FileLines(file) if file.runs else None
        return _ShiftedLines(file, above, len(header))


READER = CsvReader()


@dataclass(frozen=True)
class _FileLines(ScannedLines):
    """Record numbers that are lines of the decoded content and not those of the stored file."""

    file: SourceFile

    def of(self, numbers: Collection[int]) -> dict[int, int]:
        """See `ScannedLines.of`."""
        return {number: self.file.line(number) for number in numbers}


@dataclass(frozen=True)
class _ShiftedLines(ScannedLines):
    """Where cells hold line breaks or lines are empty, lines are ahead of numbers."""

    file: SourceFile
    above: int
    """Lines of the headings."""
    width: int

    def of(self, numbers: Collection[int]) -> dict[int, int]:
        """See `ScannedLines.of`."""
        firsts, lines = self._shifts
        lines_of = {}
        for number in numbers:
            index = bisect_right(firsts, number) - 1
            lines_of[number] = self.file.line(lines[index] + number - firsts[index])
        return lines_of

    @cached_property
    def _shifts(self) -> tuple[Sequence[int], Sequence[int]]:
        """Return the numbers from which on the shift is another, and the lines of these."""
        firsts, lines = array("Q"), array("Q")
        shift = -1
        # DuckDB skips empty lines, unless they can be an empty cell.
        keep_empty = self.width == 1
        delimiter = self.file.contract.dataset.delimiter
        with open_text(self.file) as stream:
            rows = islice(csv_rows(stream, delimiter, keep_empty=keep_empty), 1, None)
            for number, (line, _) in enumerate(rows, self.above + 1):
                if line - number != shift:
                    shift = line - number
                    firsts.append(number)
                    lines.append(line)
        return firsts, lines


def _parse_small(file: SourceFile) -> tuple[Sequence[int], list[list[str]]] | None:
    """Return the rows of a small file, the headings first, with the line of each.

    None if anything about its form is doubtful. DuckDB would read the same, only not as fast.
    """
    data = file.fingerprint.data
    if data is None or data.count(b"\r\n") not in (0, data.count(b"\n")):
        return None
    delimiter = file.contract.dataset.delimiter
    text = data.decode("utf-8-sig")
    if b'"' in data:
        try:
            numbered = list(csv_rows(io.StringIO(text, newline=""), delimiter))
        except CsvFault:
            return None
        lines: Sequence[int] = [line for line, _ in numbered]
        rows = [row for _, row in numbered]
        if lines[:1] != [1] or len(rows[0]) == 1:
            return None
    else:
        texts = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
        if "" in texts:
            return None
        lines = range(1, len(texts) + 1)
        rows = [line.split(delimiter) for line in texts]
    return (lines, rows) if len({len(row) for row in rows}) == 1 else None


def _scan_sql(file: SourceFile, columns: int) -> str:
    """Write how DuckDB reads a file; nothing is guessed."""
    # DuckDB treats the path as a glob pattern.
    path = re.sub(r"[*?\[]", r"[\g<0>]", str(file.disk_path))
    types = ", ".join(f"'{index}': 'VARCHAR'" for index in range(columns))
    return (
        f"read_csv({literal(path)}, auto_detect = false, header = true, columns = {{{types}}},"
        f" delim = {literal(file.contract.dataset.delimiter)}, quote = '\"', escape = '\"',"
        f" strict_mode = true, max_line_size = {MAX_LINE}, buffer_size = {_BUFFER},"
        " compression = 'none',"
        " hive_partitioning = false)"
    )


def _header(file: SourceFile) -> tuple[list[str], int]:
    """Return the headings, and on how many lines they are."""
    with file.open() as stream:
        start = stream.read(MAX_LINE)
    text = start.decode("utf-8-sig", errors="replace")
    delimiter = file.contract.dataset.delimiter
    try:
        rows = csv_rows(io.StringIO(text, newline=""), delimiter, keep_empty=True)
        _, header = next(rows, (1, []))
    except CsvFault as failure:
        raise text_fault(file) or not_csv(file, 1) from failure
    if "\N{REPLACEMENT CHARACTER}" in "".join(header):
        raise text_fault(file) or not_csv(file, 1)
    return header, 1 + "".join(header).count("\n")


def _columns(file: SourceFile, header: Sequence[str]) -> list[str | None]:
    """Return the name of each column, and None for one that the contract ignores.

    Raises:
        LimitError: the table is larger than the limits.
        EvidenceError: the headings are not the contract's.
    """
    file.check_table(file.fingerprint.lines, len(header))
    known = names_by_heading(file.contract)
    if not header:
        raise file.error(
            "the first line is empty",
            hint="it names the columns: {columns}; if others do, add to the dataset the number of"
            " the line, such as  header: 2",
            line=1,
            columns=", ".join(known),
        )
    expected = file.contract.dataset.delimiter
    for delimiter in _DELIMITERS:
        if len(header) == 1 < len(known) and set(header[0].split(delimiter)) & known.keys():
            raise file.error(
                "the columns are separated by {found}, not by {expected}",
                hint="add to the dataset:  delimiter: {found}",
                line=1,
                found=json.dumps(delimiter),
                expected=json.dumps(expected),
            )
    if (said := _SEPARATOR.fullmatch(header[0])) and said[1] != expected:
        raise file.error(
            "the columns are separated by {found}, not by {expected}",
            hint="add to the dataset:  header: 2  and  delimiter: {found}",
            line=1,
            found=json.dumps(said[1]),
            expected=json.dumps(expected),
        )
    return match_header(file, header, file.place(1), below=_rows_below(file))


def _rows_below(file: SourceFile) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows below the first with their lines, as far as they can be taken apart."""
    with open_text(file) as stream, suppress(CsvFault):
        rows = csv_rows(stream, file.contract.dataset.delimiter, keep_empty=True)
        yield from ((file.line(line), row) for line, row in islice(rows, 1, None))
