"""What formats that list findings have in common."""

from __future__ import annotations

import pytest

from ccpolicy.assessment.models import Assessment
from ccpolicy.reports import View
from ccpolicy.reports.findings import NO_CONTROL, OBSOLETE, findings, left_out

from .centres import NAMES, centre
from .rich import ASSESSMENT, NO_EVIDENCE, control, lapse, problem


def alone(*controls: object) -> Assessment:
    changes = {"controls": list(controls), "problems": [], "evidence": NO_EVIDENCE}
    return ASSESSMENT.model_copy(update=changes)


@pytest.mark.parametrize("name", NAMES)
def test_every_control_that_fails_or_cannot_be_judged_has_one(name: str) -> None:
    result = centre(name)
    wrong = {each.id for each in result.controls if result.verdict(each) in ("fail", "unknown")}
    found = findings(result, View())
    assert {each.rule for each in found} - {NO_CONTROL, OBSOLETE} == wrong
    failed = {each.rule for each in found if each.failed_gate}
    assert failed - {OBSOLETE, NO_CONTROL} == set(result.gate.failed_on)
    assert (NO_CONTROL in failed) == bool(result.problems)
    assert (OBSOLETE in failed) == bool(result.gate.obsolete)
    assert all(each.line >= 1 and each.file for each in found)


def test_the_place_is_the_record_and_otherwise_the_control() -> None:
    places = {
        "evidence/a.csv:141": ("evidence/a.csv", 141),
        "evidence/a.yaml:3:7#notices/2": ("evidence/a.yaml", 3),
        "evidence/上海.csv:9": ("evidence/上海.csv", 9),
        "evidence/a:b.csv:9": ("evidence/a:b.csv", 9),
        "evidence/a#1.csv:9": ("evidence/a#1.csv", 9),
        "evidence/a.json": ("evidence/a.json", 1),
        # These have rows, but no lines that a reader could be shown.
        "evidence/a.xlsx:SH!12": ("policy/controls/rich.yaml", 3),
        "evidence/a.parquet:12": ("policy/controls/rich.yaml", 3),
        None: ("policy/controls/rich.yaml", 3),
    }
    for written, place in places.items():
        entry = lapse("A", "2026-11-08T00:00:00+08:00", None, 12.75, opened_by=written)
        judged = control("X-1", "Title", "标题", "fail", lapses=[entry])
        (found,) = findings(alone(judged), View())
        assert (found.file, found.line) == place
        if written and place[0].startswith("policy"):
            assert written in found.message
        (below,) = findings(alone(judged), View(folder="centre/"))
        assert below.file == f"centre/{place[0]}"


def test_the_identity_outlives_lines_and_values() -> None:
    def identities(line: int, value: str, language: str) -> list[str]:
        judged = control(
            "X-1",
            "Title",
            value,
            "unknown",
            lapses=[lapse("A", "2026-11-08T00:00:00+08:00", None, line, opened_by=f"a.csv:{line}")],
            problems=[problem(value, "坏", f"a.csv:{line + n}") for n in (0, 1)],
        )
        view = View(language="zh" if language == "zh" else "en")
        return [each.identity for each in findings(alone(judged), view)]

    assert identities(1, "bad", "en") == identities(7, "worse", "zh")
    assert len(set(identities(1, "bad", "en"))) == 3


def test_a_verdict_without_a_lapse_or_a_problem_is_shown_all_the_same() -> None:
    for verdict in ("fail", "unknown"):
        (found,) = findings(alone(control("X-1", "Rule", "规则", verdict)), View())
        assert (found.message, found.file) == ("Rule.", "policy/controls/rich.yaml")


def test_what_is_left_out_is_named() -> None:
    said = [message.text() for message in left_out(ASSESSMENT)]
    assert said == [
        "lapses that were waived: ER-1",
        "controls that were not assessed: ER-5, IR-1",
        "notes on how files were read: evidence/scans/2026.csv",
    ]
    assert left_out(alone(control("X-1", "Title", "标题", "pass"))) == ()
