"""The command line: parse, call, print, exit."""

from __future__ import annotations

import gc
import os
import signal
import sys
from pathlib import Path


def main() -> None:
    """Run the program, and end the process with its exit code."""
    # Until the program can end in order there is nothing to put in order.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    # What is loaded stays: looking through it for garbage, now and then and once more at the end,
    # only costs time.
    gc.set_threshold(100_000)
    # A stream that the caller closed is not there at all.
    nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the process ends
    sys.stdout, sys.stderr = sys.stdout or nowhere, sys.stderr or nowhere
    from ccpolicy.cli.program import program

    try:
        program.main(prog_name="ccpolicy")
    except SystemExit as ended:
        # Nothing is left to do: files are closed, and whoever prints flushes.
        os._exit(int(ended.code or 0))
