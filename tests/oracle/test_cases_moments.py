"""The oracle on happenings and states, by cases worked out by hand.

Unless a case says otherwise the plan's zone is Shanghai's, which has had no other time since 1991.
"""

from __future__ import annotations

import pytest

from .cases import Case, rows
from .zone_calendar import Office

NEW_YORK = "America/New_York"
ASSET = rows("2025-01-01/2025-06-30")
"""In service from 1 January 00:00 to the end of 30 June."""


def late(closings: list[str], lapses: list[tuple[str, str | None]], as_of: str = "") -> Case:
    """Due on 1 February, that is until 2 February 00:00."""
    inputs = {"openings": rows("2025-01-10/2025-02-01"), "closings": rows(*closings)}
    return Case("deadline", inputs, {}, lapses, as_of or "2025-03-01T12:00")


def failed(failures: list[str], passes: list[str], lapses: list[tuple[str, str | None]]) -> Case:
    """Inspected on 1 March 08:00, good for 90 days, and then what happened."""
    inputs = {
        "subjects": rows("2025-03-01T08:00/"),
        "events": rows("2025-03-01T08:00", *passes),
        "failures": rows(*failures),
    }
    return Case("recurrence", inputs, {"every": "90 days"}, lapses, "2025-03-20T12:00")


LATENESS = {
    # Closed on 2 February, at its end at the latest: 2 February 00:00 to 3 February 00:00, a day.
    "F1: due 1 February, done 2 February": late(
        ["2025-02-02"], [("2025-02-02T00:00", "2025-02-03T00:00")]
    ),
    # At the end of 1 February at the latest, which is the due instant itself.
    "done on the due day": late(["2025-02-01"], []),
    # A time is a moment: nine hours late.
    "done 2 February 09:00": late(["2025-02-02T09:00"], [("2025-02-02T00:00", "2025-02-02T09:00")]),
    # On file at 18:00, so that it had happened by 18:00: late for 18 hours, and now closed.
    "done today": late(
        ["2025-02-02"], [("2025-02-02T00:00", "2025-02-02T18:00")], "2025-02-02T18:00"
    ),
    # 30 days after 1 January are 2 to 31 January; 1 February is the 31st: one day late.
    "F1: closed on the 31st of 30 days": Case(
        "deadline",
        {"openings": rows("2025-01-01"), "closings": rows("2025-02-01")},
        {"limit": "30 days"},
        [("2025-02-01T00:00", "2025-02-02T00:00")],
    ),
    # Closed on 5 February: 1, 2, 3, 4 and 5 February, five days and not four.
    "F1: longer ones are not a day short": Case(
        "deadline",
        {"openings": rows("2025-01-01"), "closings": rows("2025-02-05")},
        {"limit": "30 days"},
        [("2025-02-01T00:00", "2025-02-06T00:00")],
    ),
    # 1 January covers to the end of 31 January; 1 February covers from its end.
    "F1: every 30 days, done 31 days apart": Case(
        "recurrence",
        {"subjects": ASSET, "events": rows("2025-01-01", "2025-02-01")},
        {"every": "30 days"},
        [("2025-02-01T00:00", "2025-02-02T00:00")],
        as_of="2025-03-01T00:00",
    ),
    # 31 January's end is the instant at which the cover of 1 January runs out: no lapse.
    "every 30 days, done 30 days apart": Case(
        "recurrence",
        {"subjects": ASSET, "events": rows("2025-01-01", "2025-01-31")},
        {"every": "30 days"},
        [],
        as_of="2025-03-01T00:00",
    ),
    # Opened on 10 January, 00:00 at the earliest: 24 hours run out at 11 January 00:00.
    "a clock limit runs from the day's beginning": Case(
        "deadline",
        {"openings": rows("2025-01-10"), "closings": rows("2025-01-11T09:00")},
        {"limit": "24 hours"},
        [("2025-01-11T00:00", "2025-01-11T09:00")],
    ),
    # Due at 13:00; closed on that day, but perhaps only at 24:00: a date cannot prove it.
    "a date cannot prove a clock limit": Case(
        "deadline",
        {"openings": rows("2025-01-10T09:00"), "closings": rows("2025-01-10")},
        {"limit": "4 hours"},
        [("2025-01-10T13:00", "2025-01-11T00:00")],
    ),
    # 29 February 2024 and one year is 28 February 2025: late on 1 March until 08:00.
    "a leap day has no anniversary": Case(
        "coverage",
        {
            "subjects": rows("2024-02-29/2025-12-31"),
            "events": rows("2024-02-29", "2025-03-01T08:00"),
        },
        {"valid_for": "1 year"},
        [("2025-03-01T00:00", "2025-03-01T08:00")],
    ),
    # 31 January and a month is 28 February; from 28 February, 28 March, and not the 31st.
    "months run from the anchor and clip": Case(
        "recurrence",
        {"subjects": ASSET, "events": rows("2025-01-01", "2025-01-31", "2025-02-28", "2025-03-29")},
        {"every": "1 month"},
        [("2025-03-29T00:00", "2025-03-30T00:00")],
        as_of="2025-04-10T12:00",
    ),
}

TIES = {
    # B is later than A only if every moment of B follows every moment of A: on one day neither is.
    "failed and passed on one day": failed(
        ["2025-03-05"], ["2025-03-05"], [("2025-03-05T00:00", None)]
    ),
    # 6 March is certainly later, and covers from its end.
    "passed the day after": failed(
        ["2025-03-05"], ["2025-03-05", "2025-03-06"], [("2025-03-05T00:00", "2025-03-07T00:00")]
    ),
    "failed at nine, passed at ten": failed(
        ["2025-03-05T09:00"], ["2025-03-05T10:00"], [("2025-03-05T09:00", "2025-03-05T10:00")]
    ),
    "failed at nine, passed at eight": failed(
        ["2025-03-05T09:00"], ["2025-03-05T08:00"], [("2025-03-05T09:00", None)]
    ),
    "failed and passed at one instant": failed(
        ["2025-03-05T09:00"], ["2025-03-05T09:00"], [("2025-03-05T09:00", None)]
    ),
    # The pass may have been before nine.
    "failed at nine, passed on that day": failed(
        ["2025-03-05T09:00"], ["2025-03-05"], [("2025-03-05T09:00", None)]
    ),
    # The failure may have been after ten; 6 March 00:00 follows every moment of 5 March.
    "failed on a day, passed in it and at its end": failed(
        ["2025-03-05"],
        ["2025-03-05T10:00", "2025-03-06T00:00"],
        [("2025-03-05T00:00", "2025-03-06T00:00")],
    ),
    # 6 March begins at 00:00, which is the very instant of the failure.
    "failed at midnight, passed on the day that begins": failed(
        ["2025-03-06T00:00"], ["2025-03-06"], [("2025-03-06T00:00", None)]
    ),
    # The failure of today was by noon at the latest, perhaps at noon itself.
    "failed today, passed at as-of": failed(
        ["2025-03-20"], ["2025-03-20T12:00"], [("2025-03-20T00:00", None)]
    ),
    # Harm counts from the earliest moment: the day's beginning.
    "failed on a day": failed(["2025-03-05"], [], [("2025-03-05T00:00", None)]),
}

TWICE = {
    # 2 November 2025, 01:30 in New York: 05:30 and 06:30 UTC. The event of 1 November covers to
    # 05:30; that of the 2nd from 06:30 until 24 hours after 05:30.
    "F14: an event at the hour that happens twice": Case(
        "recurrence",
        {
            "subjects": rows("2025-11-01T01:30/2025-11-03T06:00"),
            "events": rows("2025-11-01T01:30", "2025-11-02T01:30"),
        },
        {"every": "24 hours"},
        [
            ("2025-11-02T05:30+00:00", "2025-11-02T06:30+00:00"),
            ("2025-11-03T05:30+00:00", "2025-11-03T11:00+00:00"),
        ],
        zone=NEW_YORK,
    ),
    # Opened at 05:30 at the earliest, due an hour later; closed at 06:45 at the latest.
    "opened and closed in it": Case(
        "deadline",
        {"openings": rows("2025-11-02T01:30"), "closings": rows("2025-11-02T01:45")},
        {"limit": "1 hour"},
        [("2025-11-02T06:30+00:00", "2025-11-02T06:45+00:00")],
        zone=NEW_YORK,
    ),
    # Two hours of open time after 05:30, until the duty ends at 15:00.
    "business time from it on": Case(
        "recurrence",
        {
            "subjects": rows("2025-11-02T01:30/2025-11-02T10:00"),
            "events": rows("2025-11-02T01:30"),
        },
        {"every": "2 business hours"},
        [("2025-11-02T07:30+00:00", "2025-11-02T15:00+00:00")],
        zone=NEW_YORK,
        office=Office("US", (5,), (((0, 12 * 60),),) * 5 + ((), ((0, 12 * 60),))),
    ),
    # Due at 05:30 at the earliest.
    "a due time within it": Case(
        "deadline",
        {"openings": rows("2025-10-20/2025-11-02T01:30"), "closings": rows("2025-11-02T06:00Z")},
        {},
        [("2025-11-02T05:30+00:00", "2025-11-02T06:00+00:00")],
        zone=NEW_YORK,
    ),
    # A duty begins at the earlier reading and ends at the later: an hour and a quarter.
    "in service within it": Case(
        "coverage",
        {"subjects": rows("2025-11-02T01:30/2025-11-02T01:45"), "events": []},
        {"valid_for": "1 day"},
        [("2025-11-02T05:30+00:00", "2025-11-02T06:45+00:00")],
        zone=NEW_YORK,
    ),
    # Valid from the later reading and to the earlier one of the next line.
    "a certificate within it": Case(
        "coverage",
        {
            "subjects": rows("2025-11-02T00:00/2025-11-02T03:00"),
            "events": rows("2025-10-01T00:00/2025-11-02T01:15", state=True)
            + rows("2025-11-02T01:20/2025-12-31", state=True),
        },
        {},
        [("2025-11-02T05:15+00:00", "2025-11-02T06:20+00:00")],
        zone=NEW_YORK,
    ),
    # In days it is the 2nd, whichever reading: due at the end of the 3rd.
    "days run from the day": Case(
        "deadline",
        {"openings": rows("2025-11-02T01:30"), "closings": rows("2025-11-04T00:10")},
        {"limit": "1 day"},
        [("2025-11-04T00:00", "2025-11-04T00:10")],
        zone=NEW_YORK,
    ),
    # A failure at 01:40 and a pass at 01:50: the pass may have been at 05:50, the failure at 06:40.
    "failed and passed in it": Case(
        "recurrence",
        {
            "subjects": rows("2025-11-01T08:00/2025-11-02T12:00"),
            "events": rows("2025-11-01T08:00", "2025-11-02T01:50", "2025-11-02T02:10"),
            "failures": rows("2025-11-02T01:40"),
        },
        {"every": "90 days"},
        [("2025-11-02T05:40+00:00", "2025-11-02T07:10+00:00")],
        zone=NEW_YORK,
    ),
}

CASES = {**LATENESS, **TIES, **TWICE}


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    CASES[name].check()
