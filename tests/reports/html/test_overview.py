"""The pictures of the whole: drawn where things were, and by nothing but the exact sums."""

from __future__ import annotations

import datetime
import re

import pytest

from ccpolicy.assessment.audit_appendix import DailyTotals
from ccpolicy.reports import View
from ccpolicy.reports.html import render_assessment as render
from ccpolicy.reports.html_parts.coverage_course import Course, Day, draw_course, strips

from .audited import ANNEX, AUDITED
from .test_static import XHTML, by_id, parsed, words

SVG = "{http://www.w3.org/2000/svg}"
FIRST = datetime.date(2026, 1, 1)


def course(*days: tuple[float, float, float]) -> Course:
    """Draw a course of days: owed, lapsed, waived."""
    drawn = draw_course([Day(FIRST + datetime.timedelta(n), *day) for n, day in enumerate(days)])
    assert drawn
    return drawn


def test_line_steps_down_by_what_was_missed_and_up_again() -> None:
    drawn = course((100, 0, 0), (100, 1, 0), (100, 1, 1), (100, 0, 0))
    assert drawn.floor == 0.98
    assert drawn.line == "M0 0H250V50H500V100H750V0H1000"
    assert drawn.owed == "M0 0V100H1000V0Z"


def test_nothing_is_drawn_where_nothing_was_owed() -> None:
    drawn = course((0, 0, 0), (10, 5, 0), (0, 0, 0), (10, 0, 0))
    assert drawn.line == "M250 100H500M750 0H1000"
    assert drawn.owed == "M250 0V100H500V0ZM750 0V100H1000V0Z"


def test_months_are_marked_where_they_begin() -> None:
    days = [Day(datetime.date(2025, 11, 20) + datetime.timedelta(n), 1, 0, 0) for n in range(100)]
    drawn = draw_course(days)
    assert drawn
    marks = [(mark.label, mark.x) for mark in drawn.marks]
    assert marks == [("2025-12", 11.0), ("2026-01", 42.0), ("2026-02", 73.0)]


def test_a_week_cut_short_is_no_wider_than_its_days() -> None:
    own = ANNEX.controls[0].model_copy(
        update={"course": [DailyTotals(day="2026-01-01", owed=1.0, lapsed=0.0, waived=0.0)]}
    )
    late = DailyTotals(day="2026-01-08", owed=1.0, lapsed=1.0, waived=0.0)
    own = own.model_copy(update={"course": [*own.course, late]})
    rest = [each.model_copy(update={"course": []}) for each in ANNEX.controls[1:]]
    annex = ANNEX.model_copy(update={"controls": [own, *rest]})
    drawn = strips(AUDITED, annex, datetime.date(2026, 1, 10))[0]
    assert [(cell.x, cell.width) for cell in drawn.cells] == [(0.0, 70.0), (70.0, 30.0)]
    assert drawn.lapsed == 3.0


def test_line_is_on_the_page_whole() -> None:
    """No value is cut short there as a text of evidence would be."""
    steps = [
        DailyTotals(
            day=str(FIRST + datetime.timedelta(day)),
            owed=50.0 + day,
            lapsed=day % 3 / 7,
            waived=0.0,
        )
        for day in range(300)
    ]
    controls = [each.model_copy(update={"course": steps}) for each in ANNEX.controls]
    annex = ANNEX.model_copy(update={"controls": controls})
    page = parsed(render(AUDITED.model_copy(update={"annex": annex}), View()))
    (line,) = [each for each in page.iter(f"{SVG}path") if each.get("class") == "c-line"]
    assert len(line.get("d")) > 2_000
    assert re.fullmatch(r"M0 [0-9.]+([HV][0-9.]+)+H1000", line.get("d"))


@pytest.mark.parametrize("picture", ["f-chapters", "f-course", "f-weeks", "f-due"])
def test_each_picture_has_title_description_and_table(picture: str) -> None:
    page = parsed(render(AUDITED, View()))
    caption = by_id(page)[picture]
    figure = next(each for each in page.iter(f"{XHTML}figure") if caption in list(each))
    drawn = [each for each in figure.iter(f"{SVG}svg") if each.get("aria-hidden") != "true"]
    assert drawn
    for each in drawn:
        title, description = each[0], each[1]
        assert title.tag == f"{SVG}title"
        assert words(title).strip()
        assert description.tag == f"{SVG}desc"
        assert words(description).strip()
    assert list(figure.iter(f"{XHTML}table"))
