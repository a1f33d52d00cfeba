"""Killed at any moment, a run leaves what is whole, or nothing, or what is refused."""

from __future__ import annotations

import json
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import pytest

from .runs import COMMANDS, COUNT, KILLS, ask, ended, start

AT_STEP, KILLING = (Path(__file__).parent / each for each in ("killed_at_step.py", "killing.py"))


class Killing:
    """See `killing.py`."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(KILLING)],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def run(self, *arguments: str | Path, after: float | None = None) -> int:
        """Run the program, perhaps killed after so many seconds; return its exit code."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{json.dumps([after, *map(str, arguments)])}\n")
        self._process.stdin.flush()
        code, said = json.loads(self._process.stdout.readline())
        assert "Traceback" not in said
        return int(code)


@pytest.mark.parametrize("name", COMMANDS)
def test_killed(name: str, centre: Path, tmp_path: Path) -> None:
    """At any moment: the target is the old file or the new one, and the next run is none the worse.

    What the killed run left beside it, and in its cache, does not matter to anybody.
    """
    out = tmp_path / "out"
    out.mkdir()
    target = out / "result"
    draw = random.Random(name)
    with Killing(centre) as killing:

        def whole() -> float:
            began = time.monotonic()
            assert killing.run(*COMMANDS[name], "-o", target) == 0
            return time.monotonic() - began

        lasts = whole()
        expected = target.read_bytes()
        for number in range(KILLS):
            old = [None, b"of before"][number % 2]
            target.unlink(missing_ok=True)
            if old is not None:
                target.write_bytes(old)
            code = killing.run(*COMMANDS[name], "-o", target, after=draw.uniform(0, 1.1) * lasts)
            assert code in (0, -signal.SIGKILL)
            found = target.read_bytes() if target.exists() else None
            assert found in (old, expected)
            if number % 20 == 1:
                lasts = whole()
                assert target.read_bytes() == expected


@pytest.mark.parametrize("name", COMMANDS)
def test_killed_at_a_step(name: str, centre: Path, tmp_path: Path) -> None:
    """Just before it opens a file to write, renames or removes one, or starts git."""
    out = tmp_path / "out"
    out.mkdir()
    target = out / "result"

    def killed_at(step: int) -> tuple[int, str]:
        by = (sys.executable, str(AT_STEP), str(step))
        return ended(start(centre, *COMMANDS[name], "-o", target, by=by))

    code, said = killed_at(0)
    assert code == 0
    steps = int(re.findall(r"^step (\d+)$", said, re.MULTILINE)[-1])
    expected = target.read_bytes()
    draw = random.Random(name)
    # The last steps are those that put the result in its place.
    for step in {*draw.sample(range(1, steps + 1), min(KILLS, steps)), steps - 1, steps - 2}:
        target.write_bytes(b"of before")
        assert killed_at(step)[0] in (0, -signal.SIGKILL), step
        assert target.read_bytes() in (b"of before", expected), step
    assert ended(start(centre, *COMMANDS[name], "-o", target))[0] == 0
    assert target.read_bytes() == expected


def test_part_of_an_assessment(centre: Path, tmp_path: Path) -> None:
    """What was printed before a kill is not shown, compared with or taken for a baseline."""
    whole, part = tmp_path / "whole.json", tmp_path / "part.json"
    assert ask("check", centre, "--annex", "--format", "json", "-o", whole).exit_code == 0
    content = whole.read_bytes()
    assert ask("report", "--from", whole, centre).exit_code == 0
    draw = random.Random(1)
    ends = [0, 1, len(content) - 3, *(draw.randrange(len(content) - 2) for _ in range(10 * COUNT))]
    for end in ends:
        part.write_bytes(content[:end])
        for arguments in (("report", "--from", part), ("check", "--baseline", part)):
            result = ask(*arguments, centre)
            assert result.exit_code == 2, (end, arguments)
            assert part.name in result.stderr


def test_part_of_a_bundle(centre: Path, tmp_path: Path) -> None:
    """A bundle that was cut off or damaged anywhere is not verified."""
    whole, part = tmp_path / "whole.zip", tmp_path / "part.zip"
    assert ask("bundle", centre, "-o", whole).exit_code == 0
    content = whole.read_bytes()
    assert ask("verify", whole, "--quiet").exit_code == 0
    draw = random.Random(2)
    for _ in range(10 * COUNT):
        end = draw.randrange(len(content))
        part.write_bytes(content[:end])
        assert ask("verify", part, "--quiet").exit_code in (1, 2, 3), end
        damaged = bytearray(content)
        damaged[end] ^= 1 << draw.randrange(8)
        part.write_bytes(bytes(damaged))
        assert ask("verify", part, "--quiet").exit_code in (1, 2, 3), end
