"""As many records as one machine judges, within a limit of memory; each is run once."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from bench.answers import pose
from bench.environments import Environments
from bench.figures import GIB, Part, shortage

CASES = {
    # Records, gibibytes of memory that the process may hold, mebibytes for the database alone,
    # and gibibytes of the disk that are needed meanwhile.
    "csv": (10_000_000, 1, 500, 6),
    "parquet": (100_000_000, 2, 1_100, 40),
}


def measure_large(part: Part, _: Environments) -> None:
    """Judge 1e7 records of CSV and 1e8 of Parquet with little memory."""
    for suffix, (size, memory, database, disk) in CASES.items():
        folder = Path(tempfile.mkdtemp(prefix="ccpolicy-bench-"))
        try:
            if lack := shortage(folder, disk, 2 * memory):
                part.say(suffix, size, skipped=lack)
                continue
            rows = f"rows = {10 * size}, cells = {100 * size}"
            limits = f"limits = {{ seconds = 7200, memory = {database}, {rows} }}"
            question = pose(folder / "centre", size, suffix, limits)
            try:
                sides = {"ccpolicy": question.check(), "sql": question.by_hand("sql")}
                part.compare(suffix, sides, size, 1)
                part.say(suffix, size, lapses=question.agree("sql"), allowed=memory * GIB)
            except RuntimeError as failure:
                part.say(suffix, size, failed=str(failure)[:300])
        finally:
            shutil.rmtree(folder)
