"""The policy of a revision, as a person or a pipeline asks for it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from message_text import coded
from small_centre import CONTROLS, FAILING, INSPECTIONS, change

from .conftest import Run


@pytest.fixture
def kept(kept: Path) -> Path:
    """The centre, kept in git; then its rule is weakened and its evidence grows old."""
    change(kept, CONTROLS, "30 days, norm", "10 years, norm")
    (kept / INSPECTIONS).write_text(FAILING, "utf-8")
    return kept


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
        f"error: {coded('GI108', 'mian')}"
        "\n  hint: name a branch, a tag or a commit that is in this clone, such "
        "as origin/main\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [["check", ".", "--policy-from", "main"], ["diff", "main"], ["init", "--with-history", "new"]],
)
def test_without_git(kept: Path, tmp_path: Path, arguments: list[str]) -> None:
    """Slim images have none."""
    ended = subprocess.run(
        [sys.executable, "-m", "ccpolicy", *arguments],
        cwd=kept,
        env={"PATH": str(tmp_path), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"error: {coded('GI101')}\n  hint: install git\n"
