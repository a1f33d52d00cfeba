"""What the report does not prove: its limits, and who vouches for what no record shows."""

from __future__ import annotations

import pytest

from ccpolicy.reports import View
from ccpolicy.reports.html import render_assessment as render

from ..rich import ASSESSMENT
from .audited import AUDITED
from .test_static import XHTML, by_id, parsed, words


@pytest.mark.parametrize("result", [AUDITED, ASSESSMENT], ids=["annex", "no annex"])
def test_who_vouches_until_when_and_which_lapsed(result: object) -> None:
    page = by_id(parsed(render(ASSESSMENT if result is ASSESSMENT else AUDITED, View())))
    section = page["s-limits"]
    assert "A record proves that somebody recorded something" in words(section)
    rows = [[words(cell) for cell in row] for row in section.iter(f"{XHTML}tr")][1:]
    assert [("fail" in row[3], "fail" in row[4]) for row in rows] == [
        (False, False),
        (True, True),
        (True, True),
    ]
    assert "nothing is missing" in rows[0][0]
    assert rows[0][1].split() == ["EM-1", "NS-1"]
    assert "P0010, P0001" in rows[0][2]
    assert "2026-06-05 – 2027-06-04" in rows[0][2]
    assert "各职场均已核对" in rows[0][2]
    assert "2025-11-19 – 2026-11-18" in rows[1][2]
    assert "never attested" in rows[2][2]
    links = {each.get("href") for each in section.iter(f"{XHTML}a")}
    assert {"#GV-1", "#EM-1", "#NS-1"} <= links


def test_without_attestations_the_limits_stand_alone() -> None:
    page = by_id(parsed(render(ASSESSMENT.model_copy(update={"attested": []}), View())))
    assert "s-limits" in page
    assert "h-attested" not in page
    assert "s-limits" not in by_id(parsed(render(ASSESSMENT, View(detail="brief"))))
