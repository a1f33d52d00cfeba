"""What is in each section of a report, and in which order."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ccpolicy import reports
from ccpolicy.assessment.models import Assessment, Control, DueSubjects, Lapse
from ccpolicy.reports import View
from ccpolicy.reports.sections import Sections, all_problems, without_later_lapses

from .centres import NAMES, centre
from .rendered import render
from .rich import ASSESSMENT, control, lapse, problem

OPEN = lapse("A", "2026-11-08T00:00:00+08:00", None, 12.75)
ENDED = lapse("B", "2026-03-02T00:00:00+08:00", "2026-03-05T00:00:00+08:00", 3.0)
LONGER = lapse("C", "2025-10-01T00:00:00+08:00", "2026-01-20T18:00:00+08:00", 61.0)
LATER = lapse("D", "2026-07-01T00:00:00+08:00", "2026-07-05T00:00:00+08:00", 0.0)
WAIVED = lapse("E", "2026-11-01T00:00:00+08:00", None, 19.0, waived_by="W-1")
WAIVED_BEFORE = lapse(
    "E", "2026-02-01T00:00:00+08:00", "2026-02-03T00:00:00+08:00", 2.0, waived_by="W-1"
)
HALF = {"starts": "2025-11-20T00:00:00+08:00", "ends": "2026-05-01T00:00:00+08:00"}


def judged(
    *controls: Control, gate: str = "now", window: dict[str, str] | None = None
) -> Assessment:
    changes: dict[str, Any] = {
        "controls": list(controls),
        "problems": [],
        "gate": ASSESSMENT.gate.model_copy(update={"judged": gate}),
    }
    if window:
        changes["window"] = ASSESSMENT.window.model_copy(update=window)
    return ASSESSMENT.model_copy(update=changes)


def one(verdict: str, *lapses: Lapse, name: str = "X-1", **changes: Any) -> Control:
    return control(name, "Title", "标题", verdict, lapses=list(lapses), **changes)


@pytest.mark.parametrize("name", NAMES)
def test_every_control_is_in_one_section_by_its_verdict(name: str) -> None:
    result = centre(name)
    sections = Sections(result)
    of_waivers = dict.fromkeys(each.control.id for each in sections.waived)
    waived = of_waivers.keys() & {each.id for each in sections.with_verdict("waived")}
    listed = [
        *(each.control.id for each in sections.attention),
        *waived,
        *(each.id for each in sections.in_order),
        *(each.id for each in sections.not_assessed),
    ]
    assert sorted(listed) == sorted(each.id for each in result.controls)


def test_what_fails_comes_before_what_is_unknown() -> None:
    controls = [
        one("unknown", OPEN, name="U-1"),
        one("fail", OPEN, ENDED, name="F-1"),
        one("pass", name="P-1"),
        one("unknown", name="U-2"),
    ]
    found = Sections(judged(*controls)).attention
    assert [(e.control.id, e.lapses) for e in found] == [
        ("F-1", [OPEN]),
        ("U-1", [OPEN]),
        ("U-2", []),
    ]


def test_cured_is_what_ended_in_the_period_most_days_first() -> None:
    controls = [
        one("fail", OPEN, ENDED, name="F-1"),
        one("pass", LONGER, LATER, name="P-1"),
        one("waived", WAIVED, WAIVED_BEFORE, name="W-1"),
    ]
    cured = Sections(judged(*controls, window=HALF)).cured
    assert [(e.control.id, e.lapses, e.days) for e in cured] == [
        ("P-1", [LONGER], 61.0),
        ("F-1", [ENDED], 3.0),
    ]


def test_cured_lapses_that_make_a_control_fail_are_told_once() -> None:
    sections = Sections(judged(one("fail", ENDED, LATER), gate="period", window=HALF))
    assert [each.lapses for each in sections.attention] == [[ENDED]]
    assert sections.cured == []


def test_what_became_waived_is_not_cured() -> None:
    before = lapse("E", "2025-12-01T00:00:00+08:00", WAIVED_BEFORE.starts, 62.0)
    sections = Sections(judged(one("pass", before, WAIVED_BEFORE), window=HALF))
    assert sections.cured == []
    [found] = sections.waived
    assert (found.lapses, found.unwaived_before) == ([WAIVED_BEFORE], [before])
    shown = render(sections.result, "text", View(detail="full"))
    assert "not waived before: E: " in shown
    assert "CURED" not in shown


@pytest.mark.parametrize(
    ("gate", "lapses"), [("now", [WAIVED, WAIVED_BEFORE]), ("period", [WAIVED_BEFORE])]
)
def test_waived_is_what_was_waived_in_the_period_or_is_now(gate: str, lapses: list[Lapse]) -> None:
    result = judged(one("waived", WAIVED, WAIVED_BEFORE), gate=gate, window=HALF)
    [found] = Sections(result).waived
    assert (found.waiver.id, found.lapses, found.subjects) == ("W-1", lapses, ["E"])
    assert Sections(result).waivers_of(result.controls[0]) == [found.waiver]
    none = judged(one("waived", WAIVED), gate="period", window=HALF)
    assert Sections(none).waivers_of(none.controls[0]) == []


def test_what_falls_due_is_listed_by_control_soonest_first() -> None:
    def at(day: str, *subjects: str) -> DueSubjects:
        return DueSubjects(at=f"{day}T00:00:00+08:00", subjects=list(subjects))

    controls = [
        one("pass", name="P-1", due=[at("2026-12-03", "A"), at("2026-12-05", "B", "C")]),
        one("pass", name="P-2", due=[at("2026-12-01", "A"), at("2027-12-01", "A")]),
    ]
    found = Sections(judged(*controls)).due("2026-12-21T00:00:00+08:00")
    assert [(e.control.id, [t.at[:10] for t in e.tasks], e.subjects) for e in found] == [
        ("P-2", ["2026-12-01"], 1),
        ("P-1", ["2026-12-03", "2026-12-05"], 3),
    ]


def test_problems_of_no_control_come_first() -> None:
    own, other = problem("a", "甲"), problem("b", "乙")
    failed = one("unknown", problems=[own])
    result = judged(failed).model_copy(update={"problems": [other]})
    assert all_problems(result) == [(None, other), (failed, own)]


def test_lapses_that_count_neither_now_nor_in_the_period_are_left_out() -> None:
    lapses = (OPEN, ENDED, LATER, WAIVED)
    whole = judged(one("fail", *lapses))
    assert without_later_lapses(whole) is whole
    half = without_later_lapses(judged(one("fail", *lapses), window=HALF))
    assert half.controls[0].lapses == [OPEN, ENDED, WAIVED]


@pytest.mark.parametrize("detail", ["normal", "full"])
def test_open_lapses_of_a_control_that_is_unknown_are_shown(detail: Any) -> None:
    result = judged(one("unknown", OPEN, problems=[problem("bad", "坏", "evidence/x.csv:7")]))
    for name in ("text", "markdown", "junit", "github", "sarif", "oscal"):
        assert "A: since 2026-11-08 (12 d 18 h)" in render(result, name, View(detail=detail))
    assert "longest: A, since 2026-11-08" in _visible_html(result)


def test_lengths_are_those_within_the_period() -> None:
    result = judged(one("pass", LONGER))
    text = render(result, "text", View(detail="full"))
    assert "1 lapse, 61 d" in text
    assert "C: 2025-10-01 to 2026-01-20 18:00 (61 d in the period)" in text
    since = lapse("A", "2025-10-01T00:00:00+08:00", None, 365.75)
    text = render(judged(one("fail", since)), "text", View())
    assert "A: since 2025-10-01 (365 d in the period)" in text


def test_an_open_lapse_that_began_after_the_period_has_its_own_length() -> None:
    text = render(judged(one("fail", OPEN), window=HALF), "text", View())
    assert "A: since 2026-11-08 (12 d 18 h)" in text


def test_the_summary_names_what_failed_in_the_period() -> None:
    controls = [
        one("pass", ENDED, name="P-1", period="fail"),
        one("fail", OPEN, name="F-1", period="fail"),
        one("pass", name="U-1", period="unknown"),
        one("pass", name="P-2"),
    ]
    lines = render(judged(*controls), "text", View()).splitlines()
    assert "Failed in the period: P-1, F-1" in lines
    assert "Unknown in the period: U-1" in lines
    assert "Failed in the period: P-1, F-1" in render(judged(*controls), "markdown", View())
    # There the gate says it.
    assert "in the period:" not in render(judged(*controls, gate="period"), "text", View())


def _visible_html(result: Assessment) -> str:
    page = reports.render(result, "html", View()).content
    assert isinstance(page, bytes)
    return re.sub(r"<[^>]+>", "", page.decode())
