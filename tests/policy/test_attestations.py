"""What must fit where a control says that its records are attestations."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

import ccpolicy
from attested_centre import CONTROL, lay_attested
from ccpolicy.errors import PolicyErrors
from ccpolicy.policy import diff
from ccpolicy.shipped import shipped_folder
from small_centre import change

FAULTS = {
    "an unknown item": (
        "        complete: [EM-1]",
        "        completed: [EM-1]",
        ["PL939", "PL938"],
    ),
    "an item less": ("        true_figures: []\n", "", ["PL939"]),
    "an unknown control": ("complete: [EM-1]", "complete: [EM-9]", None),
    "an unknown column": ("by: [signed_by,", "by: [signed,", None),
    "a derived column": ("statement: words", "statement: shouted", None),
    "nobody": ("by: [signed_by, countersigned_by]", "by: []", ["FI312"]),
    "no items": ("      items: [complete, true_figures]\n", "", ["PL936"]),
}
UNKNOWN = {
    "an unknown control": "unknown control 'EM-9'",
    "an unknown column": "unknown column 'signed'",
    "a derived column": "unknown column 'shouted'",
}


@pytest.mark.parametrize("name", FAULTS)
def test_refused(tmp_path: Path, name: str) -> None:
    old, new, codes = FAULTS[name]
    root = lay_attested(tmp_path)
    change(root, CONTROL, old, new)
    with pytest.raises(PolicyErrors) as failure:
        ccpolicy.load(root).check()
    errors = [each for each in failure.value.errors if "alternative" not in str(each)]
    if codes is None:
        assert [each.message.text("en") for each in errors] == [UNKNOWN[name]]
    else:
        assert [each.message.code for each in errors] == codes
    for each in errors:
        assert each.locator
        assert each.locator.line
        assert each.diagnostics("zh") != each.diagnostics("en")


def test_attestations_are_no_subjects(tmp_path: Path) -> None:
    root = lay_attested(tmp_path)
    own = "      subjects: {dataset: attestations, key: [signed_by], starts: signed_on}\n"
    change(root, CONTROL, "      items: [complete", own + "      items: [complete")
    change(root, CONTROL, "item: topic\n", "item: topic\n        key: [signed_by]\n")
    with pytest.raises(PolicyErrors) as failure:
        ccpolicy.load(root).check()
    assert [each.message.code for each in failure.value.errors] == ["PL937"]


ATTESTS = """\
    attests:
      by: [signed_by, countersigned_by]
      statement: words
      matters:
        complete: [EM-1]
        true_figures: []
"""


@pytest.mark.parametrize(
    ("old", "new", "direction"),
    [
        (ATTESTS, "", "loosened"),
        ("by: [signed_by, countersigned_by]", "by: [signed_by]", "loosened"),
        ("      statement: words\n", "", "loosened"),
        ("statement: words", "statement: number", "loosened"),
        ("complete: [EM-1]", "complete: []", "loosened"),
        ("true_figures: []", "true_figures: [EM-1]", "tightened"),
        ("by: [signed_by, countersigned_by]", "by: [countersigned_by, signed_by]", "neutral"),
    ],
)
def test_to_say_less_of_what_is_not_proved_is_looser(
    tmp_path: Path, old: str, new: str, direction: str
) -> None:
    """It changes no verdict, but what readers are told of it."""
    base, head = (lay_attested(tmp_path / name) for name in ("base", "head"))
    change(head, CONTROL, old, new)
    before, after = (ccpolicy.load(each).policy for each in (base, head))
    [found] = diff.compare_policies(
        before, after, (None, None), datetime.date(2026, 11, 20)
    ).changes
    assert (found.name, found.direction, found.controls) == ("GV-5", direction, [])
    assert found.message.text("en") == "what is said of its attestations"
    assert bool(found.before or found.after) == (direction != "neutral")


def test_the_shipped_plan_says_what_rests_on_each_matter() -> None:
    attests = ccpolicy.load(shipped_folder()).policy.controls["GV-5"].attests
    assert attests
    assert len(attests.matters) >= 8
    assert all(attests.matters.values())
