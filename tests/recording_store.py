"""A store that remembers what the engine hands it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from ccpolicy.engine import assess
from ccpolicy.engine.evaluation import Evaluation
from ccpolicy.store import Row, VettingStore


class RecordingStore:
    """Passes on what it is asked, and remembers the queries and the columns of each relation."""

    def __init__(self, store: VettingStore) -> None:
        self.store = store
        self.queries: list[str] = []
        self.columns: dict[str, dict[str, str]] = {}

    def create(self, relation: str, query: str, parameters: Sequence[object] = ()) -> int:
        self.queries.append(query)
        count = self.store.create(relation, query, parameters)
        self._describe(relation)
        return count

    def define(self, relation: str, query: str) -> None:
        self.queries.append(query)
        self.store.define(relation, query)
        self._describe(relation)

    def append(self, relation: str, query: str) -> None:
        self.queries.append(query)
        self.store.append(relation, query)

    def fill(
        self, relation: str, types: Mapping[str, str], columns: Sequence[Sequence[object]]
    ) -> None:
        self.store.fill(relation, types, columns)
        self._describe(relation)

    def ask(self, query: str, parameters: Sequence[object] = ()) -> list[Row]:
        self.queries.append(query)
        return self.store.ask(query, parameters)

    def run(self, statement: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Pass on what only this store has to understand."""
        return self.store.run(statement, parameters)

    def stream(self, query: str) -> Iterator[Row]:
        self.queries.append(query)
        return self.store.stream(query)

    def drop(self, *relations: str) -> None:
        self.store.drop(*relations)

    def describe(self, query: str) -> dict[str, str]:
        return self.store.describe(query)

    def parse(self, statements: Sequence[str]) -> list[dict[str, Any]]:
        return self.store.parse(statements)

    def write(self, trees: Sequence[dict[str, Any]]) -> list[str]:
        return self.store.write(trees)

    def lines(self, relation: str, types: Mapping[str, str]) -> Iterator[str]:
        return self.store.lines(relation, types)

    def lock(self) -> None:
        self.store.lock()

    def _describe(self, relation: str) -> None:
        self.columns[relation] = self.store.describe(f"SELECT * FROM {relation}")


def record(monkeypatch: pytest.MonkeyPatch) -> list[RecordingStore]:
    """Have every evaluation run in a recording store, and return the list that they are put in."""
    stores: list[RecordingStore] = []

    def evaluation(store: VettingStore, *rest: Any) -> Evaluation:
        stores.append(RecordingStore(store))
        return Evaluation(stores[-1], *rest)

    monkeypatch.setattr(assess, "Evaluation", evaluation)
    return stores
