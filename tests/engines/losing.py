"""Lose a session of Spark at one of its statements, in the process that judges by it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

WAYS = ("kill", "stop", "end")
_LATER = 0.2
"""Seconds after which it is lost in the midst of a statement."""


def lose(number: int, way: str, *, is_later: bool) -> None:
    """Have the session be lost as the statement of that number begins, or a little later."""
    from ccpolicy.store.spark import Spark

    statements, failing_well = count(1), Spark._failing_well

    @contextmanager
    def losing(store: Spark) -> Iterator[None]:
        with failing_well(store):
            if next(statements) == number:
                session: Any = store._session
                if is_later:
                    threading.Timer(_LATER, _lose, [session, way]).start()
                else:
                    _lose(session, way)
                sys.stderr.write(f"lost at {number}\n")
            yield

    Spark._failing_well = losing  # type: ignore[assignment, method-assign]


def _lose(session: Any, way: str) -> None:
    match way:
        case "kill":
            os.kill(session.sparkContext._gateway.proc.pid, signal.SIGKILL)
        case "stop":  # as whoever runs the cluster would
            session.sparkContext._jsc.sc().stop()
        case "end":  # as another thread would
            session.stop()
