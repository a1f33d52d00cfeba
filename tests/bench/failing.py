"""What many failing subjects cost: of 100,000 assets, some that were not inspected of late."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import duckdb

from bench.answers import pose
from bench.environments import Environments
from bench.figures import Part
from bench.measure import Side, run

RECORDS = 1_275_000
"""Of 100,000 assets."""
COUNTS = (100, 1_000, 10_000, 100_000)


def measure_failing(part: Part, _: Environments) -> None:
    """Judge with growing numbers of assets that fail."""
    folder = Path(tempfile.mkdtemp(prefix="ccpolicy-bench-"))
    try:
        question = pose(folder / "centre", RECORDS)
        for count in COUNTS:
            run(Side([sys.executable, "-m", "bench.failing", str(question.folder), str(count)]))
            sides = {"ccpolicy": question.check(), "sql": question.by_hand("sql")}
            part.compare("failing", sides, count)
            part.say("failing", count, lapses=question.agree("sql"))
    finally:
        shutil.rmtree(folder)


def _neglect(folder: str, count: int) -> None:
    """Leave out the inspections of the first so many assets in the last twelve months."""
    path = f"{folder}/evidence/inspections/inspections.csv"
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(
            f"""
            COPY (SELECT * FROM read_csv('{path}', all_varchar = true)
                  WHERE asset_id > 'A{count:07}' OR performed_at < '2025-11-20'
                  ORDER BY inspection_id)
            TO '{path}.new' (HEADER)
            """
        )
    Path(f"{path}.new").replace(path)


if __name__ == "__main__":
    _neglect(sys.argv[1], int(sys.argv[2]))
