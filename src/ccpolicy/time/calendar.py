"""Days, months and business days in a time zone, as integers.

Instants are microseconds since 1970 UTC, days are days since 1970 in the zone. Integers are what
SQL is given, so that it needs no time functions.
"""

from __future__ import annotations

import datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccpolicy.errors import PolicyError
from ccpolicy.time.business_calendar import BusinessCalendar
from ccpolicy.time.durations import Duration
from ccpolicy.time.epoch import EPOCH, SECOND

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def instant(moment: datetime.datetime) -> int:
    """Return an aware datetime as microseconds since 1970 UTC."""
    span = moment - _EPOCH
    return (span.days * 86_400 + span.seconds) * SECOND + span.microseconds


def moment(microseconds: int, zone: datetime.tzinfo) -> datetime.datetime:
    """Return microseconds since 1970 UTC as a datetime in a zone."""
    return (_EPOCH + datetime.timedelta(microseconds=microseconds)).astimezone(zone)


def day_number(day: datetime.date) -> int:
    """Return a day as days since 1970."""
    return day.toordinal() - EPOCH


def date_of(day: int) -> datetime.date:
    """Return days since 1970 as a date."""
    return datetime.date.fromordinal(day + EPOCH)


@lru_cache(maxsize=2**14)
def day_starts(day: int, zone: ZoneInfo) -> int:
    """Return the instant at which a day begins in a zone."""
    date = date_of(day)
    # With fold=0 a midnight that the clock skips is the very instant of the shift.
    midnight = datetime.datetime(date.year, date.month, date.day, tzinfo=zone)
    return int(midnight.timestamp()) * SECOND  # no zone's midnight lies between seconds


def shift(at: datetime.datetime, duration: Duration, sign: int) -> datetime.datetime:
    """Move a local time by a calendar duration, clipping to the month's end."""
    day = later_month(at.date(), sign * duration.months)
    moved = at.replace(year=day.year, month=day.month, day=day.day)
    return moved + datetime.timedelta(days=sign * duration.days)


def later_month(day: datetime.date, months: int) -> datetime.date:
    """Return a day some months later, or the last of that month if it has no such day."""
    month = day.year * 12 + day.month - 1 + months
    first, following = _month_starts(month), _month_starts(month + 1)
    return date_of(min(first + day.day, following) - 1)


def _month_starts(month: int) -> int:
    """Return the first day of a month, which is numbered from January of the year 0."""
    return day_number(datetime.date(month // 12, month % 12 + 1, 1))


class DueTime(NamedTuple):
    """When a duration has run out."""

    at: int
    """The instant, in microseconds since 1970 UTC; the earliest possible one if it is uncertain."""
    is_certain: bool
    """False if it depends on the public holidays of a year for which they are not known."""


class Calendar:
    """Counts days in a time zone, and business days on the plan's business calendar.

    The day from which a duration is counted is not part of it, and the last day runs to its end
    (民法典 201, 203). Months end on the day with the same number, or on the month's last (202).
    """

    def __init__(self, zone: ZoneInfo, business: BusinessCalendar | None = None) -> None:
        self.zone, self.business = zone, business
        self._starts: dict[int, int] = {}
        self._dues: dict[tuple[int, str], DueTime] = {}

    @property
    def basis(self) -> list[object]:
        """Return what its answers rest on, as JSON can hold it."""
        return [self.zone.key, self.business and self.business.basis]

    def starts(self, day: int) -> int:
        """Return the instant at which a day begins."""
        if day not in self._starts:
            self._starts[day] = day_starts(day, self.zone)
        return self._starts[day]

    def day_of(self, at: int) -> int:
        """Return the day of an instant."""
        return day_number(moment(at, self.zone).date())

    def due(self, at: int, duration: Duration) -> DueTime:
        """Return when a duration that is counted from an instant has run out.

        A business day is one of the business calendar's zone.

        Raises:
            PolicyError: it is in business days, and there is no business calendar.
        """
        if duration.is_clock:
            return DueTime(at + duration.microseconds, is_certain=True)
        zone = self.zone
        if duration.business_days:
            zone = require_business(self.business).zone
        day = day_number(moment(at, zone).date())
        key = day, duration.text
        if key not in self._dues:
            [last] = last_days(range(day, day + 1), duration, self.business)
            is_certain = unknown_year(day, last, duration, self.business) is None
            self._dues[key] = DueTime(day_starts(last + 1, zone), is_certain)
        return self._dues[key]


def last_days(
    days: range, duration: Duration, business: BusinessCalendar | None = None
) -> list[int]:
    """Return the last day of a duration in days of any kind, for each day it is counted from.

    Where it is not certain (see `unknown_year`), it is the earliest possible one.

    Raises:
        PolicyError: it is in business days, and there is no business calendar.
    """
    if duration.business_days:
        return require_business(business).last_days(days, duration.business_days)
    if not duration.months:
        return [day + duration.days for day in days]
    found: list[int] = []
    while len(found) < len(days):
        day = days[len(found)]
        date = date_of(day)
        month = date.year * 12 + date.month - 1
        until = min(_month_starts(month + 1), days.stop)
        first = _month_starts(month + duration.months) + date.day - 1
        last = _month_starts(month + duration.months + 1) - 1
        found += [min(first + later, last) + duration.days for later in range(until - day)]
    return found


def unknown_year(
    day: int, last: int, duration: Duration, business: BusinessCalendar | None
) -> int | None:
    """Return the year that is not known and on which the last day of a duration rests.

    Raises:
        PolicyError: it is in business days, and there is no business calendar.
    """
    if not duration.business_days:
        return None
    return require_business(business).unknown_year(day + 1, last)


def require_business(business: BusinessCalendar | None) -> BusinessCalendar:
    """Return a business calendar, given that there is one.

    Raises:
        PolicyError: there is none.
    """
    if business is None:
        raise PolicyError(
            "business time needs a calendar",
            hint="write in policy/calendars.yaml, such as:"
            " calendars: [{{id: office, weekend: [saturday, sunday], holidays: CN}}]",
        )
    return business
