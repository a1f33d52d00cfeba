"""What every format says of other documents' requirements: served by whom, or by nobody."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest

import ccpolicy
from ccpolicy import reports
from ccpolicy.assessment.models import Assessment
from ccpolicy.policy import oscal
from ccpolicy.reports import View
from ccpolicy.shipped import shipped_folder

from .rendered import render
from .rich import ASSESSMENT, FRAMEWORKS

WITHOUT = ASSESSMENT.model_copy(update={"frameworks": []})
PAIRS = [
    ("iso:8.6", "GV-1", "pass"),
    ("iso:8.6", "EM-1", "fail"),
    ("iso:A.7.13", "EM-1", "fail"),
    ("iso:9.2", "", ""),
    ("'=law:24", "GV-1", "pass"),
]
"""Requirement, control and its verdict now; a heading is none."""


def rows(result: Assessment) -> list[dict[str, str]]:
    text = render(result, "csv", View()).encode().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_csv_has_a_row_for_each_requirement_and_control() -> None:
    found = rows(ASSESSMENT)
    told = [each for each in found if each["entry"] == "requirement"]
    assert [(each["satisfies"], each["control"], each["now"]) for each in told] == PAIRS
    assert told[0]["text"] == "Plans evaluated"
    own = {each["control"]: each["satisfies"] for each in found if each["entry"] == "control"}
    assert own["EM-1"] == "iso:8.6 iso:A.7.13"
    assert own["EM-2"] == ""
    assert not [each for each in rows(WITHOUT) if each["entry"] == "requirement"]


def test_csv_names_a_control_that_was_not_judged() -> None:
    [first, *rest] = ASSESSMENT.controls
    result = ASSESSMENT.model_copy(update={"controls": rest})
    told = [each for each in rows(result) if each["entry"] == "requirement"]
    unjudged = [each for each in told if each["control"] == first.id]
    assert [(each["satisfies"], each["now"], each["verdict"]) for each in unjudged] == [
        ("iso:8.6", "", ""),
        ("'=law:24", "", ""),
    ]


def test_xlsx_has_a_sheet() -> None:
    content = reports.render(ASSESSMENT, "xlsx", View()).content
    assert isinstance(content, bytes)
    book = openpyxl.load_workbook(io.BytesIO(content))
    listed = list(book["Frameworks"].iter_rows(values_only=True))[1:]
    assert [row[1:6] for row in listed] == [
        ("8.6", "Plans evaluated", "GV-1 EM-1", "fail", "fail"),
        ("A.7.13", "Equipment maintained", "EM-1", "fail", "fail"),
        ("9.2", listed[2][2], "no control", None, None),
        ("24", "=Signed", "GV-1", "pass", "pass"),
    ]
    assert str(listed[2][2]).startswith("Audit UPS")
    assert listed[1][7] == "Monthly inspection of core equipment"


@pytest.mark.parametrize("format", ["markdown", "text"])
def test_read_by_people_in_full_alone(format: str) -> None:
    full = render(ASSESSMENT, format, View(detail="full"))
    for said in ("2 of 3 requirements have a control", "1 of 1 requirements have a control"):
        assert said in full
        assert said not in render(ASSESSMENT, format, View())
    assert "9.2" in full.partition("2 of 3")[2].partition("1 of 1")[0]
    assert "no control" in full
    assert "requirements have" not in render(WITHOUT, format, View(detail="full"))


def test_oscal_results_name_them() -> None:
    found = json.loads(render(ASSESSMENT, "oscal", View()))["assessment-results"]
    [result] = found["results"]
    props = {
        each["title"].partition(" ")[0]: [
            prop["value"] for prop in each["props"] if prop["name"] == "satisfies"
        ]
        for each in result["observations"]
        if "title" in each
    }
    assert props["EM-1"] == ["iso:8.6", "iso:A.7.13"]
    named = {
        prop["value"]: each["props"]
        for each in found["back-matter"]["resources"]
        for prop in each["props"]
        if prop["name"] == "framework"
    }
    assert [*named] == [each.id for each in FRAMEWORKS]
    without = {prop["name"]: prop["value"] for prop in named["iso"]}
    assert without["without-control"] == "9.2"
    assert "without-control" not in {prop["name"] for prop in named["=law"]}


def test_oscal_catalog_names_them() -> None:
    policy = ccpolicy.load(shipped_folder()).policy
    found = json.loads(oscal.catalog(policy, "en"))["catalog"]
    controls = {
        control["id"]: [p["value"] for p in control["props"] if p["name"] == "satisfies"]
        for group in found["groups"]
        for control in group.get("controls", [])
    }
    assert controls == {each.id: each.satisfies for each in policy.controls.values()}
    assert "iso27001:A.8.13" in controls["ER-3"]
