"""Failing lapses and unknown controls as a list of findings, each with a file and line.

Formats that list findings show a pipeline what is wrong and nothing else; what they leave out is
said by `left_out`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from ccpolicy.assessment.models import Assessment, Control, Lapse, Problem
from ccpolicy.errors import Locator, Message
from ccpolicy.evidence_formats import BINARY_SUFFIXES
from ccpolicy.reports import View
from ccpolicy.reports.layout import visible
from ccpolicy.reports.page import Page
from ccpolicy.reports.phrases import (
    coded,
    lapse_text,
    obsolete_entry,
    reason_text,
    unlisted_lapses,
)
from ccpolicy.reports.sections import Sections

_SEPARATOR = "\0"
_FEW = 5
"""Files that are named where a list of findings says what it leaves out."""
NO_CONTROL = "evidence"
"""Rule id of problems that are not specific to one control."""
SETTINGS = "ccpolicy.toml"
"""File of what has no line of its own, and of a pinned moment."""
OBSOLETE = "baseline"
"""Rule id of obsolete baseline entries."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that fails or could not be judged, and its place."""

    rule: str
    """The id of its control, or a name in its place."""
    control: Control | None
    """None where it concerns no single control."""
    unknown: bool
    """Whether it could not be judged."""
    known: bool
    """Whether it is in the baseline."""
    failed_gate: bool
    """Whether the gate failed on it."""
    file: str
    """Path from the top of the checkout, with `/`."""
    line: int
    code: str
    """Code of a problem's message; empty for what was judged."""
    message: str
    identity: str
    """64 hex digits: the same in every run, wherever the line has moved to."""
    row: str | None = None
    """Store, table and key, where the evidence is no line of a file."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found, before it is shown."""

    control: Control | None
    written: str | None
    """Where the evidence says it."""
    said: str
    key: str
    """What tells it from others."""
    code: str = ""
    known: bool = False
    rule: str = NO_CONTROL


def findings(result: Assessment, view: View) -> list[Finding]:
    """List what fails or could not be judged, in the order of the sections."""
    seen: dict[str, int] = {}
    tables = {each.file for each in result.evidence.files if each.table}
    listed = []
    for found in _found(result, Page(view)):
        control, written = found.control, found.written
        # Several problems of one file differ by their order alone.
        ordinal = seen[found.key] = seen.get(found.key, 0) + 1
        is_row = written is not None and Locator.read(written).file in tables
        place = _shown(None if is_row else written, control)
        shown = written and written != str(place)
        unknown = result.verdict(control) == "unknown" if control else found.rule == NO_CONTROL
        failed = control.id in result.gate.failed_on if control else True
        listed.append(
            Finding(
                rule=control.id if control else found.rule,
                control=control,
                unknown=unknown,
                known=found.known,
                failed_gate=failed and not found.known,
                file=view.folder + place.file,
                line=place.line or 1,
                code=found.code,
                message=f"{found.said} ({visible(written)})" if shown and written else found.said,
                identity=hashlib.sha256(f"{found.key}{_SEPARATOR}{ordinal}".encode()).hexdigest(),
                row=written if is_row else None,
            )
        )
    return listed


def _found(result: Assessment, page: Page) -> Iterator[_Found]:
    sections = Sections(result)
    for problem in sections.problems:
        said = _problem(page, problem)
        yield _Found(None, problem.locator, said, _key(NO_CONTROL, problem), code=problem.code)
    for entry in result.gate.obsolete:
        key = _SEPARATOR.join((OBSOLETE, entry.control, entry.subject, entry.starts))
        yield _Found(None, None, obsolete_entry(page, entry), key, rule=OBSOLETE)
    for each in sections.attention:
        control, lapses = each.control, each.lapses
        for lapse in lapses:
            key = _SEPARATOR.join((control.id, "lapse", lapse.subject, lapse.starts))
            said = _lapse(page, result, control, lapse)
            yield _Found(control, lapse.opened_by, said, key, known=lapse.baselined)
        for said in unlisted_lapses(page, result, control):
            yield _Found(control, None, said, _SEPARATOR.join((control.id, "unlisted")))
        for problem in control.problems:
            said = _problem(page, problem)
            key = _key(control.id, problem)
            yield _Found(control, problem.locator, said, key, code=problem.code)
        if not (lapses or control.problems):
            said = reason_text(page, control) or page.text(control.rule)
            key = _SEPARATOR.join((control.id, result.verdict(control)))
            yield _Found(control, None, said, key, code=control.reason_code or "")


def _lapse(page: Page, result: Assessment, control: Control, lapse: Lapse) -> str:
    return page.say(
        "{lapse}. {remediation}",
        lapse=lapse_text(page, result, control, lapse),
        remediation=page.text(control.remediation),
    )


def _problem(page: Page, problem: Problem) -> str:
    message = coded(page, problem)
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
        if not place.file.lower().endswith(BINARY_SUFFIXES):
            return Locator(place.file, place.line or 1)
    return Locator.read(control.source) if control else Locator(SETTINGS, 1)


def left_out(result: Assessment) -> tuple[Message, ...]:
    """Return what a list of findings leaves out: waived lapses, unassessed controls, notes."""
    sections = Sections(result)
    absent = [control.id for control in sections.not_assessed]
    named = dict.fromkeys(each.control.id for each in sections.waived)
    waived = [name for name in named if name not in absent]
    said = []
    if found := result.lapses_file:
        rest = found.lapses - sum(len(control.lapses) for control in result.controls)
        said.append(
            Message.of("{count} lapses, which are in {file}", count=rest, file=found.file)
            if found.file
            else Message.of("{count} lapses, which were not kept", count=rest)
        )
    if waived:
        said.append(Message.of("lapses that were waived: {controls}", controls=", ".join(waived)))
    if absent:
        said.append(
            Message.of("controls that were not assessed: {controls}", controls=", ".join(absent))
        )
    nobody = [waiver.id for waiver in result.waivers if not waiver.subject_known]
    if nobody:
        said.append(
            Message.of(
                "waivers for subjects that do not exist: {waivers}", waivers=", ".join(nobody)
            )
        )
    if noted := [file.file for file in result.evidence.files if file.notes]:
        said.append(
            Message.of("notes on how files were read: {files}", files=", ".join(noted[:_FEW]))
        )
    return tuple(said)
