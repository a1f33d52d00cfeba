"""The action, step by step: each script is run in bash as the runner runs it.

Steps that use other actions are left to actionlint.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from git_command import commit, git

from .packages import ROOT, need_registry, plain

ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
FAILING = "src/ccpolicy/examples/failing"
PINNED = {"allow-pinned": "true"}
"""The samples are judged at a moment of their own."""


@dataclass
class Runner:
    """Runs the scripts of a composite action one after another, until one fails."""

    folder: Path
    inputs: dict[str, str]
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    said: str = ""

    def value(self, expression: str) -> str:
        """Return what an expression of the action stands for."""
        match expression.split("."):
            case ["inputs", name]:
                return str(self.inputs.get(name, ACTION["inputs"][name]["default"]))
            case ["github", "action_path"]:
                return str(ROOT)
            case ["runner", "temp"]:
                return str(self.folder)
            case ["steps", step, "outputs", name]:
                return self.outputs.get(step, {}).get(name, "")
        raise AssertionError(expression)

    def filled(self, text: str) -> str:
        return EXPRESSION.sub(lambda found: self.value(found[1]), text)

    def run(self, step: dict[str, Any], **more: str) -> int:
        """Run a step, and take over what it wrote into the runner's files."""
        files = {name: self.folder / name for name in ("OUTPUT", "ENV", "PATH", "STEP_SUMMARY")}
        for name in ("OUTPUT", "ENV", "PATH"):
            files[name].write_text("", "utf-8")
        ended = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", self.filled(step["run"])],
            cwd=ROOT,
            env=plain(
                self.folder / "home",
                **{f"GITHUB_{name}": str(path) for name, path in files.items()},
                **{name: self.filled(text) for name, text in step.get("env", {}).items()},
                **more,
            ),
            capture_output=True,
            text=True,
            check=False,
        )
        self.said += ended.stdout + ended.stderr
        lines = files["OUTPUT"].read_text("utf-8").splitlines()
        self.outputs[step.get("id", "")] = dict(line.split("=", 1) for line in lines)
        return ended.returncode


def scripts() -> list[dict[str, Any]]:
    found = [step for step in ACTION["runs"]["steps"] if "run" in step]
    assert [step["shell"] for step in found] == ["bash"] * 2
    assert not any("if" in step for step in found)
    return found


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runner's folder after the step that installs: from the checkout, in an empty home."""
    runner = Runner(tmp_path_factory.mktemp("runner"), {})
    code = runner.run(scripts()[0])
    if code:
        need_registry(runner.said)
    assert code == 0, runner.said
    return runner.folder


def test_it_installs_and_judges_from_the_checkout_alone(installed: Path) -> None:
    runner = Runner(
        installed,
        {**PINNED, "path": FAILING, "report": "assessment.json\njunit=compliance.xml\na.sarif\n"},
    )
    assert runner.run(scripts()[1]) == 1
    assert "::error file=src/ccpolicy/examples/failing/evidence/" in runner.said
    assert "Gate FAILED" in (installed / "STEP_SUMMARY").read_text("utf-8")
    reports = installed / "ccpolicy-reports"
    assert sorted(path.name for path in reports.iterdir()) == [
        "a.sarif",
        "assessment.json",
        "compliance.xml",
    ]
    assert runner.outputs["check"] == {"exit-code": "1"}
    (output,) = ACTION["outputs"].values()
    assert runner.filled(output["value"]) == "1"


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({**PINNED, "fail-on": "critical", "path": "."}, 0),
        ({"fail-on": "critical", "path": "."}, 2),
        ({"fail-on": "critical", "path": ".", "allow-pinned": ""}, 2),
        ({"fail-on": "critical", "path": ".", "allow-pinned": "yes"}, 2),
        ({**PINNED, "path": FAILING, "policy-from": "no-such"}, 2),
        ({**PINNED, "path": "nowhere; touch hacked"}, 2),
        ({**PINNED, "path": FAILING, "report": "../a.json"}, 2),
        ({**PINNED, "path": FAILING, "fail-on-change": "loosened\nnonsense"}, 2),
    ],
)
def test_how_it_ends(installed: Path, inputs: dict[str, str], code: int) -> None:
    runner = Runner(installed, inputs)
    assert runner.run(scripts()[1]) == code, runner.said
    assert not (ROOT / "hacked").exists()


def test_a_policy_of_a_revision(installed: Path) -> None:
    """On a checkout whose branch made its own judge weaker."""
    top = installed / "checkout"
    subprocess.run(["cp", "-r", str(ROOT / FAILING), str(top)], check=True)
    names = ["-c", "user.name=clerk", "-c", "user.email=clerk@example.org"]
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "first"]):
        subprocess.run(["git", "-C", str(top), *names, *command], check=True)
    settings = (top / "ccpolicy.toml").read_text("utf-8")
    (top / "ccpolicy.toml").write_text(settings.replace('"period"', '"now"'), "utf-8")
    inputs = {**PINNED, "path": str(top), "fail-on": "critical"}
    assert Runner(installed, inputs).run(scripts()[1]) == 0
    by_main = Runner(installed, {**inputs, "policy-from": "main"})
    assert by_main.run(scripts()[1]) == 1
    assert "The policy was loosened, or may have been" in by_main.said


def test_what_the_change_does_to_the_policy(installed: Path, tmp_path: Path) -> None:
    """It is said in the summary before the result, and may fail the job though the gate passes."""
    top = tmp_path / "checkout"
    subprocess.run(["cp", "-r", str(ROOT / FAILING), str(top)], check=True)
    settings, known = top / "ccpolicy.toml", top / "known.yaml"
    settings.write_text('as_of = "2026-03-31T18:00:00+08:00"\nfail_on = "critical"\n', "utf-8")
    dataset = top / "policy/datasets/inspections.yaml"
    contract = "recording: {amendable: append_only}\nrecord:"
    dataset.write_text(dataset.read_text("utf-8").replace("record:", contract), "utf-8")
    git(top, "init", "-q", "-b", "main")
    commit(top)
    summary = installed / "STEP_SUMMARY"

    def ends(**inputs: str) -> int:
        summary.unlink(missing_ok=True)
        named = {name.replace("_", "-"): each for name, each in inputs.items()}
        return Runner(installed, {**PINNED, "path": str(top), **named}).run(scripts()[1])

    waivers = top / "policy/waivers.yaml"
    text = waivers.read_text("utf-8")
    more = "{id: W, control: FIRE-1, subject: E3, reason: {en: r, zh: 因}, owner: a, approver: b"
    waivers.write_text(f"waivers:\n  - {more}, from: 2026-03-01, until: 2026-06-30}}\n", "utf-8")
    assert ends(policy_from="main") == 0
    said = summary.read_text("utf-8")
    assert said.index("E3 is waived for FIRE-1") < said.index("Gate passed")
    assert ends(policy_from="main", fail_on_change="loosened") == 1
    assert "Gate passed" in summary.read_text("utf-8")
    waivers.write_text("waivers: [{}]\n", "utf-8")
    assert ends(policy_from="main") == 2
    waivers.write_text(text, "utf-8")
    assert ends(policy_from="main", fail_on_change="loosened") == 0
    records = top / "evidence/inspections.csv"
    records.write_text(records.read_text("utf-8").replace("pass", "fail", 1), "utf-8")
    assert ends(policy_from="main", fail_on_change="loosened") == 0
    for both in ("loosened altered", "loosened\naltered", "loosened\n\n  altered\n", "altered\n"):
        assert ends(policy_from="main", fail_on_change=both) == 1, both
    assert ends(policy_from="main", fail_on_change="loosened\n") == 0
    assert "amended" in summary.read_text("utf-8")
    known.write_text("lapses: []\n", "utf-8")
    assert ends(fail_on="low") == 1
    assert ends(baseline=str(known)) == 0
