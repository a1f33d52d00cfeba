"""Copy the rows of tables in databases to where the evidence is read: as texts, in a file each."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

from ccpolicy.activity import watched
from ccpolicy.errors import CcpolicyError, Locator, Message
from ccpolicy.evidence.contract import Contract
from ccpolicy.evidence.dataset_load import DatasetLoad
from ccpolicy.evidence.exported_tables import ExportedTables, TableFiles
from ccpolicy.evidence.in_place import (
    InPlaceRecords,
    TableInPlace,
    TableUse,
    copied_note,
    copy_reason,
    why_copied,
)
from ccpolicy.evidence.models import File
from ccpolicy.evidence.places import TableRecords
from ccpolicy.evidence.readers import SourceFile
from ccpolicy.evidence.record_sources import NUMBER_BITS
from ccpolicy.evidence.table_copy import check_limits, convert, write_rows
from ccpolicy.files.finder import Fingerprint, stat_state
from ccpolicy.files.limits import Limits
from ccpolicy.policy.store_settings import StoreSettings
from ccpolicy.policy.table_source import TableSource
from ccpolicy.store import (
    EngineStore,
    InPlaceTables,
    JudgesTables,
    TableStore,
    open_tables,
)
from ccpolicy.store.tables import CopyReason, Snapshot, TableName, WantedColumn
from ccpolicy.time.calendar import instant, moment
from ccpolicy.time.epoch import CLOCK_TOLERANCE


@dataclass(frozen=True)
class TableSources:
    """What may be read of the stores."""

    stores: Mapping[str, StoreSettings]
    scratch: Path
    """Folder for the copies, which must outlive the evidence."""
    refusal: Callable[[], CcpolicyError] | None = None
    """Makes the error for why no table is read."""
    as_of: datetime.datetime | None = None
    """The moment judged."""
    engine: EngineStore | None = None
    """What judges, if that is not the store that reads."""
    uses: Mapping[str, TableUse] = field(default_factory=dict)
    """Dataset → what is asked of it."""
    files: TableFiles | None = None
    """Where rows are exported to, or read from in place of any database."""

    def read(
        self, loads: Collection[DatasetLoad], limits: Limits
    ) -> tuple[int, list[TableInPlace]]:
        """Copy the tables of datasets, those of one store in one snapshot, or have them staged.

        What lies where the engine judges, and can be judged there, is staged there and returned,
        with the bytes of all that was copied.

        Raises:
            CcpolicyError: tables are not to be read.
            DatabaseError: one cannot be read, or not all of it.
            LimitError: one is larger than the limits.
        """
        own = [load for load in loads if load.dataset.source]
        if not own:
            return 0, []
        if self.refusal:
            raise self.refusal().at(Locator(str(own[0].dataset.source)))
        with ExitStack() as stack:
            reading = _Reading(self, loads, limits, stack)
            for load in own:
                reading.read(load)
        return reading.copied, reading.in_place

    def notes(self, snapshot: Snapshot) -> list[Message]:
        """Say so if the rows are not those of the moment that is judged."""
        judged = self.as_of
        if judged is None or abs(snapshot.taken_at - instant(judged)) <= CLOCK_TOLERANCE:
            return []
        taken = moment(snapshot.taken_at, datetime.UTC).astimezone(judged.tzinfo)
        return [
            Message.of(
                "the rows are those of {taken}, by the server's clock, and {judged} is judged: what"
                " was written, changed or deleted in between is not known",
                taken=f"{taken:%Y-%m-%d %H:%M}",
                judged=f"{judged:%Y-%m-%d %H:%M}",
            )
        ]


@dataclass
class _Reading:
    """Reads tables, each in place or by a copy."""

    sources: TableSources
    loads: Collection[DatasetLoad]
    limits: Limits
    stack: ExitStack
    copied: int = 0
    """Bytes."""
    in_place: list[TableInPlace] = field(default_factory=list)
    _stores: dict[str, TableStore] = field(default_factory=dict)
    _engines: dict[str, InPlaceTables | None] = field(default_factory=dict)

    def read(self, load: DatasetLoad) -> None:
        """Stage or copy the table of a dataset."""
        source = load.dataset.source
        assert source
        watched().begin(Message.of("reading {file}", file=str(source)))
        engine = self.sources.engine
        reasons: list[Message] = []
        if isinstance(engine, JudgesTables) and not self.sources.files:
            tables = self._tables(engine, source.store)
            use = self.sources.uses.get(load.dataset.id, TableUse())
            found: TableInPlace | Message = copied_note("store")
            if tables:
                reason = why_copied(load, self.loads, use, tables)
                found = reason or self._stage(load, source, tables, engine)
            if not isinstance(found, Message):
                self.in_place.append(found)
                return
            reasons.append(found)
        self._copy(load, source, reasons)

    def _tables(self, engine: JudgesTables, name: str) -> InPlaceTables | None:
        if name not in self._engines:
            settings = self.sources.stores[name]
            where = settings.service, settings.environment
            self._engines[name] = engine.tables_in_place(name, *where)
        return self._engines[name]

    def _stage(
        self, load: DatasetLoad, source: TableSource, tables: InPlaceTables, engine: EngineStore
    ) -> TableInPlace | Message:
        """Stage a table in the engine; return the reason if that cannot be done."""
        contract, table = load.contract, TableName(*source.path, str(source))
        number = len(load.places.sources) + 1
        wanted = dict(zip((each.name for each in contract.columns), _wanted(contract), strict=True))
        staged = tables.stage(
            table,
            wanted,
            contract.dataset.key,
            f"evidence.rows/{number}",
            (number << NUMBER_BITS) + 1,
            self.limits.rows,
        )
        if isinstance(staged, CopyReason):
            return copy_reason(staged)
        facts = tables.facts(staged, [each.name for each in wanted.values()])
        if isinstance(facts, CopyReason):
            return copy_reason(facts)
        check_limits(facts.rows, facts.size, facts.longest, Locator(table.shown), self.limits)
        records = InPlaceRecords(load, tables, staged.relation)
        records.number = load.places.add(records)
        load.plans[0].is_in_place = True
        load.snapshot = tables.snapshot
        notes = (*staged.notes, *self.sources.notes(tables.snapshot))
        load.in_place = File(
            load.dataset.id, table.shown, facts.rows, 0, facts.sha256, notes, tables.snapshot
        )
        return TableInPlace(load, tables, engine, staged, records, facts.may_repeat)

    def _store(self, load: DatasetLoad, source: TableSource) -> TableStore:
        """Open the store of a table, once for all its tables."""
        files = self.sources.files
        if files and files.are_read:
            return ExportedTables(files, {str(source): load.dataset.id})
        if source.store not in self._stores:
            settings = self.sources.stores[source.store]
            opened = open_tables(
                source.store, settings.kind, settings.service, settings.environment
            )
            self._stores[source.store] = self.stack.enter_context(opened)
        return self._stores[source.store]

    def _copy(self, load: DatasetLoad, source: TableSource, reasons: Sequence[Message]) -> None:
        """Copy the rows of a table to a file."""
        files, store = self.sources.files, self._store(load, source)
        table = TableName(*source.path, str(source))
        rows = store.rows(table, _wanted(load.contract), _headings(load.contract))
        copy = self.sources.scratch / f"table-{load.dataset.id}.csv"
        with closing(rows.pieces) as pieces:
            written = write_rows(copy, pieces, Locator(table.shown), self.limits)
        path = copy.with_suffix(".parquet")
        convert(load.store, load.contract, copy, path, written.rows, table.shown)
        copy.unlink()
        if files and not files.are_read:
            files.folder.mkdir(exist_ok=True)
            shutil.copyfile(path, files.file(load.dataset.id))
        facts = Fingerprint(
            sha256=written.sha256,
            size=written.size,
            state=stat_state(path),
            lines=written.rows + 1,
            has_nul=False,
            has_bare_return=False,
            has_spaced_quote=False,
            is_text=False,
            data=None,
        )
        notes = (*rows.notes, *self.sources.notes(store.snapshot), *reasons)
        limits, contract = self.limits, load.contract
        file = SourceFile(table.shown, path, facts, limits, contract=contract, notes=notes)
        load.snapshot = store.snapshot
        load.stored.append(file)
        records = TableRecords(file, notes=[*notes])
        load.files[load.places.add(records)] = records
        self.copied += written.size


def _wanted(contract: Contract) -> list[WantedColumn]:
    return [
        WantedColumn(
            contract.heading(each.name), each.type, each.zone is not None, each.reading.has_way
        )
        for each in contract.columns
    ]


def _headings(contract: Contract) -> list[str]:
    """Return what the table calls the columns of the key."""
    return [contract.heading(each) for each in contract.dataset.key]


def not_judged() -> CcpolicyError:
    """Make the error of a command that reads evidence and does not judge it."""
    return CcpolicyError(
        "the records are rows of a table, which 'ccpolicy check' alone reads",
        hint="judge them with: ccpolicy check",
    )


NO_TABLES = TableSources({}, Path(), not_judged)
"""For those who read evidence and do not judge it."""
