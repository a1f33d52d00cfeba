"""The time limit of a command: interrupt it, and kill it if that has no effect.

First the main thread is interrupted as by Ctrl-C, which also stops a query of the database. A
parser may ignore that: a few seconds later temporary files are removed and the process exits.
"""

from __future__ import annotations

import _thread
import atexit
import os
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar

GRACE = 3
"""Seconds from the interruption to the end of what does not heed it."""


class Deadline:
    """Watches one command."""

    def __init__(self, seconds: int, say: Callable[[int], object], code: int) -> None:
        self.seconds, self.passed = seconds, False
        self._is_asked = False
        self._say, self._code = say, code
        self._started = time.monotonic()
        self._done = threading.Event()
        self._changed = threading.Event()
        threading.Thread(target=self._watch, name="deadline", daemon=True).start()

    def allow(self, seconds: int) -> None:
        """Allow so many seconds from the start of the command, whatever the policy allows."""
        self.seconds, self._is_asked = seconds, True
        self._changed.set()

    def policy_allows(self, seconds: int) -> None:
        """Allow so many seconds, unless the command line says how many."""
        if not self._is_asked:
            self.seconds = seconds
            self._changed.set()

    @property
    def rest(self) -> float:
        """Seconds that are left."""
        return max(self._started + self.seconds - time.monotonic(), 0)

    def end(self) -> None:
        """Stop watching: the command ended."""
        self._done.set()
        self._changed.set()

    def _watch(self) -> None:
        while rest := self.rest:
            self._changed.wait(min(rest, threading.TIMEOUT_MAX))
            self._changed.clear()
            if self._done.is_set():
                return
        self.passed = True
        _thread.interrupt_main()
        if not self._done.wait(GRACE):
            self._say(self.seconds)
            atexit._run_exitfuncs()  # removes folders for what is written in between
            os._exit(self._code)


current: ContextVar[Deadline | None] = ContextVar("current", default=None)
"""The deadline of the command that runs; none where the package is used as a library."""
