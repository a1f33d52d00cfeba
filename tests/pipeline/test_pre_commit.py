"""The pre-commit hooks, run by pre-commit on a repository made here.

Most take the ccpolicy that is installed here; one has pre-commit build the environment from this
repository's commit, as whoever uses the hooks gets it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from git_command import commit, git
from message_text import coded

from .packages import ROOT, need_registry, plain

BIN = Path(sys.executable).parent
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a plan that is kept, and the hooks of another one."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    own = [{**hook, "language": "system"} for hook in HOOKS]
    (hooks / ".pre-commit-hooks.yaml").write_text(yaml.safe_dump(own), "utf-8")
    git(hooks, "init", "-q")
    head = commit(hooks)
    centre = tmp_path / "centre"
    shutil.copytree(ROOT / "src/ccpolicy/examples/failing", centre)
    used = {
        "repo": str(hooks),
        "rev": head,
        "hooks": [{"id": "ccpolicy-lint"}, {"id": "ccpolicy-check", "args": ["--allow-pinned"]}],
    }
    (centre / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [used]}), "utf-8")
    git(centre, "init", "-q")
    git(centre, "add", "-A")
    return centre


def pre_commit(folder: Path, *arguments: str) -> tuple[int, str]:
    ended = subprocess.run(
        [BIN / "pre-commit", "run", "--color", "never", *arguments],
        cwd=folder,
        env={
            **os.environ,
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "PRE_COMMIT_HOME": str(folder.parent / "home"),
            "LANG": "C.UTF-8",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


def test_check_fails_and_lint_passes(repository: Path) -> None:
    code, said = pre_commit(repository, "--all-files")
    assert code == 1
    assert "ccpolicy lint............................................................Passed" in said
    assert "ccpolicy check...........................................................Failed" in said
    assert "Gate FAILED" in said


def test_a_pinned_moment_is_refused(repository: Path) -> None:
    config = repository / ".pre-commit-config.yaml"
    config.write_text(config.read_text("utf-8").replace("--allow-pinned", "-q"), "utf-8")
    git(repository, "add", "-A")
    code, said = pre_commit(repository, "--all-files")
    assert code == 1
    assert "- exit code: 2" in said
    assert coded("PL517", "2026-03-31 18:00") in said
    assert "Gate" not in said


def test_environment_is_built_from_the_commit(repository: Path) -> None:
    """With `language: python`, as it stands in this repository's own file of hooks."""
    head = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    )
    if head.returncode:
        if os.environ.get("CI"):
            pytest.fail("this checkout has no git")
        pytest.skip("NOT TRIED: this checkout has no git")
    kept = ["git", "-C", str(ROOT), "show", "HEAD:.pre-commit-hooks.yaml"]
    committed = yaml.safe_load(subprocess.run(kept, capture_output=True, check=True).stdout)
    assert {each["language"] for each in committed} == {"python"}
    used = {
        "repo": ROOT.as_uri(),
        "rev": head.stdout.strip(),
        "hooks": [
            {"id": each["id"], "args": ["--allow-pinned"] if "check" in each["id"] else []}
            for each in committed
        ],
    }
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [used]}), "utf-8")
    git(repository, "add", "-A")
    command: list[str | Path] = [BIN / "pre-commit", "run", "--color", "never", "--all-files"]
    ended = subprocess.run(
        command,
        cwd=repository,
        env=plain(repository.parent / "home"),
        capture_output=True,
        text=True,
        check=False,
    )
    said = ended.stdout + ended.stderr
    if "ccpolicy lint" not in said:
        need_registry(said)
    assert ended.returncode == 1, said
    assert "ccpolicy lint............................................................Passed" in said
    assert "ccpolicy check...........................................................Failed" in said
    assert "Gate FAILED" in said


def test_other_files_concern_no_hook(repository: Path) -> None:
    (repository / "notes.txt").write_text("nothing\n", "utf-8")
    code, said = pre_commit(repository, "--files", "notes.txt")
    assert code == 0
    assert said.count("Skipped") == 2


@pytest.mark.parametrize("page", ["pre-commit.md", "pre-commit.zh.md"])
def test_the_page(repository: Path, page: str) -> None:
    """Its file, with the plan in the folder that it names."""
    text = (ROOT / "docs/pipeline" / page).read_text("utf-8")
    (shown,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    config = yaml.safe_load(shown)
    own = yaml.safe_load((repository / ".pre-commit-config.yaml").read_text("utf-8"))
    [used], [there] = config["repos"], own["repos"]
    assert {each["id"] for each in used["hooks"]} == {each["id"] for each in HOOKS}
    assert (used["repo"], used["rev"]) == ("URL-OF-CCPOLICY", "COMMIT")
    used.update(repo=there["repo"], rev=there["rev"])
    (pinned,) = re.findall(r"`args: \[(--allow-pinned), compliance\]`", text)
    used["hooks"][1]["args"].insert(0, pinned)
    top = repository.parent / "top"
    shutil.copytree(repository, top / "compliance", ignore=shutil.ignore_patterns(".*"))
    (top / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), "utf-8")
    git(top, "init", "-q")
    git(top, "add", "-A")
    code, said = pre_commit(top, "--all-files")
    assert code == 1
    assert "ccpolicy lint............................................................Passed" in said
    assert "Gate FAILED" in said
