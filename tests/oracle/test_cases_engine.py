"""The engine on the cases worked out by hand: it says of each what the oracle says."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

import ccpolicy
from ccpolicy.assessment.models import Control

from . import (
    test_cases_coverage_level,
    test_cases_days,
    test_cases_incidents,
    test_cases_moments,
    test_cases_recurrence,
    test_cases_verdicts,
)
from .cases import Case, at, rows
from .comparison import differences
from .model import Row, Setting, World
from .repository import write
from .zone_calendar import later_month

FIRST = datetime.datetime(1990, 1, 1, tzinfo=datetime.UTC)
"""The program takes no time before 1971, and a calendar since 1900 is long."""
YEARS = datetime.timedelta(days=3653)
"""No record is older at the moment that is judged, and a shorter calendar is made faster."""
MODULES = (
    test_cases_coverage_level,
    test_cases_days,
    test_cases_incidents,
    test_cases_moments,
    test_cases_recurrence,
    test_cases_verdicts,
)


def grouped() -> Mapping[Setting, dict[str, World]]:
    """Return the worlds of the cases by what they share, each by the case's name."""
    found: dict[Setting, dict[str, World]] = {}
    cases: list[tuple[str, Case]] = [each for m in MODULES for each in m.CASES.items()]
    for number, (name, case) in enumerate(cases):
        shared = case.setting()
        if shared.as_of < FIRST:
            continue
        starts, ends = shared.window
        first = max(FIRST, shared.as_of - YEARS)
        shared = replace(
            shared,
            effective_on=max(shared.effective_on, first.date()),
            window=(max(starts, first.astimezone(starts.tzinfo)), ends),
            horizon=shared.as_of.combine(
                later_month(shared.as_of.date(), 24), shared.as_of.timetz()
            ),
            local=True,
        )
        world = replace(case.world(), name=f"W{number}")
        found.setdefault(shared, {})[name] = world
    return found


GROUPS = grouped()


def judged(case: Case, folder: Path) -> Control:
    """Judge a case in a folder, and return its control."""
    write(folder, case.setting(), [case.world()])
    request = ccpolicy.EvaluationRequest(as_of=case.setting().as_of, period=case.setting().window)
    [control] = ccpolicy.load(folder).check(request).controls
    return control


def test_most_cases_are_asked() -> None:
    assert sum(map(len, GROUPS.values())) > 150


@pytest.mark.parametrize("together", [False, True], ids=["two datasets", "one dataset"])
@pytest.mark.parametrize("shared", GROUPS, ids=lambda each: f"{each.zone} {each.as_of:%F %R}")
def test_cases(shared: Setting, together: bool, tmp_path: Path) -> None:
    worlds = GROUPS[shared]
    names = {world.name: name for name, world in worlds.items()}
    shared = replace(shared, together=together)
    found = list(differences(tmp_path, shared, list(worlds.values())))
    assert not found, "\n".join(f"{names[e.world.name]}:\n{e.text(shared)}" for e in found)


def test_of_rows_that_begin_together_the_first_on_file_is_named(tmp_path: Path) -> None:
    subjects = rows("2025-01-01/2025-03-01", "2025-01-01/2025-02-15")
    case = Case(
        "recurrence",
        {"subjects": subjects, "events": []},
        {"every": "30 days"},
        [("2025-02-01", "2025-03-02")],
        window=("2025-01-01T00:00", ""),
        effective="2024-01-01",
    )
    [lapse] = judged(case, tmp_path).lapses
    # Both have the first cover; the duty ends with that of the longer one.
    assert (lapse.opened_by, lapse.closed_by) == ("evidence/roster/all.csv:2",) * 2


def test_what_makes_a_reading_count_is_what_closed_the_lapse(tmp_path: Path) -> None:
    rows = [
        Row(("A",), at("2025-03-03T00:00+08:00"), quantity=Decimal("5.4")),
        Row(("A",), at("2025-03-03"), quantity=Decimal("6.2")),
    ]
    case = Case(
        "meter",
        {"subjects": [Row(("A",), at("2025-03-01"))], "events": rows, "readings": []},
        {"at_most": Decimal("0.7"), "every": "30 days", "valid_for": "2 months"},
        [("2025-03-01", "2025-03-04")],
        as_of="2025-03-31T18:00",
        window=("2025-01-01T00:00", ""),
        effective="2025-01-01",
    )
    case.check()
    [lapse] = judged(case, tmp_path).lapses
    # The meter stood at 5.4 first. That proves nothing before the service of that day is certain.
    assert lapse.closed_by == "evidence/events/all.csv:3"


def test_a_reading_counts_from_the_last_service_alone(tmp_path: Path) -> None:
    """It shows too much from the first on, and fits the second; what opened the lapse failed."""

    def read(day: str, quantity: int) -> Row:
        return Row(("A",), at(day), quantity=Decimal(quantity))

    case = Case(
        "meter",
        {
            "subjects": [Row(("A",), at("2025-01-01"))],
            "events": [read("2025-01-02", 20), read("2025-01-20", 200)],
            "readings": [read("2025-01-25", 260), read("2025-01-30", 300)],
            "failures": rows("2025-01-30"),
        },
        {"at_most": Decimal(250), "every": "60 days", "valid_for": "1 month"},
        [("2025-01-30T00:00", None)],
        as_of="2025-02-10T18:00",
        window=("2025-01-01T00:00", ""),
        effective="2025-01-01",
    )
    case.check()
    [lapse] = judged(case, tmp_path).lapses
    assert lapse.opened_by == "evidence/events/all.csv:6"


def test_a_failure_on_the_last_day_opens_its_lapse(tmp_path: Path) -> None:
    case = Case(
        "recurrence",
        {
            "subjects": rows("2025-01-01/2025-01-20"),
            "events": rows("2025-01-02"),
            "failures": rows("2025-01-20"),
        },
        {"every": "30 days"},
        [("2025-01-20T00:00", "2025-01-21T00:00")],
        as_of="2025-02-10T18:00",
        window=("2025-01-01T00:00", ""),
        effective="2025-01-01",
    )
    case.check()
    [lapse] = judged(case, tmp_path).lapses
    assert lapse.opened_by == "evidence/events/all.csv:3"


def test_cover_is_shown_up_to_the_end_of_its_duty(tmp_path: Path) -> None:
    case = Case(
        "meter",
        {
            "subjects": rows("2025-01-01/2025-01-20"),
            "events": [Row(("A",), at("2025-01-02"), quantity=Decimal(20))],
            "readings": [],
        },
        {"at_most": Decimal(250), "every": "60 days", "valid_for": "2 months"},
        [],
        as_of="2025-02-10T18:00",
        window=("2025-01-01T00:00", ""),
        effective="2025-01-01",
    )
    write(tmp_path, case.setting(), [case.world()])
    request = ccpolicy.EvaluationRequest(
        as_of=case.setting().as_of, period=case.setting().window, appendix=True
    )
    annex = ccpolicy.load(tmp_path).check(request).annex
    assert annex
    [timeline] = annex.controls[0].timelines
    assert {span.ends for span in timeline.cover} == {"2025-01-21T00:00:00+08:00"}


def test_a_subject_without_parameters_has_no_lapses_made_up(tmp_path: Path) -> None:
    since, done = at("2025-01-01"), at("2025-01-02")
    case = Case(
        "recurrence",
        {
            "subjects": [Row(("A",), since, by="low"), Row(("B",), since, by="odd")],
            "events": [Row(("A",), done), Row(("B",), done)],
        },
        {"every": {"low": "30 days", "high": "60 days"}},
        [],
        as_of="2025-02-20T18:00",
        window=("2025-01-01T00:00", ""),
        effective="2025-01-01",
    )
    control = judged(case, tmp_path)
    assert (control.now, control.period) == ("unknown", "unknown")
    assert [each.code for each in control.problems] == ["EV407"]
    assert [(each.subject, each.starts[:10]) for each in control.lapses] == [("A", "2025-02-02")]
