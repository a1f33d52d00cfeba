"""Periods that follow one another without end: weeks, months, fiscal years.

Days are days since 1970, weeks begin on Monday.
"""

from __future__ import annotations

import contextlib
import datetime
import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from ccpolicy.errors import PolicyError
from ccpolicy.time.calendar import day_number, later_month
from ccpolicy.time.durations import MEAN_MONTH, Duration, parse_duration

FISCAL_YEAR = "{fiscal_year: MM-DD}"
"""How a fiscal year is written: the day on which it begins."""
_LENGTHS = {
    "week": "7 days",
    "month": "1 month",
    "quarter": "3 months",
    "half-year": "6 months",
    "year": "12 months",
}
PERIODS = (*_LENGTHS, FISCAL_YEAR)
"""All calendar periods, the shortest first."""
_MONDAY = datetime.date(1970, 1, 5)
_FIRST_OF_YEAR = datetime.date(1970, 1, 1)
_FISCAL_YEAR = re.compile(r"\{fiscal_year: (.*)\}")


class PeriodSpan(NamedTuple):
    """One period: its first and last day."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Period:
    """A length that is repeated without end, before a first day and from it on."""

    first: datetime.date
    length: Duration
    """In days and months."""

    def spans(self, days: range) -> list[PeriodSpan]:
        """List the periods that contain these days, with one before and two after them."""
        number = self._number(days.start) - 1
        last = self._number(days[-1]) + 2
        starts = [self._starts(each) for each in range(number, last + 2)]
        return [PeriodSpan(start, following - 1) for start, following in pairwise(starts)]

    def compare(self, other: Period) -> int | None:
        """Return 1 if each of these periods is made of whole ones of the other, -1 if vice versa.

        0 if they are one; None where neither is made of the other, so that some end earlier and
        others later.
        """
        mine, its = self._is_made_of(other), other._is_made_of(self)
        return mine - its if mine or its else None

    def _is_made_of(self, other: Period) -> bool:
        mine, its = self.length, other.length
        times = mine.months // its.months if its.months else mine.days // its.days
        start = day_number(self.first)
        return (
            times > 0
            and (mine.months, mine.days) == (times * its.months, times * its.days)
            and other._starts(other._number(start)) == start
        )

    def _starts(self, number: int) -> int:
        """Return the first day of a period; 0 is the one that begins on `first`."""
        start = later_month(self.first, number * self.length.months)
        return day_number(start) + number * self.length.days

    def _number(self, day: int) -> int:
        """Return the number of the period in which a day lies."""
        mean = self.length.months * MEAN_MONTH + self.length.days
        number = int((day - day_number(self.first)) / mean)
        while self._starts(number) > day:
            number -= 1
        while self._starts(number + 1) <= day:
            number += 1
        return number


@cache
def parse_period(text: str) -> Period:
    """Read a calendar period, one of `week`, `month`, …, or a fiscal year.

    Raises:
        PolicyError: the fiscal year begins on no day that every year has; without a place.
    """
    if match := _FISCAL_YEAR.fullmatch(text):
        return Period(_fiscal_day(match[1]), parse_duration(_LENGTHS["year"]))
    first = _MONDAY if text == "week" else _FIRST_OF_YEAR
    return Period(first, parse_duration(_LENGTHS[text]))


def parse_day(text: str) -> datetime.date:
    """Read the first day of a schedule.

    Raises:
        PolicyError: without a place; the caller knows it.
    """
    with contextlib.suppress(ValueError):
        day = datetime.date.fromisoformat(text)
        if day.isoformat() == text and 1900 <= day.year < 2200:
            return day
    raise PolicyError("a day from 1900 to 2199 is expected, YYYY-MM-DD, not '{value}'", value=text)


def period_form(text: str) -> str:
    """Return a period as it stands in `PERIODS`: a fiscal year without its day."""
    return FISCAL_YEAR if _FISCAL_YEAR.fullmatch(text) else text


def fiscal_year_text(day: object) -> str:
    """Write the fiscal year that begins on a day, MM-DD."""
    return f"{{fiscal_year: {day}}}"


def fiscal_day(text: str) -> str:
    """Return the day on which a fiscal year begins, MM-DD; nothing for another period."""
    match = _FISCAL_YEAR.fullmatch(text)
    return match[1] if match else ""


def _fiscal_day(text: str) -> datetime.date:
    with contextlib.suppress(ValueError):
        day = datetime.date.fromisoformat(f"1970-{text}")  # no leap year
        if f"{day:%m-%d}" == text:
            return day
    raise PolicyError(
        "a fiscal year begins on a day that every year has, MM-DD, not '{value}'",
        hint="write for example {{fiscal_year: 04-01}}; for 02-29 write 03-01 or 02-28",
        value=text,
    )
