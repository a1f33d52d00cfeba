"""Labels that say what another value of the records is: a failing subject would be another one."""

from __future__ import annotations

from pathlib import Path

import pytest

import ccpolicy
from ccpolicy.assessment.models import Assessment
from small_centre import FAILING, FILES, INSPECTIONS, change, lay

DATASET = "policy/datasets/assets.yaml"
ASSETS = "evidence/assets/assets.csv"


@pytest.fixture
def centre(tmp_path: Path) -> Path:
    """A centre in which PBX-2 was not inspected."""
    return lay(tmp_path / "centre", {**FILES, INSPECTIONS: FAILING})


def labelled(centre: Path, label: str) -> Assessment:
    """Judge the centre in which PBX-2 has a label."""
    labels = f"value_labels: {{asset_id: {{PBX-2: {label}}}}}\n"
    change(centre, DATASET, "record:\n", f"{labels}record:\n")
    return ccpolicy.load(centre).check(ccpolicy.EvaluationRequest())


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("PBX-1", "PBX-1"),
        ("{en: Main, zh: PBX-1}", "PBX-1"),
        ("pbx-1", "PBX-1"),
        ("ＰＢＸ-1", "PBX-1"),
        ('"PBX\\u200b-1"', "PBX-1"),
        ("Caf\u00e9", "CAFE\u0301"),
    ],
)
def test_label_that_is_another_value(centre: Path, label: str, value: str) -> None:
    for file in (ASSETS, INSPECTIONS):
        change(centre, file, "PBX-1", value)
    result = labelled(centre, label)
    [control] = result.controls
    assert control.now == "unknown"
    assert [each.code for each in control.problems] == ["EV740"]
    assert control.problems[0].locator == f"{ASSETS}:2"
    assert not result.gate.passed


@pytest.mark.parametrize("label", ["Main exchange", "pbx-2", "PBX-3", "PBX-11"])
def test_label_that_is_none(centre: Path, label: str) -> None:
    [control] = labelled(centre, label).controls
    assert (control.now, control.problems) == ("fail", [])
