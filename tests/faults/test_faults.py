"""Whatever stops a run, what it leaves is whole, or is not there, or is refused."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ccpolicy.cli.program import program
from git_command import commit
from small_centre import FAILING, INSPECTIONS

COUNT = int(os.environ.get("CCPOLICY_FAULTS", "2"))
COMMANDS = {
    "check": ("check", "--format", "json"),
    "report": ("report", "--format", "html"),
    "bundle": ("bundle",),
    "history": ("history", "--format", "json"),
}
pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")


@pytest.fixture
def centre(small_repository: Path, tmp_path: Path) -> Path:
    """The small centre with two commits, so that it has a history."""
    folder = tmp_path / "centre"
    shutil.copytree(small_repository, folder)
    with (folder / INSPECTIONS).open("a", encoding="utf-8") as file:
        file.write("PBX-2,2026-11-19T09:00:00+08:00,pass\n")
    commit(folder)
    return folder


def start(
    folder: Path, *arguments: str | Path, limit: int | None = None
) -> subprocess.Popen[bytes]:
    """Start the program, perhaps on a disk on which no file may be longer than a limit."""

    def limited() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.Popen(
        [sys.executable, "-m", "ccpolicy", *map(str, arguments)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=limited,  # noqa: PLW1509 - nothing else runs in this process
    )


def ended(run: subprocess.Popen[bytes]) -> tuple[int, str]:
    """Wait for a run; it never shows a stack trace."""
    _, stderr = run.communicate()
    said = stderr.decode()
    assert "Traceback" not in said
    return run.returncode, said


def ask(*arguments: str | Path) -> Result:
    """Run the program in this process."""
    return CliRunner().invoke(program, [*map(str, arguments)])


@pytest.mark.parametrize("name", COMMANDS)
def test_killed(name: str, centre: Path, tmp_path: Path) -> None:
    """At any moment: the target is the old file or the new one, and the next run is none the worse.

    What the killed run left beside it, and in its cache, does not matter to anybody.
    """
    out = tmp_path / "out"
    out.mkdir()
    target = out / "result"
    began = time.monotonic()
    assert ended(start(centre, *COMMANDS[name], "-o", target))[0] == 0
    lasted = time.monotonic() - began
    expected = target.read_bytes()
    draw = random.Random(name)
    for number in range(COUNT):
        old = [None, b"of before"][number % 2]
        target.unlink(missing_ok=True)
        if old is not None:
            target.write_bytes(old)
        run = start(centre, *COMMANDS[name], "-o", target)
        time.sleep(draw.uniform(0.05, 0.9) * lasted)
        run.send_signal(signal.SIGKILL)
        assert ended(run)[0] in (0, -signal.SIGKILL)
        found = target.read_bytes() if target.exists() else None
        assert found in (old, expected)
    assert ended(start(centre, *COMMANDS[name], "-o", target))[0] == 0
    assert target.read_bytes() == expected


def test_part_of_an_assessment(centre: Path, tmp_path: Path) -> None:
    """What was printed before a kill is not shown, compared with or taken for a baseline."""
    whole, part = tmp_path / "whole.json", tmp_path / "part.json"
    assert ask("check", centre, "--annex", "--format", "json", "-o", whole).exit_code == 0
    content = whole.read_bytes()
    assert ask("report", "--from", whole, centre).exit_code == 0
    draw = random.Random(1)
    ends = [0, 1, len(content) - 3, *(draw.randrange(len(content) - 2) for _ in range(10 * COUNT))]
    for end in ends:
        part.write_bytes(content[:end])
        for arguments in (("report", "--from", part), ("check", "--baseline", part)):
            result = ask(*arguments, centre)
            assert result.exit_code == 2, (end, arguments)
            assert part.name in result.stderr


def test_part_of_a_bundle(centre: Path, tmp_path: Path) -> None:
    """A bundle that was cut off or damaged anywhere is not verified."""
    whole, part = tmp_path / "whole.zip", tmp_path / "part.zip"
    assert ask("bundle", centre, "-o", whole).exit_code == 0
    content = whole.read_bytes()
    assert ask("verify", whole, "--quiet").exit_code == 0
    draw = random.Random(2)
    for _ in range(10 * COUNT):
        end = draw.randrange(len(content))
        part.write_bytes(content[:end])
        assert ask("verify", part, "--quiet").exit_code in (1, 2, 3), end
        damaged = bytearray(content)
        damaged[end] ^= 1 << draw.randrange(8)
        part.write_bytes(bytes(damaged))
        assert ask("verify", part, "--quiet").exit_code in (1, 2, 3), end


@pytest.mark.parametrize("name", COMMANDS)
def test_full_disk(name: str, centre: Path, tmp_path: Path) -> None:
    """A disk that is full after so many bytes: an error, and nothing but what was there."""
    out = tmp_path / "out"
    out.mkdir()
    target = out / "result"
    assert ended(start(centre, *COMMANDS[name], "-o", target))[0] == 0
    size = target.stat().st_size
    target.write_bytes(b"of before")
    draw = random.Random(name)
    for limit in (0, size - 1, *(draw.randrange(size) for _ in range(COUNT - 2))):
        code, said = ended(start(centre, *COMMANDS[name], "-o", target, limit=limit))
        assert code == 2, (limit, said)
        assert said
        assert [path.read_bytes() for path in out.iterdir()] == [b"of before"]


def test_a_cache_that_cannot_be_written(centre: Path) -> None:
    """A history without its cache says the same; without any temporary folder it says so."""
    expected = start(centre, *COMMANDS["history"]).communicate()[0]
    for limit in (0, 100, 400):
        full = start(centre, *COMMANDS["history"], limit=limit)
        stdout, stderr = full.communicate()
        assert (full.returncode, stdout) in ((0, expected), (2, b"")), limit
        assert (b"error" in stderr) == (full.returncode == 2)
        assert b"Traceback" not in stderr


@pytest.mark.parametrize("folder", ["/proc", "/dev/null", "/nowhere"])
def test_a_folder_that_cannot_be_written(folder: str, centre: Path) -> None:
    """Also to root, to whom no folder is closed but those that are none."""
    for name, command in COMMANDS.items():
        result = ask(*command, centre, "-o", f"{folder}/result.{name}")
        assert result.exit_code == 2, name
        assert folder in result.stderr


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
    for name in ("check", "history"):
        target = tmp_path / name
        runs = [start(centre, *COMMANDS[name], "-o", target) for _ in range(2 * COUNT)]
        seen = set()
        while any(run.poll() is None for run in runs):
            if target.exists():
                seen.add(target.read_bytes())
            time.sleep(0.01)
        assert [ended(run)[0] for run in runs] == [0] * len(runs)
        assert seen <= {target.read_bytes()}
        assert json.loads(target.read_bytes())


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
