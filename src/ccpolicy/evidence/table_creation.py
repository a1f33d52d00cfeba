"""Make the tables of a dataset, without the files that DuckDB cannot read as a whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ccpolicy.activity import watched
from ccpolicy.errors import EvidenceError, Message
from ccpolicy.evidence.dataset_load import DatasetLoad
from ccpolicy.evidence.readers import Scanner, SourceFile, find_reader
from ccpolicy.evidence.record_sources import NUMBER_BITS
from ccpolicy.evidence.table_plan import TablePlan
from ccpolicy.evidence.typed_sql import create_zones
from ccpolicy.store import DuckDB, Interrupted, StoreError, ValueFault
from ccpolicy.store.sql import identifier


def create_tables(store: DuckDB, loads: Collection[DatasetLoad]) -> None:
    """Make the tables of datasets in their order, and note the files that cannot be read."""
    plans = [plan for load in loads for plan in load.plans]
    ambiguous = [each for plan in plans if not plan.is_typed for each in plan.ambiguous]
    create_zones(store, {each.zone for each in ambiguous if each.zone})
    for load in loads:
        for plan, stage in zip(load.plans, load.stages, strict=True):
            if plan.is_simple and not stage.is_stored:
                stage.make_table()
                continue
            if not plan.scans:
                stage.flush()
            _create(store, load, plan)


def _create(store: DuckDB, load: DatasetLoad, plan: TablePlan) -> None:
    """Make a table, or that of all its records if some may be invalid."""
    files = [load.files[number].file for number in plan.scans]
    if files:
        watched().begin(_reading(files))
    while True:
        try:
            counts = _counts(store, plan, plan.create(store))
            if load.kept or not _skipped(load, plan, counts):
                break
            store.drop(plan.checked)
        except Interrupted:
            raise
        except StoreError as failure:
            if _refused(store, load, plan):
                continue
            if not plan.derive or plan.has_faulty_expression:
                raise
            plan.has_faulty_expression = True
            load.problems.file(
                EvidenceError(
                    "a derived column cannot be computed: {reason}",
                    hint="look at 'derive' in the dataset",
                    reason=failure.reason,
                )
            )
    load.counts |= counts
    watched().finish(sum(each.fingerprint.size for each in files))
    for number, count in counts.items():  # none of what git knows, which has no reader
        reader = find_reader(load.dataset.format)
        if isinstance(reader, Scanner):
            source = load.files[number]
            source.scanned_lines = reader.lines(source.file, count)


def _reading(files: Sequence[SourceFile]) -> Message:
    first, *more = [file.name for file in files]
    doing = Message.of("reading {file}", file=first)
    if more:
        doing = Message.of("reading {file} and other files: {count}", file=first, count=len(more))
    return doing


def _scanner(load: DatasetLoad) -> Scanner:
    reader = find_reader(load.dataset.format)
    assert isinstance(reader, Scanner)
    return reader


def _counts(store: DuckDB, plan: TablePlan, count: int) -> dict[int, int]:
    """Count the records that DuckDB read from each file."""
    if len(plan.scans) < 2:
        return dict.fromkeys(plan.scans, count)
    rows = store.ask(
        f"SELECT locator >> {NUMBER_BITS}, count(*) FROM {identifier(plan.checked)} GROUP BY 1"
    )
    return dict.fromkeys(plan.scans, 0) | {int(number): int(found) for number, found in rows}


def _skipped(load: DatasetLoad, plan: TablePlan, counts: Mapping[int, int]) -> bool:
    """Leave out the files in which DuckDB skipped rows, and return whether there were any."""
    faults: dict[int, EvidenceError] = {}
    for number in plan.scans:
        file = load.files[number].file
        try:
            fault = _scanner(load).skipped(file, counts[number])
        except OSError as failure:
            fault = file.gone(failure)
        if fault:
            faults[number] = fault
    return _leave_out(load, plan, faults)


def _refused(store: DuckDB, load: DatasetLoad, plan: TablePlan) -> bool:
    """Leave out the files that DuckDB cannot read, and return whether there were any."""
    faults = {}
    cells = ", ".join(f"count({identifier(column.name)})" for column in plan.columns)
    for number, scan in plan.scans.items():
        try:
            store.run(f"SELECT {cells} FROM (SELECT {scan.cells} FROM {scan.rows})")
        except StoreError as failure:
            said = failure.engine_text if isinstance(failure, ValueFault) else str(failure)
            faults[number] = _scanner(load).explain(load.files[number].file, said)
    return _leave_out(load, plan, faults)


def _leave_out(load: DatasetLoad, plan: TablePlan, faults: Mapping[int, EvidenceError]) -> bool:
    for number, fault in faults.items():
        load.problems.file(fault)
        del plan.scans[number]
    if faults and not plan.scans:
        load.stages[0].flush()
    return bool(faults)
