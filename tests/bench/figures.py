"""The figures of one part of the bench, kept as lines of JSON: docs/performance/PART.jsonl.

The first line says when, where and with what it was measured. Each other line is one side of a
case, with what each of its runs used; or a case that was left out, and why; or shares of the time.
"""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.measure import Side, Usage, compare, own_memory

ROOT = Path(__file__).parents[2]
GIB = 1 << 30
LIBRARIES = ("duckdb", "pydantic", "pyyaml", "click", "python-calamine")


@dataclass(slots=True)
class Part:
    """The figures of a part while it is measured."""

    name: str
    most_runs: int
    """Rounds of a comparison at most."""
    seconds: float
    """How long a comparison may take, if one round of it is not longer."""
    lines: list[dict[str, object]] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    """Of what is not among the project's own libraries."""
    load: float = field(default_factory=lambda: os.getloadavg()[0])
    """Processes that wanted to run when the part began."""

    def compare(
        self, case: str, sides: Mapping[str, Side], size: int, runs: int | None = None
    ) -> None:
        """Measure the sides of a case in turn, and keep what each used."""
        most = min(self.most_runs, runs or self.most_runs)
        self.keep(case, compare(sides, most, self.seconds), size)

    def keep(self, case: str, used: Mapping[str, Sequence[Usage]], size: int) -> None:
        """Keep what the sides of a case used."""
        for side, runs in used.items():
            wall, cpu = ([round(getattr(run, name), 4) for run in runs] for name in ("wall", "cpu"))
            # What the kernel says of a process includes what the one that started it once had.
            memory = [round(run.memory) for run in runs if run.memory > 1.1 * own_memory()]
            self.lines.append(
                {"case": case, "size": size, "side": side, "wall": wall, "cpu": cpu}
                | ({"memory": memory} if memory else {})
            )
            print(
                f"{self.name}: {case} {size:,}: {side}: {median(wall):.2f} s,"
                f" CPU {median(cpu):.2f} s, {median(memory or [0]) / 1e6:.0f} MB, {len(wall)} runs",
                flush=True,
            )

    def say(self, case: str, size: int, **facts: object) -> None:
        """Keep facts about a case, such as why it was left out or where its time goes."""
        self.lines.append({"case": case, "size": size, **facts})
        print(f"{self.name}: {case} {size:,}: {facts}", flush=True)

    def write(self, folder: Path) -> None:
        """Replace the part's file."""
        folder.mkdir(parents=True, exist_ok=True)
        head = {
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "machine": machine(),
            "load": [round(self.load, 1), round(os.getloadavg()[0], 1)],
            "commit": _commit(),
            "versions": {
                "python": platform.python_version(),
                **{each: importlib.metadata.version(each) for each in LIBRARIES},
                **self.versions,
            },
        }
        text = "".join(json.dumps(line) + "\n" for line in (head, *self.lines))
        new = folder / f".{self.name}.new"
        new.write_text(text, "utf-8")
        new.replace(folder / f"{self.name}.jsonl")


def machine() -> str:
    """Describe the machine: cores, memory, system."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} × {platform.machine()}, {_memory():.0f} GiB, {platform.system()}"


def shortage(folder: Path, disk: int, memory: int) -> str | None:
    """Say what the machine lacks of so many GiB of disk, where the folder is, and of memory."""
    free = shutil.disk_usage(folder).free / GIB
    if free < disk:
        return f"{free:.1f} GiB of the disk are free, {disk} are needed"
    if _memory() < memory:
        return f"the machine has {_memory():.1f} GiB of memory, {memory} are needed"
    return None


def _memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB


def _commit() -> str:
    command = ["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
