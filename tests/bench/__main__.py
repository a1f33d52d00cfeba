"""Measure ccpolicy against the least that could do the same: `python -m bench [PART…]`.

The figures of a part replace those that are kept of it. `tools/performance` makes the page of them.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.controls import measure_controls
from bench.environments import Environments
from bench.failing import measure_failing
from bench.figures import ROOT, Part
from bench.formats import measure_formats
from bench.growth import measure_growth
from bench.history import measure_history
from bench.kinds import measure_kinds
from bench.large import measure_large
from bench.peers import measure_peers
from bench.provenance import measure_provenance
from bench.start import measure_start

PARTS: dict[str, Callable[[Part, Environments], None]] = {
    "start": measure_start,
    "growth": measure_growth,
    "kinds": measure_kinds,
    "formats": measure_formats,
    "controls": measure_controls,
    "failing": measure_failing,
    "history": measure_history,
    "peers": measure_peers,
    "provenance": measure_provenance,
    "large": measure_large,
}


def main() -> int:
    """Measure the parts that are asked for, or all; 1 if one could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], metavar="PART")
    parser.add_argument("--runs", type=int, default=5, help="rounds of each comparison, at most")
    parser.add_argument("--seconds", type=float, default=60, help="for each, beyond one round")
    parser.add_argument("--into", type=Path, default=ROOT / "docs/performance")
    parser.add_argument("--venvs", type=Path, help="keep environments of other programs here")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ccpolicy-bench-") as folder:
        # The caches of whoever measures are neither used nor filled.
        os.environ |= {f"XDG_{name}_HOME": f"{folder}/{name}" for name in ("CACHE", "STATE")}
        failed = []
        environments = Environments(asked.venvs or Path(folder) / "venvs")
        for name in asked.parts or PARTS:
            begun = time.perf_counter()
            part = Part(name, asked.runs, asked.seconds)
            try:
                PARTS[name](part, environments)
            except (RuntimeError, subprocess.CalledProcessError) as failure:
                print(f"{name}: {failure}; what is kept of it stays", file=sys.stderr)
                failed.append(name)
            else:
                part.write(asked.into)
            print(f"{name}: {(time.perf_counter() - begun) / 60:.1f} minutes", flush=True)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
