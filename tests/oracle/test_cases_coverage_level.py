"""The oracle on `coverage` and `level`, by cases worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from .cases import Case, counts, rows
from .model import Parameters, Row

Lapses = list[tuple[str, str | None]]
JUNE = "2025-07-01T00:00"


def trained(
    events: list[Row],
    lapses: Lapses,
    parameters: Parameters | None = None,
    failures: list[Row] | None = None,
    items: list[str] | None = None,
    since: str = "2025-01-01/",
) -> Case:
    """In post since 1 January; until the end of June."""
    inputs = {"subjects": rows(since), "events": events}
    if failures:
        inputs["failures"] = failures
    item = items[0] if items else ""
    return Case("coverage", inputs, parameters or {}, lapses, JUNE, item=item, items=items or [])


def stocked(readings: list[Row], lapses: Lapses, parameters: Parameters, **more: Any) -> Case:
    """A store from 1 January to the end of March."""
    inputs = {"subjects": rows("2025-01-01/2025-03-31"), "readings": readings}
    return Case("level", inputs, parameters, lapses, JUNE, **more)


RECORDS = {
    # Owed from 1 January 00:00; obtained on the 10th, at its end at the latest.
    "owed from the first instant": trained(
        rows("2025-01-10"), [("2025-01-01T00:00", "2025-01-11T00:00")], {"valid_for": "1 year"}
    ),
    # 30 days after 1 January are over with the 31st.
    "with time for the first": trained(
        rows("2025-02-03"),
        [("2025-02-01T00:00", "2025-02-04T00:00")],
        {"valid_for": "1 year", "initial": "30 days"},
    ),
    # Twelve months would be 15 January 2026; its own expiry is the end of 31 March.
    "the own expiry is earlier": trained(
        rows("2025-01-01/2025-03-31"), [("2025-04-01T00:00", None)], {"valid_for": "12 months"}
    ),
    # One month after 1 January is over with 1 February.
    "the validity is earlier": trained(
        rows("2025-01-01/2025-03-31"), [("2025-02-02T00:00", None)], {"valid_for": "1 month"}
    ),
    # No expiry is written: the validity alone.
    "an expiry that is empty": trained(
        rows("2025-01-01/2025-01-31", "2025-02-01/"),
        [("2025-02-01T00:00", "2025-02-02T00:00"), ("2025-05-02T00:00", None)],
        {"valid_for": "3 months"},
    ),
    # In the scan list since 1 January, and for good.
    "a state without end": trained(rows("2025-01-01/", state=True), []),
    # Removed on 10 March, added again on the 20th: the days between.
    "a state that was interrupted": trained(
        rows("2025-01-01/2025-03-10", "2025-03-20/", state=True),
        [("2025-03-11T00:00", "2025-03-20T00:00")],
    ),
    # A state holds from the beginning of its first day, a happening from its end.
    "valid from, not obtained": trained(
        rows("2025-01-05/", state=True), [("2025-01-01T00:00", "2025-01-05T00:00")]
    ),
    # Valid from 1 January, three months: the end of 1 April.
    "a state with a validity": trained(
        rows("2025-01-01/2025-12-31", state=True),
        [("2025-04-02T00:00", None)],
        {"valid_for": "3 months"},
    ),
    # A timed state is none of what happened on the first day: it holds from its own moment.
    "a timed state on the first day": trained(
        rows("2025-01-01T09:00/", state=True), [("2025-01-01T00:00", "2025-01-01T09:00")]
    ),
    # 1 January lasts to 09:00, a day before; a record without the item says nothing.
    "each item by itself": trained(
        rows("2025-01-01", item="fire") + rows("2025-02-01", item="first aid"),
        [("2025-01-01T00:00", "2025-02-02T00:00")],
        {"valid_for": "1 year"},
        items=["first aid", "fire"],
    ),
}

FAILURES = {
    # Valid to the end of the year, but failed on 10 March; passed again on the 12th.
    "a failure ends cover": trained(
        rows("2025-01-01", "2025-03-12"),
        [("2025-03-10T00:00", "2025-03-13T00:00")],
        {"valid_for": "1 year"},
        rows("2025-03-10"),
    ),
    "and that of a state": trained(
        rows("2025-01-01/", state=True),
        [("2025-03-10T09:00", None)],
        None,
        rows("2025-03-10T09:00"),
    ),
    # A new one valid from the day of the failure is not certainly later; from the day after it is.
    "a state from the day of the failure": trained(
        rows("2025-01-01/", "2025-03-10/", state=True),
        [("2025-03-10T09:00", None)],
        None,
        rows("2025-03-10T09:00"),
    ),
    "a state from the day after": trained(
        rows("2025-01-01/", "2025-03-11/", state=True),
        [("2025-03-10T09:00", "2025-03-11T00:00")],
        None,
        rows("2025-03-10T09:00"),
    ),
    # Initial would cover to 31 January.
    "a failure ends the initial cover": trained(
        [],
        [("2025-01-15T00:00", None)],
        {"valid_for": "1 year", "initial": "30 days"},
        rows("2025-01-15"),
    ),
    "a failure of this item": trained(
        rows("2025-01-01", item="fire"),
        [("2025-03-10T00:00", None)],
        {"valid_for": "1 year"},
        rows("2025-03-10", item="fire"),
        ["fire"],
    ),
    "a failure without an item is of all": trained(
        rows("2025-01-01", item="fire"),
        [("2025-03-10T00:00", None)],
        {"valid_for": "1 year"},
        rows("2025-03-10"),
        ["fire"],
    ),
}

LEVELS = {
    # None until the 3rd 10:00; 2.4 from the 20th to 1 February; of the two of 1 February the
    # worst, 2.5, which a month lets hold to the end of 1 March.
    "counts": stocked(
        counts({"2025-01-03T10:00": 2.5, "2025-01-20T10:00": 2.4, "2025-02-01T10:00": 9})
        + counts({"2025-02-01T10:00": "2.5"}),
        [
            ("2025-01-01T00:00", "2025-01-03T10:00"),
            ("2025-01-20T10:00", "2025-02-01T10:00"),
            ("2025-03-02T00:00", "2025-04-01T00:00"),
        ],
        {"minimum": Decimal("2.5"), "valid_for": "1 month"},
    ),
    "of several at one instant the worst": stocked(
        counts({"2025-01-01T00:00": 5}) + counts({"2025-01-01T00:00": 2}),
        [("2025-01-01T00:00", "2025-04-01T00:00")],
        {"minimum": 3},
    ),
    # Too few on 10 February, from its beginning; enough on the 12th, from its end.
    "dated counts": stocked(
        counts({"2025-01-01": 5, "2025-02-10": 2, "2025-02-12": 5}),
        [("2025-02-10T00:00", "2025-02-13T00:00")],
        {"minimum": 3},
    ),
    # The first count, long after the duty's beginning: from its end.
    "the first is dated": stocked(
        counts({"2025-01-10": 5}), [("2025-01-01T00:00", "2025-01-11T00:00")], {"minimum": 3}
    ),
    # On the day of the good one the good one before it holds too.
    "a good one after a good one": stocked(
        counts({"2025-01-01": 5, "2025-02-10": 4}), [], {"minimum": 3}
    ),
    # 31 days after 1 January are over with 1 February; the count of 2 February is a day late.
    "past its validity on the day of the next": stocked(
        counts({"2025-01-01": 5, "2025-02-02": 5}),
        [("2025-02-02T00:00", "2025-02-03T00:00"), ("2025-03-06T00:00", "2025-04-01T00:00")],
        {"minimum": 3, "valid_for": "31 days"},
    ),
    # Which of two on one day was the last nobody knows, until the 12th, 08:00.
    "a good and a bad one on a day": stocked(
        counts({"2025-01-01": 5, "2025-02-10": 2})
        + counts({"2025-02-10": 5, "2025-02-12T08:00": 5}),
        [("2025-02-10T00:00", "2025-02-12T08:00")],
        {"minimum": 3},
    ),
    # A timed one within the day of a dated one does not say which was last.
    "a timed good one on the day of a bad one": stocked(
        counts({"2025-01-01": 5, "2025-02-10": 2}) + counts({"2025-02-10T20:00": 5}),
        [("2025-02-10T00:00", "2025-04-01T00:00")],
        {"minimum": 3},
    ),
    # Both in February, one until 10 March, nobody after; before 1 February one.
    "people in post add up": stocked(
        rows("2025-01-01/2025-02-28", "2025-02-01/2025-03-10"),
        [("2025-01-01T00:00", "2025-02-01T00:00"), ("2025-03-01T00:00", "2025-04-01T00:00")],
        {"minimum": 2},
        spans=True,
    ),
    # Two rows that begin together are two people.
    "two who begin together": stocked(
        rows("2025-01-01/2025-02-28", "2025-01-01/2025-03-31"),
        [("2025-03-01T00:00", "2025-04-01T00:00")],
        {"minimum": 2},
        spans=True,
    ),
    # A subject's own minimum: 3 until the end of February, then 2.
    "an own minimum": Case(
        "level",
        {
            "subjects": rows("2025-01-01/2025-03-31", quantity=Decimal(3)),
            "readings": counts({"2025-01-01": 3, "2025-03-01T00:00": 2}),
        },
        {},
        [("2025-03-01T00:00", "2025-04-01T00:00")],
        JUNE,
    ),
    "two minimums": Case(
        "level",
        {
            "subjects": rows("2025-01-01/2025-03-31", quantity=Decimal(3))
            + rows("2025-02-01/2025-02-28", quantity=Decimal(4)),
            "readings": counts({"2025-01-01": 9}),
        },
        {},
        [],
        JUNE,
        now="unknown",
        period="unknown",
        fault=True,
    ),
}

CASES = {**RECORDS, **FAILURES, **LEVELS}


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    CASES[name].check()


def test_people_in_post_from_a_day_after_as_of_count_ahead() -> None:
    """One leaves at the end of July, one comes on 1 September: the next lapse is 1 August."""
    inputs = {"readings": rows("2025-01-01/2025-07-31", "2025-09-01/", key="")}
    case = Case("level", inputs, {"minimum": 1}, [], JUNE, spans=True, effective="2025-01-01")
    found = case.answer()
    assert found.due == {"centre": case.micros("2025-08-01T00:00")}
    assert (found.now, found.left_out) == ("pass", 0)
    # Had the second come on 1 August, there would be no lapse.
    inputs = {"readings": rows("2025-01-01/2025-07-31", "2025-08-01/", key="")}
    assert replace(case, inputs=inputs).answer().due == {}


def test_a_certificate_from_a_day_after_as_of_counts_ahead() -> None:
    states = rows("2025-01-01/2025-07-31", "2025-08-01/2025-12-31", state=True)
    case = trained(states, [])
    assert case.answer().due == {"A": case.micros("2026-01-01T00:00")}
    # One that was to be obtained then has not been.
    obtained = trained(rows("2025-01-01/2025-07-31", "2025-08-01/2025-12-31"), [])
    assert obtained.answer().due == {"A": case.micros("2025-08-01T00:00")}
    assert obtained.answer().left_out == 1
