"""The report in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest

from ccpolicy.reports.length_text import length_text, seconds_of

from .audited import AUDITED, many

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CONTROLS = len(AUDITED.controls)
SECTIONS = "section.control:visible"


def reached(page: Page, condition: str) -> None:
    """Wait for a condition; the page's content policy forbids what Playwright does for that."""
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never came true: {condition}")


@contextmanager
def opened(browser: Browser, file: Path, place: str = "", **settings: Any) -> Iterator[Page]:
    """Open a file; any request, error, dialog or breach of its content policy fails the test."""
    trouble: list[str] = []
    context = browser.new_context(**settings)
    page = context.new_page()
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("dialog", lambda dialog: trouble.append(dialog.message))
    page.on(
        "request",
        lambda request: None if request.url.startswith("file:") else trouble.append(request.url),
    )
    page.goto(file.as_uri() + place)
    if settings.get("java_script_enabled", True):
        reached(page, "'ready' in document.documentElement.dataset")
    try:
        yield page
    finally:
        context.close()
    assert not trouble


def test_filters_combine_and_stand_in_the_address(browser: Browser, reports: Path) -> None:
    with opened(browser, reports / "rich.html") as page:
        assert page.locator(SECTIONS).count() == CONTROLS
        page.locator(".facet summary").first.click()
        page.locator("input[value=now-fail]").check()
        assert page.locator(SECTIONS).count() == 2
        reached(page, "location.hash.includes('filter=now-fail')")
        page.locator(".facet summary").nth(1).click()
        page.locator("input[value=period-pass]").check()
        assert page.locator(SECTIONS).count() == 0, "none fails now that passed in the period"
        page.locator("input[value=period-pass]").uncheck()
        page.reload()
        assert page.locator(SECTIONS).count() == 2
        assert page.locator("#matched").inner_text() == "2"
        page.locator("#clear").click()
        assert page.locator(SECTIONS).count() == CONTROLS
        page.keyboard.press("/")
        page.keyboard.type("SH-PBX-02 inspected")
        reached(page, "location.hash.includes('q=SH')")
        assert page.locator(SECTIONS).count() == 1


def test_language_and_colours_change_without_a_reload(browser: Browser, reports: Path) -> None:
    with opened(browser, reports / "rich.html") as page:
        page.evaluate("window.here = true")
        assert page.locator("#h-summary").inner_text() == "Summary"
        page.locator("label[for=lang-zh]").click()
        assert page.locator("#h-summary").inner_text() == "摘要"
        assert page.evaluate("document.documentElement.lang") == "zh"
        light = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.locator("label[for=theme-dark]").click()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
        assert page.evaluate("window.here")
        reached(page, "location.hash.includes('language=zh&theme=dark')")


def test_it_opens_in_the_readers_language(browser: Browser, reports: Path) -> None:
    with opened(browser, reports / "rich.html", locale="zh-CN") as page:
        assert page.locator("#h-summary").inner_text() == "摘要"
        assert "合规评定报告" in page.title()
        page.locator("label[for=lang-en]").click()
        assert "compliance report" in page.title()
    with opened(browser, reports / "rich.html", locale="fr-FR") as page:
        assert page.locator("#h-summary").inner_text() == "Summary"


def test_failures_of_the_period_lead_to_their_controls(browser: Browser, reports: Path) -> None:
    failed = sum(control.period == "fail" for control in AUDITED.controls)
    with opened(browser, reports / "rich.html") as page:
        page.locator("[data-filter=period-fail]").click()
        assert page.locator(SECTIONS).count() == failed
        assert page.locator("#unmatched").is_hidden()
        page.locator("#q").fill("nothing is called so")
        reached(page, "!document.querySelector('#unmatched').hidden")
        assert page.locator(SECTIONS).count() == 0


def test_deep_links_land_in_what_is_folded(browser: Browser, reports: Path) -> None:
    for place in ("#r.2", "#r.2?language=zh"):
        with opened(browser, reports / "rich.html", place) as page:
            assert page.locator("[id='r.2']").is_visible()
    with opened(browser, reports / "rich.html", "#ER-1?language=zh&filter=now-waived") as page:
        assert page.locator(SECTIONS).count() == 1
        assert abs(page.locator("#ER-1").bounding_box()["y"]) < 120  # type: ignore[index]


def test_record_is_shown_where_it_is_named(browser: Browser, reports: Path) -> None:
    with opened(browser, reports / "rich.html") as page:
        page.locator("#EM-1 summary").first.click()
        page.locator("#EM-1 table.lapses a.rec").first.click()
        assert "evidence/inspections/2026.csv:17" in page.locator("#peek").inner_text()
        page.keyboard.press("Escape")
        assert not page.locator("#peek").is_visible()


def test_tables_sort(browser: Browser, reports: Path) -> None:
    with opened(browser, reports / "rich.html") as page:
        page.locator("#register thead button").nth(2).click()
        first = page.locator("#register tbody tr").first
        assert "fail" in first.inner_text()
        page.locator("#register thead button").nth(2).click()
        assert "not applicable" in first.inner_text()


def test_without_scripts_it_is_complete(browser: Browser, reports: Path) -> None:
    with opened(browser, reports / "rich.html", java_script_enabled=False) as page:
        assert page.locator(SECTIONS).count() == CONTROLS
        assert not page.locator("#q").is_visible()
        assert not page.locator("#s-lapses").is_visible()
        page.locator("label[for=lang-zh]").click()
        assert page.locator("#h-summary").inner_text() == "摘要"
        page.locator("label[for=theme-dark]").click()
        page.goto((reports / "rich.html").as_uri() + "#r.2")
        assert page.locator("[id='r.2']").is_visible()


def test_hundred_thousand_lapses_page_filter_and_sort(browser: Browser, reports: Path) -> None:
    with opened(browser, reports / "many.html", "#s-lapses") as page:
        reached(page, "'lapses' in document.documentElement.dataset")
        rows = page.locator("#lapses tbody tr")
        assert rows.count() == 100
        assert "1–100 / 100,0" in page.locator("#page").inner_text()
        page.locator("#next").press("Enter")
        assert page.locator("#page").inner_text().startswith("101–200")
        controls = many(100_000).controls
        lapses = next(each.lapses for each in controls if each.id == "EM-1")
        page.locator("#lq").fill(lapses[54_321].subject)
        reached(page, "document.querySelector('#page').textContent.endsWith('/ 2')")
        page.locator("label[for=state-open]").click()
        assert rows.count() == 1
        page.locator("#lq").fill("")
        page.locator("[data-s=lasted] button").click()
        page.locator("[data-s=lasted] button").click()
        reached(page, "document.querySelector('#page').textContent.startsWith('1–100')")
        longest = max(e.days for each in controls for e in each.lapses if e.is_open)
        assert rows.first.locator("td.num").inner_text() == length_text(seconds_of(longest), "en")


def test_hostile_text_does_nothing(browser: Browser, reports: Path) -> None:
    with opened(browser, reports / "hostile.html", "#s-lapses") as page:
        reached(page, "'lapses' in document.documentElement.dataset")
        page.locator("label[for=lang-zh]").click()
        page.locator(".facet summary").nth(3).click()
        page.locator(".facet[open] input").first.check()
        page.locator("#expand").click()


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_is_wider_than_the_window(
    browser: Browser, reports: Path, width: int, language: str
) -> None:
    size = {"width": width, "height": 900}
    with opened(browser, reports / "rich.html", f"#?language={language}", viewport=size) as page:
        page.locator("#expand").click()
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_summary_prints_on_three_pages(browser: Browser, reports: Path) -> None:
    with opened(browser, reports / "brief.html") as page:
        assert len(pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))) <= 3


def test_prints_with_everything_open(browser: Browser, reports: Path) -> None:
    with opened(browser, reports / "rich.html", "#?theme=dark") as page:
        document = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
        said = "".join(each.get_textpage().get_text_range() for each in document)
    assert "queries are on screen with scripts only" in said
    assert f"1 / {len(document)}" in said
    assert "records that this report cites are left out on paper" in said
