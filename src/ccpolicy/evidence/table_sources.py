"""Copy the rows of tables in databases to where the evidence is read: as texts, in a file each."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from ccpolicy.errors import CcpolicyError, DatabaseError, LimitError, Locator, Message
from ccpolicy.evidence.contract import Contract
from ccpolicy.evidence.dataset_load import DatasetLoad
from ccpolicy.evidence.places import TableRecords
from ccpolicy.evidence.readers import SourceFile
from ccpolicy.evidence.readers.text import MAX_LINE
from ccpolicy.files.finder import Fingerprint, stat_state
from ccpolicy.files.limits import MIB, Limits
from ccpolicy.policy.store_settings import StoreSettings
from ccpolicy.policy.table_source import TableSource
from ccpolicy.store import DuckDB, StoreError, TableStore, open_tables
from ccpolicy.store.sql import identifier, literal
from ccpolicy.store.tables import Snapshot, TableName, WantedColumn
from ccpolicy.time.calendar import instant, moment
from ccpolicy.time.epoch import CLOCK_TOLERANCE

_GLOB = re.compile(r"[*?\[]")
"""What DuckDB would take for a pattern of names."""


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

    def read(self, loads: Sequence[DatasetLoad], limits: Limits) -> int:
        """Copy the tables of datasets, those of one store in one snapshot; return their bytes.

        Raises:
            CcpolicyError: tables are not to be read.
            DatabaseError: one cannot be read, or not all of it.
            LimitError: one is larger than the limits.
        """
        if not loads:
            return 0
        if self.refusal:
            raise self.refusal().at(Locator(str(loads[0].dataset.source)))
        total = 0
        with ExitStack() as stack:
            stores: dict[str, TableStore] = {}
            for name in sorted({source.store for load in loads if (source := load.dataset.source)}):
                settings = self.stores[name]
                opened = open_tables(name, settings.kind, settings.service, settings.environment)
                stores[name] = stack.enter_context(opened)
            for load in loads:
                assert load.dataset.source
                total += self._read(load, load.dataset.source, stores, limits)
        return total

    def _read(
        self,
        load: DatasetLoad,
        source: TableSource,
        stores: Mapping[str, TableStore],
        limits: Limits,
    ) -> int:
        store = stores[source.store]
        table = TableName(*source.path, str(source))
        rows = store.rows(table, _wanted(load.contract), _headings(load.contract))
        copy = self.scratch / f"table-{load.dataset.id}.csv"
        with closing(rows.pieces) as pieces:
            written = _write(copy, pieces, Locator(table.shown), limits)
        path = copy.with_suffix(".parquet")
        _convert(load.store, load.contract, copy, path, written.rows, table.shown)
        copy.unlink()
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
        notes = (*rows.notes, *self._notes(store.snapshot))
        file = SourceFile(table.shown, path, facts, limits, contract=load.contract, notes=notes)
        load.snapshot = store.snapshot
        load.stored.append(file)
        records = TableRecords(file, notes=[*notes])
        load.files[load.places.add(records)] = records
        return written.size

    def _notes(self, snapshot: Snapshot) -> list[Message]:
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


@dataclass(frozen=True, slots=True)
class _Written:
    rows: int
    size: int
    sha256: str


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


def _write(path: Path, pieces: Iterable[bytes], place: Locator, limits: Limits) -> _Written:
    """Write the rows, the headings first, as they come, so that none is held in memory."""
    digest = hashlib.sha256()
    rows, size = -1, 0
    with path.open("xb") as file:
        for piece in pieces:
            file.write(piece)
            digest.update(piece)
            rows, size = rows + 1, size + len(piece)
            if rows > limits.rows:
                raise LimitError(
                    "the table has more rows than {limit}",
                    setting="rows",
                    locator=place,
                    limit=limits.rows,
                )
            if size > limits.file_size << MIB:
                raise LimitError(
                    "the rows of the table take more than {limit} MiB",
                    setting="file_size",
                    locator=place,
                    limit=limits.file_size,
                )
            if len(piece) > MAX_LINE:
                raise LimitError(
                    "a row of the table takes more than {limit} KiB",
                    hint="leave the column with the long text out of the contract",
                    locator=place,
                    limit=MAX_LINE >> 10,
                )
    return _Written(rows, size, digest.hexdigest())


def _convert(
    store: DuckDB, contract: Contract, copy: Path, path: Path, rows: int, shown: str
) -> None:
    """Write the rows as Parquet, of which each can be found by its number.

    Raises:
        DatabaseError: not all of them arrived.
    """
    types = ", ".join(
        f"{literal(contract.heading(each.name))}: 'VARCHAR'" for each in contract.columns
    )
    names = ", ".join(identifier(contract.heading(each.name)) for each in contract.columns)
    file = literal(_GLOB.sub(r"[\g<0>]", str(copy)))
    scan = (
        f"read_csv({file}, auto_detect = false, header = true, columns = {{{types}}}, delim = ',',"
        " quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false,"
        f" strict_mode = true, max_line_size = {MAX_LINE}, buffer_size = {8 * MAX_LINE},"
        " compression = 'none', hive_partitioning = false)"
    )
    try:
        [(count,)] = store.run(
            f"COPY (SELECT {names} FROM {scan}) TO {literal(str(path))} (FORMAT parquet)"
        )
    except StoreError:
        count = -1
    if count != rows:
        raise DatabaseError(
            "not all rows of the table were read, and nothing was judged",
            hint="judge again when nobody empties or rewrites it, such as by TRUNCATE",
            locator=Locator(shown),
        )


def not_judged() -> CcpolicyError:
    """Make the error of a command that reads evidence and does not judge it."""
    return CcpolicyError(
        "the records are rows of a table, which 'ccpolicy check' alone reads",
        hint="judge them with: ccpolicy check",
    )


NO_TABLES = TableSources({}, Path(), not_judged)
"""For those who read evidence and do not judge it."""
