"""The calendar tables against plain date arithmetic, day by day."""

import calendar as months
import datetime
from bisect import bisect
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from chinese_calendar import is_workday  # type: ignore[import-untyped]
from dateutil.rrule import (  # type: ignore[import-untyped]
    MO,
    MONTHLY,
    WEEKLY,
    YEARLY,
    rrule,
)

from ccpolicy.engine.calendar_tables import CalendarTables
from ccpolicy.store import DuckDB, open_store
from ccpolicy.time.business_calendar import BusinessCalendar
from ccpolicy.time.calendar import Calendar, date_of, instant, last_days, moment, shift
from ccpolicy.time.durations import parse_duration
from ccpolicy.time.epoch import EPOCH
from ccpolicy.time.periods import parse_period
from ccpolicy.time.schedules import Schedule

ZONES = [
    "Asia/Shanghai",
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
]
FIRST, LAST = datetime.date(2015, 12, 20), datetime.date(2021, 1, 20)


def midnight(day: datetime.date, zone: str) -> int:
    """The first instant whose local date is the day, found by halving to the second."""
    tz = ZoneInfo(zone)
    noon = datetime.datetime(day.year, day.month, day.day, 12, tzinfo=tz).astimezone(datetime.UTC)
    low, high = noon - datetime.timedelta(hours=16), noon
    while high - low > datetime.timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (low, middle) if middle.astimezone(tz).date() >= day else (middle, high)
    return instant(high.replace(microsecond=0))


def plus(day: datetime.date, count: int, unit: str) -> datetime.date:
    if unit == "days":
        return day + datetime.timedelta(days=count)
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return datetime.date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


def office(zone: str) -> BusinessCalendar:
    return BusinessCalendar("office", ZoneInfo(zone), frozenset({5, 6}), "CN")


def tables(zone: str, durations: list[str], periods: list[str]) -> DuckDB:
    store = open_store()
    calendar = Calendar(ZoneInfo(zone))
    first, last = FIRST.toordinal() - EPOCH, LAST.toordinal() - EPOCH
    CalendarTables(calendar, first, last, as_of=0).create(
        store,
        {text: (parse_duration(text), office(zone)) for text in durations},
        {per: Schedule(parse_period(per)) for per in periods},
    )
    return store


@pytest.mark.parametrize("zone", ZONES)
def test_a_duration_that_is_counted_from_a_later_day(zone: str) -> None:
    durations = {
        "1 month": (parse_duration("1 month"), None),
        "3 business days": (parse_duration("3 business days"), office(zone)),
        "elsewhere": (parse_duration("3 business days"), office("Asia/Tokyo")),
    }
    first, last = FIRST.toordinal() - EPOCH, LAST.toordinal() - EPOCH
    later = last - 60
    whole, part = open_store(), open_store()
    for store, first_days in ((whole, {}), (part, dict.fromkeys(durations, later))):
        tables = CalendarTables(Calendar(ZoneInfo(zone)), first, last, 0, first_days)
        tables.create(store, durations, {})
    for table in ("after", "business"):
        rows = f"SELECT * FROM {table} WHERE day >= {later} ORDER BY ALL"
        assert part.ask(f"SELECT * FROM {table} ORDER BY ALL") == whole.ask(rows)
        assert len(part.ask(rows)) > 60


@pytest.mark.parametrize("zone", ZONES)
def test_days_begin_at_their_first_instant(zone: str) -> None:
    rows = tables(zone, [], []).ask("SELECT day, starts, ends FROM calendar")
    assert len(rows) == (LAST - FIRST).days + 1
    for day, starts, ends in rows:
        date = datetime.date.fromordinal(day + EPOCH)
        assert starts == midnight(date, zone), date
        assert ends == midnight(date + datetime.timedelta(days=1), zone), date


@pytest.mark.parametrize(
    ("text", "count", "unit"),
    [
        ("1 day", 1, "days"),
        ("30 days", 30, "days"),
        ("1 month", 1, "months"),
        ("P3M", 3, "months"),
        ("1 year", 12, "months"),
        ("P2W", 14, "days"),
    ],
)
def test_a_duration_runs_to_the_end_of_its_last_day(text: str, count: int, unit: str) -> None:
    rows = tables("Europe/London", [text], []).ask("SELECT day, ends FROM after")
    assert len(rows) == (LAST - FIRST).days + 1
    for day, ends in rows:
        last = min(plus(datetime.date.fromordinal(day + EPOCH), count, unit), LAST)
        assert ends == midnight(last + datetime.timedelta(days=1), "Europe/London"), (day, last)


def test_months_clip_to_the_months_end_and_do_not_drift() -> None:
    rows: dict[int, int] = dict(
        tables("Asia/Shanghai", ["1 month", "12 months"], []).ask(
            "SELECT day, ends FROM after WHERE duration = '1 month'"
        )
    )
    for start, end in (
        ("2019-01-31", "2019-02-28"),
        ("2020-01-31", "2020-02-29"),
        ("2020-02-29", "2020-03-29"),
    ):
        day = datetime.date.fromisoformat(start).toordinal() - EPOCH
        following = datetime.date.fromisoformat(end) + datetime.timedelta(days=1)
        assert rows[day] == midnight(following, "Asia/Shanghai")


@pytest.mark.parametrize("count", [1, 5, 10])
def test_business_days_skip_holidays_and_count_worked_weekends(count: int) -> None:
    rows = tables("Asia/Shanghai", [f"{count} business days"], []).ask(
        "SELECT day, ends FROM after"
    )
    assert rows
    for day, ends in rows:
        date, left = datetime.date.fromordinal(day + EPOCH), count
        while left:
            date += datetime.timedelta(days=1)
            left -= is_workday(date)
        date = min(date, LAST)
        assert ends == midnight(date + datetime.timedelta(days=1), "Asia/Shanghai")


def test_business_days_into_a_year_without_a_notice_have_two_readings_once_they_may_be_over() -> (
    None
):
    store, zone = open_store(), ZoneInfo("Asia/Shanghai")
    first, last = (
        datetime.date(*each).toordinal() - EPOCH for each in ((2026, 12, 1), (2027, 3, 1))
    )
    # At the end of 4 January 2027, if 1 January and the weekend are worked.
    as_of = instant(datetime.datetime(2027, 1, 5, tzinfo=zone))
    tables = CalendarTables(Calendar(zone), first, last, as_of)
    tables.create(store, {"5": (parse_duration("5 business days"), office(zone.key))}, {})
    assert tables.unknown_years == {"5": ("office", 2027)}

    def ends() -> dict[datetime.date, datetime.datetime]:
        rows = store.ask("SELECT day, ends FROM after")
        return {date_of(day): moment(at, zone) for day, at in rows}

    later = ends()
    store.drop("after", "business", "period_span", "period", "open_time")
    tables.create_ends(store, earliest=True)
    earlier = ends()
    differing = sorted(day for day, at in later.items() if at != earlier[day])
    assert differing == [datetime.date(2026, 12, day) for day in range(25, 31)]
    assert earlier[differing[0]] == datetime.datetime(2027, 1, 2, tzinfo=zone)
    assert {later[day] for day in differing} == {datetime.datetime(2027, 3, 2, tzinfo=zone)}
    assert later[datetime.date(2026, 12, 24)] == datetime.datetime(2027, 1, 1, tzinfo=zone)


FIRST_DAYS: dict[str, dict[str, Any]] = {
    "week": {"freq": WEEKLY, "byweekday": MO},
    "month": {"freq": MONTHLY, "bymonthday": 1},
    "quarter": {"freq": YEARLY, "bymonth": (1, 4, 7, 10), "bymonthday": 1},
    "half-year": {"freq": YEARLY, "bymonth": (1, 7), "bymonthday": 1},
    "year": {"freq": YEARLY, "bymonth": 1, "bymonthday": 1},
    "{fiscal_year: 04-06}": {"freq": YEARLY, "bymonth": 4, "bymonthday": 6},
    "{fiscal_year: 12-31}": {"freq": YEARLY, "bymonth": 12, "bymonthday": 31},
}
"""Calendar period → when one begins, by the rules of RFC 5545."""


@pytest.mark.parametrize("per", FIRST_DAYS)
def test_periods_end_with_their_last_day(per: str) -> None:
    rows = tables("America/New_York", [], [per]).ask(
        "SELECT day, number, ends, next_ends FROM period ORDER BY day"
    )
    assert len(rows) == (LAST - FIRST).days + 1
    noon = datetime.time(12)
    begin, end = (
        datetime.datetime.combine(datetime.date(year, 1, 1), noon) for year in (2014, 2024)
    )
    starts = [at.date() for at in rrule(dtstart=begin, until=end, **FIRST_DAYS[per])]
    first = bisect(starts, FIRST)
    for day, number, ends, next_ends in rows:
        date = datetime.date.fromordinal(day + EPOCH)
        index = bisect(starts, date)
        assert number == 1 + index - first
        for found, step in ((ends, 0), (next_ends, 1)):
            following = min(starts[index + step], LAST + datetime.timedelta(days=1))
            assert found == midnight(following, "America/New_York"), (date, step)


@pytest.mark.parametrize(
    ("start", "text", "sign", "moved"),
    [
        ("2024-02-29", "12 months", 1, "2025-02-28"),
        ("2024-02-29", "12 months", -1, "2023-02-28"),
        ("2024-03-31", "1 month", -1, "2024-02-29"),
        ("2024-12-31", "2 months", 1, "2025-02-28"),
        ("2024-01-15", "P1W", 1, "2024-01-22"),
    ],
)
def test_shift(start: str, text: str, sign: int, moved: str) -> None:
    at = datetime.datetime.fromisoformat(start)
    assert shift(at, parse_duration(text), sign) == datetime.datetime.fromisoformat(moved)


@pytest.mark.parametrize("zone", ZONES)
def test_an_instant_lies_in_its_day(zone: str) -> None:
    calendar = Calendar(ZoneInfo(zone))
    for day in range(FIRST.toordinal() - EPOCH, LAST.toordinal() - EPOCH):
        assert calendar.day_of(calendar.starts(day)) == day
        assert calendar.day_of(calendar.starts(day + 1) - 1) == day


@pytest.mark.parametrize("text", ["1 day", "2 weeks", "1 month", "P1Y2M3D", "5 business days"])
def test_one_day_and_a_table_of_days_get_the_same_answer(text: str) -> None:
    calendar = Calendar(ZoneInfo("Asia/Shanghai"), office("Asia/Shanghai"))
    rows = tables("Asia/Shanghai", [text], []).ask("SELECT day, ends FROM after")
    latest = calendar.starts(LAST.toordinal() - EPOCH + 1)
    for day, ends in rows:
        noon = calendar.starts(day) + 12 * 3_600_000_000
        assert min(calendar.due(noon, parse_duration(text)).at, latest) == ends, day


def test_a_clock_duration_is_exact() -> None:
    assert Calendar(ZoneInfo("UTC")).due(5, parse_duration("2 hours")) == (7_200_000_005, True)


def test_last_days_of_months_and_days() -> None:
    """The months first, clipped, and then the days."""
    days = range((FIRST - datetime.date(1970, 1, 1)).days, (LAST - datetime.date(1970, 1, 1)).days)
    found = last_days(days, parse_duration("P1M15D"))
    expected = [plus(plus(date_of(day), 1, "months"), 15, "days") for day in days]
    assert list(map(date_of, found)) == expected
