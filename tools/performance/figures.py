"""The figures in docs/performance/, and what follows from them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

Case = tuple[str, str, int]
"""Part, case and size."""


@dataclass(frozen=True, slots=True)
class Runs:
    """What each run of a side used."""

    wall: Sequence[float]
    """Seconds."""
    cpu: Sequence[float]
    """Seconds of processor time."""
    memory: Sequence[float] = ()
    """Bytes; empty where nothing is known of it."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A value, and the least and greatest of the runs."""

    value: float
    least: float
    most: float
    runs: int


@dataclass(slots=True)
class Figures:
    """All that is kept."""

    heads: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Part → when, where and with what it was measured."""
    runs: dict[Case, dict[str, Runs]] = field(default_factory=dict)
    """Case → side → runs, in the order in which they were measured."""
    facts: dict[Case, dict[str, Any]] = field(default_factory=dict)
    """Case → what else is known of it."""

    def sizes(self, part: str, case: str) -> list[int]:
        """Return the sizes of a case that were measured."""
        return sorted(size for p, c, size in self.runs if (p, c) == (part, case))

    def cases(self, part: str) -> list[Case]:
        """Return the cases of a part, in the order in which they were measured."""
        return [case for case in self.runs if case[0] == part]

    def ratio(self, case: Case, side: str, other: str, what: str = "cpu") -> Measured | None:
        """Compare two sides of a case, round by round."""
        sides = self.runs.get(case, {})
        if side not in sides or other not in sides:
            return None
        pairs = zip(getattr(sides[side], what), getattr(sides[other], what), strict=True)
        return _measured([first / second for first, second in pairs])

    def each(
        self, case: Case, side: str, take: Callable[[Runs], Sequence[float]]
    ) -> Measured | None:
        """Return a quantity of a side."""
        sides = self.runs.get(case, {})
        values = take(sides[side]) if side in sides else ()
        return _measured(values) if values else None


def middle(values: Sequence[float]) -> float | None:
    """Return the median, if there is any."""
    return median(values) if values else None


def _measured(values: Sequence[float]) -> Measured | None:
    if not values:
        return None
    return Measured(median(values), min(values), max(values), len(values))


def load(folder: Path) -> Figures:
    """Read what is kept in a folder."""
    figures = Figures()
    for path in sorted(folder.glob("*.jsonl")):
        head, *lines = _lines(path)
        figures.heads[path.stem] = head
        for line in lines:
            case = (path.stem, line.pop("case"), line.pop("size"))
            if "wall" in line:
                runs = Runs(line["wall"], line["cpu"], line.get("memory", ()))
                figures.runs.setdefault(case, {})[line["side"]] = runs
            else:
                figures.facts.setdefault(case, {}).update(line)
    return figures


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text("utf-8").splitlines():
        yield json.loads(line)
