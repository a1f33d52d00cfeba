"""What an evaluation says of frameworks: who serves, and a verdict only if all were judged."""

from __future__ import annotations

from pathlib import Path

import pytest

import ccpolicy
from small_centre import CONTROLS, FAILING, INSPECTIONS, change, lay

ISO = """\
id: iso
title: ISO 1
edition: "2022"
source: A standard
grade: memory
requirements:
  - {id: "8", title: {en: Operation, zh: 运行}, heading: true}
  - {id: "8.1", title: {en: Equipment inspected, zh: 设备巡检}, norm: monthly, grade: secondary}
  - {id: "8.2", title: {en: Audits held, zh: 审核}}
"""


@pytest.fixture
def centre(tmp_path: Path) -> Path:
    """A centre of two like controls, which both serve a requirement; one asset fails both."""
    root = lay(tmp_path / "centre")
    (root / "policy/frameworks").mkdir()
    (root / "policy/frameworks/iso.yaml").write_text(ISO, encoding="utf-8")
    change(root, CONTROLS, "    severity: high", "    satisfies: [iso:8.1]\n    severity: high")
    text = (root / CONTROLS).read_text("utf-8").replace("id: EM-1", "id: EM-2")
    (root / "policy/controls/4.yaml").write_text(text, encoding="utf-8")
    (root / INSPECTIONS).write_text(FAILING, encoding="utf-8")
    return root


def test_every_requirement_with_all_that_serve_it(centre: Path) -> None:
    result = ccpolicy.load(centre).check()
    [framework] = result.frameworks
    heading, served, free = framework.requirements
    assert (heading.heading, heading.controls, heading.now) == (True, [], None)
    assert (served.name, served.controls) == ("iso:8.1", ["EM-1", "EM-2"])
    assert (served.now, served.period) == ("fail", "fail")
    assert (served.grade, free.grade) == ("secondary", "memory")
    assert served.norm
    assert served.norm.id == "monthly"
    assert (free.controls, free.now, free.period) == ([], None, None)
    assert [each.satisfies for each in result.controls] == [["iso:8.1"], ["iso:8.1"]]


def test_one_control_alone_does_not_judge_a_requirement(centre: Path) -> None:
    result = ccpolicy.load(centre).check(ccpolicy.EvaluationRequest(controls=["EM-1"]))
    served = result.frameworks[0].requirements[1]
    assert served.controls == ["EM-1", "EM-2"]
    assert (served.now, served.period) == (None, None)


def test_without_frameworks(tmp_path: Path) -> None:
    assert ccpolicy.load(lay(tmp_path / "centre")).check().frameworks == []
