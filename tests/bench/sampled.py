"""Where the time of ccpolicy goes: the main thread's stack, looked at 500 times a second.

`python -m bench.sampled OUTPUT COMMAND …` runs a command, and writes shares of time by module.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path
from types import FrameType

from bench.measure import Side

PAUSE = 0.002
MOST = 8
"""Modules that are named."""
SHARED = ("store", "files", "errors", "deadline", "texts", "messages", "cli", "api", "__main__")
"""Packages that work for whoever calls them: their time counts as their caller's."""


def shares(side: Side) -> dict[str, float]:
    """Return the shares of time of a run of ccpolicy by module, the largest first."""
    python, _, _, *arguments = side.command
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "shares.json"
        sampled = [python, "-m", "bench.sampled", str(output), *arguments]
        subprocess.run(sampled, check=False, stdout=subprocess.DEVNULL)
        found: dict[str, float] = json.loads(output.read_text("utf-8"))
    return found


class Sampler(threading.Thread):
    """Counts in which module the main thread is."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.counts: Counter[str] = Counter()
        self._main = threading.get_ident()
        self._is_over = threading.Event()

    def run(self) -> None:
        """Look until it is over."""
        while not self._is_over.wait(PAUSE):
            self.counts[_module(sys._current_frames().get(self._main))] += 1

    def stop(self) -> dict[str, float]:
        """Return the shares, the largest first."""
        self._is_over.set()
        self.join()
        total = sum(self.counts.values())
        largest = self.counts.most_common(MOST)
        return {name: round(count / total, 3) for name, count in largest}


def _module(frame: FrameType | None) -> str:
    """Name the innermost module of ours that does its own work, or `imports`."""
    found = ""
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        if name.startswith("importlib._bootstrap"):
            return "imports"
        room = name.split(".")[1:3] if name.startswith("ccpolicy.") else []
        if room and not found and room[0] not in SHARED:
            found = ".".join(room)
        frame = frame.f_back
    return found or "start and end"


def main(output: str, *arguments: str) -> None:
    """Run ccpolicy with the arguments, and write the shares."""
    sampler = Sampler()
    sampler.start()
    sys.argv = ["ccpolicy", *arguments]
    try:
        from ccpolicy.cli.program import program

        program.main(prog_name="ccpolicy")
    finally:
        Path(output).write_text(json.dumps(sampler.stop()), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
