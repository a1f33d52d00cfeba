"""What the gate looks at, and how it is decided."""

from __future__ import annotations

import datetime
from functools import cache
from pathlib import Path
from typing import Literal

import pytest

import ccpolicy
from ccpolicy import EvaluationRequest
from ccpolicy.assessment.models import Assessment, Problem, Text
from ccpolicy.vocabulary import SEVERITIES

FAILING = Path(ccpolicy.__file__).parent / "examples" / "failing"
Scope = Literal["now", "period"]
PERIODS = [None, "2025-04-01/2025-12-31", "2026-01-15/2026-02-14", "2026-03-31/2026-03-31"]


@cache
def judged(gate: Scope, period: str | None) -> Assessment:
    first, _, last = (period or "").partition("/")
    request = EvaluationRequest(period=(first, last) if period else None, gate=gate)
    return ccpolicy.load(FAILING).check(request)


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("gate", ["now", "period"])
def test_a_control_fails_when_the_gate_sees_a_lapse_and_only_then(
    gate: Scope, period: str | None
) -> None:
    result = judged(gate, period)
    verdicts = {each.id: result.verdict(each) for each in result.controls}
    assert "fail" in verdicts.values() or period
    for control in result.controls:
        if verdicts[control.id] not in ("unknown", "not_applicable"):
            assert (verdicts[control.id] == "fail") == bool(result.failing_lapses(control))


def test_lapses_after_the_period_do_not_count_in_it() -> None:
    result = judged("period", "2025-04-01/2025-12-31")
    ends = datetime.datetime.fromisoformat(result.window.ends)
    assert ends < datetime.datetime.fromisoformat(result.as_of)
    counted = [each for control in result.controls for each in result.failing_lapses(control)]
    listed = [each for control in result.controls for each in control.lapses]
    assert any(datetime.datetime.fromisoformat(each.starts) >= ends for each in listed)
    assert all(datetime.datetime.fromisoformat(each.starts) < ends for each in counted)


def test_the_moment_judged_belongs_to_a_period_that_reaches_up_to_it() -> None:
    result = judged("period", None)
    [control, *_] = [each for each in result.controls if each.lapses]
    at = control.lapses[0].model_copy(
        update={"starts": result.as_of, "ends": None, "waived_by": None}
    )
    as_of = datetime.datetime.fromisoformat(result.as_of)
    for ends, counts in ((as_of, True), (as_of - datetime.timedelta(microseconds=1), False)):
        window = result.window.model_copy(update={"ends": ends.isoformat()})
        assert result.model_copy(update={"window": window}).scope.includes(at) == counts


@pytest.mark.parametrize("severity", SEVERITIES)
def test_only_controls_that_are_severe_enough_fail_it(severity: str) -> None:
    result = judged("now", None)
    gate = result.gate.model_copy(update={"fail_on": severity})
    scope = result.model_copy(update={"gate": gate}).scope
    wanted = SEVERITIES[: SEVERITIES.index(scope.fail_on) + 1]
    assert scope.decide(result.controls).failed_on == [
        each.id
        for each in result.controls
        if result.verdict(each) in ("fail", "unknown") and each.severity in wanted
    ]


def test_a_problem_of_no_single_control_fails_it() -> None:
    result = judged("now", None)
    text = Text({"en": "this file is not read", "zh": "此文件未被读取"})
    problem = Problem(code="EV108", message=text, hint=None, locator="evidence/x.csv", dataset=None)
    assert result.scope.decide([]).passed
    assert not result.scope.decide([], [problem]).passed


@pytest.mark.parametrize("gate", ["now", "period"])
def test_a_waived_lapse_makes_nothing_fail(gate: Scope) -> None:
    result = judged(gate, None)
    for control in result.controls:
        for lapse in result.failing_lapses(control):
            waived = lapse.model_copy(update={"waived_by": "W-1"})
            both = control.model_copy(update={"lapses": [waived, lapse]})
            assert result.failing_lapses(both) == [lapse]
    assert any(map(result.failing_lapses, result.controls))
