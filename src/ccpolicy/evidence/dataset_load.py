"""Read the files of one dataset."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from ccpolicy.activity import watched
from ccpolicy.errors import EvidenceError, Locator, Message
from ccpolicy.evidence.contract import Contract
from ccpolicy.evidence.document_loader import DocumentLoader
from ccpolicy.evidence.fast_validation import typed_columns
from ccpolicy.evidence.models import File, GitRecords
from ccpolicy.evidence.places import FileRecords, Places
from ccpolicy.evidence.problems import ProblemLog
from ccpolicy.evidence.raw_rows import RawRows, raw_contract
from ccpolicy.evidence.readers import Scan, Scanner, SourceFile, find_reader
from ccpolicy.evidence.readers.decode import decode
from ccpolicy.evidence.readers.interface import TextRows
from ccpolicy.evidence.record_sources import NUMBER_BITS
from ccpolicy.evidence.reshaping import (
    ReshapedRecords,
    passed_over_note,
    reshape,
    rows_without_record,
)
from ccpolicy.evidence.staging import StagingTable
from ccpolicy.evidence.table_plan import TablePlan
from ccpolicy.files.finder import stat_state
from ccpolicy.files.limits import Limits
from ccpolicy.policy import Dataset
from ccpolicy.store import DuckDB
from ccpolicy.store.sql import identifier
from ccpolicy.store.tables import Snapshot


@dataclass
class DatasetLoad:
    """A dataset while it is being read."""

    contract: Contract
    plans: Sequence[TablePlan]
    """Its table, and those of the records nested in its records."""
    store: DuckDB
    places: Places
    shown: int
    """Problems listed of each family."""
    files: dict[int, FileRecords] = field(default_factory=dict)
    """Source → file."""
    counts: dict[int, int] = field(default_factory=dict)
    """Source → records read."""
    invalid: dict[int, int] = field(default_factory=dict)
    """Source → invalid records among them."""
    kept: Mapping[int, Scan] = field(default_factory=dict)
    """Source → how DuckDB reads its values, if those of all were kept from an earlier reading."""
    stored: list[SourceFile] = field(default_factory=list)
    """The files as they lie in the evidence folder."""
    snapshot: Snapshot | None = None
    """The state of the database, if the records are rows of a table."""
    in_place: File | None = None
    """The table, if its rows are judged in the database where they lie."""

    def __post_init__(self) -> None:
        self.dataset: Dataset = self.contract.dataset
        self.problems = ProblemLog(self.dataset.id, self.shown)
        self.raw_contract = raw_contract(self.dataset) if self.dataset.reshape else None
        """What files are read by, if their rows are not records."""
        self.raw_counts: dict[int, int] = {}
        """Source → rows read, if they are not records."""
        self.stages: list[StagingTable] = []
        """One for each table, once it is known whether its rows are typed."""

    def read(self, git_records: GitRecords | None) -> None:
        """Stage the records that are read here, and plan how DuckDB reads the others."""
        if self.kept:
            self.plans[0].is_typed, self.plans[0].scans = True, dict(self.kept)
            self._make_stages()
            self.stages[0].keys_verified = False
        elif self.raw_contract:
            self._read_raw(self.raw_contract)
        elif self.dataset.format == "git":
            self._take(git_records)
        elif isinstance(reader := find_reader(self.dataset.format), Scanner):
            self._read_rows(reader)
        else:
            self._read_documents()
        for plan, stage in zip(self.plans, self.stages, strict=True):
            plan.keys_verified = stage.keys_verified

    def _read_raw(self, contract: Contract) -> None:
        """Gather the rows of all files, which `reshape` makes records of."""
        self.plans[0].is_typed = False
        self._make_stages()
        rows = RawRows(contract, self.store, self.problems)
        for number, source in self.files.items():
            with self._reading(source.file):
                rows.add(source, number)
        self.raw_counts = rows.counts

    def reshape(self, limits: Limits, read_whole: Collection[str]) -> None:
        """Make records of the rows, in a locked store.

        Rows that no record is made of are noted, but not of files that another dataset reads whole.
        """
        try:
            relation, names = reshape(self.store, self.contract, limits)
        except EvidenceError as failure:
            self.problems.file(failure)
            self.stages[0].flush()
            return
        cells = "".join(
            f", {identifier(each.name) if each.name in names else 'NULL::VARCHAR'}"
            f" AS {identifier(each.name)}"
            for each in self.contract.columns
        )
        self.stages[0].add_query(f"SELECT locator{cells} FROM {identifier(relation)}")
        passed = rows_without_record(self.store, self.dataset.id)
        rows = self.store.ask(
            f"SELECT locator >> {NUMBER_BITS}, count(*) FROM {identifier(relation)} GROUP BY 1"
        )
        self.counts = dict.fromkeys(self.raw_counts, 0) | {int(n): int(count) for n, count in rows}
        for number, source in self.files.items():
            if (count := passed.get(number)) and source.file.name not in read_whole:
                source.notes.append(passed_over_note(count, self.raw_counts[number]))
            self.places.sources[number] = ReshapedRecords(
                source, self.dataset.id, number, self.store, relation, names
            )

    def _read_documents(self) -> None:
        self._make_stages()
        loader = DocumentLoader(self.contract, self.stages, self.problems, self.places, self.store)
        for number, source in self.files.items():
            with self._reading(source.file):
                self.counts[number], self.invalid[number] = loader.load(source, number)

    def _take(self, git_records: GitRecords | None) -> None:
        """Stage what git knows; that it knows nothing is a problem."""
        self._make_stages()
        if git_records is None:
            return
        if git_records.failure:
            self.problems.file(git_records.failure)
        if table := git_records.tables.get(self.dataset.id):
            first = self.places.add(table.source) << NUMBER_BITS
            cells = ", ".join(identifier(each.name) for each in self.stages[0].columns)
            self.stages[0].add_query(
                f"SELECT {first} + ordinal AS locator, {cells} FROM {identifier(table.relation)}"
            )

    def _read_rows(self, scanner: Scanner) -> None:
        """Stage the rows of small files, or else have DuckDB read all files of the dataset."""
        plan = self.plans[0]
        small: dict[int, TextRows | None] = {}
        for number, source in self.files.items():
            with self._noting(source.file):
                small[number] = scanner.rows(source.file)
        rows = {number: each for number, each in small.items() if each is not None}
        typed = {
            number: typed_columns(self.contract, each.columns) for number, each in rows.items()
        }
        plan.is_typed = len(rows) == len(small) and None not in typed.values()
        self._make_stages()
        if len(rows) < len(small):
            for number in small:
                with self._noting(self.files[number].file):
                    plan.scans[number] = scanner.scan(self.files[number].file, self.store)
            if plan.scans:
                return
        [stage] = self.stages
        for number, each in rows.items():
            values = typed[number]
            if plan.is_typed and values is not None:
                cells = [values[column.column.name, column.is_earlier] for column in stage.columns]
            else:
                texts = [each.columns[column.name] for column in stage.columns]
                cells = [[text or None for text in column] for column in texts]
            self.counts[number] = len(each.lines)
            watched().finish(self.files[number].file.fingerprint.size)
            stage.add([number << NUMBER_BITS | line for line in each.lines], cells)

    def _make_stages(self) -> None:
        self.stages = [StagingTable(self.store, plan) for plan in self.plans]

    @contextmanager
    def _reading(self, file: SourceFile) -> Iterator[None]:
        """Say that a file is read, and note why it cannot be."""
        watched().begin(Message.of("reading {file}", file=file.name))
        with self._noting(file):
            yield
        watched().finish(file.fingerprint.size)

    @contextmanager
    def _noting(self, file: SourceFile) -> Iterator[None]:
        """Note why a file cannot be read."""
        try:
            yield
        except EvidenceError as failure:
            self.problems.file(failure)
        except OSError as failure:
            self.problems.file(file.gone(failure))

    def decode(self, file: SourceFile, *, keep: bool) -> list[FileRecords]:
        """Return the contents of a file, of which an archive has several; none if it has faults."""
        self.stored.append(file)
        found: list[FileRecords] = []
        with self._noting(file):
            found.extend(
                FileRecords(each, notes=list(each.notes)) for each in decode(file, keep=keep)
            )
        return found

    def finish(self) -> list[File]:
        """Note files that changed meanwhile or have no records, and return all that were read."""
        if self.in_place:
            if not self.in_place.records:
                self._note_empty(Locator(self.in_place.file))
            return [replace(self.in_place, invalid=sum(self.invalid.values()))]
        contents: dict[str, list[int]] = {}
        for number, source in self.files.items():
            contents.setdefault(source.file.name, []).append(number)
            if not self.counts.get(number, 1):
                self._note_empty(source.file.place())
        return [self._finished(file, contents.get(file.name, [])) for file in self.stored]

    def _note_empty(self, place: Locator) -> None:
        """Note that there are no records, unless that is all right."""
        if not self.dataset.may_be_empty:
            self.problems.file(
                EvidenceError(
                    "the table holds no row" if self.snapshot else "the file holds no record",
                    hint="if that is all right, say why with 'may_be_empty' in the dataset, and"
                    " in each control that then has nothing to judge",
                    locator=place,
                )
            )

    def _finished(self, file: SourceFile, contents: Sequence[int]) -> File:
        """Note if a file changed meanwhile, and return what was read of it."""
        try:
            if stat_state(file.path) != file.fingerprint.state:
                self.problems.file(
                    file.error(
                        "the file changed while it was read",
                        hint="check again when nobody writes to it",
                    )
                )
        except EvidenceError as failure:
            self.problems.file(failure.at(Locator(file.name)))
        return File(
            dataset=self.dataset.id,
            file=file.name,
            records=sum(self.counts.get(number, 0) for number in contents),
            invalid=sum(self.invalid.get(number, 0) for number in contents),
            sha256=file.fingerprint.sha256,
            notes=tuple(note for number in contents for note in self.files[number].notes),
            snapshot=self.snapshot,
        )
