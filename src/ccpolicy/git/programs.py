"""Runs programs without the settings of the user or a repository."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

TIMEOUT = 60
"""Seconds."""


def run_isolated(command: Sequence[str], given: bytes) -> subprocess.CompletedProcess[bytes]:
    """Run a program with the given input.

    Raises:
        OSError: it cannot be run.
        subprocess.TimeoutExpired: it took longer than `TIMEOUT`.
    """
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
    return subprocess.run(
        command, input=given, capture_output=True, env=environment, timeout=TIMEOUT, check=False
    )
