"""The pytest plugin, in pytests of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FAILING = ROOT / "src" / "ccpolicy" / "samples" / "failing"


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rA", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_each_control_is_a_test_and_fails_as_the_text_reads(tmp_path: Path) -> None:
    ended = run(tmp_path, "--ccpolicy", str(FAILING), "--strict-markers")
    assert ended.returncode == 1
    assert "4 failed" in ended.stdout
    assert "E3: since 2026-03-12 (19 days)" in ended.stdout
    assert "UNKNOWN  FIRE-2" in ended.stdout
    assert "Traceback" not in ended.stdout


def test_beside_tests_of_files_and_over_several_processes(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text("def test_a(): pass\n", "utf-8")
    ended = run(tmp_path, "--ccpolicy", str(ROOT), "-n", "2")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "35 passed" in ended.stdout
    assert "4 skipped" in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-k", "FIRE-3"], "1 failed, 3 deselected"),
        (["-k", "clause-1"], "2 failed, 2 deselected"),
        (["-m", "critical"], "1 failed, 3 deselected"),
    ],
)
def test_controls_are_chosen_like_tests(tmp_path: Path, arguments: list[str], said: str) -> None:
    ended = run(tmp_path, "--ccpolicy", str(FAILING), *arguments)
    assert said in ended.stdout, ended.stdout + ended.stderr


def test_a_policy_that_cannot_be_is_wrong_usage(tmp_path: Path) -> None:
    ended = run(tmp_path, "--ccpolicy", str(tmp_path / "nothing"))
    assert ended.returncode == 4
    assert "Traceback" not in ended.stdout + ended.stderr
    assert run(tmp_path).returncode == 5
