"""The section by framework: each requirement with its controls, and those that have none."""

from __future__ import annotations

import pytest

from ccpolicy.assessment.models import Assessment
from ccpolicy.reports import View
from ccpolicy.reports.html import render_assessment as render

from ..rich import ASSESSMENT, FRAMEWORKS
from .audited import AUDITED
from .test_static import XHTML, by_id, parsed, words


@pytest.mark.parametrize("result", [AUDITED, ASSESSMENT], ids=["annex", "no annex"])
def test_requirements_with_their_controls_and_verdicts(result: Assessment) -> None:
    section = by_id(parsed(render(result, View())))["s-frameworks"]
    [iso, law] = section.iter(f"{XHTML}details")
    assert "2 of 3 requirements have a control" in words(iso.find(f"{XHTML}summary"))
    rows = [[words(cell) for cell in row] for row in iso.iter(f"{XHTML}tr")][1:]
    assert [row[0].split()[0] for row in rows] == ["8.6", "A.7.13"]
    assert [row[1].split() for row in rows] == [["GV-1", "EM-1"], ["EM-1"]]
    assert ["fail" in row[2] and "fail" in row[3] for row in rows] == [True, True]
    assert "Monthly inspection of core equipment" in rows[1][0]
    without = iso.findall(f"{XHTML}p")[-1]
    assert "No control of this plan serves:" in words(without)
    assert "9.2 Audit" in words(without)
    assert "Operation" not in words(iso)  # a heading asks for nothing
    assert "No control of this plan serves:" not in words(law)
    links = {each.get("href") for each in section.iter(f"{XHTML}a")}
    assert links == {"#GV-1", "#EM-1"}


def test_a_requirement_is_not_judged_by_some_of_its_controls() -> None:
    requirement = FRAMEWORKS[0].requirements[1].model_copy(update={"now": None, "period": None})
    partial = FRAMEWORKS[0].model_copy(update={"requirements": [requirement]})
    page = render(ASSESSMENT.model_copy(update={"frameworks": [partial]}), View())
    section = by_id(parsed(page))["s-frameworks"]
    assert "not all in this assessment" in words(section)
    assert "pass" not in [words(each) for each in section.iter(f"{XHTML}b")]


def test_without_frameworks_nothing_is_said_of_them() -> None:
    tree = parsed(render(ASSESSMENT.model_copy(update={"frameworks": []}), View()))
    assert "s-frameworks" not in by_id(tree)
    assert "#s-frameworks" not in {each.get("href") for each in tree.iter(f"{XHTML}a")}
    assert "s-frameworks" in by_id(parsed(render(ASSESSMENT, View())))
    assert "s-frameworks" not in by_id(parsed(render(ASSESSMENT, View(detail="brief"))))
