"""What harms an item that the control does not have, and keys that could be those of another."""

from __future__ import annotations

from pathlib import Path

import pytest

import ccpolicy
from message_text import coded
from small_centre import CONTROLS, FILES, lay

HEAD = """\
title: {en: Records, zh: 记录}
owner: nursing
format: csv
key: [id]
retention: 5 years
"""
NURSES, EXAMS = "evidence/nurses.csv", "evidence/exams.csv"
COURSES = "policy/datasets/courses.yaml"
NAMED = "bls, fire"
"""The items, written out in the policy."""
ON_FILE = "{dataset: courses, key: [course], where: owed}"


def ward(folder: Path, exams: str, items: str = f"[{NAMED}]", check: str = "coverage") -> Path:
    """Write a ward whose nurses hold two certificates, both obtained on 1 October."""
    before, _, _ = FILES[CONTROLS].partition("    check: recurrence")
    passed = "{dataset: exams, key: [ward, nurse], starts: held_on, item: course, where: passed}"
    failed = passed.replace("where: passed", "where: not passed")
    roles = {
        "coverage": ("subjects", "events", "failures", "valid_for: {value: 12 months"),
        "deadline": ("openings", "closings", "reopenings", "limit: {value: 10 days"),
    }
    who, helps, harms, parameter = roles[check]
    first = "N1,2026-10-01,bls,true\n", "N1,2026-10-01,fire,true\n"
    rows = "".join(first) + exams
    numbered = "".join(f"{at},A,{row}\n" for at, row in enumerate(rows.splitlines()))
    return lay(
        folder,
        {name: text for name, text in FILES.items() if "inspections" not in name}
        | {
            CONTROLS: f"""{before}    check: {check}
    inputs:
      {who}: {{dataset: nurses, key: [ward, nurse], starts: since}}
      items: {items}
      {helps}: {passed}
      {harms}: {failed}
    parameters:
      {parameter}, norm: monthly}}
""",
            "policy/datasets/nurses.yaml": f"""\
id: nurses
{HEAD}files: nurses.csv
record:
  type: object
  properties:
    id: {{type: integer}}
    ward: {{type: string}}
    nurse: {{type: string}}
    since: {{type: string, format: date}}
""",
            "policy/datasets/exams.yaml": f"""\
id: exams
{HEAD}files: exams.csv
record:
  type: object
  properties:
    id: {{type: integer}}
    ward: {{type: string}}
    nurse: {{type: string}}
    held_on: {{type: string, format: date}}
    course: {{type: string}}
    passed: {{type: boolean}}
""",
            COURSES: f"""\
id: courses
{HEAD}files: courses.csv
record:
  type: object
  properties:
    id: {{type: integer}}
    course: {{type: string}}
    owed: {{type: boolean}}
""",
            "evidence/courses.csv": "id,course,owed\n1,bls,true\n2,fire,true\n3,diet,false\n",
            NURSES: "id,ward,nurse,since\n1,A,N1,2026-10-01\n",
            EXAMS: f"id,ward,nurse,held_on,course,passed\n{numbered}",
        },
    )


@pytest.mark.parametrize("items", [f"[{NAMED}]", ON_FILE])
@pytest.mark.parametrize("check", ["coverage", "deadline"])
@pytest.mark.parametrize(
    ("exam", "verdict"),
    [
        ("N1,2026-11-02,fire,false", "fail"),
        ("N1,2026-11-02,,false", "fail"),
        ("N1,2026-11-02,Fire,false", "unknown"),
        ("N1,2026-11-02,cpr,false", "unknown"),
        # What has yet to happen harms nobody, and what helps nobody is no harm.
        ("N1,2027-11-02,Fire,false", "pass"),
        ("N1,2026-11-02,cpr,true", "pass"),
    ],
)
def test_harm_to_an_item_that_is_none(
    tmp_path: Path, items: str, check: str, exam: str, verdict: str
) -> None:
    centre = ward(tmp_path, exam, items, check)
    if items != ON_FILE:
        (centre / COURSES).unlink()
        (centre / "evidence/courses.csv").unlink()
    [control] = ccpolicy.load(centre).check().controls
    assert control.now == verdict
    if verdict == "unknown":
        [problem] = control.problems
        item = exam.split(",")[2]
        assert f"{problem.code} {problem.message.text('en')}" == coded("EV590", item, "course")
        assert problem.locator == f"{EXAMS}:4"
        assert problem.hint
        assert ("'fire'" in problem.hint.text("en")) == (item == "Fire")


def test_harm_to_an_item_that_a_predicate_leaves_out(tmp_path: Path) -> None:
    """The course is known, and nobody owes it."""
    centre = ward(tmp_path, "N1,2026-11-02,diet,false", ON_FILE)
    [control] = ccpolicy.load(centre).check().controls
    assert (control.now, control.problems) == ("pass", [])


def test_keys_that_could_be_those_of_another(tmp_path: Path) -> None:
    """Ward 'A × N1' with nurse '2', and ward 'A' with nurse 'N1 × 2'."""
    centre = ward(tmp_path, "")
    lay(centre, {NURSES: "id,ward,nurse,since\n1,A × N1,2,2026-10-01\n2,A,N1 × 2,2026-10-01\n"})
    path = centre / EXAMS
    path.write_text(path.read_text("utf-8").replace(",N1,", ",N1 × 2,"), "utf-8")
    result = ccpolicy.load(centre).check()
    [control] = result.controls
    assert control.now == "unknown"
    found = {(each.locator, f"{each.code} {each.message.text('en')}") for each in control.problems}
    said = coded("EV592", "A × N1 × 2", "×")
    assert found >= {(f"{NURSES}:2", said), (f"{NURSES}:3", said), (f"{EXAMS}:2", said)}
    assert not result.gate.passed
