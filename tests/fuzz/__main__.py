"""`python -m fuzz [TARGET…] --seconds N`: give each target changed inputs for so many seconds.

With `--guided`, atheris (pip install atheris) watches which lines run, and changes those inputs
further that reached new ones. What fails is kept in `corpus/`, so that the tests try it from then
on, and ends the run with 1. How many inputs each target got goes to `--log`, a line of JSON each.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

from . import CORPUS
from .mutation import mutated


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", default=str(time.time_ns()))
    parser.add_argument("--guided", action="store_true")
    parser.add_argument("--log", type=Path)
    asked = parser.parse_args()
    if asked.guided and len(asked.targets) != 1:
        # What atheris instruments and counts belongs to one process.
        return max(_guided(each, asked) for each in asked.targets or _names())
    for name in asked.targets or _names():
        with tempfile.TemporaryDirectory() as scratch:
            run = _Run(name, Path(scratch), asked)
            run.guided() if asked.guided else run.random()
            run.end()
            if run.failed:
                return 1
    return 0


def _names() -> list[str]:
    from .targets import TARGETS

    return list(TARGETS)


def _guided(name: str, asked: argparse.Namespace) -> int:
    log = ["--log", str(asked.log)] if asked.log else []
    command = [sys.executable, "-m", "fuzz", name, "--guided", f"--seconds={asked.seconds}", *log]
    return subprocess.run(command, check=False).returncode


class _Run:
    """One target for some time."""

    def __init__(self, name: str, scratch: Path, asked: argparse.Namespace) -> None:
        self.name, self.scratch, self.asked = name, scratch, asked
        self.count, self.failed = 0, False
        self.began = time.monotonic()

    def _prepare(self) -> list[bytes]:
        from .targets import TARGETS

        self.target, self.folder = TARGETS[self.name], self.scratch / "centre"
        self.folder.mkdir()
        kept = [path.read_bytes() for path in sorted((CORPUS / self.name).glob("*"))]
        seeds = self.target.prepare(self.folder) + kept
        self.began = time.monotonic()  # what is imported and laid takes its time
        return seeds

    def _attempt(self, data: bytes) -> None:
        self.count += 1
        try:
            self.target.attempt(self.folder, data)
        except Exception:
            self.failed = True
            kept = CORPUS / self.name / hashlib.sha256(data).hexdigest()[:16]
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(data)
            sys.stdout.write(f"{self.name}: {kept}\n{traceback.format_exc()}\n")
            raise

    @property
    def _is_over(self) -> bool:
        seconds: float = self.asked.seconds
        return time.monotonic() - self.began > seconds

    def random(self) -> None:
        """Change inputs at random."""
        seeds = self._prepare()
        draw = random.Random(f"{self.asked.seed} {self.name}")
        while not (self._is_over or self.failed):
            try:
                self._attempt(mutated(draw, draw.choice(seeds), draw.choice(seeds)))
            except Exception:  # noqa: BLE001 - which was told and kept
                return

    def guided(self) -> None:
        """Have atheris change inputs; it ends this process, so that this one waits for another."""
        import atheris

        if child := os.fork():
            os.waitpid(child, 0)
            self.count, self.failed = json.loads((self.scratch / "count").read_text("utf-8"))
            return
        with atheris.instrument_imports(include=["ccpolicy"]):
            seeds = self._prepare()
        inputs = self.scratch / "inputs"
        inputs.mkdir()
        for number, seed in enumerate(seeds):
            (inputs / str(number)).write_bytes(seed)

        def one(data: bytes) -> None:
            if self._is_over or self.failed:
                (self.scratch / "count").write_text(json.dumps([self.count, self.failed]), "utf-8")
                os._exit(0)
            try:
                self._attempt(data)
            except Exception:  # noqa: BLE001 - which was told and kept
                one(b"")

        os.chdir(self.scratch)
        longest = max(4096, *(2 * len(each) for each in seeds))
        atheris.Setup(["fuzz", str(inputs), f"-max_len={longest}", "-timeout=60"], one)
        atheris.Fuzz()

    def end(self) -> None:
        """Say how many inputs there were."""
        seconds = round(time.monotonic() - self.began, 1)
        line = json.dumps(
            {
                "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
                "target": self.name,
                "guided": self.asked.guided,
                "inputs": self.count,
                "seconds": seconds,
                "failed": self.failed,
            }
        )
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        if self.asked.log:
            with self.asked.log.open("a", encoding="utf-8") as file:
                file.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
