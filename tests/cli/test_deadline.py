"""What takes too long is ended with a message and exit code 2, and leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from bad_input.conftest import FILES
from bombs.inputs import CROSS, kind

# A parser that heeds no interruption stands for any library that does not.
STUBBORN = """\
import sys, time
from ccpolicy.cli.program import program
import ccpolicy.engine.assess as assess
def stubborn(*_):
    while True:
        try:
            time.sleep(60)
        except KeyboardInterrupt:
            pass
assess.check_policy = stubborn
program(sys.argv[1:])
"""


def office(tmp_path: Path) -> Path:
    root = tmp_path / "office"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return root


def ended(
    tmp_path: Path, root: Path, *options: str, program: tuple[str, ...] = ("-m", "ccpolicy")
) -> str:
    """Run a check that takes too long, and return what it says."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, *program, "check", str(root), *options],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"TMPDIR": str(scratch), "LANG": "C.UTF-8", "PYTHONPATH": ":".join(sys.path)},
    )
    assert time.monotonic() - started < 20
    assert (done.returncode, done.stdout) == (2, ""), done
    assert list(scratch.iterdir()) == []
    return done.stderr


@pytest.mark.parametrize("by", ["option", "policy"])
def test_a_query_without_end(tmp_path: Path, by: str) -> None:
    root = office(tmp_path)
    kind(CROSS)(root)
    if by == "policy":
        with (root / "ccpolicy.toml").open("a", encoding="utf-8") as file:
            file.write("[limits]\nseconds = 4\n")
    options = ("--max-seconds", "4") if by == "option" else ()
    said = ended(tmp_path, root, *options)
    assert said.startswith("error: US350 not done in 4 s")


def test_what_heeds_no_interruption(tmp_path: Path) -> None:
    said = ended(tmp_path, office(tmp_path), "--max-seconds", "4", program=("-c", STUBBORN))
    assert said.startswith("error: US350 not done in 4 s")


@pytest.mark.parametrize(
    "line", ["seconds = 0", "seconds = 1e400", "rows = nan", "columns = 99999999999999999999"]
)
def test_a_limit_that_cannot_be(tmp_path: Path, line: str) -> None:
    root = office(tmp_path)
    with (root / "ccpolicy.toml").open("a", encoding="utf-8") as file:
        file.write(f"[limits]\n{line}\n")
    (tmp_path / "scratch").rmdir() if (tmp_path / "scratch").exists() else None
    said = ended(tmp_path, root)
    assert said.startswith("ccpolicy.toml:4:1: error: FI3"), said
