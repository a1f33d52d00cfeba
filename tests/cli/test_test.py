"""`ccpolicy test`: what it says, and that it fails when a rule or a test is wrong."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import ccpolicy
from ccpolicy.shipped import shipped_folder
from message_text import coded

from .conftest import Run

CASES = """\
defaults:
  assets: {asset_id: "A{n:02}", commissioned_on: "2026-10-01"}
tests:
  - name: inspected
    control: EM-1
    as_of: "2026-11-20"
    given:
      assets: [{}]
      inspections: [{asset_id: A01, performed_at: "2026-10-31T09:00:00+08:00", result: pass}]
    expect: {now: pass, lapses: []}
  - name: never inspected
    control: EM-1
    as_of: "2026-11-20"
    given: {assets: [{}]}
    expect: {now: fail, lapses: [{subject: A01, starts: "2026-11-01T00:00"}]}
"""
FILE = "policy/tests/3.yaml"


@pytest.fixture
def tested(centre: Path) -> Path:
    (centre / "policy/tests").mkdir()
    (centre / FILE).write_text(CASES, "utf-8")
    return centre


def change(folder: Path, old: str, new: str) -> None:
    text = (folder / FILE).read_text("utf-8")
    assert old in text
    (folder / FILE).write_text(text.replace(old, new, 1), "utf-8")


def test_passes(tested: Path, run: Run) -> None:
    result = run("test", tested, "--require-all")
    assert (result.exit_code, result.stdout) == (0, "2 tests: 2 passed, 0 failed\n")


def test_failure_shows_the_difference(tested: Path, run: Run) -> None:
    change(tested, "now: pass", "now: fail")
    result = run("test", tested)
    assert result.exit_code == 1
    assert (
        result.stdout
        == f"""\
FAIL {FILE}:4: EM-1: inspected
    - now: fail
    + now: pass
EM-1 has no passing test
2 tests: 1 passed, 1 failed
"""
    )


def test_fails_when_the_rule_is_another(tested: Path, run: Run) -> None:
    controls = tested / "policy/controls/3.yaml"
    text = controls.read_text("utf-8")
    controls.write_text(text.replace("30 days, norm", "40 days, norm"), "utf-8")
    result = run("test", tested)
    assert result.exit_code == 1
    assert "- lapse: A01, 2026-11-01T00:00, -" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["-k", "NEVER"], 0, "1 test: 1 passed"),
        (["-k", "nothing"], 3, "0 tests"),
        (["--control", "EM-1"], 0, "2 tests"),
        (["--control", "EM-9"], 2, coded("PL201", "EM-9")),
        (["-v"], 0, "PASS policy/tests/3.yaml:4: EM-1: inspected"),
        (["--lang", "zh"], 0, "2 个测试：2 个通过，0 个未通过"),
    ],
)
def test_choice(tested: Path, run: Run, arguments: list[str], code: int, said: str) -> None:
    result = run("test", tested, *arguments)
    assert result.exit_code == code
    assert said in result.output


def test_what_is_untried(centre: Path, run: Run) -> None:
    result = run("test", centre)
    assert result.exit_code == 3
    assert "EM-1 has no passing and no failing test" in result.stdout


def test_everything_can_be_required(tested: Path, run: Run) -> None:
    change(tested, CASES[CASES.index("  - name: never") :], "")
    assert run("test", tested).exit_code == 0
    result = run("test", tested, "--require-all")
    assert result.exit_code == 1
    assert "EM-1 has no failing test" in result.stdout


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("control: EM-1", "control: EM-2", f"{FILE}:5:5: error: {coded('PL201', 'EM-2')}"),
        ("inspections: [", "inspection: [", f"{FILE}:9:7: error: PL115 "),
        ("now: pass", "now: passed", "'now' must be one of"),
        ('as_of: "2026-11-20"', "as_of: soon", f"{FILE}:6:5: error: {coded('US307', 'soon')}"),
        ("expect:", "expects:", coded("FI303", "expects")),
    ],
)
def test_mistakes(tested: Path, run: Run, old: str, new: str, said: str) -> None:
    change(tested, old, new)
    result = run("test", tested)
    assert result.exit_code == 2
    assert said in result.output


def test_record_that_breaks_its_contract_is_unknown(tested: Path, run: Run) -> None:
    change(tested, "result: pass", "result: fine")
    result = run("test", tested)
    assert result.exit_code == 1
    assert "+ now: unknown" in result.stdout
    assert "result" in result.stdout


PARTS = 8
"""Of the shipped controls, so that no worker has to run the tests of all."""


@cache
def shipped() -> ccpolicy.Repository:
    return ccpolicy.load(shipped_folder())


def test_shipped_controls_have_both() -> None:
    assert shipped().controls_without_tests() == {}


@pytest.mark.parametrize("part", range(PARTS))
def test_shipped_controls_pass_their_tests(part: int) -> None:
    controls = sorted(shipped().controls)[part::PARTS]
    results = [*shipped().test(controls)]
    assert {each.located.case.control for each in results} == {*controls}
    assert [each.located.case.name for each in results if not each.passed] == []
