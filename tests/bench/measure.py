"""Run processes and measure what each used."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    # Both sides start from compiled modules, as an installed program does.
    if name not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH")
}
_MAXRSS = 1 if sys.platform == "darwin" else 1024
"""Bytes in one unit of `ru_maxrss`."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process used."""

    wall: float
    """Seconds from start to end."""
    cpu: float
    """Seconds of processor time, user and system."""
    memory: float
    """Largest resident memory, in bytes."""


def run(command: Sequence[str], output: Path | None = None) -> Usage:
    """Run a process to its end.

    Raises:
        RuntimeError: it failed.
    """
    begun = time.perf_counter()
    with (output or Path(os.devnull)).open("wb") as file:
        process = subprocess.Popen(command, stdout=file, env=_ENVIRONMENT)
        # Not process.wait(), since only wait4 tells what this one process used.
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise RuntimeError(f"exit code {process.returncode}: {' '.join(command)}")
    return Usage(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * _MAXRSS)


def compare(
    commands: Mapping[str, Sequence[str]], runs: int, outputs: Mapping[str, Path] | None = None
) -> dict[str, Usage]:
    """Run the processes in turn, so that other load falls on all alike; return medians."""
    outputs = outputs or {}
    used: dict[str, list[Usage]] = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, command in commands.items():
            usage = run(command, outputs.get(name))
            if number:  # the first run compiles modules and warms the file cache
                used[name].append(usage)
    return {name: median(found) for name, found in used.items()}


def median(found: Sequence[Usage]) -> Usage:
    """Return the median of each quantity."""
    return Usage(
        statistics.median(usage.wall for usage in found),
        statistics.median(usage.cpu for usage in found),
        statistics.median(usage.memory for usage in found),
    )
