"""A real browser, and reports to open in it."""

from __future__ import annotations

from pathlib import Path

import pytest

import shipped_sample
from ccpolicy.assessment.models import Assessment
from ccpolicy.reports import View
from ccpolicy.reports.html import render_assessment as render

from .audited import AUDITED, hostile, many


@pytest.fixture(scope="session")
def audit() -> Assessment:
    """The shipped sample, judged for auditors."""
    return shipped_sample.audited()


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory, audit: Assessment) -> Path:
    """Write the shipped sample's report."""
    file = tmp_path_factory.mktemp("sample") / "compliance.html"
    file.write_bytes(render(audit, View()))
    return file


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the reports that the tests open."""
    folder = tmp_path_factory.mktemp("reports")
    (folder / "rich.html").write_bytes(render(AUDITED, View()))
    (folder / "brief.html").write_bytes(render(AUDITED, View(detail="brief")))
    (folder / "hostile.html").write_bytes(render(hostile(), View()))
    (folder / "many.html").write_bytes(render(many(100_000), View()))
    return folder
