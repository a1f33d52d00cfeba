"""The same assessment through all formats: the verdicts agree, and so do the exit codes."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from click.testing import CliRunner, Result

from ccpolicy import EvaluationRequest, LapsesTarget, Repository, reports
from ccpolicy.assessment.models import Assessment
from ccpolicy.cli.program import program
from ccpolicy.reports import FORMATS, View
from ccpolicy.reports.phrases import VERDICT_MESSAGES
from ccpolicy.shipped import shipped_folder
from ccpolicy.vocabulary import VERDICTS

from .centres import FAILING, NAMES, centre
from .html.unfolded import unfolded

Verdicts = Mapping[str, str]
"""Control → verdict, as far as a format tells."""
WRONG = ("fail", "unknown")
NO_CONTROLS = ("evidence", "baseline", "as_of")
"""Stand for a control where findings concern none."""


def in_json(content: str) -> Verdicts:
    result = Assessment.model_validate_json(content)
    return {each.id: result.verdict(each) for each in result.controls}


def in_sarif(content: str) -> Verdicts:
    (run,) = json.loads(content)["runs"]
    shown = {each["ruleId"]: each["properties"]["verdict"] for each in run["results"]}
    for each in NO_CONTROLS:
        shown.pop(each, None)
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
    titles = re.findall(
        r"^::(?:error|warning) .*title=(FAIL|UNKNOWN) ([^\s:]+)", content, re.MULTILINE
    )
    return {name: words[word] for word, name in titles if name not in NO_CONTROLS}


def in_gitlab(content: str) -> Verdicts:
    return {
        each["check_name"]: "wrong"
        for each in json.loads(content)
        if each["check_name"] not in NO_CONTROLS
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
    verdicts = {text: verdict for verdict, text in VERDICT_MESSAGES.items()}
    return {str(row[0]): verdicts[str(row[2])] for row in rows[1:]}


def in_html(content: bytes) -> Verdicts:
    page = unfolded(content).decode()
    (judged,) = re.findall(r'<main [^>]*data-judged="(\w+)"', page)
    names = re.findall(r'<section id="?([^\s"]+)"? class="?control"? ', page)
    (told,) = re.findall(r'<template id="tokens">(.*?)</template>', page)
    return {
        name: dict(token.split("-", 1) for token in tokens.split())[judged]
        for name, tokens in zip(names, json.loads(html.unescape(told)), strict=True)
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
        for each in results.get("findings", [])
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
    found = READERS[name](reports.render(result, name, View()).content)
    assert found == expected(result, name)


def expected(result: Assessment, name: str) -> Verdicts:
    """Return what a format is to say of each control."""
    blurred = BLURRED.get(name, {})
    if name == "junit":
        blurred = {**blurred, **dict.fromkeys(result.gate.accepted, "skipped")}
    return {
        each.id: blurred.get(each.id, blurred.get(verdict, verdict))
        for each in result.controls
        for verdict in [result.verdict(each)]
        if verdict in WRONG or name not in LISTS_WHAT_IS_WRONG
    }


@pytest.mark.parametrize("centre_name", NAMES)
def test_the_text_counts_the_same(centre_name: str) -> None:
    result = centre(centre_name)
    counted = Counter(result.verdict(each) for each in result.controls)
    assert result.tally == {verdict: counted[verdict] for verdict in VERDICTS}
    for name in ("text", "markdown", "github"):
        assert said(result) in reports.render(result, name, View()).text


def said(result: Assessment) -> str:
    """Return how a text counts the verdicts."""
    words = {"not_applicable": "not applicable"}
    counts = ", ".join(f"{result.tally[each]} {words.get(each, each)}" for each in VERDICTS)
    return f"{len(result.controls)} controls: {counts}"


Command = Callable[..., Result]


@pytest.fixture
def check() -> Command:
    runner = CliRunner(env={"LANG": "C.UTF-8", "GITHUB_STEP_SUMMARY": ""})

    def check(*arguments: str | Path) -> Result:
        return runner.invoke(program, ["check", *map(str, arguments)])

    return check


@pytest.fixture
def judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same question is judged once, whatever the result is then rendered as."""
    judge = Repository.check
    known: dict[tuple[Path, str], Assessment] = {}

    def check(
        self: Repository,
        request: EvaluationRequest | None = None,
        lapses: LapsesTarget | None = None,
    ) -> Assessment:
        question = (self.policy.root, repr(request))
        if question not in known:
            known[question] = judge(self, request, lapses)
        return known[question]

    monkeypatch.setattr(Repository, "check", check)


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[int, list[str | Path]]]:
    """How a check ends, and its arguments."""
    folder = tmp_path_factory.mktemp("agreement")
    runner = CliRunner(env={"LANG": "C.UTF-8"})
    known, gone = folder / "known.yaml", folder / "gone.yaml"
    judged = [str(FAILING), "--control", "FIRE-1", "--control", "FIRE-3"]
    runner.invoke(program, ["check", str(FAILING), "--write-baseline", str(known)])
    entry = '  - {control: "FIRE-1", subject: "E0", starts: "2026-03-12T00:00:00+08:00"}\n'
    gone.write_text(known.read_text("utf-8") + entry, "utf-8")
    empty = shutil.copytree(FAILING, folder / "empty")
    controls = empty / "policy/controls/fire.yaml"
    reason = "reason: {en: Closed., zh: 已关闭。}, owner: manager, until: 2026-12-31"
    text = controls.read_text("utf-8").replace(
        "    check:", f"    not_applicable: {{{reason}}}\n    check:"
    )
    controls.write_text(text, "utf-8")
    return {
        "passed": (0, [shipped_folder(), "--control", "EM-1", "--control", "GV-1"]),
        "failed": (1, [FAILING]),
        "let stand": (0, [*judged, "--baseline", known]),
        "entry gone": (1, [*judged, "--baseline", gone]),
        "unknown beside known": (1, [FAILING, "--baseline", known]),
        "nothing assessed": (3, [empty]),
        "no such control": (2, [FAILING, "--control", "NO-SUCH"]),
        "no such baseline": (2, [FAILING, "--baseline", folder / "none.yaml"]),
    }


@pytest.mark.usefixtures("judged_once")
def test_counts_and_exit_codes_agree(
    ended: Mapping[str, tuple[int, list[str | Path]]], check: Command, tmp_path: Path
) -> None:
    """A table of every way to end × every format: one exit code, one tally."""
    codes, seen = set(), Counter[str]()
    for what, (code, arguments) in ended.items():
        plain = check(*arguments, "--format", "json")
        assert plain.exit_code == code, (what, plain.output)
        result = Assessment.model_validate_json(plain.stdout) if plain.stdout else None
        for name in FORMATS:
            file = tmp_path / f"{what}.{name}"
            run = check(*arguments, "--format", name, "-o", file)
            assert run.exit_code == code, (what, name, run.output)
            assert file.exists() == (code != 2), (what, name)
            codes.add(code)
            if result is None:
                continue
            content = file.read_bytes()
            if name in READERS:
                text = content if name in ("xlsx", "html") else content.decode()
                assert Counter(READERS[name](text).values()) == _counted(result, name), (what, name)
                seen[name] += 1
            elif name == "text":
                assert said(result) in content.decode(), what
                seen[name] += 1
    assert codes == {0, 1, 2, 3}
    assert seen == dict.fromkeys(FORMATS.keys() - {"ics"}, 6)


def _counted(result: Assessment, name: str) -> Counter[str]:
    return Counter(expected(result, name).values())
