"""The oracle itself, on cases worked out by hand from the design's words."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass, field
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from .kinds import JUDGES
from .model import Revision, Row, Setting, Time, Value, Waiver, World
from .oracle import answer, lapses
from .times import EPOCH, MICROSECOND, Clock, later_month, micros
from .worlds import setting, world


def at(text: str) -> Time:
    """Read a day, or a local time in Shanghai unless it has an offset."""
    if len(text) == len("2025-01-31"):
        return datetime.date.fromisoformat(text)
    moment = datetime.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def moment(text: str) -> datetime.datetime:
    """Read a moment of a setting: a day begins at midnight."""
    read = at(text)
    return read if isinstance(read, datetime.datetime) else moment(f"{text}T00:00")


def rows(*given: str, key: str = "A", item: str = "") -> list[Row]:
    """Make records of one subject that happen at some times."""
    return [Row((key,) if key else (), at(text), item=item) for text in given]


def spans(*given: tuple[str, str | None], key: str = "A") -> list[Row]:
    """Make records of one subject that last from one time to another."""
    return [Row((key,), at(starts), at(ends) if ends else None) for starts, ends in given]


@dataclass(frozen=True)
class Case:
    """What is on file, and the lapses that follow up to the horizon."""

    kind: str
    inputs: dict[str, list[Row]]
    parameters: dict[str, Value | dict[str, Value]]
    expected: list[tuple[str, str | None]]
    """Beginning and end in the plan's zone; no end where the lapse lasts to the horizon."""
    revised: list[Revision] = field(default_factory=list)
    subject: str = "A"
    items: list[str] = field(default_factory=list)
    zone: str = "Asia/Shanghai"
    spans: bool = False


SHARED = Setting(
    zone="Asia/Shanghai",
    effective_on=datetime.date(2023, 1, 1),
    as_of=moment("2025-12-31T18:00"),
    window=(moment("2025-01-01"), moment("2026-01-01")),
    horizon=moment("2027-12-31T18:00"),
    country="CN",
)
RETIRED = spans(("2025-01-01", "2025-12-30"))

CASES = {
    # The start day, 10 January, is not counted: 30 days are 11 January to 9 February, and the last
    # day runs to 24:00 (Civil Code, articles 201 and 203).
    "the last day runs to its end": Case(
        "recurrence",
        {"subjects": spans(("2025-01-10T09:00", "2025-06-30")), "events": []},
        {"every": "30 days"},
        [("2025-02-10T00:00", "2025-07-01T00:00")],
    ),
    # A limit in hours runs from the instant.
    "hours run from the instant": Case(
        "deadline",
        {"openings": rows("2025-01-10T09:00"), "closings": rows("2025-01-12T09:00")},
        {"limit": "24 hours"},
        [("2025-01-11T09:00", "2025-01-12T09:00")],
    ),
    # A limit in days does not: one day after 10 January 09:00 is all of the 11th.
    "days do not": Case(
        "deadline",
        {"openings": rows("2025-01-10T09:00"), "closings": rows("2025-01-12T09:00")},
        {"limit": "1 day"},
        [("2025-01-12T00:00", "2025-01-12T09:00")],
    ),
    # 31 January and one month is 28 February, since February has no 31st (article 202); the next is
    # counted from its own event, 28 February, and so due on 28 March.
    "a month clips to its end": Case(
        "recurrence",
        {
            "subjects": RETIRED,
            "events": rows("2025-01-31", "2025-02-28T23:59:59", "2025-03-29T10:00"),
        },
        {"every": "1 month", "initial": "2 months"},
        [("2025-03-29T00:00", "2025-03-29T10:00"), ("2025-04-30T00:00", "2025-12-31T00:00")],
    ),
    # 29 February 2024 and one year is 28 February 2025.
    "a leap day has no anniversary": Case(
        "coverage",
        {
            "subjects": spans(("2024-02-29", None)),
            "events": rows("2024-02-29T08:00", "2025-03-01T08:00"),
        },
        {"valid_for": "1 year"},
        [
            # Nothing holds before the record itself.
            ("2024-02-29T00:00", "2024-02-29T08:00"),
            ("2025-03-01T00:00", "2025-03-01T08:00"),
            ("2026-03-02T00:00", None),
        ],
    ),
    # The second clears the lapse at the instant at which it would begin: no lapse.
    "at the very end of the due day": Case(
        "recurrence",
        {
            "subjects": RETIRED,
            "events": rows("2025-01-01", "2025-01-31T00:00", "2025-03-02T23:59:59.999999"),
        },
        {"every": "30 days"},
        [("2025-04-02T00:00", "2025-12-31T00:00")],
    ),
    "and at its end": Case(
        "deadline",
        {"openings": rows("2025-01-10"), "closings": rows("2025-01-12T00:00")},
        {"limit": "1 day"},
        [],
    ),
    # 1 to 8 October 2025 are holidays, and Saturday 11 October is worked: three business days after
    # Tuesday 30 September are the 9th, 10th and 11th.
    "business days follow the state's calendar": Case(
        "deadline",
        {"openings": rows("2025-09-30T17:00"), "closings": rows("2025-10-13T09:00")},
        {"limit": "3 business days"},
        [("2025-10-12T00:00", "2025-10-13T09:00")],
    ),
    # Two in any 90 days. 5 January and 1 February cover to the end of 5 April, 90 days after the
    # earlier; with 20 April there are two again until 1 February's 90 days end on 2 May.
    "two in any ninety days": Case(
        "recurrence",
        {"subjects": RETIRED, "events": rows("2025-01-05", "2025-02-01", "2025-04-20")},
        {"every": "90 days", "at_least": 2, "initial": "10 days"},
        [
            ("2025-01-12T00:00", "2025-02-01T00:00"),
            ("2025-04-06T00:00", "2025-04-20T00:00"),
            ("2025-05-03T00:00", "2025-12-31T00:00"),
        ],
    ),
    # The first quarter is covered as the one in which the duty begins. What is missing then lapses
    # from April until 10 May, and that event covers to the third quarter's end. October lapses.
    "per quarter": Case(
        "recurrence",
        {
            "subjects": spans(("2025-02-10", None)),
            "events": rows("2025-05-10T08:00", "2025-11-01", "2026-01-01"),
        },
        {"per": "quarter"},
        [
            ("2025-04-01T00:00", "2025-05-10T08:00"),
            ("2025-10-01T00:00", "2025-11-01T00:00"),
            ("2026-04-01T00:00", None),
        ],
    ),
    # Retired and back again: the time for the first event counts anew.
    "back in service": Case(
        "recurrence",
        {
            "subjects": spans(("2025-01-01", "2025-01-31"), ("2025-06-01", "2025-06-30")),
            "events": [],
        },
        {"every": "10 days"},
        [("2025-01-12T00:00", "2025-02-01T00:00"), ("2025-06-12T00:00", "2025-07-01T00:00")],
    ),
    # 90 days until June, 30 days from then on: on 1 June the inspection of 20 April is overdue.
    "history is judged by its own revision": Case(
        "recurrence",
        {
            "subjects": RETIRED,
            "events": rows("2025-01-20", "2025-04-20", "2025-06-05T12:00", "2025-07-05T12:00"),
        },
        {"every": "90 days"},
        [("2025-06-01T00:00", "2025-06-05T12:00"), ("2025-08-05T00:00", "2025-12-31T00:00")],
        [Revision({"every": "30 days"}, datetime.date(2025, 6, 1))],
    ),
    # Clocks went forward in New York on 9 March 2025, and that day had 23 hours: 24 hours after
    # 12:00 on the 8th are 13:00, and one day after is the midnight that ends the 9th.
    "a day of 23 hours": Case(
        "cadence",
        {"openings": spans(("2025-03-08T12:00-05:00", "2025-03-09T20:00-04:00")), "events": []},
        {"every": "24 hours"},
        [("2025-03-09T13:00-04:00", "2025-03-09T20:00-04:00")],
        zone="America/New_York",
    ),
    "the same in days": Case(
        "cadence",
        {"openings": spans(("2025-03-08T12:00-05:00", "2025-03-10T20:00-04:00")), "events": []},
        {"every": "1 day"},
        [("2025-03-10T00:00-04:00", "2025-03-10T20:00-04:00")],
        zone="America/New_York",
    ),
    # In post, both in June, one until the end of August, nobody after.
    "people in post add up": Case(
        "level",
        {
            "subjects": rows("2025-06-01"),
            "readings": spans(("2025-05-01", "2025-06-30"), ("2025-06-10", "2025-08-31")),
        },
        {"minimum": 2},
        [("2025-06-01T00:00", "2025-06-10T00:00"), ("2025-07-01T00:00", None)],
        spans=True,
    ),
    # A count holds until the next, at most a month.
    "counts": Case(
        "level",
        {
            "subjects": spans(("2025-01-01", "2025-03-31")),
            "readings": [
                Row(("A",), at("2025-01-03T10:00"), quantity=Decimal("2.5")),
                Row(("A",), at("2025-01-20T10:00"), quantity=Decimal("2.4")),
                Row(("A",), at("2025-02-01T10:00"), quantity=Decimal(9)),
                # Two counts at once: the lower is believed.
                Row(("A",), at("2025-02-01T10:00"), quantity=Decimal("2.5")),
            ],
        },
        {"minimum": Decimal("2.5"), "valid_for": "1 month"},
        [
            ("2025-01-01T00:00", "2025-01-03T10:00"),
            ("2025-01-20T10:00", "2025-02-01T10:00"),
            ("2025-03-02T00:00", "2025-04-01T00:00"),
        ],
    ),
    # Not owed before the first record; a good one at the same instant does not excuse the bad one.
    "records": Case(
        "record",
        {
            "records": [
                Row(("A",), at("2025-03-01T09:00"), good=True),
                Row(("A",), at("2025-04-01T09:00"), good=False),
                Row(("A",), at("2025-04-01T09:00"), good=True),
                Row(("A",), at("2025-04-02T09:00"), good=True),
                Row(("A",), at("2025-05-01T09:00"), good=False),
            ]
        },
        {"cured_by": "next"},
        [("2025-04-01T09:00", "2025-04-02T09:00"), ("2025-05-01T09:00", None)],
    ),
    # What was never told to customers is owed from the due instant on; staff were told in time.
    "each audience by itself": Case(
        "deadline",
        {"openings": rows("2025-03-01T09:00"), "closings": rows("2025-03-01T09:15", item="staff")},
        {"limit": "15 minutes"},
        [("2025-03-01T09:15", None)],
        subject="A × customers",
        items=["staff", "customers"],
    ),
    # A certificate's own expiry comes before the twelve months.
    "own expiry": Case(
        "coverage",
        {
            "subjects": spans(("2025-01-01", "2025-12-30")),
            "events": [Row(("A",), at("2025-01-15"), at("2025-06-30"))],
        },
        {"valid_for": "12 months", "initial": "30 days"},
        [("2025-07-01T00:00", "2025-12-31T00:00")],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    """A case worked out by hand."""
    case = CASES[name]
    revisions = [Revision(case.parameters), *case.revised]
    made = World("W", case.kind, case.inputs, revisions, case.items, spans=case.spans)
    shared = Setting(**{**vars(SHARED), "zone": case.zone})
    expected = {
        (case.subject, micros(moment(starts)), micros(moment(ends)) if ends else None)
        for starts, ends in case.expected
    }
    assert lapses(shared, made) == expected


def test_waivers_split_a_lapse() -> None:
    """Two that overlap are one waived piece; what goes before and after is not waived."""
    waivers = [
        Waiver("a", "A", datetime.date(2025, 3, 1), datetime.date(2025, 3, 10)),
        Waiver("b", "A", datetime.date(2025, 3, 8), datetime.date(2025, 3, 20)),
        Waiver("c", "B", datetime.date(2025, 4, 1), datetime.date(2025, 4, 20)),
    ]
    inputs = {"subjects": spans(("2025-01-01", None)), "events": rows("2025-05-01")}
    made = World("W", "recurrence", inputs, [Revision({"every": "31 days"})], waivers=waivers)
    found = [(piece.starts, piece.ends, piece.waived) for piece in answer(SHARED, made).pieces]
    times = ["2025-02-02", "2025-03-01", "2025-03-21", "2025-05-01"]
    first, second, third, fourth = (micros(moment(text)) for text in times)
    assert found[:3] == [(first, second, False), (second, third, True), (third, fourth, False)]


def test_verdicts_and_due() -> None:
    """One fails now, one is accepted, one is due next, one is retired."""
    inputs = {
        "subjects": [row for key in "ABC" for row in spans(("2025-01-01", None), key=key)]
        + spans(("2025-01-01", "2025-06-30"), key="D"),
        "events": rows("2025-12-01", key="C"),
    }
    waiver = Waiver("w", "B", datetime.date(2025, 12, 1), datetime.date(2026, 2, 28))
    made = World("W", "recurrence", inputs, [Revision({"every": "1 month"})], waivers=[waiver])
    found = answer(SHARED, made)
    assert found.subjects == {"A": "fail", "B": "waived", "C": "pass", "D": "ended"}
    assert (found.now, found.period) == ("fail", "fail")
    assert found.due == {"B": micros(moment("2026-03-01")), "C": micros(moment("2026-01-02"))}


@pytest.mark.parametrize(
    ("starts", "expected"),
    [("2024-02-29", "2025-02-28"), ("2024-01-31", "2025-01-31"), ("2027-02-28", "2028-02-28")],
)
def test_years(starts: str, expected: str) -> None:
    assert later_month(datetime.date.fromisoformat(starts), 12) == datetime.date.fromisoformat(
        expected
    )


@pytest.mark.parametrize(
    ("months", "expected"),
    [(1, "2024-02-29"), (2, "2024-03-31"), (3, "2024-04-30"), (13, "2025-02-28")],
)
def test_months_run_from_the_anchor(months: int, expected: str) -> None:
    assert later_month(datetime.date(2024, 1, 31), months) == datetime.date.fromisoformat(expected)


def test_grace_months_are_not_chained() -> None:
    """31 January, one month and one month of grace is 31 March, not 28 March."""
    clock = Clock("Asia/Shanghai", None)
    due = clock.due(micros(moment("2025-01-31")), "1 month", "1 month")
    assert due == micros(moment("2025-04-01"))


@pytest.mark.parametrize("seed", range(20))
def test_no_instant_was_forgotten(seed: int) -> None:
    """Between the instants collected nothing changes: elsewhere the answer is the same."""
    shared = setting(seed)
    draw = random.Random(seed)
    for number in range(30):
        made = world(shared, seed, number)
        if not answer(shared, made).certain:
            continue
        judge = JUDGES[made.kind](shared, made)
        for name, case in judge.cases().items():
            pieces = judge.pieces(name, case)
            for _ in range(40):
                t = (
                    judge.as_of
                    + draw.randrange(-700 * 86_400, 700 * 86_400) * 1_000_000
                    + draw.randrange(-1, 2)
                )
                if t >= judge.horizon:
                    continue
                revision = judge.in_force(t)
                literal = revision is not None and judge.lapsing(*case, t, revision)
                listed = any(starts <= t < ends for starts, ends, _ in pieces)
                assert literal == listed, (made, name, EPOCH + t * MICROSECOND)
