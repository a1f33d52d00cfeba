"""Disks fill up, runs are interrupted, and two run at once: a report is whole or not there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from message_text import Said, coded
from slow_kind import SLOW

from .conftest import CONTROLS, FILES, FORBIDDEN, Office


def start(office: Office, target: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "ccpolicy", "check", str(office.root), "--format", "json"]
    return subprocess.Popen(
        [*command, "-o", str(target)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    ("language", "said"),
    [("en", f"/dev/full: error: {coded('RP203', '')}"), ("zh", "/dev/full: 无法写入报告")],
)
def test_full_disk(office: Office, language: str, said: str) -> None:
    result = office.run("check", "-o", "/dev/full", "--lang", language)
    assert (result.exit_code, result.stdout) == (2, "")
    assert Said(result.stderr).startswith(said)


def test_disk_that_fills_up_leaves_the_report_of_before(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    out = tmp_path / "out"
    out.mkdir()
    target = out / "report.json"
    for before in (None, "old"):
        if before:
            target.write_text(before, "utf-8")
        result = office.run("check", "--format", "json", "-o", target)
        assert result.exit_code == 2
        assert result.stderr == f"{target}: error: {coded('RP203', 'No space left on device')}\n"
        assert [path.read_text("utf-8") for path in out.iterdir()] == ([before] if before else [])


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_interrupted_run(office: Office, tmp_path: Path) -> None:
    office.write("checks/slow.sql", SLOW)
    head = FILES[CONTROLS].partition("    parameters:\n")[0]
    slow = head.replace("FIRE-1", "SLOW").replace("recurrence", "slow")
    slow = "".join(line for line in slow.splitlines(keepends=True) if "subjects:" not in line)
    office.write("policy/controls/slow.yaml", slow)
    out = tmp_path / "out"
    out.mkdir()
    run = start(office, out / "report.json")
    time.sleep(3)
    assert run.poll() is None, run.communicate()
    run.send_signal(signal.SIGINT)
    try:
        stdout, stderr = run.communicate(timeout=3)
        assert (run.returncode, stderr) == (130, b"interrupted\n")
    except subprocess.TimeoutExpired:  # amid a large step of the query: ask again
        run.send_signal(signal.SIGINT)
        stdout, stderr = run.communicate(timeout=5)
        assert (run.returncode, stderr) == (-signal.SIGINT, b"")
    assert stdout == b""
    assert list(out.iterdir()) == []


def test_two_runs_at_once(office: Office, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    target = out / "report.json"
    runs = [start(office, target) for _ in range(2)]
    while any(run.poll() is None for run in runs):
        if target.exists():
            json.loads(target.read_bytes())
    for run in runs:
        assert run.returncode == 0
        _, stderr = run.communicate()
        assert not any(word in stderr.decode() for word in FORBIDDEN)
    assert list(out.iterdir()) == [target]
    assert json.loads(target.read_bytes())["gate"]["passed"]
