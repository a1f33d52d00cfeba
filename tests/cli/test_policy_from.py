"""The policy of a revision, as a person or a pipeline asks for it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from small_centre import FAILING

from .conftest import Run


@pytest.fixture
def kept(centre: Path) -> Path:
    """The centre, kept in git; then its rule is weakened and its evidence grows old."""
    for command in (
        ["init", "-q", "-b", "main"],
        ["add", "-A"],
        ["-c", "user.name=clerk", "-c", "user.email=clerk@example.org", "commit", "-qm", "first"],
    ):
        subprocess.run(
            ["git", "-C", str(centre), *command],
            env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull},
            check=True,
        )
    controls = centre / "policy/controls/3.yaml"
    weaker = controls.read_text("utf-8").replace("30 days, norm", "10 years, norm")
    controls.write_text(weaker, "utf-8")
    (centre / "evidence/inspections/2026.csv").write_text(FAILING, "utf-8")
    return centre


def test_check(kept: Path, run: Run) -> None:
    assert run("check", kept).exit_code == 0
    by_main = run("check", kept, "--policy-from", "main")
    assert by_main.exit_code == 1
    commit = json.loads(run("check", kept, "--policy-from", "main", "--format", "json").stdout)
    assert f"Policy of commit {commit['policy']['revision']}\n" in by_main.stdout


def test_due(kept: Path, run: Run) -> None:
    assert "OVERDUE" not in run("due", kept).stdout
    assert "OVERDUE" in run("due", kept, "--policy-from", "main").stdout


def test_lint(kept: Path, run: Run) -> None:
    controls = kept / "policy/controls/3.yaml"
    controls.write_text(controls.read_text("utf-8").replace("norm: monthly", "norm: none"), "utf-8")
    assert run("lint", kept).exit_code == 2
    assert run("lint", kept, "--policy-from", "main").exit_code == 0


def test_unknown_revision(kept: Path, run: Run) -> None:
    result = run("check", kept, "--policy-from", "mian")
    assert result.exit_code == 2
    assert result.stderr == (
        "error: unknown revision 'mian'\n  hint: name a branch, a tag or a commit that is in this"
        " clone, such as origin/main\n"
    )
