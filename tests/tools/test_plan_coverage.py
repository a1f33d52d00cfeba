"""The table of what judges each sentence of the plan is in step with the policy."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location("plan_coverage", ROOT / "tools" / "plan_coverage.py")
assert SPEC
assert SPEC.loader
plan_coverage = importlib.util.module_from_spec(SPEC)
sys.modules["plan_coverage"] = plan_coverage
SPEC.loader.exec_module(plan_coverage)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pages_are_in_step(language: str) -> None:
    path = plan_coverage.FILES[language]
    assert path.read_text("utf-8") == plan_coverage.page(language), (
        "run: python tools/plan_coverage.py"
    )


def test_every_control_and_every_matter_is_in_the_table() -> None:
    known = plan_coverage.demands()
    assert len(known) > 30
    assert {name for each in known for name in each.controls} == set(plan_coverage.controls())
    assert {name for each in known for name in each.matters} == set(plan_coverage.matters())
    assert all(each.tried or each.none for each in known)


def test_what_people_vouch_for_is_what_gv_5_asks_for() -> None:
    control = plan_coverage.controls()["GV-5"]
    matters = set(plan_coverage.matters())
    assert set(control["inputs"]["items"]) == matters == set(control["attests"]["matters"])
    for names in control["attests"]["matters"].values():
        for text in control["rationale"].values():
            assert set(names) <= set(re.findall(r"[A-Z]{2}-\d+", text))
