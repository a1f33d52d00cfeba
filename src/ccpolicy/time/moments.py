"""Read the moments and periods that people name."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

from ccpolicy.errors import CcpolicyError
from ccpolicy.time.calendar import shift
from ccpolicy.time.durations import parse_duration

Moment = datetime.datetime | datetime.date | str
"""A moment, or a day; as text in ISO 8601."""


def read_moment(given: Moment, zone: ZoneInfo, *, last: bool = False) -> datetime.datetime:
    """Read a moment; a day is its first instant in the zone, or with `last` its last second.

    Raises:
        CcpolicyError: it is no moment, has no offset from UTC, or lies out of range.
    """
    try:
        moment = datetime.datetime.fromisoformat(given) if isinstance(given, str) else given
    except ValueError as failure:
        raise CcpolicyError(
            "'{text}' is not a time",
            hint="write ISO 8601, such as 2026-11-20T18:00:00+08:00 or 2026-11-20",
            text=given,
        ) from failure
    day = _is_day(given)
    if not isinstance(moment, datetime.datetime):
        moment = datetime.datetime.combine(moment, datetime.time())
    if moment.tzinfo is None:
        if not day:
            raise CcpolicyError(
                "'{text}' has no offset from UTC",
                hint="add one, such as +08:00 or Z",
                text=given,
            )
        moment = moment.replace(tzinfo=zone)
        if last:
            moment = moment.replace(hour=23, minute=59, second=59)
    if not 1971 <= moment.year <= 2198:
        raise CcpolicyError("the year of {text} is out of range", text=given)
    return moment.astimezone(zone)


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
        ends += datetime.timedelta(days=1)
    if starts >= ends or starts >= as_of:
        raise CcpolicyError(
            "the period must begin before it ends, and before as-of",
            hint="write it as START/END, such as 2026-01-01/2026-06-30",
        )
    return starts, ends


def _is_day(given: Moment) -> bool:
    if isinstance(given, str):
        return len(given) == len("2026-01-31")
    return not isinstance(given, datetime.datetime)
