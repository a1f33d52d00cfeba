"""How long the shipped plan takes from a cold start."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.measure import Usage, compare

START_UP = """\
import click, duckdb, pydantic, yaml

class Model(pydantic.BaseModel):
    number: int

duckdb.connect()
"""
"""What any such program has to do before it can begin."""

ROOT = Path(__file__).parents[2]


def measure_start(runs: int) -> dict[str, Usage]:
    """Compare `ccpolicy check` with a process that only starts up."""
    ccpolicy = [sys.executable, "-m", "ccpolicy", "check", "--format", "json", str(ROOT)]
    return compare({"ccpolicy": ccpolicy, "imports": [sys.executable, "-c", START_UP]}, runs)
