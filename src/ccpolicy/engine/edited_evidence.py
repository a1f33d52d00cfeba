"""The evidence as records under the names of their contracts, and edits of them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ccpolicy.checks.sql_guard import expression_sql
from ccpolicy.engine.changed_records import Record, changed, moved
from ccpolicy.errors import Locator, PolicyError
from ccpolicy.evidence import Evidence, Table, load_evidence
from ccpolicy.evidence.places import NestedRecords
from ccpolicy.evidence.record_sources import NUMBER_BITS
from ccpolicy.policy import Dataset, Policy, columns
from ccpolicy.policy.consistency import PolicyExpression
from ccpolicy.policy.falsifications import (
    Add,
    During,
    Edit,
    LocatedFalsification,
    RecordChoice,
)
from ccpolicy.policy.file_reader import EntryPlace
from ccpolicy.store import DuckDB, open_store
from ccpolicy.store.sql import identifier
from ccpolicy.time.calendar import date_of, day_number, day_starts, moment
from ccpolicy.time.zones import time_zone
from ccpolicy.vocabulary import ColumnType

RecordsByTable = dict[str, list[Record]]
"""Dataset → its records, with those nested in them."""
_NUMBERS = (1 << NUMBER_BITS) - 1


@dataclass(frozen=True)
class RecordedEvidence:
    """The valid records on file, read once, and which of them each edit touches."""

    records: Mapping[str, Mapping[int, Record]]
    """Dataset → locator → record."""
    nested: Mapping[str, Mapping[int, tuple[int, str]]]
    """`dataset.child` → locator → that of the record around it, and the list it stands in there."""
    items: Mapping[str, Mapping[int, Record]]
    """`dataset.child` → locator → nested record."""
    chosen: Mapping[tuple[str | int, ...], list[int] | PolicyError]
    """Path of an edit → locators of the records it touches, or why that cannot be said."""
    invalid: frozenset[str]
    """Datasets in whose evidence something is wrong."""

    def edited(self, policy: Policy, located: LocatedFalsification) -> RecordsByTable:
        """Return the records after the edits of a falsification; only its datasets are copied.

        Raises:
            PolicyError: an edit touches nothing, or it cannot be said what it touches.
        """
        touched = {each.dataset.partition(".")[0] for each in located.falsification.edits}
        state = _State(self, touched)
        for index, edit in enumerate(located.falsification.edits):
            place = EntryPlace(located.place.source, (*located.place.path, "edits", index))
            state.apply(policy, edit, self._locators(edit, place), place.locate())
        return state.documents()

    def _locators(self, edit: Edit, place: EntryPlace) -> list[int]:
        if edit.add:
            return []
        found = self.chosen[place.path]
        if isinstance(found, PolicyError):
            raise found
        if not found:
            raise PolicyError(
                "the edit touches no record",
                hint="look at what is on file: 'where' must be true, and 'during' must contain it",
                locator=place.locate(edit.name),
            )
        return found


class _State:
    """Records while they are edited."""

    def __init__(self, evidence: RecordedEvidence, touched: Iterable[str]) -> None:
        self.evidence = evidence
        self.records: dict[str, dict[int, Record]] = {}
        for name in touched:
            self.records[name] = {key: {**each} for key, each in evidence.records[name].items()}
        self.items: dict[str, dict[int, Record]] = {}
        for name, found in evidence.items.items():
            if name.partition(".")[0] in self.records:
                self.items[name] = {key: {**each} for key, each in found.items()}
        self.added: dict[str, list[Record]] = {name: [] for name in self.records}

    def apply(self, policy: Policy, edit: Edit, locators: list[int], place: Locator) -> None:
        """Apply one edit to the records at some locators.

        Raises:
            PolicyError: it leaves every record as it was, or cannot be applied.
        """
        if edit.add:
            self._add(policy, edit.add, place)
            return
        table = self.items if "." in edit.dataset else self.records
        there = table[edit.dataset]
        # What an edit before has removed is not there any more.
        before = {each: there[each] for each in locators if each in there}
        after: dict[int, Record] = {}
        if edit.change:
            after = {each: changed(record, edit.change) for each, record in before.items()}
        elif edit.move:
            zone = time_zone(policy.plan.zone)
            kinds = columns(policy.datasets, edit.dataset) or {}
            after = {
                each: moved(record, edit.move, kinds, zone, place)
                for each, record in before.items()
            }
        if after == before:  # also where nothing is left to be removed
            raise PolicyError(
                "the edit leaves every record as it was",
                hint="write other values than those on file, and no edit of records that an edit"
                " before has removed",
                locator=place,
            )
        there.update(after)
        for each in before.keys() - after.keys():
            del there[each]
            self._forget_nested(edit.dataset, each)

    def _forget_nested(self, dataset: str, around: int) -> None:
        """Remove what is nested in a record, which is not there any more."""
        for name, items in self.items.items():
            if name.partition(".")[0] == dataset:
                own = self.evidence.nested[name]
                for each in [e for e in items if own[e][0] == around]:
                    del items[each]

    def _add(self, policy: Policy, add: Add, place: Locator) -> None:
        parent, _, child = add.dataset.partition(".")
        records = [{k: v for k, v in each.items() if v is not None} for each in add.records]
        if not child:
            self.added[parent] += records
            return
        dataset = policy.datasets[parent]
        path = dataset.children[child].path
        own = dataset.record["properties"][path]["items"]["properties"]
        for record in records:
            key = [record[each] for each in dataset.key]
            around = [
                each
                for each in [*self.records[parent].values(), *self.added[parent]]
                if [each.get(name) for name in dataset.key] == key
            ]
            if not around:
                raise PolicyError(
                    "'{dataset}' has no record with the key '{key}'",
                    hint="name the key of a record on file, or of one that was added before",
                    locator=place,
                    dataset=parent,
                    key=", ".join(map(str, key)),
                )
            item = {name: value for name, value in record.items() if name in own}
            around[0][path] = [*around[0].get(path, []), item]

    def documents(self) -> RecordsByTable:
        """Put nested records into those around them, and return all records."""
        found: RecordsByTable = {}
        for name, records in self.records.items():
            lists: dict[int, dict[str, list[Record]]] = {}
            for table, items in self.items.items():
                if table.partition(".")[0] == name:
                    for locator, item in items.items():
                        around, path = self.evidence.nested[table][locator]
                        lists.setdefault(around, {}).setdefault(path, []).append(item)
            found[name] = [
                _whole(record, lists.get(locator, {})) for locator, record in records.items()
            ]
            found[name] += self.added[name]
        return found


def _whole(record: Record, lists: Mapping[str, list[Record]]) -> Record:
    """Put lists of nested records into a record, before those that were added to it."""
    return {**record, **{path: [*each, *record.get(path, [])] for path, each in lists.items()}}


def records_on_file(evidence: RecordedEvidence, datasets: Iterable[str]) -> RecordsByTable:
    """Return the records of datasets as they are on file."""
    return _State(evidence, datasets).documents()


def choices(
    policy: Policy, falsifications: Iterable[LocatedFalsification]
) -> Iterator[tuple[RecordChoice, EntryPlace]]:
    """Yield what edits choose, each with the place of its edit."""
    for located in falsifications:
        for index, edit in enumerate(located.falsification.edits):
            if edit.choice:
                path = (*located.place.path, "edits", index)
                yield edit.choice, EntryPlace(located.place.source, path)


def predicates(
    policy: Policy, falsifications: Iterable[LocatedFalsification]
) -> list[PolicyExpression]:
    """Return the predicates of edits, to be vetted as those of the policy are."""
    return [
        PolicyExpression(
            choice.where,
            choice.dataset,
            None,
            dict(columns(policy.datasets, choice.dataset) or {}),
            place.locate(),
        )
        for choice, place in choices(policy, falsifications)
        if choice.where
    ]


def read_recorded(
    policy: Policy,
    datasets: Iterable[str],
    falsifications: Iterable[LocatedFalsification],
    vet: Callable[[DuckDB], object],
) -> RecordedEvidence:
    """Read the evidence of datasets, with all their columns, and find what each edit touches.

    `vet` checks the policy and the predicates before anything is read. What git fills is empty:
    edits add to it what git would know.

    Raises:
        PolicyErrors: what `vet` raises.
    """
    names = sorted(datasets)
    used = {each: set(columns(policy.datasets, each) or ()) for each in _tables(policy, names)}
    zone = time_zone(policy.plan.zone)
    with (
        tempfile.TemporaryDirectory(prefix="ccpolicy-") as folder,
        open_store(Path(folder) / "spill", memory=policy.settings.limits.memory) as store,
    ):
        vet(store)
        evidence = load_evidence(
            store,
            policy.root,
            policy.settings.evidence,
            policy.datasets,
            used,
            zone,
            limits=policy.settings.limits,
        )
        store.lock()
        records = {
            each: _records(store, policy.datasets[each], evidence.tables[each], None, zone)
            for each in names
        }
        items, nested = {}, {}
        for each in used:
            parent, _, child = each.partition(".")
            if child:
                dataset = policy.datasets[parent]
                table = evidence.tables[each]
                items[each] = _records(store, dataset, table, child, zone)
                nested[each] = _around(evidence, items[each], dataset.children[child].path)
        return RecordedEvidence(
            records=records,
            nested=nested,
            items=items,
            chosen={
                place.path: _chosen(store, evidence.tables[choice.dataset], choice, place, zone)
                for choice, place in choices(policy, falsifications)
            },
            invalid=frozenset(evidence.problems),
        )


def _tables(policy: Policy, datasets: Iterable[str]) -> Iterator[str]:
    for each in datasets:
        yield each
        yield from (f"{each}.{child}" for child in policy.datasets[each].children)


def _records(
    store: DuckDB, dataset: Dataset, table: Table, child: str | None, zone: ZoneInfo
) -> dict[int, Record]:
    """Return locator → record as JSON has it, without what is derived or looked up."""
    properties = dataset.record["properties"]
    if child:
        properties = properties[dataset.children[child].path]["items"]["properties"]
    names = [each for each in table.columns if each in properties]
    selected = ", ".join(map(identifier, ["locator", *names]))
    rows = store.ask(f"SELECT {selected} FROM {identifier(table.name)} ORDER BY locator")
    return {
        locator: {
            name: _value(cell, table.columns[name], properties[name].get("type"), zone)
            for name, cell in zip(names, cells, strict=True)
            if cell is not None
        }
        for locator, *cells in rows
    }


def _value(value: Any, kind: ColumnType, schema: Any, zone: ZoneInfo) -> Any:
    """Write a value of a table as JSON has it; of a time that happened twice the later reading."""
    if kind == "date":
        return date_of(value).isoformat()
    if kind == "instant":
        return moment(value, zone).isoformat()
    return json.loads(value) if schema == "array" else value


def _around(evidence: Evidence, items: Iterable[int], path: str) -> dict[int, tuple[int, str]]:
    numbers = {id(source): number for number, source in evidence.places.sources.items()}
    found = {}
    for locator in items:
        source = evidence.places.sources[locator >> NUMBER_BITS]
        assert isinstance(source, NestedRecords)
        parent = source.parent(locator & _NUMBERS)
        found[locator] = numbers[id(source.around)] << NUMBER_BITS | parent, path
    return found


def _chosen(
    store: DuckDB, table: Table, choice: RecordChoice, place: EntryPlace, zone: ZoneInfo
) -> list[int] | PolicyError:
    """Return the locators of the records that an edit touches."""
    decides = expression_sql(store, choice.where) if choice.where else "true"
    within = _within(choice.during, table, zone) if choice.during else "true"
    rows = store.ask(
        f"SELECT locator, {decides} FROM {identifier(table.name)} WHERE {within} ORDER BY locator"
    )
    undecided = sum(value is None for _, value in rows)
    if undecided:
        return PolicyError(
            "records for which 'where' is neither true nor false: {count}",
            hint="a column may be empty: say what that means with coalesce(…, false)",
            locator=place.locate(),
            count=undecided,
        )
    return [locator for locator, value in rows if value]


def _within(during: During, table: Table, zone: ZoneInfo) -> str:
    """Write the condition that a time lies in whole days."""
    column = identifier(during.column)
    is_day = table.columns[during.column] == "date"

    def edge(day: int) -> int:
        return day if is_day else day_starts(day, zone)

    conditions = [f"{column} IS NOT NULL"]
    if during.from_:
        conditions.append(f"{column} >= {edge(day_number(during.from_))}")
    if during.until:
        conditions.append(f"{column} < {edge(day_number(during.until) + 1)}")
    return " AND ".join(conditions)
