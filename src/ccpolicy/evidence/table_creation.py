"""Make the tables of a dataset, without the files that the engine cannot read as a whole."""

from __future__ import annotations

from collections.abc import Mapping

from ccpolicy.errors import EvidenceError
from ccpolicy.evidence.dataset_load import DatasetLoad
from ccpolicy.evidence.models import ORDINAL_BITS
from ccpolicy.evidence.readers import SCANNERS
from ccpolicy.evidence.table_plan import TablePlan, zone_relation
from ccpolicy.store import DuckDB, Interrupted, OutOfMemory, StoreError
from ccpolicy.store.sql import identifier
from ccpolicy.time import zone_shifts


def create_tables(store: DuckDB, entry: DatasetLoad) -> None:
    """Make the tables of a dataset, count the records that the engine read, and note faults."""
    for plan, stage in zip(entry.plans, entry.stages, strict=True):
        if plan.is_simple and not stage.is_made:
            stage.make(plan.relation, ["locator", *plan.table().columns, *plan.early_names()])
            continue
        if not plan.scans:
            stage.hand_over()
        if plan.zone and not plan.is_judged:
            store.run(
                f"CREATE TEMP TABLE IF NOT EXISTS {identifier(zone_relation(plan.zone))}"
                f" AS {zone_shifts.table(plan.zone)}"
            )
        entry.counts |= _make(store, entry, plan)


def _make(store: DuckDB, entry: DatasetLoad, plan: TablePlan) -> dict[int, int]:
    """Make a table, or that of all its records if some may be invalid.

    Return how many the engine read, by source.
    """
    while True:
        try:
            counts = _counts(store, plan, plan.create(store))
            if not _passed_over(entry, plan, counts):
                return counts
            store.run(f"DROP TABLE {identifier(plan.judged)}")
        except (OutOfMemory, Interrupted):
            raise
        except StoreError as failure:
            if _refuse(store, entry, plan):
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


def _counts(store: DuckDB, plan: TablePlan, count: int) -> dict[int, int]:
    """Count the records that the engine read from each file."""
    if len(plan.scans) < 2:
        return dict.fromkeys(plan.scans, count)
    rows = store.ask(
        f"SELECT locator >> {ORDINAL_BITS}, count(*) FROM {identifier(plan.judged)} GROUP BY ALL"
    )
    return dict.fromkeys(plan.scans, 0) | {int(number): int(found) for number, found in rows}


def _passed_over(entry: DatasetLoad, plan: TablePlan, counts: Mapping[int, int]) -> bool:
    """Leave out the files of which the engine did not take all, and tell whether there were."""
    found: dict[int, EvidenceError] = {}
    for number in plan.scans:
        file = entry.files[number]
        try:
            fault = SCANNERS[entry.dataset.format].passed_over(file, counts[number])
        except OSError as failure:
            fault = file.gone(failure)
        if fault:
            found[number] = fault
    return _leave_out(entry, plan, found)


def _refuse(store: DuckDB, entry: DatasetLoad, plan: TablePlan) -> bool:
    """Leave out the files that the engine cannot read, and tell whether there were any."""
    refused = {}
    cells = ", ".join(f"count({identifier(column.name)})" for column in plan.columns)
    for number, scan in plan.scans.items():
        try:
            query = f"SELECT {cells} FROM (SELECT {scan.cells} FROM {scan.rows})"
            store.ask(query)
        except StoreError as failure:
            scanner = SCANNERS[entry.dataset.format]
            refused[number] = scanner.explain(entry.files[number], str(failure))
    return _leave_out(entry, plan, refused)


def _leave_out(entry: DatasetLoad, plan: TablePlan, faulty: Mapping[int, EvidenceError]) -> bool:
    for number, fault in faulty.items():
        entry.faults.file(fault)
        del plan.scans[number]
    if faulty and not plan.scans:
        entry.stages[0].hand_over()
    return bool(faulty)
