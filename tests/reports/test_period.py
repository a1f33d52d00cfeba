"""A report on a period that ended before as-of names no lapse that began after it."""

from __future__ import annotations

import datetime
import io
import re
from functools import cache

import openpyxl
import pytest

import ccpolicy
from ccpolicy import EvaluationRequest, reports
from ccpolicy.assessment.models import Assessment
from ccpolicy.reports import View
from ccpolicy.reports.layout import visible
from ccpolicy.shipped import shipped_folder

from .rendered import render

LISTS_LAPSES = ("text", "junit", "sarif", "github", "gitlab", "markdown", "oscal")


@cache
def half_a_year() -> Assessment:
    """Return the shipped sample's inspections, judged through a period long before as-of."""
    request = EvaluationRequest(
        period=("2025-11-20", "2026-04-30"), controls=["EM-1"], gate="period"
    )
    return ccpolicy.load(shipped_folder()).check(request)


def day(moment: str) -> str:
    return moment[:10]


@pytest.mark.parametrize("name", LISTS_LAPSES)
def test_only_lapses_of_the_period_are_named(name: str) -> None:
    result = half_a_year()
    [control] = result.controls
    ends = datetime.datetime.fromisoformat(result.window.ends)
    inside = [e for e in control.lapses if datetime.datetime.fromisoformat(e.starts) < ends]
    # Every report names the moment judged, on whose day a lapse begins, too.
    after = [
        e
        for e in control.lapses
        if datetime.datetime.fromisoformat(e.starts) > ends and day(e.starts) != day(result.as_of)
    ]
    assert inside
    assert after
    shown = render(result, name, View(detail="full"))
    for lapse in inside:
        assert visible(lapse.subject) in shown
        assert day(lapse.starts) in shown
    for lapse in after:
        assert day(lapse.starts) not in shown


@pytest.mark.parametrize("name", ["csv", "xlsx", "html"])
def test_data_leave_out_what_ended_after_the_period(name: str) -> None:
    result = half_a_year()
    [control] = result.controls
    ends = datetime.datetime.fromisoformat(result.window.ends)
    left_out = [
        each
        for each in control.lapses
        if each.ends and datetime.datetime.fromisoformat(each.starts) > ends
    ]
    assert left_out
    assert rows(name, result) == len(control.lapses) - len(left_out)


def rows(name: str, result: Assessment) -> int:
    """Count the rows of lapses."""
    content = reports.render(result, name, View(detail="full")).content
    if isinstance(content, str):
        return content.count(",lapse,")
    if name == "html":
        [table] = re.findall(rb'<table class="data lapses sortable.*?</table>', content, re.DOTALL)
        return int(table.count(b"<tr>")) - 1
    book = openpyxl.load_workbook(io.BytesIO(content))
    return len(list(book["Lapses"].rows)) - 1
