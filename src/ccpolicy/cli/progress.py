"""Show on a terminal what a command is doing, once it takes long enough to wonder."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING

from ccpolicy.activity import Activity, current
from ccpolicy.errors import Language, Message
from ccpolicy.reports import View

if TYPE_CHECKING:
    from threading import Event

    from ccpolicy.reports.page import Page

AFTER = 1.0
"""Seconds before anything is shown."""
_FRAMES = "|/-\\"


@contextmanager
def progress(label: Message, language: Language, *, quiet: bool = False) -> Iterator[None]:
    """Show on one line of standard error what the body does; on the terminal of a person only."""
    if quiet or os.environ.get("CI") or not sys.stderr.isatty():
        yield
        return
    import threading

    activity, done = Activity(label), threading.Event()
    spinner = threading.Thread(target=_spin, args=(activity, language, done), daemon=True)
    token = current.set(activity)
    spinner.start()
    try:
        yield
    finally:
        current.reset(token)
        done.set()
        spinner.join()


def _spin(activity: Activity, language: Language, done: Event) -> None:
    """Draw until the work is done, then wipe the line; a terminal that is gone gets no more."""
    if not done.wait(AFTER):
        with suppress(OSError, ValueError):  # the latter of a stream that is closed
            _draw(activity, language, done)


def _draw(activity: Activity, language: Language, done: Event) -> None:
    from ccpolicy.reports.layout import clip, inert, visible
    from ccpolicy.reports.page import Page

    page, frame, began = Page(View(language=language)), 0, monotonic() - AFTER
    while not done.wait(0.1):
        seconds = f"{monotonic() - began:.0f} s"
        said = inert(visible(activity_text(page, activity)))
        text = clip(f"{_FRAMES[frame % 4]} {said} {seconds}", _columns())
        sys.stderr.write(f"\r{text}\x1b[K")
        sys.stderr.flush()
        frame += 1
    sys.stderr.write("\r\x1b[K")
    sys.stderr.flush()


def _columns() -> int:
    """Return how many columns a line may take without going on in the next."""
    return shutil.get_terminal_size().columns - 1


def activity_text(page: Page, activity: Activity) -> str:
    """Say what is being done, with the rows so far and the time left if these are known."""
    from ccpolicy.reports.length_text import length_text

    doing = activity.doing  # which the other thread may replace at any time
    said = [page.say(doing.template, **dict(doing.values))]
    if activity.rows:
        said.append(page.count(activity.rows, "{count} record", "{count} records"))
    if (left := activity.seconds_left) is not None:
        length = length_text(max(round(left), 1), page.view.language)
        said.append(page.say("about {length} left", length=length))
    return page.phrases(said)
