"""CSV: read by the engine with everything about the form stated; explained and located here."""

from __future__ import annotations

import csv
import difflib
import io
import operator
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import compress
from typing import TYPE_CHECKING

from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.evidence.models import ORDINAL_BITS, RecordSource
from ccpolicy.evidence.readers.interface import EvidenceErrors, Opened
from ccpolicy.evidence.readers.lines import CsvSource
from ccpolicy.evidence.readers.text import MAX_LINE, mixed_ends, text_fault
from ccpolicy.evidence.table_plan import Scan
from ccpolicy.store import DuckDB
from ccpolicy.store.sql import identifier, literal

if TYPE_CHECKING:
    import _csv

SHOWN = 80
"""Characters of a heading that a message shows."""
_DELIMITERS = ",;\t|"
_BUFFER = 8 * MAX_LINE
"""Bytes that the engine reads at once; what it takes by itself is more memory, and no faster."""


class CsvReader:
    """See `Scanner`."""

    def rows(self, file: Opened) -> list[list[str]] | None:
        """See `Scanner.rows`."""
        _check_bytes(file)
        rows = _small(file)
        if rows is None:
            return None
        named = _columns(file, rows.pop(0))
        wanted = [column.name for column in file.contract.columns]
        columns = [list(cells) for cells in zip(*rows, strict=True)] or [[] for _ in named]
        empty = [""] * len(rows)
        return [columns[named.index(each)] if each in named else empty for each in wanted]

    def scan(self, file: Opened, store: DuckDB) -> Scan:
        """See `Scanner.scan`."""
        _check_bytes(file)
        columns = _columns(file, _header(file)[0])
        named = {column: f'"{index}"' for index, column in enumerate(columns) if column}
        cells = ", ".join(
            f"{named.get(column.name, 'NULL::VARCHAR')} AS {identifier(column.name)}"
            for column in file.contract.columns
        )
        first = (file.number << ORDINAL_BITS) + 1
        return Scan(first, "row_number() OVER () - 1", cells, _read(file, len(columns)))

    def passed_over(self, file: Opened, records: int) -> EvidenceError | None:
        """See `Scanner.passed_over`."""
        return (text_fault(file) or _form_fault(file)) if _is_doubtful(file, records) else None

    def explain(self, file: Opened, reason: str) -> EvidenceError:
        """See `Scanner.explain`."""
        found = text_fault(file) or _form_fault(file) or mixed_ends(file)
        if found:
            return found
        place = re.search(r"Line: (\d+)", reason)
        return file.error(
            "this is not CSV",
            hint="open the file in a spreadsheet program and save it again as CSV",
            line=int(place[1]) if place else None,
        )

    def source(self, file: Opened, records: int) -> RecordSource:
        """See `Scanner.source`."""
        return CsvSource(file, records, lambda: _shape(file))


def _check_bytes(file: Opened) -> None:
    """Refuse what no CSV file has.

    Raises:
        EvidenceError: the file is empty, is not text, or readers take it differently.
    """
    facts = file.fingerprint
    if not facts.size:
        raise file.error(
            "the file is empty",
            hint="the first line names the columns: {columns}",
            columns=", ".join(_headings(file).values()),
        )
    if facts.has_nul or facts.has_bare_return or not facts.is_text:
        raise text_fault(file) or file.error("the file changed while it was read")
    if facts.has_spaced_quote and (line := _spaced_quote(file)):
        raise file.error(
            "a space stands before the quotation mark that opens a cell",
            hint="take out the space",
            line=line,
        )


def _is_doubtful(file: Opened, records: int) -> bool:
    """Whether the engine may have passed over something, so that each row has to be looked at here.

    It passes over a cell too many at a row's end, spaces behind a quotation mark, and a last line
    that is longer than what it reads at once. But where there are no quotation marks every
    delimiter ends a cell, and the engine refuses a row that has too few of them: if there are just
    as many in the file as the header and so many records need, no row has more.
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


def _chunks(file: Opened) -> Iterator[tuple[bytes, bytes]]:
    """Yield the file's bytes, once with the two before them, so that nothing lies astride."""
    before = b""
    with file.path.open("rb") as stream:
        while chunk := stream.read(MAX_LINE):
            yield before + chunk, chunk
            before = chunk[-2:]


def _small(file: Opened) -> list[list[str]] | None:
    """Return a small file's header and rows, if nothing about its form is doubtful.

    The engine would read the same, only not as fast.
    """
    data = file.fingerprint.data
    if data is None or data.count(b"\r\n") not in (0, data.count(b"\n")):
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if '"' not in text:
        delimiter = file.contract.dataset.delimiter
        lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
        rows = [line.split(delimiter) for line in lines] if "" not in lines else []
    else:
        try:
            rows = [row for row in _reader(file, io.StringIO(text, newline="")) if row]
        except csv.Error:
            return None
        if rows and len(rows[0]) == 1:
            return None
    return rows if len({len(row) for row in rows}) == 1 else None


def _read(file: Opened, columns: int) -> str:
    """Write the engine's reading of a file; nothing is guessed."""
    # The engine takes a path for a pattern.
    path = re.sub(r"[*?\[]", r"[\g<0>]", str(file.path))
    types = ", ".join(f"'{index}': 'VARCHAR'" for index in range(columns))
    return (
        f"read_csv({literal(path)}, auto_detect = false, header = true, columns = {{{types}}},"
        f" delim = {literal(file.contract.dataset.delimiter)}, quote = '\"', escape = '\"',"
        f" strict_mode = true, max_line_size = {MAX_LINE}, buffer_size = {_BUFFER},"
        " compression = 'none',"
        " hive_partitioning = false)"
    )


def _headings(file: Opened) -> dict[str, str]:
    contract = file.contract
    return {column.name: contract.heading(column.name) for column in contract.columns}


def _header(file: Opened) -> tuple[list[str], int]:
    """Read the names of the columns, and count the lines that they take."""
    with file.path.open("rb") as stream:
        start = stream.read(MAX_LINE)
    text = start.decode("utf-8-sig", errors="replace")
    try:
        with _long_cells():
            reader = _reader(file, io.StringIO(text, newline=""))
            header = next(reader)
    except csv.Error as failure:
        raise text_fault(file) or _not_csv(file, 1) from failure
    if "\N{REPLACEMENT CHARACTER}" in "".join(header):
        raise text_fault(file) or _not_csv(file, 1)
    return header, reader.line_num


def _shape(file: Opened) -> tuple[list[str | None], int]:
    """Return the names of the columns, and the lines that their headings take."""
    header, lines = _header(file)
    return _columns(file, header), lines


def _columns(file: Opened, header: list[str]) -> list[str | None]:
    """Return the name of each column, and None for one that the contract passes over."""
    headings = _headings(file)
    known = {heading: column for column, heading in headings.items()}
    expected = ", ".join(known)
    if not header:
        raise file.error(
            "the first line is empty",
            hint="it names the columns: {columns}",
            line=1,
            columns=expected,
        )
    for delimiter in _DELIMITERS:
        if len(header) == 1 < len(known) and set(header[0].split(delimiter)) & known.keys():
            raise file.error(
                "the columns are separated by {found}, not by {expected}",
                hint="save the file with {expected}, or say so with 'delimiter' in the dataset",
                line=1,
                found=repr(delimiter),
                expected=repr(file.contract.dataset.delimiter),
            )
    errors = header_errors(file, header, known)
    if errors:
        raise EvidenceErrors(errors)
    return [known.get(heading) for heading in header]


def header_errors(
    file: Opened, header: Sequence[str], known: dict[str, str], sheet: str | None = None
) -> list[EvidenceError]:
    """Hold the headings to the contract: none unknown, none twice, none missing."""
    place = Locator(file.name, 1, sheet=sheet)
    errors = []
    for index, heading in enumerate(header):
        if heading in header[:index]:
            errors.append(
                EvidenceError("the column '{name}' is there twice", locator=place, name=heading)
            )
        elif heading not in known and not file.contract.takes_more:
            close = difflib.get_close_matches(heading, known, 1)
            errors.append(
                EvidenceError(
                    "unknown column '{name}'",
                    hint="did you mean '{close}'?" if close else "known here: {known}",
                    locator=place,
                    name=heading if len(heading) <= SHOWN else heading[: SHOWN - 1] + "…",
                    close=close[0] if close else "",
                    known=", ".join(known),
                )
            )
    required = {column.name for column in file.contract.columns if column.required}
    for heading, column in known.items():
        if column in required and heading not in header:
            errors.append(
                EvidenceError("the column '{name}' is missing", locator=place, name=heading)
            )
    return errors


def _reader(
    file: Opened, lines: Iterable[str], *, strict: bool = True, skips_spaces: bool = False
) -> _csv.Reader:
    return csv.reader(
        lines,
        delimiter=file.contract.dataset.delimiter,
        strict=strict,
        skipinitialspace=skips_spaces,
    )


@contextmanager
def _long_cells() -> Iterator[None]:
    """Let a cell be as long as a line may be."""
    before = csv.field_size_limit(MAX_LINE)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _not_csv(file: Opened, line: int) -> EvidenceError:
    return file.error(
        "a quotation mark stands in the wrong place, or one is missing",
        hint='write a cell that holds a quotation mark as "…""…"',
        line=line,
    )


def _spaced_quote(file: Opened) -> int | None:
    """Find a cell with spaces before its opening quotation mark, which readers take differently.

    Spaces inside the quotation marks are the cell's own (RFC 4180, section 2, rule 4), and stay
    where spaces before a cell are skipped.
    """
    with (
        file.path.open(encoding="utf-8-sig", errors="replace", newline="") as stream,
        file.path.open(encoding="utf-8-sig", errors="replace", newline="") as again,
        _long_cells(),
    ):
        reader = _reader(file, stream, strict=False)
        skipping = _reader(file, again, strict=False, skips_spaces=True)
        try:
            for row, skipped in zip(reader, skipping, strict=False):
                starts = [re.match(r' +"', cell) is not None for cell in row]
                if any(starts) and (
                    len(row) != len(skipped)
                    or any(map(operator.ne, compress(row, starts), compress(skipped, starts)))
                ):
                    return reader.line_num
        except csv.Error:
            # The engine will refuse it too.
            return None
    return None


def _form_fault(file: Opened) -> EvidenceError | None:
    """Find the first line that is not CSV with the columns of the first line."""
    with (
        file.path.open(encoding="utf-8-sig", errors="replace", newline="") as stream,
        _long_cells(),
    ):
        reader = _reader(file, stream)
        count: int | None = None
        line = 1
        try:
            for row in reader:
                count = count or len(row)
                if row and len(row) != count:
                    return file.error(
                        "{found} cells, where {expected} are expected",
                        hint="put a cell that holds {delimiter} in quotation marks",
                        line=line,
                        found=len(row),
                        expected=count,
                        delimiter=repr(file.contract.dataset.delimiter),
                    )
                line = reader.line_num + 1
        except csv.Error:
            return _not_csv(file, line)
    return None
