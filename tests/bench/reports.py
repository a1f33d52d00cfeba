"""What reports cost beside the verdicts."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bench.measure import Usage, compare

ROOT = Path(__file__).parents[2]
REPORTS = ("a.sarif", "a.xml", "a.code-quality-report.json", "a.md", "a.csv")


def measure_reports(runs: int) -> dict[str, Usage]:
    """Compare `ccpolicy check` with five reports to one with none."""
    none = [sys.executable, "-m", "ccpolicy", "check", str(ROOT)]
    with tempfile.TemporaryDirectory(prefix="ccpolicy-bench-") as folder:
        five = [*none, *(part for name in REPORTS for part in ("--report", f"{folder}/{name}"))]
        return compare({"none": none, "five": five}, runs)
