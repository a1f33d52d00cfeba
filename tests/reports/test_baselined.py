"""Known lapses that stand in the baseline: every format marks them, and none as passing."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest

from ccpolicy import reports
from ccpolicy.assessment.models import Assessment
from ccpolicy.reports import View

from .centres import BASELINED, STANDING
from .rendered import render
from .rich import ASSESSMENT

KNOWN, NEW = "上海-交换机-01", "SH-PBX-02"
"""Subjects of EM-1 whose lapses are in the baseline, and are not."""


def sarif(result: Assessment) -> list[dict[str, Any]]:
    (run,) = json.loads(render(result, "sarif", View()))["runs"]
    return list(run["results"])


def test_centres_are_what_they_are_for() -> None:
    assert (BASELINED.gate.accepted, BASELINED.gate.failed_on) == (["ER-2"], ["EM-1", "NS-1"])
    assert [each.control for each in BASELINED.gate.obsolete] == ["EM-1", "XX-1"]
    assert (STANDING.gate.accepted, STANDING.gate.passed) == (["EM-1", "ER-2"], True)


def test_sarif_says_which_results_are_new() -> None:
    states = {
        (each["ruleId"], KNOWN in each["message"]["text"]): (each["baselineState"], each["level"])
        for each in sarif(BASELINED)
    }
    assert states == {
        ("evidence", False): ("new", "error"),
        ("baseline", False): ("new", "error"),
        ("EM-1", True): ("unchanged", "warning"),
        ("EM-1", False): ("new", "error"),
        ("NS-1", False): ("new", "error"),
        ("ER-2", False): ("unchanged", "warning"),
    }
    assert not any("suppressions" in each for each in sarif(STANDING))
    assert {each["baselineState"] for each in sarif(STANDING)} == {"unchanged"}
    assert not any("baselineState" in each for each in sarif(ASSESSMENT))


def test_marks_change_no_identity() -> None:
    for name, key in (("sarif", "partialFingerprints"), ("gitlab", "fingerprint")):
        before, after = (
            [
                each[key]
                for each in (
                    sarif(result) if name == "sarif" else json.loads(render(result, name, View()))
                )
                if "baseline" not in (each.get("ruleId"), each.get("check_name"))
            ]
            for result in (ASSESSMENT, BASELINED)
        )
        assert before == after


def test_junit_skips_what_stands_and_fails_what_is_gone() -> None:
    root = ElementTree.fromstring(render(BASELINED, "junit", View()))  # noqa: S314
    cases = {case.attrib["name"].partition(" ")[0]: case[:] for case in root.iter("testcase")}
    (skipped,) = cases["ER-2"]
    assert (skipped.tag, skipped.attrib["message"]) == (
        "skipped",
        "1 known lapse in the baseline",
    )
    assert "known in the baseline" in (skipped.text or "")
    (failure,) = cases["EM-1"]
    assert failure.tag == "failure"
    assert [KNOWN in line for line in (failure.text or "").splitlines() if "known" in line] == [
        True
    ]
    gone = [case for case in root.iter("testcase") if case.attrib["name"].startswith("Obsolete ")]
    assert [case[0].tag for case in gone] == ["failure", "failure"]
    assert "XX-1, centre" in gone[1][0].attrib["message"]


def test_github_warns_of_what_is_known_after_what_is_new() -> None:
    lines = [
        line
        for line in render(BASELINED, "github", View()).splitlines()
        if line.startswith(("::error", "::warning"))
    ]
    known = [line for line in lines if "known in the baseline" in line]
    assert [line.partition(" ")[0] for line in known] == ["::warning", "::warning"]
    assert sum("FAIL baseline::Obsolete baseline entry" in line for line in lines) == 2


@pytest.mark.parametrize("result", [BASELINED, STANDING])
def test_gitlab_says_it_of_each(result: Assessment) -> None:
    listed = json.loads(render(result, "gitlab", View()))
    known = [each for each in listed if "known in the baseline" in each["description"]]
    assert len(known) == sum(each.baselined for one in result.controls for each in one.lapses)
    gone = [each for each in listed if each["check_name"] == "baseline"]
    assert len(gone) == len(result.gate.obsolete)


def test_csv_and_workbook_have_a_column_for_it() -> None:
    text = render(BASELINED, "csv", View()).removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    lapses = [row for row in rows if row["entry"] == "lapse"]
    assert {row["subject"] for row in lapses if row["baselined"] == "yes"} > {KNOWN}
    assert [row["baselined"] for row in lapses if row["subject"] == NEW] == ["", ""]
    assert [row["subject"] for row in rows if row["entry"] == "obsolete"] == [
        "'=SH-PBX-01",
        "centre",
    ]
    content = reports.render(BASELINED, "xlsx", View()).content
    assert isinstance(content, bytes)
    book = openpyxl.load_workbook(io.BytesIO(content))
    head, *entries = book["Lapses"].iter_rows(values_only=True)
    column = head.index("In the baseline")
    assert {row[1] for row in entries if row[column] == "known"} > {KNOWN}
    assert {row[column] for row in entries if row[1] == NEW} == {None}
    head, *entries = book["Controls"].iter_rows(values_only=True)
    assert {row[0]: row[head.index("Known")] for row in entries}["EM-1"] == 1
    summary = [
        row[1] for row in book["Summary"].iter_rows(values_only=True) if row[0] == "Baseline"
    ]
    assert any("XX-1, centre" in str(text) for text in summary)


def test_oscal_keeps_the_risk_open() -> None:
    (results,) = json.loads(render(BASELINED, "oscal", View()))["assessment-results"]["results"]
    risks = {each["title"].partition(" ")[0]: each for each in results["risks"]}
    assert risks["ER-2"]["status"] == "open"
    assert "1 known lapse in the baseline" in risks["ER-2"]["description"]
    stands = {
        name: [each["value"] for each in risk["props"] if each["name"] == "baseline"]
        for name, risk in risks.items()
    }
    assert (stands["ER-2"], stands["EM-1"]) == (["known"], [])
    status = {
        each["title"].partition(" ")[0]: each["target"]["status"] for each in results["findings"]
    }
    assert status["ER-2"] == {"state": "not-satisfied", "reason": "fail", "remarks": "fail"}
    said = [each["description"] for each in results["observations"]]
    assert sum("Obsolete baseline entry" in each for each in said) == 2


def test_calendar_says_beside_it_what_it_cannot_show() -> None:
    said = [each.text() for each in reports.render(BASELINED, "ics", View()).unsaid]
    assert said[-1] == "obsolete baseline entries: 2"
    assert said[0] == "what is overdue: ER-2, EM-1"
    said = [each.text() for each in reports.render(STANDING, "ics", View()).unsaid]
    assert said == [
        "what is overdue: ER-2, EM-1",
        "lapses that were waived: ER-1",
        "controls that were not assessed: ER-5, IR-1",
        "notes on how files were read: evidence/scans/2026.csv",
        "files that no dataset reads: 1",
    ]
