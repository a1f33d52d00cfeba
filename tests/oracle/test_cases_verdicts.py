"""The oracle on verdicts, on evidence that is undecided or invalid, and on waivers."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest

from .cases import Case, counts, rows
from .model import Row, Waiver

JUNE = "2025-07-01T00:00"
UNKNOWN: dict[str, Any] = {"now": "unknown", "period": "unknown", "fault": True}


def stock(readings: list[Row], **more: Any) -> Case:
    """A store that must hold three."""
    inputs = {"subjects": rows("2025-01-01/"), "readings": readings}
    return Case("level", inputs, {"minimum": 3}, [], JUNE, filtered=True, **more)


def in_post(*terms: str, **more: Any) -> Case:
    """Somebody who holds a certificate from 1 January, for good."""
    inputs = {"subjects": rows(*terms), "events": rows("2025-01-01", state=True)}
    return Case("coverage", inputs, {}, [], JUNE, **more)


SAFE = counts({"2025-01-01": 5})
CASES = {
    # A draft is refused by the predicate; without a status the predicate says nothing.
    "a draft is left out": stock([*SAFE, replace(counts({"2025-03-01": 1})[0], status="draft")]),
    "F7: undecided whether it counts": stock(
        [*SAFE, replace(counts({"2025-03-01": 1})[0], status="")], **UNKNOWN
    ),
    "undecided though it would help": stock(
        [*SAFE, replace(counts({"2025-03-01": 9})[0], status="")], **UNKNOWN
    ),
    "undecided whether it is good": Case(
        "record", {"records": rows("2025-03-01", good=None)}, {}, [], JUNE, **UNKNOWN
    ),
    # The row would vanish: left the day before he came.
    "F6: a row that ends the day before it begins": in_post(
        "2025-01-01/", "2025-02-10/2025-02-09", **UNKNOWN
    ),
    "an hour before": in_post("2025-01-01/", "2025-02-10T10:00/2025-02-10T09:00", **UNKNOWN),
    # Where either end is a day, before means on an earlier day.
    "from an hour to that day": in_post("2025-01-01/", "2025-02-10T10:00/2025-02-10"),
    "from a day to an hour of it": in_post("2025-01-01/", "2025-02-10/2025-02-10T10:00"),
    "from an hour to the day before": in_post(
        "2025-01-01/", "2025-02-10T00:00/2025-02-09", **UNKNOWN
    ),
    "how long it holds is not said": Case(
        "coverage",
        {"subjects": rows("2025-01-01/"), "events": rows("2025-01-01")},
        {},
        [],
        JUNE,
        **UNKNOWN,
    ),
    "an event of nobody": Case(
        "recurrence",
        {
            "subjects": rows("2025-01-01/"),
            "events": rows("2025-03-01") + rows("2025-03-01", key="X"),
        },
        {"every": "1 year"},
        [],
        JUNE,
        **UNKNOWN,
    ),
    "a failure of nobody": Case(
        "recurrence",
        {
            "subjects": rows("2025-01-01/"),
            "events": rows("2025-03-01"),
            "failures": rows("2025-03-01", key="X"),
        },
        {"every": "1 year"},
        [],
        JUNE,
        **UNKNOWN,
    ),
    "two classes": Case(
        "recurrence",
        {"subjects": rows("2025-01-01/", by="x") + rows("2025-02-01/", by="y"), "events": []},
        {"every": {"x": "1 year", "y": "2 years"}},
        [],
        JUNE,
        **UNKNOWN,
    ),
    "nobody to judge": Case(
        "coverage", {"subjects": [], "events": []}, {}, [], JUNE, now="unknown", period="unknown"
    ),
    "a control that is not yet in force": Case(
        "coverage",
        {"subjects": [], "events": []},
        {},
        [],
        JUNE,
        effective="2025-08-01",
        may_be_empty=True,
        now="unknown",
        period="unknown",
    ),
    "nobody, as was written": Case(
        "coverage",
        {"subjects": [], "events": []},
        {},
        [],
        JUNE,
        may_be_empty=True,
        now="not_applicable",
        period="not_applicable",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    CASES[name].check()


def inspected(**more: Any) -> Case:
    """In service since 1 January, inspected on 1 May, which is due every 31 days."""
    inputs = {"subjects": rows("2025-01-01/"), "events": rows("2025-05-01T09:00")}
    return Case("recurrence", inputs, {"every": "31 days"}, [], JUNE, **more)


def waiver(number: str, first: str, last: str, subject: str = "A") -> Waiver:
    days = (datetime.date.fromisoformat(first), datetime.date.fromisoformat(last))
    return Waiver(number, subject, *days)


def test_waivers_split_a_lapse() -> None:
    """Two that overlap are one waived piece; what goes before and after is not waived."""
    waivers = [
        waiver("a", "2025-03-01", "2025-03-10"),
        waiver("b", "2025-03-08", "2025-03-20"),
        waiver("c", "2025-04-01", "2025-04-20", "B"),
    ]
    case = inspected(waivers=waivers)
    found = [(piece.starts, piece.ends, piece.waived) for piece in case.answer().pieces]
    times = ["2025-02-02", "2025-03-01", "2025-03-21", "2025-05-01T09:00", "2025-06-02"]
    first, second, third, fourth, fifth = map(case.micros, times)
    assert found == [
        (first, second, False),
        (second, third, True),
        (third, fourth, False),
        (fifth, None, False),
    ]


def test_a_waived_lapse() -> None:
    """Waived from 1 February to the end of July: then it is due."""
    case = inspected(waivers=[waiver("a", "2025-02-01", "2025-07-31")])
    found = case.answer()
    assert (found.now, found.period) == ("waived", "waived")
    assert found.due == {"A": case.micros("2025-08-01")}


def test_a_lapse_that_will_be_waived_is_not_due() -> None:
    """Inspected on 10 June for 31 days, to the end of 11 July; waived from then to the 20th."""
    inputs = {"subjects": rows("2025-06-01/"), "events": rows("2025-06-10")}
    case = replace(inspected(waivers=[waiver("a", "2025-07-12", "2025-07-20")]), inputs=inputs)
    assert case.answer().due == {"A": case.micros("2025-07-21")}


def test_verdicts_and_due() -> None:
    """One fails now, one is accepted, one is due next, one is retired.

    C, inspected on 1 June for 31 days, is due at the end of 2 July.
    """
    inputs = {
        "subjects": [row for key in "ABC" for row in rows("2025-01-01/", key=key)]
        + rows("2025-01-01/2025-05-31", key="D"),
        "events": rows("2025-06-01", key="C"),
    }
    accepted = waiver("w", "2025-06-01", "2025-08-31", "B")
    case = replace(inspected(waivers=[accepted]), inputs=inputs)
    found = case.answer()
    assert found.subjects == {"A": "fail", "B": "waived", "C": "pass", "D": "ended"}
    assert (found.now, found.period) == ("fail", "fail")
    assert found.due == {"B": case.micros("2025-09-01"), "C": case.micros("2025-07-03")}


def test_an_as_of_at_midnight_belongs_to_the_day_that_ends() -> None:
    """At 1 July 00:00 what is dated 30 June has happened, what is dated 1 July has not."""
    inputs = {"subjects": rows("2025-01-01/"), "events": rows("2025-06-30", "2025-07-01")}
    case = replace(inspected(), inputs=inputs)
    found = case.answer()
    assert (found.now, found.left_out) == ("pass", 1)
    # Of 30 June, at its end: the lapse of 2 February ends there, at as-of itself.
    assert [piece.ends for piece in found.pieces] == [case.micros(JUNE)]
    # A moment later 1 July has begun, so that its record is on file.
    assert replace(case, as_of="2025-07-01T00:01").answer().left_out == 0


MIDNIGHT = {
    # subjects, events, waivers' last day → verdict now
    "due at the end of the day": (("2025-05-31/", (), None), "pass"),
    "due at the end of the day before": (("2025-05-30/", (), None), "fail"),
    "in service for the last day, and late": (("2025-01-01/2025-06-30", (), None), "fail"),
    "in service for the last day": (("2025-06-01/2025-06-30", (), None), "pass"),
    "accepted for the last day": (("2025-01-01/", (), "2025-06-30"), "waived"),
    "accepted until the day before": (("2025-01-01/", (), "2025-06-29"), "fail"),
    "begins on the next day": (("2025-07-01/", (), None), "unknown"),
    "done at that very moment": (("2025-01-01/", ("2025-07-01T00:00",), None), "fail"),
    "done on the day, late": (("2025-01-01/", ("2025-06-30",), None), "pass"),
}


@pytest.mark.parametrize("name", MIDNIGHT)
def test_at_midnight_the_day_that_ends_is_judged(name: str) -> None:
    """30 days from 31 May end with 30 June, and so does as-of, 1 July 00:00."""
    (subject, events, last), expected = MIDNIGHT[name]
    case = replace(
        inspected(waivers=[waiver("w", "2025-06-01", last)] if last else []),
        inputs={"subjects": rows(subject), "events": rows(*events)},
        parameters={"every": "30 days"},
    )
    found = case.answer()
    assert found.now == expected
    # What has not lapsed yet is no lapse of no length in the period either.
    if expected == "pass" and not events:
        assert (found.period, found.pieces) == ("pass", [])


def test_a_window_that_ends_before_as_of() -> None:
    """Lapses of June are none of a window that ends with May."""
    assert inspected(window=("2025-05-02T00:00", "2025-06-01T00:00")).answer().period == "pass"
    assert inspected(window=("2025-05-02T00:00", "2025-06-03T00:00")).answer().period == "fail"
