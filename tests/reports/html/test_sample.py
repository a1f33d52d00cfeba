"""The shipped sample: its size, how it is reached by everybody, and how it prints."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2
import pytest

from ccpolicy.assessment.models import Assessment
from ccpolicy.errors import Language
from ccpolicy.reports import View
from ccpolicy.reports.html import assessment as render

from .test_browser import opened, reached

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


def test_sample_is_small(sample: Path) -> None:
    assert sample.stat().st_size < 1_350_000


def test_only_controls_of_a_norm_and_a_site_are_left(browser: Browser, sample: Path) -> None:
    with opened(browser, sample) as page:
        page.locator(".facet summary", has_text="Site").click()
        page.locator("input[data-facet=site][data-text=CTU]").check()
        left = page.locator("section.control:visible").count()
        assert 0 < left < 36


TABBED = """() => {
  const here = document.activeElement;
  const radio = here.matches('input[type=radio]');
  const shown = radio ? document.querySelector(`label[for=${here.id}]`) : here;
  const style = getComputedStyle(shown);
  const box = shown.getBoundingClientRect();
  window.walked ??= new Set();
  window.walked.add(here);
  return [
    here.localName,
    style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0,
    box.bottom > 0 && box.top < innerHeight,
  ];
}"""
REACHED = """(within) => [...document.querySelectorAll(within)].flatMap((each) =>
  [...each.querySelectorAll('a[href], button:enabled, input, summary, [tabindex="0"]')])
  .filter((each) => each.checkVisibility() && !(each.type === 'radio' && !each.checked))
  .filter((each) => !window.walked.has(each)).map((each) => each.outerHTML.slice(0, 120))"""


def walk(page: Page, steps: int) -> None:
    """Press the tabulator: the focus always shows, and is never where nobody sees it."""
    for _ in range(steps):
        page.keyboard.press("Tab")
        name, outlined, seen = page.evaluate(TABBED)
        assert outlined or name == "body", name
        assert seen or name == "body", name


def test_keyboard_alone_is_enough(browser: Browser, sample: Path) -> None:
    """Language, colours, contents, search, filters, sorting, timelines, records and paging."""
    with opened(browser, sample, viewport={"width": 1440, "height": 900}) as page:
        walk(page, 4)
        assert page.evaluate(REACHED, ".bar") == []
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("ArrowRight")
        assert "theme=" in page.url
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("ArrowLeft")
        assert "language=zh" in page.url
        page.keyboard.press("/")
        page.keyboard.type("EM-1")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.locator(".facet[open]").count() == 1
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        assert "filter=now-" in page.url
        page.keyboard.press("Escape")
        assert page.locator(".facet[open]").count() == 0
        page.locator("#clear").focus()
        page.keyboard.press("Enter")
        assert "filter=" not in page.url
        page.locator("#register thead button").nth(2).focus()
        page.keyboard.press("Enter")
        assert page.locator("#register [aria-sort]").count() == 1
        row = page.locator("#EM-1 .tl summary").first
        row.focus()
        page.keyboard.press("Enter")
        assert page.locator("#EM-1 .tl details[open]").count() == 1
        walk(page, 1)
        page.keyboard.press("Enter")
        assert page.locator("#peek").is_visible()
        page.keyboard.press("Escape")
        assert not page.locator("#peek").is_visible()
        walk(page, 12)
        page.locator("#state-all").focus()
        page.keyboard.press("ArrowRight")
        reached(page, "'lapses' in document.documentElement.dataset")
        assert "state=open" in page.url


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
        assert page.locator("span.paper:visible").count() > 10
        assert page.locator(".tl .behind:visible").count() == 0
