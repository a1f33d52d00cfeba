"""Business hours against a clock that is looked at minute by minute."""

from __future__ import annotations

import datetime
import random
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from ccpolicy.time.business_calendar import BusinessCalendar, Hours
from ccpolicy.time.business_time import day_pieces, hour_pieces
from ccpolicy.time.calendar import date_of, day_number, instant, moment
from ccpolicy.time.durations import MICROSECONDS
from ccpolicy.time.zones import time_zone

MINUTE, HOUR = MICROSECONDS["minute"], MICROSECONDS["hour"]


def hours(*spans: tuple[float, float]) -> Hours:
    return tuple((int(opens * HOUR), int(closes * HOUR)) for opens, closes in spans)


OFFICE = (*[hours((9, 12), (13.5, 18))] * 5, (), ())
NIGHTS = (*[hours((22, 30))] * 4, hours((0, 2), (22, 31)), (), ())
"""From ten in the evening to six in the morning; on Friday also after midnight, and to seven."""
ALWAYS = (hours((0, 24)),) * 7
EARLY = (*[hours((1.5, 2.25), (2.5, 4))] * 6, hours((1, 2.5), (2.75, 3)))
"""Around the hour that clocks pass over or show twice."""

CASES = {
    "Spring Festival": ("Asia/Shanghai", "CN", OFFICE, (5, 6), "2026-02-10", "2026-03-03"),
    "National Day": ("Asia/Shanghai", "CN", NIGHTS, (5, 6), "2025-09-26", "2025-10-13"),
    "spring in New York": ("America/New_York", "US", EARLY, (), "2026-03-06", "2026-03-10"),
    "autumn in New York": ("America/New_York", "US", EARLY, (), "2025-10-31", "2025-11-04"),
    "nights in London": ("Europe/London", "GB-ENG", NIGHTS, (5, 6), "2026-03-26", "2026-04-09"),
    "half an hour": ("Australia/Lord_Howe", None, EARLY, (), "2026-04-03", "2026-04-07"),
    "midnight in Cairo": ("Africa/Cairo", "EG", NIGHTS, (5, 6), "2026-04-22", "2026-04-28"),
    "twice midnight": ("America/Havana", None, ALWAYS, (), "2025-10-31", "2025-11-04"),
    "a day that was not": ("Pacific/Apia", None, OFFICE, (5, 6), "2011-12-26", "2012-01-04"),
}


def open_minutes(calendar: BusinessCalendar, starts: int, ends: int) -> list[int]:
    """Return the minutes during which the local clock shows a time within the hours of a day."""
    found = []
    for at in range(starts, ends, MINUTE):
        local = moment(at, calendar.zone).replace(tzinfo=None)
        for back in (0, 1):
            date = local.date() - datetime.timedelta(days=back)
            if day_number(date) not in calendar.working_days(date.year):
                continue
            midnight = datetime.datetime.combine(date, datetime.time())
            clock = (local - midnight) // datetime.timedelta(microseconds=1)
            if any(
                opens <= clock < closes for opens, closes in calendar.hours_of(day_number(date))
            ):
                found.append(at)
                break
    return found


@pytest.mark.parametrize("name", CASES)
def test_business_hours_are_the_minutes_at_which_it_is_open(name: str) -> None:
    zone, country, week, weekend, first, last = CASES[name]
    calendar = BusinessCalendar(
        "office",
        time_zone(zone),
        frozenset(weekend),
        country,
        week,
    )
    starts, ends = (
        instant(datetime.datetime.fromisoformat(f"{each}T00:00:00Z")) for each in (first, last)
    )
    minutes = open_minutes(calendar, starts, ends)
    assert minutes
    draw = random.Random(name)
    for length in (1, 179, 180, 451, 2000):
        pieces = list(hour_pieces(calendar, starts, ends, length * MINUTE))
        assert pieces[0].starts == starts
        assert pieces[-1].until == ends
        assert all(one.until == other.starts for one, other in pairwise(pieces))
        asked = {at for each in pieces for at in (each.starts, each.until - 1)}
        asked |= {draw.randrange(starts, ends) for _ in range(40)}
        asked |= {at + draw.choice([-1, 0, 1]) for at in draw.sample(minutes, 30)}
        for at in sorted(each for each in asked if starts <= each < ends):
            [piece] = [each for each in pieces if each.starts <= at < each.until]
            found = piece.ends + (at - piece.starts if piece.is_running else 0)
            assert found == runs_out(minutes, at, length * MINUTE, ends), (name, length, at)


def runs_out(minutes: list[int], at: int, length: int, ends: int) -> int:
    """Count open time minute by minute from an instant on."""
    left = length
    for minute in minutes:
        passed = minute + MINUTE - max(at, minute)
        if passed <= 0:
            continue
        if left <= passed:
            return max(at, minute) + left
        left -= passed
    return ends


def test_an_hour_that_the_clock_shows_twice_is_open_twice() -> None:
    calendar = BusinessCalendar(
        "desk", time_zone("America/New_York"), frozenset(), None, (hours((1, 1.5)),) * 7
    )
    starts, ends = (
        instant(datetime.datetime(2025, 11, day, tzinfo=datetime.UTC)) for day in (2, 3)
    )
    spans = calendar.open_spans(starts, ends)
    assert [(closes - opens) // MINUTE for opens, closes in spans] == [30, 30]


def test_a_weekend_that_is_worked_has_mondays_hours() -> None:
    week = (hours((8, 12)), *[hours((9, 17))] * 4, (), ())
    own = {day_number(datetime.date(2026, 3, 7)): hours((10, 11))}
    calendar = BusinessCalendar(
        "office", ZoneInfo("Asia/Shanghai"), frozenset({5, 6}), "CN", week, worked=own
    )
    swapped = day_number(datetime.date(2026, 2, 28))
    assert date_of(swapped).weekday() == 5
    assert swapped in calendar.working_days(2026)
    assert calendar.hours_of(swapped) == hours((8, 12))
    assert calendar.hours_of(*own) == hours((10, 11))


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kolkata", "Pacific/Apia"])
def test_business_days_are_those_of_the_calendars_zone(zone: str) -> None:
    calendar = BusinessCalendar("office", time_zone(zone), frozenset({5, 6}), "US")
    starts, ends = (
        instant(datetime.datetime(year, month, 1, tzinfo=datetime.UTC))
        for year, month in ((2011, 12), (2012, 2))
    )
    cuts = range(starts, ends, 24 * HOUR)
    outside = (starts - HOUR, ends + HOUR)
    pieces = list(day_pieces(calendar, starts, ends, 3, (*cuts, *outside)))
    assert {each.starts for each in pieces} >= set(cuts)
    assert (pieces[0].starts, pieces[-1].until) == (starts, ends)
    for piece in pieces:
        for at in (piece.starts, piece.until - 1):
            date, left = moment(at, calendar.zone).date(), 3
            while left:
                date += datetime.timedelta(days=1)
                left -= day_number(date) in calendar.working_days(date.year)
            last = moment(piece.ends - 1, calendar.zone).date()
            assert last <= date < moment(piece.ends, calendar.zone).date()
