"""The command line: parse, call, print, exit."""

from __future__ import annotations


def main() -> None:
    """Run the program."""
    from ccpolicy.cli.program import program

    program.main(prog_name="ccpolicy")
