"""`ccpolicy diff` as a person or a pipeline asks for it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from git_command import git
from message_text import coded
from small_centre import CONTROLS, change

from .conftest import Run


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ("30 days, norm", 0),
        ("20 days, norm", 0),
        ("P30D, norm", 0),
        ("40 days, norm", 1),
        ("1 month, norm", 1),
    ],
)
def test_fail_on_loosened(kept: Path, run: Run, new: str, code: int) -> None:
    change(kept, CONTROLS, "30 days, norm", new)
    for name in ("text", "json", "markdown"):
        arguments = ("diff", "main", "--path", kept, "--format", name)
        assert run(*arguments).exit_code == 0
        assert run(*arguments, "--fail-on", "loosened").exit_code == code


def test_text(kept: Path, run: Run) -> None:
    change(kept, CONTROLS, "30 days, norm", "40 days, norm")
    result = run("diff", "main", "--path", kept)
    commit = git(kept, "rev-parse", "HEAD")[:12]
    assert (
        result.stdout
        == f"""\
A small plan
From main ({commit}) to the files on disk
History ends on 2026-11-20

Loosened
  LOOSER    EM-1  Assets are inspected
            longest time from one event to the next, every: 30 days → 40 days;
            rewrites history
            policy/controls/3.yaml:19

1 control: 0 removed, 1 loosened, 0 changed either way, 0 new, 0 tightened, 0
unchanged
The policy was loosened, or may have been
"""
    )
    assert "有所放宽" in run("diff", "main", "--path", kept, "--lang", "zh").stdout


def test_day_of_history_can_be_named(kept: Path, run: Run) -> None:
    waiver = (
        "{id: W, control: EM-1, subject: PBX-1, reason: {en: r, zh: 因}, owner: a, approver: b, "
    )
    text = f"waivers:\n  - {waiver}from: 2026-11-01, until: 2026-12-01}}\n"
    (kept / "policy/waivers.yaml").write_text(text, "utf-8")
    for day, history in (("2026-10-31", False), ("2026-11-01", True)):
        arguments = ("diff", "main", "--path", kept, "--format", "json", "--as-of", day)
        found = json.loads(run(*arguments).stdout)
        assert found["as_of"] == day
        assert [each["rewrites_history"] for each in found["changes"]] == [history]


def test_output_file_and_two_revisions(kept: Path, run: Run, tmp_path: Path) -> None:
    change(kept, CONTROLS, "severity: high", "severity: low")
    file = tmp_path / "diff.md"
    result = run("diff", "main", "main", "--path", kept, "--format", "markdown", "-o", file)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "Nothing was tightened or loosened" in file.read_text("utf-8")


def test_unknown_revision(kept: Path, run: Run) -> None:
    for arguments in (["mian"], ["main", "mian"]):
        result = run("diff", *arguments, "--path", kept)
        assert result.exit_code == 2
        assert coded("GI108", "mian") in result.stderr


@pytest.mark.parametrize("command", ["##[add-mask]x", "##vso[task.complete]", "::add-mask::x"])
@pytest.mark.parametrize("format_", ["text", "markdown"])
def test_nothing_in_it_is_a_command_to_a_runner(
    kept: Path, run: Run, command: str, format_: str
) -> None:
    """Titles, values, subjects, names of tests and of files are a change's own words."""
    change(kept, CONTROLS, "en: Assets are inspected", f'en: "{command}"')
    change(kept, CONTROLS, "severity: high", "severity: low")
    title = kept / "policy/plan.yaml"
    title.write_text(title.read_text("utf-8").replace("en: A small plan", f'en: "{command}"'))
    waiver = f'{{id: W, control: EM-1, subject: "{command}", reason: {{en: r, zh: 因}}, owner: a,'
    (kept / "policy/waivers.yaml").write_text(
        f"waivers:\n  - {waiver} approver: b, from: 2026-11-01, until: 2026-12-01}}\n", "utf-8"
    )
    (kept / "policy/tests").mkdir()
    (kept / "policy/tests/1.yaml").write_text(
        f'tests:\n  - {{name: "{command}", control: "{command}", as_of: 2026-12-01, given: {{}},'
        " expect: {now: fail}}\n",
        "utf-8",
    )
    shutil.move(kept / "evidence/inspections/2026.csv", kept / "evidence/inspections" / command)
    ended = run("diff", "main", "--path", kept, "--format", format_, "-v")
    assert ended.exit_code == 0
    lines = [line.strip() for line in ended.stdout.splitlines()]
    assert any("add-mask" in line or "task.complete" in line for line in lines)
    assert not any(line.startswith("::") for line in lines)
    assert not re.search(r"##\w*\[", ended.stdout)
