"""The same question to other programs, as each one's documentation advises.

Each module `ask_*` runs in an environment of its own, as `python ask_NAME.py FOLDER OUTPUT START
AS_OF`. It writes the lapses that the program names (asset, beginning, end), or how many it counts.
What a program answers less than ccpolicy, `tools/performance` says.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from bench.answers import HERE, Question, pose
from bench.environments import Environments
from bench.figures import Part
from bench.measure import Side, run

PEERS = {
    "soda": "soda-core-duckdb",
    "dbt": "dbt-duckdb",
    "great_expectations": "great_expectations",
    # The bindings of regorus itself are not on PyPI; this is a fork's build of them.
    "regorus": "gordon-to-regorus",
    "auditree": "auditree-framework",
}
"""Peer → the package that has it."""
SMALL, LARGE = 10_000, 1_000_000


def measure_peers(part: Part, environments: Environments) -> None:
    """Ask every peer that can be installed about few records, and then about many."""
    pythons = {name: environments.python(package, part) for name, package in PEERS.items()}
    names = {name: python for name, python in pythons.items() if python}
    folder = Path(tempfile.mkdtemp(prefix="ccpolicy-bench-"))
    try:
        small = pose(folder / "small", SMALL)
        run(small.check())
        for name, python in list(names.items()):
            try:
                run(_ask(small, name, python))
                small.agree(name)
            except RuntimeError as failure:
                part.say(name, SMALL, failed=str(failure)[-300:])
                del names[name]
        for question, size in ((small, SMALL), (pose(folder / "large", LARGE), LARGE)):
            sides = {name: _ask(question, name, python) for name, python in names.items()}
            sides = {"ccpolicy": question.check(), "sql": question.by_hand("sql"), **sides}
            part.compare("peers", sides, size)
            part.say("peers", size, lapses=question.agree(*(set(sides) - {"ccpolicy"})))
        counting = [name for name in names if small.counts(name)]
        part.say("peers", SMALL, only_count=counting)
    finally:
        shutil.rmtree(folder)


def _ask(question: Question, name: str, python: str) -> Side:
    side = question.ask(name, python, f"peers/ask_{name}.py")
    return Side(side.command, environment={"PYTHONPATH": str(HERE)})
