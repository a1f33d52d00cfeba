"""Ask every side the same question, and hold the answers to each other."""

from __future__ import annotations

import csv
import datetime
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.centre import AS_OF
from bench.measure import Side, ccpolicy, run

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
HERE = Path(__file__).parent

Lapse = tuple[str, str, str, str, str]
"""Subject, beginning, end, and the records between which it lies; '' for none."""


@dataclass(frozen=True, slots=True)
class Question:
    """A repository of `bench.centre`, and the window that is judged in it."""

    folder: Path
    suffix: str
    starts: str
    as_of: str

    def check(self, name: str = "ccpolicy", *options: str) -> Side:
        """Ask ccpolicy."""
        asked = ("check", "--format", "json", *(options or ["--no-cache"]), str(self.folder))
        return ccpolicy(*asked, output=self.folder / f"{name}.json")

    def by_hand(self, name: str, *checked: str) -> Side:
        """Ask SQL by hand, which checks what ccpolicy does if that is said."""
        return self.ask(name, sys.executable, "by_hand.py", self.suffix, *checked)

    def ask(self, name: str, python: str, script: str, *more: str) -> Side:
        """Ask a script of this folder that writes `<name>.csv`."""
        output = str(self.folder / f"{name}.csv")
        return Side(
            [python, str(HERE / script), str(self.folder), output, self.starts, self.as_of, *more]
        )

    def counts(self, name: str) -> bool:
        """Return whether that side only counts the lapses."""
        with (self.folder / f"{name}.csv").open(encoding="utf-8") as file:
            return file.readline().strip() == "count"

    def agree(self, *names: str) -> int:
        """Return the number of lapses that all these sides found.

        Raises:
            RuntimeError: their answers differ, or there is none.
        """
        expected = _lapses(self.folder / "ccpolicy.json")
        if not expected:
            raise RuntimeError("there is no lapse, so nothing was compared")
        for name in names:
            found = _lapses_by_hand(self.folder / f"{name}.csv")
            if self.counts(name) and found == [(str(len(expected)),)]:
                continue
            # Of several files in Parquet, SQL by hand does not number the rows.
            columns = 3 if self.suffix == "parquet" else len(expected[0])
            columns = min(columns, *map(len, found)) if found else columns
            found = [lapse[:columns] for lapse in found]
            if found != [lapse[:columns] for lapse in expected]:
                some = sorted({*found} ^ {lapse[:columns] for lapse in expected})[:4]
                raise RuntimeError(
                    f"{len(expected)} lapses, {name} {len(found)}; they differ in {some}"
                )
        return len(expected)


def pose(folder: Path, records: int, suffix: str = "csv", *settings: str) -> Question:
    """Make a repository, with some settings."""
    # In a process of its own: a process's largest memory counts from the one that started it.
    run(Side([sys.executable, "-m", "bench.centre", str(folder), str(records), suffix]))
    with (folder / "ccpolicy.toml").open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in settings)
    starts = AS_OF.replace("2026", "2025")  # by default the twelve months before are judged
    return Question(folder, suffix, _micros(starts), _micros(AS_OF))


def _load(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def _micros(text: str) -> str:
    span = datetime.datetime.fromisoformat(text) - EPOCH
    return str(span // datetime.timedelta(microseconds=1))


def _lapses(path: Path) -> list[Lapse]:
    result = _load(path)
    [control] = result["controls"]
    if control["problems"] or result["problems"]:
        raise RuntimeError(f"{path}: {control['problems'] or result['problems']}")
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
    """Return `<file>:<line>` of a locator."""
    path, _, line = (locator or "").rpartition(":")
    return f"{Path(path).stem}:{line}" if locator else ""


def _lapses_by_hand(path: Path) -> list[tuple[str, ...]]:
    with path.open(encoding="utf-8", newline="") as file:
        return sorted(tuple(row.values()) for row in csv.DictReader(file))
