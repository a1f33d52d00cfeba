"""Other documents' requirements: reading them, what must fit, and what a change is said to be."""

from __future__ import annotations

import datetime
import shutil

import pytest

import ccpolicy
from ccpolicy.policy import diff
from ccpolicy.policy.frameworks import split_name
from ccpolicy.shipped import shipped_folder

from .conftest import NORMS, REVIEW, Draft

ISO = "policy/frameworks/iso.yaml"
WRITTEN = """\
id: iso
title: ISO 1
edition: "2022"
source: {en: A standard, zh: 某标准}
grade: memory
requirements:
  - {id: A.1, title: {en: Reviews, zh: 评审}, heading: true}
  - {id: A.1.1, title: {en: Plan reviewed, zh: 预案评审}}
  - {id: A.1.2, title: {en: Plan tested, zh: 预案演练}, grade: secondary, norm: yearly-review}
"""
OWNER = "    severity: high\n"


@pytest.fixture
def held(draft: Draft) -> Draft:
    """A policy whose control serves a requirement."""
    draft.write(ISO, WRITTEN)
    draft.change((REVIEW, OWNER, "    satisfies: [iso:A.1.1]\n" + OWNER))
    return draft


def test_read_with_places(held: Draft) -> None:
    policy = ccpolicy.load(held.root).policy
    [framework] = policy.frameworks.values()
    assert [each.id for each in framework.requirements] == ["A.1", "A.1.1", "A.1.2"]
    assert [framework.graded(each) for each in framework.requirements][1:] == [
        "memory",
        "secondary",
    ]
    assert policy.controls["GV-1"].satisfies == ["iso:A.1.1"]
    assert str(policy.place("framework", "iso", "requirements", 1, "id")) == f"{ISO}:8:6"
    assert ISO in policy.files
    assert held.findings() == []


def test_one_language(draft: Draft) -> None:
    """A text is one where the plan has one language, and of both where it has two."""
    draft.write(ISO, WRITTEN.replace("{en: Plan reviewed, zh: 预案评审}", "Plan reviewed"))
    [error] = draft.errors()
    assert (error.message.code, str(error.locator)) == ("PL780", f"{ISO}:8:17")


def test_without_frameworks(draft: Draft) -> None:
    assert ccpolicy.load(draft.root).policy.frameworks == {}
    assert draft.findings() == []


FAULTS = {
    "another name": ((ISO, "id: iso\n", "id: iso2\n"), ["PL920"]),
    "twice": ((ISO, "id: A.1.2", "id: A.1.1"), ["PL921"]),
    "named twice": ((REVIEW, "[iso:A.1.1]", "[iso:A.1.1, iso:A.1.1]"), ["PL922"]),
    "unknown framework": ((REVIEW, "[iso:", "[iso2:"), ["PL923"]),
    "unknown requirement": ((REVIEW, "iso:A.1.1", "iso:A.1.9"), ["PL924"]),
    "another case": ((REVIEW, "iso:A.1.1", "iso:a.1.1"), ["PL924"]),
    "a heading": ((REVIEW, "iso:A.1.1", "iso:A.1"), ["PL925"]),
    "no requirement named": ((REVIEW, "iso:A.1.1", "iso"), ["FI311"]),
    "a space": ((REVIEW, "iso:A.1.1", "iso: A.1.1"), ["FI304"]),
    "unknown norm": ((ISO, "norm: yearly-review", "norm: weekly-review"), ["PL317"]),
    "no requirement": (
        (ISO, WRITTEN[WRITTEN.index("requirements") :], "requirements: []\n"),
        ["FI312"],
    ),
    "not the edition's text": ((ISO, 'edition: "2022"', "edition: 2022"), ["FI304"]),
}


@pytest.mark.parametrize("name", FAULTS)
def test_refused(held: Draft, name: str) -> None:
    change, codes = FAULTS[name]
    held.change(change)
    errors = held.errors()
    assert [error.message.code for error in errors] == codes
    assert all(error.locator and error.locator.line for error in errors)
    assert all(error.diagnostics("zh") for error in errors)


def test_the_requirement_that_was_meant(held: Draft) -> None:
    held.change((REVIEW, "iso:A.1.1", "iso:A.1.01"))
    [error] = held.errors()
    assert dict(error.hint.values)["close"] == "A.1.1"
    assert str(error.locator) == f"{REVIEW}:12:17"


def test_a_heading_is_never_meant(held: Draft) -> None:
    held.change((REVIEW, "iso:A.1.1", "iso:a.1"))
    [error] = held.errors()
    assert dict(error.hint.values)["close"] != "A.1"


def test_lint(held: Draft) -> None:
    held.change((REVIEW, "    satisfies: [iso:A.1.1]\n", ""))
    assert [each.code for each in _messages(held)] == ["LN496"]
    held.change((REVIEW, OWNER, "    satisfies: [iso:A.1.1]\n" + OWNER))
    held.change((ISO, "grade: secondary", "grade: read"), (NORMS, "grade: choice", "grade: read"))
    assert [each.code for each in _messages(held)] == ["LN498", "LN497"]
    held.change(
        (ISO, "grade: memory", "grade: memory\nconsulted: the library"),
        (NORMS, "grade: read", "grade: read\n    consulted: the library"),
    )
    assert _messages(held) == []


def test_a_norm_of_a_requirement_is_used(held: Draft) -> None:
    other = "  - {id: other, title: {en: a, zh: 甲}, source: b, grade: memory}\n"
    held.change((NORMS, "", other))
    assert [each.code for each in _messages(held)] == ["LN103"]
    held.change((ISO, "{en: Plan reviewed, zh: 预案评审}", "{en: a, zh: 甲}, norm: other"))
    assert _messages(held) == []


def _messages(draft: Draft) -> list[ccpolicy.errors.Message]:
    return [each.message for each in ccpolicy.load(draft.root).lint()]


CHANGES = {
    "served no longer": (
        [(REVIEW, "    satisfies: [iso:A.1.1]\n", "")],
        ["GV-1: no longer said to serve iso:A.1.1"],
    ),
    "served as well": (
        [(REVIEW, "[iso:A.1.1]", "[iso:A.1.1, iso:A.1.2]")],
        ["GV-1: said to serve iso:A.1.2 as well"],
    ),
    "another order": (
        [(REVIEW, "[iso:A.1.1]", "[iso:A.1.1]  # the same")],
        [],
    ),
    "a requirement less": (
        [(ISO, WRITTEN.splitlines(keepends=True)[-1], "")],
        ["iso: the requirement A.1.2 is taken out"],
    ),
    "a requirement more": (
        [(ISO, "", "  - {id: A.2, title: {en: a, zh: 甲}}\n")],
        ["iso: the requirement A.2 is new"],
    ),
    "another title": (
        [(ISO, "Plan reviewed", "Review")],
        ["iso: what is said of the requirement A.1.1"],
    ),
    "another edition": ([(ISO, '"2022"', '"2023"')], ["iso: what is said of the framework"]),
}


@pytest.mark.parametrize("name", CHANGES)
def test_changes_inform_and_never_tighten(held: Draft, name: str) -> None:
    changes, said = CHANGES[name]
    head = Draft(held.root.with_name("head"))
    shutil.copytree(held.root, head.root)
    head.change(*changes)
    before, after = (ccpolicy.load(each.root).policy for each in (held, head))
    found = diff.compare_policies(before, after, (None, None), datetime.date(2026, 11, 20))
    assert [f"{each.name}: {each.message.text('en')}" for each in found.changes] == said
    assert {each.direction for each in found.changes} <= {"neutral"}
    assert not found.loosened
    assert [each.status for each in found.controls] == ["unchanged"] * len(found.controls)


def test_a_new_framework_and_one_taken_out(held: Draft) -> None:
    bare = Draft(held.root.with_name("bare"))
    shutil.copytree(held.root, bare.root)
    shutil.rmtree(bare.root / "policy/frameworks")
    bare.change((REVIEW, "    satisfies: [iso:A.1.1]\n", ""))
    with_it, without = (ccpolicy.load(each.root).policy for each in (held, bare))
    day = datetime.date(2026, 11, 20)
    for before, after, direction in (without, with_it, "added"), (with_it, without, "neutral"):
        found = diff.compare_policies(before, after, (None, None), day).changes
        [own] = [each for each in found if each.family == "framework"]
        assert (own.name, own.direction) == ("iso", direction)


def test_names_are_split_at_the_first_colon() -> None:
    assert split_name("iso27001:A.5.30") == ("iso27001", "A.5.30")
    assert split_name("iso27001") == ("iso27001", "")


def test_the_shipped_frameworks() -> None:
    """Every identifier is there, and each control of the plan serves some of them."""
    policy = ccpolicy.load(shipped_folder()).policy
    counts = {
        each.id: sum(not one.heading for one in each.requirements)
        for each in policy.frameworks.values()
    }
    assert counts["iso27001"] == 93
    assert counts["csf"] == 106
    assert {*counts} == {"iso22301", "iso27001", "csf", "gbt22239", "plan-measures", "cn-law"}
    annex = [each.id for each in policy.frameworks["iso27001"].requirements if not each.heading]
    parts = {"A.5": 37, "A.6": 8, "A.7": 14, "A.8": 34}
    assert annex == [f"{part}.{n}" for part, last in parts.items() for n in range(1, last + 1)]
    served = [each for each in policy.controls.values() if each.satisfies]
    assert len(served) >= 70
