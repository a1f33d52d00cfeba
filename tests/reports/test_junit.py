"""JUnit XML as Jenkins, GitLab and a well-kept package read it."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped

from ccpolicy.assessment.models import Assessment
from ccpolicy.reports import View
from ccpolicy.reports.junit import MOST

from .centres import NAMES, centre
from .rendered import render
from .rich import ASSESSMENT, control, lapse


def cases(result: Assessment, view: View | None = None) -> dict[str, Any]:
    (suite,) = JUnitXml.fromstring(render(result, "junit", view or View()).encode())
    return {case.name: case for case in suite}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_counts_are_those_of_the_cases(name: str, language: str) -> None:
    result = centre(name)
    view = View(language="zh" if language == "zh" else "en")
    (suite,) = JUnitXml.fromstring(render(result, "junit", view).encode())
    kinds = [type(each) for case in suite for each in case.result]
    known, gone = len(result.gate.accepted), len(result.gate.obsolete)
    assert suite.tests == len(list(suite)) == len(result.controls) + len(result.problems) + gone
    assert suite.failures == kinds.count(Failure) == result.tally["fail"] - known + gone
    assert suite.errors == kinds.count(Error) == result.tally["unknown"] + len(result.problems)
    assert suite.skipped == kinds.count(Skipped)
    assert suite.skipped == result.tally["waived"] + result.tally["not_applicable"] + known


def test_only_what_both_schemas_know() -> None:
    root = ElementTree.fromstring(render(ASSESSMENT, "junit", View()))  # noqa: S314
    assert root.attrib == {}
    suite = root[0]
    assert set(suite.attrib) == {
        "id",
        "package",
        "name",
        "timestamp",
        "hostname",
        "tests",
        "failures",
        "errors",
        "skipped",
        "time",
    }
    assert suite.attrib["timestamp"] == "2026-11-20T18:00:00"
    assert [part.tag for part in suite if part.tag != "testcase"] == [
        "properties",
        "system-out",
        "system-err",
    ]
    for case in suite.iter("testcase"):
        assert set(case.attrib) == {"name", "classname", "time"}
        assert len(case) <= 1
    assert (
        len({case.attrib["name"] for case in suite.iter("testcase")})
        == len(ASSESSMENT.controls) + 2
    )


def test_a_case_says_why() -> None:
    found = cases(ASSESSMENT)
    (failure,) = next(case for name, case in found.items() if name.startswith("EM-1 ")).result
    assert failure.message == "2 lapses"
    assert (
        "SH-PBX-02: since 2026-11-19 (1 d 18 h)  evidence/inspections/2026.csv:152" in failure.text
    )
    (error,) = next(case for name, case in found.items() if name.startswith("NS-1 ")).result
    assert "evidence/scans/2026.csv:9: error: FI302 'result' is missing" in error.text
    (skipped,) = next(case for name, case in found.items() if name.startswith("ER-1 ")).result
    assert skipped.message.startswith(
        "W-1, approved by centre-manager, until 2026-12-31: The supplier"
    )
    (skipped,) = next(case for name, case in found.items() if name.startswith("IR-1 ")).result
    assert skipped.message == "No incident has happened yet."


def test_what_xml_cannot_hold_is_written_out() -> None:
    hostile = "a\x00\x0b\x1b\ufffe\uffff\ud800]]><b>&\u2028😀"
    judged = control(
        "X-1",
        hostile,
        hostile,
        "fail",
        lapses=[lapse(hostile, "2026-11-08T00:00:00+08:00", None, 1)],
    )
    result = ASSESSMENT.model_copy(update={"controls": [judged], "problems": []})
    ((name, case),) = cases(result).items()
    written = "a\\x00\\x0b\\x1b\\ufffe\\uffff\\ud800]]><b>&\\u2028😀"
    assert name == f"X-1 {written}"
    assert f"{written}: since" in case.result[0].text


def test_a_long_list_is_cut_and_says_so() -> None:
    start = "2026-11-08T00:00:00+08:00"
    many = [lapse(f"A{n}", start, None, 1) for n in range(MOST + 2)]
    judged = control("X-1", "Title", "标题", "fail", lapses=many)
    ((_, case),) = cases(
        ASSESSMENT.model_copy(update={"controls": [judged], "problems": []})
    ).items()
    assert case.result[0].message == f"{MOST + 2:,} lapses"
    assert "\nand 2 more\n" in case.result[0].text
