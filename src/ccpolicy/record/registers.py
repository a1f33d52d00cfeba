"""The records on file that a new one names or follows: choices of references, and the next id."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ccpolicy.checks.patterns import matcher
from ccpolicy.errors import LANGUAGES
from ccpolicy.evidence import load_evidence
from ccpolicy.evidence.models import Evidence
from ccpolicy.policy import Policy, columns
from ccpolicy.policy.columns import attachments
from ccpolicy.policy.dataset import Reference
from ccpolicy.policy.labels import value_text
from ccpolicy.policy.subject_names import column_labels
from ccpolicy.record.form_fields import RecordForm
from ccpolicy.store import DuckDB
from ccpolicy.store.sql import identifier
from ccpolicy.texts import UNNAMED, Text
from ccpolicy.time.calendar import date_of, moment
from ccpolicy.time.zones import time_zone

_NUMBERED = re.compile(r"(?P<prefix>.*?)(?P<number>[0-9]+)", re.DOTALL)
_YEAR = re.compile(r"(?<![0-9])20[0-9]{2}(?![0-9])")
_FIRST = re.compile(r"\^(?P<prefix>[^\\\[\](){}.*+?|^$]*)\[0-9\](?:\{(?P<digits>[0-9]+)\})?\$")
_BETWEEN = " · "
_MOST_WORDS = 3
"""Columns of a register that describe an entry beside its name."""


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """A record of a register that another record may name."""

    value: Any
    label: Text | None
    """What the register calls the value."""
    words: tuple[Text, ...]
    """What describes it, such as role and site."""
    since: datetime.date | None
    until: datetime.date | None
    """Last day on which it is in force; None if there is no end."""

    def is_in_force(self, day: datetime.date) -> bool:
        """Whether it is in force on a day."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )

    @property
    def text(self) -> str:
        """The value as it is written."""
        return str(self.value)

    @property
    def names(self) -> tuple[str, ...]:
        """What people may write instead."""
        said = [each for each in (self.label, *self.words) if each]
        languages = dict.fromkeys([*LANGUAGES, *(name for each in said for name in each.root)])
        names = [self.described(each) for each in languages]
        return tuple(
            dict.fromkeys([*names, *(word for each in said for word in each.root.values())])
        )

    def about(self, language: str) -> str:
        """Return its label and what describes it; empty if there is nothing to say."""
        said = [each.text(language) for each in (self.label, *self.words) if each]
        return _BETWEEN.join(dict.fromkeys(said))

    def described(self, language: str) -> str:
        """Return the value with its label and what describes it."""
        return _BETWEEN.join(filter(None, (self.text, self.about(language))))


class Registers:
    """The valid records of a dataset and of those that it refers to."""

    def __init__(
        self,
        policy: Policy,
        forms: Sequence[RecordForm],
        store: DuckDB,
        described: Iterable[Reference] = (),
    ) -> None:
        """Read them; `described` are further registers whose entries are asked for."""
        self.policy, self.store = policy, store
        self.zone = time_zone(policy.plan.zone)
        used: dict[str, set[str]] = {}
        for form in forms:
            used[form.dataset.id] = {each.name for each in form.contract.columns}
        references = [each for form in forms for each in form.dataset.references.values()]
        for reference in [*references, *described]:
            wanted = _wanted(policy, reference.dataset, reference)
            used.setdefault(reference.dataset, set()).update(wanted)
        self.evidence: Evidence = load_evidence(
            store,
            policy.root,
            policy.settings.evidence,
            policy.datasets,
            used,
            self.zone,
            limits=policy.settings.limits,
        )
        # What is asked from here on computes what the policy derives.
        store.lock()
        self._entries: dict[tuple[str, str], list[RegisterEntry]] = {}
        self._known_ids: dict[str, list[str]] = {}
        self._columns: dict[tuple[str, str, str], dict[str, str]] = {}

    def entries(self, reference: Reference) -> list[RegisterEntry]:
        """Return what a reference may name, in the order of the register; each value once."""
        key = reference.dataset, reference.key
        if key not in self._entries:
            self._entries[key] = list(self._read(reference))
        return self._entries[key]

    def _read(self, reference: Reference) -> Iterable[RegisterEntry]:
        table = self.evidence.tables[reference.dataset]
        words = _words(self.policy, reference.dataset, reference)
        during = [*(reference.during or ()), None, None][:2]
        names = [reference.key, *words, *(each for each in during if each)]
        rows = self.store.ask(
            f"SELECT {', '.join(map(identifier, names))} FROM {identifier(table.name)}"
            f" WHERE {identifier(reference.key)} IS NOT NULL ORDER BY locator"
        )
        labels = {
            each: column_labels(self.policy, reference.dataset, each)
            for each in (reference.key, *words)
        }
        found: dict[Any, RegisterEntry] = {}
        for row in rows:
            cells = dict(zip(names, row, strict=True))
            since, until = (
                self._day(cells[each], table.columns[each]) if each else None for each in during
            )
            said = tuple(
                labels[each].get(str(cells[each])) or Text({UNNAMED: str(cells[each])})
                for each in words
                if cells[each] is not None
            )
            value = cells[reference.key]
            label = labels[reference.key].get(value_text(value))
            entry = RegisterEntry(value, label, said, since, until)
            before = found.get(value)
            # Of several terms of one person the last one counts.
            if before is None or until is None or (before.until and until >= before.until):
                found[value] = entry
        return found.values()

    def _day(self, value: Any, kind: str) -> datetime.date | None:
        if value is None:
            return None
        return date_of(value) if kind == "date" else moment(value, self.zone).date()

    def column(self, dataset: str, key: str, column: str) -> dict[str, str]:
        """Return value of the key → value of another column, of a register that was read."""
        if (dataset, key, column) not in self._columns:
            table = self.evidence.tables.get(dataset)
            rows: list[tuple[Any, ...]] = []
            if table and {key, column} <= table.columns.keys():
                rows = self.store.ask(
                    f"SELECT {identifier(key)}, {identifier(column)} FROM {identifier(table.name)}"
                    f" WHERE {identifier(column)} IS NOT NULL ORDER BY locator"
                )
            self._columns[dataset, key, column] = {str(name): str(value) for name, value in rows}
        return self._columns[dataset, key, column]

    def next_id(
        self, form: RecordForm, today: datetime.date, taken: Sequence[str] = (), last: str = ""
    ) -> str:
        """Return the id that follows the last one on file; empty if nobody can say which.

        `taken` are those that other new records have, and `last` is the greatest if it is known.
        """
        field = form.id_field
        if field is None:
            return ""
        ids = [last] if last else [*self._ids(form.dataset.id, field.name), *taken]
        pattern = str(field.column.schema.get("pattern", ""))
        found = following_id(ids, today) if ids else first_id(pattern)
        return found if not pattern or matcher(pattern)(found) else ""

    def _ids(self, dataset: str, name: str) -> list[str]:
        if dataset not in self._known_ids:
            table = identifier(self.evidence.tables[dataset].name)
            rows = self.store.ask(f"SELECT {identifier(name)} FROM {table} ORDER BY locator")
            self._known_ids[dataset] = [str(row[0]) for row in rows]
        return self._known_ids[dataset]


def _wanted(policy: Policy, table: str, reference: Reference) -> set[str]:
    return {
        reference.key,
        *reference.match,
        *(reference.during or ()),
        *_words(policy, table, reference),
    }


def _words(policy: Policy, table: str, reference: Reference) -> list[str]:
    """Return the columns that describe a record of a register beside its name."""
    dataset = policy.datasets[table.partition(".")[0]]
    known = columns(policy.datasets, table) or {}
    left_out = {reference.key, *dataset.derive, *dataset.lookups}
    left_out |= {name for _, name in attachments(dataset)}
    names = [name for name, kind in known.items() if kind == "text" and name not in left_out]
    return names[:_MOST_WORDS]


def following_id(ids: Sequence[str], today: datetime.date) -> str:
    """Return the id after the greatest of those that are written like the last one."""
    last = _NUMBERED.fullmatch(ids[-1])
    if last is None:
        return ""
    prefix, digits = last["prefix"], len(last["number"])
    years = _YEAR.findall(prefix)
    if len(years) == 1 and int(years[0]) < today.year:
        prefix = prefix.replace(years[0], str(today.year))
    numbers = [
        int(each["number"])
        for each in map(_NUMBERED.fullmatch, ids)
        if each and each["prefix"] == prefix
    ]
    return f"{prefix}{max(numbers, default=0) + 1:0{digits}}"


def first_id(pattern: str) -> str:
    """Return the first id of a pattern such as `^A[0-9]{3}$`."""
    found = _FIRST.fullmatch(pattern)
    return f"{found['prefix']}{1:0{int(found['digits'] or 1)}}" if found else ""
