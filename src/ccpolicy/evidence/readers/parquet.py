"""Parquet: read by the engine, and brought to the text that the other formats hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from ccpolicy.database import connect
from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.evidence.models import ORDINAL_BITS, Held, Source
from ccpolicy.evidence.readers.csv import header_errors
from ccpolicy.evidence.readers.interface import EvidenceErrors, Opened, held
from ccpolicy.evidence.sql import literal, name
from ccpolicy.evidence.tables import Scan

_TIME = "'%Y-%m-%dT%H:%M:%S.%f'"
_TEXTS = {
    "VARCHAR": "{cell}",
    "BOOLEAN": "CAST({cell} AS VARCHAR)",
    "DATE": "strftime({cell}, '%Y-%m-%d')",
    "TIMESTAMP WITH TIME ZONE": f"strftime({{cell}}, {_TIME}) || 'Z'",
    "TIMESTAMP": f"strftime({{cell}}, {_TIME})",
    "TIMESTAMP_MS": f"strftime(CAST({{cell}} AS TIMESTAMP), {_TIME})",
    "TIMESTAMP_S": f"strftime(CAST({{cell}} AS TIMESTAMP), {_TIME})",
    "TIMESTAMP_NS": f"strftime(CAST({{cell}} AS TIMESTAMP), {_TIME})",
    # Without its fraction if that is zero, as a whole number is.
    "DOUBLE": "regexp_replace(CAST({cell} AS VARCHAR), '\\.0$', '')",
    "FLOAT": "regexp_replace(CAST(CAST({cell} AS DOUBLE) AS VARCHAR), '\\.0$', '')",
    "DECIMAL": "regexp_replace(CAST({cell} AS VARCHAR), '\\.0+$', '')",
}
"""Type in the file → the text of a cell."""
_WHOLE = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?")


class ParquetReader:
    """See `Scanner`."""

    def rows(self, file: Opened) -> list[list[str]] | None:
        """See `Scanner.rows`."""
        return None

    def scan(self, file: Opened, connection: duckdb.DuckDBPyConnection) -> Scan:
        """See `Scanner.scan`."""
        contract = file.contract
        source = _read(file)
        try:
            found = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        except duckdb.Error as failure:
            raise self.explain(file, str(failure)) from failure
        types = {str(row[0]): str(row[1]) for row in found}
        headings = {contract.heading(column.name): column.name for column in contract.columns}
        names = [heading for heading in types if heading != "file_row_number"]
        if errors := header_errors(file, names, headings):
            raise EvidenceErrors(errors)
        cells = []
        for heading, column in headings.items():
            text = _text(file, heading, types[heading]) if heading in types else "NULL::VARCHAR"
            cells.append(f"nullif({text}, '') AS {name(column)}")
        first = (file.number << ORDINAL_BITS) + 1
        return Scan(first, "file_row_number", ", ".join(cells), source)

    def passed_over(self, file: Opened, records: int) -> EvidenceError | None:
        """See `Scanner.passed_over`."""
        return None

    def explain(self, file: Opened, reason: str) -> EvidenceError:
        """See `Scanner.explain`."""
        return file.error(
            "this is not Parquet: {reason}",
            hint="write the file again",
            # The engine names the file by its place on this machine.
            reason=reason.partition("\n")[0].replace(str(file.path), file.name)[:200],
        )

    def source(self, file: Opened, records: int) -> Source:
        """See `Scanner.source`."""
        return RowSource(file)


@dataclass(frozen=True, slots=True)
class RowSource:
    """Knows that a record's number is its row; see `Source`."""

    file: Opened

    def locate(self, ordinals: Sequence[int]) -> dict[int, Locator]:
        """See `Source.locate`."""
        return {ordinal: Locator(self.file.name, ordinal) for ordinal in ordinals}

    def contents(self, ordinals: Sequence[int]) -> dict[int, Held]:
        """See `Source.contents`."""
        contract = self.file.contract
        names = [column.name for column in contract.columns]
        with connect() as connection:
            scan = ParquetReader().scan(self.file, connection)
            rows = connection.execute(
                f"SELECT {scan.number} + 1, {scan.cells} FROM {scan.rows}"
                f" WHERE {scan.number} + 1 IN (SELECT unnest(?::BIGINT[]))",
                [list(ordinals)],
            ).fetchall()
        return {
            row[0]: held(
                contract.dataset.id,
                {name: cell for name, cell in zip(names, row[1:], strict=True) if cell is not None},
            )
            for row in rows
        }


def _read(file: Opened) -> str:
    path = re.sub(r"[*?\[]", r"[\g<0>]", str(file.path))
    return f"read_parquet({literal(path)}, file_row_number = true, hive_partitioning = false)"


def _text(file: Opened, heading: str, kind: str) -> str:
    """Write a column of the file as text."""
    base = kind.partition("(")[0]
    if _WHOLE.fullmatch(base):
        base = "BOOLEAN"
    elif base not in _TEXTS or kind.endswith("]"):
        raise file.error(
            "the column '{name}' is of the type {kind}, which no column of a record has",
            hint="write texts, numbers, booleans, dates or timestamps",
            name=heading,
            kind=kind,
        )
    return _TEXTS[base].format(cell=name(heading))
