"""Lapses that a baseline lets stand: marked wherever they are told, counted, and never passing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ccpolicy.assessment.models import Assessment, Pauses
from ccpolicy.reports import View
from ccpolicy.reports.html import render_assessment as render

from ..centres import BASELINED, STANDING
from ..rich import ASSESSMENT
from ..test_baselined import KNOWN, NEW
from .audited import ANNEX
from .test_browser import opened, reached

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WORDS = {
    "en": {
        "mark": "baselined",
        "count": "baselined: 1",
        "standing": "2 known lapses are in the baseline. They are not a pass",
        "alone": "Failing only by known lapses: ER-2",
        "gone": "Obsolete baseline entry, remove it: XX-1, centre",
        "cover": "2 lapses are in the baseline, which is not a pass",
        "gate": "EM-1, NS-1; obsolete baseline entries: 2",
        "let stand": "It is not a pass",
        "new too": "It also fails by lapses that are not in the baseline",
        "fail": "fail",
    },
    "zh": {
        "mark": "列于基线",
        "count": "列于基线：1",
        "standing": "2 次已知失效列于基线，不视为符合",
        "alone": "仅因已知失效而不符合：ER-2",
        "gone": "XX-1",
        "cover": "2 次失效列于基线，不视为符合",
        "gate": "EM-1, NS-1；基线中已过时的条目：2",
        "let stand": "但不视为符合",
        "new too": "另有新的失效",
        "fail": "不符合",
    },
}


def report(folder: Path, result: Assessment, **view: str) -> Path:
    """Write a report of a plan whose first clause names every control."""
    first, *others = result.policy.clauses
    names = [control.id for control in result.controls]
    clauses = [first.model_copy(update={"controls": names}), *others]
    policy = result.policy.model_copy(update={"clauses": clauses})
    file = folder / "report.html"
    changed = result.model_copy(update={"policy": policy})
    file.write_bytes(render(changed, View(**view)))  # type: ignore[arg-type]
    return file


def holds(text: str, *said: str) -> None:
    assert [each for each in said if each not in text] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_known_lapses_are_marked_wherever_they_are_told(
    browser: Browser, tmp_path: Path, language: str
) -> None:
    words = WORDS[language]
    file = report(tmp_path, BASELINED.model_copy(update={"annex": ANNEX}))
    with opened(browser, file, f"#s-lapses?language={language}") as page:
        page.locator("#expand").click()
        said = page.locator("#s-summary .finding").first.inner_text().replace("： ", "：")
        holds(said, words["standing"], words["alone"], words["gone"])
        holds(page.locator("#s-cover .facts").inner_text(), words["gate"], words["cover"])
        for place in ("#s-summary .finding:first-child .list", "#s-matrix", "#register"):
            holds(page.locator(place).inner_text(), words["count"])
        rows = page.locator("#EM-1 table.lapses tbody tr")
        holds(rows.filter(has_text=KNOWN).inner_text(), words["mark"])
        assert rows.filter(has_text=KNOWN).locator(".v-fail").count() == 1
        for row in rows.filter(has_text=NEW).all():
            assert words["mark"] not in row.inner_text()
        for name, said in (("EM-1", "new too"), ("ER-2", "let stand")):
            holds(page.locator(f"#{name} .verdicts").inner_text(), words["fail"], words["count"])
            holds(page.locator(f"#{name} > .known-all").inner_text(), words[said])
        reached(page, "'lapses' in document.documentElement.dataset")
        page.locator("label[for=state-known]").click()
        listed = page.locator("#lapses tbody tr").all_inner_texts()
        assert ["EM-1" in each for each in listed] == [True, False]
        for each in listed:
            holds(each, words["mark"])
        assert page.locator("#lapses tbody tr .v-fail").count() == len(listed)
        reached(page, "location.hash.includes('state=known')")
        page.locator("label[for=state-open]").click()
        listed = page.locator("#lapses tbody tr").all_inner_texts()
        assert sorted(words["mark"] in each for each in listed) == [False, True, True]
        beside = "[...document.querySelectorAll('.known')].filter((each) => each.closest('td, li, p"
        assert page.evaluate(f"{beside}')).length") > 8
        assert page.evaluate(f"{beside}')?.querySelector('.v-pass')).length") == 0


@pytest.mark.parametrize("detail", ["normal", "brief"])
def test_gate_that_passes_by_a_baseline_is_no_plan_that_holds(
    browser: Browser, tmp_path: Path, detail: str
) -> None:
    assert STANDING.gate.passed
    with opened(browser, report(tmp_path, STANDING, detail=detail)) as page:
        cover = page.locator("#s-cover")
        assert page.locator("#s-cover .sentence.v-fail .now").count() == 1
        holds(cover.inner_text(), "does not hold now", "3 lapses are in the baseline")
        holds(page.locator("#s-summary").inner_text(), "baselined: 2", "baselined: 1")


def test_without_a_baseline_nothing_is_known() -> None:
    content = render(ASSESSMENT, View()).decode()
    assert content.count("class=known") + content.count('class="known"') == 1, "a part for scripts"
    assert "state-known" not in content


def test_hours_paused_stand_in_the_list_of_all_lapses(browser: Browser, tmp_path: Path) -> None:
    other, first, *others = ASSESSMENT.controls
    lapses = [
        each.model_copy(update={"paused": 5400 if place == 0 else None})
        for place, each in enumerate(first.lapses)
    ]
    pauses = Pauses(subjects=1, seconds=5400)
    paused = first.model_copy(update={"lapses": lapses, "pauses": pauses})
    result = ASSESSMENT.model_copy(update={"controls": [other, paused, *others]})
    with opened(browser, report(tmp_path, result), "#s-lapses") as page:
        reached(page, "'lapses' in document.documentElement.dataset")
        page.locator("[data-s=paused] button").click()
        page.locator("[data-s=paused] button").click()
        reached(
            page, "document.querySelector('#lapses td.num + td.num')?.textContent === '1 h 30 min'"
        )
        told = page.locator("#lapses td.num + td.num").all_inner_texts()
        assert told == ["1 h 30 min", *["0 min"] * (len(told) - 1)]
