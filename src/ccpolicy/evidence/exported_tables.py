"""The rows of tables as Parquet files: exported where they are judged, and judged again from these.

A file holds every column of the contract as the one text of each value, in the order of the key.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ccpolicy.errors import BundleError
from ccpolicy.store import StoreError
from ccpolicy.store.tables import Snapshot, TableName, TableRows, WantedColumn

SUFFIX = ".parquet"
_UNKNOWN = Snapshot("", "", 0)
_SPECIAL = re.compile(r'[,"\r\n]|\A\\\.\Z')
"""Finds in a heading what CSV puts in quotation marks."""


@dataclass(frozen=True)
class TableFiles:
    """A folder with a file for each dataset whose records are rows of a table."""

    folder: Path
    are_read: bool
    """Whether rows are read from it, and from no database; otherwise they are written to it."""

    def file(self, dataset: str) -> Path:
        """Return the file of a dataset."""
        return self.folder / f"{dataset}{SUFFIX}"


@dataclass(frozen=True)
class ExportedTables:
    """Rows that were exported. See `TableStore`."""

    files: TableFiles
    datasets: Mapping[str, str]
    """What messages call a table → its dataset."""
    snapshot: Snapshot = _UNKNOWN
    """Not known here; whoever exported the rows says it."""

    def rows(
        self, table: TableName, columns: Sequence[WantedColumn], key: Sequence[str]
    ) -> TableRows:
        """See `TableStore.rows`.

        Raises:
            BundleError: the file is missing, or holds other columns.
        """
        file = self.files.file(self.datasets[table.shown])
        name = f"{self.files.folder.name}/{file.name}"
        if not file.is_file():
            raise BundleError(
                "'{name}' is missing from the bundle",
                hint="ask whoever made the bundle for one that verifies",
                name=name,
            )
        return TableRows(_lines(file, name, [each.name for each in columns]), [])


def _lines(file: Path, name: str, headings: Sequence[str]) -> Generator[bytes]:
    """Yield the rows as CSV, as the digest has them."""
    # Slow to import, and seldom needed.
    from ccpolicy.store.parquet import read_parquet

    quoted = [_quoted(each) if _SPECIAL.search(each) else each for each in headings]
    yield f"{','.join(quoted)}\n".encode()
    try:
        for row in read_parquet(file, dict.fromkeys(headings, "VARCHAR")):
            cells = ("" if cell is None else _quoted(cell) for cell in row)
            yield f"{','.join(cells)}\n".encode()
    except StoreError:
        raise BundleError(
            "'{name}' is not a table with the columns of the dataset",
            hint="ask whoever made the bundle for one that verifies",
            name=name,
        ) from None


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
