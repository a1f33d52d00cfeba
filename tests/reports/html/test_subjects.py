"""All about one subject, across controls."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ccpolicy.assessment.models import Assessment, Text
from ccpolicy.reports import View
from ccpolicy.reports.html import render_assessment as render
from ccpolicy.reports.html_parts.subjects import NAMED

from .audited import AUDITED
from .test_browser import opened, reached
from .test_static import by_id, parsed, words

if TYPE_CHECKING:
    from playwright.sync_api import Browser

UNPACKED = "'subjects' in document.documentElement.dataset"


def test_all_about_an_incident(browser: Browser, sample: Path, audit: Assessment) -> None:
    own = [
        (control.id, each)
        for control in audit.controls
        for each in control.population or []
        if "INC-2026-04" in each.subject
    ]
    assert len({control for control, _ in own}) > 5
    with opened(browser, sample) as page:
        page.locator(".contents a[href='#s-subjects']").click()
        reached(page, UNPACKED)
        page.locator("#sq").fill("INC-2026-04")
        reached(page, "location.hash.includes('sq=')")
        assert page.locator("#subjects-page").inner_text().endswith(f"/ {len(own)}")
        said = page.locator("#subjects tbody").inner_text()
        for control, each in own:
            assert control in said
            assert each.subject in said
        assert page.locator("#subjects .v-fail").count() == sum(
            each.period == "fail" for _, each in own
        )
        page.locator("#their-lapses").click()
        lapses = sum(each.lapses for _, each in own)
        reached(page, f"document.querySelector('#page').textContent.endsWith('/ {lapses}')")


def test_one_click_leaves_a_subject_and_its_record(browser: Browser, sample: Path) -> None:
    with opened(browser, sample, "#s-subjects?sq=TR-1&which=period") as page:
        reached(page, UNPACKED)
        assert page.locator("#subjects tbody tr").count() == 3
        page.locator("#subjects button.name").first.click()
        assert page.locator("#sq").input_value() == "P0093"
        assert page.locator("#subjects tbody tr").count() > 1
        page.locator("#subjects a.rec").first.click()
        assert page.locator("#peek").is_visible()


def test_what_is_not_due_and_what_is_paused_is_listed(audit: Assessment) -> None:
    """One control of the sample has its subjects paused for an hour and a half."""
    first = next(each for each in audit.controls if each.subjects.not_due)
    population = [each.model_copy(update={"paused": 5400}) for each in first.population or []]
    paused = first.model_copy(update={"population": population})
    controls = [paused if each is first else each for each in audit.controls]
    page = by_id(parsed(render(audit.model_copy(update={"controls": controls}), View())))
    said = words(page["s-pending"])
    for control in controls:
        waiting = [each.subject for each in control.population or [] if each.not_due]
        assert len(waiting) == control.subjects.not_due
        assert all(each in said for each in waiting[:NAMED])
    assert f"{population[0].subject} (1 h 30 min" in said
    none = [each.model_copy(update={"population": None}) for each in audit.controls]
    assert "s-pending" not in by_id(
        parsed(render(audit.model_copy(update={"controls": none}), View()))
    )


@pytest.mark.parametrize("which", ["not-due"])
def test_one_click_leaves_what_is_not_due(
    browser: Browser, sample: Path, audit: Assessment, which: str
) -> None:
    waiting = sum(each.subjects.not_due for each in audit.controls)
    assert waiting
    with opened(browser, sample, f"#s-subjects?which={which}") as page:
        reached(page, UNPACKED)
        assert page.locator("#subjects-page").inner_text() == f"1–{waiting} / {waiting}"


@pytest.mark.parametrize("which", ["toString", "__proto__", "now,period"])
def test_an_address_that_asks_for_no_such_subjects_shows_all(
    browser: Browser, sample: Path, audit: Assessment, which: str
) -> None:
    total = sum(len(each.population or []) for each in audit.controls)
    with opened(browser, sample, f"#s-subjects?which={which}&sp=1") as page:
        reached(page, UNPACKED)
        assert page.locator("#subjects-page").inner_text() == f"1–100 / {total:,}"


def test_the_cover_names_whose_plan_it_is() -> None:
    policy = AUDITED.policy.model_copy(
        update={"organisation": Text({"en": "Northern <b>Calls</b>", "zh": "北方呼叫"})}
    )
    cover = words(
        by_id(parsed(render(AUDITED.model_copy(update={"policy": policy}), View())))["s-cover"]
    )
    assert "Northern <b>Calls</b>" in cover
    assert "北方呼叫" in cover
