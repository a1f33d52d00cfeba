"""An interrupted run ends, says one line, and leaves no report behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
import pytest

from ccpolicy.cli.program import ENDING
from slow_kind import SLOW

from .conftest import Run

CONTROL = """\
controls:
  - id: SLOW
    title: {en: Slow, zh: 慢}
    rule: {en: A rule., zh: 规则。}
    remediation: {en: Do it., zh: 去做。}
    clauses: {"9": abc}
    severity: low
    owner: nobody
    check: slow
    inputs:
      events: {dataset: inspections, key: [asset_id], starts: performed_at}
"""


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interruption_amid_a_query(centre: Path, tmp_path: Path, asked: signal.Signals) -> None:
    (centre / "checks").mkdir()
    (centre / "checks/slow.sql").write_text(SLOW, encoding="utf-8")
    (centre / "policy/controls/slow.yaml").write_text(CONTROL, encoding="utf-8")
    spill, target = tmp_path / "spill", tmp_path / "report.json"
    spill.mkdir()
    run = subprocess.Popen(
        [sys.executable, "-m", "ccpolicy", "check", centre, "--format", "json", "-o", target],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(spill), "LANG": "C.UTF-8"},
    )
    began = time.monotonic()
    while not any(spill.iterdir()) and run.poll() is None and time.monotonic() - began < 30:
        time.sleep(0.05)
    time.sleep(1)
    run.send_signal(asked)
    try:
        stdout, stderr = run.communicate(timeout=2)
        assert (run.returncode, stderr) == (128 + asked, b"interrupted\n")
        assert not any(spill.iterdir())
    except subprocess.TimeoutExpired:  # the query is amid a large step, so ask again
        run.send_signal(asked)
        stdout, stderr = run.communicate(timeout=5)
        assert (run.returncode, stderr) == (-asked, b"")
    assert stdout == b""
    assert not target.exists()


def test_interruption_can_be_repeated(run: Run) -> None:
    before = [signal.getsignal(each) for each in ENDING]
    with ThreadPoolExecutor() as pool:  # not the main thread: nothing to interrupt
        assert pool.submit(run, "--version").result().exit_code == 0
    assert run("--version").exit_code == 0
    assert [signal.getsignal(each) for each in ENDING] == before


START = """\
import signal, sys
import ccpolicy.cli
from ccpolicy.cli.program import program

if len(sys.argv) > 1:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
program.main = lambda **_: print(signal.getsignal(signal.SIGINT).name)
ccpolicy.cli.main()
"""


@pytest.mark.parametrize(("given", "expected"), [([], "SIG_DFL"), (["ignore"], "SIG_IGN")])
def test_interruption_at_the_start_says_nothing(given: list[str], expected: str) -> None:
    """There is nothing to put in order yet; and whoever is to be left alone is left alone."""
    run = subprocess.run(
        [sys.executable, "-c", START, *given], capture_output=True, text=True, check=True
    )
    assert run.stdout == f"{expected}\n"


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_what_is_ignored_stays_ignored(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """As under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    heard: list[bool] = []

    def main(*_: object, **__: object) -> int:
        heard.extend(signal.getsignal(each) is signal.SIG_IGN for each in ENDING)
        return 0

    monkeypatch.setattr(click.Group, "main", main)
    try:
        run("--version")
        assert heard == [False, False, True]
    finally:
        signal.signal(signal.SIGHUP, before)
