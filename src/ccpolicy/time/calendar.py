"""Days, months, business days and zones as tables of integers, so that SQL needs no time functions.

Instants are microseconds since 1970 UTC, days are days since 1970 in the plan's zone.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from ccpolicy.errors import PolicyError
from ccpolicy.time.durations import Duration
from ccpolicy.time.epoch import EPOCH

PERIODS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
"""Calendar period → its months."""


def instant(moment: datetime.datetime) -> int:
    """Return an aware datetime as microseconds since 1970 UTC."""
    return (moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)) // datetime.timedelta(
        microseconds=1
    )


def moment(microseconds: int, zone: ZoneInfo) -> datetime.datetime:
    """Return microseconds since 1970 UTC as a datetime in a zone."""
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    return (epoch + datetime.timedelta(microseconds=microseconds)).astimezone(zone)


def day_number(day: datetime.date) -> int:
    """Return a day as days since 1970."""
    return day.toordinal() - EPOCH


def day_starts(day: int, zone: ZoneInfo) -> int:
    """Return the instant at which a day begins in a zone."""
    date = datetime.date.fromordinal(day + EPOCH)
    # With fold=0 a midnight that the clock skips is the very instant of the shift.
    midnight = datetime.datetime(date.year, date.month, date.day, tzinfo=zone)
    return int(midnight.timestamp()) * 1_000_000  # no zone's midnight lies between seconds


def shift(at: datetime.datetime, duration: Duration, sign: int) -> datetime.datetime:
    """Move a local time by a calendar duration, clipping to the month's end."""
    months = at.year * 12 + at.month - 1 + sign * duration.months
    year, month = divmod(months, 12)
    length = (
        datetime.date(year + month // 11, (month + 1) % 12 + 1, 1)
        - datetime.date(year, month + 1, 1)
    ).days
    moved = at.replace(year=year, month=month + 1, day=min(at.day, length))
    return moved + datetime.timedelta(days=sign * duration.days)


def business_days(country: str, days: range) -> Iterator[bool | None]:
    """Yield for each day whether it is a business day; None in a year that nobody knows yet.

    China's come from the State Council's yearly notices, with their worked weekends.

    Raises:
        PolicyError: the country is not known.
    """
    dates = [datetime.date.fromordinal(day + EPOCH) for day in days]
    if country == "CN":
        from chinese_calendar import constants  # type: ignore[import-untyped]

        known = {day.year for day in constants.holidays}
        for date in dates:
            off = date.weekday() >= 5 or date in constants.holidays
            yield (not off or date in constants.workdays) if date.year in known else None
        return
    import holidays

    try:
        found = holidays.country_holidays(country, years=range(dates[0].year, dates[-1].year + 1))
    except NotImplementedError as failure:
        raise PolicyError("no holiday calendar for '{country}'", country=country) from failure
    for date in dates:
        known_year = found.start_year <= date.year <= found.end_year
        yield found.is_working_day(date) if known_year else None
