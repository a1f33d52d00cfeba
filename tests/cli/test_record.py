"""`ccpolicy record`: asks, judges, writes and commits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ccpolicy.cli.program import program
from git_command import git
from small_centre import INSPECTIONS, change

from .conftest import Run

LINE = "PBX-1,2026-11-20T09:30:00+08:00,pass\n"
SET = ("--set", "asset_id=PBX-1", "--set", "performed_at=2026-11-20 09:30", "--set", "result=pass")


def test_a_script_sets_fields(centre: Path, run: Run) -> None:
    before = (centre / INSPECTIONS).read_text("utf-8")
    dry = run("record", "inspections", centre, *SET, "--dry-run")
    assert (centre / INSPECTIONS).read_text("utf-8") == before
    result = run("record", "inspections", centre, *SET)
    assert (result.exit_code, dry.exit_code) == (0, 0)
    assert "PBX-1: covered until 2026-12-20; was covered until 2026-12-10" in result.output
    assert "Recorded in evidence/inspections/2026.csv: 1 record" in result.output
    assert (centre / INSPECTIONS).read_text("utf-8") == before + LINE


def test_what_changes_is_said_with_what_stays(failing: Path, run: Run) -> None:
    change(failing, "policy/datasets/inspections.yaml", "enum: [pass, fail]", "minLength: 1")
    result = run("record", "inspections", failing, *SET[:4], "--set", "result=+fail")
    assert "US458 a spreadsheet takes" in result.stderr
    result = run(
        "record", "inspections", failing, *SET[:2], "--set", "performed_at=2026-11-20 09:31",
        "--set", "result=pass",
    )  # fmt: skip
    assert "EM-1 Assets are inspected: FAIL" in result.output
    assert "others that fail (1): PBX-2" in result.output


def test_a_person_is_asked(failing: Path, run: Run) -> None:
    """Wrong answers are asked for again, choices are numbered, and nothing is lost by a no."""
    del run
    answers = "\nPBX-2\ntomorrow\n2026-11-20 09:30\nperhaps\n1\nn\n\n\n\ny\n"
    result = CliRunner().invoke(
        program, ["record", "inspections", str(failing)], input=answers, env={"LANG": "zh_CN.UTF-8"}
    )
    assert result.exit_code == 0, result.output
    assert "PBX-2：达标至 2026-12-20；此前自 2026-11-01 起逾期" in result.output
    assert [code for code in ("EV305", "EV318") if code in result.output] == ["EV305", "EV318"]
    text = (failing / INSPECTIONS).read_text("utf-8")
    assert text.endswith("pass\nPBX-2,2026-11-20T09:30:00+08:00,pass\n")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("twice.json", '[{"asset_id": "PBX-1", "result": "fail", "result": "pass"}]'),
        ("twice.json", '{"asset_id": "PBX-1", "result": "fail", "Result": "pass"}'),
        ("twice.csv", "asset_id,result,result\nPBX-1,fail,pass\n"),
        ("twice.csv", "asset_id,result,RESULT\nPBX-1,fail,pass\n"),
    ],
)
def test_a_field_with_two_values_is_refused(
    centre: Path, run: Run, tmp_path: Path, name: str, text: str
) -> None:
    before = (centre / INSPECTIONS).read_text("utf-8")
    (tmp_path / name).write_text(text, "utf-8")
    assert "EV671 " in run("record", "inspections", centre, "--from", tmp_path / name).stderr
    assert "EV671 " in run("record", "inspections", centre, *SET, "--set", "result=fail").stderr
    assert (centre / INSPECTIONS).read_text("utf-8") == before


def test_many_are_written_together_or_not_at_all(centre: Path, run: Run, tmp_path: Path) -> None:
    before = (centre / INSPECTIONS).read_text("utf-8")
    file = tmp_path / "many.jsonl"
    good = {"asset_id": "PBX-1", "performed_at": "2026-11-20T09:30", "result": "pass"}
    file.write_text(f"{json.dumps(good)}\n{json.dumps({**good, 'result': '?'})}\n", "utf-8")
    result = run("record", "inspections", centre, "--from", file)
    assert result.exit_code == 2
    assert f"{file}:2: error: EV318" in result.stderr
    assert "US457 nothing was written" in result.stderr
    assert (centre / INSPECTIONS).read_text("utf-8") == before
    table = tmp_path / "many.csv"
    table.write_text("Result;asset id;performed at\npass;PBX-1;2026-11-20 09:30\n", "utf-8-sig")
    assert run("record", "inspections", centre, "--from", table, "-q").exit_code == 0
    assert (centre / INSPECTIONS).read_text("utf-8") == before + LINE


def name_clerk(folder: Path) -> None:
    """Say who commits, as everybody's git does."""
    git(folder, "config", "user.name", "clerk")
    git(folder, "config", "user.email", "clerk@example.org")


def test_a_commit_has_the_file_alone_and_the_reason(kept: Path, run: Run) -> None:
    name_clerk(kept)
    (kept / "other.txt").write_text("unfinished", "utf-8")
    git(kept, "add", "other.txt")
    result = run("record", "inspections", kept, *SET, "-q", "--commit", "--reason", "late slip")
    assert result.exit_code == 0, result.output
    assert git(kept, "log", "-1", "--format=%B").strip() == (
        "Record 1 of inspections\n\nReason: late slip"
    )
    assert git(kept, "show", "--name-only", "--format=").split() == [INSPECTIONS]


def test_a_commit_that_is_refused_leaves_the_record(kept: Path, run: Run) -> None:
    name_clerk(kept)
    hook = kept / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'not on a Sunday' >&2\nexit 1\n", "utf-8")
    hook.chmod(0o755)
    result = run("record", "inspections", kept, *SET, "-q", "--commit")
    assert result.exit_code == 2
    assert "US456" in result.stderr
    assert "not on a Sunday" in result.stderr
    assert (kept / INSPECTIONS).read_text("utf-8").endswith(LINE)
    change(
        kept, "policy/datasets/inspections.yaml", "record:\n",
        "recording: {amendable: with_reason, by: [lee@*]}\nrecord:\n",
    )  # fmt: skip
    result = run("record", "inspections", kept, *SET, "--commit")
    assert (result.exit_code, "US455" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((*SET, "--from", "-"), "US451"),
        ((*SET, "--reason", "x"), "US452"),
        (("--set", "result"), "US453"),
        ((*SET, "--file", "inspections/2026.txt"), "EV655"),
        (("--set", "asset_id=PBX-9", *SET[2:]), "EV663 with these records EM-1"),
    ],
)
def test_wrong_use(centre: Path, run: Run, arguments: tuple[str, ...], code: str) -> None:
    result = run("record", "inspections", centre, *arguments)
    assert result.exit_code == 2
    assert code in result.output
