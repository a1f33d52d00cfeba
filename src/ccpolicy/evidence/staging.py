"""Hand records that were read here to the engine, a column at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ccpolicy.store import DuckDB
from ccpolicy.store.sql import identifier

_FULL = 200_000
"""Rows after which they are handed over."""


class StagingTable:
    """Rows of one table on their way to the engine."""

    def __init__(self, store: DuckDB, relation: str) -> None:
        self.store = store
        self.relation = relation
        self.types: dict[str, str] = {}
        """Column → its type in the engine."""
        self.columns: list[list[Any]] = []
        self.is_made = False
        """Whether the relation is there, and holds rows already."""

    def begin(self, types: dict[str, str]) -> None:
        """Say which columns the rows have, `locator` first."""
        self.types = types
        self.columns = [[] for _ in types]

    def add(self, columns: Sequence[Sequence[Any]]) -> None:
        """Add rows."""
        for column, more in zip(self.columns, columns, strict=True):
            column.extend(more)
        if len(self.columns[0]) >= _FULL:
            self.hand_over()

    def take(self, query: str) -> None:
        """Take rows that the engine has already."""
        self.store.run(f"CREATE TEMP TABLE {identifier(self.relation)} AS {query}")
        self.is_made = True

    def hand_over(self) -> None:
        """Put the rows into the relation, and make it if need be."""
        if self.is_made:
            into = f"INSERT INTO {identifier(self.relation)}"
        else:
            into = f"CREATE TEMP TABLE {identifier(self.relation)} AS"
        self.store.run(f"{into} {self._rows(self.types)}", self.columns)
        self.is_made = True
        self.columns = [[] for _ in self.types]

    def make(self, relation: str, wanted: Sequence[str]) -> int:
        """Make a table of some of the columns, and return how many rows it has."""
        values = [self.columns[index] for index, each in enumerate(self.types) if each in wanted]
        types = {each: kind for each, kind in self.types.items() if each in wanted}
        self.store.run(f"CREATE TABLE {identifier(relation)} AS {self._rows(types)}", values)
        return len(self.columns[0])

    def drop(self) -> None:
        """Forget the rows, once a table has been made of them."""
        if self.is_made:
            self.store.run(f"DROP TABLE {identifier(self.relation)}")

    def _rows(self, types: dict[str, str]) -> str:
        return "SELECT " + ", ".join(
            f"unnest(CAST(${index} AS {kind}[])) AS {identifier(each)}"
            for index, (each, kind) in enumerate(types.items(), 1)
        )


def is_text(texts: Sequence[str | None]) -> bool:
    """Whether texts can be written as UTF-8: half of a surrogate pair cannot."""
    together = "".join(text for text in texts if text)
    try:
        return together.isascii() or bool(together.encode())
    except UnicodeEncodeError:
        return False
