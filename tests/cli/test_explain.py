"""Every control of the shipped plan explains itself, and so does one that is broken."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from wcwidth import wcswidth

import ccpolicy
from ccpolicy.cli.explain_control import explain_control
from ccpolicy.cli.program import program
from ccpolicy.errors import LANGUAGES, Language
from ccpolicy.reports import View
from ccpolicy.reports.page import Page
from ccpolicy.shipped import shipped_folder
from message_text import coded
from small_centre import CONTROLS, change

from .conftest import Run


@pytest.fixture(scope="module")
def shipped() -> ccpolicy.Repository:
    return ccpolicy.load(shipped_folder())


@pytest.mark.parametrize("language", LANGUAGES)
def test_shipped_controls_explain_themselves(
    shipped: ccpolicy.Repository, language: Language
) -> None:
    assert len(shipped.controls) > 30
    for control in shipped.controls.values():
        page = Page(View(language=language))
        explain_control(page, shipped, control)
        text = str(page)
        sql = shipped.kinds[control.check].query.splitlines()
        assert [line for line in text.splitlines() if line[2:] in sql], control.id
        for line in text.splitlines():
            assert wcswidth(line) <= 80 or line[2:] in sql
        for words in (control.title, control.rule, control.remediation):
            said = words.text("zh") if language == "zh" else words.text("en")
            assert "".join(said.split())[:40] in "".join(text.split())


BROKEN = """\
controls:
  - id: X-1
    title: {en: Broken, zh: 有误}
    rule: {en: A rule., zh: 规则。}
    rationale: {en: A reason., zh: 理由。}
    remediation: {en: Do it., zh: 去做。}
    may_be_empty: {en: It may., zh: 可以。}
    clauses: {"7.7": abc}
    severity: low
    owner: nobody
    check: nosuch
    inputs:
      subjects: [one, two]
      records: [{dataset: nowhere, key: [a, b], prefix: "P-", good: "x = 1"}]
    revisions:
      - version: 1
        parameters: {every: {value: {a: 1 day, b: 2 days}}}
      - version: 3
        from: 2026-06-01
        reason: {en: Since it was wrong., zh: 原先有误。}
"""


def test_broken_control_is_explained_as_far_as_it_goes(run: Run, centre: Path) -> None:
    (centre / "policy/controls/x.yaml").write_text(BROKEN, encoding="utf-8")
    result = run("explain", "X-1", centre)
    assert result.exit_code == 0
    for said in (
        "  7.7   no such clause in the plan\n",
        "unknown dataset 'nowhere'",
        "key: P-a × b",
        "good if: x = 1",
        "one, two",
        "a 1 day, b 2 days",
        "no norm is named for it",
        "Parameters, version 3, from 2026-06-01\n  Since it was wrong.\n  none: ",
        "Check kind nosuch\n",
        "Reason it may be empty\n  It may.\n",
    ):
        assert said in result.stdout


def test_own_check_kind_without_examples_is_explained_as_far_as_it_goes(
    run: Run, centre: Path
) -> None:
    folder = centre / "checks"
    folder.mkdir()
    sql = (shipped_folder("checks") / "record.sql").read_text("utf-8")
    (folder / "mine.sql").write_text(sql, encoding="utf-8")
    result = run("explain", "mine", centre)
    assert result.exit_code == 0
    assert f"Worked examples\n  {coded('PL402', 'mine')}\n" in result.stdout


def test_a_kind_is_drawn_line_by_line(run: Run, centre: Path) -> None:
    shown = run("explain", "recurrence", centre).stdout
    assert "\n  every: 10 days  ==================!!!!!" in shown
    assert "\\n" not in shown


ISO = """\
id: iso
title: ISO 1
edition: "2022"
source: {en: A standard, zh: 某标准}
grade: secondary
consulted: {en: the library, zh: 图书馆}
requirements:
  - {id: "8", title: {en: Operation, zh: 运行}, heading: true}
  - {id: "8.1", title: {en: Equipment inspected, zh: 设备巡检}, norm: monthly}
  - {id: "8.2", title: {en: Audits held, zh: 审核}}
"""


@pytest.fixture
def held(centre: Path) -> Path:
    """A centre whose control serves a requirement of a framework."""
    folder = centre / "policy/frameworks"
    folder.mkdir()
    (folder / "iso.yaml").write_text(ISO, encoding="utf-8")
    change(centre, CONTROLS, "    severity: high", "    satisfies: [iso:8.1]\n    severity: high")
    return centre


def test_a_requirement_names_its_controls(run: Run, held: Path) -> None:
    shown = run("explain", "iso:8.1", held).stdout
    for said in (
        "iso:8.1  Equipment inspected\n",
        "ISO 1, edition 2022",
        "consulted: the library",
        "checked: from a secondary source",
        "policy/frameworks/iso.yaml:9:6",
        "What it asks\n  Monthly inspection\n",
        "Controls\n  EM-1      Assets are inspected (high)\n",
        "Next: ccpolicy check --control EM-1 -v",
    ):
        assert said in shown
    assert "Serves\n  iso:8.1                 Equipment inspected\n" in (
        run("explain", "EM-1", held).stdout
    )
    assert "设备巡检" in run("explain", "iso:8.1", held, "--lang", "zh").stdout


def test_a_requirement_without_a_control_says_so(run: Run, held: Path) -> None:
    shown = run("explain", "iso:8.2", held).stdout
    assert "No control of this plan serves it." in shown
    assert "Next:" not in shown


def test_a_framework_lists_all(run: Run, held: Path) -> None:
    shown = run("explain", "iso", held).stdout
    for said in ("8           Operation\n", "Equipment inspected: EM-1", "Audits held: no control"):
        assert said in shown


@pytest.mark.parametrize(
    ("name", "code", "hint"),
    [
        ("iso:8.9", "PL924", ""),
        ("iso:8.01", "PL924", "8.1"),
        ("iso:8", "PL925", "policy/frameworks/iso.yaml"),
        ("iso:", "PL924", "policy/frameworks/iso.yaml"),
        ("ISO:8.1", "PL923", "iso"),
        ("other:8.1", "PL923", "iso"),
    ],
)
def test_an_unknown_requirement_is_refused(
    run: Run, held: Path, name: str, code: str, hint: str
) -> None:
    result = run("explain", name, held)
    assert result.exit_code == 2
    assert code in result.stderr
    assert hint in result.stderr.partition("hint:")[2]


def test_completion_offers_requirements(held: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(held)
    line = "ccpolicy explain iso:8."
    environment = {
        "_CCPOLICY_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(line.count(" ")),
    }
    result = CliRunner().invoke(program, [], prog_name="ccpolicy", env=environment)
    assert result.output.split() == ["plain,iso:8.1", "plain,iso:8.2"]
