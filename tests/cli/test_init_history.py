"""The sample with a past: the same objects every time, and records in time but for a few."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

import ccpolicy
from ccpolicy.shipped import shipped_folder
from git_command import git

from .conftest import Run


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("git"):
        if os.environ.get("CI"):
            pytest.fail("git is missing, and the sample's past was not tested")
        pytest.skip("git is missing: THE SAMPLE'S PAST WAS NOT TESTED")
    from ccpolicy.cli.init import make

    folder = tmp_path_factory.mktemp("past") / "centre"
    make(folder, bare=False, with_history=True)
    return folder


def test_its_last_commit_holds_the_shipped_evidence(made: Path) -> None:
    assert git(made, "status", "--porcelain") == ""
    for path in (shipped_folder("evidence")).rglob("*.*"):
        if path.is_file() and not path.name.startswith("."):
            copy = made / "evidence" / path.relative_to(shipped_folder("evidence"))
            assert copy.read_bytes() == path.read_bytes(), path


def test_it_is_the_same_every_time(made: Path, tmp_path: Path, run: Run) -> None:
    result = run("init", "--with-history", tmp_path / "again", TZ="America/New_York")
    assert result.exit_code == 0, result.output
    assert git(tmp_path / "again", "rev-parse", "HEAD") == git(made, "rev-parse", "HEAD")


def test_roles_commit_and_nobody_else(made: Path) -> None:
    authors = set(git(made, "log", "--format=%ae%n%ce").split())
    assert all(each.endswith("@centre.example") for each in authors)
    assert "facilities@centre.example" in authors


def test_its_report_shows_what_git_knows(made: Path) -> None:
    repository = ccpolicy.load(made)
    result = repository.check(
        ccpolicy.EvaluationRequest(controls=["GV-2", "GV-4"], require_clean=True)
    )
    late, changed = result.controls
    assert (late.now, changed.now) == ("pass", "pass")
    # Nobody put the inspections on file over the spring festival.
    assert {each.subject.split(" × ")[0] for each in late.lapses} >= {"inspections"}
    assert all(each.ends and each.ends.startswith("2026-03-06") for each in late.lapses)
    assert changed.subjects.total > 50
    assert changed.lapses == []
    assert result.provenance is not None
    assert result.provenance.commit == git(made, "rev-parse", "HEAD")


def test_bare_has_no_past(run: Run, tmp_path: Path) -> None:
    result = run("init", "--bare", "--with-history", tmp_path / "new")
    assert result.exit_code == 2
    assert not (tmp_path / "new").exists()
