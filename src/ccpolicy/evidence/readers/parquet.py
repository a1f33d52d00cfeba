"""Parquet: read by DuckDB, and converted to the text that other formats hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from ccpolicy.errors import EvidenceError
from ccpolicy.evidence.readers.header import match_header
from ccpolicy.evidence.readers.interface import (
    Record,
    Reject,
    Scan,
    ScannedLines,
    Scanner,
    SourceFile,
    TextRows,
)
from ccpolicy.store import DuckDB, StoreError, open_store
from ccpolicy.store.sql import identifier, literal

_TIME = "'%Y-%m-%dT%H:%M:%S.%f'"
_TEXTS = {
    "VARCHAR": "{cell}",
    "BOOLEAN": "CAST({cell} AS VARCHAR)",
    "DATE": "strftime({cell}, '%Y-%m-%d')",
    "TIMESTAMP WITH TIME ZONE": f"strftime({{cell}}, {_TIME}) || 'Z'",
    "TIMESTAMP": f"strftime({{cell}}, {_TIME})",
    "TIMESTAMP_MS": f"strftime(CAST({{cell}} AS TIMESTAMP), {_TIME})",
    "TIMESTAMP_S": f"strftime(CAST({{cell}} AS TIMESTAMP), {_TIME})",
    # A cast would round to microseconds, perhaps to the next day: six digits count, as in a text.
    "TIMESTAMP_NS": f"strftime({{cell}}, {_TIME})",
    # Without its fraction if that is zero, as a whole number is.
    "DOUBLE": "regexp_replace(CAST({cell} AS VARCHAR), '\\.0$', '')",
    "FLOAT": "regexp_replace(CAST(CAST({cell} AS DOUBLE) AS VARCHAR), '\\.0$', '')",
    "DECIMAL": "regexp_replace(CAST({cell} AS VARCHAR), '\\.0+$', '')",
}
"""Type in the file → the text of a cell."""
_WHOLE = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?")


_NUMBER = "file_row_number"
"""What the database calls the number of a row in a file, counted from 0."""


class ParquetReader(Scanner):
    """See `Scanner`. A record's number is its row, from 1."""

    def read(
        self, file: SourceFile, only: Collection[int] | None = None
    ) -> Iterator[Record | Reject]:
        """See `Reader.read`; the records that are left out are not read."""
        names = [column.name for column in file.contract.columns]
        with open_store(memory=file.limits.memory) as store:
            scan = self.scan(file, store)
            query = f"SELECT {scan.first} + {scan.index} AS number, {scan.cells} FROM {scan.rows}"
            chosen = "" if only is None else " WHERE number IN (SELECT unnest(?::BIGINT[]))"
            rows = store.run(
                f"SELECT * FROM ({query}){chosen} ORDER BY number",
                () if only is None else [list(only)],
            )
        for number, *cells in rows:
            values = zip(names, cells, strict=True)
            yield Record(number, {name: cell for name, cell in values if cell is not None})

    def rows(self, file: SourceFile) -> TextRows | None:
        """See `Scanner.rows`."""
        return None

    def scan(self, file: SourceFile, store: DuckDB) -> Scan:
        """See `Scanner.scan`."""
        try:
            [(rows,)] = store.run(f"SELECT num_rows FROM parquet_file_metadata({_path(file)})")
            types = store.describe(f"SELECT * FROM {_scan_sql(file)}")
        except StoreError as failure:
            raise self.explain(file, str(failure)) from failure
        file.check_table(rows, len(types))
        match_header(file, [*types], file.place(1))
        cells = []
        for name in (column.name for column in file.contract.columns):
            heading = file.contract.heading(name)
            text = "NULL::VARCHAR"
            if name in file.around:
                text = literal(file.around[name])
            elif heading in types:
                text = _text(file, heading, types[heading])
            cells.append(f"nullif({text}, '') AS {identifier(name)}")
        if _NUMBER in map(str.casefold, types):  # then the database's own numbers would hide it
            return Scan(1, "row_number() OVER () - 1", ", ".join(cells), _scan_sql(file))
        return Scan(1, _NUMBER, ", ".join(cells), _scan_sql(file, f"{_NUMBER} = true"))

    def skipped(self, file: SourceFile, records: int) -> EvidenceError | None:
        """See `Scanner.skipped`."""
        return None

    def explain(self, file: SourceFile, reason: str) -> EvidenceError:
        """See `Scanner.explain`."""
        return file.error(
            "this is not Parquet: {reason}",
            hint="write the file again",
            # DuckDB names the file by its place on this machine.
            reason=reason.partition("\n")[0].replace(str(file.disk_path), file.name)[:200],
        )

    def lines(self, file: SourceFile, records: int) -> ScannedLines | None:
        """See `Scanner.lines`."""
        return None


READER = ParquetReader()


def _path(file: SourceFile) -> str:
    # DuckDB treats the path as a glob pattern.
    return literal(re.sub(r"[*?\[]", r"[\g<0>]", str(file.disk_path)))


def _scan_sql(file: SourceFile, *options: str) -> str:
    return f"read_parquet({', '.join((_path(file), 'hive_partitioning = false', *options))})"


def _text(file: SourceFile, heading: str, kind: str) -> str:
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
    return _TEXTS[base].format(cell=identifier(heading))
