"""Read the evidence of datasets into tables, and gather what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import duckdb

from ccpolicy.errors import EvidenceError, Locator, PolicyError
from ccpolicy.evidence import zones
from ccpolicy.evidence.contract import Contract, make_contract
from ccpolicy.evidence.faults import Faults
from ccpolicy.evidence.files import find_files, fingerprint, state
from ccpolicy.evidence.intake import Intake
from ccpolicy.evidence.models import ORDINAL_BITS, Evidence, File, Source, Table
from ccpolicy.evidence.readers import PARSERS, SCANNERS, Opened, Scanner
from ccpolicy.evidence.search import Search, suspects
from ccpolicy.evidence.sql import name
from ccpolicy.evidence.stage import Stage
from ccpolicy.evidence.tables import Plan, zone_relation
from ccpolicy.policy import Dataset
from ccpolicy.policy.models import Lookup

LARGE = 64 << 20
"""Bytes of a dataset from which its keys are not kept in memory beside its records."""


def load_evidence(
    connection: duckdb.DuckDBPyConnection,
    root: Path,
    folder: str,
    datasets: Mapping[str, Dataset],
    used: Mapping[str, set[str]],
) -> Evidence:
    """Read the files of every dataset that is used into tables of the connection.

    `folder` is the evidence folder's path from the root. `used` names the columns to keep of
    `<dataset>` and `<dataset>.<child>`; what these rest on is read as well.

    Raises:
        PolicyError: a dataset's contract cannot be.
    """
    connection.execute(
        "SET TimeZone = 'UTC'; SET autoinstall_known_extensions = false;"
        " SET autoload_known_extensions = false"
    )
    return _Loader(connection, root, folder, datasets, used).load()


@dataclass
class _Entry:
    """A dataset that is being read."""

    contract: Contract
    faults: Faults
    plan: Plan
    children: list[Plan]
    files: dict[int, Opened] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)
    """Source → records read."""
    invalid: dict[int, int] = field(default_factory=dict)

    @property
    def plans(self) -> list[Plan]:
        return [self.plan, *self.children]


class _Loader:
    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        root: Path,
        folder: str,
        datasets: Mapping[str, Dataset],
        used: Mapping[str, set[str]],
    ) -> None:
        self.connection, self.root, self.folder = connection, root, folder
        self.datasets, self.used = datasets, used
        self.stage = Stage(connection)
        self.sources: dict[int, Source] = {}
        self.tables: dict[str, Table] = {}
        self.staged = 0

    def load(self) -> Evidence:
        """Read everything that is used."""
        lookups, wanted = self._needed()
        entries = {each: self._entry(each, lookups[each], wanted) for each in _in_order(lookups)}
        self._open(entries)
        for entry in entries.values():
            self._read(entry)
        self.stage.flush()
        for entry in entries.values():
            self._create(entry)
        self._search(entries)
        self.stage.drop()
        for entry in entries.values():
            self._finish(entry)
        files = [
            File(
                dataset=each,
                file=file.name,
                records=entries[each].counts.get(number, 0),
                invalid=entries[each].invalid.get(number, 0),
                sha256=file.fingerprint.sha256,
            )
            for each in sorted(entries)
            for number, file in entries[each].files.items()
        ]
        problems = {each: entries[each].faults.problems() for each in sorted(entries)}
        return Evidence(
            tables={each: self.tables[each] for each in sorted(self.tables)},
            files=files,
            problems={each: found for each, found in problems.items() if found},
            sources=self.sources,
        )

    def _needed(self) -> tuple[dict[str, dict[str, Lookup]], dict[str, set[str]]]:
        """Return each dataset's lookups that matter, and each table's columns that are needed."""
        wanted = {each: set(columns) for each, columns in self.used.items()}
        lookups: dict[str, dict[str, Lookup]] = {}
        waiting = sorted({each.partition(".")[0] for each in self.used})
        while waiting:
            each = waiting.pop()
            columns = wanted.setdefault(each, set())
            dataset = self.datasets[each]
            lookups[each] = {
                column: lookup
                for column, lookup in dataset.lookups.items()
                if column in columns or column in dataset.key
            }
            for lookup in lookups[each].values():
                there = wanted.setdefault(lookup.dataset, set())
                more = {*self.datasets[lookup.dataset].key, lookup.column} - there
                there |= more
                if more or lookup.dataset not in lookups:
                    waiting.append(lookup.dataset)
        return lookups, wanted

    def _entry(
        self, each: str, lookups: Mapping[str, Lookup], wanted: Mapping[str, set[str]]
    ) -> _Entry:
        """Plan the tables of a dataset."""
        dataset = self.datasets[each]
        contract = make_contract(dataset)
        named = {column.name for column in contract.columns}
        keys = {*dataset.key, *(part for lookup in lookups.values() for part in lookup.key)}
        derive = {
            column: text for column, text in dataset.derive.items() if column in wanted[each] | keys
        }
        plan = Plan(
            name=each,
            columns=contract.columns,
            own=frozenset(named),
            key=dataset.key,
            zone=dataset.zone,
            wanted=wanted[each],
            derive=derive,
            lookups={
                column: (lookup, self.tables[lookup.dataset], self.datasets[lookup.dataset].key)
                for column, lookup in lookups.items()
            },
        )
        plan.bind(self.connection)
        children = [
            Plan(
                name=f"{each}.{child.name}",
                columns=(*child.columns, *contract.columns),
                own=frozenset(column.name for column in child.columns),
                key=child.key,
                zone=dataset.zone,
                wanted=wanted.get(f"{each}.{child.name}", set()),
                derive={},
                lookups={},
            )
            for child in contract.children
        ]
        for part in (plan, *children):
            for column in sorted(part.wanted - part.types.keys()):
                raise PolicyError("unknown column '{name}'", name=f"{part.name}.{column}")
            if dataset.format in PARSERS:
                part.staged = self.staged
                self.staged += 1
            self.tables[part.name] = part.table()
        return _Entry(contract, Faults(each), plan, children)

    def _open(self, entries: Mapping[str, _Entry]) -> None:
        """Find the files of all datasets, number them by path, and take their fingerprints."""
        found: list[tuple[str, str]] = []
        for each, entry in entries.items():
            for name_ in find_files(self.root, self.folder, entry.contract.dataset.files):
                if isinstance(name_, EvidenceError):
                    entry.faults.file(name_)
                else:
                    found.append((name_, each))
        for number, (path, each) in enumerate(sorted(found), 1):
            entry = entries[each]
            try:
                opened = Opened(
                    entry.contract, path, self.root / path, number, fingerprint(self.root / path)
                )
            except EvidenceError as failure:
                entry.faults.file(failure.at(Locator(path)))
                continue
            entry.files[number] = opened
        self.last = len(found)
        for entry in entries.values():
            size = sum(file.fingerprint.size for file in entry.files.values())
            for plan in entry.plans:
                plan.is_large = size > LARGE

    def _add_source(self, source: Source) -> int:
        self.last += 1
        self.sources[self.last] = source
        return self.last

    def _read(self, entry: _Entry) -> None:
        """Stage the records that are read here, and plan the reading of the others."""
        kind = entry.contract.dataset.format
        intake = None
        for number, file in entry.files.items():
            try:
                if kind in SCANNERS:
                    entry.plan.scans[number] = SCANNERS[kind].scan(file, self.connection)
                    continue
                intake = intake or Intake(
                    entry.contract,
                    entry.plan,
                    entry.children,
                    self.stage,
                    entry.faults,
                    self._add_source,
                )
                parsed = PARSERS[kind].parse(file)
                self.sources[number] = parsed
                entry.counts[number], entry.invalid[number] = intake.read(file, parsed)
            except EvidenceError as failure:
                entry.faults.file(failure)
            except OSError as failure:
                # It was there a moment ago.
                reason = failure.strerror
                gone = file.error("cannot read the file: {reason}", reason=reason)
                entry.faults.file(gone)

    def _create(self, entry: _Entry) -> None:
        """Make the tables of a dataset, without the files that the engine refuses."""
        for plan in entry.plans:
            if plan.zone and plan.scans:
                self.connection.execute(
                    f"CREATE TEMP TABLE IF NOT EXISTS {name(zone_relation(plan.zone))}"
                    f" AS {zones.table(plan.zone)}"
                )
            count = self._try(entry, plan)
            if len(plan.scans) == 1:
                entry.counts[next(iter(plan.scans))] = count
            elif plan.scans:
                rows = self.connection.execute(
                    f"SELECT locator >> {ORDINAL_BITS}, count(*) FROM {name(plan.relation)}"
                    " GROUP BY ALL"
                ).fetchall()
                entry.counts |= dict.fromkeys(plan.scans, 0) | {int(n): int(c) for n, c in rows}
        scanner = SCANNERS.get(entry.contract.dataset.format)
        if scanner is not None:
            for number in entry.plan.scans:
                self.sources[number] = scanner.source(entry.files[number], entry.counts[number])

    def _try(self, entry: _Entry, plan: Plan) -> int:
        while True:
            try:
                return plan.create(self.connection)
            except (duckdb.OutOfMemoryException, duckdb.InterruptException):
                raise
            except duckdb.Error as failure:
                scanner = SCANNERS.get(entry.contract.dataset.format)
                if scanner and self._refuse(entry, plan, scanner):
                    continue
                if not plan.derive or plan.has_faulty_expression:
                    raise
                plan.has_faulty_expression = True
                entry.faults.file(
                    EvidenceError(
                        "a derived column cannot be computed: {reason}",
                        hint="look at 'derive' in the dataset",
                        reason=str(failure).partition("\n")[0],
                    )
                )

    def _refuse(self, entry: _Entry, plan: Plan, scanner: Scanner) -> bool:
        """Leave out the files that cannot be read, and tell whether there were any."""
        refused = []
        cells = ", ".join(f"count({name(column.name)})" for column in plan.columns)
        for number, scan in plan.scans.items():
            try:
                self.connection.execute(f"SELECT {cells} FROM ({scan})").fetchall()
            except duckdb.Error as failure:
                refused.append(number)
                entry.faults.file(scanner.explain(entry.files[number], str(failure)))
        for number in refused:
            del plan.scans[number]
        return bool(refused)

    def _search(self, entries: Mapping[str, _Entry]) -> None:
        """Look for invalid records and for keys that stand twice."""
        by_plan = {plan.name: entry for entry in entries.values() for plan in entry.plans}
        plans = [plan for entry in entries.values() for plan in entry.plans]
        for plan in suspects(self.connection, plans):
            entry = by_plan[plan.name]
            search = Search(self.connection, plan, entry.contract, self.sources, entry.faults)
            found = search.invalid()
            if plan is entry.plan:
                for number, count in found.items():
                    entry.invalid[number] = entry.invalid.get(number, 0) + count
            search.duplicates()

    def _finish(self, entry: _Entry) -> None:
        """Report files without records, and files that changed while they were read."""
        for number, file in entry.files.items():
            try:
                if state(file.path) != file.fingerprint.state:
                    entry.faults.file(
                        file.error(
                            "the file changed while it was read",
                            hint="check again when nobody writes to it",
                        )
                    )
            except EvidenceError as failure:
                entry.faults.file(failure.at(Locator(file.name)))
            if not entry.counts.get(number, 1) and not entry.contract.dataset.may_be_empty:
                entry.faults.file(
                    file.error(
                        "the file holds no record",
                        hint="if that is all right, say why with 'may_be_empty' in the dataset",
                    )
                )


def _in_order(lookups: Mapping[str, Mapping[str, Lookup]]) -> Iterator[str]:
    """Yield the datasets, those that are looked into first.

    Raises:
        PolicyError: lookups go round in a circle.
    """
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for each in sorted(lookups):
        sorter.add(each, *sorted({lookup.dataset for lookup in lookups[each].values()}))
    try:
        yield from sorter.static_order()
    except CycleError as failure:
        raise PolicyError(
            "lookups go round in a circle: {names}", names=" → ".join(failure.args[1])
        ) from failure
