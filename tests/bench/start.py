"""How long the shipped plan takes from a cold start."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bench.environments import Environments
from bench.figures import ROOT, Part
from bench.first_plan import COMMIT, write_first_plan
from bench.measure import Side, ccpolicy
from bench.sampled import shares

START_UP = """\
import click, duckdb, pydantic, yaml

class Model(pydantic.BaseModel):
    number: int

duckdb.connect()
"""
"""What any such program has to do before it can begin."""
IMPORTS = Side([sys.executable, "-c", START_UP])
REPORTS = ("a.sarif", "a.xml", "a.code-quality-report.json", "a.md", "a.csv")


def measure_start(part: Part, _: Environments) -> None:
    """Compare checks of the shipped plan, and of the first, with a process that only starts up."""
    with tempfile.TemporaryDirectory(prefix="ccpolicy-bench-") as name:
        folder = Path(name)
        reports = [text for file in REPORTS for text in ("--report", f"{folder}/{file}")]
        cold = ccpolicy("check", "--no-cache", str(ROOT))
        sides = {
            "imports": IMPORTS,
            "ccpolicy": cold,
            "warm": ccpolicy("check", "--cache", str(ROOT)),
            "five reports": ccpolicy("check", "--no-cache", *reports, str(ROOT)),
        }
        part.compare("shipped", sides, 1)
        part.say("shipped", 1, side="ccpolicy", shares=shares(cold))
        first = str(folder / "first")
        if not write_first_plan(Path(first)):
            part.say("first", 1, skipped=f"this clone lacks the commit {COMMIT}")
            return
        cold = ccpolicy("check", "--no-cache", first)
        warm = ccpolicy("check", "--cache", first)
        part.compare("first", {"imports": IMPORTS, "ccpolicy": cold, "warm": warm}, 1)
        part.say("first", 1, side="ccpolicy", shares=shares(cold))
