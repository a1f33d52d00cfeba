"""Every control of the shipped plan explains itself, and so does one that is broken."""

from __future__ import annotations

from pathlib import Path

import pytest
from wcwidth import wcswidth

import ccpolicy
from ccpolicy.cli.explain_control import explain_control
from ccpolicy.errors import LANGUAGES, Language
from ccpolicy.reports import View
from ccpolicy.reports.page import Page
from ccpolicy.shipped import shipped_folder
from message_text import coded

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
