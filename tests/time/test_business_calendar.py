"""Working days against the packages that know holidays, asked day by day."""

from __future__ import annotations

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import pytest
from chinese_calendar import constants  # type: ignore[import-untyped]

from ccpolicy.errors import PolicyError
from ccpolicy.time.business_calendar import BusinessCalendar
from ccpolicy.time.calendar import Calendar, date_of, day_number, instant
from ccpolicy.time.durations import parse_duration
from ccpolicy.time.public_holidays import known_years, require_holidays

ZONE = ZoneInfo("America/New_York")
YEARS = range(2016, 2026)


def office(code: str | None, weekend: tuple[int, ...] = (5, 6), **rules: Any) -> BusinessCalendar:
    return BusinessCalendar("office", ZONE, frozenset(weekend), code, **rules)


def day(text: str) -> int:
    return day_number(datetime.date.fromisoformat(text))


@pytest.mark.parametrize(
    ("code", "weekend"),
    [
        ("US", (5, 6)),
        ("GB-ENG", (5, 6)),
        ("GB-SCT", (5, 6)),
        ("DE-BY", (5, 6)),
        ("FR", (5, 6)),
        ("JP", (5, 6)),
        ("KZ", (5, 6)),
        ("HK", (5, 6)),
        ("AE", (5, 6)),
        ("SA", (4, 5)),
        ("IN", (6,)),
    ],
)
@pytest.mark.parametrize("count", [1, 7, 300])
def test_days_that_are_not_worked_are_skipped(
    code: str, weekend: tuple[int, ...], count: int
) -> None:
    country, _, part = code.partition("-")
    public = holidays.country_holidays(country, subdiv=part or None, years=range(2015, 2029))
    worked = public.weekend_workdays
    days = range(day(f"{YEARS.start}-01-01"), day(f"{YEARS.stop}-01-01"))
    found = office(code, weekend).last_days(days, count)
    # Every day of the ten years for one day, and some of them for more.
    for number in range(0, len(days), 1 if count == 1 else 97):
        date, left = date_of(days[number]), count
        while left:
            date += datetime.timedelta(days=1)
            is_free = date.weekday() in weekend or date in public
            left -= date in worked or not is_free
        assert found[number] == day_number(date), date_of(days[number])


def test_easter_monday_is_no_working_day_in_england_and_one_in_scotland() -> None:
    monday = day("2026-04-06")
    assert monday not in office("GB-ENG").working_days(2026)
    assert monday in office("GB-SCT").working_days(2026)

    assert day("2026-06-04") not in office("DE-BY").working_days(2026)  # Corpus Christi
    assert day("2026-06-04") in office("DE-BE").working_days(2026)


def test_half_a_day_is_a_whole_business_day() -> None:
    hour = 3_600_000_000
    whole, half = ((9 * hour, 18 * hour),), ((9 * hour, 12 * hour),)
    calendar = office(None, (6,), hours=(*[whole] * 5, half, ()))
    friday, saturday, monday = day("2026-03-06"), day("2026-03-07"), day("2026-03-09")
    assert calendar.last_days(range(friday, friday + 1), 2) == [monday]
    assert calendar.last_days(range(friday, friday + 1), 1) == [saturday]
    assert calendar.hours_of(saturday) == half


def test_an_own_day_without_hours_has_those_of_the_first_weekday_that_is_worked() -> None:
    hour = 3_600_000_000
    whole, half = ((9 * hour, 18 * hour),), ((9 * hour, 12 * hour),)
    friday, next_friday, saturday, sunday = (day(f"2026-03-{n:02}") for n in (6, 13, 14, 15))
    calendar = office(
        None,
        hours=((), *[whole] * 3, half, (), ()),
        worked={friday: None, saturday: None, sunday: half},
    )
    hours = [calendar.hours_of(each) for each in (friday, next_friday, saturday, sunday)]
    assert hours == [whole, half, whole, half]


def test_own_days_come_before_weekends_and_holidays() -> None:
    spring_festival, saturday, monday = day("2026-02-17"), day("2026-03-07"), day("2026-03-09")
    # Saturday 28 February is worked instead of a day of the festival.
    swapped = day("2026-02-28")
    worked = office("CN").working_days(2026)
    assert swapped in worked
    assert spring_festival not in worked
    assert saturday not in worked
    own = office(
        "CN",
        closed=frozenset([swapped, monday]),
        worked={spring_festival: None, saturday: None},
    ).working_days(2026)
    assert {swapped, monday} & set(own) == set()
    assert {spring_festival, saturday} <= set(own)


def test_the_known_years_of_china_have_no_gap() -> None:
    years = {day.year for day in constants.holidays}
    assert known_years("CN") == range(min(years), max(years) + 1)
    assert years == set(known_years("CN"))


def test_a_year_that_is_not_known_gives_the_earliest_possible_end() -> None:
    last_year = known_years("CN").stop - 1
    calendar = Calendar(ZONE, office("CN"))
    duration = parse_duration("300 business days")
    at = instant(datetime.datetime(last_year, 12, 31, 9, tzinfo=ZONE))
    last = datetime.date(last_year, 12, 31) + datetime.timedelta(days=301)
    assert calendar.due(at, duration) == (calendar.starts(day_number(last)), False)
    assert not calendar.due(at, parse_duration("1 business day")).is_certain
    before = instant(datetime.datetime(last_year, 12, 30, 9, tzinfo=ZONE))
    assert calendar.due(before, parse_duration("1 business day")).is_certain


def test_a_year_whose_days_are_written_is_known() -> None:
    year = known_years("CN").stop
    first = day(f"{year}-01-01")
    assert office("CN").unknown_year(first, first + 3) == year
    written = office("CN", closed=frozenset([first]), written_years=frozenset([year]))
    assert written.unknown_year(first, first + 3) is None
    assert first not in written.working_days(year)
    assert written.unknown_year(first - 1, day(f"{year + 1}-01-01")) == year + 1
    # Nobody can say either what was worked in the years before the notices.
    early = known_years("CN").start
    assert office("CN").unknown_year(day(f"{early}-01-01") - 1, day(f"{early}-01-03")) == early - 1


def test_nothing_is_known_outside_the_days_on_which_a_calendar_is_valid() -> None:
    valid = office("US", first_day=day("2026-03-02"), last_day=day("2026-06-30"))
    assert valid.unknown_year(day("2026-03-02"), day("2026-06-30")) is None
    assert valid.unknown_year(day("2026-03-01"), day("2026-03-03")) == 2026
    assert valid.unknown_year(day("2026-06-30"), day("2027-07-01")) == 2026
    assert office(None).unknown_year(day("1980-01-01"), day("2150-01-01")) is None


@pytest.mark.parametrize(
    "code",
    ["", "XX", "us", "USA", "__class__", "HolidayBase", "GB-XYZ", "CN-BJ", "US-", "DE-by", "-ENG"],
)
def test_holidays_that_are_not_known(code: str) -> None:
    with pytest.raises(PolicyError):
        require_holidays(code)


def test_business_time_needs_a_calendar() -> None:
    calendar = Calendar(ZONE)
    assert calendar.due(0, parse_duration("1 month")).is_certain
    with pytest.raises(PolicyError, match="PL501") as failure:
        calendar.due(0, parse_duration("1 business day"))
    assert "policy/calendars.yaml" in failure.value.hint.text("en")
