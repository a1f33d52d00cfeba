"""Run the program, and kill it at its n-th step: `killed_at_step.py N ARGUMENTS`.

A step changes a folder, opens a file to write, or starts a program. With 0, all of them are
numbered on standard error.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
from typing import Any

LAST = int(sys.argv.pop(1))
STEPS = {"os.mkdir", "os.remove", "os.rename", "os.rmdir", "subprocess.Popen"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
done = 0


def step(event: str, arguments: tuple[Any, ...]) -> None:
    """Count a step, and end at the last."""
    global done  # noqa: PLW0603 - a hook has nothing else
    if event in STEPS or (event == "open" and (arguments[2] or 0) & WRITING):
        done += 1
        if LAST == 0:
            sys.stderr.write(f"step {done}\n")
        if done == LAST:
            os.kill(os.getpid(), signal.SIGKILL)


sys.addaudithook(step)
runpy.run_module("ccpolicy", run_name="__main__", alter_sys=True)
