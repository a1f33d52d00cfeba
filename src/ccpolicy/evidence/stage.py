"""Hand records that were read here to the engine, many at once."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

RELATION = "evidence.staged"
_CELL, _ROW = "\x1f", "\x1e"
"""Unit and record separator, which no cell may hold."""
_FULL = 8 << 20
"""Characters after which the rows are handed over."""


class Stage:
    """Rows of text on their way into one relation: `t` (which table), `locator`, `cells`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.rows: list[str] = []
        self.size = 0
        self.exists = False

    def add(self, table: int, locator: int, cells: Sequence[str]) -> bool:
        """Add a row, and tell whether its text could be taken."""
        row = _CELL.join((str(table), str(locator), *cells))
        if row.count(_CELL) != len(cells) + 1 or _ROW in row or not _is_text(row):
            return False
        self.rows.append(row)
        self.size += len(row)
        if self.size > _FULL:
            self.flush()
        return True

    def flush(self) -> None:
        """Hand the rows over."""
        query = (
            "SELECT CAST(r[1] AS INTEGER) AS t, CAST(r[2] AS BIGINT) AS locator, r[3:] AS cells"
            f" FROM (SELECT string_split(unnest(string_split(?, '{_ROW}')), '{_CELL}') AS r)"
        )
        if not self.exists:
            self.connection.execute(
                f'CREATE TEMP TABLE "{RELATION}" (t INTEGER, locator BIGINT, cells VARCHAR[])'
            )
            self.exists = True
        if self.rows:
            self.connection.execute(f'INSERT INTO "{RELATION}" {query}', [_ROW.join(self.rows)])
        self.rows.clear()
        self.size = 0

    def drop(self) -> None:
        """Forget the rows, once tables have been made of them."""
        self.connection.execute(f'DROP TABLE IF EXISTS "{RELATION}"')


def _is_text(row: str) -> bool:
    """Whether it can be written as UTF-8: half of a surrogate pair cannot."""
    try:
        return row.isascii() or bool(row.encode())
    except UnicodeEncodeError:
        return False
