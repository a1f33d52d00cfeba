"""The summary of a GitHub job, to which every step may append its part."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ccpolicy.assessment.models import Assessment
from ccpolicy.cli.output import unwritten_report
from ccpolicy.errors import Locator, Message, ReportError
from ccpolicy.reports import Detail, View, render

VARIABLE = "GITHUB_STEP_SUMMARY"
MOST = 1024 * 1024
"""Bytes of one step; GitHub shows nothing of a longer one."""
_DETAILS: tuple[Detail, ...] = ("full", "normal", "brief")


def append(result: Assessment, view: View) -> None:
    """Append the whole result in Markdown, in as much detail as there is room for.

    Raises:
        ReportError: the summary cannot be written.
    """
    if not (name := os.environ.get(VARIABLE)):
        return
    file = Path(name)
    try:
        before = file.read_bytes() if file.exists() else b""
        start = b"" if not before or before.endswith(b"\n") else b"\n"
        room = MOST - len(before) - len(start)
        for text in _versions(result, view):
            if len(text) <= room:
                with file.open("ab") as summary:
                    summary.write(start + text)
                return
    except OSError as failure:
        raise unwritten_report(name, failure) from failure
    raise ReportError(
        "there is no room left in the summary of this step",
        hint="write less to it before",
        locator=Locator(name),
    )


def _versions(result: Assessment, view: View) -> Iterator[bytes]:
    """Yield the result in less and less detail; where some is left out, it says so."""
    for detail in _DETAILS:
        text = render(result, "markdown", replace(view, detail=detail)).text
        if detail != "full":
            note = Message.of("Shortened: the whole result is larger than a summary may be.")
            text += f"\n{note.text(view.language)}\n"
        yield text.encode() + b"\n"
