"""Schedules against the recurrence rules of RFC 5545, as dateutil reads them."""

from __future__ import annotations

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import (  # type: ignore[import-untyped]
    DAILY,
    FR,
    MO,
    MONTHLY,
    SU,
    TH,
    TU,
    WE,
    WEEKLY,
    YEARLY,
    rrule,
)

from ccpolicy.errors import PolicyError
from ccpolicy.time.business_calendar import BusinessCalendar
from ccpolicy.time.calendar import date_of, day_number
from ccpolicy.time.durations import parse_duration
from ccpolicy.time.period_days import parse_period_day
from ccpolicy.time.periods import Period, parse_day, parse_period
from ccpolicy.time.schedules import Schedule
from message_text import coded

FIRST, LAST = datetime.date(1996, 1, 1), datetime.date(2032, 12, 31)
DAYS = range(day_number(FIRST), day_number(LAST) + 1)
WEEKDAYS = (MO, TU, WE, TH, FR)
OFFICE = BusinessCalendar("office", ZoneInfo("UTC"), frozenset({5, 6}))
QUARTERS = {"freq": MONTHLY, "bymonth": (1, 4, 7, 10)}

BY: list[tuple[str, str, dict[str, Any]]] = [
    ("week", "Monday", {"freq": WEEKLY, "byweekday": MO}),
    ("week", "sunday", {"freq": WEEKLY, "byweekday": SU}),
    ("week", "last business day", {"freq": WEEKLY, "byweekday": FR}),
    ("week", "2nd business day", {"freq": WEEKLY, "byweekday": TU}),
    ("month", "5th", {"freq": MONTHLY, "bymonthday": 5}),
    ("month", "first day", {"freq": MONTHLY, "bymonthday": 1}),
    ("month", "last day", {"freq": MONTHLY, "bymonthday": -1}),
    ("month", "31st", {"freq": MONTHLY, "bymonthday": -1}),
    ("month", "30th", {"freq": MONTHLY, "bymonthday": (28, 29, 30), "bysetpos": -1}),
    ("month", "third Monday", {"freq": MONTHLY, "byweekday": MO(3)}),
    ("month", "3rd monday", {"freq": MONTHLY, "byweekday": MO(3)}),
    ("month", "fifth Friday", {"freq": MONTHLY, "byweekday": FR(-1)}),
    ("month", "last Sunday", {"freq": MONTHLY, "byweekday": SU(-1)}),
    ("month", "first business day", {"freq": MONTHLY, "byweekday": WEEKDAYS, "bysetpos": 1}),
    ("month", "12th business day", {"freq": MONTHLY, "byweekday": WEEKDAYS, "bysetpos": 12}),
    ("month", "last business day", {"freq": MONTHLY, "byweekday": WEEKDAYS, "bysetpos": -1}),
    ("quarter", "15th", {**QUARTERS, "bymonthday": 15}),
    ("quarter", "second Monday", {**QUARTERS, "byweekday": MO(2)}),
    ("quarter", "last day", {"freq": MONTHLY, "bymonth": (3, 6, 9, 12), "bymonthday": -1}),
    ("half-year", "31st", {"freq": MONTHLY, "bymonth": (1, 7), "bymonthday": 31}),
    ("year", "06-30", {"freq": YEARLY, "bymonth": 6, "bymonthday": 30}),
    ("year", "02-29", {"freq": YEARLY, "bymonth": 2, "bymonthday": -1}),
    ("year", "200th", {"freq": YEARLY, "byyearday": 200}),
    ("year", "366th", {"freq": YEARLY, "byyearday": -1}),
    ("year", "last Friday", {"freq": YEARLY, "byweekday": FR(-1)}),
    ("year", "20th Monday", {"freq": YEARLY, "byweekday": MO(20)}),
    ("{fiscal_year: 04-06}", "5th", {"freq": YEARLY, "bymonth": 4, "bymonthday": 10}),
    ("{fiscal_year: 04-06}", "03-31", {"freq": YEARLY, "bymonth": 3, "bymonthday": 31}),
    ("{fiscal_year: 10-01}", "last day", {"freq": YEARLY, "bymonth": 9, "bymonthday": 30}),
]
ANCHORED: list[tuple[str, str, dict[str, Any]]] = [
    ("2010-05-03", "14 days", {"freq": WEEKLY, "interval": 2}),
    ("2010-05-03", "10 days", {"freq": DAILY, "interval": 10}),
    ("2050-07-01", "1 day", {"freq": DAILY}),
    ("2010-05-15", "1 month", {"freq": MONTHLY, "bymonthday": 15}),
    ("2010-05-31", "1 month", {"freq": MONTHLY, "bymonthday": -1}),
    ("2011-12-30", "1 month", {"freq": MONTHLY, "bymonthday": (28, 29, 30), "bysetpos": -1}),
    (
        "2012-02-29",
        "1 year",
        {"freq": YEARLY, "bymonth": 2, "bymonthday": (28, 29), "bysetpos": -1},
    ),
    ("2011-06-20", "P3M", {"freq": MONTHLY, "bymonth": (3, 6, 9, 12), "bymonthday": 20}),
]


def occurrences(first: datetime.date, **rule: Any) -> list[datetime.date]:
    noon = datetime.time(12)
    begin, end = (datetime.datetime.combine(day, noon) for day in (first, LAST))
    return [at.date() for at in rrule(dtstart=begin, until=end, **rule)]


@pytest.mark.parametrize(("per", "by", "rule"), BY)
def test_due_days(per: str, by: str, rule: dict[str, Any]) -> None:
    schedule = Schedule(parse_period(per), parse_period_day(by), calendar=OFFICE)
    dues = [date_of(turn.due) for turn in schedule.turns(DAYS)]
    found = [day for day in dues if FIRST <= day <= LAST]
    assert found == occurrences(FIRST, **rule)
    assert len(found) > 30


@pytest.mark.parametrize(("anchor", "every", "rule"), ANCHORED)
def test_turns_are_fixed_before_the_anchor_and_after_it(
    anchor: str, every: str, rule: dict[str, Any]
) -> None:
    period = Period(parse_day(anchor), parse_duration(every))
    starts = [date_of(span.first) for span in period.spans(DAYS)]
    ends = [date_of(span.last) for span in period.spans(DAYS)]
    assert [day + datetime.timedelta(days=1) for day in ends[:-1]] == starts[1:]
    assert starts[0] < FIRST <= ends[1]
    expected = occurrences(starts[0], **rule)
    assert [day for day in starts if day <= LAST] == expected
    assert day_number(parse_day(anchor)) > DAYS[-1] or parse_day(anchor) in expected


@pytest.mark.parametrize("per", ["week", "month", "quarter", "half-year", "year"])
def test_grace_and_early(per: str) -> None:
    grace, early = parse_duration("2 days"), parse_duration("3 days")
    schedule = Schedule(parse_period(per), grace=grace, early=early)
    for turn in schedule.turns(DAYS):
        assert (turn.due, turn.ends, turn.opens) == (turn.last + 2, turn.last + 2, turn.first - 3)


def test_early_by_months_clips() -> None:
    schedule = Schedule(
        Period(parse_day("2026-03-31"), parse_duration("3 months")),
        early=parse_duration("1 month"),
    )
    opens = [date_of(turn.opens).isoformat() for turn in schedule.turns(DAYS)]
    assert {"2026-02-28", "2026-05-30", "2026-08-30", "2026-11-30"} <= set(opens)


def test_no_day_of_the_period_is_worked() -> None:
    """A week in which all is closed is due by its end."""
    monday = day_number(datetime.date(2026, 2, 16))
    closed = frozenset(range(monday, monday + 7))
    office = BusinessCalendar("office", ZoneInfo("UTC"), frozenset({5, 6}), closed=closed)
    for by in ("first business day", "last business day"):
        schedule = Schedule(parse_period("week"), parse_period_day(by), calendar=office)
        dues = {turn.first: turn.due for turn in schedule.turns(range(monday, monday + 7))}
        assert dues[monday] == monday + 6


def test_a_business_day_of_a_year_that_is_not_known_is_the_earliest_possible() -> None:
    office = BusinessCalendar("office", ZoneInfo("Asia/Shanghai"), frozenset({5, 6}), "CN")
    days = range(day_number(datetime.date(2048, 3, 10)), day_number(datetime.date(2048, 3, 11)))
    for by, expected in {
        "third business day": "2048-03-03",
        "last business day": "2048-03-01",
    }.items():
        schedule = Schedule(parse_period("month"), parse_period_day(by), calendar=office)
        turn = next(each for each in schedule.turns(days) if each.last >= days[0])
        assert (date_of(turn.due).isoformat(), turn.unknown_year) == (expected, 2048)


NO_DAYS = """\
5|0th|1th|22th|21th|5 th|third|last|the 5th|third  Monday|sixth day|third Mon|Monday 3rd|02-30|13-01
2-3|1000th|５th|last business days||5th day of the month
"""


@pytest.mark.parametrize("text", NO_DAYS.strip().replace("\n", "|").split("|"))
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(PolicyError) as failure:
        parse_period_day(text)
    assert str(failure.value).startswith(coded("PL641", text))


@pytest.mark.parametrize(
    ("per", "by", "fits", "clipped"),
    [
        ("month", "28th", True, False),
        ("month", "29th", True, True),
        ("month", "31st", True, True),
        ("month", "32nd", False, True),
        ("month", "fourth Friday", True, False),
        ("month", "fifth Friday", True, True),
        ("month", "6th Friday", False, True),
        ("month", "31st business day", True, False),
        ("month", "32nd business day", False, False),
        ("month", "Monday", False, False),
        ("month", "06-30", False, False),
        ("week", "Monday", True, False),
        ("week", "3rd", False, False),
        ("week", "last day", False, False),
        ("week", "second Monday", False, True),
        ("week", "last business day", True, False),
        ("quarter", "90th", True, False),
        ("quarter", "92nd", True, True),
        ("quarter", "93rd", False, True),
        ("year", "02-28", True, False),
        ("year", "02-29", True, True),
        ("{fiscal_year: 04-01}", "366th", True, True),
    ],
)
def test_what_fits_a_period(per: str, by: str, *, fits: bool, clipped: bool) -> None:
    day, period = parse_period_day(by), parse_period(per)
    assert (day.fits(period), day.is_clipped(period)) == (fits, clipped)
