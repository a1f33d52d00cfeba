"""What readers stumbled over in an earlier edition: each kind stays mended, in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .test_browser import opened, reached

if TYPE_CHECKING:
    from playwright.sync_api import Browser

OWN = {"en": ["Number <b>", "Site", "Shanghai & all"], "zh": ["巡检单号", "职场", "上海"]}
"""Names of fields and a value in the contract of inspections."""


@pytest.mark.parametrize(("language", "other"), [("en", "zh"), ("zh", "en")])
def test_a_record_speaks_the_readers_language_alone(
    browser: Browser, reports: Path, language: str, other: str
) -> None:
    with opened(browser, reports / "rich.html", f"#EM-1?language={language}") as page:
        page.locator("#EM-1 table.lapses a.rec").first.click()
        said = page.locator("#peek dl").inner_text()
    assert [each for each in OWN[language] if each not in said] == []
    assert [each for each in OWN[other] if each in said] == []


CONTRASTS = """() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map((each) => each / 255)
      .map((each) => (each <= 0.03928 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const style = (selector) => getComputedStyle(document.querySelector(selector));
  const of = (selector) => light(style(selector).backgroundColor);
  const panel = of('.panel:has(.weeks)');
  return ['.k.l3', '.k.l4', '.k.l5'].map((each) => {
    const [low, high] = [of(each), panel].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  });
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_more_that_lapsed_is_stronger_in_light_and_in_dark(
    browser: Browser, reports: Path, theme: str
) -> None:
    with opened(browser, reports / "rich.html", f"#?theme={theme}") as page:
        little, more, most = page.evaluate(CONTRASTS)
    assert 1.2 < little < more < most


BOXES = """() => [...document.querySelectorAll('#register tbody tr')].map((row) => {
  const box = (place) => row.cells[place].getBoundingClientRect();
  const [now, period, severity, owner] = [2, 3, 4, 5].map(box);
  return { right: Math.max(...[now, period, severity, owner].map((each) => each.right)),
    first: period.top < now.top || (period.top === now.top && period.left < now.left),
    together: Math.abs(severity.top - owner.top) < 8, below: severity.top >= period.bottom };
})"""


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [360, 390])
def test_a_phone_shows_the_periods_verdict_first(
    browser: Browser, reports: Path, language: str, width: int
) -> None:
    size = {"width": width, "height": 800}
    with opened(browser, reports / "rich.html", f"#?language={language}", viewport=size) as page:
        cards = page.evaluate(BOXES)
        small = page.locator(".sentence .period").evaluate("e => getComputedStyle(e).fontSize")
        assert page.evaluate("document.documentElement.scrollWidth") == width
    assert len(cards) > 3
    for each in cards:
        assert each["right"] <= width
        assert each["first"]
        assert each["together"]
        assert each["below"]
    assert float(small.removesuffix("px")) > 16


COUNTED = """() => [...document.querySelectorAll('main h3 > .n')].map((count) => [
  count.textContent, [...count.closest('h3').parentElement.querySelectorAll('[data-c]')]
    .filter((each) => !each.hidden).length])"""


def test_headings_count_what_a_filter_leaves(browser: Browser, reports: Path) -> None:
    with opened(browser, reports / "rich.html", "#") as page:
        before = page.evaluate(COUNTED)
        page.evaluate("location.hash = '#?filter=now-fail'")
        reached(page, "document.querySelector('#matched b').textContent === '2'")
        after = page.evaluate(COUNTED)
    filtered = [
        (whole, text, left)
        for (whole, listed), (text, left) in zip(before, after, strict=True)
        if listed == int(whole) > left
    ]
    assert len(filtered) > 1
    for whole, text, left in filtered:
        assert text == f"{left} / {whole}"


CUT = """() => [...document.querySelectorAll('.who, .rec, .behind, bdi')]
  .filter((each) => each.checkVisibility())
  .filter((each) => getComputedStyle(each).textOverflow !== 'clip'
    || each.textContent.includes('…') || !each.textContent.trim())
  .map((each) => each.outerHTML)"""


def test_names_keep_their_ends_and_records_their_folder(browser: Browser, reports: Path) -> None:
    with opened(browser, reports / "rich.html", "#EM-1") as page:
        page.locator("#expand").click()
        assert page.locator(".who:visible").count() > 2
        assert page.evaluate(CUT) == []
        records = page.locator("#EM-1 table.lapses a.rec").all_inner_texts()
        assert records
        assert all(each.startswith("inspections/2026.csv:") for each in records)
        legend = page.locator("#EM-1 .timelines .legend").inner_text()
        assert "as-of, from which on the scale is another" in legend
