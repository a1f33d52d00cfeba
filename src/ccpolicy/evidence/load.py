"""Read the evidence of datasets into tables, and gather what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.evidence.create import create_tables
from ccpolicy.evidence.entry import Entry
from ccpolicy.evidence.faults import Faults
from ccpolicy.evidence.files import Finder, fingerprint, state
from ccpolicy.evidence.intake import Intake
from ccpolicy.evidence.keys import Keys
from ccpolicy.evidence.models import ORDINAL_BITS, Evidence, File, Source
from ccpolicy.evidence.planning import plan_tables
from ccpolicy.evidence.proof import Proof
from ccpolicy.evidence.provenance.models import Provenance
from ccpolicy.evidence.readers import PARSERS, SCANNERS, Opened, Scanner
from ccpolicy.evidence.search import Search, suspects
from ccpolicy.evidence.sql import name
from ccpolicy.evidence.stage import Stage
from ccpolicy.policy import Dataset

KEPT = 32 << 20
"""Bytes of small files that are kept in memory; further ones are read again."""
LARGE = 64 << 20
"""Bytes of a dataset from which its keys are not kept in memory beside its records, and of all
evidence up to which one thread reads and judges it."""


def load_evidence(
    connection: duckdb.DuckDBPyConnection,
    root: Path,
    folder: str,
    datasets: Mapping[str, Dataset],
    used: Mapping[str, set[str]],
    provenance: Provenance | None = None,
) -> Evidence:
    """Read the files of every dataset that is used into tables of the connection.

    What git knows fills the datasets of the format `git`; without it they are empty.

    `folder` is the evidence folder's path from the root. `used` names the columns to keep of
    `<dataset>` and `<dataset>.<child>`; what these rest on is read as well.

    Raises:
        PolicyError: a dataset's contract cannot be.
    """
    return _Loader(connection, root, folder, datasets, used, provenance).load()


class _Loader:
    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        root: Path,
        folder: str,
        datasets: Mapping[str, Dataset],
        used: Mapping[str, set[str]],
        provenance: Provenance | None,
    ) -> None:
        self.connection, self.root, self.folder = connection, root, folder
        self.provenance = provenance
        self.patterns = {each.files for each in datasets.values() if each.format != "git"}
        self.sources: dict[int, Source] = {}
        self.last_source = 0
        self.entries = {
            planned.contract.dataset.id: Entry(
                planned,
                Faults(planned.contract.dataset.id),
                [Stage(connection, plan.staged) for plan in planned.plans],
            )
            for planned in plan_tables(connection, datasets, used)
        }

    def load(self) -> Evidence:
        """Read everything that is used."""
        self._open()
        for entry in self.entries.values():
            self._read(entry)
        for entry in self.entries.values():
            create_tables(self.connection, entry)
            self._find_again(entry)
        self._search()
        for entry in self.entries.values():
            for stage in entry.stages:
                stage.drop()
            self._finish(entry)
        by_name = sorted(self.entries.items())
        return Evidence(
            tables={plan.name: plan.table() for _, entry in by_name for plan in entry.plans},
            files=[
                File(
                    dataset=each,
                    file=file.name,
                    records=entry.counts.get(number, 0),
                    invalid=entry.invalid.get(number, 0),
                    sha256=file.fingerprint.sha256,
                )
                for each, entry in by_name
                for number, file in entry.files.items()
            ],
            problems={each: found for each, entry in by_name if (found := entry.faults.problems())},
            sources=self.sources,
        )

    def _find(self) -> list[tuple[str, str]]:
        """Return path and dataset of each file, and note the data files that no dataset reads."""
        found: list[tuple[str, str]] = []
        finder = Finder(self.root)
        filed = {
            each: entry for each, entry in self.entries.items() if entry.dataset.format != "git"
        }
        for each, entry in filed.items():
            for path in finder.find(self.folder, entry.dataset.files):
                if isinstance(path, EvidenceError):
                    entry.faults.file(path)
                else:
                    found.append((path, each))
        for entry in filed.values():
            for stray in finder.strays(self.folder, entry.dataset.files, self.patterns):
                entry.faults.file(stray)
        return found

    def _open(self) -> None:
        """Number the files of all datasets by path, and take their fingerprints."""
        found = self._find()
        kept = 0
        for number, (path, each) in enumerate(sorted(found), 1):
            entry = self.entries[each]
            try:
                facts = fingerprint(self.root / path, keep=kept < KEPT)
            except EvidenceError as failure:
                entry.faults.file(failure.at(Locator(path)))
                continue
            kept += len(facts.data or b"")
            contract = entry.planned.contract
            entry.files[number] = Opened(contract, path, self.root / path, number, facts)
        self.last_source = len(found)
        total = 0
        for entry in self.entries.values():
            size = sum(file.fingerprint.size for file in entry.files.values())
            for plan in entry.plans:
                plan.is_large = size > LARGE
            total += size
        if total <= LARGE:
            # Sharing out so little costs more than it saves, and the more the more cores there are.
            self.connection.execute("SET threads = 1")

    def _read(self, entry: Entry) -> None:
        """Stage the records that are read here, and plan the reading of the others."""
        scanner = SCANNERS.get(entry.dataset.format)
        if entry.dataset.format == "git":
            self._fill(entry)
        elif scanner:
            self._scan(entry, scanner)
        else:
            self._parse(entry)
        for plan, keys in zip(entry.plans, entry.keys, strict=True):
            plan.is_proven = keys.are_proven

    def _begin(self, entry: Entry) -> None:
        """Make ready for rows, once it is known whether they are judged."""
        entry.keys = [Keys(plan) for plan in entry.plans]
        for plan, stage in zip(entry.plans, entry.stages, strict=True):
            stage.begin(plan.staged_types())

    def _parse(self, entry: Entry) -> None:
        self._begin(entry)
        intake = Intake(
            entry.planned.contract,
            entry.plans,
            entry.keys,
            entry.stages,
            entry.faults,
            self._add_source,
        )
        for number, file in entry.files.items():
            try:
                parsed = PARSERS[entry.dataset.format].parse(file)
                self.sources[number] = parsed
                entry.counts[number], entry.invalid[number] = intake.read(file, parsed)
            except EvidenceError as failure:
                entry.faults.file(failure)
            except OSError as failure:
                entry.faults.file(file.gone(failure))

    def _fill(self, entry: Entry) -> None:
        """Stage what git knows; that it knows nothing is a problem."""
        self._begin(entry)
        found = self.provenance
        if found is None:
            return
        if found.reason:
            hint = found.hint.template if found.hint else ""
            entry.faults.file(EvidenceError(found.reason.template, hint=hint))
        if filled := (found.tables or {}).get(entry.dataset.id):
            first = self._add_source(filled.source) << ORDINAL_BITS
            cells = ", ".join(name(each.name) for each in entry.plans[0].cells())
            entry.stages[0].take(
                f"SELECT {first} + ordinal AS locator, {cells} FROM {name(filled.relation)}"
            )

    def _add_source(self, source: Source) -> int:
        self.last_source += 1
        self.sources[self.last_source] = source
        return self.last_source

    def _scan(self, entry: Entry, scanner: Scanner) -> None:
        """Stage the rows of small files, or else have the engine read all files of the dataset."""
        plan = entry.plans[0]
        small: dict[int, list[list[str]] | None] = {}
        for number, file in entry.files.items():
            try:
                small[number] = scanner.rows(file)
            except EvidenceError as failure:
                entry.faults.file(failure)
            except OSError as failure:
                entry.faults.file(file.gone(failure))
        proof = Proof(entry.planned.contract)
        rows = {number: columns for number, columns in small.items() if columns}
        proven = {number: proof.values(columns) for number, columns in rows.items()}
        plan.is_judged = len(rows) == len(small) and None not in proven.values()
        self._begin(entry)
        for number in small if len(rows) < len(small) else ():
            try:
                plan.scans[number] = scanner.scan(entry.files[number], self.connection)
            except EvidenceError as failure:
                entry.faults.file(failure)
            except OSError as failure:
                entry.faults.file(entry.files[number].gone(failure))
        for number, columns in (rows if not plan.scans else {}).items():
            cells = plan.choose((proven if plan.is_judged else small)[number] or [])
            if not plan.is_judged:
                cells = [[cell or None for cell in column] for column in cells]
            entry.counts[number] = len(columns[0])
            entry.keys[0].add(cells)
            first = (number << ORDINAL_BITS) + 1
            entry.stages[0].add([range(first, first + len(columns[0])), *cells])

    def _find_again(self, entry: Entry) -> None:
        """Note how the records that stand in rows are found again."""
        if scanner := SCANNERS.get(entry.dataset.format):
            for number, records in entry.counts.items():
                self.sources[number] = scanner.source(entry.files[number], records)

    def _search(self) -> None:
        """Look for invalid records and for keys that stand twice, and leave the valid records."""
        plans = {
            plan.name: (plan, entry)
            for entry in self.entries.values()
            for plan in entry.plans
            if not plan.is_proven
        }
        suspect = {
            plan.name for plan in suspects(self.connection, [plan for plan, _ in plans.values()])
        }
        for each, (plan, entry) in plans.items():
            found: dict[int, int] = {}
            if each in suspect:
                contract = entry.planned.contract
                search = Search(self.connection, plan, contract, self.sources, entry.faults)
                found = search.invalid()
                search.duplicates()
            if plan is entry.plans[0]:
                for number, count in found.items():
                    entry.invalid[number] = entry.invalid.get(number, 0) + count
            if plan.is_large:
                self.connection.execute(f"ALTER TABLE {name(plan.judged)} DROP COLUMN _hash")
            rows = plan.valid_rows(all_are=not found)
            self.connection.execute(f"CREATE VIEW {name(plan.relation)} AS {rows}")

    def _finish(self, entry: Entry) -> None:
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
            if not entry.counts.get(number, 1) and not entry.dataset.may_be_empty:
                entry.faults.file(
                    file.error(
                        "the file holds no record",
                        hint="if that is all right, say why with 'may_be_empty' in the dataset",
                    )
                )
