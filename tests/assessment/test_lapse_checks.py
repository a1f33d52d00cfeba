"""Counts of lapses, where not all are listed: what they cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import ccpolicy
from ccpolicy.assessment.control import LapseCounts
from ccpolicy.assessment.lapse_checks import miscounted_lapses
from ccpolicy.assessment.lapses_file import LapsesFile
from ccpolicy.assessment.models import Assessment

FAILING = Path(ccpolicy.__file__).parent / "examples" / "failing"
COUNTS = ("controls", 0, "lapse_counts")
NOTHING: Mapping[str, Any] = {}


@cache
def original() -> Assessment:
    """Return an assessment of one control, which lists one lapse: it is open."""
    result = ccpolicy.load(FAILING).check()
    control = next(
        each
        for each in result.controls
        if (each.now, each.period) == ("fail", "fail") and len(each.lapses) == 1
    )
    return result.model_copy(update={"controls": [control]})


def told(
    counts: Mapping[str, int] = NOTHING,
    file: int | None = 4,
    verdicts: Mapping[str, str] = NOTHING,
) -> list[Any]:
    """Return the places that contradict the rest, if there are four lapses, one of them waived."""
    given = {"total": 4, "open": 2, "in_period": 3, "waived": 1, **counts}
    nothing = dict.fromkeys(
        ["open_subjects", "period_subjects", "days", "ended", "cured", "cured_days"], 0
    )
    known = LapseCounts.model_validate(nothing | given)
    [control] = original().controls
    changed = control.model_copy(update={"lapse_counts": known, **verdicts})
    kept = LapsesFile(file="a.parquet", lapses=file or 0, sha256="0" * 64, rows_sha256="0" * 64)
    update = {"controls": [changed], "lapses_file": kept if file else None}
    return [path for path, _ in miscounted_lapses(original().model_copy(update=update))]


def test_counts_that_can_be() -> None:
    assert told() == []
    # All that are open may be those of the period.
    assert told({"open": 3}) == []
    passing = {"now": "pass", "period": "waived"}
    assert told({"open": 1, "in_period": 1}, verdicts=passing) == [COUNTS]
    assert told(verdicts={"now": "unknown", "period": "not_applicable"}) == []


@pytest.mark.parametrize(
    "counts",
    [
        {"total": 1, "open": 1, "in_period": 1, "waived": 0},
        {"open": 0},
        {"in_period": 0},
        {"waived": 2},
        {"open": 4},
    ],
)
def test_counts_that_contradict_each_other_or_the_list(counts: dict[str, int]) -> None:
    assert told(counts, file=counts.get("total", 4)) == [COUNTS]


@pytest.mark.parametrize("field", ["now", "period"])
@pytest.mark.parametrize("verdict", ["pass", "waived"])
def test_a_verdict_that_overlooks_them(field: str, verdict: str) -> None:
    assert told(verdicts={field: verdict}) == [COUNTS]


def test_the_file_has_all_of_them() -> None:
    assert told(file=None) == [COUNTS]
    assert told(file=5) == [("lapses_file",)]
