"""The pytest plugin, in pytests of their own."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import ccpolicy
import shipped_sample
from message_text import coded

ROOT = Path(__file__).parents[2]
FAILING = ROOT / "src" / "ccpolicy" / "examples" / "failing"


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rA", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@dataclass
class Collected:
    """A plugin that keeps what was collected."""

    items: list[pytest.Item] = field(default_factory=list)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.items = session.items


def run_here(*arguments: str, plugin: Collected | None = None) -> str:
    """Run pytest in this process, which starts faster, and return what it writes."""
    output = io.StringIO()
    alone = ["-p", "no:cacheprovider", "-p", "no:xdist", "-s", "-c", os.devnull, "-rA"]
    with contextlib.redirect_stdout(output):
        pytest.main([*alone, *arguments], plugins=[plugin] if plugin else [])
    return output.getvalue()


def test_each_control_is_a_test_and_fails_as_the_text_reads(tmp_path: Path) -> None:
    ended = run(tmp_path, "--ccpolicy", str(FAILING), "--strict-markers")
    assert ended.returncode == 1
    assert "4 failed" in ended.stdout
    assert "E3: since 2026-03-12 (19 d 18 h)" in ended.stdout
    assert "UNKNOWN  FIRE-2" in ended.stdout
    assert "Traceback" not in ended.stdout


def test_a_file_that_nobody_reads_fails_a_test_of_its_own(tmp_path: Path) -> None:
    repository = Path(shutil.copytree(FAILING, tmp_path / "repository"))
    (repository / "evidence" / "x.csv").write_text("", "utf-8")
    ended = run(tmp_path, "--ccpolicy", str(repository))
    assert "5 failed" in ended.stdout
    assert f"evidence/x.csv: {coded('EV110')}" in ended.stdout


def test_beside_tests_of_files_and_over_several_processes(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text("def test_a(): pass\n", "utf-8")
    ended = run(tmp_path, "--ccpolicy", str(ROOT), "-n", "2")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    controls = [each.now for each in shipped_sample.assessment().controls]
    assert f"{controls.count('pass') + 1} passed" in ended.stdout
    assert "4 skipped" in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-k", "FIRE-3"], "1 failed, 3 deselected"),
        (["-k", "clause-1"], "2 failed, 2 deselected"),
        (["-k", "FIRE-3 or FIRE-4"], "2 failed, 2 deselected"),
        (["-k", "not FIRE"], "4 deselected"),
        (["-k", "灭火器"], "2 failed, 2 deselected"),
        (["-m", "critical"], "1 failed, 3 deselected"),
        (["-m", "ccpolicy and not critical"], "3 failed, 1 deselected"),
        (["-m", "severity(name='high')"], "2 failed, 2 deselected"),
        (["-m", "severity and clause(id='1') and not high"], "1 failed, 3 deselected"),
        (["-m", "clause(id='2') or critical", "-k", "FIRE-3"], "1 failed, 3 deselected"),
    ],
)
def test_controls_are_chosen_like_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said in run_here("--ccpolicy", str(FAILING), *arguments)


def test_controls_are_chosen_over_several_processes(tmp_path: Path) -> None:
    chosen = ["-k", "clause-1", "-m", "medium", "-n", "2"]
    ended = run(tmp_path, "--ccpolicy", str(FAILING), *chosen)
    assert "1 failed" in ended.stdout, ended.stdout + ended.stderr


def test_a_chapter_holds_its_clauses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    collected = Collected()
    run_here("--ccpolicy", str(ROOT), "--collect-only", plugin=collected)

    def marked(name: str, /, **values: str) -> set[str]:
        return {
            item.name
            for item in collected.items
            if any(mark.kwargs == values for mark in item.iter_markers(name))
        }

    judged = ccpolicy.load(ROOT).controls
    assert marked("clause", id="3.1") == {
        name for name, each in judged.items() if "3.1" in each.clauses
    }
    assert marked("clause", id="3") == set(
        ccpolicy.load(ROOT).choose(ccpolicy.EvaluationRequest(clauses=["3"]))
    )
    for severity in ("critical", "high", "medium", "low"):
        expected = {name for name, each in judged.items() if each.severity == severity}
        assert marked(severity) == marked("severity", name=severity) == expected


def test_nothing_assessed_is_no_pass(tmp_path: Path) -> None:
    folder = shutil.copytree(FAILING, tmp_path / "centre")
    controls = folder / "policy/controls/fire.yaml"
    reason = "reason: {en: Closed., zh: 已关闭。}, owner: manager, until: 2026-12-31"
    text = controls.read_text("utf-8").replace(
        "    check:", f"    not_applicable: {{{reason}}}\n    check:"
    )
    controls.write_text(text, "utf-8")
    ended = run(tmp_path, "--ccpolicy", str(folder))
    assert ended.returncode == 4
    assert coded("US217") in ended.stderr


def test_where_the_present_is_required_a_pin_is_refused(tmp_path: Path) -> None:
    ended = run(tmp_path, "--ccpolicy", str(FAILING), "--ccpolicy-require-current")
    assert ended.returncode == 4
    assert coded("PL517", "2026-03-31 18:00") in ended.stderr


def hostile(folder: Path) -> Path:
    """A checkout each of whose files would leave a mark if pytest ran it."""
    mark = folder / "mark"
    shutil.copytree(FAILING, folder / "checkout")
    code = f"open({str(mark)!r}, 'a').write(__file__)\n"
    for name in ("conftest.py", "test_a.py", "evil.py", "tests/conftest.py", "tests/test_b.py"):
        (folder / "checkout" / name).parent.mkdir(exist_ok=True)
        (folder / "checkout" / name).write_text(code, "utf-8")
    settings = "[pytest]\npythonpath = .\naddopts = -p evil\n"
    (folder / "checkout/pytest.ini").write_text(settings, "utf-8")
    return mark


def test_a_checkout_that_nobody_trusts(tmp_path: Path) -> None:
    """As the pages and SECURITY.md say."""
    mark = hostile(tmp_path)
    pages = [
        (ROOT / "docs/pipeline" / f"pytest{each}.md").read_text("utf-8") for each in ("", ".zh")
    ]
    (line,) = {
        line for text in pages for line in re.findall(r"^pytest (-c .*)$", text, re.MULTILINE)
    }
    options = line.replace("/path/of/the/checkout", str(tmp_path / "checkout")).split()
    assert " ".join(options[:3]) in (ROOT / "SECURITY.md").read_text("utf-8")
    (tmp_path / "empty").mkdir()
    ended = run(tmp_path / "empty", *options)
    assert "4 failed" in ended.stdout
    assert not mark.exists()
    run(tmp_path / "empty", "--ccpolicy", str(tmp_path / "checkout"))
    assert mark.exists()  # which is why it is said


def test_titles_are_no_commands_to_a_runner(tmp_path: Path) -> None:
    folder = shutil.copytree(FAILING, tmp_path / "centre")
    controls = folder / "policy/controls/fire.yaml"
    text = controls.read_text("utf-8")
    title = "en: Extinguishers inspected"
    assert title in text
    forged = 'en: "##[add-mask]fail ##vso[task.complete]"'
    controls.write_text(text.replace(title, forged), "utf-8")
    ended = run(tmp_path, "--ccpolicy", str(folder))
    assert r"\x23#[add-mask]fail" in ended.stdout
    assert "##[" not in ended.stdout
    assert "##vso[" not in ended.stdout


def test_a_policy_that_cannot_be_is_wrong_usage(tmp_path: Path) -> None:
    ended = run(tmp_path, "--ccpolicy", str(tmp_path / "nothing"))
    assert ended.returncode == 4
    assert "Traceback" not in ended.stdout + ended.stderr
    assert run(tmp_path).returncode == 5
