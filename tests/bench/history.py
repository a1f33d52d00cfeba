"""What judging every commit of a history takes, against judging the last one."""

from __future__ import annotations

import datetime
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.answers import pose
from bench.environments import Environments
from bench.figures import Part
from bench.filed import commit_stream
from bench.measure import ccpolicy
from bench.sampled import shares

RECORDS = 5_000
COUNTS = (10, 100, 500, 1_000)
PROFILED = 500
INSPECTIONS = "evidence/inspections/inspections.csv"


def measure_history(part: Part, _: Environments) -> None:
    """Measure `history`, without what it kept, and a check of what is checked out."""
    for commits in COUNTS:
        with tempfile.TemporaryDirectory(prefix="ccpolicy-bench-") as name:
            folder = Path(name) / "centre"
            _make(folder, commits)

            def forget(folder: Path = folder) -> None:
                shutil.rmtree(folder / ".git/ccpolicy", ignore_errors=True)

            sides = {
                "history": ccpolicy("history", "--no-cache", str(folder), prepare=forget),
                "ccpolicy": ccpolicy("check", "--no-cache", str(folder), prepare=forget),
            }
            part.compare("history", sides, commits)
            if commits == PROFILED:
                forget()
                part.say("history", commits, shares=shares(sides["history"]))


def _make(folder: Path, commits: int) -> None:
    """Make a repository of so many commits."""
    pose(folder, RECORDS)
    (folder / "ccpolicy.toml").write_text("", "utf-8")  # each commit at its own moment
    git = ["git", "-C", str(folder)]
    subprocess.run([*git, "init", "--quiet", "--initial-branch=main"], check=True)
    stream = b"".join(_commits(folder, commits))
    subprocess.run([*git, "fast-import", "--quiet"], input=stream, check=True)
    (folder / INSPECTIONS).unlink()
    subprocess.run([*git, "reset", "--quiet", "--hard", "main"], check=True)
    subprocess.run([*git, "gc", "--quiet"], check=True)


def _commits(folder: Path, commits: int) -> Iterator[bytes]:
    """Yield commits that each add inspections to the file of their month."""
    files = {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.parts
    }
    header, *rows = files.pop(INSPECTIONS).splitlines(keepends=True)
    held: dict[str, list[str]] = {}
    each = -(-len(rows) // commits)
    for first in range(0, len(rows), each):
        more = rows[first : first + each]
        at = datetime.datetime.fromisoformat(more[-1].split(",")[2])
        name = f"evidence/inspections/{at:%Y-%m}.csv"
        held.setdefault(name, []).extend(more)
        files[name] = "".join([header, *held[name]])
        yield commit_stream(at + datetime.timedelta(hours=1), files)
        files = {}
