"""The period first: what failed in it, whose it is, and totals of any range of days."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ccpolicy.assessment.models import Assessment
from ccpolicy.reports import View
from ccpolicy.reports.html import render_assessment as render

from .audited import AUDITED
from .test_browser import opened, reached
from .test_static import XHTML, by_id, parsed, words
from .test_whole import tagged

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_first_page_links_to_what_failed_in_the_period(audit: Assessment) -> None:
    tree = parsed(render(audit, View()))
    (line,) = tagged(by_id(tree)["s-cover"], "p", "failed")
    linked = {each.get("href")[1:] for each in line.iter(f"{XHTML}a")}
    assert linked == {control.id for control in audit.controls if control.period == "fail"}


def test_owners_add_up_to_all(audit: Assessment) -> None:
    table = by_id(parsed(render(audit, View())))["owners"]
    rows = [[words(each) for each in tagged(row, "td")] for row in tagged(table, "tr")[1:]]
    assert len(rows) == len({control.owner for control in audit.controls})
    assert sum(int(row[2]) for row in rows) == len(audit.controls)
    assert sum(int(row[5]) for row in rows) == sum(e.period == "fail" for e in audit.controls)
    unwaived = [e for c in audit.controls for e in c.lapses if not e.waived_by and e.days]
    assert sum(int(row[6]) for row in rows) == len(unwaived)


def test_nobody_prepared_it_unless_somebody_says_so() -> None:
    cover = words(by_id(parsed(render(AUDITED, View())))["s-cover"])
    assert "Prepared by" not in cover
    view = View(prepared_by="A. Auditor", prepared_on="2026-12-01")
    places = by_id(parsed(render(AUDITED, view)))
    for place in ("s-cover", "s-signature"):
        assert "A. Auditor" in words(places[place])
        assert "2026-12-01" in words(places[place])


def test_changes_stand_in_a_section_of_their_own() -> None:
    control = next(each for each in AUDITED.controls if any(e.ends for e in each.lapses))
    earlier = [each.model_copy(update={"ends": None}) for each in control.lapses]
    controls = [
        each.model_copy(update={"lapses": earlier}) if each is control else each
        for each in AUDITED.controls
    ]
    view = View(compared=AUDITED.model_copy(update={"controls": controls}))
    moved = by_id(parsed(render(AUDITED, view)))["moved"]
    assert "cured" in words(moved)
    assert control.id in words(moved)
    assert "s-compare" not in by_id(parsed(render(AUDITED, View())))


@pytest.mark.parametrize("quarter", ["2026-04-01/2026-06-30"])
def test_totals_of_a_quarter_in_two_steps(
    browser: Browser, sample: Path, audit: Assessment, quarter: str
) -> None:
    """Which controls failed in the second quarter, and for how long in all?"""
    zone = datetime.datetime.fromisoformat(audit.as_of).tzinfo
    first, last = (
        datetime.datetime.fromisoformat(each).replace(tzinfo=zone) for each in quarter.split("/")
    )
    after = last + datetime.timedelta(days=1)
    own: dict[str, datetime.timedelta] = {}
    for control in audit.controls:
        for lapse in control.lapses:
            starts = datetime.datetime.fromisoformat(lapse.starts)
            ends = datetime.datetime.fromisoformat(lapse.ends or audit.as_of)
            inside = min(ends, after) - max(starts, first)
            if inside > datetime.timedelta() and not lapse.waived_by:
                own[control.id] = own.get(control.id, datetime.timedelta()) + inside
    with opened(browser, sample) as page:
        page.locator(".contents a[href='#s-lapses']").click()
        page.locator("#range").select_option(quarter)
        reached(page, "document.querySelector('#sums dd').textContent !== ''")
        said = page.locator("#sums div.wide dd").inner_text()
        lapsed = page.locator("#sums dd").nth(1).inner_text()
    assert len(own) > 5
    assert [part.split()[0] for part in said.split(" · ")] == [*own]
    whole = sum(own.values(), datetime.timedelta())
    assert lapsed == f"{whole.days} d {round(whole.seconds / 60) // 60} h"
