"""Find records that were committed before the event that they record."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from ccpolicy.errors import EvidenceError
from ccpolicy.evidence.dataset_load import DatasetLoad
from ccpolicy.evidence.models import GitRecords
from ccpolicy.policy import RECORDINGS
from ccpolicy.store import DuckDB
from ccpolicy.store.sql import identifier, literals
from ccpolicy.time.calendar import moment
from ccpolicy.time.epoch import CLOCK_TOLERANCE


def check_recording(
    store: DuckDB, loads: Mapping[str, DatasetLoad], zone: ZoneInfo, records: GitRecords | None
) -> None:
    """Report records that were committed before the event they record, beyond clock differences.

    `loads` are the datasets by name. What is not committed is not recorded yet.
    """
    known = records.tables.get(RECORDINGS) if records else None
    names = [plan.name for load in loads.values() for plan in load.plans]
    if known is None or not names:
        return
    rows = store.ask(
        f"""
        SELECT ordinal, dataset, event, happened_at, recorded_at
        FROM {identifier(known.relation)}
        WHERE happened_at > recorded_at + {CLOCK_TOLERANCE} AND dataset IN {literals(names)}
        ORDER BY ordinal
        """
    )
    for name, load in loads.items():
        own = [row for row in rows if str(row[1]).partition(".")[0] == name]
        listed = own[: load.problems.room]
        places = known.source.locate([row[0] for row in listed])
        for ordinal, _, event, happened_at, recorded_at in listed:
            error = EvidenceError(
                "'{name}' says {happened}, but the record was already on file at {recorded}",
                hint="correct the time: what has not happened yet is no evidence",
                name=load.contract.heading(event),
                happened=_written(happened_at, zone),
                recorded=_written(recorded_at, zone),
            )
            load.problems.record(places[ordinal], [error])
        load.problems.unexplained += len(own) - len(listed)


def _written(microseconds: int, zone: datetime.tzinfo) -> str:
    return moment(microseconds, zone).isoformat(timespec="minutes")
