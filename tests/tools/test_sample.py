"""The sample centre is made the same everywhere, passes, and is alive."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import ccpolicy
import shipped_sample
from ccpolicy.policy.lint import lint
from ccpolicy.shipped import shipped_folder
from ccpolicy.store import open_store
from sample.backups import CAPTURED
from sample.centre import write_centre
from sample.clock import LAST
from sample.history import FIRST, WEEK, commit, write_bundle

ROOT = shipped_folder()
TOOLS = ROOT / "tools"
EXAMPLES = Path(ccpolicy.__file__).parent / "examples"
HISTORY = EXAMPLES / "centre.bundle"
FAILING = EXAMPLES / "failing"


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def make(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sample", str(folder)],
        cwd=TOOLS,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )


def imported(module: Path) -> set[str]:
    """Return the packages that a module imports."""
    return {
        name.partition(".")[0]
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None) or "", *(each.name for each in node.names)]
    }


def test_committed_evidence_is_what_the_generator_makes(tmp_path: Path) -> None:
    write_centre(tmp_path)
    assert digests(ROOT / "evidence") == digests(tmp_path)


def test_made_the_same_in_another_environment(tmp_path: Path) -> None:
    make(tmp_path, TZ="America/New_York", LC_ALL="C", PYTHONHASHSEED="7", PYTHONUTF8="0")
    assert digests(ROOT / "evidence") == digests(tmp_path)


def test_committed_history_is_what_the_generator_makes(tmp_path: Path) -> None:
    """It leaves a file that holds the very commits that it makes."""
    copy = Path(shutil.copy(HISTORY, tmp_path))
    write_bundle(ROOT, copy)
    assert copy.read_bytes() == HISTORY.read_bytes(), "run: make sample"


def test_history_is_packed_the_same_every_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stream(_: Path) -> Iterator[bytes]:
        for number, line in enumerate([b"one", b"two"]):
            yield from commit("clerk", FIRST + number * WEEK, "Records", {"evidence/a": line * 99})
        yield b"done\n"

    monkeypatch.setattr("sample.history.stream", stream)
    made = [tmp_path / name for name in ("one.bundle", "two.bundle", "stale.bundle")]
    shutil.copy(HISTORY, made[-1])
    for path in made:
        write_bundle(ROOT, path)
    assert len({path.read_bytes() for path in made}) == 1


def test_the_sample_stands_alone() -> None:
    modules = sorted((TOOLS / "sample").glob("*.py"))
    assert len(modules) > 10
    assert [path.name for path in modules if "ccpolicy" in imported(path)] == []


@pytest.mark.parametrize("module", ["sample", "sample.history"])
def test_usage(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module], cwd=TOOLS, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "usage" in done.stderr


def test_captured_output_is_neutral() -> None:
    names = sorted(path.relative_to(CAPTURED).as_posix() for path in CAPTURED.rglob("*.json"))
    assert names == [
        "borg_archives/recording.json",
        "borg_archives/wfm.json",
        "restic_snapshots/crm.json",
        "restic_snapshots/ivr.json",
        "restic_snapshots/pbx.json",
        "restic_snapshots/tickets.json",
    ]
    for name in names:
        document = json.loads((CAPTURED / name).read_bytes())
        system = Path(name).stem
        if name.startswith("borg"):
            assert document["repository"]["location"] == f"/srv/borg/{system}"
        else:
            assert {path for each in document for path in each["paths"]} == {f"/srv/{system}"}
            assert {(each["hostname"], each["username"]) for each in document} == {
                ("backup1", "backup")
            }
            # A changed tag has changed the id, and the first id is still there.
            assert sum("original" in each for each in document) == 1


def test_sample_passes() -> None:
    assessment = shipped_sample.assessment()
    assert assessment.gate.passed
    assert [control.id for control in assessment.controls if control.problems] == []
    assert [control.id for control in assessment.controls if control.left_out] == []
    assert {
        control.id: control.now for control in assessment.controls if control.now != "pass"
    } == {
        "EM-1": "waived",
        "ER-1": "waived",
        # Nothing is owed of git before the plan is adopted.
        "GV-2": "not_applicable",
        "GV-4": "not_applicable",
    }
    assert {waiver.state for waiver in assessment.waivers} == {"in_force"}


def test_sample_is_alive() -> None:
    assessment = shipped_sample.assessment()
    cured = [c.id for c in assessment.controls if any(lapse.ends for lapse in c.lapses)]
    due_soon = [
        c.id for c in assessment.controls if c.next_due and c.next_due <= assessment.due_soon
    ]
    assert len(cured) >= 25
    assert len(due_soon) >= 15
    assert {
        lapse.waived_by for c in assessment.controls for lapse in c.lapses if not lapse.ends
    } == {
        "W-2026-01",
        "W-2026-02",
    }
    assert 8_000 <= sum(each.records for each in assessment.evidence.files) <= 12_000


def test_git_follows_all_that_people_put_on_file() -> None:
    """Who takes an asset off the roster, or moves a notice forward, does not do so in silence."""
    datasets = ccpolicy.load(ROOT).datasets
    followed = {
        each: [made.recording, *(child.recording for child in made.children.values())]
        for each, made in datasets.items()
        if made.format != "git" and made.reshape is None
    }
    # A tool writes its whole list anew, without what it has let go of.
    assert [each for each, recordings in followed.items() if None in recordings] == [
        "borg_archives",
        "restic_snapshots",
    ]


def test_failing_sample_fails_in_four_ways() -> None:
    judged = ccpolicy.load(FAILING).check()
    lapses = {c.id: [lapse.subject for lapse in c.lapses] for c in judged.controls}
    assert {c.id: c.period for c in judged.controls} == {
        "FIRE-1": "fail",
        "FIRE-2": "unknown",
        "FIRE-3": "fail",
        "FIRE-4": "fail",
    }
    assert (lapses["FIRE-1"], lapses["FIRE-3"], lapses["FIRE-4"]) == (["E3", "E4"], ["W03"], ["A2"])
    [problem] = next(c.problems for c in judged.controls if c.id == "FIRE-2")
    assert problem.locator
    assert problem.locator.startswith("evidence/stock_counts.csv:6")
    assert not judged.gate.passed


@pytest.mark.parametrize("folder", [ROOT, FAILING], ids=["centre", "failing"])
def test_samples_have_nothing_doubtful(folder: Path) -> None:
    with open_store() as store:
        assert lint(ccpolicy.load(folder).policy, LAST, store) == []
