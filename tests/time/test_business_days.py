"""Business days against the packages that know holidays, asked day by day."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import holidays
import pytest
from chinese_calendar import constants  # type: ignore[import-untyped]

from ccpolicy.errors import PolicyError
from ccpolicy.time.business_days import known_days, last_business_days, require_country
from ccpolicy.time.calendar import Calendar, date_of, day_number, instant
from ccpolicy.time.durations import parse_duration

ZONE = ZoneInfo("America/New_York")


@pytest.mark.parametrize("country", ["US", "GB", "KZ"])
@pytest.mark.parametrize("count", [1, 7, 300])
def test_days_that_are_not_worked_are_skipped(country: str, count: int) -> None:
    # 1 January 2022 was a Saturday; Kazakhstan works some weekends instead of others.
    calendar = holidays.country_holidays(country, years=range(2020, 2026))
    days = range(day_number(datetime.date(2021, 12, 1)), day_number(datetime.date(2023, 2, 1)))
    for day, last in zip(days, last_business_days(country, days, count), strict=True):
        date, left = date_of(day), count
        while left:
            date += datetime.timedelta(days=1)
            left -= calendar.is_working_day(date)
        assert last == day_number(date), date_of(day)


def test_the_known_years_have_no_gap() -> None:
    years = {day.year for day in constants.holidays}
    assert years == set(range(min(years), max(years) + 1))
    known = known_days("CN")
    assert date_of(known.start) == datetime.date(min(years), 1, 1)
    assert date_of(known.stop) == datetime.date(max(years) + 1, 1, 1)


def test_a_year_that_is_not_known_gives_the_earliest_possible_end() -> None:
    last_year = date_of(known_days("CN").stop - 1).year
    calendar = Calendar(ZONE, "CN")
    duration = parse_duration("300 business days")
    at = instant(datetime.datetime(last_year, 12, 31, 9, tzinfo=ZONE))
    day = datetime.date(last_year, 12, 31) + datetime.timedelta(days=301)
    assert calendar.due(at, duration) == (calendar.starts(day_number(day)), False)
    assert not calendar.due(at, parse_duration("1 business day")).is_certain
    before = instant(datetime.datetime(last_year, 12, 30, 9, tzinfo=ZONE))
    assert calendar.due(before, parse_duration("1 business day")).is_certain
    # Nobody can say either what was worked in the years before the notices.
    early = known_days("CN").start
    assert not calendar.is_certain(early - 2, early + 3, duration)
    assert calendar.is_certain(early - 1, early + 3, duration)


@pytest.mark.parametrize("code", [None, "", "XX", "us", "__class__", "HolidayBase", "date"])
def test_a_country_that_is_not_known(code: str | None) -> None:
    with pytest.raises(PolicyError):
        require_country(code)
    calendar = Calendar(ZONE, code)
    assert calendar.due(0, parse_duration("1 month")).is_certain
    with pytest.raises(PolicyError):
        calendar.due(0, parse_duration("1 business day"))
