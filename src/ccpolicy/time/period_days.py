"""A day of a period as a plan writes it: `5th`, `third Monday`, `last business day`, `06-30`."""

from __future__ import annotations

import contextlib
import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from ccpolicy.errors import PolicyError
from ccpolicy.time.business_calendar import BusinessCalendar
from ccpolicy.time.calendar import date_of, day_number, later_month, require_business
from ccpolicy.time.periods import Period, PeriodSpan

PeriodDayUnit = Literal["day", "business day", "weekday", "date"]
LAST = 0
"""The number of the last one."""
ORDINALS = ("last", "first", "second", "third", "fourth", "fifth")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ORDINAL = re.compile(r"([1-9][0-9]{0,2})(st|nd|rd|th)")
_DATE = re.compile(r"[0-9]{2}-[0-9]{2}")
_LEAP_DAY = datetime.date(2000, 2, 29)
WEEK = 7
"""Days."""
_MONTHS_OF_YEAR = 12


@dataclass(frozen=True, slots=True)
class PeriodDay:
    """One of the days of a period: if it has too few of them, the last."""

    unit: PeriodDayUnit
    number: int = LAST
    """From 1 on, or `LAST`."""
    weekday: int | None = None
    """Monday is 0."""
    date: datetime.date | None = None
    """In a leap year."""
    is_bare: bool = False
    """Whether it is a weekday without an ordinal: `monday`, and not `first monday`."""

    def of(self, span: PeriodSpan, calendar: BusinessCalendar | None) -> int:
        """Return the day in a period; where holidays are not known, the earliest possible one.

        Raises:
            PolicyError: it is a business day, and there is no calendar.
        """
        if self.unit == "business day":
            calendar = require_business(calendar)
            if self.number == LAST and calendar.unknown_year(*span):
                return span.first
        days = self._days(span, calendar)
        # Where nothing is open in all of the period, its end.
        return days[min(self.number, len(days)) - 1] if days else span.last

    def unknown_year(self, span: PeriodSpan, calendar: BusinessCalendar | None) -> int | None:
        """Return the year whose holidays are not known and on which the day in a period rests."""
        if self.unit != "business day":
            return None
        last = span.last if self.number == LAST else self.of(span, calendar)
        return require_business(calendar).unknown_year(span.first, last)

    def fits(self, period: Period) -> bool:
        """Return whether some periods of a kind have such a day."""
        if self.unit == "date":
            return period.length.months == _MONTHS_OF_YEAR
        if self.is_bare or self.unit == "day":
            is_week = period.length.days == WEEK
            return self.is_bare == is_week and self.number <= max(self._counts(period))
        return self.number <= max(self._counts(period))

    def is_clipped(self, period: Period) -> bool:
        """Say whether some of the periods of a kind are too short for it, whatever the holidays."""
        if self.unit == "date":
            return self.date == _LEAP_DAY
        return self.unit != "business day" and self.number > min(self._counts(period))

    def compare(self, other: PeriodDay, period: Period) -> int | None:
        """Return 1 if the other is never later and somewhere earlier, -1 the other way round.

        0 if they are always one day; None if it depends on the period, or on holidays.
        """
        if "business day" in (self.unit, other.unit):
            if self.unit != other.unit:
                return 1 if self == LAST_DAY else -1 if other == LAST_DAY else None
            mine, its = (each.number or len(_YEARS) for each in (self, other))
            return (mine > its) - (mine < its)
        later = [self.of(span, None) - other.of(span, None) for span in _spans(period)]
        if min(later) >= 0:
            return int(max(later) > 0)
        return -1 if max(later) <= 0 else None

    def _days(self, span: PeriodSpan, calendar: BusinessCalendar | None) -> Sequence[int]:
        """List the days of a period that it counts."""
        first, last = span
        match self.unit:
            case "weekday" if self.weekday is not None:
                return range(first + (self.weekday - _weekday(first)) % WEEK, last + 1, WEEK)
            case "business day" if calendar:
                return calendar.days_worked(first, last)
            case "date" if self.date:
                years = {date_of(day).year for day in span}
                days = (_in_year(self.date, year) for year in years)
                return [day for day in days if first <= day <= last]
        return range(first, last + 1)

    def _counts(self, period: Period) -> set[int]:
        return {len(self._days(span, None)) for span in _spans(period)}


LAST_DAY = PeriodDay("day")
_YEARS = range(day_number(datetime.date(2000, 1, 1)), day_number(datetime.date(2028, 1, 1)))
"""The days after which the calendar repeats itself for a lifetime."""


@cache
def _spans(period: Period) -> list[PeriodSpan]:
    return period.spans(_YEARS)


def _weekday(day: int) -> int:
    return date_of(day).weekday()


def _in_year(date: datetime.date, year: int) -> int:
    return day_number(later_month(date, (year - date.year) * _MONTHS_OF_YEAR))


@cache
def parse_period_day(text: str) -> PeriodDay:
    """Read a day of a period.

    Raises:
        PolicyError: without a place; the caller knows it.
    """
    if _DATE.fullmatch(text):
        with contextlib.suppress(ValueError):
            date = datetime.date.fromisoformat(f"{_LEAP_DAY.year}-{text}")
            return PeriodDay("date", date=date)
        raise _not_a_day(text)
    head, _, unit = text.lower().partition(" ")
    if text.lower() in WEEKDAYS:
        return PeriodDay("weekday", 1, WEEKDAYS.index(head), is_bare=True)
    number = ORDINALS.index(head) if head in ORDINALS and unit else _ordinal(head)
    match unit:
        case _ if number is None:
            raise _not_a_day(text)
        case "" | "day":
            return PeriodDay("day", number)
        case "business day":
            return PeriodDay("business day", number)
        case _ if unit in WEEKDAYS:
            return PeriodDay("weekday", number, WEEKDAYS.index(unit))
    raise _not_a_day(text)


def _ordinal(text: str) -> int | None:
    """Read `1st`, `22nd`, `113th`."""
    match = _ORDINAL.fullmatch(text)
    return int(match[1]) if match and text == ordinal(int(match[1])) else None


def ordinal(number: int) -> str:
    """Write a number as English counts with it."""
    suffixes = {1: "st", 2: "nd", 3: "rd"}
    suffix = "th" if number % 100 in (11, 12, 13) else suffixes.get(number % 10, "th")
    return f"{number}{suffix}"


def _not_a_day(text: str) -> PolicyError:
    return PolicyError(
        "'{value}' is not a day of a period",
        hint="write for example '5th', 'last day', 'third Monday', 'last business day', '06-30',"
        " or in a week 'Monday'",
        value=text,
    )
