"""The oracle on the first day of a duty, and on days that were skipped or repeated.

Unless a case says otherwise the plan's zone is Shanghai's, which has had no other time since 1991.
"""

from __future__ import annotations

import datetime

import pytest

from .cases import Case, counts, rows
from .model import Revision

ASSET = rows("2025-01-01/2025-06-30")
"""In service from 1 January 00:00 to the end of 30 June."""


def trained(subjects: str, event: str, lapses: list[tuple[str, str | None]]) -> Case:
    """Trained once, good for a year, without time for the first."""
    inputs = {"subjects": rows(subjects), "events": rows(event)}
    return Case("coverage", inputs, {"valid_for": "1 year"}, lapses, "2025-12-31T18:00")


FIRST_DAYS = {
    "hired and trained on one day": trained("2025-03-10/", "2025-03-10", []),
    "hired on a day, trained at an hour of it": trained("2025-03-10/", "2025-03-10T15:00", []),
    # Trained the day after: 10 and 11 March.
    "trained the day after": trained(
        "2025-03-10/", "2025-03-11", [("2025-03-10T00:00", "2025-03-12T00:00")]
    ),
    # A timed duty waits for the end of the day: nothing holds before its own moment.
    "hired at an hour, trained on that day": trained(
        "2025-03-10T09:00/", "2025-03-10", [("2025-03-10T09:00", "2025-03-11T00:00")]
    ),
    # Hired before the plan: its duty begins with the plan's first day, which is no state's.
    "not on the plan's first day": Case(
        "coverage",
        {"subjects": rows("2024-01-01/"), "events": rows("2025-03-10")},
        {"valid_for": "1 year"},
        [("2025-03-10T00:00", "2025-03-11T00:00")],
        effective="2025-03-10",
    ),
    # A row that begins on the plan's first day goes on with the duty of one that began before.
    "nor where another row begins on it": Case(
        "coverage",
        {"subjects": rows("2024-01-01T09:00/", "2025-03-10/"), "events": rows("2025-03-10T15:00")},
        {"valid_for": "1 year"},
        [("2025-03-10T00:00", "2025-03-10T15:00")],
        effective="2025-03-10",
    ),
    "nor beside one that always was": Case(
        "coverage",
        {"subjects": rows("/", "2025-03-10/"), "events": rows("2025-03-10T15:00")},
        {"valid_for": "1 year"},
        [("2025-03-10T00:00", "2025-03-10T15:00")],
        effective="2025-03-10",
    ),
    # 90 days to 1 June, 30 from then on: 20 April is overdue then, and 1 June covers from its end.
    "not on a revision's first day": Case(
        "recurrence",
        {"subjects": ASSET, "events": rows("2025-01-20", "2025-04-20", "2025-06-01")},
        {"every": "90 days"},
        [("2025-06-01T00:00", "2025-06-02T00:00")],
        revised=[Revision({"every": "30 days"}, datetime.date(2025, 6, 1))],
        as_of="2025-06-20T12:00",
    ),
    # Two are needed in ten days; both of 1 January, one dated and one timed, cover from 00:00.
    "two on the first day": Case(
        "recurrence",
        {
            "subjects": rows("2025-01-01/2025-01-05"),
            "events": rows("2025-01-01", "2025-01-01T12:00"),
        },
        {"every": "10 days", "at_least": 2, "initial": "1 hour"},
        [],
    ),
    # A failure of the first day is not undone by a pass of it.
    "failed on the first day": Case(
        "recurrence",
        {
            "subjects": rows("2025-01-01/2025-01-05"),
            "events": rows("2025-01-01"),
            "failures": rows("2025-01-01"),
        },
        {"every": "10 days"},
        [("2025-01-01T00:00", "2025-01-06T00:00")],
    ),
    # Covered from 00:00 to the failure at 09:00, and again from 10:00.
    "failed at nine and passed at ten on the first day": Case(
        "coverage",
        {
            "subjects": rows("2025-01-01/2025-01-05"),
            "events": rows("2025-01-01T10:00"),
            "failures": rows("2025-01-01T09:00"),
        },
        {"valid_for": "1 year"},
        [("2025-01-01T09:00", "2025-01-01T10:00")],
    ),
    # Counted at 15:00 on the first day: within bounds from 00:00.
    "counted on the first day": Case(
        "level",
        {"subjects": rows("2025-03-10/2025-03-12"), "readings": counts({"2025-03-10T15:00": 5})},
        {"minimum": 3},
        [],
    ),
    # Too few at 09:00, enough at 15:00.
    "counted twice on the first day": Case(
        "level",
        {
            "subjects": rows("2025-03-10/2025-03-12"),
            "readings": counts({"2025-03-10T09:00": 2, "2025-03-10T15:00": 5}),
        },
        {"minimum": 3},
        [("2025-03-10T09:00", "2025-03-10T15:00")],
    ),
    # The second row begins where the first ends: 1 February is no first day.
    "a duty that goes on has no first day": Case(
        "coverage",
        {
            "subjects": rows("2025-01-01/2025-01-31", "2025-02-01/2025-02-28"),
            "events": rows("2025-01-01/2025-01-31", "2025-02-01/2025-03-31"),
        },
        {},
        [("2025-02-01T00:00", "2025-02-02T00:00")],
    ),
}

MOVED = {
    # The first nine years end with 1 January 2019. Apia has +14:00 then: the 15th begins half an
    # hour before the event, and ten days after the 15th end with the 25th.
    "W6: Apia long after it moved": Case(
        "recurrence",
        {"subjects": rows("2010-01-01/2019-01-31"), "events": rows("2019-01-15T00:30+14:00")},
        {"every": "10 days", "initial": "9 years"},
        [
            ("2019-01-02T00:00", "2019-01-15T00:30"),
            ("2019-01-26T00:00", "2019-02-01T00:00"),
        ],
        zone="Pacific/Apia",
        as_of="2019-03-01T00:00",
    ),
    # 30 December 2011 did not happen there: its end is the end of the 29th. 31 December covers
    # from its own end, so the 31st lapses, which began where the 29th ended.
    "a day that was skipped": Case(
        "recurrence",
        {"subjects": rows("2011-12-01/2011-12-31"), "events": rows("2011-12-29", "2011-12-31")},
        {"every": "1 day", "initial": "28 days"},
        [("2011-12-31T00:00", "2012-01-01T00:00")],
        zone="Pacific/Apia",
        as_of="2012-03-01T00:00",
    ),
    # A plan of the day that was skipped is in force from the 31st: a month after that is over with
    # 31 January.
    "a plan that begins on a day that was skipped": Case(
        "recurrence",
        {"subjects": rows("2010-01-01/2012-02-29"), "events": []},
        {"every": "1 year", "initial": "1 month"},
        [("2012-02-01T00:00", "2012-03-01T00:00")],
        zone="Pacific/Apia",
        as_of="2012-04-01T00:00",
        effective="2011-12-30",
    ),
    # December ends with 31 December +14:00: 1 January 00:30 there counts for January alone.
    "W6: the month that Apia moved in": Case(
        "recurrence",
        {
            "subjects": rows("2011-11-01/2012-02-29"),
            "events": rows("2011-11-10T12:00-10:00", "2012-01-01T00:30+14:00"),
        },
        {"per": "month"},
        [("2012-01-01T00:00", "2012-01-01T00:30")],
        zone="Pacific/Apia",
        as_of="2012-03-01T00:00",
    ),
    # 21 August 1993 did not happen on Kwajalein: a day after the 20th is due at the end of the
    # 20th, when the 22nd begins, and was closed on the 22nd.
    "Kwajalein in 1993": Case(
        "deadline",
        {"openings": rows("1993-08-20"), "closings": rows("1993-08-22")},
        {"limit": "1 day"},
        [("1993-08-22T00:00", "1993-08-23T00:00")],
        zone="Pacific/Kwajalein",
        as_of="1993-09-01T00:00",
    ),
    # 30 September 1969 happened twice from 01:00 on. It ends at 12:00 UTC of 1 October; it began
    # at 13:00 UTC of 29 September. Due on the 29th, closed on the 30th: 47 hours.
    "Kwajalein in 1969": Case(
        "deadline",
        {"openings": rows("1969-09-01/1969-09-29"), "closings": rows("1969-09-30")},
        {},
        [("1969-09-29T13:00+00:00", "1969-10-01T12:00+00:00")],
        zone="Pacific/Kwajalein",
        as_of="1969-11-01T00:00",
    ),
    # A local time of that day may be either: opened early, closed late.
    "an hour of a day that happened twice": Case(
        "deadline",
        {"openings": rows("1969-09-30T06:00"), "closings": rows("1969-09-30T07:00")},
        {"limit": "2 hours"},
        [("1969-09-29T21:00+00:00", "1969-09-30T19:00+00:00")],
        zone="Pacific/Kwajalein",
        as_of="1969-11-01T00:00",
    ),
    # 00:00 to 01:00 happens twice on 2 November 2025 in Havana: the day begins with the first.
    "a day with its first hour twice": Case(
        "deadline",
        {"openings": rows("2025-10-20/2025-11-01"), "closings": rows("2025-11-02T00:30-05:00")},
        {},
        [("2025-11-02T04:00+00:00", "2025-11-02T05:30+00:00")],
        zone="America/Havana",
    ),
    # Clocks skip 00:00 to 01:00 on 25 April 2025 in Cairo: the day begins at 22:00 UTC, with 01:00.
    "a day without its first hour": Case(
        "deadline",
        {"openings": rows("2025-04-20/2025-04-24"), "closings": rows("2025-04-25T01:30")},
        {},
        [("2025-04-24T22:00+00:00", "2025-04-24T22:30+00:00")],
        zone="Africa/Cairo",
    ),
}

CASES = {**FIRST_DAYS, **MOVED}


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    CASES[name].check()
