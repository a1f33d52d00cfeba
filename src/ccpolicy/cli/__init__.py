"""The command line: parse, call, print, exit."""

from __future__ import annotations

import gc


def main() -> None:
    """Run the program."""
    # What is loaded stays: looking through it again and again for garbage only costs time.
    gc.set_threshold(100_000)
    from ccpolicy.cli.program import program

    program.main(prog_name="ccpolicy")
