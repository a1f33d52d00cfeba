"""Run the program many times, each in a process of its own that is killed: forked, to be quick.

`python killing.py`, in the folder to judge, reads lines of JSON, each the seconds after which to
kill (null: never) and the arguments, and answers each by a line: the exit code and what was said.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import NoReturn

import ccpolicy
from ccpolicy.cli.program import program

ENTRIES = ("__main__", "pytest_plugin")


def load() -> None:
    """Import all that the program imports only when it is needed."""
    for each in pkgutil.walk_packages(ccpolicy.__path__, "ccpolicy."):
        if each.name.rpartition(".")[2] not in ENTRIES:
            try:
                importlib.import_module(each.name)
            except ModuleNotFoundError as missing:  # an extra that is not installed
                if (missing.name or "").partition(".")[0] == "ccpolicy":
                    raise


def run(arguments: list[str], errors: Path) -> NoReturn:
    """Be the program."""
    os.setsid()
    handles = os.open(os.devnull, os.O_RDWR), os.open(errors, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    for number, handle in enumerate((handles[0], *handles)):
        os.dup2(handle, number)
    code = 99
    try:
        program(arguments)
    except SystemExit as ending:
        code = int(ending.code or 0)
    except BaseException:  # noqa: BLE001 - which whoever asked is told
        traceback.print_exc()
    os._exit(code)


def main() -> None:
    """Answer each line."""
    load()
    with tempfile.TemporaryDirectory() as folder:
        errors = Path(folder) / "errors"
        for line in sys.stdin:
            after, *arguments = json.loads(line)
            errors.write_bytes(b"")
            if not (child := os.fork()):
                run(arguments, errors)
            if after is not None:
                time.sleep(after)
                os.kill(child, signal.SIGKILL)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            answer = json.dumps([code, errors.read_text("utf-8", "replace")])
            sys.stdout.write(f"{answer}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
