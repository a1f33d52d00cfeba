"""What does not hold or could not be judged, one by one, each at a line of a file.

Formats that list findings show a pipeline what is wrong and nothing else; what they leave out is
said by `left_out`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from ccpolicy.assessment.models import Assessment, Control, Lapse, Problem
from ccpolicy.errors import Locator, Message
from ccpolicy.reports import View
from ccpolicy.reports.layout import visible
from ccpolicy.reports.page import Page
from ccpolicy.reports.phrases import lapsed

_BINARY = (".parquet", ".xlsx")
"""Files that have rows, but no lines that a reader could be shown."""
_SEPARATOR = "\0"
NO_CONTROL = "evidence"
"""Stands for the control where a problem concerns no single one."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold or could not be judged, and where to look."""

    control: Control | None
    """None where it concerns no single control."""
    unknown: bool
    """Whether it could not be judged."""
    failed_gate: bool
    """Whether it is why the gate failed."""
    file: str
    """Path from the top of the checkout, with `/`."""
    line: int
    message: str
    identity: str
    """64 hex digits: the same in every run, wherever the line has moved to."""

    @property
    def rule(self) -> str:
        """The id of its control."""
        return self.control.id if self.control else NO_CONTROL


def findings(result: Assessment, view: View) -> list[Finding]:
    """List what does not hold or could not be judged, in the order of the controls."""
    seen: dict[str, int] = {}
    found = []
    for control, written, said, key in _found(result, Page(view)):
        # Several troubles of one file are told apart by their order alone.
        ordinal = seen[key] = seen.get(key, 0) + 1
        place = _shown(written, control)
        message = f"{said} ({visible(written)})" if written and written != str(place) else said
        found.append(
            Finding(
                control=control,
                unknown=control is None or result.verdict(control) == "unknown",
                failed_gate=control is not None and control.id in result.gate.failed_on,
                file=view.folder + place.file,
                line=place.line or 1,
                message=message,
                identity=hashlib.sha256(f"{key}{_SEPARATOR}{ordinal}".encode()).hexdigest(),
            )
        )
    return found


_Found = tuple[Control | None, str | None, str, str]
"""Control, where, what, and what tells it from others."""


def _found(result: Assessment, page: Page) -> Iterator[_Found]:
    for problem in result.problems:
        yield None, problem.locator, _problem(page, problem), _key(NO_CONTROL, problem)
    for control in result.controls:
        verdict = result.verdict(control)
        if verdict not in ("fail", "unknown"):
            continue
        lapses = result.owed(control)
        for lapse in lapses:
            key = _SEPARATOR.join((control.id, "lapse", lapse.subject, lapse.starts))
            yield control, lapse.opened_by, _lapse(page, result, control, lapse), key
        for problem in control.problems:
            yield control, problem.locator, _problem(page, problem), _key(control.id, problem)
        if not (lapses or control.problems):
            reason = page.text(control.reason or control.rule)
            yield control, None, reason, _SEPARATOR.join((control.id, verdict))


def _lapse(page: Page, result: Assessment, control: Control, lapse: Lapse) -> str:
    return page.say(
        "{lapse}. {remediation}",
        lapse=lapsed(page, result, lapse),
        remediation=page.text(control.remediation),
    )


def _problem(page: Page, problem: Problem) -> str:
    message = page.text(problem.message)
    if problem.hint is None:
        return message
    return page.say("{message}; {hint}", message=message, hint=page.text(problem.hint))


def _key(rule: str, problem: Problem) -> str:
    file = Locator.read(problem.locator).file if problem.locator else ""
    return _SEPARATOR.join((rule, "problem", problem.dataset or "", file))


def _shown(written: str | None, control: Control | None) -> Locator:
    """Return a line that a reader can be shown: that of the record, or else of the control."""
    if written:
        place = Locator.read(written)
        if not place.file.lower().endswith(_BINARY):
            return Locator(place.file, place.line or 1)
    return Locator.read(control.source) if control else Locator("ccpolicy.toml", 1)


def left_out(result: Assessment) -> tuple[Message, ...]:
    """Say what a list of findings does not show: what was waived, and what was not assessed."""
    waived, absent = [], []
    for control in result.controls:
        if result.verdict(control) == "not_applicable":
            absent.append(control.id)
        elif any(lapse.waived_by for lapse in control.lapses):
            waived.append(control.id)
    said = []
    if waived:
        said.append(Message.of("lapses that were waived: {controls}", controls=", ".join(waived)))
    if absent:
        said.append(
            Message.of("controls that were not assessed: {controls}", controls=", ".join(absent))
        )
    return tuple(said)
