"""Dates the slow way: one day, one month at a time, on Python's own calendar."""

from __future__ import annotations

import datetime
import re
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from .model import Time

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
MICROSECOND = datetime.timedelta(microseconds=1)
DAY = datetime.timedelta(days=1)
MONTHS_PER = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
_CLOCK = {"hour": 3600, "minute": 60, "second": 1}


def micros(moment: datetime.datetime) -> int:
    """Return microseconds since 1970 of a moment with an offset."""
    return (moment - EPOCH) // MICROSECOND


class Unsaid(Exception):
    """Nobody can say yet which days of a year are worked."""


@cache
def _noticed() -> int:
    """Return the last year whose swapped working days China's State Council has made known."""
    found = holidays.country_holidays("CN", years=range(2020, 2040))
    return max(day.year for day in found.weekend_workdays)


@cache
def working_day(day: datetime.date, country: str) -> bool:
    """Say whether a day is worked in a country, swapped week-end days among them.

    Raises:
        Unsaid: it is too early to know.
    """
    if country == "CN" and day.year > _noticed():
        raise Unsaid
    return bool(holidays.country_holidays(country, years=day.year).is_working_day(day))


@cache
def parts(text: str) -> dict[str, int]:
    """Take a duration apart: `3 months`, `5 business days`, `P1Y2M`."""
    if words := re.fullmatch(r"(\d+) (business )?([a-z]+?)s?", text):
        return {("business" if words[2] else words[3]): int(words[1])}
    days, _, clock = text.removeprefix("P").partition("T")
    found = {}
    for letters, names in (
        (days, "Y=year M=month W=week D=day"),
        (clock, "H=hour M=minute S=second"),
    ):
        known = dict(name.split("=") for name in names.split())
        found.update(
            {known[unit]: int(count) for count, unit in re.findall(r"(\d+)([A-Z])", letters)}
        )
    return found


def later_month(day: datetime.date, months: int) -> datetime.date:
    """Return the day some months later, or that month's last day if it has no such day."""
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    for number in range(day.day, 27, -1):
        try:
            return datetime.date(year, month, number)
        except ValueError:
            continue
    return datetime.date(year, month, min(day.day, 28))


class Clock:
    """Days and instants in one zone, with the holidays of one country."""

    def __init__(self, zone: str, country: str | None) -> None:
        self.zone = ZoneInfo(zone)
        self.country = country
        self.begins = cache(self._begins)
        self.day_of = cache(self._day_of)
        self.due = cache(self._due)

    def _begins(self, day: datetime.date) -> int:
        """Return the first instant of a day.

        Where the clocks skip midnight, Python reads it with the offset before, which is the very
        instant of the change; where they strike it twice, `fold=0` is the first.
        """
        return micros(datetime.datetime(day.year, day.month, day.day, tzinfo=self.zone))

    def _day_of(self, instant: int) -> datetime.date:
        """Return the local day of an instant."""
        return (EPOCH + instant * MICROSECOND).astimezone(self.zone).date()

    def start(self, time: Time) -> int:
        """Return when something begins: a day at its beginning."""
        return micros(time) if isinstance(time, datetime.datetime) else self.begins(time)

    def end(self, time: Time) -> int:
        """Return when something ends: a day at its end."""
        return micros(time) if isinstance(time, datetime.datetime) else self.begins(time + DAY)

    def _due(self, anchor: int, *durations: str) -> int:
        """Return when durations after an instant have run out, taken together.

        The start day is not counted, and what is due on a day is due at its end. Months run from
        the anchor and are never chained, so they are added up before the days.
        """
        total: dict[str, int] = {}
        for duration in durations:
            for unit, count in parts(duration).items():
                total[unit] = total.get(unit, 0) + count
        if seconds := sum(total.get(unit, 0) * length for unit, length in _CLOCK.items()):
            return anchor + seconds * 1_000_000
        day = self.day_of(anchor)
        day = later_month(day, total.get("year", 0) * 12 + total.get("month", 0))
        day += (total.get("week", 0) * 7 + total.get("day", 0)) * DAY
        for _ in range(total.get("business", 0)):
            day += DAY
            while not working_day(day, self.country or ""):
                day += DAY
        return self.begins(day + DAY)

    def period(self, instant: int, per: str, later: int = 0) -> int:
        """Return when the calendar period of an instant begins, or one some periods later."""
        day, length = self.day_of(instant).replace(day=1), MONTHS_PER[per]
        while (day.month - 1) % length:
            day = later_month(day, -1)
        return self.begins(later_month(day, later * length))
