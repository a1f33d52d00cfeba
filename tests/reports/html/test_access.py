"""Open to everyone: what axe finds, and what a keyboard alone can do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .test_browser import opened, reached

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WAYS = {
    "rich": [
        ("en", "light", 1440),
        ("zh", "light", 390),
        ("en", "dark", 390),
        ("zh", "dark", 1440),
    ],
    "sample": [
        ("zh", "light", 390),
        ("en", "dark", 1440),
        ("zh", "dark", 1440),
        ("en", "light", 390),
    ],
}
"""Ways to look at a page: every two of language, colours and width meet."""

THIN = """(few) => {
  const UNITS = `section.control, section.dataset, article, details, figure, .scroll, tbody,
    :is(li, tr, dl > div, g, svg > a):not(:first-child)`;
  const WRITTEN = ['class', 'role', 'type', 'lang', 'scope', 'tabindex'];
  const main = document.querySelector('main');
  const kinds = new Map([[main, '']]);
  const kind = (each) => {
    if (!kinds.has(each)) {
      const named = [...each.attributes].map(({ name, value }) =>
        WRITTEN.includes(name) ? `${name}=${value}` : name + (value.trim() ? '' : '='));
      const speaks = [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
      const own = `${each.localName} ${named.sort().join()}${speaks ? ' says' : ''}`;
      kinds.set(each, `${kind(each.parentElement)} > ${own}`);
    }
    return kinds.get(each);
  };
  const kept = new Map();
  const isKnown = (each) => (kept.get(kind(each)) || 0) >= few;
  const thin = (within) => {
    for (const each of [...within.children]) {
      if (each.matches(UNITS) && isKnown(each) && [...each.querySelectorAll('*')].every(isKnown)) {
        each.remove();
        continue;
      }
      kept.set(kind(each), (kept.get(kind(each)) || 0) + 1);
      thin(each);
    }
  };
  const whole = new Set([...main.querySelectorAll('*')].map(kind));
  thin(main);
  const left = new Set([...main.querySelectorAll('*')].map(kind));
  return [whole.size, left.size, main.querySelectorAll('*').length];
}"""
"""Removes parts of which so few of their kind stay, with all kinds of elements beneath them.

Two elements are of a kind if they and all around them have the same names, classes and attributes.
Whether each name is there once, the file is asked in another test."""

LATE = {"#s-lapses": "lapses", "#s-subjects": "subjects"}
"""Sections that are filled when they come near the screen, and what then says so."""


def thinned(page: Page, few: int) -> tuple[int, int, int]:
    """Thin a page that is drawn to its end: what is filled later would miss what is removed."""
    there = {each: page.locator(each) for each in LATE if page.locator(each).count()}
    assert there
    for section, place in there.items():
        place.scroll_into_view_if_needed()
        reached(page, f"'{LATE[section]}' in document.documentElement.dataset")
    page.evaluate("scrollTo(0, 0)")
    kinds, kept, elements = page.evaluate(THIN, few)
    return kinds, kept, elements


RUN = """async (values) => {
  const options = { runOnly: { type: 'tag', values }, resultTypes: ['violations'] };
  return (await axe.run(document, options)).violations.map(({ id, nodes }) =>
    [id, nodes.length, nodes[0].html.slice(0, 200), nodes[0].failureSummary]);
}"""


@pytest.mark.parametrize(
    ("report", "language", "theme", "width"),
    [(report, *way) for report, ways in WAYS.items() for way in ways],
)
def test_axe_finds_nothing(
    browser: Browser,
    reports: Path,
    sample: Path,
    report: str,
    language: str,
    theme: str,
    width: int,
) -> None:
    """All is opened. What axe looks at grows with the page, so two elements of each kind stay."""
    from axe_playwright_python.sync_playwright import Axe

    file = sample if report == "sample" else reports / "rich.html"
    place = f"#s-lapses?language={language}&theme={theme}"
    with opened(browser, file, place, viewport={"width": width, "height": 900}) as page:
        kinds, kept, elements = thinned(page, 2)
        assert kinds == kept > 300
        assert elements < 20_000
        page.locator("#expand").click()
        assert page.locator("main details:not([open], .facet)").count() == 0
        page.evaluate(Axe().axe_script)
        assert not page.evaluate(RUN, TAGS)


STOPS = """() => [...document.querySelectorAll('a[href], button, input, summary, [tabindex="0"]')]
  .filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.disabled
    && !each.closest('dialog') && !(each.type === 'radio' && !each.checked))"""
"""Finds where the tab key has to stop: at one of the choices of a switch."""

HERE = """() => {
  const here = document.activeElement;
  if (here === document.body) return null;
  const place = window.stops.indexOf(here);
  const said = here.outerHTML.slice(0, 120);
  const seen = here.type === 'radio' ? here.nextElementSibling : here;
  const { outlineStyle, outlineWidth } = getComputedStyle(seen);
  const marked = outlineStyle !== 'none' && parseFloat(outlineWidth) > 0;
  const [width, height] = [innerWidth, innerHeight];
  const open = [...seen.getClientRects()].some(({ left, right, top, bottom }) => {
    const [x, y] = [Math.max(left, 0), Math.max(top, 0)];
    const [wide, high] = [Math.min(right, width) - x, Math.min(bottom, height) - y];
    return wide > 0 && high > 0 && [0.1, 0.5, 0.9].some((part) => {
      const over = document.elementFromPoint(x + wide * part, y + high * part);
      return over && (seen.contains(over) || over.contains(seen));
    });
  });
  return { place, said, marked, open };
}"""
"""Says where the focus is, whether it is marked, and whether anything hides it."""


def test_tab_stops_at_everything_and_is_always_seen(browser: Browser, sample: Path) -> None:
    """One element of each kind is left, and all that is folded is opened."""
    with opened(browser, sample, "#s-lapses") as page:
        thinned(page, 1)
        unfolded = "document.querySelectorAll('main details:not(.facet, .sheet)')"
        page.evaluate(f"{unfolded}.forEach((each) => {{ each.open = true; }})")
        page.evaluate(f"window.stops = ({STOPS})()")
        wanted = page.evaluate("stops.length")
        walked: dict[int, str] = {}
        # From the page's beginning: the focus may begin at the place that the address names.
        page.evaluate("stops[0].focus()")
        for step in range(2 * wanted):
            if step:
                page.keyboard.press("Tab")
            here = page.evaluate(HERE)
            if here is None:
                break  # The page's end, from where the focus goes on to the browser's own bar.
            assert here["marked"], here["said"]
            assert here["open"], here["said"]
            walked[here["place"]] = here["said"]
        else:
            pytest.fail("the focus never came to the page's end")
        missed = page.evaluate(
            "(seen) => stops.filter((_, place) => !seen.includes(place)).map((e) => e.outerHTML)",
            list(walked),
        )
        assert not missed


def test_tools_that_stay_at_the_top_hide_no_focus(browser: Browser, sample: Path) -> None:
    """Where the whole register is longer than the screen, which the walk above makes short."""
    with opened(browser, sample) as page:
        page.evaluate(f"window.stops = ({STOPS})()")
        page.locator("#register tbody tr").nth(20).locator("a").focus()
        for _ in range(30):
            page.keyboard.press("Shift+Tab")
            here = page.evaluate(HERE)
            assert here["open"], here["said"]
            assert here["marked"], here["said"]


def test_keyboard_alone_does_all(browser: Browser, sample: Path) -> None:
    with opened(browser, sample) as page:
        focused = page.locator(":focus")
        page.keyboard.press("Tab")
        assert focused.get_attribute("class") == "skip"
        assert focused.bounding_box()["x"] >= 0  # type: ignore[index]
        page.keyboard.press("Enter")
        assert focused.get_attribute("id") == "main"

        page.keyboard.press("/")
        assert focused.get_attribute("id") == "q"
        page.keyboard.type("restore")
        reached(page, "location.hash.includes('q=restore')")
        assert 0 < page.locator("section.control:visible").count() < 36
        page.keyboard.press("ControlOrMeta+A")
        page.keyboard.press("Delete")
        reached(page, "!location.hash.includes('q=')")

        page.keyboard.press("Tab")
        assert focused.evaluate("(each) => each.localName") == "summary"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        reached(page, "location.hash.includes('filter=now-')")
        page.keyboard.press("Escape")
        assert focused.evaluate("(each) => each.localName") == "summary"
        assert page.locator(".facet[open]").count() == 0
        page.locator("#clear").press("Enter")
        reached(page, "!location.hash.includes('filter')")

        page.locator("#register thead button").nth(4).press("Enter")
        assert page.locator("#register th[aria-sort=ascending]").count() == 1
        first = page.locator("#register tbody tr").first
        assert "critical" in first.inner_text()

        page.locator("#lang-en").press("ArrowLeft")
        assert page.locator("#h-summary").inner_text() == "摘要"
        page.locator("#theme-auto").press("ArrowRight")
        page.locator("#theme-light").press("ArrowRight")
        reached(page, "location.hash.includes('theme=dark')")

        page.locator(".contents a[href='#EM-1']").press("Enter")
        assert focused.get_attribute("id") == "EM-1"
        folded = page.locator("#EM-1 .how > summary")
        folded.press("Enter")
        assert page.locator("#EM-1 .how[open]").count() == 1
        folded.press("Space")
        assert page.locator("#EM-1 .how[open]").count() == 0

        page.locator("#EM-1 table.lapses a.rec").first.press("Enter")
        for _ in range(5):
            page.keyboard.press("Tab")
            assert page.evaluate(
                "['BODY', 'HTML'].includes(document.activeElement.tagName)"
                " || !!document.activeElement.closest('#peek')"
            )
        page.keyboard.press("Escape")
        assert not page.locator("#peek").is_visible()
        assert "rec" in str(focused.get_attribute("class"))
        page.keyboard.press("Shift+Tab")
        assert focused.count() == 1
