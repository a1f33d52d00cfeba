"""A report on a period that ended before as-of names no lapse that began after it."""

from __future__ import annotations

import datetime
from functools import cache

import pytest

import ccpolicy
from ccpolicy.assessment.models import Assessment
from ccpolicy.reports import View
from ccpolicy.reports.layout import visible
from ccpolicy.shipped import shipped_folder

from .rendered import render

LISTS_LAPSES = ("text", "junit", "sarif", "github", "gitlab", "markdown", "oscal")


@cache
def half_a_year() -> Assessment:
    """Return the shipped sample's inspections, judged through a period long before as-of."""
    return ccpolicy.load(shipped_folder()).check(
        period=("2025-11-20", "2026-04-30"), controls=["EM-1"], gate="period"
    )


def day(moment: str) -> str:
    return moment[:10]


@pytest.mark.parametrize("name", LISTS_LAPSES)
def test_only_lapses_of_the_period_are_named(name: str) -> None:
    result = half_a_year()
    [control] = result.controls
    ends = datetime.datetime.fromisoformat(result.window.ends)
    inside = [e for e in control.lapses if datetime.datetime.fromisoformat(e.starts) < ends]
    after = [e for e in control.lapses if datetime.datetime.fromisoformat(e.starts) > ends]
    assert inside
    assert after
    shown = render(result, name, View(detail="full"))
    for lapse in inside:
        assert visible(lapse.subject) in shown
        assert day(lapse.starts) in shown
    for lapse in after:
        assert day(lapse.starts) not in shown
