"""What is to be done: its options, and its tables."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest

from small_centre import CONTROLS, change

from .conftest import Run


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_a_row_for_each_subject_that_is_due(run: Run, centre: Path) -> None:
    found = run("due", centre, "--format", "csv", "--within", "14d")
    due = [row for row in rows(found.stdout) if row["entry"] == "due"]
    assert [(row["subject"], row["at"][:10]) for row in due] == [("PBX-2", "2026-12-02")]
    assert due[0]["owner"] == "facilities"


def test_the_overdue_come_first(run: Run, failing: Path) -> None:
    found = rows(run("due", failing, "--format", "csv", "--within", "4w").stdout)
    assert [row["entry"] for row in found] == ["pinned", "overdue", "due"]


def test_the_workbook_has_dates_and_totals(run: Run, failing: Path, tmp_path: Path) -> None:
    assert run("due", failing, "--format", "xlsx", "-o", tmp_path / "due.xlsx").exit_code == 0
    book = openpyxl.load_workbook(tmp_path / "due.xlsx")
    due, totals = (list(sheet.iter_rows(min_row=2, values_only=True)) for sheet in book)
    assert [row[5] for row in due] == ["PBX-2", "PBX-1"]
    assert str(due[1][6]) == "2026-12-10 00:00:00"
    assert [row[1:] for row in totals] == [(1, 0, 1), (1, 0, 1)]


def test_text_tells_totals(run: Run, failing: Path) -> None:
    assert "1 overdue, 1 due" in run("due", failing).output


@pytest.mark.parametrize("command", ["check", "due", "report", "history"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_only_controls_of_an_owner(run: Run, kept: Path, command: str, language: str) -> None:
    controls = (kept / CONTROLS).read_text("utf-8")
    second = controls.partition("controls:\n")[2].replace("EM-1", "EM-2")
    (kept / CONTROLS).write_text(
        controls + second.replace("owner: facilities", "owner: {en: security, zh: 安全}"), "utf-8"
    )
    wanted = {"en": "security", "zh": "安全"}[language]
    told = json.loads(run(command, kept, "--owner", wanted, "--format", "json").stdout)
    match command:
        case "due":
            assert [each["owner"]["zh"] for each in told["owners"]] == ["安全"]
        case "history":
            assert {name for each in told["moments"] for name in each["verdicts"]} == {"EM-2"}
        case _:
            assert [each["id"] for each in told["controls"]] == ["EM-2"]
    refused = run(command, kept, "--owner", "nobody")
    assert (refused.exit_code, "US500 " in refused.stderr) == (2, True)


def test_nonsense_is_refused_with_a_hint(run: Run, centre: Path) -> None:
    for options, code in ((["--within", "soon"], "US501 "), (["--as-of", "soon"], "US307 ")):
        refused = run("due", centre, *options)
        assert refused.exit_code == 2
        assert code in refused.stderr
        assert "hint: " in refused.stderr


def test_the_policy_is_found_from_a_folder_within_its_checkout(
    run: Run, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run("check", kept, "--format", "json").output
    assert run("check", kept / "evidence" / "inspections", "--format", "json").output == whole
    monkeypatch.chdir(kept / "policy")
    assert run("check", "--format", "json").output == whole
    assert run("due", "--format", "csv").exit_code == 0


def test_the_policy_is_not_looked_for_above_the_checkout(run: Run, centre: Path) -> None:
    (centre / "plain").mkdir()
    assert run("check", centre / "plain").exit_code == 2, "without git a folder stands for itself"
    (centre / "other" / ".git").mkdir(parents=True)
    (centre / "other" / "below").mkdir()
    assert run("check", centre / "other" / "below").exit_code == 2


def test_whole_populations_are_listed(run: Run, failing: Path, tmp_path: Path) -> None:
    """In JSON where they are asked for; in tables of a report always."""
    for command, more in (("check", ["--subjects"]), ("report", ["--subjects"])):
        (told,) = json.loads(run(command, failing, "--format", "json", *more).stdout)["controls"]
        assert [each["subject"] for each in told["population"]] == ["PBX-1", "PBX-2"]
        (brief,) = json.loads(run(command, failing, "--format", "json").stdout)["controls"]
        assert brief["population"] is None
    listed = rows(run("report", failing, "--format", "csv").stdout)
    subjects = {row["subject"]: row["now"] for row in listed if row["entry"] == "subject"}
    assert subjects == {"PBX-1": "pass", "PBX-2": "fail"}
    run("report", failing, "--format", "xlsx", "-o", tmp_path / "report.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "report.xlsx")["Subjects"]
    shown = [row[1:5] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert shown == [("PBX-1", None, None, "pass"), ("PBX-2", None, None, "fail")]


def test_a_report_beside_does_not_change_what_json_says(
    run: Run, failing: Path, tmp_path: Path
) -> None:
    alone = run("check", failing, "--format", "json").stdout
    both = run("check", failing, "--format", "json", "--report", tmp_path / "report.html").stdout
    assert both == alone


def test_a_quarter_is_a_period(run: Run, centre: Path) -> None:
    change(centre, "ccpolicy.toml", "2026-11-20T18:00:00+08:00", "2026-12-31")
    for command in ("check", "report"):
        found = run(command, centre, "--period", "2026-Q4", "--format", "json").stdout
        period = json.loads(found)["window"]
        assert period["starts"] == "2026-10-01T00:00:00+08:00"
        assert period["ends"] == "2026-12-31T23:59:59+08:00", "no later than as-of"
