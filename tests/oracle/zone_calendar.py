"""Dates the slow way: one day, one month at a time, on Python's own calendar."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import holidays

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
MICROSECOND = datetime.timedelta(microseconds=1)
DAY = datetime.timedelta(days=1)
MINUTE = datetime.timedelta(minutes=1)
DAY_MICROS = 86_400_000_000
MINUTE_MICROS = 60_000_000
MONTHS_PER = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
_CLOCK = {"hour": 3600, "minute": 60, "second": 1}
_OPEN = {"business hour": 60, "business minute": 1}


@cache
def time_zone(name: str) -> ZoneInfo:
    """Return a zone by the rules of the package, which are the same on every machine."""
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@cache
def zone_names() -> tuple[str, ...]:
    """Return the names of all zones."""
    return tuple(files("tzdata").joinpath("zones").read_text("utf-8").split())


def micros(moment: datetime.datetime) -> int:
    """Return microseconds since 1970 of a moment with an offset."""
    return (moment - EPOCH) // MICROSECOND


class UnknownYear(Exception):
    """The working days of a year have not been published yet."""


@cache
def _last_published_year() -> int:
    """Return the last year whose swapped working days China's State Council has published."""
    found = holidays.country_holidays("CN", years=range(2020, 2040))
    return max(day.year for day in found.weekend_workdays)


@dataclass(frozen=True)
class Office:
    """Where business time is counted: a country with its holidays, weekend and opening hours."""

    country: str
    weekend: tuple[int, ...]
    """Weekdays that are not worked; Monday is 0."""
    hours: tuple[tuple[tuple[int, int], ...], ...]
    """By weekday, from Monday on: from when to when, in minutes after midnight."""

    def works(self, day: datetime.date, *, earliest: bool) -> bool:
        """Say whether a day is worked, swapped week-end days among them.

        So that something is due at the earliest possible instant, a day nobody knows is worked.

        Raises:
            UnknownYear: the year's working days have not been published.
        """
        if self.country == "CN" and day.year > _last_published_year():
            if not earliest:
                raise UnknownYear
            return True
        public = _public_holidays(self.country, day.year)
        if day in public.weekend_workdays:
            return True
        return day.weekday() not in self.weekend and day not in public

    def opens(self, day: datetime.date) -> list[tuple[int, int]]:
        """Return the hours of a working day.

        "An own working day without hours has Monday's"; and so has a week-end that is worked.
        """
        weekday = 0 if day.weekday() in self.weekend else day.weekday()
        return list(self.hours[weekday])


OFFICE = Office("CN", (5, 6), (((9 * 60, 12 * 60), (13 * 60, 18 * 60)),) * 5 + ((), ()))
"""The office of the check kinds' worked examples."""


@cache
def _public_holidays(country: str, year: int) -> holidays.HolidayBase:
    return holidays.country_holidays(country, years=year)


@cache
def open_minutes(
    office: Office, zone: str, number: int, *, earliest: bool = False
) -> tuple[bool, ...]:
    """Say of each minute of a day of UTC whether the office is open, by what its clock shows.

    "Opening hours belong to the day on which they begin, with their night."

    Raises:
        UnknownYear: the working days of a year have not been published.
    """
    found = []
    for minute in range(24 * 60):
        wall = (EPOCH + number * DAY + minute * MINUTE).astimezone(time_zone(zone))
        wall = wall.replace(tzinfo=None)
        is_open = False
        for day in (wall.date(), wall.date() - DAY):
            since = (wall - datetime.datetime.combine(day, datetime.time())) // MINUTE
            if any(opens <= since < closes for spans in office.hours for opens, closes in spans):
                is_open |= office.works(day, earliest=earliest) and any(
                    opens <= since < closes for opens, closes in office.opens(day)
                )
        found.append(is_open)
    return tuple(found)


@cache
def parts(text: str) -> dict[str, int]:
    """Take a duration apart: `3 months`, `5 business days`, `P1Y2M`."""
    if words := re.fullmatch(r"(\d+) (business )?([a-z]+?)s?", text):
        return {f"{words[2] or ''}{words[3]}": int(words[1])}
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


def is_clock(*durations: str) -> bool:
    """Say whether durations run from an instant, instead of being counted in days."""
    return any(unit in {**_CLOCK, **_OPEN} for duration in durations for unit in parts(duration))


def length(text: str) -> int:
    """Return the microseconds of a duration by the clock, or of its business time."""
    seconds = {**_CLOCK, **{unit: 60 * minutes for unit, minutes in _OPEN.items()}}
    return sum(seconds[unit] * count for unit, count in parts(text).items()) * 1_000_000


def later_month(day: datetime.date, months: int) -> datetime.date:
    """Return the day some months later, or that month's last day if it has no such day.

    "Months run from the anchor and clip."
    """
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    for number in range(day.day, 27, -1):
        try:
            return datetime.date(year, month, number)
        except ValueError:
            continue
    return datetime.date(year, month, min(day.day, 28))


class Calendar:
    """Days and instants in one zone, with the working days and hours of one office."""

    def __init__(
        self, zone: str, office: Office | None, unknown: Callable[[int], int] | None = None
    ) -> None:
        self.zone = time_zone(zone)
        self.office = office
        self.unknown = unknown
        """What a due instant is taken to be that rests on a year nobody knows: given the earliest
        possible one. Without it such a due instant raises `UnknownYear`."""
        self.begins = cache(self._begins)
        self.day_of = cache(self._day_of)
        self.due = cache(self._due)

    def local(self, wall: datetime.datetime) -> tuple[int, int]:
        """Return both readings of a local time, which differ if it happened twice.

        Raises:
            ValueError: the clocks passed over it.
        """
        readings = [micros(wall.replace(tzinfo=self.zone, fold=fold)) for fold in (0, 1)]
        if (EPOCH + readings[0] * MICROSECOND).astimezone(self.zone).replace(tzinfo=None) != wall:
            raise ValueError(f"{wall} did not happen in {self.zone}")
        return min(readings), max(readings)

    def _begins(self, day: datetime.date) -> int:
        """Return the first instant of a day; of one that was skipped, that of the day after it."""
        midnight = datetime.datetime(day.year, day.month, day.day, tzinfo=self.zone)
        readings = [micros(midnight.replace(fold=fold)) for fold in (0, 1)]
        fit = [t for t in readings if self.day_of(t) == day and self.day_of(t - 1) < day]
        if fit:
            return fit[0]
        # The clocks passed over midnight, or over the whole day: look for the instant they did.
        before, after = min(readings) - 2 * DAY_MICROS, max(readings) + 2 * DAY_MICROS
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (before, middle) if self.day_of(middle) >= day else (middle, after)
        return after

    def _day_of(self, instant: int) -> datetime.date:
        """Return the local day of an instant."""
        return (EPOCH + instant * MICROSECOND).astimezone(self.zone).date()

    def day_after(
        self, day: datetime.date, *durations: str, earliest: bool = False
    ) -> datetime.date:
        """Return the last day of durations in days that are taken together.

        "Calendar durations count days in the plan's zone: due is the end of the last day; the start
        day is not counted; months run from the anchor and clip." Months are added up before days,
        so that they are never chained.
        """
        total: dict[str, int] = {}
        for duration in durations:
            for unit, count in parts(duration).items():
                total[unit] = total.get(unit, 0) + count
        day = later_month(day, total.get("year", 0) * 12 + total.get("month", 0))
        day += (total.get("week", 0) * 7 + total.get("day", 0)) * DAY
        for _ in range(total.get("business day", 0)):
            day += DAY
            assert self.office is not None
            while not self.office.works(day, earliest=earliest):
                day += DAY
        return day

    def is_open(self, instant: int, *, earliest: bool = False) -> tuple[bool, int]:
        """Say whether the office is open at an instant, and until when it stays so at least.

        Raises:
            UnknownYear: the working days of a year have not been published.
        """
        assert self.office is not None
        number, within = divmod(instant, DAY_MICROS)
        day = open_minutes(self.office, self.zone.key, number, earliest=earliest)
        minute = within // MINUTE_MICROS
        until = next((each for each in range(minute, len(day)) if day[each] != day[minute]), 1440)
        return day[minute], number * DAY_MICROS + until * MINUTE_MICROS

    def open_for(self, instant: int, minutes: int, *, earliest: bool = False) -> int:
        """Return the first instant by which it has been open for so many minutes.

        Raises:
            UnknownYear: the working days of a year have not been published.
        """
        assert self.office is not None
        left = minutes * MINUTE_MICROS
        at = instant
        while True:
            number, within = divmod(at, DAY_MICROS)
            following = (at // MINUTE_MICROS + 1) * MINUTE_MICROS
            day = open_minutes(self.office, self.zone.key, number, earliest=earliest)
            if day[within // MINUTE_MICROS]:
                if left <= following - at:
                    return at + left
                left -= following - at
            at = following

    def _due(self, day: datetime.date, instant: int, *durations: str) -> int:
        """Return when durations have run out, from a day or from an instant.

        "Calendar durations run from the day, clock durations from the earliest moment." "Clock
        durations are exact. A mixed duration is refused."
        """
        if not is_clock(*durations):
            try:
                return self.begins(self.day_after(day, *durations) + DAY)
            except UnknownYear:
                if self.unknown is None:
                    raise
                last = self.day_after(day, *durations, earliest=True)
                return self.unknown(self.begins(last + DAY))
        minutes = sum(
            _OPEN.get(unit, 0) * count for each in durations for unit, count in parts(each).items()
        )
        if minutes:
            try:
                return self.open_for(instant, minutes)
            except UnknownYear:
                if self.unknown is None:
                    raise
                return self.unknown(self.open_for(instant, minutes, earliest=True))
        total = 0
        for duration in durations:
            total += sum(_CLOCK[unit] * count for unit, count in parts(duration).items())
        return instant + total * 1_000_000

    def period(self, day: datetime.date, per: str, later: int = 0) -> datetime.date:
        """Return the first day of a day's calendar period, or of one some periods later.

        "Weeks begin on Monday."
        """
        if per == "week":
            return day - day.weekday() * DAY + later * 7 * DAY
        if per.startswith("fiscal_year "):
            while f"{day:%m-%d}" != per.removeprefix("fiscal_year "):
                day -= DAY
            return day.replace(year=day.year + later)
        first, length = day.replace(day=1), MONTHS_PER[per]
        while (first.month - 1) % length:
            first = later_month(first, -1)
        return later_month(first, later * length)
