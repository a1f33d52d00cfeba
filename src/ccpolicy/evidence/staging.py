"""Gather the rows of one table that are read here, a column at a time, and check their keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ccpolicy.evidence.table_plan import TablePlan
from ccpolicy.store import DuckDB

_FLUSH = 200_000
"""Rows to gather before they are written to the store."""


class StagingTable:
    """Rows of one table on their way to the store."""

    def __init__(self, store: DuckDB, plan: TablePlan) -> None:
        self.store = store
        self.plan = plan
        self.columns = plan.staged_columns()
        """Columns of the rows, after `locator`."""
        self.is_stored = False
        """Whether the relation exists, and holds rows already."""
        names = [each.name for each in self.columns]
        self.keys_verified = plan.is_typed and not plan.is_large and set(plan.key) <= set(names)
        """Whether all keys are certain to be fit and unique; SQL looks closer if they are not."""
        self._key = [names.index(part) for part in plan.key if self.keys_verified]
        self._keys: set[object] = set()
        self._types = {"locator": "BIGINT"} | {each.name: each.sql_type for each in self.columns}
        self._rows: list[list[Any]] = [[] for _ in self._types]

    def add(self, locators: Sequence[int], cells: Sequence[Sequence[Any]]) -> None:
        """Add rows, column by column."""
        if self.keys_verified:
            self._verify([cells[index] for index in self._key])
        for column, more in zip(self._rows, (locators, *cells), strict=True):
            column.extend(more)
        if len(self._rows[0]) >= _FLUSH:
            self.flush()

    def add_query(self, query: str) -> None:
        """Add the rows of a query, which are all rows of the table."""
        self.store.create(self.plan.staged, query)
        self.is_stored = True

    def flush(self) -> None:
        """Write the rows to the store, where the relation then exists even if there are none."""
        if self._rows[0] or not self.is_stored:
            self.store.fill(self.plan.staged, self._types, self._rows)
            self._rows = [[] for _ in self._types]
            self.is_stored = True

    def make_table(self) -> None:
        """Make the final table of rows that need nothing more, none of which is stored yet."""
        wanted = self.plan.wanted | {"locator"}
        wanted |= {each.name for each in self.columns if each.column.name in self.plan.wanted}
        types = {name: kind for name, kind in self._types.items() if name in wanted}
        rows = [
            column for name, column in zip(self._types, self._rows, strict=True) if name in wanted
        ]
        self.store.fill(self.plan.relation, types, rows)

    def _verify(self, key: Sequence[Sequence[Any]]) -> None:
        """Add the key columns of rows to those seen, or give up if they are doubtful."""
        before = len(self._keys)
        self._keys.update(key[0] if len(key) == 1 else zip(*key, strict=True))
        is_unique = len(self._keys) == before + len(key[0])
        self.keys_verified = is_unique and all(map(_is_fit, key))
        if not self.keys_verified:
            self._keys.clear()


def _is_fit(part: Sequence[Any]) -> bool:
    """Whether all values of a key column are certain to be fit; see `values.key_fault`."""
    if None in part:
        return False
    texts = [value for value in part if isinstance(value, str)]
    together = "".join(texts)
    return (
        together.isprintable()
        and "×" not in together
        and all(text and text[0] != " " and text[-1] != " " for text in texts)
    )


def is_storable(texts: Sequence[str | None]) -> bool:
    """Whether texts can be stored as UTF-8, which has no unpaired surrogates."""
    together = "".join(text for text in texts if text)
    try:
        return together.isascii() or bool(together.encode())
    except UnicodeEncodeError:
        return False
