"""The GitLab template: its script, run as the runner runs it."""

from __future__ import annotations

import json
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

ROOT = Path(__file__).parents[2]
FAILING = ROOT / "src/ccpolicy/examples/failing"
TEMPLATE = yaml.safe_load((ROOT / "ci" / "gitlab" / "ccpolicy.yml").read_text("utf-8"))
JOB = TEMPLATE["compliance"]


def run(tmp_path: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """Run the job's script, as the runner does."""
    (tmp_path / ".ccpolicy" / "bin").mkdir(parents=True, exist_ok=True)
    program = tmp_path / ".ccpolicy" / "bin" / "ccpolicy"
    if not program.exists():
        program.symlink_to(Path(sys.executable).parent / "ccpolicy")
    return subprocess.run(
        ["sh", "-e", "-c", "\n".join(JOB["script"])],
        cwd=tmp_path,
        env={
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            **TEMPLATE["variables"],
            "CCPOLICY_PATH": str(FAILING),
            "CCPOLICY_ALLOW_PINNED": "true",
            **given,
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("fail_on", "code"), [("", 1), ("nonsense", 2)])
def test_the_script_judges_and_leaves_reports(tmp_path: Path, fail_on: str, code: int) -> None:
    assert run(tmp_path, CCPOLICY_FAIL_ON=fail_on).returncode == code
    reports = JOB["artifacts"]["reports"]
    assert (tmp_path / reports["junit"]).exists() == (code == 1)
    if code == 1:
        assert json.loads((tmp_path / reports["codequality"]).read_text("utf-8"))


@pytest.mark.parametrize("allowed", ["", "false", "yes"])
def test_a_pinned_moment_is_refused(tmp_path: Path, allowed: str) -> None:
    ended = run(tmp_path, CCPOLICY_ALLOW_PINNED=allowed)
    assert ended.returncode == 2
    assert coded("PL517", "2026-03-31 18:00") in ended.stderr


def test_a_baseline_lets_known_lapses_stand(tmp_path: Path) -> None:
    known = tmp_path / "known.yaml"
    judged = {"CCPOLICY_FAIL_ON": "critical"}
    assert run(tmp_path, **judged).returncode == 1
    command = [sys.executable, "-m", "ccpolicy", "check", str(FAILING), "--write-baseline"]
    subprocess.run([*command, str(known)], check=False, capture_output=True)
    ended = run(tmp_path, **judged, CCPOLICY_BASELINE=str(known))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert run(tmp_path, **judged, CCPOLICY_BASELINE="none.yaml").returncode == 2


def test_what_a_change_does_to_the_policy(tmp_path: Path) -> None:
    centre = shutil.copytree(FAILING, tmp_path / "centre")
    settings = centre / "ccpolicy.toml"
    settings.write_text('as_of = "2026-03-31T18:00:00+08:00"\nfail_on = "critical"\n', "utf-8")
    git(centre, "init", "-q", "-b", "main")
    commit(centre)
    change = {"CCPOLICY_PATH": str(centre), "CCPOLICY_POLICY_FROM": "main"}
    assert run(tmp_path, **change, CCPOLICY_FAIL_ON_CHANGE="loosened").returncode == 0
    controls = centre / "policy/controls/fire.yaml"
    text = controls.read_text("utf-8")
    controls.write_text(text.replace("severity: high", "severity: low"), "utf-8")
    ended = run(tmp_path, **change)
    assert ended.returncode == 0
    assert "The policy was loosened, or may have been" in ended.stdout
    assert run(tmp_path, **change, CCPOLICY_FAIL_ON_CHANGE="loosened").returncode == 1
    lines = {**change, "CCPOLICY_FAIL_ON_CHANGE": "altered\nloosened\n"}
    assert run(tmp_path, **lines).returncode == 1
    nothing = {**change, "CCPOLICY_POLICY_FROM": "", "CCPOLICY_FAIL_ON_CHANGE": "loosened"}
    ended = run(tmp_path, **nothing)
    assert (ended.returncode, coded("GI108", "") in ended.stderr) == (2, True)
    controls.write_text(text.replace("severity: high", "severity: some"), "utf-8")
    assert run(tmp_path, **change).returncode == 2


def test_the_image_has_git() -> None:
    """The slim ones have none, and then a revision cannot be read."""
    assert re.fullmatch(r"python:3\.\d+", JOB["image"])


@pytest.mark.parametrize("page", ["gitlab.md", "gitlab.zh.md"])
def test_the_page_names_every_variable(page: str) -> None:
    text = (ROOT / "docs/pipeline" / page).read_text("utf-8")
    named = re.findall(r"^\| `(CCPOLICY_[A-Z_]+)` \|", text, re.MULTILINE)
    assert named == list(dict.fromkeys(["CCPOLICY_INSTALL", *TEMPLATE["variables"]]))
    (include,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert yaml.safe_load(include)["variables"].keys() <= TEMPLATE["variables"].keys()


def test_what_is_installed_must_be_said(tmp_path: Path) -> None:
    """A name that nobody has registered could be registered by anybody."""
    assert TEMPLATE["variables"]["CCPOLICY_INSTALL"] == ""
    ended = subprocess.run(
        ["sh", "-e", "-c", "\n".join(JOB["before_script"])],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], **TEMPLATE["variables"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert "CCPOLICY_INSTALL" in ended.stderr
    assert not (tmp_path / ".ccpolicy").exists()
