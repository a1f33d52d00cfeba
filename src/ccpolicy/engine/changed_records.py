"""Records as edits change them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from ccpolicy.errors import Locator, PolicyError
from ccpolicy.policy.falsifications import Move, RecordUpdate
from ccpolicy.time.calendar import shift
from ccpolicy.time.durations import Duration, parse_duration
from ccpolicy.vocabulary import ColumnType

Record = dict[str, Any]
"""Column → value, as JSON has it."""


def changed(record: Record, change: RecordUpdate) -> Record:
    """Return a record in which columns have other values."""
    taken = {name: record.get(source) for name, source in change.take.items()}
    return {k: v for k, v in {**record, **change.set, **taken}.items() if v is not None}


def moved(
    record: Record, move: Move, kinds: Mapping[str, ColumnType], zone: ZoneInfo, place: Locator
) -> Record:
    """Return a record of which times are moved.

    Raises:
        PolicyError: one would be beyond the years of the calendar.
    """
    duration = parse_duration(move.by.removeprefix("-"))
    sign = -1 if move.by.startswith("-") else 1
    found = dict(record)
    for name in move.columns:
        if name not in record:
            continue
        try:
            found[name] = _shifted(
                record[name], duration, sign, None if kinds[name] == "date" else zone
            )
        except (ValueError, OverflowError) as failure:
            raise PolicyError(
                "the year of {text} is out of range",
                hint="leave such records out of the edit with 'where'",
                locator=place,
                text=f"{record[name]} ({move.by})",
            ) from failure
    return found


def _shifted(text: str, duration: Duration, sign: int, zone: ZoneInfo | None) -> str:
    """Return a day, or a moment by the clock of a zone, some time earlier or later."""
    at = datetime.datetime.fromisoformat(text)
    if zone is None:
        return shift(at, duration, sign).date().isoformat()
    if duration.is_clock:
        span = datetime.timedelta(microseconds=sign * duration.microseconds)
        return (at.astimezone(datetime.UTC) + span).isoformat()
    return shift(at.astimezone(zone), duration, sign).isoformat()
