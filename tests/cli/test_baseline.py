"""Known lapses that stand for a while, and a list of them that only shrinks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from git_command import commit, git
from message_text import coded, said_in
from small_centre import FAILING

from .conftest import Run

INSPECTIONS = "evidence/inspections/2026.csv"
ENTRY = '  - {control: "EM-1", subject: "PBX-2", starts: "2026-11-01T00:00:00+08:00"}\n'
HEAD = "# Known lapses that let the gate pass until they are cured. This list only shrinks.\n"


def judged(run: Run, *arguments: str | Path) -> tuple[int, dict[str, Any]]:
    result = run("check", *arguments, "--format", "json")
    return result.exit_code, json.loads(result.stdout)


@pytest.fixture
def written(failing: Path, run: Run) -> Path:
    """A baseline of the one lapse that there is."""
    file = failing / "baseline.yaml"
    assert run("check", failing, "--write-baseline", file).exit_code == 0
    return file


def inspect(centre: Path, text: str) -> None:
    (centre / INSPECTIONS).write_text(text, "utf-8")


def test_written(written: Path) -> None:
    assert written.read_text("utf-8") == f"{HEAD}lapses:\n{ENTRY}"


def test_known_lapse_stands_and_is_no_pass(failing: Path, written: Path, run: Run) -> None:
    code, found = judged(run, failing, "--baseline", written)
    assert code == 0
    [control] = found["controls"]
    assert (control["now"], control["subjects"]["failed"], control["subjects"]["passed"]) == (
        "fail",
        1,
        1,
    )
    assert control["subjects"]["baselined"] == 1
    lapses = control["lapses"]
    assert [each["ends"] is None for each in lapses] == [each["baselined"] for each in lapses]
    assert found["gate"]["accepted"] == ["EM-1"]
    assert found["tally"]["fail"] == 1
    text = run("check", failing, "--baseline", written).stdout
    for line in (
        "FAIL",
        "1 known lapse in the baseline",
        "Accepted by the baseline: 1 known lapse (not a pass)",
        "Failing only by known lapses: EM-1",
        "1 control: 1 fail,",
        "Gate passed",
    ):
        assert line in text
    brief = run("check", failing, "--baseline", written, "-q", "--lang", "zh").stdout
    assert "基线" in brief


def test_without_it_the_gate_fails(failing: Path, written: Path, run: Run) -> None:
    code, found = judged(run, failing)
    assert (code, found["gate"]["accepted"], found["gate"]["failed_on"]) == (1, [], ["EM-1"])


def test_new_lapse_fails(failing: Path, written: Path, run: Run) -> None:
    inspect(failing, "asset_id,performed_at,result\nPBX-2,2026-10-05T09:00:00+08:00,fail\n")
    code, found = judged(run, failing, "--baseline", written)
    assert code == 1
    assert found["gate"]["failed_on"] == ["EM-1"]
    assert sorted(lapse["baselined"] for lapse in found["controls"][0]["lapses"]) == [False, True]


def test_same_subject_lapsing_anew_is_new(failing: Path, written: Path, run: Run) -> None:
    inspect(failing, f"{FAILING}PBX-2,2026-10-10T09:00:00+08:00,pass\n")
    code, found = judged(run, failing, "--baseline", written)
    assert code == 1
    assert found["gate"]["obsolete"] == [
        {"control": "EM-1", "subject": "PBX-2", "starts": "2026-11-01T00:00:00+08:00"}
    ]


def test_entry_that_is_gone_fails_until_taken_out(failing: Path, written: Path, run: Run) -> None:
    inspect(failing, f"{FAILING}PBX-2,2026-11-11T09:00:00+08:00,pass\n")
    result = run("check", failing, "--baseline", written)
    assert result.exit_code == 1
    assert "Obsolete baseline entry, remove it: EM-1, PBX-2" in result.stdout
    assert "--write-baseline removes it" in result.stdout
    assert run("check", failing, "--write-baseline", written).exit_code == 0
    assert written.read_text("utf-8") == f"{HEAD}lapses: []\n"
    assert run("check", failing, "--baseline", written).exit_code == 0


def test_baseline_that_exists_never_grows(failing: Path, written: Path, run: Run) -> None:
    before = written.read_text("utf-8")
    inspect(failing, "asset_id,performed_at,result\nPBX-2,2026-10-05T09:00:00+08:00,fail\n")
    assert run("check", failing, "--write-baseline", written).exit_code == 1
    assert written.read_text("utf-8") == before
    written.unlink()
    assert run("check", failing, "--write-baseline", written).exit_code == 0
    assert written.read_text("utf-8").count("control") == 2


def test_unknown_is_never_accepted(failing: Path, written: Path, run: Run) -> None:
    inspect(failing, f"{FAILING}PBX-2,2026-13-01T09:00:00+08:00,pass\n")
    code, found = judged(run, failing, "--baseline", written)
    assert (code, found["controls"][0]["now"]) == (1, "unknown")
    assert found["gate"]["accepted"] == found["gate"]["obsolete"] == []
    before = written.read_text("utf-8")
    assert run("check", failing, "--write-baseline", written).exit_code == 1
    assert written.read_text("utf-8") == before
    written.unlink()
    assert run("check", failing, "--write-baseline", written).exit_code == 1
    assert written.read_text("utf-8") == f"{HEAD}lapses: []\n"


def test_period(failing: Path, run: Run) -> None:
    """Through the period, a lapse that was cured stands as well, and its entry is not gone."""
    inspect(failing, f"{FAILING}PBX-2,2026-11-11T09:00:00+08:00,pass\n")
    file = failing / "baseline.yaml"
    assert run("check", failing, "--gate", "period").exit_code == 1
    assert run("check", failing, "--gate", "period", "--write-baseline", file).exit_code == 0
    assert run("check", failing, "--gate", "period", "--baseline", file).exit_code == 0
    assert run("check", failing, "--baseline", file).exit_code == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "FI319 "),
        ("lapses: [{control: EM-1, subject: a}]\n", f":1:10: {coded('FI302', 'starts')}"),
        ('lapses: [{control: EM-1, subject: a, starts: "2026-11-01"}]\n', "offset from UTC"),
        ("lapses: []\nmore: 1\n", f":2:1: {coded('FI303', 'more')}"),
        (f"lapses:\n{ENTRY}{ENTRY}", f":3:5: {coded('PL101')}"),
        (f"lapses:\n{ENTRY.replace('EM-1', 'EM-9')}", "Obsolete baseline entry"),
    ],
)
def test_file_that_is_no_baseline(failing: Path, run: Run, text: str, said: str) -> None:
    file = failing / "baseline.yaml"
    file.write_text(text, "utf-8")
    result = run("check", failing, "--baseline", file)
    assert result.exit_code == (1 if "EM-9" in text else 2)
    assert said_in(said, result.output)


def test_wrong_usage(failing: Path, written: Path, run: Run) -> None:
    missing = run("check", failing, "--baseline", failing / "nowhere.yaml")
    assert (missing.exit_code, "FI120 " in missing.stderr) == (2, True)
    both = run("check", failing, "--baseline", written, "--write-baseline", written)
    assert (both.exit_code, "do not go together" in both.stderr) == (2, True)
    some = run("check", failing, "--write-baseline", written, "--control", "EM-1")
    assert (some.exit_code, "US202 " in some.stderr) == (2, True)


def test_change_cannot_add_to_its_own_baseline(failing: Path, run: Run) -> None:
    git(failing, "init", "-q", "-b", "main")
    commit(failing)
    file = failing / "baseline.yaml"
    run("check", failing, "--write-baseline", file)
    by_main = ("check", failing, "--policy-from", "main", "--baseline", file)
    assert run(*by_main).exit_code == 1
    commit(failing)
    assert run(*by_main).exit_code == 0
    inspect(failing, f"{FAILING}PBX-2,2026-11-11T09:00:00+08:00,pass\n")
    assert run(*by_main).exit_code == 1
    run("check", failing, "--write-baseline", file)
    assert run(*by_main).exit_code == 0
