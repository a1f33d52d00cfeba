"""Others read, write or run at the same time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from small_centre import FAILING, INSPECTIONS

from .runs import COMMANDS, COUNT, ended, start


@pytest.mark.parametrize("failing", [False, True])
def test_closed_output(failing: bool, centre: Path) -> None:
    """Whoever reads one line of it only, as `head -1`, gets the verdict all the same."""
    if failing:
        (centre / INSPECTIONS).write_text(FAILING, "utf-8")
    for number in range(COUNT):
        run = start(centre, "check", "--format", ["text", "json"][number % 2])
        assert run.stdout
        if number % 2:
            run.stdout.readline()
        run.stdout.close()
        assert run.stderr
        with run.stderr:
            said = run.stderr.read().decode()
        assert (run.wait(), "Traceback" in said) == (int(failing), False), said


def test_runs_at_once(centre: Path, tmp_path: Path) -> None:
    """Of one repository, into one file, with one cache."""
    for name, command in COMMANDS.items():
        target = tmp_path / name
        runs = [start(centre, *command, "-o", target) for _ in range(min(2 * COUNT + 2, 32))]
        seen = set()
        while any(run.poll() is None for run in runs):
            if target.exists():
                seen.add(target.read_bytes())
            time.sleep(0.01)
        assert [ended(run)[0] for run in runs] == [0] * len(runs)
        assert seen <= {target.read_bytes()}
        assert ended(start(centre, *command, "-o", tmp_path / "alone"))[0] == 0
        assert (tmp_path / "alone").read_bytes() == target.read_bytes()


def _growing(path: Path, stop: threading.Event) -> None:
    """Write what is no help to PBX-2, in pieces that end anywhere."""
    with path.open("a", encoding="utf-8") as file:
        number = 0
        while not stop.is_set():
            number += 1
            row = f"PBX-1,2026-11-1{number % 9}T10:00:{number % 60:02}+08:00,pass\n"
            for piece in (row[:9], row[9:]):
                file.write(piece)
                file.flush()
                time.sleep(0.002)  # or it would grow faster than it is read


def _vanishing(path: Path, stop: threading.Event) -> None:
    content = path.read_bytes()
    while not stop.is_set():
        path.unlink()
        path.write_bytes(content)


@pytest.mark.parametrize("change", [_growing, _vanishing])
def test_evidence_that_changes_meanwhile(
    change: Callable[[Path, threading.Event], None], centre: Path
) -> None:
    """It is never a pass that no state of the files would give, and never a stack trace."""
    path = centre / INSPECTIONS
    path.write_text(FAILING, "utf-8")
    stop = threading.Event()
    thread = threading.Thread(target=change, args=(path, stop))
    thread.start()
    try:
        for _ in range(COUNT):
            assert ended(start(centre, "check"))[0] in (1, 2)
    finally:
        stop.set()
        thread.join()
