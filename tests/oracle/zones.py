"""Zones that are hard on calendars: found from the zones' own rules."""

from __future__ import annotations

import datetime
import itertools
from functools import cache
from zoneinfo import ZoneInfo

from .zone_calendar import DAY, EPOCH, MICROSECOND, micros, time_zone, zone_names

COUNTRIES = {
    "America/New_York": "US",
    "Europe/London": "GB",
    "Australia/Lord_Howe": "AU",
    "Asia/Shanghai": "CN",
    # Their clocks change at midnight: a day without its first hour, a day that strikes twice.
    "Africa/Cairo": "EG",
    "America/Havana": "US",
}
"""Zone → country whose holidays go with it."""
_FIRST, _LAST = 1971, 2040
"""The program judges no time before 1971. Days that were repeated are older: cases have one."""
_MOVED = datetime.timedelta(hours=20)


@cache
def moved_zones() -> tuple[tuple[str, datetime.date], ...]:
    """Return every zone that skipped or repeated a day, with the day before the clocks moved.

    A zone that moved to the other side of the date line stays there for years, so that two moments
    a year apart show it. Of names for one move the last is taken.
    """
    years = [datetime.datetime(y, 6, 1, tzinfo=datetime.UTC) for y in range(_FIRST, _LAST)]
    found = {}
    for name in sorted(zone_names()):
        zone = time_zone(name)
        for before, after in itertools.pairwise(years):
            if abs(_offset(zone, micros(after)) - _offset(zone, micros(before))) < _MOVED:
                continue
            for moved in changes(name, before.date(), after.date()):
                offsets = (_offset(zone, moved - 1), _offset(zone, moved))
                if abs(offsets[1] - offsets[0]) > _MOVED:
                    found[moved, *offsets] = (name, _day(zone, moved - 1))
    return tuple(found.values())


@cache
def changes(name: str, first: datetime.date, last: datetime.date) -> tuple[int, ...]:
    """Return the instants between two days at which a zone's clocks were changed."""
    zone = time_zone(name)
    found = []
    day = datetime.datetime(first.year, first.month, first.day, tzinfo=datetime.UTC)
    while day.date() < last:
        after = day + DAY
        if day.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            found.append(_changed(zone, micros(day), micros(after)))
        day = after
    return tuple(found)


def _changed(zone: ZoneInfo, before: int, after: int) -> int:
    """Return the first instant with another offset than `before`, to the second."""
    old = _offset(zone, before)
    while after - before > 1_000_000:
        middle = (before + after) // 2_000_000 * 1_000_000
        if _offset(zone, middle) == old:
            before = middle
        else:
            after = middle
    return after


def _offset(zone: ZoneInfo, instant: int) -> datetime.timedelta:
    offset = (EPOCH + instant * MICROSECOND).astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def _day(zone: ZoneInfo, instant: int) -> datetime.date:
    return (EPOCH + instant * MICROSECOND).astimezone(zone).date()
