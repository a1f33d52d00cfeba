"""The same assessment through all formats: the verdicts agree, and so do the exit codes."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from click.testing import CliRunner

from ccpolicy import reports
from ccpolicy.assessment.models import VERDICTS, Assessment
from ccpolicy.cli.program import program
from ccpolicy.content import content_folder
from ccpolicy.reports import FORMATS, View

from .centres import FAILING, NAMES, centre

Verdicts = Mapping[str, str]
"""Control → verdict, as far as a format tells."""
WRONG = ("fail", "unknown")


def in_json(content: str) -> Verdicts:
    result = Assessment.model_validate_json(content)
    return {each.id: result.verdict(each) for each in result.controls}


def in_sarif(content: str) -> Verdicts:
    (run,) = json.loads(content)["runs"]
    shown = {each["ruleId"]: each["properties"]["verdict"] for each in run["results"]}
    shown.pop("evidence", None)
    verdicts: dict[str, str] = run["properties"]["verdicts"]
    assert shown == {name: each for name, each in verdicts.items() if each in WRONG}
    return verdicts


def in_junit(content: str) -> Verdicts:
    kinds = {"failure": "fail", "error": "unknown", "skipped": "skipped"}
    return {
        case.attrib["name"].partition(" ")[0]: kinds[case[0].tag] if len(case) else "pass"
        for case in ElementTree.fromstring(content).iter("testcase")  # noqa: S314
        if case.attrib["classname"] != "ccpolicy"
    }


def in_github(content: str) -> Verdicts:
    words = {"FAIL": "fail", "UNKNOWN": "unknown"}
    titles = re.findall(r"^::(?:error|warning) .*title=(FAIL|UNKNOWN) (\S+)", content, re.MULTILINE)
    return {name: words[word] for word, name in titles}


def in_gitlab(content: str) -> Verdicts:
    return {
        each["check_name"]: "wrong"
        for each in json.loads(content)
        if each["check_name"] != "evidence"
    }


def in_markdown(content: str) -> Verdicts:
    words = {
        "FAIL": "fail",
        "UNKNOWN": "unknown",
        "WAIVED": "waived",
        "PASS": "pass",
        "N/A": "not_applicable",
    }
    rows = re.findall(r"^\| \S+ (\S+) \| (\S+) \|", content.partition("<details>")[2], re.MULTILINE)
    return {name: words[word] for word, name in rows if word in words}


def in_csv(content: str) -> Verdicts:
    rows = csv.DictReader(io.StringIO(content.removeprefix("\ufeff"), newline=""))
    return {row["control"]: row["verdict"] for row in rows if row["entry"] == "control"}


def in_xlsx(content: bytes) -> Verdicts:
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows = list(book["Controls"].iter_rows(values_only=True))
    return {str(row[0]): str(row[2]) for row in rows[1:]}


def in_html(content: bytes) -> Verdicts:
    page = content.decode()
    (judged,) = re.findall(r'<main [^>]*data-judged="(\w+)"', page)
    sections = re.findall(r'<section id="(\S+)" class="control" \S+ data-f="([^"]*)"', page)
    return {
        name: dict(token.split("-", 1) for token in tokens.split())[judged]
        for name, tokens in sections
    }


def in_oscal(content: str) -> Verdicts:
    (results,) = json.loads(content)["assessment-results"]["results"]
    observed = {}
    for each in results["observations"]:
        said = {part["name"]: part["value"] for part in each.get("props", [])}
        if "control-id" in said:
            observed[said["control-id"]] = said["verdict"]
    found = {
        each["target"]["target-id"].removesuffix("_obj"): each["target"]["status"]["remarks"]
        for each in results["findings"]
    }
    assert found == {name: each for name, each in observed.items() if each != "not_applicable"}
    return observed


READERS: dict[str, Callable[[Any], Verdicts]] = {
    "json": in_json,
    "sarif": in_sarif,
    "junit": in_junit,
    "github": in_github,
    "gitlab": in_gitlab,
    "markdown": in_markdown,
    "csv": in_csv,
    "xlsx": in_xlsx,
    "html": in_html,
    "oscal": in_oscal,
}
ELSEWHERE = {"text": "its counts are compared below", "ics": "it shows due dates, no verdicts"}
BLURRED = {
    "junit": {"waived": "skipped", "not_applicable": "skipped"},
    "gitlab": {"fail": "wrong", "unknown": "wrong"},
}
"""Verdicts that a format has one word for."""
LISTS_WHAT_IS_WRONG = ("github", "gitlab")


def test_every_format_is_read_back() -> None:
    assert READERS.keys() | ELSEWHERE.keys() == FORMATS.keys()


@pytest.mark.parametrize("centre_name", NAMES)
@pytest.mark.parametrize("name", READERS)
def test_verdicts_agree(name: str, centre_name: str) -> None:
    result = centre(centre_name)
    expected = {
        each.id: BLURRED.get(name, {}).get(verdict, verdict)
        for each in result.controls
        for verdict in [result.verdict(each)]
        if verdict in WRONG or name not in LISTS_WHAT_IS_WRONG
    }
    assert READERS[name](reports.render(result, name, View()).content) == expected


@pytest.mark.parametrize("centre_name", NAMES)
def test_the_text_counts_the_same(centre_name: str) -> None:
    result = centre(centre_name)
    counted = Counter(result.verdict(each) for each in result.controls)
    assert result.tally == {verdict: counted[verdict] for verdict in VERDICTS}
    words = {"not_applicable": "not applicable"}
    said = ", ".join(f"{counted[each]} {words.get(each, each)}" for each in VERDICTS)
    for name in ("text", "markdown", "github"):
        assert (
            f"{len(result.controls)} controls: {said}" in reports.render(result, name, View()).text
        )


@pytest.mark.parametrize("name", FORMATS)
def test_exit_codes_agree(name: str) -> None:
    runner = CliRunner(env={"LANG": "C.UTF-8", "GITHUB_STEP_SUMMARY": ""})
    shipped = content_folder()
    ended = [
        runner.invoke(program, ["check", "--format", name, *arguments]).exit_code
        for arguments in (
            [str(shipped), "--control", "EM-1"],
            [str(FAILING)],
            [str(shipped), "--control", "NO-SUCH"],
        )
    ]
    assert ended == [0, 1, 2]
