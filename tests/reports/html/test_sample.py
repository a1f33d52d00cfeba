"""The shipped sample: its size, its filters, and how it prints."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2
import pytest

from ccpolicy.assessment.models import Assessment
from ccpolicy.errors import Language
from ccpolicy.reports import View
from ccpolicy.reports.html import render_assessment as render

from .test_browser import opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_sample_is_small(sample: Path) -> None:
    # 87 controls in two languages, six frameworks, and the records behind them.
    assert sample.stat().st_size < 1_300_000


def test_only_controls_of_a_norm_and_a_site_are_left(browser: Browser, sample: Path) -> None:
    with opened(browser, sample) as page:
        page.locator(".facet summary", has_text="Site").click()
        page.locator("input[data-facet=site][data-text=CTU]").check()
        left = page.locator("section.control:visible").count()
        assert 0 < left < page.locator("section.control").count()


def test_language_is_not_searched_for_in_the_whole_page(sample: Path) -> None:
    """Asked of the root, it is searched for once an element, and printing takes minutes."""
    style = sample.read_text("utf-8").partition("<style>")[2].partition("</style>")[0]
    assert not re.search(r":root:has\([^)]*\)\s+[^{\s]", style)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_brief_edition_is_whole_on_three_pages(
    browser: Browser, audit: Assessment, tmp_path: Path, language: Language
) -> None:
    file = tmp_path / "brief.html"
    file.write_bytes(render(audit, View(detail="brief", language=language)))
    with opened(browser, file) as page:
        assert page.locator("tr[data-c]:visible, tr[id]:visible").count() > len(
            audit.policy.clauses
        )
        assert page.locator("main [hidden]:not(svg *)").count() == 0
        printed = page.pdf(prefer_css_page_size=True)
    document = pypdfium2.PdfDocument(printed)
    assert len(document) <= 3
    said = "".join(each.get_textpage().get_text_range() for each in document)
    for control in audit.controls:
        assert control.id in said
    for waiver in audit.waivers:
        assert waiver.id in said


def test_paper_says_what_it_leaves_out_and_keeps_every_lapse(
    browser: Browser, audit: Assessment, sample: Path
) -> None:
    with opened(browser, sample) as page:
        page.emulate_media(media="print")
        for control in audit.controls:
            rows = page.locator(f"[id='{control.id}'] table.lapses tbody tr:visible")
            assert rows.count() == len(control.lapses)
        for left_out in ("The queries are on screen", "records that this report cites are left"):
            assert page.locator("p:visible", has_text=left_out).count() == 1
        assert page.locator(".records:visible, .clauses dd.screen:visible").count() == 0
        assert page.locator("#s-matrix .asks:visible").count() == len(audit.policy.clauses)
        assert page.locator(".tl .behind:visible").count() == 0


SMALLEST = """() => Math.min(...[...document.querySelectorAll('body *')]
  .filter((each) => [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
    && each.checkVisibility())
  .map((each) => parseFloat(getComputedStyle(each).fontSize)))"""
"""Says the size of the smallest text, in pixels of a 96th of an inch."""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_all_of_it_is_less_than_forty_pages_of_readable_type_with_a_running_head(
    browser: Browser, audit: Assessment, sample: Path, language: str
) -> None:
    with opened(browser, sample, f"#?language={language}") as page:
        page.emulate_media(media="print")
        assert page.evaluate(SMALLEST) * 72 / 96 >= 7.99
        document = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    assert len(document) < 40
    said = [each.get_textpage().get_text_range() for each in document]
    assert {"en": "Contents", "zh": "目录"}[language] in said[0]
    title = audit.policy.title.text(language)
    for number, each in enumerate(said, 1):
        assert audit.policy.digest[:23] in each
        assert f"{number} / {len(document)}" in each
        # At the top, in the language that the reader chose, and on no first page.
        assert number == 1 or title in each[:200] + each[-200:]


LINES_OF_DAYS = """() => [...document.querySelectorAll('.tl .out')].flatMap((each) => {
  each.style.width = '4em';
  return [...each.querySelectorAll('.nb')].filter((day) => day.checkVisibility())
    .map((day) => day.getClientRects().length);
})"""
"""Says on how many lines each day of a timeline's outcome stands where there is little room."""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_due_day_of_a_timeline_stands_on_one_line_of_paper(
    browser: Browser, sample: Path, language: str
) -> None:
    with opened(browser, sample, f"#?language={language}") as page:
        page.emulate_media(media="print")
        found = page.evaluate(LINES_OF_DAYS)
    assert found
    assert set(found) == {1}
