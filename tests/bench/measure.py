"""Run processes and measure what each used."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_MAXRSS = 1 if sys.platform == "darwin" else 1024
"""Bytes in one unit of `ru_maxrss`."""
Prepare = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process used."""

    wall: float
    """Seconds from start to end."""
    cpu: float
    """Seconds of processor time, user and system, with those of the processes it waited for."""
    memory: float
    """Largest resident memory, in bytes."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the processes that are compared."""

    command: Sequence[str]
    output: Path | None = None
    """The file that takes what it prints."""
    prepare: Prepare | None = None
    """Called before each run, and not measured."""
    environment: Mapping[str, str] = field(default_factory=dict)
    exit_codes: tuple[int, ...] = (0,)
    keeps_something: bool = False
    """Whether a run leaves behind what the next one takes, so that the first does not count."""


def ccpolicy(*arguments: str, output: Path | None = None, prepare: Prepare | None = None) -> Side:
    """Return a run of ccpolicy, whose gate may fail."""
    command = [sys.executable, "-m", "ccpolicy", *arguments]
    return Side(command, output, prepare, exit_codes=(0, 1))


def own_memory() -> float:
    """Return the largest resident memory of this process, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS


def run(side: Side) -> Usage:
    """Run a process to its end.

    Raises:
        RuntimeError: it failed.
    """
    if side.prepare:
        side.prepare()
    # All sides start from compiled modules, as an installed program does.
    left_out = {"PYTHONDONTWRITEBYTECODE"}
    if side.command[0] != sys.executable:
        left_out.add("PYTHONPATH")  # the path of this environment is none for another
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    begun = time.perf_counter()
    with (
        (side.output or Path(os.devnull)).open("wb") as file,
        tempfile.TemporaryFile() as errors,
    ):
        process = subprocess.Popen(
            side.command, stdout=file, stderr=errors, env={**environment, **side.environment}
        )
        # Not process.wait(), since only wait4 tells what this one process used.
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in side.exit_codes:
            errors.seek(0)
            said = errors.read().decode("utf-8", "replace")[-300:]
            raise RuntimeError(f"exit code {process.returncode}: {' '.join(side.command)}: {said}")
    return Usage(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * _MAXRSS)


def compare(sides: Mapping[str, Side], runs: int, seconds: float) -> dict[str, list[Usage]]:
    """Run the processes in turn, so that other load falls on all alike.

    There are so many rounds, or as many as end within the seconds; one at least.
    """
    for side in sides.values():
        if side.keeps_something:
            run(side)
    begun = time.perf_counter()
    used = {name: [run(side)] for name, side in sides.items()}
    first = time.perf_counter() - begun
    if first < seconds / 2:  # it compiled modules and warmed the file cache, so it does not count
        used = {name: [] for name in sides}
    while len(next(iter(used.values()))) < runs and (
        not all(used.values()) or time.perf_counter() - begun + first < seconds
    ):
        for name, side in sides.items():
            used[name].append(run(side))
    return used
