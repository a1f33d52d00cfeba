"""`python -m mutants`: draw changes, try them, write what came of it.

    python -m mutants measure          which tests run which line, to build/mutants/lines.json
    python -m mutants run --count 500  try so many changes, drawn by seed and spread over the rooms

`run` goes on where it was stopped. It ends with 1 if a change survived that `equivalent.yaml` does
not explain.
"""

from __future__ import annotations

import argparse
import ast
import itertools
import json
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from . import coverage_plugin
from .mutant import Mutant
from .python_source import mutate_python
from .sql_text import is_well_formed, mutate_query
from .trial import SQL_TESTS, TestChoice, Workshop

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build/mutants"
LINES = BUILD / "lines.json"
REPORT = ROOT / "docs/reliability/mutants.json"
EQUIVALENT = Path(__file__).parent / "equivalent.yaml"
ROOMS: dict[str, tuple[str, ...]] = {
    "kinds": ("checks/*.sql",),
    "engine SQL": ("src/ccpolicy/engine/sql/*.sql",),
    "engine": ("src/ccpolicy/engine/*.py",),
    "time": ("src/ccpolicy/time/*.py",),
    "gate": ("src/ccpolicy/assessment/*.py",),
    "diff": ("src/ccpolicy/policy/diff/*.py", "src/ccpolicy/checks/strictness.py"),
    "validation": ("src/ccpolicy/evidence/*.py", "src/ccpolicy/policy/record_schema.py"),
    "references": (
        *("src/ccpolicy/evidence/references.py", "src/ccpolicy/evidence/reference_sql.py"),
        "src/ccpolicy/policy/references.py",
    ),
    "locking": (
        "src/ccpolicy/store/*.py",
        "src/ccpolicy/checks/*_guard.py",
        "src/ccpolicy/checks/sql_*.py",
    ),
}
TESTS = (
    *("tests/time", "tests/assessment", "tests/checks", "tests/engine", "tests/policy"),
    *("tests/store", "tests/evidence", "tests/provenance", "tests/oracle/test_examples.py"),
    *("tests/cli/test_hints.py", "tests/reports/test_agenda.py", "tests/reports/test_attested.py"),
    *("tests/oracle/test_engine.py::test_batch[0]", "tests/oracle/test_engine.py::test_batch[1]"),
)
LIMIT = 10.0
"""CPU seconds of measured tests for one change, besides the worlds."""
MORE = 10
"""How many times as long a change is tried that survives at first."""


def mutants(room: str) -> Iterator[Mutant]:
    """Yield all changes of a room, file by file."""
    for pattern in ROOMS[room]:
        for path in sorted(ROOT.glob(pattern)):
            text = path.read_text("utf-8")
            mutate = mutate_python if path.suffix == ".py" else mutate_query
            yield from mutate(path.relative_to(ROOT).as_posix(), text)


def draw(count: int, seed: int, only: str = "") -> list[tuple[str, Mutant]]:
    """Draw changes: as many from each room, and all of a room that has fewer."""
    drawn: list[tuple[str, Mutant]] = []
    rooms = {room: [each for each in mutants(room) if only in each.name] for room in ROOMS}
    # The smallest rooms first: what they lack is drawn from the others.
    by_size = sorted(rooms, key=lambda room: len(rooms[room]))
    for left, room in zip(range(len(rooms), 0, -1), by_size, strict=True):
        many = (count - len(drawn)) // left
        shuffled = random.Random(f"{seed} {room}").sample(rooms[room], len(rooms[room]))  # noqa: S311
        drawn += [(room, each) for each in itertools.islice(filter(_is_viable, shuffled), many)]
    random.Random(seed).shuffle(drawn)  # noqa: S311
    return drawn


def _is_viable(mutant: Mutant) -> bool:
    """Say whether a change leaves its file well formed: what does not is no change of meaning."""
    text = mutant.apply((ROOT / mutant.path).read_text("utf-8"))
    if mutant.path.endswith(".sql"):
        return is_well_formed(text)
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def measure(_: argparse.Namespace) -> int:
    """Run the tests once, unchanged."""
    BUILD.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "mutants.coverage_plugin"]
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT / "tools")])
    env = {**os.environ, "PYTHONPATH": path, coverage_plugin.TARGET: str(LINES)}
    return subprocess.run([*command, *TESTS], cwd=ROOT, env=env, check=False).returncode


def run(arguments: argparse.Namespace) -> int:
    """Try changes, and write the report after each."""
    drawn = draw(arguments.count, arguments.seed, arguments.only)
    report = Report.read(arguments.report)
    known = report.found.keys() - (report.unexplained() if arguments.again else [])
    todo = [(room, each) for room, each in drawn if each.name not in known]
    jobs = max(1, min(arguments.jobs, len(todo)))
    parts = [(todo[index::jobs], arguments.limit) for index in range(jobs)]
    results: multiprocessing.Queue[Any] = multiprocessing.Queue()
    workers = [
        multiprocessing.Process(target=_work, args=(*part, results), daemon=True) for part in parts
    ]
    for worker in workers:
        worker.start()
    for number in range(1, len(todo) + 1):
        result = results.get()
        if isinstance(result, str):
            print(result, file=sys.stderr)
            return 2
        report.add(result)
        report.write(arguments.report)
        print(
            f"{number}/{len(todo)} {result['outcome']:8} {result['seconds']:5.0f}s "
            f"{result['operator']}: {result['mutant']}",
            flush=True,
        )
    for worker in workers:
        worker.join()
    unexplained = report.unexplained()
    print(report.summary())
    for name in unexplained:
        print(f"survived: {name}")
    return 1 if unexplained else 0


def _work(todo: list[tuple[str, Mutant]], limit: float, results: Any) -> None:
    try:
        _try_all(todo, limit, results)
    except Exception:  # noqa: BLE001 - whoever waits for results must hear of it
        results.put(traceback.format_exc())


def _try_all(todo: list[tuple[str, Mutant]], limit: float, results: Any) -> None:
    choice = TestChoice.read(LINES)
    with tempfile.TemporaryDirectory() as folder:
        workshop = Workshop.make(ROOT, Path(folder) / "checkout")
        workshop.check([SQL_TESTS[0], "tests/assessment"])
        for room, mutant in todo:
            started = time.monotonic()
            tests = choice.tests(mutant, limit)
            seconds = sum(choice.seconds.get(each, 3) for each in tests)
            outcome = workshop.try_out(mutant, tests, seconds)
            more = [each for each in choice.tests(mutant, MORE * limit) if each not in tests]
            if outcome == "survived" and more:
                tests += more
                seconds = sum(choice.seconds.get(each, 3) for each in more)
                outcome = workshop.try_out(mutant, more, seconds)
            results.put(
                {
                    "mutant": mutant.name,
                    "line": mutant.line,
                    "room": room,
                    "operator": mutant.operator,
                    "outcome": outcome,
                    "tests": len(tests),
                    "seconds": round(time.monotonic() - started, 1),
                }
            )


class Report:
    """What came of each change that was tried."""

    def __init__(self, found: dict[str, dict[str, Any]]) -> None:
        self.found = found
        explained = yaml.safe_load(EQUIVALENT.read_text("utf-8")) if EQUIVALENT.exists() else {}
        self.equivalent: dict[str, str] = explained or {}

    @classmethod
    def read(cls, path: Path) -> Report:
        """Read what earlier runs found, if there were any."""
        known = json.loads(path.read_text("utf-8"))["mutants"] if path.exists() else []
        return cls({each["mutant"]: each for each in known})

    def add(self, result: dict[str, Any]) -> None:
        """Take a result; it replaces an earlier one."""
        self.found[result["mutant"]] = result

    def unexplained(self) -> list[str]:
        """List the changes that no test noticed though somebody could."""
        return sorted(
            name
            for name, each in self.found.items()
            if each["outcome"] in ("survived", "not run") and name not in self.equivalent
        )

    def rooms(self) -> dict[str, dict[str, int]]:
        """Count outcomes for each room; those explained are counted as equivalent."""
        counts: dict[str, Counter[str]] = {room: Counter() for room in ROOMS}
        for name, each in self.found.items():
            outcome = each["outcome"]
            if outcome in ("survived", "not run") and name in self.equivalent:
                outcome = "equivalent"
            counts[each["room"]][outcome] += 1
        return {room: dict(sorted(count.items())) for room, count in counts.items()}

    def summary(self) -> str:
        """Tell the counts, a room a line."""
        return "\n".join(f"{room}: {counts}" for room, counts in self.rooms().items())

    def write(self, path: Path) -> None:
        """Write the report."""
        path.parent.mkdir(parents=True, exist_ok=True)
        content = {
            "rooms": self.rooms(),
            "unexplained": self.unexplained(),
            "mutants": [self.found[name] for name in sorted(self.found)],
        }
        text = json.dumps(content, ensure_ascii=False, indent=1)
        path.write_text(text + "\n", "utf-8")


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="mutants", description=__doc__)
    commands = parser.add_subparsers(required=True)
    commands.add_parser("measure").set_defaults(call=measure)
    trial = commands.add_parser("run")
    trial.add_argument("--count", type=int, default=500)
    trial.add_argument("--seed", type=int, default=1)
    trial.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    trial.add_argument("--limit", type=float, default=LIMIT)
    trial.add_argument("--only", default="", help="part of a change's name")
    trial.add_argument("--again", action="store_true", help="also those that survived before")
    trial.add_argument("--report", type=Path, default=REPORT)
    trial.set_defaults(call=run)
    arguments = parser.parse_args()
    result: int = arguments.call(arguments)
    return result


if __name__ == "__main__":
    sys.exit(main())
