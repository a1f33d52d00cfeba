"""No label shows one subject as another, in whatever report."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import ccpolicy
from ccpolicy.assessment.subject_text import subject_text
from ccpolicy.near_names import appearance
from ccpolicy.policy.subject_names import told_apart
from ccpolicy.reports import View, render
from ccpolicy.texts import Text
from small_centre import FAILING, INSPECTIONS, change, lay

ASSETS = "policy/datasets/assets.yaml"
TEXTS = ("text", "markdown", "csv", "sarif", "junit", "github", "ics")
ALIKE = [
    "PBX-1",
    "pbx-1",
    "ＰＢＸ-1",
    "PBX\N{NON-BREAKING HYPHEN}1",
    "PBX\N{MINUS SIGN}1",
    "PBX-\N{ZERO WIDTH SPACE}1",
]


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """PBX-2 was never inspected, and the register of assets takes any id."""
    return lay(lay(tmp_path / "centre"), {INSPECTIONS: FAILING})


def _judged(folder: Path, label: str) -> ccpolicy.Assessment:
    change(
        folder,
        ASSETS,
        "retention:",
        f"value_labels: {{asset_id: {{PBX-2: '{label}'}}}}\nretention:",
    )
    return ccpolicy.load(folder).check(ccpolicy.EvaluationRequest(subjects=True, appendix=True))


@pytest.mark.parametrize("label", ALIKE)
def test_a_label_that_looks_like_a_value_on_file_is_not_shown(label: str, labelled: Path) -> None:
    result = _judged(labelled, label)
    [control] = result.controls
    assert "PBX-2" in {each.subject for each in control.lapses}
    assert subject_text(control.subject_labels, "PBX-2").text("en") == "PBX-2"
    for name in TEXTS:
        content = render(result, name, View()).text
        assert "PBX-2" in content or name == "ics", name
        assert label == "PBX-1" or label not in content, name
    html = render(result, "html", View()).content
    assert isinstance(html, bytes)
    before_records = re.split('<section id="?s-evidence', html.decode())[0]
    assert "PBX-2" in before_records
    assert label == "PBX-1" or label not in before_records


def test_a_label_of_its_own_is_shown(labelled: Path) -> None:
    [control] = _judged(labelled, "Second exchange").controls
    assert subject_text(control.subject_labels, "PBX-2").text("en") == "Second exchange"


def test_no_value_is_called_as_another() -> None:
    def named(**labels: str) -> dict[str, Text]:
        return {value: Text({"en": label}) for value, label in labels.items()}

    assert told_apart([named(a="One", b="one")]) == [{}]
    assert told_apart([named(a="B")], ["b"]) == [{}]
    assert told_apart([named(a="B")], ["a", "c"]) == [named(a="B")]
    assert told_apart([named(a="A")], ["a"]) == [named(a="A")], "its own name"
    assert told_apart([named(a="A")], ["A"]) == [{}], "which is another's, too"
    assert told_apart([{}, named(a="X")], ["x × a", "y × b"]) == [{}, named(a="X")]
    assert told_apart([{}, named(a="X")], ["y × x"]) == [{}, {}]
    assert told_apart([named(a="B", b="C")]) == [named(b="C")]


def test_appearance() -> None:
    assert {appearance(each) for each in ALIKE} == {"pbx-1"}
    assert appearance(" Main \t PBX\N{IDEOGRAPHIC SPACE}") == "main pbx"
    assert appearance("Straße") == appearance("STRASSE")
    assert appearance("PBX-1") != appearance("PBX1")
