"""The provenance of many records over many commits, against `git log -p` on the same paths."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from bench.environments import Environments
from bench.figures import Part
from bench.filed import FILES_OF_RECORDS, Edited, growing
from bench.measure import Side, Usage, run

RECORDS, COMMITS = 100_000, 2_000
READ = """
import os, sys, tempfile, time, git, ccpolicy
from pathlib import Path
from ccpolicy.provenance.read import ProvenanceRequest, read_provenance
from ccpolicy.store import open_store
from ccpolicy.time.calendar import Calendar
repository = ccpolicy.load(sys.argv[1])
root = repository.policy.root
with tempfile.TemporaryDirectory() as scratch, open_store() as store:
    asked = ProvenanceRequest(
        root=root, evidence="evidence", policy=["ccpolicy.toml", "policy", "checks"],
        datasets=repository.datasets, adopted=0,
        calendar=Calendar(repository.zone),
        as_of=1800000000000000, signers=root, scratch=Path(scratch))
    before, begun = os.times(), time.perf_counter()
    found = read_provenance(asked, store)
    relation = found.tables["recordings"].relation
    columns = ["ordinal", "dataset", "record", "event", "happened_at", "due_at", "recorded_at"]
    wanted = ", ".join(f"count({each})" for each in columns)
    [(count, *_)] = store.ask(f'SELECT {wanted} FROM "{relation}"')
    taken = time.perf_counter() - begun
    used = [after - ago for after, ago in zip(os.times()[:4], before[:4])]
print(taken, sum(used), count)
"""


def measure_provenance(part: Part, _: Environments) -> None:
    """Measure what git knows of records over 2,000 commits.

    In one history every commit adds records at the end of a file, 100,000 in all. In the other
    files are edited in the middle, there are many small ones, and merges.
    """
    edited = Edited(COMMITS)
    histories: dict[str, Iterable[bytes]] = {"added": growing(RECORDS, COMMITS), "edited": edited}
    for case, history in histories.items():
        folder = Path(tempfile.mkdtemp(prefix="ccpolicy-bench-"))
        try:
            _make(folder / "centre", history)
            records = edited.records if history is edited else RECORDS
            used = _measure(folder / "centre", records, part.most_runs)
            part.keep(case, used, COMMITS)
        finally:
            shutil.rmtree(folder)


def _make(folder: Path, stream: Iterable[bytes]) -> None:
    folder.mkdir(parents=True)
    _git(folder, "init", "--quiet", "--initial-branch=main")
    command = ["git", "fast-import", "--quiet"]
    subprocess.run(command, cwd=folder, input=b"".join(stream), check=True)
    _git(folder, "reset", "--quiet", "--hard", "main")
    _git(folder, "gc", "--quiet")
    last = folder / f"evidence/inspections/{FILES_OF_RECORDS - 1:02}.csv"
    last.write_text(last.read_text("utf-8") + "X,PBX-1,2026-11-20T09:00:00Z,\n", "utf-8")
    who = ("-c", "user.name=a", "-c", "user.email=a@centre.example")
    _git(folder, *who, "commit", "--quiet", "--all", "--message=one more")
    _git(folder, "branch", "more")


def _measure(folder: Path, records: int, runs: int) -> dict[str, list[Usage]]:
    """Read in turn, so that other load falls on all alike."""
    log = Side(["git", "-C", str(folder), "log", "-p", "--", "evidence"])
    used: dict[str, list[Usage]] = {name: [] for name in ("git log", "first", "again", "one more")}
    for _ in range(runs):
        _git(folder, "reset", "--quiet", "--hard", "more~1")
        shutil.rmtree(folder / ".git/ccpolicy", ignore_errors=True)
        used["git log"].append(run(log))
        used["first"].append(_read(folder, records))
        used["again"].append(_read(folder, records))
        _git(folder, "reset", "--quiet", "--hard", "more")
        used["one more"].append(_read(folder, records + 1))
    return used


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def _read(folder: Path, records: int) -> Usage:
    """Measure reading alone, without the import of libraries."""
    command = [sys.executable, "-c", READ, str(folder)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    if int(said[2]) != records:
        raise RuntimeError(f"{folder}: {said[2]} records, not {records}")
    return Usage(float(said[0]), float(said[1]), 0)
