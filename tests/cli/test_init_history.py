"""The sample with a history: the same commits everywhere, and records in time but for a few."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

import ccpolicy
from ccpolicy.shipped import shipped_folder
from git_command import git
from message_text import coded

from .conftest import Run


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("git"):
        if os.environ.get("CI"):
            pytest.fail("git is missing, and the sample's past was not tested")
        pytest.skip("git is missing: THE SAMPLE'S PAST WAS NOT TESTED")
    from ccpolicy.draft.new_repository import RepositoryOptions, make_repository

    folder = tmp_path_factory.mktemp("past") / "centre"
    make_repository(folder, RepositoryOptions(with_history=True), "en")
    return folder


def test_its_last_commit_holds_the_shipped_content(made: Path) -> None:
    assert git(made, "status", "--porcelain", "--ignored") == ""
    names = [
        path.relative_to(shipped_folder())
        for part in ("policy", "evidence")
        for path in shipped_folder(part).rglob("*.*")
        if path.is_file() and not path.name.startswith(".")
    ]
    assert len(names) > 100
    kept = [path.relative_to(made) for path in made.rglob("*") if path.is_file()]
    assert {each for each in kept if each.parts[0] != ".git"} == {*names, Path("ccpolicy.toml")}
    differing = [
        name.as_posix()
        for name in names
        if (made / name).read_bytes() != (shipped_folder() / name).read_bytes()
    ]
    assert differing == ["policy/plan.yaml"], "run: make sample"
    shipped = (shipped_folder() / "policy/plan.yaml").read_text("utf-8").splitlines()
    gone = [each for each in shipped if not each.startswith("#")]
    for line in (made / "policy/plan.yaml").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            gone.remove(line)
    [adopted] = gone
    assert adopted.startswith("adopted_on: ")


def test_nothing_that_the_user_has_set_plays_a_part(
    made: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = tmp_path / "hooks" / "post-checkout"
    hook.parent.mkdir()
    hook.write_text("#!/bin/sh\ntouch ran\n", encoding="utf-8")
    hook.chmod(0o755)
    settings = tmp_path / ".gitconfig"
    settings.write_text(
        f"[core]\nhooksPath = {hook.parent}\nautocrlf = true\n"
        "[init]\ndefaultObjectFormat = sha256\ndefaultBranch = other\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    elsewhere = {"GIT_DIR": str(tmp_path / "elsewhere"), "GIT_CONFIG_GLOBAL": str(settings)}
    result = run("init", "--with-history", tmp_path / "again", TZ="America/New_York", **elsewhere)
    assert result.exit_code == 0, result.output
    again = tmp_path / "again"
    assert git(again, "rev-parse", "main") == git(made, "rev-parse", "HEAD")
    assert git(again, "status", "--porcelain") == ""
    assert not list(tmp_path.rglob("ran"))
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("damage", ["cut off", "changed"])
def test_a_damaged_history_leaves_nothing(
    damage: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ccpolicy.draft import new_repository

    content = bytearray(new_repository.HISTORY.read_bytes())
    content[len(content) // 2] ^= 1
    examples = tmp_path / "examples"
    examples.mkdir()
    (examples / "centre.bundle").write_bytes(content[:-100] if damage == "cut off" else content)
    monkeypatch.setattr(new_repository, "HISTORY", examples / "centre.bundle")
    result = run("init", "--with-history", tmp_path / "new")
    assert result.exit_code == 2
    assert f"error: {coded('GI110', '')}" in result.stderr
    assert list(tmp_path.iterdir()) == [examples]


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
    result = run("init", "--pack", "bare", "--with-history", tmp_path / "new")
    assert result.exit_code == 2
    assert "US440 " in result.stderr
    assert not (tmp_path / "new").exists()
