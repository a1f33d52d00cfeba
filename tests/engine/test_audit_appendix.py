"""The annex says the same as the verdicts, by another way."""

from __future__ import annotations

import datetime
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

import ccpolicy
import shipped_sample
from ccpolicy.assessment.audit_appendix import AuditAppendix, Gap, Span, Timeline
from ccpolicy.assessment.models import Assessment
from ccpolicy.engine.audit_appendix import TIMELINES

ROOT = Path(__file__).parents[2]
FAILING = ROOT / "src/ccpolicy/examples/failing"


@cache
def judged(path: Path) -> tuple[Assessment, AuditAppendix]:
    if path == ROOT:
        result = shipped_sample.audited()
    else:
        result = ccpolicy.load(path).check(ccpolicy.EvaluationRequest(appendix=True))
    assert result.annex
    return result, result.annex


def instant(text: str | None) -> datetime.datetime:
    return datetime.datetime.max.replace(tzinfo=datetime.UTC) if text is None else at(text)


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


@pytest.mark.parametrize("path", [ROOT, FAILING], ids=["sample", "failing"])
def test_course_sums_up_to_the_days_of_the_lapses(path: Path) -> None:
    result, annex = judged(path)
    assert sum(len(drawn.course) for drawn in annex.controls) > len(annex.controls)
    last = at(result.window.ends).date()
    for control, drawn in zip(result.controls, annex.controls, strict=True):
        sums = [0.0, 0.0]
        for index, step in enumerate(drawn.course):
            following = drawn.course[index + 1 :]
            until = (
                datetime.date.fromisoformat(following[0].day)
                if following
                else last + datetime.timedelta(1)
            )
            days = (until - datetime.date.fromisoformat(step.day)).days
            sums[0] += step.lapsed * days
            sums[1] += step.waived * days
        lapsed = sum(lapse.days for lapse in control.lapses if not lapse.waived_by)
        waived = sum(lapse.days for lapse in control.lapses if lapse.waived_by)
        assert sums == pytest.approx([lapsed, waived], abs=1e-3)


def covered(timeline: Timeline, moment: datetime.datetime) -> tuple[bool, bool, bool]:
    """Whether a moment is in duty, in cover, and in a gap."""

    def inside(spans: list[Span] | list[Gap]) -> bool:
        return any(at(each.starts) <= moment < instant(each.ends) for each in spans)

    return inside(timeline.duty), inside(timeline.cover), inside(timeline.gaps)


@pytest.mark.parametrize("path", [ROOT, FAILING], ids=["sample", "failing"])
def test_gaps_of_timelines_are_duty_without_cover(path: Path) -> None:
    _, annex = judged(path)
    seen = 0
    for control in annex.controls:
        for timeline in control.timelines:
            spans: list[Span | Gap] = [*timeline.duty, *timeline.cover, *timeline.gaps]
            edges = sorted({instant(edge) for each in spans for edge in (each.starts, each.ends)})
            for before, after in pairwise(edges):
                moment = before + (after - before) / 2
                duty, cover, gap = covered(timeline, moment)
                assert gap == (duty and not cover), (control.id, timeline.subject, moment)
                seen += gap
    assert seen > 10


def test_worst_subjects_are_drawn_first() -> None:
    result, annex = judged(ROOT)
    assert sum(drawn.not_drawn > 0 for drawn in annex.controls) > 1
    for control, drawn in zip(result.controls, annex.controls, strict=True):
        failing = {lapse.subject for lapse in control.lapses if not lapse.ends}
        shown = [timeline.subject for timeline in drawn.timelines]
        assert failing <= set(shown) or len(shown) == TIMELINES
        assert drawn.not_drawn + len(shown) == control.subjects.total
        missed = [
            sum(lapse.days for lapse in control.lapses if lapse.subject == each)
            for each in shown
            if each not in failing
        ]
        waived = any(lapse.waived_by for lapse in control.lapses)
        assert waived or missed == sorted(missed, reverse=True)


def test_records_behind_lapses_and_timelines_are_there() -> None:
    result, annex = judged(ROOT)
    datasets = ccpolicy.load(ROOT).datasets
    held = {record.place: record for record in annex.records}
    assert len(held) == len(annex.records)
    for control in result.controls:
        for lapse in control.lapses:
            assert {lapse.opened_by, lapse.closed_by} - {None} <= held.keys()
    for drawn in annex.controls:
        for timeline in drawn.timelines:
            named = {span.record for span in (*timeline.duty, *timeline.cover)}
            assert named - {None} <= held.keys()
    for record in annex.records:
        file, _, line = record.place.partition("#")[0].rpartition(":")
        if file.endswith(".csv"):
            dataset = datasets[record.dataset]
            if dataset.encoding or dataset.columns or dataset.reshape:
                continue  # what is written there stands for something else
            text = (ROOT / file).read_text("utf-8").splitlines()[int(line) - 1]
            assert all(value in text for value in record.fields.values())


def test_history_of_a_revised_control() -> None:
    _, annex = judged(ROOT)
    revised = [each for each in annex.controls if len(each.revisions) > 1]
    assert revised
    for control in revised:
        assert [each.version for each in control.revisions] == sorted(
            each.version for each in control.revisions
        )
        assert all(each.parameters for each in control.revisions)


def test_nothing_is_drawn_unless_asked() -> None:
    result, _ = judged(FAILING)
    controls = [each.model_copy(update={"population": None}) for each in result.controls]
    bare = result.model_copy(update={"annex": None, "controls": controls})
    assert ccpolicy.load(FAILING).check() == bare
