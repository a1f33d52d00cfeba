"""How processor time grows with the controls of a policy."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.centre import make
from bench.measure import Usage, compare
from bench.start import START_UP

RECORDS = 500
RUNS = 3
_A_FILE = 50
"""Controls in one file."""


def measure_controls(folder: Path, counts: tuple[int, ...]) -> dict[str, Usage]:
    """Judge policies of so many controls; the imports alone are there as `imports`."""
    commands = {"imports": [sys.executable, "-c", START_UP]}
    for count in counts:
        _make(folder / str(count), count)
        command = [sys.executable, "-m", "ccpolicy", "check", "--format", "json"]
        commands[str(count)] = [*command, str(folder / str(count))]
    return compare(commands, RUNS)


def _make(folder: Path, count: int) -> None:
    """Make a repository of which each control passes over the work of another technician."""
    make(folder, RECORDS)
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
