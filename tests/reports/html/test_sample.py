"""The shipped sample, read as an auditor reads it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import ccpolicy
from ccpolicy.reports import View
from ccpolicy.reports.html import assessment as render

from .test_browser import opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sample") / "compliance.html"
    file.write_bytes(render(ccpolicy.load(ROOT).check(annex=True), View()))
    return file


def test_sample_is_small(sample: Path) -> None:
    assert sample.stat().st_size < 1_500_000


def test_drill_of_a_site_is_found_in_four_clicks(browser: Browser, sample: Path) -> None:
    """Which on-site drill covered Chengdu in the first half of 2026, and where is its record?"""
    with opened(browser, sample) as page:
        page.locator(".contents a[href='#DR-2']").click()
        page.locator("#DR-2 .tl summary", has_text="CTU").click()
        page.locator("#DR-2 .tl details[open] .spans a", has_text="2026.yaml").first.click()
        said = page.locator("#peek").inner_text()
        assert "evidence/drills/2026.yaml" in said
        assert "CTU" in said
        assert "2026-0" in said


def test_only_controls_of_a_norm_and_a_site_are_left(browser: Browser, sample: Path) -> None:
    with opened(browser, sample) as page:
        page.locator(".facet summary", has_text="Site").click()
        page.locator("input[data-facet=site][data-text=CTU]").check()
        left = page.locator("section.control:visible").count()
        assert 0 < left < 36
