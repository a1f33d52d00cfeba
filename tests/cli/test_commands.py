"""Each command on a small centre, as a person runs it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import icalendar
import pytest
from click.testing import CliRunner

from ccpolicy.assessment.agenda import Agenda
from ccpolicy.assessment.models import Assessment
from ccpolicy.cli import options
from ccpolicy.cli.program import program
from ccpolicy.policy.schemas import NAMES, schema_text
from message_text import coded
from small_centre import FAILING

from .conftest import Run

CLOSED = """\
    not_applicable:
      reason: {en: Closed., zh: 停用。}
      owner: manager
      until: 2027-01-01
"""


def test_check_passes(run: Run, centre: Path) -> None:
    result = run("check", centre)
    assert result.exit_code == 0
    assert "1 control: 0 fail, 0 unknown, 0 waived, 1 pass, 0 not applicable\n" in result.stdout
    assert "Gate passed (now, severity low or above)\n" in result.stdout
    assert result.stdout.endswith(f"Next: ccpolicy due {centre}\n")
    assert result.stderr.startswith(f"warning: {coded('US219', '2026-11-20 18:00', '')[:40]}")
    assert result.stderr.count("\n") == 1


def test_check_fails_and_shows_where_it_began(run: Run, failing: Path) -> None:
    result = run("check", failing)
    assert result.exit_code == 1
    assert "  FAIL     EM-1  Assets are inspected" in result.stdout
    assert "1 of 2  high" in result.stdout
    assert "PBX-2: since 2026-11-01 (19 d 18 h)  evidence/assets/assets.csv:3\n" in result.stdout
    assert f"Next: ccpolicy explain EM-1 {failing}\n" in result.stdout


@pytest.mark.parametrize("name", ["text", "json"])
def test_exit_code_is_the_same_in_every_format(run: Run, failing: Path, name: str) -> None:
    assert run("check", failing, "--format", name).exit_code == 1
    assert run("check", failing, "--format", name, "--fail-on", "critical").exit_code == 0
    assert run("check", failing, "--format", name, "--as-of", "2026-10-15").exit_code == 0
    assert run("check", failing / "no", "--format", name).exit_code == 2


def test_check_in_the_current_folder(
    run: Run, failing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(failing)
    assert run("check").stdout.endswith("Next: ccpolicy explain EM-1\n")


def test_check_speaks_chinese(run: Run, failing: Path) -> None:
    result = run("check", failing, LANG="zh_CN.UTF-8")
    assert "  不符合    EM-1  设备按期巡检" in result.stdout
    assert "放行判定：未通过" in result.stdout


def test_check_nothing_applies_is_3(run: Run, centre: Path) -> None:
    path = centre / "policy/controls/3.yaml"
    text = path.read_text(encoding="utf-8")
    text += CLOSED
    path.write_text(text, encoding="utf-8")
    assert run("check", centre).exit_code == 3
    assert run("check", centre, "--format", "json").exit_code == 3


def test_check_nothing_chosen_is_3(run: Run, centre: Path) -> None:
    assert run("check", centre, "--control", "EM-1", "--severity", "low").exit_code == 3


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--control", "EM1", f"{coded('PL201', 'EM1')}\n  hint: did you mean 'EM-1'?\n"),
        ("--clause", "3", coded("PL202", "3")),
        ("--tag", "preventoin", "hint: did you mean 'prevention'?"),
        ("--as-of", "yesterday", coded("US307", "yesterday")),
        ("--as-of", "2026-11-20T18:00", "hint: add one, such as +08:00 or Z"),
        ("--period", "last spring", coded("US216", "last spring")),
        ("--period", "2026-06-30/2026-01-01", coded("US306")),
    ],
)
def test_unknown_values_are_2(run: Run, centre: Path, option: str, value: str, said: str) -> None:
    result = run("check", centre, option, value)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_check_judges_the_period(run: Run, centre: Path) -> None:
    path = centre / "evidence/inspections/2026.csv"
    path.write_text(FAILING + "PBX-2,2026-11-05T09:00:00+08:00,pass\n", encoding="utf-8")
    assert run("check", centre).exit_code == 0
    assert "CURED    EM-1" in run("check", centre).stdout
    assert run("check", centre, "--gate", "period").exit_code == 1
    period = ("--gate", "period", "--period", "2026-11-11/2026-11-20")
    assert run("check", centre, *period).exit_code == 0


def test_check_writes_json_to_a_file(run: Run, centre: Path, tmp_path: Path) -> None:
    target = tmp_path / "assessment.json"
    result = run("check", centre, "--format", "json", "-o", target)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.endswith("Gate passed (now, severity low or above)\n")
    again = run("check", centre, "--format", "json", "-o", target, "-q", LANG="zh_CN.UTF-8")
    assert (again.exit_code, again.stdout, again.stderr.count("\n")) == (0, "", 1)
    assert again.stderr.startswith("警告：US219 ")
    written = target.read_bytes()
    assert Assessment.model_validate_json(written).gate.passed
    assert run("check", centre, "--format", "json").stdout_bytes == written


def test_check_quiet_and_verbose(run: Run, failing: Path) -> None:
    assert len(run("check", failing, "-q").stdout.splitlines()) == 3
    assert "In order" in run("check", failing, "-v", "--as-of", "2026-10-15").stdout


def test_colours(run: Run, failing: Path) -> None:
    assert "\x1b[1;31mFAIL" in run("check", failing, "--color", "always").stdout
    for choice in ("auto", "never"):
        assert "\x1b" not in run("check", failing, "--color", choice).stdout


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_colour_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], coloured: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", type("Terminal", (), {"isatty": lambda self: True})())
    assert options._wants_colour("auto") is coloured


@pytest.mark.parametrize(
    ("columns", "width"), [("", 80), ("60", 60), ("100", 100), ("400", 120), ("wide", 80)]
)
def test_width(run: Run, failing: Path, columns: str, width: int) -> None:
    lines = run("check", failing, COLUMNS=columns).stdout.splitlines()
    assert next(len(line) for line in lines if "FAIL" in line) == width - 4


@pytest.mark.parametrize(("columns", "width"), [(100, 100), (400, 120), (0, 80), (None, 80)])
def test_width_of_a_terminal(
    monkeypatch: pytest.MonkeyPatch, columns: int | None, width: int
) -> None:
    def size(descriptor: int) -> os.terminal_size:
        if columns is None:
            raise OSError(25, "Inappropriate ioctl for device")
        return os.terminal_size((columns, 24))

    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(os, "get_terminal_size", size)
    monkeypatch.setattr(sys, "stdout", type("Terminal", (), {"fileno": lambda self: 1})())
    assert options._columns() == width


def test_narrow_terminal_is_taken_for_one_of_forty(run: Run, failing: Path) -> None:
    assert max(map(len, run("check", failing, COLUMNS="7").stdout.splitlines()[3:-1])) <= 40


def test_due(run: Run, failing: Path) -> None:
    result = run("due", failing)
    assert result.exit_code == 0
    assert "facilities · 1 overdue, 1 due\n" in result.stdout
    assert "OVERDUE  EM-1  Assets are inspected" in result.stdout
    assert "by 2026-12-10\n" in result.stdout
    assert "by 2026-12-10" not in run("due", failing, "--within", "P5D").stdout
    assert "PBX-1" in run("due", failing, "-v", "--within", "600 hours").stdout


def test_due_in_every_format(run: Run, centre: Path) -> None:
    due = Agenda.model_validate_json(run("due", centre, "--format", "json").stdout_bytes)
    assert due.until == "2026-12-21T00:00:00+08:00"
    calendar = icalendar.Calendar.from_ical(run("due", centre, "--format", "ics").stdout_bytes)
    events: list[Any] = list(calendar.walk("VEVENT"))
    assert [str(event["dtstart"].dt) for event in events] == [
        "2026-12-01",
        "2026-12-10",
    ]
    assert run("due", centre, "--format", "json", "--within", "24 months").exit_code == 0


@pytest.mark.parametrize(
    ("within", "said"),
    [
        ("soon", coded("US501", "soon")),
        ("P0D", "US501 "),
        ("5 business days", coded("US206")),
        ("P3Y", coded("US207", "2028-11-20")),
    ],
)
def test_due_refuses(run: Run, centre: Path, within: str, said: str) -> None:
    result = run("due", centre, "--within", within)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_lint_in_order(run: Run, centre: Path) -> None:
    result = run("lint", centre)
    assert result.output == "The policy is in order: 2 clauses, 1 control, 2 datasets\n"
    assert result.exit_code == 0


def test_lint_finds(run: Run, centre: Path) -> None:
    path = centre / "policy/plan.yaml"
    path.write_text(path.read_text("utf-8").replace("Inspect", "Look at"), encoding="utf-8")
    result = run("lint", centre)
    assert result.exit_code == 1
    assert f"policy/controls/3.yaml:6:15: warning: {coded('LN108', '3.1')}" in result.stdout
    assert "\n  hint: review the control, then write: " in result.stdout
    assert result.stdout.endswith("\n1 warning\n")
    assert run("lint", centre, "-q").stdout == "1 warning\n"
    assert "STALE    EM-1" in run("check", centre).stdout


def test_lint_refuses_with_every_error(run: Run, centre: Path) -> None:
    path = centre / "policy/controls/3.yaml"
    text = path.read_text("utf-8").replace("severity: high", "severty: high")
    path.write_text(text, encoding="utf-8")
    result = run("lint", centre)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"policy/controls/3.yaml:7:5: error: {coded('FI303', 'severty')}\n" in result.stderr
    assert "  hint: did you mean 'severity'?\n" in result.stderr


def test_explain_control(run: Run, centre: Path) -> None:
    result = run("explain", "EM-1", centre)
    assert result.exit_code == 0
    for said in (
        "EM-1  Assets are inspected\n",
        "policy/controls/3.yaml:2:5\n",
        "Inspect equipment regularly.",
        "30 days",
        "Monthly inspection",
        "Handbook, section 2 (internal decision (no external norm found))",
        "https://example.org/handbook",
        "inspections: evidence/inspections/*.csv, kept by facilities",
        "where: result = 'pass'",
        "FROM events",
        f"Next: ccpolicy check --control EM-1 -v {centre}\n",
    ):
        assert said in result.stdout
    assert "每台设备每 30 天巡检一次。" in run("explain", "EM-1", centre, "--lang", "zh").stdout


def test_explain_says_what_is_missing_or_changed(run: Run, centre: Path) -> None:
    plan = centre / "policy/plan.yaml"
    plan.write_text(plan.read_text("utf-8").replace("Inspect", "Look at"), encoding="utf-8")
    path = centre / "policy/controls/3.yaml"
    text = path.read_text("utf-8").replace(", norm: monthly}", "}")
    text += CLOSED
    path.write_text(text, encoding="utf-8")
    shown = run("explain", "EM-1", centre).stdout
    assert "changed" in shown
    assert "no norm is named for it" in shown
    assert "not applicable until 2027-01-01: Closed.\n" in shown


@pytest.mark.parametrize(
    "kind", ["recurrence", "coverage", "deadline", "cadence", "level", "meter", "record", "share"]
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_explain_kind(run: Run, centre: Path, kind: str, language: str) -> None:
    result = run("explain", kind, centre, "--lang", language)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{kind}\n")
    assert "SELECT" in result.stdout
    assert ("Worked examples" if language == "en" else "算例") in result.stdout


def test_explain_unknown(run: Run, centre: Path) -> None:
    result = run("explain", "recurence", centre)
    assert result.exit_code == 2
    assert coded("US208", "recurence") in result.stderr
    assert "did you mean 'recurrence'?" in result.stderr


@pytest.mark.parametrize("name", NAMES)
def test_schema(run: Run, name: str) -> None:
    result = run("schema", name)
    assert result.exit_code == 0
    assert result.stdout == schema_text(name)
    assert json.loads(result.stdout)["$schema"].endswith("2020-12/schema")


def test_schema_names_are_the_registrys() -> None:
    from ccpolicy.cli import schema

    assert schema.NAMES == NAMES


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(run: Run, shell: str) -> None:
    result = run("completion", shell)
    assert result.exit_code == 0
    assert "_CCPOLICY_COMPLETE" in result.stdout


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ccpolicy ch", ["check"]),
        ("ccpolicy check --severity h", ["high"]),
        ("ccpolicy check --control EM", ["EM-1"]),
        ("ccpolicy check --clause 9", ["9"]),
        ("ccpolicy explain rec", ["record", "recurrence"]),
        ("ccpolicy explain EM", ["EM-1"]),
        ("ccpolicy record insp", ["inspections"]),
        ("ccpolicy record inspections --set res", ["result="]),
    ],
)
@pytest.mark.parametrize("broken", [False, True])
def test_completion_completes(
    centre: Path, monkeypatch: pytest.MonkeyPatch, line: str, expected: list[str], broken: bool
) -> None:
    monkeypatch.chdir(centre)
    if broken:
        (centre / "policy/plan.yaml").write_text("[", encoding="utf-8")
    environment = {
        "_CCPOLICY_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(line.count(" ")),
    }
    result = CliRunner().invoke(program, [], prog_name="ccpolicy", env=environment)
    of_policy = expected not in (["check"], ["high"])
    found = [] if broken and of_policy else expected
    assert sorted(result.output.split()) == [f"plain,{each}" for each in found]
