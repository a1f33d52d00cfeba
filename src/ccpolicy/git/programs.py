"""Run the programs that check signatures, apart from what the user or a repository has set."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

PATIENCE = 60
"""Seconds that a program gets."""


def run_isolated(command: Sequence[str], given: bytes) -> subprocess.CompletedProcess[bytes]:
    """Run a program on what it is given.

    Raises:
        OSError: it cannot be run.
        subprocess.TimeoutExpired: it did not answer.
    """
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
    return subprocess.run(
        command, input=given, capture_output=True, env=environment, timeout=PATIENCE, check=False
    )
