"""Ask for broken references in the stores where the records are: here, or in the engine.

A dataset of which a table in place is a part, or to which it refers, has all its references asked
there. What is here of what they join is handed over as rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ccpolicy.evidence.in_place import TableInPlace
from ccpolicy.evidence.reference_sql import (
    DAYS,
    PlannedReference,
    broken_reference_rows,
    days_sql,
)
from ccpolicy.evidence.table_plan import TablePlan
from ccpolicy.store import DuckDB, EngineStore, Row, Store
from ccpolicy.store.sql import identifier

UNMET = "evidence.unmet"
"""Relation of the rows of `broken_reference_rows`, in each store that was asked."""


class ReferenceStores:
    """The stores in which references are asked for."""

    def __init__(
        self,
        store: DuckDB,
        references: Sequence[PlannedReference],
        in_place: Iterable[TableInPlace],
    ) -> None:
        self.store = store
        self.in_place = {each.load.dataset.id: each for each in in_place}
        self._there = {
            _dataset(each.own)
            for each in references
            if each.own.is_in_place or each.target.is_in_place
        }
        self._handed_over: list[str] = []

    @property
    def engine(self) -> EngineStore:
        """The engine, if there are tables in place."""
        return next(iter(self.in_place.values())).engine

    def of(self, reference: PlannedReference) -> Store:
        """Return the store in which a reference is asked for."""
        return self.engine if _dataset(reference.own) in self._there else self.store

    def day_numbers(self, references: Sequence[PlannedReference]) -> list[int]:
        """Return the days that are compared with instants."""
        dates = {each for reference in references for each in reference.dates}
        there = {plan.load.plans[0].relation for plan in self.in_place.values()}
        days: set[int] = set()
        for store, found in (
            (self.store, sorted(each for each in dates if each[0] not in there)),
            (self.in_place and self.engine, sorted(each for each in dates if each[0] in there)),
        ):
            if store and found:
                days.update(int(day) for (day,) in store.ask(days_sql(found)))
        return sorted(days)

    def create_days(self, days: Sequence[int], starts: Sequence[int]) -> None:
        """Create the relation of days in each store."""
        for store in self._asked():
            store.fill(DAYS, {"day": "INTEGER", "starts": "BIGINT"}, [days, starts])

    def create_unmet(self, references: Sequence[PlannedReference]) -> int:
        """Create the rows of references that are broken, and return how many there are."""
        here = [each for each in references if self.of(each) is self.store]
        there = [each for each in references if self.of(each) is not self.store]
        count = self.store.create(UNMET, broken_reference_rows(here)) if here else 0
        if there:
            query = broken_reference_rows(there, self._rows, self._targets)
            count += self.engine.create(UNMET, query)
        return count

    def numbers(self, references: Iterable[PlannedReference]) -> list[int]:
        """Return the numbers of those references that are broken."""
        stores = dict.fromkeys(map(self.of, references))
        query = f"SELECT DISTINCT reference FROM {identifier(UNMET)}"
        return sorted(int(number) for store in stores for (number,) in store.ask(query))

    def drop(self, *, days: bool = False) -> None:
        """Drop the rows of broken references, or the days."""
        for store in self._asked():
            store.drop(DAYS if days else UNMET)
        if self._handed_over:
            self.engine.drop(*self._handed_over)
            self._handed_over.clear()

    def names(self, reference: PlannedReference, query: str) -> list[Row]:
        """Answer a query over a reference's target that matches patterns."""
        table = self.in_place.get(reference.target.name)
        return table.tables.ask_matching(query) if table else self.store.ask(query)

    def target(self, reference: PlannedReference) -> Store:
        """Return the store with the target of a reference."""
        return self.engine if reference.target.is_in_place else self.store

    def _asked(self) -> Iterator[Store]:
        yield self.store
        if self._there:
            yield self.engine

    def _rows(self, reference: PlannedReference) -> str:
        own = reference.own
        name = f"evidence.naming/{reference.number}"
        return reference.rows() if own.is_in_place else self._hand_over(name, reference.rows())

    def _targets(self, reference: PlannedReference) -> str:
        name, query = f"evidence.named/{reference.number}", reference.targets()
        return query if reference.target.is_in_place else self._hand_over(name, query)

    def _hand_over(self, name: str, query: str) -> str:
        """Hand rows over to the engine, and return the query of them there."""
        self.store.define(name, query)
        types = self.store.describe(query)
        self.engine.load(name, types, self.store.lines(name, types))
        self.store.drop(name)
        self._handed_over.append(name)
        return f"SELECT {', '.join(map(identifier, types))} FROM {identifier(name)}"


def _dataset(plan: TablePlan) -> str:
    return plan.name.partition(".")[0]
