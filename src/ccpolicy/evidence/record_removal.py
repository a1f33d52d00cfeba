"""Take records that turned out to be invalid out of the tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ccpolicy.evidence.dataset_load import DatasetLoad
from ccpolicy.evidence.places import NestedRecords
from ccpolicy.evidence.record_sources import NUMBER_BITS
from ccpolicy.evidence.table_plan import TablePlan
from ccpolicy.store import DuckDB
from ccpolicy.store.sql import identifier

_INVALID = "evidence.invalid"
"""Relation of the `locator`s of records that are left out of a table."""


def remove_records(store: DuckDB, load: DatasetLoad, invalid: str) -> set[str]:
    """Take records out of a dataset's tables, and return the tables that lost any.

    `invalid` selects their distinct `locator`s. A record goes with all that is nested in it, and
    with the one around it.
    """
    changed: set[str] = set()
    if len(load.plans) == 1:
        if store.create(_INVALID, invalid):
            _count_by_file(store, load)
            _remove(store, load.plans[0])
            changed.add(load.dataset.id)
        store.drop(_INVALID)
        return changed
    locators = [int(row[0]) for row in store.ask(invalid)]
    if locators:
        for plan, lost_rows in zip(load.plans, _whole(load, locators), strict=True):
            store.fill(_INVALID, {"locator": "BIGINT"}, [lost_rows])
            if plan is load.plans[0]:
                _count_by_file(store, load)
            _remove(store, plan)
            store.drop(_INVALID)
            changed.add(plan.name)
    return changed


def _count_by_file(store: DuckDB, load: DatasetLoad) -> None:
    rows = f"SELECT locator >> {NUMBER_BITS}, count(*) FROM {identifier(_INVALID)} GROUP BY 1"
    for source, count in store.ask(rows):
        load.invalid[int(source)] = load.invalid.get(int(source), 0) + int(count)


def _remove(store: DuckDB, plan: TablePlan) -> None:
    """Take the records of `_INVALID` out of a table, which may be a view of checked records."""
    invalid = f"(SELECT locator FROM {identifier(_INVALID)})"
    if plan.keys_verified:
        store.run(f"DELETE FROM {identifier(plan.relation)} WHERE locator IN {invalid}")
        return
    row = f"rowid + {plan.first}" if plan.first else "locator"
    store.run(f"UPDATE {identifier(plan.checked)} SET _ok = false WHERE {row} IN {invalid}")
    store.drop(plan.relation)
    store.define(plan.relation, plan.valid_rows(all_are=False))


def _whole(load: DatasetLoad, locators: Iterable[int]) -> list[list[int]]:
    """Return the locators of all that is read from the records of some, table by table."""
    sources = load.places.sources
    numbers: Mapping[int, int] = {id(each): number for number, each in load.files.items()}
    mask = (1 << NUMBER_BITS) - 1
    whole: set[tuple[int, int]] = set()
    for locator in locators:
        source, number = locator >> NUMBER_BITS, locator & mask
        records = sources[source]
        if isinstance(records, NestedRecords):
            source, number = numbers[id(records.around)], records.parent(number)
        whole.add((source, number))
    found: list[list[int]] = [[source << NUMBER_BITS | each for source, each in sorted(whole)]]
    nested = {
        (numbers[id(each.around)], each.child.name): (number, each)
        for number, each in sources.items()
        if isinstance(each, NestedRecords) and id(each.around) in numbers
    }
    for child in load.contract.children:
        rows = found[0][:0]
        for source, parent in sorted(whole):
            if (source, child.name) in nested:
                number, records = nested[source, child.name]
                rows += [number << NUMBER_BITS | each for each in records.within(parent)]
        found.append(rows)
    return found
