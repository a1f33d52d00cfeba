"""What a bundle holds, and that none is made that would not verify."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import ccpolicy
from ccpolicy.assessment.manifest import Manifest
from ccpolicy.bundle.verify import verify
from ccpolicy.policy.schemas import schema_text
from ccpolicy.shipped import shipped_folder
from message_text import coded

from .conftest import SAMPLE, made, members, run


def test_holds_what_the_verdicts_rest_on_and_nothing_else(bundle: Path) -> None:
    held = members(bundle)
    assessment = ccpolicy.load(SAMPLE).check(ccpolicy.EvaluationRequest(appendix=True))
    evidence = {f"repository/{file.file}" for file in assessment.evidence.files}
    policy = {
        f"repository/{path.relative_to(SAMPLE).as_posix()}"
        for path in (SAMPLE / "policy").rglob("*.yaml")
    }
    kinds = {f"checks/{control.kind}.sql" for control in assessment.controls}
    assert held.keys() == {
        *("assessment.json", "manifest.json", "repository/ccpolicy.toml"),
        *("reports/assessment.en.txt", "reports/assessment.zh.txt"),
        *("reports/assessment.en.html", "reports/assessment.zh.html"),
        *evidence,
        *policy,
        *kinds,
    }
    for name in (*evidence, *policy):
        assert held[name] == (SAMPLE / name.partition("/")[2]).read_bytes()
    for name in kinds:
        assert held[name] == (shipped_folder() / name).read_bytes()
    assert held["assessment.json"].decode() == assessment.model_dump_json(indent=2) + "\n"


def test_manifest_is_valid_by_its_schema(bundle: Path) -> None:
    manifest = json.loads(members(bundle)["manifest.json"])
    Draft202012Validator(json.loads(schema_text("manifest"))).validate(manifest)
    assert Manifest.model_validate(manifest).asked.is_whole


def test_same_bytes_anywhere(bundle: Path, centre: Path, tmp_path: Path) -> None:
    target = tmp_path / "again.zip"
    code = "import sys; from ccpolicy.cli import main; sys.exit(main())"
    subprocess.run(
        [sys.executable, "-c", code, "bundle", str(centre), "-o", str(target)],
        env={
            "PATH": os.environ["PATH"],
            "TZ": "Australia/Lord_Howe",
            "LC_ALL": "zh_CN.UTF-8",
            "PYTHONHASHSEED": "7",
            "COLUMNS": "50",
        },
        check=True,
        capture_output=True,
    )
    assert target.read_bytes() == bundle.read_bytes()


@pytest.mark.parametrize(
    "options",
    [
        ["--as-of", "2026-02-01"],
        ["--as-of", "2026-03-31T18:00:00.123456+08:00", "--period", "2026-01-01/2026-02-28"],
        ["--control", "FIRE-3", "--control", "FIRE-1", "--gate", "period"],
        ["--severity", "critical", "--fail-on", "high"],
        ["--period", "2026-01-01/2027-01-01", "--report", "json=all.json"],
        ["--report", "seite.txt"],
    ],
)
def test_any_question_verifies(centre: Path, tmp_path: Path, options: list[str]) -> None:
    found = verify(made(centre, tmp_path / "asked.zip", *options))
    assert found.passed
    assert found.judged
    assert (found.judged.controls == 4) == (
        "--control" not in options and "--severity" not in options
    )


def test_the_present_verifies_later(centre: Path, tmp_path: Path) -> None:
    settings = centre / "ccpolicy.toml"
    text = settings.read_text("utf-8")
    settings.write_text(
        "\n".join(line for line in text.split("\n") if "as_of" not in line), "utf-8"
    )
    found = verify(made(centre, tmp_path / "now.zip"))
    assert found.passed
    assert found.asked
    assert found.asked.as_of_source == "now"


def test_folders_of_other_names_and_own_kinds(centre: Path, tmp_path: Path) -> None:
    (centre / "evidence").rename(centre / "reports")
    (centre / "policy").rename(centre / "assessment.json")
    (centre / "rules").mkdir()
    sql = (shipped_folder("checks") / "recurrence.sql").read_text("utf-8")
    (centre / "rules" / "round.sql").write_text(sql, "utf-8")
    controls = next((centre / "assessment.json" / "controls").glob("*.yaml"))
    text = controls.read_text("utf-8")
    controls.write_text(text.replace("check: recurrence", "check: round"), "utf-8")
    with (centre / "ccpolicy.toml").open("r+", encoding="utf-8") as file:
        text = file.read()
        lines = [
            line for line in text.split("\n") if not line.startswith(("policy", "checks", "evid"))
        ]
        file.seek(0)
        file.truncate()
        named = 'policy = "./assessment.json"\nchecks = "rules/"\nevidence = "reports"\n'
        file.write(named + "\n".join(lines))
    bundle = made(centre, tmp_path / "named.zip")
    assert verify(bundle).passed
    assert {"repository/rules/round.sql", "repository/assessment.json/plan.yaml"} <= (
        members(bundle).keys()
    )


def test_no_evidence_at_all(centre: Path, tmp_path: Path) -> None:
    for path in (centre / "evidence").iterdir():
        path.unlink()
    found = verify(made(centre, tmp_path / "empty.zip"))
    assert found.passed
    assert found.judged
    assert not found.judged.gate.passed


def test_evidence_that_cannot_be_taken_along(centre: Path, tmp_path: Path) -> None:
    inspections = centre / "evidence" / "inspections.csv"
    inspections.rename(centre / "elsewhere.csv")
    inspections.symlink_to(centre / "elsewhere.csv")
    target = tmp_path / "linked.zip"
    result = run("bundle", centre, "-o", target)
    assert result.exit_code == 2
    assert coded("BU118") in result.stderr
    assert "BU209 " in result.stderr
    assert list(tmp_path.iterdir()) == [centre]


def test_old_bundle_stays_where_no_new_one_is_made(centre: Path, tmp_path: Path) -> None:
    target = tmp_path / "old.zip"
    target.write_bytes(b"old")
    (centre / "policy" / "plan.yaml").write_text("nonsense", "utf-8")
    assert run("bundle", centre, "-o", target).exit_code == 2
    assert target.read_bytes() == b"old"
    assert set(tmp_path.iterdir()) == {centre, target}


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--report", "../escape.txt"], "US204 "),
        (["--report", "report.unknown"], "RP206 "),
        (["--report", "a.txt", "--report", "json=a.txt"], coded("US205", "a.txt")),
        (["--report", "text=..", "-o", "x"], "BU111 "),
        (["--control", "NO-1"], "NO-1"),
        (["--period", "last spring"], "US216 "),
    ],
)
def test_wrong_questions(centre: Path, tmp_path: Path, options: list[str], reason: str) -> None:
    target = tmp_path / "x.zip"
    result = run("bundle", centre, "-o", target, *options)
    assert result.exit_code == 2
    assert reason in result.stderr
    assert not target.exists()


def test_no_place_for_it(centre: Path, tmp_path: Path) -> None:
    result = run("bundle", centre, "-o", tmp_path / "no" / "bundle.zip")
    assert result.exit_code == 2
    assert coded("RP204", "No such file or directory") in result.stderr
    result = run("bundle", centre, "-o", tmp_path)
    assert coded("RP202") in result.stderr
