"""What is drawn of a subject."""

from __future__ import annotations

import datetime

from ccpolicy.assessment.audit_appendix import Gap, Span, Timeline
from ccpolicy.reports.html_parts.scale import Scale
from ccpolicy.reports.html_parts.timeline import APART, CLEAN, DRAWN, drawn, timeline_rows

from .audited import AUDITED


def test_marks_of_dense_records_can_be_told_apart() -> None:
    scale = Scale.of(AUDITED)
    days = [scale.starts + datetime.timedelta(days=day) for day in range(1, 300)]
    cover = [
        Span(starts=each.isoformat(), ends=None, record=f"a.csv:{n}") for n, each in enumerate(days)
    ]
    [row] = timeline_rows(AUDITED, [Timeline(subject="a", duty=[], cover=cover, gaps=[])], scale)
    places = {scale.of_time(each) for each in days}
    assert len(row.marks) < len(places)
    assert set(row.marks) <= places
    pairs = list(zip(row.marks, row.marks[1:], strict=False))
    assert all(after - before >= APART for before, after in pairs)
    # None is left out where there is room for it.
    assert all(any(0 <= each - mark < APART for mark in row.marks) for each in places)


def test_marks_with_room_between_them_all_stand() -> None:
    scale = Scale.of(AUDITED)
    days = [scale.starts + datetime.timedelta(days=day) for day in (30, 60, 90)]
    cover = [Span(starts=each.isoformat(), ends=None, record="a.csv:1") for each in days]
    [row] = timeline_rows(AUDITED, [Timeline(subject="a", duty=[], cover=cover, gaps=[])], scale)
    assert row.marks == [scale.of_time(each) for each in days]


def test_who_lapsed_is_drawn_and_a_few_who_did_not() -> None:
    past = Gap(starts=AUDITED.window.starts, ends=AUDITED.as_of, waived_by=None)
    coming = Gap(starts=AUDITED.as_of, ends=None, waived_by=None)
    lines = [
        Timeline(subject=str(n), duty=[], cover=[], gaps=[past if n < 7 else coming])
        for n in range(20)
    ]
    assert [each.subject for each in drawn(AUDITED, lines)] == list("0123456")
    assert len(drawn(AUDITED, lines[7:])) == CLEAN
    assert len(drawn(AUDITED, lines[:7] * 2)) == DRAWN
    assert len(drawn(AUDITED, lines[:2])) == 2
