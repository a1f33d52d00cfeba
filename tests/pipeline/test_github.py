"""The action and the workflows: what they say is checked, and what they run is run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ccpolicy.shipped import shipped_folder

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FAILING = "src/ccpolicy/examples/failing"
INPUTS = {
    "allow-pinned": "CCPOLICY_ALLOW_PINNED",
    "baseline": "CCPOLICY_BASELINE",
    "fail-on": "CCPOLICY_FAIL_ON",
    "fail-on-change": "CCPOLICY_FAIL_ON_CHANGE",
    "path": "CCPOLICY_PATH",
    "policy-from": "CCPOLICY_POLICY_FROM",
    "report": "CCPOLICY_REPORTS",
}


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(each) for each in command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def step(tmp_path: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run the step that judges, as the runner does."""
    environment = {
        "CCPOLICY": str(BIN / "ccpolicy"),
        "CCPOLICY_PATH": FAILING,
        "CCPOLICY_FAIL_ON": "",
        "CCPOLICY_ALLOW_PINNED": "true",
        "CCPOLICY_POLICY_FROM": "",
        "CCPOLICY_FAIL_ON_CHANGE": "",
        "CCPOLICY_BASELINE": "",
        "CCPOLICY_REPORTS": "",
        "CCPOLICY_FOLDER": str(tmp_path / "reports"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
    }
    return run("bash", ROOT / "ci/github/check.sh", **{**environment, **changes})


def test_workflows_are_sound_and_fit_the_action() -> None:
    ended = run(BIN / "actionlint", "-no-color", *WORKFLOWS)
    assert (ended.returncode, ended.stdout) == (0, "")


def test_an_unknown_input_would_be_found(tmp_path: Path) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (tmp_path / "action.yml").write_text((ROOT / "action.yml").read_text("utf-8"), "utf-8")
    text = (ROOT / ".github/workflows/compliance.yml").read_text("utf-8")
    (folder / "compliance.yml").write_text(text.replace("report:", "reprt:"), "utf-8")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    ended = subprocess.run(
        [BIN / "actionlint"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert 'input "reprt" is not defined' in ended.stdout


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-actions", [ROOT / "action.yml"]),
        ("vendor.github-workflows", WORKFLOWS),
        ("vendor.gitlab-ci", [ROOT / "ci/gitlab/ccpolicy.yml"]),
    ],
)
def test_files_are_as_their_readers_publish(schema: str, files: list[Path]) -> None:
    ended = run(BIN / "check-jsonschema", "--builtin-schema", schema, *files)
    assert ended.returncode == 0, ended.stdout


def test_inputs_reach_the_step_as_environment_and_never_as_script() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    (judge,) = [each for each in action["runs"]["steps"] if each.get("id") == "check"]
    for name, variable in INPUTS.items():
        assert judge["env"][variable] == f"${{{{ inputs.{name} }}}}"
    scripts = [each["run"] for each in action["runs"]["steps"] if "run" in each]
    assert scripts
    assert [script for script in scripts if "${{" in script] == []


def test_the_step_judges_reports_and_fails(tmp_path: Path) -> None:
    ended = step(tmp_path, CCPOLICY_REPORTS="a.json\n\njunit=b.xml\n")
    assert ended.returncode == 1
    assert "::error file=src/ccpolicy/examples/failing/evidence/" in ended.stdout
    assert (tmp_path / "output").read_text("utf-8") == "exit-code=1\n"
    assert sorted(path.name for path in (tmp_path / "reports").iterdir()) == ["a.json", "b.xml"]
    assert "Gate FAILED" in (tmp_path / "summary.md").read_text("utf-8")


def test_the_step_passes_where_the_gate_does(tmp_path: Path) -> None:
    ended = step(tmp_path, CCPOLICY_PATH=str(shipped_folder()), CCPOLICY_FAIL_ON="critical")
    assert ended.returncode == 0
    assert (tmp_path / "output").read_text("utf-8") == "exit-code=0\n"


@pytest.mark.parametrize(
    "changes",
    [
        {"CCPOLICY_REPORTS": "../a.json"},
        {"CCPOLICY_REPORTS": "json=/tmp/a"},
        {"CCPOLICY_REPORTS": "a.unknown"},
        {"CCPOLICY_PATH": "--help"},
        {"CCPOLICY_FAIL_ON": "$(touch hacked)"},
        {"CCPOLICY_BASELINE": "no-such.yaml"},
        {"CCPOLICY_BASELINE": "--help"},
        {"CCPOLICY_FAIL_ON_CHANGE": "loosened"},  # with nothing to compare with
        {"CCPOLICY_FAIL_ON_CHANGE": "yes", "CCPOLICY_POLICY_FROM": "HEAD"},
        {"CCPOLICY_FAIL_ON_CHANGE": "loosened\nyes", "CCPOLICY_POLICY_FROM": "HEAD"},
        {"CCPOLICY_FAIL_ON_CHANGE": "altered\n*", "CCPOLICY_POLICY_FROM": "HEAD"},
        {"CCPOLICY_ALLOW_PINNED": ""},
        {"CCPOLICY_ALLOW_PINNED": "false"},
        {"CCPOLICY_ALLOW_PINNED": "yes"},
        {"CCPOLICY_FAIL_ON_CHANGE": "--path /", "CCPOLICY_POLICY_FROM": "HEAD"},
    ],
)
def test_what_is_wrong_fails_and_runs_nothing(tmp_path: Path, changes: dict[str, str]) -> None:
    ended = step(tmp_path, **changes)
    assert ended.returncode == 2
    assert not (ROOT / "hacked").exists()
    assert not (tmp_path / "summary.md").exists()


@pytest.mark.parametrize("page", ["github.md", "github.zh.md"])
def test_the_page_is_a_workflow(tmp_path: Path, page: str) -> None:
    """It is what actionlint takes, names every input, and its uses are those of this repository."""
    text = (ROOT / "docs/pipeline" / page).read_text("utf-8")
    (workflow,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert "uses: OWNER/ccpolicy@COMMIT" in workflow
    (tmp_path / ".github/workflows").mkdir(parents=True)
    (tmp_path / "action.yml").write_text((ROOT / "action.yml").read_text("utf-8"), "utf-8")
    local = re.sub(r"OWNER/ccpolicy@COMMIT.*", "./", workflow)
    (tmp_path / ".github/workflows/page.yml").write_text(local, "utf-8")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    ended = subprocess.run(
        [BIN / "actionlint"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (0, "")
    own = (ROOT / ".github/workflows/compliance.yml").read_text("utf-8")
    assert set(re.findall(r"uses: (actions/.*)", workflow)) <= set(re.findall("uses: (.*)", own))
    assert re.findall("policy-from: .*", workflow) == re.findall("policy-from: .*", own)
    inputs = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["inputs"]
    assert set(re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE)) == set(inputs)
