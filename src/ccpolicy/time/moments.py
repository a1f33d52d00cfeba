"""Read the moments, periods and lengths of time that people name."""

from __future__ import annotations

import datetime
import re
from zoneinfo import ZoneInfo

from ccpolicy.errors import CcpolicyError
from ccpolicy.time.calendar import day_number, day_starts, instant, moment, shift
from ccpolicy.time.durations import Duration, parse_duration
from ccpolicy.time.epoch import SECOND

Moment = datetime.datetime | datetime.date | str
"""A moment, or a day; as text in ISO 8601, or a named year, half-year, quarter or month."""
Period = tuple[Moment, Moment] | str
"""Beginning and end; as text START/END, one named period such as 2026-Q2, or a length up to as-of,
such as 14d."""
_NAMED = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?:H(?P<half>[12])|Q(?P<quarter>[1-4])|(?P<month>[0-9]{2})))?"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SHORT = re.compile(r"(?P<count>[0-9]{1,5})(?P<unit>[hdwy])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks", "y": "years"}


def read_moment(given: Moment, zone: ZoneInfo, *, last: bool = False) -> datetime.datetime:
    """Read a moment; a day or a month is its first instant, or with `last` its last second.

    Raises:
        CcpolicyError: it is no moment, has no offset from UTC, or lies out of range.
    """
    if days := _days_of(given):
        first, final = days
        _check_year(first, given)
        at = day_starts(day_number(final) + 1, zone) - SECOND
        return moment(at if last else day_starts(day_number(first), zone), zone)
    try:
        found = datetime.datetime.fromisoformat(given) if isinstance(given, str) else given
    except ValueError as failure:
        raise CcpolicyError(
            "'{text}' is not a time",
            hint="write ISO 8601, such as 2026-11-20T18:00:00+08:00, 2026-11-20 or 2026-Q2",
            text=given,
        ) from failure
    _check_year(found, given)
    if not isinstance(found, datetime.datetime) or found.tzinfo is None:
        raise CcpolicyError(
            "'{text}' has no offset from UTC", hint="add one, such as +08:00 or Z", text=given
        )
    return found.astimezone(zone)


def read_period(
    given: Period | None, zone: ZoneInfo, as_of: datetime.datetime
) -> tuple[datetime.datetime, datetime.datetime]:
    """Read a period, by default the 12 months before as-of; a day ends at its end.

    Raises:
        CcpolicyError: it is none, one of its moments cannot be read, or it begins too late.
    """
    if given is None:
        return shift(as_of, parse_duration("12 months"), -1), as_of
    if isinstance(given, str) and not _NAMED.fullmatch(given):
        begins, slash, closes = given.partition("/")
        if not slash:
            return _before(as_of, _length_of(given), zone), as_of
        given = begins, closes
    elif isinstance(given, str):
        given = given, given
    starts, ends = (read_moment(each, zone) for each in given)
    if days := _days_of(given[1]):
        ends = moment(day_starts(day_number(days[1]) + 1, zone), zone)
    if starts >= ends or starts >= as_of:
        raise CcpolicyError(
            "the period must begin before it ends, and before as-of",
            hint="write it as START/END, such as 2026-01-01/2026-06-30",
        )
    return starts, ends


def read_length(text: str) -> Duration:
    """Read a length of time in short (`14d`, `2w`, `36h`), in words or in ISO 8601.

    Raises:
        CcpolicyError: it is none.
    """
    short = _SHORT.fullmatch(text)
    try:
        return parse_duration(f"{short['count']} {_UNITS[short['unit']]}" if short else text)
    except CcpolicyError as failure:
        raise CcpolicyError(
            "'{text}' is not a length of time",
            hint="write for example 14d, 2w, 36h, P30D or '3 months'",
            text=text[:60],
        ) from failure


def _before(as_of: datetime.datetime, length: Duration, zone: ZoneInfo) -> datetime.datetime:
    if length.is_clock:
        return moment(instant(as_of) - length.microseconds, zone)
    return shift(as_of, length, -1)


def _length_of(period: str) -> Duration:
    """Read a period that is the time up to as-of.

    Raises:
        CcpolicyError: it is no length, or one of business time.
    """
    try:
        length = read_length(period)
    except CcpolicyError:
        length = None
    if length is None or length.is_business:
        raise CcpolicyError(
            "'{text}' is not a period",
            hint="write it as START/END, such as 2026-01-01/2026-06-30, as 2026-Q2, 2026-H1,"
            " 2026-06 or 2026, or as a length of time up to as-of, such as 90d",
            text=period[:60],
        )
    return length


def _days_of(given: Moment) -> tuple[datetime.date, datetime.date] | None:
    """Return the first and the last day that a moment names, if it names days."""
    if not isinstance(given, str):
        return None if isinstance(given, datetime.datetime) else (given, given)
    if _DAY.fullmatch(given):
        try:
            day = datetime.date.fromisoformat(given)
        except ValueError:
            return None
        return day, day
    named = _NAMED.fullmatch(given)
    return _named_days(named) if named else None


def _named_days(named: re.Match[str]) -> tuple[datetime.date, datetime.date] | None:
    months = {"half": 6, "quarter": 3, "month": 1}
    unit = next((each for each in months if named[each]), None)
    length = months[unit] if unit else 12
    first = (int(named[unit]) - 1) * length if unit else 0
    year, after = int(named["year"]), first + length
    if not (0 <= first < 12 and 1 <= year < 9999):
        return None
    ends = datetime.date(year + after // 12, after % 12 + 1, 1)
    return datetime.date(year, first + 1, 1), ends - datetime.timedelta(days=1)


def _check_year(found: datetime.date, given: Moment) -> None:
    """Refuse a year for which calendars are not known.

    Raises:
        CcpolicyError: it is one.
    """
    if not 1971 <= found.year <= 2198:
        raise CcpolicyError("the year of {text} is out of range", text=given)
