"""Find the records that name what does not exist, or did not on that day, and leave out these.

A record and the records nested in it are valid or invalid together. A record that names an invalid
one becomes invalid, so the search is repeated until nothing changes. Cycles of references are no
problem: each pass only removes records.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from ccpolicy.errors import EvidenceError, PolicyError
from ccpolicy.evidence import values
from ccpolicy.evidence.dataset_load import DatasetLoad
from ccpolicy.evidence.in_place import TableInPlace
from ccpolicy.evidence.invalid_records import key_part
from ccpolicy.evidence.record_removal import remove_records
from ccpolicy.evidence.record_sql import key_text
from ccpolicy.evidence.reference_sql import PlannedReference
from ccpolicy.evidence.reference_stores import UNMET, ReferenceStores
from ccpolicy.near_names import NearName, folded, nearest
from ccpolicy.store import DuckDB
from ccpolicy.store.sql import identifier, literals
from ccpolicy.time.calendar import date_of, day_starts, moment
from ccpolicy.vocabulary import KEY_SEPARATOR

_UNMET_HERE = "evidence.unmet/here"
_SHOWN = 3
"""Values shown of those that may name invalid records, and spans shown of what was in force."""
_KNOWN = 100_000
"""Names that are looked through for the one that was meant."""
_NO_DIGITS = re.compile(r"[^0-9]+")


def reject_broken_references(
    store: DuckDB,
    loads: Collection[DatasetLoad],
    zone: ZoneInfo,
    in_place: Collection[TableInPlace] = (),
) -> None:
    """Report records with a broken reference, and remove them from the tables of valid records."""
    references = _planned(loads)
    if not references:
        return
    stores = ReferenceStores(store, references, in_place)
    compares_days = any(each.dates for each in references)
    if compares_days:
        days = stores.day_numbers(references)
        stores.create_days(days, [day_starts(day, zone) for day in days])
    check = _ReferenceCheck(stores, loads, zone)
    waiting = references
    while waiting:
        count = stores.create_unmet(waiting)
        if not count:
            stores.drop()
            break
        check.note(waiting)
        changed = check.leave_out(waiting)
        stores.drop()
        waiting = [each for each in references if each.target.name in changed]
    check.finish()
    if compares_days:
        stores.drop(days=True)


def _planned(loads: Iterable[DatasetLoad]) -> list[PlannedReference]:
    """Plan the references of all datasets.

    Raises:
        PolicyError: the columns of one hold values that can never be equal.
    """
    plans = {plan.name: plan for load in loads for plan in load.plans}
    found: list[PlannedReference] = []
    for load in loads:
        for table, column, reference in load.dataset.all_references:
            target = plans[reference.dataset]
            found.append(PlannedReference(len(found), plans[table], column, target, reference))
    for each in found:
        for (
            ours,
            theirs,
        ) in each.mismatched_types:  # of what is derived, the type is known only here
            raise PolicyError(
                "'{own}' is of type {own_type}, and '{name}' of '{dataset}' of type {type}",
                hint="only columns of the same type can have equal values",
                own=ours,
                own_type=each.own.types[ours],
                name=theirs,
                dataset=each.target.name,
                type=each.target.types[theirs],
            )
    return found


@dataclass
class _Uncertain:
    """What a reference names that may be among invalid records."""

    count: int = 0
    values: list[str] = field(default_factory=list)
    first: int = 0
    """Locator of the first record."""


class _ReferenceCheck:
    """Says what is wrong with references, and leaves out the records that are."""

    def __init__(
        self, stores: ReferenceStores, loads: Collection[DatasetLoad], zone: ZoneInfo
    ) -> None:
        self.stores, self.zone = stores, zone
        self.loads = {plan.name: load for load in loads for plan in load.plans}
        self.incomplete = {
            load.dataset.id
            for load in loads
            if load.problems.of_files or load.problems.of_records or load.problems.unexplained
        }
        """Datasets with records that are invalid or cannot be read."""
        self.uncertain: dict[PlannedReference, _Uncertain] = {}

    def note(self, references: Sequence[PlannedReference]) -> None:
        """Note what the rows of `_UNMET` name: one by one, unless it may be what is invalid."""
        by_number = {each.number: each for each in references}
        certain: dict[str, list[PlannedReference]] = {}
        for number in self.stores.numbers(references):
            each = by_number[number]
            if self.loads[each.target.name].dataset.id in self.incomplete:
                self._count(each)
            else:
                certain.setdefault(self.loads[each.own.name].dataset.id, []).append(each)
        for found in certain.values():
            self._explain(found)

    def _count(self, reference: PlannedReference) -> None:
        rows = f"FROM {identifier(UNMET)} WHERE reference = {reference.number}"
        store = self.stores.of(reference)
        [(count, first)] = store.ask(f"SELECT count(DISTINCT locator), min(locator) {rows}")
        named = store.ask(f"SELECT DISTINCT value {rows} ORDER BY 1 LIMIT {_SHOWN + 1}")
        known = self.uncertain.setdefault(reference, _Uncertain(first=first))
        known.count += count
        known.first = min(known.first, first)
        known.values += [self._shown(reference, value) for (value,) in named]

    def _explain(self, references: Sequence[PlannedReference]) -> None:
        """Explain the records of one dataset, up to the limit, and count the others."""
        problems = self.loads[references[0].own.name].problems
        store = self.stores.of(references[0])
        by_number = {each.number: each for each in references}
        rows = f"FROM {identifier(UNMET)} WHERE reference IN ({_list(by_number)})"
        [(total,)] = store.ask(f"SELECT count(DISTINCT locator) {rows}")
        shown = store.ask(f"SELECT DISTINCT locator {rows} ORDER BY 1 LIMIT {problems.room}")
        problems.unexplained += total - len(shown)
        if not shown:
            return
        found = store.ask(
            f"SELECT DISTINCT locator, reference, value, time {rows}"
            f" AND locator IN ({_list(locator for (locator,) in shown)}) ORDER BY 1, 2, 3, 4"
        )
        places = self.loads[references[0].own.name].places.locate({row[0] for row in found})
        names = {
            number: _ReferencedKeys(
                self.stores, by_number[number], [r[2] for r in found if r[1] == number]
            )
            for number in sorted({row[1] for row in found})
        }
        errors: dict[int, list[EvidenceError]] = {}
        for locator, number, value, time in found:
            error = self._error(by_number[number], names[number], value, time)
            errors.setdefault(locator, []).append(error)
        for locator, each in errors.items():
            problems.record(places[locator], each)

    def _error(
        self, reference: PlannedReference, names: _ReferencedKeys, value: str, time: int
    ) -> EvidenceError:
        """Explain that a value names nothing, or nothing that was in force then."""
        said: dict[str, Any] = {
            "name": self.loads[reference.own.name].contract.heading(reference.column),
            "value": self._shown(reference, value),
            "dataset": reference.target.name,
        }
        if value in names.spans:
            day = date_of(time) if reference.is_daily else moment(time, self.zone).date()
            spans = [self._span(reference, each) for each in names.spans[value][:_SHOWN]]
            return EvidenceError(
                "'{name}' names {value}, which was not in '{dataset}' on {day}",
                hint="there it is in force: {spans}",
                **said,
                day=day.isoformat(),
                spans=", ".join(spans) + (", …" if len(names.spans[value]) > _SHOWN else ""),
            )
        close = names.close.get(value)
        return EvidenceError(
            "'{name}' names {value}, which is not in '{dataset}'",
            hint=close.hint if close else "add it to '{dataset}', or correct it here",
            **said,
            close=close.name if close else None,
        )

    def _shown(self, reference: PlannedReference, value: str) -> str:
        kinds = [reference.target.types[column] for column in reference.keys]
        parts = value.split(KEY_SEPARATOR)
        if len(parts) != len(kinds):
            return values.shown(value)
        shown = [key_part(part, kind) for part, kind in zip(parts, kinds, strict=True)]
        return values.shown(KEY_SEPARATOR.join(shown))

    def _span(self, reference: PlannedReference, ends: Sequence[int | None]) -> str:
        kinds = [reference.target.types[each] for each in reference.reference.during or ()]
        written = [
            "…" if end is None else key_part(str(end), kind)
            for end, kind in zip(ends, kinds, strict=True)
        ]
        return "/".join([*written, "…"][:2])

    def leave_out(self, references: Sequence[PlannedReference]) -> set[str]:
        """Take the records of `_UNMET` out of their tables; return the tables that lost any."""
        changed: set[str] = set()
        by_load: dict[str, list[PlannedReference]] = {}
        for each in references:
            by_load.setdefault(self.loads[each.own.name].dataset.id, []).append(each)
        for found in by_load.values():
            changed |= self._leave_out(found)
        self.incomplete |= {self.loads[table].dataset.id for table in changed}
        return changed

    def _leave_out(self, references: Sequence[PlannedReference]) -> set[str]:
        """Take the records of one dataset out of its tables."""
        load = self.loads[references[0].own.name]
        numbers = _list(each.number for each in references)
        query = f"SELECT DISTINCT locator FROM {identifier(UNMET)} WHERE reference IN ({numbers})"
        if table := self.stores.in_place.get(load.dataset.id):
            return {load.dataset.id} if table.reject(query) else set()
        store = self.stores.of(references[0])
        if store is self.stores.store:
            return remove_records(self.stores.store, load, query)
        # The dataset is here, and it was there that its references were asked for.
        locators = [int(locator) for (locator,) in store.ask(query)]
        self.stores.store.fill(_UNMET_HERE, {"locator": "BIGINT"}, [locators])
        changed = remove_records(
            self.stores.store, load, f"SELECT locator FROM {identifier(_UNMET_HERE)}"
        )
        self.stores.store.drop(_UNMET_HERE)
        return changed

    def finish(self) -> None:
        """Say how many records name what may be among invalid ones."""
        for reference, found in self.uncertain.items():
            load = self.loads[reference.own.name]
            [place] = load.places.locate([found.first]).values()
            shown = list(dict.fromkeys(found.values))
            error = EvidenceError(
                "records that name in '{name}' what is not among the valid records of"
                " '{dataset}', {count}: {values}",
                hint="first correct what is wrong with '{dataset}'",
                count=found.count,
                name=load.contract.heading(reference.column),
                dataset=reference.target.name,
                values=", ".join(shown[:_SHOWN]) + (", …" if len(shown) > _SHOWN else ""),
            )
            load.problems.reference(place, error)


class _ReferencedKeys:
    """What a reference might name."""

    def __init__(
        self, stores: ReferenceStores, reference: PlannedReference, named: Collection[str]
    ) -> None:
        target, key = identifier(reference.target.relation), key_text(reference.keys)
        during = reference.reference.during or ()
        self.spans: dict[str, list[Sequence[int | None]]] = {}
        """Value that is named and exists → when it is in force, as its columns say."""
        ends = "".join(f", {identifier(column)}" for column in during)
        order = "".join(f", {identifier(column)} NULLS FIRST" for column in during)
        rows: list[Any] = stores.target(reference).ask(
            f"SELECT {key}{ends} FROM {target} WHERE {key} IN {literals(sorted(set(named)))}"
            f" ORDER BY 1{order}"
        )
        for value, *span in rows:
            self.spans.setdefault(value, []).append(span)
        self.close: dict[str, NearName] = {}
        """Value that is named and does not exist → the one that is probably meant."""
        if missing := set(named) - self.spans.keys():
            # Only what has the same digits but for zeros can be close, or what may be written wide.
            digits = sorted(
                {re.sub("[^1-9]", "", unicodedata.normalize("NFKC", n)) for n in missing}
            )
            known = stores.names(
                reference,
                f"SELECT DISTINCT {key} AS name FROM {target} WHERE {key} IS NOT NULL"
                f" AND (regexp_replace({key}, '[^1-9]+', '', 'g') IN {literals(digits)}"
                f" OR regexp_matches({key}, '[^ -~]')) ORDER BY 1 LIMIT {_KNOWN}",
            )
            self.close = near_names(missing, [str(name) for (name,) in known])


def near_names(wrong: Iterable[str], known: Iterable[str]) -> dict[str, NearName]:
    """Return name → the known one that is probably meant, and in what the two differ.

    Only one with the same digits can be meant, since numbers that follow one another are no slips
    of the pen.
    """
    by_digits: dict[str, list[str]] = {}
    for name in known:
        by_digits.setdefault(_NO_DIGITS.sub(" ", folded(name)), []).append(name)
    near = {
        name: nearest(name, by_digits.get(_NO_DIGITS.sub(" ", folded(name)), [])) for name in wrong
    }
    return {name: found for name, found in near.items() if found}


def _list(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers)) or "NULL"
