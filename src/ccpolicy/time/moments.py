"""Read the moments and periods that people name."""

from __future__ import annotations

import datetime
import re
from zoneinfo import ZoneInfo

from ccpolicy.errors import CcpolicyError
from ccpolicy.time.calendar import day_number, day_starts, moment, shift
from ccpolicy.time.durations import parse_duration
from ccpolicy.time.epoch import SECOND

Moment = datetime.datetime | datetime.date | str
"""A moment, or a day; as text in ISO 8601."""


def read_moment(given: Moment, zone: ZoneInfo, *, last: bool = False) -> datetime.datetime:
    """Read a moment; a day is its first instant in the zone, or with `last` its last second.

    Raises:
        CcpolicyError: it is no moment, has no offset from UTC, or lies out of range.
    """
    try:
        found = datetime.datetime.fromisoformat(given) if isinstance(given, str) else given
    except ValueError as failure:
        raise CcpolicyError(
            "'{text}' is not a time",
            hint="write ISO 8601, such as 2026-11-20T18:00:00+08:00 or 2026-11-20",
            text=given,
        ) from failure
    if not 1971 <= found.year <= 2198:
        raise CcpolicyError("the year of {text} is out of range", text=given)
    if _is_day(given):
        day = day_number(found)
        at = day_starts(day + 1, zone) - SECOND if last else day_starts(day, zone)
        return moment(at, zone)
    if not isinstance(found, datetime.datetime) or found.tzinfo is None:
        raise CcpolicyError(
            "'{text}' has no offset from UTC", hint="add one, such as +08:00 or Z", text=given
        )
    return found.astimezone(zone)


def read_period(
    given: tuple[Moment, Moment] | None, zone: ZoneInfo, as_of: datetime.datetime
) -> tuple[datetime.datetime, datetime.datetime]:
    """Read a period, by default the 12 months before as-of; a day ends at its end.

    Raises:
        CcpolicyError: one of its moments cannot be read, or it begins too late.
    """
    if given is None:
        return shift(as_of, parse_duration("12 months"), -1), as_of
    starts, ends = (read_moment(each, zone) for each in given)
    if _is_day(given[1]):
        ends = moment(day_starts(day_number(ends) + 1, zone), zone)
    if starts >= ends or starts >= as_of:
        raise CcpolicyError(
            "the period must begin before it ends, and before as-of",
            hint="write it as START/END, such as 2026-01-01/2026-06-30",
        )
    return starts, ends


def _is_day(given: Moment) -> bool:
    if isinstance(given, str):
        return re.fullmatch(r"\d{4}-\d{2}-\d{2}", given) is not None
    return not isinstance(given, datetime.datetime)
