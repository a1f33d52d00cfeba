"""The oracle on `recurrence`, by cases worked out by hand."""

from __future__ import annotations

import datetime

import pytest

from .cases import Case, rows
from .model import Parameters, Revision

Lapses = list[tuple[str, str | None]]
YEAR = rows("2025-01-01/2025-12-30")
JUNE = "2025-07-01T00:00"


def monthly(
    events: list[str], lapses: Lapses, as_of: str = JUNE, since: str = "2025-01-01", **more: str
) -> Case:
    """Once a month, within five days after its end at the latest."""
    inputs = {"subjects": rows(f"{since}/"), "events": rows(*events)}
    return Case("recurrence", inputs, {"per": "month", "grace": "5 days", **more}, lapses, as_of)


def inspected(
    events: list[str],
    failures: list[str],
    lapses: Lapses,
    parameters: Parameters,
    subjects: str = "2025-01-01/",
) -> Case:
    """Inspected with failures, until the end of June."""
    inputs = {
        "subjects": rows(subjects),
        "events": rows(*events),
        "failures": rows(*failures),
    }
    return Case("recurrence", inputs, parameters, lapses, JUNE)


ROLLING = {
    # 10 January is not counted: 30 days are 11 January to 9 February.
    "the first is due an interval after the duty begins": Case(
        "recurrence",
        {"subjects": rows("2025-01-10T09:00/2025-06-30"), "events": []},
        {"every": "30 days"},
        [("2025-02-10T00:00", "2025-07-01T00:00")],
    ),
    # With ten days of grace: 40 days after 10 January are over with 19 February.
    "the first is due with its grace": Case(
        "recurrence",
        {"subjects": rows("2025-01-10/2025-02-28"), "events": []},
        {"every": "30 days", "grace": "10 days"},
        [("2025-02-20T00:00", "2025-03-01T00:00")],
    ),
    # `initial` instead: 11 to 13 January.
    "initial replaces it": Case(
        "recurrence",
        {"subjects": rows("2025-01-10/2025-01-20"), "events": []},
        {"every": "30 days", "grace": "10 days", "initial": "3 days"},
        [("2025-01-14T00:00", "2025-01-21T00:00")],
    ),
    # A month and a month of grace from 31 January are two months: 31 March, not 28 March.
    "grace is not chained": Case(
        "recurrence",
        {"subjects": rows("2025-01-31/2025-04-02"), "events": []},
        {"every": "1 month", "grace": "1 month"},
        [("2025-04-01T00:00", "2025-04-03T00:00")],
    ),
    # Two in any 90 days. Timed: 5 January and 1 February cover to 5 April; with 20 April there are
    # two again until 1 February's 90 days end on 2 May.
    "two in any ninety days": Case(
        "recurrence",
        {
            "subjects": YEAR,
            "events": rows("2025-01-05T09:00", "2025-02-01T09:00", "2025-04-20T09:00"),
        },
        {"every": "90 days", "at_least": 2, "initial": "10 days"},
        [
            ("2025-01-12T00:00", "2025-02-01T09:00"),
            ("2025-04-06T00:00", "2025-04-20T09:00"),
            ("2025-05-03T00:00", "2025-12-31T00:00"),
        ],
    ),
    # Each return to service counts `initial` anew; the event between the two covers to 5 June.
    "back in service": Case(
        "recurrence",
        {
            "subjects": rows("2025-01-01/2025-01-31", "2025-06-01/2025-06-30"),
            "events": rows("2025-05-26T10:00"),
        },
        {"every": "10 days"},
        [("2025-01-12T00:00", "2025-02-01T00:00"), ("2025-06-12T00:00", "2025-07-01T00:00")],
    ),
    # Rows that begin together, of which the shorter must not end the duty, nor begin it anew.
    "two rows that begin together": Case(
        "recurrence",
        {"subjects": rows("2025-01-01/2025-01-20", "2025-01-01/2025-01-31"), "events": []},
        {"every": "10 days"},
        [("2025-01-12T00:00", "2025-02-01T00:00")],
    ),
    # The second begins where the first ends, so that it is one duty from 1 January.
    "two rows that touch": Case(
        "recurrence",
        {"subjects": rows("2025-01-01/2025-01-05", "2025-01-06/2025-01-31"), "events": []},
        {"every": "10 days"},
        [("2025-01-12T00:00", "2025-02-01T00:00")],
    ),
    # In service before the plan: what is owed is owed from its first day, 10 March.
    "the plan's first day": Case(
        "recurrence",
        {"subjects": rows("2024-01-01/2025-04-20"), "events": []},
        {"every": "30 days"},
        [("2025-04-10T00:00", "2025-04-21T00:00")],
        effective="2025-03-10",
    ),
    # 90 days until June, 30 days from then on: on 1 June the inspection of 20 April is overdue.
    "history is judged by its own revision": Case(
        "recurrence",
        {
            "subjects": YEAR,
            "events": rows(
                "2025-01-20T12:00", "2025-04-20T12:00", "2025-06-05T12:00", "2025-07-05T12:00"
            ),
        },
        {"every": "90 days"},
        [("2025-06-01T00:00", "2025-06-05T12:00"), ("2025-08-05T00:00", "2025-12-31T00:00")],
        revised=[Revision({"every": "30 days"}, datetime.date(2025, 6, 1))],
    ),
}

PERIODS = {
    # 5 January serves January (the duty began in it), to 28 February and five days: 5 March, which
    # serves February, to 5 April; 5 May serves April, and covers to 5 June. March has none.
    "F2: on the fifth of every second month": monthly(
        ["2025-01-05T09:00", "2025-03-05T09:00", "2025-05-05T09:00"],
        [("2025-04-06T00:00", "2025-05-05T09:00"), ("2025-06-06T00:00", None)],
    ),
    # The same by days: each covers from the end of its day.
    "F2 with dates": monthly(
        ["2025-01-05", "2025-03-05", "2025-05-05"],
        [("2025-04-06T00:00", "2025-05-06T00:00"), ("2025-06-06T00:00", None)],
    ),
    # January's is missing. 2 February serves it, and 4 February its own month, to 5 April.
    "two in the grace serve two periods": monthly(
        ["2025-02-02T09:00", "2025-02-04T09:00"], [("2025-04-06T00:00", None)]
    ),
    # 4 February alone serves January: February lapses after 5 March.
    "one in the grace serves one": monthly(["2025-02-04T09:00"], [("2025-03-06T00:00", None)]),
    # Each comes in the grace of the month before, which it serves: March's is missing.
    "each in the grace of the month before": monthly(
        ["2025-02-03T09:00", "2025-03-03T09:00"], [("2025-04-06T00:00", None)]
    ),
    # 10 January serves January, so that each of the others serves the month before or its own.
    "in the grace of a month that was served": monthly(
        ["2025-01-10T09:00", "2025-02-03T09:00", "2025-03-03T09:00"],
        [("2025-05-06T00:00", None)],
    ),
    # February is served on the 10th, too late for January: 3 March serves its own month.
    "in the grace of a month that was served though another was not": monthly(
        ["2025-02-10T09:00", "2025-03-03T09:00"],
        [("2025-02-06T00:00", "2025-02-10T09:00"), ("2025-05-06T00:00", None)],
    ),
    # On the last day of grace, dated: it serves January, though it covers from the day's end only.
    "dated on the last day of grace": monthly(["2025-02-05"], [("2025-03-06T00:00", None)]),
    # A day later: late, and then cured, as February's own, to 31 March and five days.
    "dated a day after the grace": monthly(
        ["2025-02-06"],
        [("2025-02-06T00:00", "2025-02-07T00:00"), ("2025-04-06T00:00", None)],
    ),
    # Of three in January only the first serves; there is nothing left for the others.
    "three in one month": monthly(
        ["2025-01-10T09:00", "2025-01-20T09:00", "2025-01-30T09:00"], [("2025-03-06T00:00", None)]
    ),
    # In service since 1 February: nothing was owed for January, so 3 February serves February.
    "nothing is owed for what was before the duty": monthly(
        ["2025-02-03T09:00"], [("2025-04-06T00:00", None)], since="2025-02-01"
    ),
    # The period in which the duty starts is owed by its end, and five days: 5 March.
    "the period in which the duty starts": monthly(
        [], [("2025-03-06T00:00", None)], since="2025-02-10"
    ),
    # What was done in February before the duty, counts for February.
    "done before the duty in its first period": monthly(
        ["2025-02-03T09:00"], [("2025-04-06T00:00", None)], since="2025-02-10"
    ),
    # `initial` replaces that: 11 to 13 February, not the month.
    "W11: per with initial": monthly(
        ["2025-02-20T09:00"],
        [("2025-02-14T00:00", "2025-02-20T09:00"), ("2025-04-06T00:00", None)],
        since="2025-02-10",
        initial="3 days",
    ),
    # The first quarter is owed by its end. 10 May covers to the third quarter's end.
    "per quarter": Case(
        "recurrence",
        {
            "subjects": rows("2025-02-10/"),
            "events": rows("2025-05-10T08:00", "2025-11-01T08:00"),
        },
        {"per": "quarter"},
        [("2025-04-01T00:00", "2025-05-10T08:00"), ("2025-10-01T00:00", "2025-11-01T08:00")],
    ),
    # Two in a half-year: the second one covers, to the end of the next half-year.
    "two per half-year": Case(
        "recurrence",
        {
            "subjects": rows("2024-01-01/"),
            "events": rows("2024-02-01", "2024-03-01", "2025-01-10", "2025-08-01", "2025-08-02"),
        },
        {"per": "half-year", "at_least": 2},
        [("2025-01-01T00:00", "2025-08-03T00:00")],
    ),
    # Dated on the last day: of that month, and covers from its end, where March begins.
    "on the last day of the period": Case(
        "recurrence",
        {"subjects": rows("2025-01-01/"), "events": rows("2025-01-31", "2025-02-28")},
        {"per": "month"},
        [("2025-04-01T00:00", None)],
        JUNE,
    ),
}

FAILURES = {
    # Passed on 1 March, failed on 1 April: not until 30 May.
    "F8: failed after passed": inspected(
        ["2025-03-01T09:00"],
        ["2025-04-01T09:00"],
        [("2025-04-01T09:00", None)],
        {"every": "90 days"},
    ),
    # 90 days from the start would cover to 1 April, but it failed in January.
    "a failure ends the initial cover, too": inspected(
        [], ["2025-01-15T09:00"], [("2025-01-15T09:00", None)], {"every": "90 days"}
    ),
    # It failed before it was in service, which is another matter: 2 March to 1 April.
    "a failure before the duty leaves the initial cover": inspected(
        [],
        ["2025-02-28T09:00"],
        [("2025-04-02T00:00", None)],
        {"every": "31 days", "initial": "31 days"},
        "2025-03-01/",
    ),
    # But what had been passed before that failure counts no more.
    "a failure out of service ends cover": inspected(
        ["2025-02-20T09:00"],
        ["2025-02-25T09:00"],
        [("2025-03-03T00:00", None)],
        {"every": "1 year", "initial": "1 day"},
        "2025-03-01/",
    ),
    # Two needed in 90 days; after the failure two new ones.
    "at_least are needed again": inspected(
        ["2025-01-10T09:00", "2025-01-20T09:00", "2025-02-10T09:00", "2025-02-20T09:00"],
        ["2025-02-01T09:00"],
        [("2025-02-01T09:00", "2025-02-20T09:00"), ("2025-05-12T00:00", None)],
        {"every": "90 days", "at_least": 2},
    ),
    # 10 January served January; after the failure 20 January serves it again, to the end of
    # February.
    "a period must be served again": inspected(
        ["2025-01-10T09:00", "2025-01-20T09:00"],
        ["2025-01-15T09:00"],
        [("2025-01-15T09:00", "2025-01-20T09:00"), ("2025-03-01T00:00", None)],
        {"per": "month"},
    ),
    # Nothing before 2 February counts any more, so that 4 February serves January in its grace,
    # and covers to 5 March.
    "and in the grace the oldest one": inspected(
        ["2025-01-10T09:00", "2025-02-04T09:00"],
        ["2025-02-02T09:00"],
        [("2025-02-02T09:00", "2025-02-04T09:00"), ("2025-03-06T00:00", None)],
        {"per": "month", "grace": "5 days"},
    ),
    # A failure after as-of has not happened.
    "a failure that is still to come": inspected(
        ["2025-05-10T09:00"], ["2025-07-01T09:00"], [], {"every": "180 days"}
    ),
}

CASES = {**ROLLING, **PERIODS, **FAILURES}


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    CASES[name].check()


def test_a_failure_that_is_still_to_come_is_counted() -> None:
    assert CASES["a failure that is still to come"].answer().left_out == 1
