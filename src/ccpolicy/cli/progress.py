"""Show on a terminal that work goes on, once it takes long enough to wonder."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threading import Event

AFTER = 1.0
"""Seconds before anything is shown."""
_FRAMES = "|/-\\"


@contextmanager
def progress(label: str) -> Iterator[None]:
    """Show a spinner on standard error while the body runs; on a terminal only."""
    if not sys.stderr.isatty():
        yield
        return
    import threading

    done = threading.Event()
    spinner = threading.Thread(target=_spin, args=(label, done), daemon=True)
    spinner.start()
    try:
        yield
    finally:
        done.set()
        spinner.join()


def _spin(label: str, done: Event) -> None:
    """Draw until the work is done, then wipe the line."""
    began = monotonic()
    if done.wait(AFTER):
        return
    frame = 0
    while not done.wait(0.1):
        sys.stderr.write(f"\r{_FRAMES[frame % 4]} {label} {monotonic() - began:.0f} s")
        sys.stderr.flush()
        frame += 1
    sys.stderr.write("\r\x1b[K")
    sys.stderr.flush()
