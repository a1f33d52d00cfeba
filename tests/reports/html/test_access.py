"""Open to everyone: what axe finds, and what a keyboard alone can do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .test_browser import opened, reached

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WAYS = [
    ("en", "light", 1440),
    ("zh", "light", 390),
    ("en", "dark", 390),
    ("zh", "dark", 1440),
]
"""Ways to look at the page: every two of language, colours and width come together."""

KINDS = """() => {
  const kinds = new Map();
  for (const each of document.querySelectorAll('body *')) {
    if (![...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
    if (!each.checkVisibility()) continue;
    const { color, fill, fontSize, fontWeight, opacity } = getComputedStyle(each);
    const kind = [color, fill, fontSize, fontWeight, opacity];
    for (let up = each; up; up = up.parentElement) {
      const { backgroundColor, backgroundImage } = getComputedStyle(up);
      if (backgroundColor === 'rgba(0, 0, 0, 0)' && backgroundImage === 'none') continue;
      kind.push(backgroundColor, backgroundImage);
      break;
    }
    kinds.set(kind.join(), each);
  }
  window.kinds = [...kinds.values()];
  return kinds.size;
}"""
"""Finds one element of each kind of text: its colour and size, and what it stands on."""

RUN = """([kinds, options]) => axe.run(kinds ? { include: window.kinds } : document, options)
  .then((found) => found.violations.map((each) =>
    [each.id, each.nodes.length, each.nodes[0].html.slice(0, 200), each.nodes[0].failureSummary]))
"""
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
TARGETS = {"runOnly": {"type": "rule", "values": ["target-size", "scrollable-region-focusable"]}}
REST = {
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {"color-contrast": {"enabled": False}},
}


def axe(page: Page, options: dict[str, Any], *, kinds: bool = False) -> list[Any]:
    return list(page.evaluate(RUN, [kinds, {**options, "resultTypes": ["violations"]}]))


@pytest.mark.parametrize("report", ["rich", "sample"])
def test_axe_finds_nothing(browser: Browser, reports: Path, sample: Path, report: str) -> None:
    """All is opened. Contrast is a matter of colours and sizes: each kind of text is measured.

    What hangs on neither colours nor width is looked for once; both languages share its markup.
    """
    from axe_playwright_python.sync_playwright import Axe

    file = sample if report == "sample" else reports / "rich.html"
    with opened(browser, file, "#s-lapses") as page:
        reached(page, "'lapses' in document.documentElement.dataset")
        page.locator("#expand").click()
        page.evaluate(Axe().axe_script)
        for language, theme, width in WAYS:
            page.set_viewport_size({"width": width, "height": 900})
            page.locator(f"label[for=lang-{language}]").click()
            page.locator(f"label[for=theme-{theme}]").click()
            assert page.evaluate(KINDS) > 40
            found = axe(page, CONTRAST, kinds=True)
            found += axe(page, REST if (language, width) == ("zh", 390) else TARGETS)
            assert not found, (language, theme, width)
