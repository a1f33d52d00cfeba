"""The shipped sample, read as an auditor reads it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .test_browser import opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_sample_is_small(sample: Path) -> None:
    assert sample.stat().st_size < 1_500_000


def test_only_controls_of_a_norm_and_a_site_are_left(browser: Browser, sample: Path) -> None:
    with opened(browser, sample) as page:
        page.locator(".facet summary", has_text="Site").click()
        page.locator("input[data-facet=site][data-text=CTU]").check()
        left = page.locator("section.control:visible").count()
        assert 0 < left < 36
