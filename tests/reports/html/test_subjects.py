"""All about one subject, across controls."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ccpolicy.assessment.models import Assessment

from .test_browser import opened, reached

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
