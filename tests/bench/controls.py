"""How processor time grows with the controls of a policy."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.answers import pose
from bench.environments import Environments
from bench.figures import Part
from bench.measure import ccpolicy
from bench.sampled import shares
from bench.start import IMPORTS

RECORDS = 500
COUNTS = (1, 10, 100, 300, 1_000)
_A_FILE = 50
"""Controls in one file."""


def measure_controls(part: Part, _: Environments) -> None:
    """Judge policies of so many controls, and compare with the imports alone."""
    with tempfile.TemporaryDirectory(prefix="ccpolicy-bench-") as name:
        for count in COUNTS:
            folder = Path(name) / str(count)
            _make(folder, count)
            check = ccpolicy("check", "--no-cache", str(folder))
            part.compare("controls", {"ccpolicy": check, "imports": IMPORTS}, count)
        part.say("controls", COUNTS[-1], side="ccpolicy", shares=shares(check))


def _make(folder: Path, count: int) -> None:
    """Make a repository of which each control passes over the work of another technician."""
    pose(folder, RECORDS)
    file = folder / "policy/controls/1.yaml"
    head, _, control = file.read_text("utf-8").partition("\n")
    controls = [
        control.replace("EM-1", f"EM-{number}").replace(
            "'pass'", f"'pass' AND technician <> 'P{number:04}'"
        )
        for number in range(1, count + 1)
    ]
    for first in range(0, count, _A_FILE):
        part = "".join(controls[first : first + _A_FILE])
        file.with_name(f"{first // _A_FILE + 1}.yaml").write_text(f"{head}\n{part}", "utf-8")
