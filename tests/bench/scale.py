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
SQL = Path(__file__).with_name("by_hand.py")
BY_HAND = {"by hand": [], "by hand, checked": ["checked"]}
"""How it is called."""

Lapse = tuple[str, str, str, str, str]
"""Subject, beginning, end, and the records between which it lies; '' for none."""


@dataclass(frozen=True, slots=True)
class Scale:
    """All sides at one number of records."""

    records: int
    lapses: int
    ours: Usage
    by_hand: Usage
    """SQL that checks nothing."""
    checked: Usage
    """SQL that checks what ccpolicy does."""


def measure(folder: Path, records: int) -> Scale:
    """Make a repository, judge it every way, and hold the answers to each other.

    Raises:
        RuntimeError: the answers differ.
    """
    # In a process of its own: a process's largest memory counts from the one that started it.
    run([sys.executable, "-m", "bench.centre", str(folder), str(records)])
    ccpolicy = [sys.executable, "-m", "ccpolicy", "check", "--format", "json", str(folder)]
    window = _window(folder, ccpolicy)
    commands = {"ccpolicy": ccpolicy}
    for way, more in BY_HAND.items():
        output = str(folder / f"{way}.csv")
        commands[way] = [sys.executable, str(SQL), str(folder), output, *window, *more]
    used = compare(commands, RUNS, {"ccpolicy": folder / "ccpolicy.json"})
    lapses = _lapses(folder / "ccpolicy.json")
    for way in BY_HAND:
        expected = _lapses_by_hand(folder / f"{way}.csv")
        if lapses != expected or not lapses:
            some = sorted(set(lapses) ^ set(expected))[:4]
            raise RuntimeError(
                f"{len(lapses)} lapses, {way} {len(expected)}; they differ in {some}"
            )
    for name, usage in used.items():
        print(
            f"{records:,} records: {name} {usage.wall:.2f} s, processor time {usage.cpu:.2f} s,"
            f" {usage.memory / 1e6:.0f} MB"
        )
    print(f"{records:,} records: {len(lapses):,} lapses, the same every way")
    return Scale(records, len(lapses), *used.values())


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
