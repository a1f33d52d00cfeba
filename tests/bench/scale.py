"""How processor time and memory grow with the records, against SQL written by hand."""

from __future__ import annotations

import csv
import datetime
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.measure import Usage, compare, run

RUNS = 3
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
BY_HAND = Path(__file__).with_name("by_hand.py")

Lapse = tuple[str, str, str, str, str]
"""Subject, beginning, end, and the records between which it lies; '' for none."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Both sides at one number of records."""

    records: int
    lapses: int
    ours: Usage
    by_hand: Usage

    @property
    def cpu(self) -> float:
        """Return the ratio of processor time."""
        return self.ours.cpu / self.by_hand.cpu

    @property
    def wall(self) -> float:
        """Return the ratio of wall time."""
        return self.ours.wall / self.by_hand.wall

    @property
    def memory(self) -> float:
        """Return the ratio of largest resident memory."""
        return self.ours.memory / self.by_hand.memory


def measure(folder: Path, records: int) -> Scale:
    """Make a repository, judge it both ways, and hold the answers to each other.

    Raises:
        RuntimeError: the answers differ.
    """
    # In a process of its own: a process's largest memory counts from the one that started it.
    run([sys.executable, "-m", "bench.centre", str(folder), str(records)])
    ccpolicy = [sys.executable, "-m", "ccpolicy", "check", "--format", "json", str(folder)]
    window = _window(folder, ccpolicy)
    by_hand = [sys.executable, str(BY_HAND), str(folder), str(folder / "by_hand.csv"), *window]
    used = compare(
        {"ccpolicy": ccpolicy, "by hand": by_hand}, RUNS, {"ccpolicy": folder / "ccpolicy.json"}
    )
    lapses = _lapses(folder / "ccpolicy.json")
    expected = _lapses_by_hand(folder / "by_hand.csv")
    if lapses != expected or not lapses:
        some = sorted(set(lapses) ^ set(expected))[:4]
        raise RuntimeError(f"{len(lapses)} lapses, by hand {len(expected)}; they differ in {some}")
    for name, usage in used.items():
        print(
            f"{records:,} records: {name} {usage.wall:.2f} s, processor time {usage.cpu:.2f} s,"
            f" {usage.memory / 1e6:.0f} MB"
        )
    print(f"{records:,} records: {len(lapses):,} lapses, the same both ways")
    return Scale(records, len(lapses), used["ccpolicy"], used["by hand"])


def _window(folder: Path, command: list[str]) -> tuple[str, str]:
    """Ask which window is judged, so that both sides judge the same."""
    run(command, folder / "ccpolicy.json")
    result = _load(folder / "ccpolicy.json")
    return _micros(result["window"]["starts"]), _micros(result["as_of"])


def _load(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def _micros(text: str) -> str:
    span = datetime.datetime.fromisoformat(text) - EPOCH
    return str(span // datetime.timedelta(microseconds=1))


def _lapses(path: Path) -> list[Lapse]:
    [control] = _load(path)["controls"]
    return sorted(
        (
            lapse["subject"],
            _micros(lapse["starts"]),
            _micros(lapse["ends"]) if lapse["ends"] else "",
            _record(lapse["opened_by"]),
            _record(lapse["closed_by"]),
        )
        for lapse in control["lapses"]
    )


def _record(locator: str | None) -> str:
    """Return `<dataset>:<line>` of a locator."""
    return Path(locator).stem + Path(locator).suffix.removeprefix(".csv") if locator else ""


def _lapses_by_hand(path: Path) -> list[Lapse]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return sorted(
        (row["asset_id"], row["starts"], row["ends"], row["opened_by"], row["closed_by"])
        for row in rows
    )
