"""Edits that weaken a policy: none is silent, and none is called words."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import ccpolicy
from ccpolicy.files.limits import Limits
from ccpolicy.policy import dataset, diff, models
from ccpolicy.policy.diff import controls, datasets, plan
from ccpolicy.policy.settings import Settings

from .conftest import Change, Draft
from .diff_cases import CASES
from .test_diff import AS_OF, line
from .weakened import EDITS, FILES, GONE, MOVED, WHOLE

CALLED = {"loosened", "unordered"}


@pytest.fixture
def whole(draft: Draft) -> Draft:
    for name, content in FILES.items():
        draft.write(name, content)
    draft.change(*WHOLE)
    return draft


def edit(draft: Draft, *changes: Change) -> None:
    for name, old, new in changes:
        if old == MOVED:
            (draft.root / name).rename(draft.root / new)
        elif new == GONE:
            (draft.root / name).unlink()
        elif old in FILES and not new:  # a copy
            draft.write(name, FILES[old])
        else:
            draft.change((name, old, new))


def directions(base: Path, head: Path) -> dict[str, str]:
    """Return each change as a line → its direction, and whether it may have weakened the policy."""
    states = [ccpolicy.load(each).policy for each in (base, head)]
    found = diff.compare_policies(states[0], states[1], (None, None), AS_OF)
    assert found.loosened == any(each.direction in CALLED for each in found.changes)
    return {line(each): each.direction for each in found.changes}


def test_there_are_enough() -> None:
    assert len(EDITS) > 100


@pytest.mark.parametrize("name", EDITS)
def test_it_is_said(whole: Draft, name: str) -> None:
    called, changes = EDITS[name]
    head = Draft(whole.root.with_name("head"))
    shutil.copytree(whole.root, head.root)
    edit(head, *changes)
    found = directions(whole.root, head.root)
    assert called in found.values(), found
    words = {each for each, direction in found.items() if direction == "neutral"}
    assert all("as_of_reason" in each or "it is taken out" in each for each in words), words


def test_what_is_no_change(whole: Draft) -> None:
    """Comments, white space, order, and a test that moved to another file or has another name."""
    head = Draft(whole.root.with_name("head"))
    shutil.copytree(whole.root, head.root)
    head.change(
        ("policy/tests/1.yaml", "tests:", "# More to come.\ntests:"),
        ("policy/tests/1.yaml", "name: reviewed twice", "name: two reviews"),
        ("checks/steady.examples.yaml", "examples:", "examples:  # by hand"),
    )
    (head.root / "policy/tests/1.yaml").rename(head.root / "policy/tests/2.yaml")
    assert directions(whole.root, head.root) == {}


def test_a_test_that_is_new_or_expects_more(whole: Draft) -> None:
    head = Draft(whole.root.with_name("head"))
    shutil.copytree(whole.root, head.root)
    head.change(("policy/tests/1.yaml", "expect: {now: fail,", "expect: {now: fail, period: fail,"))
    new = FILES["policy/tests/1.yaml"].replace("name: ", "name: also ").replace("-11-", "-10-")
    head.write("policy/tests/2.yaml", new)
    found = directions(whole.root, head.root)
    assert found == {
        "tightened GV-1: the test 'rejected' is another": "tightened",
        "added GV-1: the test 'also reviewed twice' is new": "added",
        "added GV-1: the test 'also rejected' is new": "added",
    }


def test_tests_that_cannot_be_read_are_no_reason_to_be_silent(whole: Draft) -> None:
    whole.write("policy/tests/2.yaml", "tests: [{name: a}]\n")
    head = Draft(whole.root.with_name("head"))
    shutil.copytree(whole.root, head.root)
    head.write("policy/tests/1.yaml", "\t: no YAML")
    head.write("policy/tests/2.yaml", "tests: [{name: b}]\n")
    found = directions(whole.root, head.root)
    assert "loosened GV-1: the test 'rejected' is taken out" in found
    assert "loosened 2.yaml: the test '2.yaml' is another" in found


def test_every_field_is_compared() -> None:
    """A field that is new to a model is not words until somebody says so."""
    handled = {*controls._WORDING, *controls._APART, *controls._OTHER}
    assert handled == {*models.Control.model_fields}
    assert {*datasets._CONTRACT, *datasets._APART} == {*dataset.Dataset.model_fields}
    assert {*plan._WORDING, *plan._JUDGED_BY, "clauses"} == {*models.Plan.model_fields}
    assert plan._setting("some", None, 1) == "unordered"
    words = {name for name in Settings.model_fields if name != "ignore" and _is_words(name)}
    assert words == {"due_soon", "as_of_reason"}
    assert any("words of a dataset" in name for name in CASES)


def _is_words(name: str) -> bool:
    values = {"gate": ("period", "now"), "fail_on": ("low", "high"), "horizon": ("1 day", "2 days")}
    values["longest_waiver"] = values["horizon"]
    limits = Limits(), Limits(seconds=1)
    first, second = limits if name == "limits" else values.get(name, ("a", "b"))
    return plan._setting(name, first, second) == "neutral"
