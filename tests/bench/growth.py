"""How time and memory grow with the records, against the same question asked by hand."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from bench.answers import pose
from bench.environments import Environments
from bench.figures import Part, shortage
from bench.sampled import shares

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
PROFILED = 1_000_000


def measure_growth(part: Part, environments: Environments) -> None:
    """Judge repositories of growing size in every way."""
    polars = environments.python("polars", part)
    for size in SIZES:
        folder = Path(tempfile.mkdtemp(prefix="ccpolicy-bench-"))
        try:
            if lack := shortage(folder, disk=size // 2_000_000, memory=size // 2_000_000):
                part.say("records", size, skipped=lack)
                continue
            question = pose(folder / "centre", size)
            sides = {
                "ccpolicy": question.check(),
                "warm": question.check("warm", "--cache"),
                "sql": question.by_hand("sql"),
                "sql checked": question.by_hand("sql checked", "checked"),
                "python": question.ask("python", environments.own, "plain.py"),
            }
            if polars:
                sides["polars"] = question.ask("polars", polars, "polars_by_hand.py")
            part.compare("records", sides, size)
            question.agree(*(name for name in sides if name not in ("ccpolicy", "warm")))
            cold, warm = ((question.folder / f"{name}.json") for name in ("ccpolicy", "warm"))
            if cold.read_bytes() != warm.read_bytes():
                raise RuntimeError(f"{size:,} records: with the cache another answer")
            if size == PROFILED:
                part.say("records", size, side="ccpolicy", shares=shares(sides["ccpolicy"]))
        finally:
            shutil.rmtree(folder)
