"""GitHub: the text in the job's log, then annotations at the lines in question.

A step shows ten errors and ten warnings, so that every control gets one before any gets a second.
The job's summary, to which the command line appends, has all of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ccpolicy.assessment.models import Assessment
from ccpolicy.reports import View
from ccpolicy.reports.assessment_text import render_assessment as render_text
from ccpolicy.reports.findings import SETTINGS, Finding, findings, left_out
from ccpolicy.reports.page import Page
from ccpolicy.reports.time_text import pinned

MOST = 10
"""Annotations of one level that GitHub shows of a step."""


def render_assessment(result: Assessment, view: View) -> str:
    """Render an assessment as what a step prints."""
    shown = render_text(result, replace(view, colour=False))
    # Nobody can write a text that contains its own digest, and so end the silence within it.
    token = hashlib.sha256(shown.encode()).hexdigest()
    return f"::stop-commands::{token}\n{shown}::{token}::\n" + "".join(
        f"{line}\n" for line in _annotations(result, view)
    )


def _annotations(result: Assessment, view: View) -> Iterator[str]:
    page = Page(view)
    warnings = pinned(page, result)
    if warnings:
        file = f"{view.folder}{SETTINGS}"
        yield _command("warning", page.phrases(warnings), file=file, line="1", title="ccpolicy")
    listed = findings(result, view)
    for level, failed_gate, most in (
        ("error", True, MOST),
        ("warning", False, MOST - bool(warnings)),
    ):
        chosen = _each_control_first([each for each in listed if each.failed_gate == failed_gate])
        some = chosen if len(chosen) <= most else chosen[: most - 1]
        for finding in some:
            yield _command(
                level,
                finding.message,
                file=finding.file,
                line=str(finding.line),
                title=_title(page, finding),
            )
        if rest := len(chosen) - len(some):
            more = page.count(
                rest,
                "{count} more in the job summary",
                "{count} more in the job summary",
            )
            yield _command(level, more, title="ccpolicy")
    for message in left_out(result):
        yield _command("notice", page.say(message.template, **dict(message.values)))


def _each_control_first(listed: Sequence[Finding]) -> list[Finding]:
    """Put the first finding of every control before the others."""
    seen: set[str] = set()
    first: list[Finding] = []
    other: list[Finding] = []
    for finding in listed:
        (other if finding.rule in seen else first).append(finding)
        seen.add(finding.rule)
    return first + other


def _title(page: Page, finding: Finding) -> str:
    word = page.say("UNKNOWN") if finding.unknown else page.say("FAIL")
    if finding.control is None:
        return f"{word} {finding.rule}"
    return f"{word} {finding.control.id} {page.text(finding.control.title)}"


def _command(level: str, message: str, **properties: str) -> str:
    """Write a command to the runner, which takes no character of its values for its own."""
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level}{' ' if listed else ''}{listed}::{_data(message)}"


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
