"""Which way a parameter of a schedule went."""

from __future__ import annotations

import pytest

from ccpolicy.checks.kinds import load_kinds
from ccpolicy.files.policy_files import FolderFiles
from ccpolicy.policy.diff.schedules import parameter_direction
from ccpolicy.shipped import shipped_folder

KINDS = load_kinds(FolderFiles(shipped_folder().resolve()), "checks")
SPECS = KINDS["recurrence"].parameters
MONTH = {"per": "month"}
FIXED = {"every": "14 days", "anchor": "2026-01-05"}


def direction(name: str, before: dict[str, str], after: dict[str, str]) -> str:
    empty = dict.fromkeys(SPECS)
    return parameter_direction(SPECS, name, {**empty, **before}, {**empty, **after})


@pytest.mark.parametrize(
    ("per", "before", "after", "way"),
    [
        ("month", "5th", "10th", "loosened"),
        ("month", "10th", "5th", "tightened"),
        ("month", None, "5th", "tightened"),
        ("month", "last day", None, "equal"),
        ("month", "31st", "last day", "equal"),
        ("month", "30th", "31st", "loosened"),
        ("month", "third Monday", "15th", "tightened"),
        ("month", "third Monday", "21st", "loosened"),
        ("month", "third Monday", "18th", "unordered"),
        ("month", "last Friday", "fifth Friday", "equal"),
        ("month", "5th business day", "last business day", "loosened"),
        ("month", "5th business day", "3rd business day", "tightened"),
        ("month", "5th business day", "7th", "unordered"),
        ("month", None, "last business day", "tightened"),
        ("month", "last business day", None, "loosened"),
        ("week", "Tuesday", "Monday", "tightened"),
        ("week", "Monday", "monday", "equal"),
        ("year", "06-30", "03-31", "tightened"),
        ("{fiscal_year: 04-01}", "06-30", "03-31", "loosened"),
    ],
)
def test_an_earlier_day_is_stricter(
    per: str, before: str | None, after: str | None, way: str
) -> None:
    first, second = ({"per": per, **({"by": by} if by else {})} for by in (before, after))
    assert direction("by", first, second) == way


def test_a_grace_moves_with_the_day() -> None:
    """In its grace an event serves the period before, so that one that ends earlier serves less."""
    grace = {**MONTH, "grace": "5 days"}
    assert direction("by", {**grace, "by": "31st"}, {**grace, "by": "25th"}) == "unordered"
    assert direction("by", {**grace, "by": "31st"}, {**grace, "by": "last day"}) == "unordered"


def test_a_day_of_another_period() -> None:
    before, after = {**MONTH, "by": "10th"}, {"per": "quarter", "by": "5th"}
    assert direction("by", before, after) == "unordered"
    assert direction("per", before, after) == "loosened"


@pytest.mark.parametrize("name", ["grace", "early"])
@pytest.mark.parametrize("schedule", [MONTH, FIXED])
def test_grace_and_early_of_a_schedule_go_neither_way(name: str, schedule: dict[str, str]) -> None:
    for before, after in (("3 days", "5 days"), ("5 days", "3 days"), ("3 days", None)):
        first, second = (
            {**schedule, **({name: length} if length else {})} for length in (before, after)
        )
        assert direction(name, first, second) == "unordered"
    assert direction(name, {**schedule, name: "7 days"}, {**schedule, name: "1 week"}) == "equal"


def test_grace_of_an_interval_goes_one_way() -> None:
    every = {"every": "14 days"}
    assert direction("grace", every, {**every, "grace": "3 days"}) == "loosened"


@pytest.mark.parametrize(
    ("before", "after", "ways"),
    [
        (FIXED, {**FIXED, "every": "7 days"}, ("tightened", "equal")),
        (FIXED, {**FIXED, "every": "2 weeks"}, ("equal", "equal")),
        (FIXED, {**FIXED, "every": "28 days"}, ("loosened", "equal")),
        (FIXED, {**FIXED, "every": "10 days"}, ("unordered", "equal")),
        (FIXED, {**FIXED, "every": "1 month"}, ("unordered", "equal")),
        (FIXED, {"every": "14 days", "anchor": "2026-01-06"}, ("equal", "unordered")),
        (FIXED, {"every": "7 days", "anchor": "2026-01-06"}, ("unordered", "unordered")),
        (FIXED, {"every": "14 days"}, ("equal", "unordered")),
        ({"every": "14 days"}, FIXED, ("equal", "unordered")),
    ],
)
def test_fixed_turns(before: dict[str, str], after: dict[str, str], ways: tuple[str, str]) -> None:
    assert tuple(direction(name, before, after) for name in ("every", "anchor")) == ways


def test_a_period_that_is_judged_as_a_whole_is_no_limit() -> None:
    """Over a longer one a share may be higher or lower."""
    share = KINDS["share"].parameters
    rows = [dict.fromkeys(share) | {"per": per} for per in ("month", "quarter")]
    for before, after in (rows, rows[::-1]):
        assert parameter_direction(share, "per", before, after) == "unordered"
    assert parameter_direction(share, "per", rows[0], rows[0]) == "equal"
