"""Starts the program as a process of its own, and what is done to it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner, Result

from ccpolicy.cli.program import program

KILLS = int(os.environ.get("CCPOLICY_FAULTS", "1"))
"""How often each command is killed."""
COUNT = min(KILLS, 25)
"""How often any other fault is tried."""
COMMANDS = {
    "check": ("check", "--format", "json"),
    "report": ("report", "--format", "html"),
    "bundle": ("bundle",),
    "history": ("history", "--format", "json"),
}
PROGRAM = (sys.executable, "-m", "ccpolicy")


def start(
    folder: Path,
    *arguments: str | Path,
    by: tuple[str, ...] = PROGRAM,
    first: Callable[[], object] | None = None,
    stdout: int | None = subprocess.PIPE,
) -> subprocess.Popen[bytes]:
    """Start the program in a folder; `first` is called in the new process."""
    return subprocess.Popen(
        [*by, *map(str, arguments)],
        cwd=folder,
        stdout=stdout,
        stderr=subprocess.PIPE,
        preexec_fn=first,  # noqa: PLW1509 - nothing else runs in this process
    )


def ended(run: subprocess.Popen[bytes]) -> tuple[int, str]:
    """Wait for a run; it never shows a stack trace."""
    _, stderr = run.communicate()
    said = stderr.decode()
    assert "Traceback" not in said
    return run.returncode, said


def ask(*arguments: str | Path) -> Result:
    """Run the program in this process."""
    return CliRunner().invoke(program, [*map(str, arguments)])
