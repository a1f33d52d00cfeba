"""Lengths of time as a plan writes them: `30 days`, `P3M`, `15 minutes`, `5 business days`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from ccpolicy.errors import PolicyError
from ccpolicy.time.epoch import DAY, SECOND

DurationUnit = Literal[
    "year",
    "month",
    "week",
    "business day",
    "day",
    "business hour",
    "hour",
    "business minute",
    "minute",
    "second",
]
MEAN_MONTH = 30.436875
"""Days, on average over the four hundred years after which the calendar repeats itself."""
MICROSECONDS = {"hour": 3_600 * SECOND, "minute": 60 * SECOND, "second": SECOND}

_ISO = re.compile(
    r"P(?:(?P<year>[0-9]+)Y)?(?:(?P<month>[0-9]+)M)?(?:(?P<week>[0-9]+)W)?(?:(?P<day>[0-9]+)D)?"
    r"(?:T(?:(?P<hour>[0-9]+)H)?(?:(?P<minute>[0-9]+)M)?(?:(?P<second>[0-9]+)S)?)?"
)
_WORDS = re.compile(
    r"(?P<count>[0-9]+) (?P<business>business )?(?P<unit>year|month|week|day|hour|minute|second)s?"
)
_OPEN_UNITS = ("hour", "minute")
_LONGEST = 100
"""Years."""
_MOST_CHARACTERS = 60
"""No duration takes more, and numbers stay far from the limits of integers."""


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time of one family: calendar (months and days), business days or hours, or clock.

    Families are not mixed, since a day is not always 24 hours.
    """

    text: str
    """As the policy writes it."""
    months: int = 0
    days: int = 0
    business_days: int = 0
    microseconds: int = 0
    business_microseconds: int = 0
    """Of open time."""

    @property
    def is_clock(self) -> bool:
        """Whether it is exact on instants, and so needs no calendar."""
        return self.microseconds > 0

    @property
    def is_business(self) -> bool:
        """Whether it is counted on a business calendar."""
        return self.business_days > 0 or self.business_microseconds > 0

    @property
    def family(self) -> str:
        """Return `clock`, `business days`, `business hours` or `calendar`."""
        if self.is_business:
            return "business days" if self.business_days else "business hours"
        return "clock" if self.is_clock else "calendar"

    def plus(self, other: Duration) -> Duration:
        """Return both, one after the other; they are of one family."""
        return Duration(
            f"{self.text} + {other.text}",
            self.months + other.months,
            self.days + other.days,
            self.business_days + other.business_days,
            self.microseconds + other.microseconds,
            self.business_microseconds + other.business_microseconds,
        )

    @property
    def order(self) -> int:
        """Return a number to compare lengths by: roughly microseconds."""
        days = self.months * 30.4375 + self.days + self.business_days * 1.4
        return int(days * DAY) + self.microseconds + 4 * self.business_microseconds


@cache
def parse_duration(text: str) -> Duration:
    """Read a duration, in words or in ISO 8601.

    Raises:
        PolicyError: without a place; the caller knows it.
    """
    if len(text) > _MOST_CHARACTERS:
        raise _not_a_duration(f"{text[:_MOST_CHARACTERS]}…")
    parts = _units(text)
    if not parts and re.match(r"\s*(-|P-)", text):
        raise PolicyError("'{value}': a duration cannot be negative", value=text)
    if not parts:
        raise _not_a_duration(text)
    if not parts.keys() <= {*get_args(DurationUnit)}:
        raise PolicyError(
            "'{value}': only days, hours and minutes can be business time", value=text
        )
    clock = sum(parts.get(unit, 0) * size for unit, size in MICROSECONDS.items())
    months = parts.get("year", 0) * 12 + parts.get("month", 0)
    days = parts.get("week", 0) * 7 + parts.get("day", 0)
    business = parts.get("business day", 0)
    open_time = sum(parts.get(f"business {unit}", 0) * MICROSECONDS[unit] for unit in _OPEN_UNITS)
    if clock and (months or days):
        raise PolicyError("'{value}': calendar days and clock hours cannot be mixed", value=text)
    if not (clock or months or days or business or open_time):
        raise PolicyError("'{value}': a duration must be longer than zero", value=text)
    duration = Duration(text, months, days, business, clock, open_time)
    if duration.order > _LONGEST * 366 * DAY:
        raise PolicyError(
            "'{value}': longer than {years} years is surely a mistake", value=text, years=_LONGEST
        )
    return duration


def duration_parts(text: str) -> list[tuple[int, DurationUnit]] | None:
    """Return the numbers and units of a duration as written, or None if it is not a duration."""
    try:
        parse_duration(text)
    except PolicyError:
        return None
    parts = _units(text)
    return [(parts[unit], unit) for unit in get_args(DurationUnit) if parts.get(unit)]


def _units(text: str) -> dict[str, int]:
    """Return the number for each unit; empty if the text is not a duration."""
    if words := _WORDS.fullmatch(text):
        return {f"{words['business'] or ''}{words['unit']}": int(words["count"])}
    if (iso := _ISO.fullmatch(text)) and not text.endswith(("P", "T")):
        return {unit: int(count) for unit, count in iso.groupdict().items() if count is not None}
    return {}


def _not_a_duration(text: str) -> PolicyError:
    return PolicyError(
        "'{value}' is not a duration",
        hint="write for example '30 days', 'P3M', '15 minutes' or '5 business days'",
        value=text,
    )
