"""The provenance of many records over many commits, against `git log -p` on the same paths."""

from __future__ import annotations

import datetime
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from provenance.conftest import FILES, HEADER

FILES_OF_RECORDS = 20
READ = """
import sys, tempfile, time, duckdb, git, ccpolicy
from pathlib import Path
from ccpolicy.evidence.provenance.read import Asked, read_provenance
repository = ccpolicy.load(sys.argv[1])
root = repository.content.root
with tempfile.TemporaryDirectory() as scratch, duckdb.connect() as connection:
    asked = Asked(root=root, evidence="evidence", policy=["ccpolicy.toml", "policy", "checks"],
                  datasets=repository.datasets, zone=repository.zone, adopted=0,
                  as_of=1800000000000000, signers=root, scratch=Path(scratch))
    begun = time.perf_counter()
    found = read_provenance(asked, connection)
    relation = found.tables["recordings"].relation
    columns = ["ordinal", "dataset", "record", "event", "happened_at", "due_at", "recorded_at"]
    wanted = ", ".join(f"count({each})" for each in columns)
    [(count, *_)] = connection.execute(f'SELECT {wanted} FROM "{relation}"').fetchall()
    taken = time.perf_counter() - begun
print(taken, count)
"""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Seconds that reading took, once the programs' libraries were imported."""

    log: float
    first: float
    again: float
    one_more: float


def measure_provenance(folder: Path, records: int, commits: int) -> Provenance:
    """Make a repository in which every commit adds records, and read it."""
    folder.mkdir(parents=True)
    _git(folder, "init", "--quiet", "--initial-branch=main")
    stream = b"".join(_stream(records, commits))
    subprocess.run(["git", "fast-import", "--quiet"], cwd=folder, input=stream, check=True)
    _git(folder, "reset", "--quiet", "--hard", "main")
    _git(folder, "gc", "--quiet")
    begun = time.perf_counter()
    _git(folder, "log", "-p", "--", "evidence")
    log = time.perf_counter() - begun
    first, again = _read(folder, records), _read(folder, records)
    last = folder / f"evidence/inspections/{FILES_OF_RECORDS - 1:02}.csv"
    last.write_text(last.read_text("utf-8") + "X,PBX-1,2026-11-20T09:00:00Z,\n", "utf-8")
    who = ("-c", "user.name=a", "-c", "user.email=a@centre.example")
    _git(folder, *who, "commit", "--quiet", "--all", "--message=one more")
    return Provenance(log, first, again, _read(folder, records + 1))


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def _read(folder: Path, records: int) -> float:
    command = [sys.executable, "-c", READ, str(folder)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert int(said[1]) == records, said
    return float(said[0])


def _stream(records: int, commits: int) -> Iterator[bytes]:
    begin = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    yield from _commit(begin, {name: text.encode() for name, text in FILES.items()})
    held: dict[str, list[str]] = {}
    for number in range(commits):
        at = begin + datetime.timedelta(hours=3 * (number + 1))
        name = f"evidence/inspections/{number * FILES_OF_RECORDS // commits:02}.csv"
        rows = held.setdefault(name, [HEADER])
        for each in range(records // commits):
            happened = (at - datetime.timedelta(days=1)).isoformat()
            rows.append(f"I{number:05}-{each:04},PBX-{each % 2 + 1},{happened},all fine\n")
        yield from _commit(at, {name: "".join(rows).encode()})


def _commit(at: datetime.datetime, files: dict[str, bytes]) -> Iterator[bytes]:
    who = f"facilities <facilities@centre.example> {int(at.timestamp())} +0000"
    yield f"commit refs/heads/main\ncommitter {who}\ndata 1\nx\n".encode()
    for name, content in files.items():
        yield b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(content), content)
