"""The oracle on `deadline`, `cadence` and `record`, by cases worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from .cases import Case, at, rows
from .model import Parameters, Row
from .zone_calendar import OFFICE

Lapses = list[tuple[str, str | None]]
JUNE = "2025-07-01T00:00"
WINDOW = ("2025-03-01T00:00", "2025-04-01T00:00")


def ticket(
    openings: list[str],
    closings: list[str],
    lapses: Lapses,
    reopenings: list[str] | None = None,
    limit: str = "5 days",
    fault: bool = False,
) -> Case:
    """A ticket with a limit, until the end of June."""
    inputs = {"openings": rows(*openings), "closings": rows(*closings)}
    if reopenings:
        inputs["reopenings"] = rows(*reopenings)
    verdict = "unknown" if fault else ""
    return Case(
        "deadline", inputs, {"limit": limit}, lapses, JUNE, now=verdict, period=verdict, fault=fault
    )


def news(
    openings: list[str],
    updates: list[str],
    lapses: Lapses,
    as_of: str = JUNE,
    every: str = "2 days",
    window: tuple[str, str] = ("2020-01-01T00:00", ""),
    period: str = "",
) -> Case:
    """An episode with its updates."""
    inputs = {"openings": rows(*openings), "events": rows(*updates)}
    return Case("cadence", inputs, {"every": every}, lapses, as_of, window=window, period=period)


def records(
    good: list[str],
    bad: list[str],
    lapses: Lapses,
    cured_by: str = "next",
    window: tuple[str, str] = ("2020-01-01T00:00", ""),
    period: str = "",
) -> Case:
    """Records, some of them bad."""
    inputs = {"records": rows(*good) + rows(*bad, good=False)}
    parameters: Parameters = {"cured_by": cured_by}
    return Case("record", inputs, parameters, lapses, JUNE, window=window, period=period)


DEADLINES = {
    # Due at the end of 6 January.
    "never closed": ticket(["2025-01-01T09:00"], [], [("2025-01-07T00:00", None)]),
    "closed in time": ticket(["2025-01-01T09:00"], ["2025-01-06"], []),
    # Closed at the very instant at which it would be late.
    "closed at the due instant": ticket(["2025-01-01T09:00"], ["2025-01-07T00:00"], []),
    # Closed on 3 January, reopened on the 5th: after it the due instant is still the 7th.
    "F9: closed, reopened, never closed": ticket(
        ["2025-01-01"], ["2025-01-03"], [("2025-01-07T00:00", None)], ["2025-01-05"]
    ),
    # Reopened long after: it lapses from that day's beginning until it is closed again.
    "reopened after the due instant": ticket(
        ["2025-01-01"],
        ["2025-01-03", "2025-02-12"],
        [("2025-02-10T00:00", "2025-02-13T00:00")],
        ["2025-02-10"],
    ),
    "reopened and closed before it is due": ticket(
        ["2025-01-01"], ["2025-01-03", "2025-01-05"], [], ["2025-01-04"]
    ),
    # On one day: nobody knows which was last, so that it is open.
    "reopened and closed on one day": ticket(
        ["2025-01-01"], ["2025-01-03"], [("2025-01-07T00:00", None)], ["2025-01-03"]
    ),
    "reopened at nine and closed at ten": ticket(
        ["2025-01-01"],
        ["2025-01-03", "2025-01-08T10:00"],
        [("2025-01-08T09:00", "2025-01-08T10:00")],
        ["2025-01-08T09:00"],
    ),
    "a reopening before its opening": ticket(
        ["2025-01-05"], ["2025-01-06"], [], ["2025-01-04"], fault=True
    ),
    # The kindest reading: it may have been opened at 07:00 and closed at 08:00.
    "a timed closing on the day of opening": ticket(["2025-01-05"], ["2025-01-05T08:00"], []),
    "a dated closing on the day of opening": ticket(["2025-01-05T10:00"], ["2025-01-05"], []),
    "a closing an hour before": ticket(["2025-01-05T10:00"], ["2025-01-05T09:00"], [], fault=True),
    "a closing a day before": ticket(["2025-01-05T10:00"], ["2025-01-04"], [], fault=True),
    # 4 January is an earlier day than that of 5 January 00:00.
    "a closing on the day that ends at the opening": ticket(
        ["2025-01-05T00:00"], ["2025-01-04"], [], fault=True
    ),
    # Opened twice: 3 January cannot have closed what was opened on the 5th.
    "a closing between two openings": ticket(
        ["2025-01-01", "2025-01-05"], ["2025-01-03"], [], fault=True
    ),
    # Three business days after Tuesday 30 September 2025 in China: 1 to 8 October are holidays,
    # Saturday the 11th is worked: 9, 10 and 11 October.
    "business days": Case(
        "deadline",
        {"openings": rows("2025-09-30T17:00"), "closings": rows("2025-10-13T09:00")},
        {"limit": "3 business days"},
        [("2025-10-12T00:00", "2025-10-13T09:00")],
        office=OFFICE,
    ),
    # Tuesday 7 January 2025 17:00 and four open hours: Wednesday 12:00. All of January was closed
    # in time, so that February passes.
    "business hours of a share": Case(
        "share",
        {
            "subjects": rows("2025-01-01/"),
            "openings": [Row(("A",), at("2025-01-07T17:00"), part="T1")],
            "closings": [Row(("A",), at("2025-01-08T12:00"), part="T1")],
        },
        {"at_least": Decimal(75), "per": "month", "limit": "4 business hours"},
        [],
        as_of="2025-02-20T18:00",
        effective="2025-01-01",
        office=OFFICE,
    ),
    # 24 hours after 10 January 09:00; a day after it is all of the 11th.
    "hours run from the instant": ticket(
        ["2025-01-10T09:00"],
        ["2025-01-12T09:00"],
        [("2025-01-11T09:00", "2025-01-12T09:00")],
        limit="24 hours",
    ),
    "days do not": ticket(
        ["2025-01-10T09:00"],
        ["2025-01-12T09:00"],
        [("2025-01-12T00:00", "2025-01-12T09:00")],
        limit="1 day",
    ),
    # 00:00 and four hours; a closing of that day may have been at its end: no first day here.
    "a deadline has no first day": ticket(
        ["2025-01-10"],
        ["2025-01-10"],
        [("2025-01-10T04:00", "2025-01-11T00:00")],
        limit="4 hours",
    ),
    # The same closing twice, and two openings of one subject: the earlier one's due instant.
    "duplicates change nothing": ticket(
        ["2025-01-01", "2025-01-03"],
        ["2025-01-12", "2025-01-12"],
        [("2025-01-07T00:00", "2025-01-13T00:00")],
    ),
    # Staff were told after ten minutes, customers never.
    "each audience by itself": Case(
        "deadline",
        {
            "openings": rows("2025-03-01T09:00"),
            "closings": rows("2025-03-01T09:10", item="staff"),
        },
        {"limit": "15 minutes"},
        [("2025-03-01T09:15", None)],
        item="customers",
        items=["staff", "customers"],
    ),
    # By 24 January they are open for all; the staff's closing of the 20th is undone, too.
    "a reopening without an item is of all": Case(
        "deadline",
        {
            "openings": rows("2025-01-10"),
            "closings": rows("2025-01-12", item="staff"),
            "reopenings": rows("2025-01-24"),
        },
        {"limit": "5 days"},
        [("2025-01-24T00:00", None)],
        item="staff",
        items=["staff"],
    ),
}

CADENCES = {
    # Opened on 1 March 10:00, which counts as news to the end of the 3rd; told on the 5th 09:00.
    "the start counts as an update": news(
        ["2025-03-01T10:00/2025-03-06T10:00"],
        ["2025-03-05T09:00"],
        [("2025-03-04T00:00", "2025-03-05T09:00")],
    ),
    # Dated: open from 1 March 00:00 to the end of 6 March; told at the end of the 5th.
    "with dates": news(
        ["2025-03-01/2025-03-06"], ["2025-03-05"], [("2025-03-04T00:00", "2025-03-06T00:00")]
    ),
    # Still open by 8 March 18:00, as far as is known, and told last on the 5th: 8 March 00:00.
    "an end that is still to come": news(
        ["2025-03-01/2025-03-09"],
        ["2025-03-03", "2025-03-05"],
        [("2025-03-08T00:00", None)],
        as_of="2025-03-08T18:00",
    ),
    # Ended on the day of as-of: by 18:00.
    "an end on the day of as-of": news(
        ["2025-03-01/2025-03-08"],
        ["2025-03-03", "2025-03-05"],
        [("2025-03-08T00:00", "2025-03-08T18:00")],
        as_of="2025-03-08T18:00",
        period="fail",
    ),
    # Clocks went forward in New York: 24 hours after 8 March 12:00 are 13:00 on the 9th.
    "a day of 23 hours": Case(
        "cadence",
        {"openings": rows("2025-03-08T12:00/2025-03-09T20:00"), "events": []},
        {"every": "24 hours"},
        [("2025-03-09T13:00", "2025-03-09T20:00")],
        zone="America/New_York",
    ),
    # Two episodes of one name that overlap are one, and the second's start counts, too.
    "two that overlap": news(
        ["2025-03-01T10:00/2025-03-06T10:00", "2025-03-03T10:00/2025-03-08T10:00"],
        [],
        [("2025-03-06T00:00", "2025-03-08T10:00")],
    ),
    "W8: none in the window": news(
        ["2025-02-01T10:00/2025-02-02T10:00", "2025-05-01T10:00/2025-05-02T10:00"],
        [],
        [],
        window=WINDOW,
        period="unknown",
    ),
    "none in the window, as was written": replace(
        news(["2025-02-01T10:00/2025-02-02T10:00"], [], [], window=WINDOW),
        may_be_empty=True,
        now="not_applicable",
        period="not_applicable",
    ),
    "one that reaches into the window": news(
        ["2025-02-27T10:00/2025-03-01T10:00"], [], [], window=WINDOW, period="pass"
    ),
    # It ended where the window begins.
    "one that ends where the window begins": news(
        ["2025-02-27T10:00/2025-03-01T00:00", "2025-05-01T10:00/2025-05-02T10:00"],
        [],
        [],
        window=WINDOW,
        period="unknown",
    ),
}

RECORDS = {
    # A good one of a day counts from its end, a bad one from its beginning.
    "a bad one, and the next": records(
        ["2025-03-01", "2025-03-12"], ["2025-03-10"], [("2025-03-10T00:00", "2025-03-13T00:00")]
    ),
    "the first is bad": records([], ["2025-03-10"], [("2025-03-10T00:00", None)]),
    "the first is good": records(["2025-03-10"], [], []),
    # A good one of the same day or instant does not cure.
    "good and bad on a day": records(
        ["2025-03-10", "2025-03-11T09:00"],
        ["2025-03-10"],
        [("2025-03-10T00:00", "2025-03-11T09:00")],
    ),
    "good and bad at one instant": records(
        ["2025-03-10T09:00"], ["2025-03-10T09:00"], [("2025-03-10T09:00", None)]
    ),
    "never cured": records(
        ["2025-03-12"], ["2025-03-10T09:00"], [("2025-03-10T09:00", None)], "never"
    ),
    "F10: nothing in the window": records(["2024-06-01"], [], [], window=WINDOW, period="unknown"),
    "F10: the only one after the window": records(
        ["2025-04-01"], [], [], window=WINDOW, period="unknown"
    ),
    "nothing in the window, as was written": replace(
        records(["2024-06-01"], [], [], window=WINDOW, period="not_applicable"), may_be_empty=True
    ),
    # The last day of the window touches it, and so does the first.
    "its day touches the window": records(["2025-03-31"], [], [], window=WINDOW, period="pass"),
    "the day before the window": records(["2025-02-28"], [], [], window=WINDOW, period="unknown"),
    # The window begins at 12:00 of that day.
    "its day reaches into the window": records(
        ["2025-02-28"], [], [], window=("2025-02-28T12:00", "2025-04-01T00:00"), period="pass"
    ),
    "an earlier bad one still stands": records(
        ["2025-05-01"],
        ["2025-02-01"],
        [("2025-02-01T00:00", "2025-05-02T00:00")],
        window=WINDOW,
        period="fail",
    ),
    "an earlier bad one was cured": records(
        ["2025-02-05"], ["2025-02-01"], [], window=WINDOW, period="unknown"
    ),
}

CASES = {**DEADLINES, **CADENCES, **RECORDS}


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    CASES[name].check()


def not_due(openings: list[Row], as_of: str = JUNE) -> Case:
    inputs = {"openings": openings, "closings": []}
    return Case("deadline", inputs, {"limit": "10 years"}, [], as_of)


def test_w7_an_opening_whose_limit_has_not_run_out_passes_even_beyond_the_horizon() -> None:
    found = not_due(rows("2025-06-01")).answer()
    assert (found.now, found.period, found.not_due) == ("pass", "pass", 1)
    assert (found.subjects, found.due) == ({"A": "pass"}, {})


def test_at_its_due_instant_it_is_due() -> None:
    """10 years after 30 June 2015 are over at 1 July 2025 00:00, which belongs to 30 June."""
    openings = rows("2015-06-30") + rows("2025-06-01", key="B")
    found = not_due(openings).answer()
    assert (found.subjects, found.not_due) == ({"A": "pass", "B": "pass"}, 2)
    assert (found.now, found.period) == ("pass", "pass")
    later = not_due(openings, "2025-07-01T00:01").answer()
    assert (later.subjects, later.not_due) == ({"A": "fail", "B": "pass"}, 1)
    assert (later.now, later.period) == ("fail", "fail")


def test_who_is_due_for_one_opening_is_due() -> None:
    found = not_due(rows("2015-01-01", "2025-06-01")).answer()
    assert (found.subjects, found.not_due) == ({"A": "fail"}, 0)


def test_an_opening_after_as_of_is_left_out() -> None:
    """As-of is the midnight that ends 30 June, so that 1 July has not come."""
    found = not_due(rows("2025-07-01")).answer()
    assert (found.now, found.not_due, found.left_out) == ("unknown", 0, 1)
    assert not_due(rows("2025-06-30")).answer().left_out == 0
