"""Measure ccpolicy against the least that could do the same, and say whether the goals are met.

`python -m bench [RECORDS…]`: with numbers of records it takes those instead of 1e6 and 1e7.
"""

from __future__ import annotations

import math
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.controls import measure_controls
from bench.history import measure_history
from bench.provenance import Provenance, measure_edited, measure_growing
from bench.reports import measure_reports
from bench.scale import Scale, measure
from bench.start import measure_start

SIZES = (1_000_000, 10_000_000)
START_RUNS = 15
FEW_CONTROLS, MANY_CONTROLS = 300, 1_000
COMMITS = 500


@dataclass(frozen=True, slots=True)
class Ratio:
    """One line of the table."""

    what: str
    value: float
    goal: float | None = None
    """What the value may be at most."""

    @property
    def met(self) -> bool:
        """Return whether the goal, if there is one, is met."""
        return self.goal is None or self.value <= self.goal


def main(arguments: list[str]) -> int:
    """Print the table; 1 if a goal is missed."""
    sizes = [int(float(argument)) for argument in arguments] or list(SIZES)
    ratios = start() + reports() + controls() + history() + provenance() + growth(sizes)
    print(f"\n{'':<52} {'ratio':>6} {'goal':>6}")
    for ratio in ratios:
        goal = "" if ratio.goal is None else f"{ratio.goal:.1f}"
        print(f"{ratio.what:<52} {ratio.value:>6.2f} {goal:>6}{'' if ratio.met else '  missed'}")
    return int(not all(ratio.met for ratio in ratios))


def start() -> list[Ratio]:
    """Measure a cold `ccpolicy check` of the shipped plan."""
    used = measure_start(START_RUNS)
    ours, least = used["ccpolicy"], used["imports"]
    print(f"shipped plan: ccpolicy {ours.wall:.3f} s, its imports alone {least.wall:.3f} s")
    return [
        Ratio("shipped plan / imports, wall", ours.wall / least.wall, 1.8),
        Ratio("shipped plan / imports, processor time", ours.cpu / least.cpu),
    ]


def controls() -> list[Ratio]:
    """Measure a policy of many controls, and how the time grows with them."""
    with tempfile.TemporaryDirectory(prefix="ccpolicy-bench-") as folder:
        used = measure_controls(Path(folder), (FEW_CONTROLS, MANY_CONTROLS))
    few, many = used[str(FEW_CONTROLS)], used[str(MANY_CONTROLS)]
    exponent = math.log(many.cpu / few.cpu, MANY_CONTROLS / FEW_CONTROLS)
    return [
        Ratio(f"{MANY_CONTROLS:,} controls / imports, CPU", many.cpu / used["imports"].cpu, 12.0),
        Ratio(f"{FEW_CONTROLS} to {MANY_CONTROLS:,} controls, growth exponent", exponent, 1.05),
    ]


def history() -> list[Ratio]:
    """Measure `history` over many commits, for each of them against a check."""
    with tempfile.TemporaryDirectory(prefix="ccpolicy-bench-") as folder:
        used = measure_history(Path(folder) / "centre", COMMITS)
    print(f"history of {COMMITS} commits: {used['history'].wall:.1f} s")
    value = used["history"].wall / COMMITS / used["check"].wall
    return [Ratio(f"history, a commit of {COMMITS} / check, wall", value)]


def provenance() -> list[Ratio]:
    """Measure what git knows of records over 2,000 commits: 100,000 added, and 22,020 edited."""
    folder = Path(tempfile.mkdtemp(prefix="ccpolicy-bench-"))
    try:
        growing = measure_growing(folder / "growing", 100_000, 2_000)
        edited = measure_edited(folder / "edited", 2_000)
    finally:
        shutil.rmtree(folder)
    return [
        *_of_history("provenance", growing, 2.0, 0.1),
        *_of_history("edited", edited, None, None),
    ]


def _of_history(
    name: str, found: Provenance, most: float | None, one_more: float | None
) -> list[Ratio]:
    log, first = found.log, found.first
    return [
        Ratio(f"{name}, first / git log -p, wall", first.wall / log.wall, most),
        Ratio(f"{name}, first / git log -p, CPU", first.cpu / log.cpu),
        Ratio(f"{name}, again / first", found.again.wall / first.wall),
        Ratio(f"{name}, one more commit / first", found.one_more.wall / first.wall, one_more),
    ]


def reports() -> list[Ratio]:
    """Measure what five reports cost beside the verdicts."""
    used = measure_reports(START_RUNS)
    return [Ratio("five reports / none, wall", used["five"].wall / used["none"].wall, 1.5)]


def growth(sizes: list[int]) -> list[Ratio]:
    """Measure generated repositories of growing size."""
    folder = Path(tempfile.mkdtemp(prefix="ccpolicy-bench-"))
    scales: list[Scale] = []
    try:
        for size in sizes:
            scales.append(measure(folder / str(size), size))
            shutil.rmtree(folder / str(size))
    finally:
        shutil.rmtree(folder)
    ratios = []
    for scale in scales:
        name = f"{scale.records:,} records / SQL by hand"
        ours = scale.ours
        ratios.append(Ratio(f"{name}, CPU", ours.cpu / scale.by_hand.cpu, 1.5))
        ratios.append(Ratio(f"{name}, wall", ours.wall / scale.by_hand.wall))
        ratios.append(Ratio(f"{name} that checks, CPU", ours.cpu / scale.checked.cpu, 1.5))
        ratios.append(Ratio(f"{name} that checks, wall", ours.wall / scale.checked.wall))
    first, last = scales[0], scales[-1]
    ratios.append(Ratio(f"{name}, memory", last.ours.memory / last.by_hand.memory, 1.5))
    if last.records > first.records:
        exponent = math.log(last.ours.cpu / first.ours.cpu, last.records / first.records)
        ratios.append(Ratio("CPU, growth exponent", exponent, 1.1))
    return ratios


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
