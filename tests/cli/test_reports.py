"""Reports from the command line: what is written where, and what formats leave out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ccpolicy.cli.summary import MOST
from message_text import coded

from .conftest import Run

WAIVER = """\
waivers:
  - id: W-1
    control: EM-1
    subject: PBX-2
    reason: {en: Locked away., zh: 锁在屋里。}
    owner: facilities
    approver: manager
    from: 2026-10-01
    until: 2026-12-31
"""


@pytest.fixture
def waived(failing: Path) -> Path:
    """The lapse of PBX-2 is waived."""
    (failing / "policy/waivers.yaml").write_text(WAIVER, encoding="utf-8")
    return failing


def test_what_a_format_leaves_out_is_said_beside_it(run: Run, waived: Path) -> None:
    ended = run("check", waived, "--format", "gitlab")
    assert ended.exit_code == 0
    assert [each["check_name"] for each in json.loads(ended.stdout)] == ["as_of"]
    left_out = coded("RP201", "gitlab", "lapses that were waived: EM-1")
    assert f"warning: {left_out}\n" in ended.stderr
    chinese = run("check", waived, "--format", "gitlab", "--lang", "zh")
    assert "警告：RP201 格式“gitlab”未列出：已豁免的失效：EM-1\n" in chinese.stderr


def test_strictly_that_is_an_error_and_nothing_is_written(
    run: Run, waived: Path, tmp_path: Path
) -> None:
    report = tmp_path / "code-quality-report.json"
    ended = run("check", waived, "--report", report, "--strict-format")
    assert ended.exit_code == 2
    assert ended.stdout == ""
    assert "RP201 " in ended.stderr
    assert not report.exists()
    assert run("report", waived, "--format", "gitlab", "--strict-format").exit_code == 2
    assert run("check", waived, "--format", "json", "--strict-format").exit_code == 0


def test_an_agenda_says_what_its_calendar_does_not_show(run: Run, failing: Path) -> None:
    ended = run("due", failing, "--format", "ics")
    assert ended.exit_code == 0
    assert f"warning: {coded('RP201', 'ics', 'what is overdue: EM-1')}\n" in ended.stderr
    assert run("due", failing, "--format", "ics", "--strict-format").exit_code == 2


def test_places_are_told_from_the_top_of_the_checkout(run: Run, failing: Path) -> None:
    alone = json.loads(run("check", failing, "--format", "gitlab").stdout)
    assert alone[1]["location"]["path"] == "evidence/assets/assets.csv"
    (failing.parent / ".git").mkdir()
    below = json.loads(run("check", failing, "--format", "gitlab").stdout)
    assert below[1]["location"]["path"] == "centre/evidence/assets/assets.csv"
    listed = json.loads(run("report", failing, "--format", "gitlab").stdout)
    assert listed == below


@pytest.mark.parametrize("name", ["gitlab", "sarif"])
def test_places_of_an_assessment_from_a_file(
    run: Run, failing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """They are as `check` tells them, wherever the reader stands; else as the file has them."""
    (failing.parent / ".git").mkdir()
    file = tmp_path / "a.json"
    assert run("check", failing, "--format", "json", "-o", file).exit_code == 1
    below = run("report", failing, "--format", name).stdout
    assert "centre/evidence/assets/assets.csv" in below
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert run("report", failing, "--from", file, "--format", name).stdout == below
    alone = run("report", "--from", file, "--format", name).stdout
    assert alone == below.replace("centre/", "")
    monkeypatch.chdir(failing)
    assert run("report", "--from", file, "--format", name).stdout == below


@pytest.mark.parametrize("arguments", [[], ["--format", "html"], ["--lang", "zh"]])
def test_what_is_no_assessment_is_no_defect(
    run: Run, failing: Path, tmp_path: Path, arguments: list[str]
) -> None:
    file, report = tmp_path / "a.json", tmp_path / "report"
    run("check", failing, "--annex", "--format", "json", "-o", file)
    whole = file.read_text("utf-8")
    for text, place in (
        (whole.replace('"as_of": "2026', '"as_of": "soon'), "#as_of: "),
        (whole[: len(whole) // 2], f"{file}:"),
        (whole.replace('"2.5"', '"9.9"', 1), "9.9"),
        (whole.replace('"gate": {', '"gates": {'), "#gate"),
        (whole.replace('"passed": false', '"passed": true'), "#gate/passed: "),
    ):
        assert text != whole
        file.write_text(text, "utf-8")
        ended = run("report", "--from", file, "-o", report, *arguments)
        assert (ended.exit_code, ended.stdout, report.exists()) == (2, "", False)
        assert place in ended.stderr
        assert "defect" not in ended.stderr
        assert "CCPOLICY_TRACEBACK" not in ended.stderr
    missing = run("report", failing / "nowhere", "--from", file)
    assert (missing.exit_code, "US303 " in missing.stderr) == (2, True)


def test_the_summary_is_appended_to(run: Run, failing: Path, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("# Before", encoding="utf-8")
    for _ in range(2):
        ended = run("check", failing, "--format", "github", GITHUB_STEP_SUMMARY=str(summary))
        assert ended.exit_code == 1
    text = summary.read_text("utf-8")
    assert text.startswith("# Before\n## A small plan, version 1\n")
    assert text.count("## A small plan") == 2
    assert "Shortened" not in text
    run("check", failing, "--format", "json", GITHUB_STEP_SUMMARY=str(summary))
    assert summary.read_text("utf-8") == text


def test_the_summary_stays_below_what_github_shows(run: Run, failing: Path, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    for room, said in ((600, "Shortened"), (20_000, "All controls")):
        summary.write_bytes(b"x" * (MOST - room))
        ended = run("check", failing, "--format", "github", GITHUB_STEP_SUMMARY=str(summary))
        assert ended.exit_code == 1
        assert said in summary.read_text("utf-8")
        assert summary.stat().st_size <= MOST
    summary.write_bytes(b"x" * (MOST - 10))
    ended = run("check", failing, "--format", "github", GITHUB_STEP_SUMMARY=str(summary))
    assert ended.exit_code == 2
    assert coded("RP205") in ended.stderr
    assert summary.stat().st_size == MOST - 10


def test_a_summary_that_cannot_be_written_is_an_error(
    run: Run, failing: Path, tmp_path: Path
) -> None:
    gone = tmp_path / "gone" / "summary.md"
    ended = run("check", failing, "--format", "github", GITHUB_STEP_SUMMARY=str(gone))
    assert ended.exit_code == 2
    assert str(gone) in ended.stderr


@pytest.mark.parametrize("name", ["oscal-catalog", "oscal-component"])
def test_the_policy_is_exported(run: Run, centre: Path, tmp_path: Path, name: str) -> None:
    shown = run("export", name, centre)
    assert shown.exit_code == 0
    assert "Every asset is inspected every 30 days." in shown.stdout
    assert run("export", name, centre).stdout == shown.stdout
    assert "每台设备每 30 天巡检一次" in run("export", name, centre, "--lang", "zh").stdout
    file = tmp_path / "export.json"
    assert run("export", name, centre, "-o", file).exit_code == 0
    assert file.read_text("utf-8") == shown.stdout


def test_an_invalid_policy_is_not_exported(run: Run, centre: Path) -> None:
    (centre / "policy/norms.yaml").write_text("norms: []\n", encoding="utf-8")
    ended = run("export", "oscal-catalog", centre)
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert coded("PL317", "monthly") in ended.stderr


@pytest.mark.parametrize(
    "options",
    [
        ["--as-of", "2026-11-25"],
        ["--period", "2026-06"],
        ["--known-at", "HEAD"],
        ["--allow-tables"],
        ["--owner", "facilities"],
        ["--subjects"],
        ["--lapses", "x.parquet"],
    ],
)
def test_nothing_says_how_to_judge_what_was_judged(
    run: Run, failing: Path, tmp_path: Path, options: list[str]
) -> None:
    source = tmp_path / "a.json"
    run("check", failing, "--format", "json", "-o", source)
    refused = run("report", failing, "--from", source, *options)
    assert refused.exit_code == 2
    assert "error: US220 " in refused.stderr
    assert f"hint: leave out {options[0]}, or" in refused.stderr
