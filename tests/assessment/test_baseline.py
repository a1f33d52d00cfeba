"""What a baseline lets stand, over every choice of known lapses."""

from __future__ import annotations

import datetime
from functools import cache
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ccpolicy
from ccpolicy.assessment.baseline import apply_baseline, failing, shrunk
from ccpolicy.assessment.models import Assessment, BaselineEntry

FAILING = Path(ccpolicy.__file__).parent / "examples" / "failing"
Scope = Literal["now", "period"]
SCOPES: tuple[Scope, ...] = ("now", "period")
OBSOLETE = BaselineEntry(control="FIRE-1", subject="E99", starts="2026-01-01T00:00:00+08:00")


@cache
def judged(gate: Scope) -> Assessment:
    """Return an assessment in which some controls fail, and one cannot be judged."""
    return ccpolicy.load(FAILING).check(ccpolicy.EvaluationRequest(gate=gate))


def lapsing(result: Assessment) -> set[str]:
    return {each.control for each in failing(result)}


@pytest.mark.parametrize("gate", SCOPES)
def test_centre_is_worth_trying(gate: Scope) -> None:
    result = judged(gate)
    assert len(failing(result)) >= 2
    assert result.tally["unknown"] == 1
    assert lapsing(result) == {
        each.id for each in result.controls if result.verdict(each) == "fail"
    }


@settings(deadline=None)  # the first one judges
@given(st.sampled_from(SCOPES), st.data())
def test_a_control_stands_only_when_all_its_lapses_are_known(
    gate: Scope, data: st.DataObject
) -> None:
    result = judged(gate)
    entries = failing(result)
    some = data.draw(st.lists(st.sampled_from(entries), unique_by=str))
    found = apply_baseline(result, some)
    new = {each.control for each in entries if each not in some}
    assert set(found.gate.accepted) == lapsing(result) - new
    unknown = {each.id for each in result.controls if result.verdict(each) == "unknown"}
    assert set(found.gate.failed_on) == new | unknown
    assert not found.gate.passed
    marked = {
        (control.id, lapse.subject, lapse.starts)
        for control in found.controls
        for lapse in control.lapses
        if lapse.baselined
    }
    assert marked == {(each.control, each.subject, each.starts) for each in some}
    # No verdict is another, and nothing counts as passing that did not.
    assert found.tally == result.tally
    for before, after in zip(result.controls, found.controls, strict=True):
        assert (before.now, before.period) == (after.now, after.period)
        assert before.subjects.failed == after.subjects.failed >= after.subjects.baselined


@pytest.mark.parametrize("gate", SCOPES)
def test_where_all_is_known_the_gate_passes(gate: Scope) -> None:
    result = judged(gate)
    known = [each for each in result.controls if result.verdict(each) != "unknown"]
    result = result.model_copy(
        update={
            "controls": known,
            "gate": result.gate.model_copy(update={"failed_on": sorted(lapsing(result))}),
        }
    )
    found = apply_baseline(result, failing(result))
    assert (found.gate.passed, found.gate.failed_on, found.gate.obsolete) == (True, [], [])
    assert not apply_baseline(result, failing(result)[1:]).gate.passed


@pytest.mark.parametrize("gate", SCOPES)
def test_an_entry_that_is_gone_fails_the_gate_even_where_all_passes(gate: Scope) -> None:
    result = judged(gate)
    passing = result.model_copy(
        update={
            "controls": [
                each.model_copy(update={"now": "pass", "period": "pass", "lapses": []})
                for each in result.controls
            ],
            "gate": result.gate.model_copy(update={"failed_on": [], "passed": True}),
        }
    )
    found = apply_baseline(passing, [OBSOLETE])
    assert (found.gate.passed, found.gate.obsolete) == (False, [OBSOLETE])
    assert apply_baseline(passing, []).gate == passing.gate


@settings(deadline=None)  # the first one judges
@given(st.sampled_from(SCOPES), st.data())
def test_shrinking_leaves_what_still_lapses_and_nothing_else(
    gate: Scope, data: st.DataObject
) -> None:
    result = judged(gate)
    some = data.draw(st.lists(st.sampled_from(failing(result)), unique_by=str))
    assert shrunk(result, [*some, OBSOLETE]) == some
    assert apply_baseline(result, shrunk(result, [*some, OBSOLETE])).gate.obsolete == []


def test_a_moment_is_the_same_in_another_zone() -> None:
    result = judged("now")
    entries = [
        each.model_copy(
            update={
                "starts": datetime.datetime.fromisoformat(each.starts)
                .astimezone(datetime.UTC)
                .isoformat()
            }
        )
        for each in failing(result)
    ]
    assert entries != failing(result)
    assert apply_baseline(result, entries) == apply_baseline(result, failing(result))


def test_entries_of_controls_that_were_not_chosen_or_not_judged_are_left_alone() -> None:
    one = ccpolicy.load(FAILING).check(ccpolicy.EvaluationRequest(controls=["FIRE-3"], gate="now"))
    entry = BaselineEntry(control="FIRE-2", subject="foam", starts="2026-01-01T00:00:00+08:00")
    for result in (one, judged("now")):
        found = apply_baseline(result, [entry])
        assert (found.gate.obsolete, found.gate.accepted) == ([], [])
        assert shrunk(result, [entry]) == [entry]
    # A control that the plan does not have is no excuse.
    typo = entry.model_copy(update={"control": "FIRE-22"})
    assert apply_baseline(one, [typo]).gate.obsolete == [typo]


def test_what_is_waived_or_over_is_not_written() -> None:
    result = judged("now")
    [control] = [each for each in result.controls if each.id == "FIRE-3"]
    open_ = [each for each in control.lapses if each.ends is None]
    waived = [each.model_copy(update={"waived_by": "W-1"}) for each in open_]
    changed = result.model_copy(
        update={"controls": [control.model_copy(update={"lapses": [*waived, *open_[1:]]})]}
    )
    assert [each.subject for each in failing(changed)] == [each.subject for each in open_[1:]]
    over = [each.model_copy(update={"ends": result.as_of}) for each in open_]
    changed = result.model_copy(update={"controls": [control.model_copy(update={"lapses": over})]})
    assert failing(changed) == []
