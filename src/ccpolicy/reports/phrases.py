"""What several formats say in the same words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from ccpolicy.assessment.models import (
    Assessment,
    BaselineEntry,
    Control,
    Lapse,
    Problem,
    WaiverState,
)
from ccpolicy.errors import Level, Message
from ccpolicy.reports.layout import visible
from ccpolicy.reports.page import Page
from ccpolicy.reports.time_text import length_paused, span
from ccpolicy.texts import Text
from ccpolicy.vocabulary import Grade, Verdict


class Reasoned(Protocol):
    """Something with a reason, of the policy or of a message."""

    @property
    def reason(self) -> Text | None:
        """Why."""

    @property
    def reason_code(self) -> str | None:
        """Code of the message that it is; none if the policy says it."""


VERDICT_MESSAGES: dict[Verdict, str] = {
    "pass": "pass",
    "fail": "fail",
    "waived": "waived",
    "unknown": "unknown",
    "not_applicable": "not applicable",
}
VERDICT_LABEL_MESSAGES: dict[Verdict, str] = {
    "pass": "PASS",
    "fail": "FAIL",
    "waived": "WAIVED",
    "unknown": "UNKNOWN",
    "not_applicable": "N/A",
}
"""The same in short, at the beginning of a line."""
GRADE_MESSAGES: dict[Grade, str] = {
    "read": "source text checked",
    "secondary": "from a secondary source",
    "memory": "not verified",
    "choice": "internal decision (no external norm found)",
}
WAIVER_STATE_MESSAGES: dict[WaiverState, str] = {
    "coming": "not yet in force",
    "in_force": "in force",
    "expired": "expired",
}


def verdict_labels(page: Page) -> dict[Verdict, str]:
    """Return the verdicts in short, in the reader's language."""
    return {verdict: page.say(text) for verdict, text in VERDICT_LABEL_MESSAGES.items()}


def lapse_text(page: Page, result: Assessment, control: Control, lapse: Lapse) -> str:
    """Say who was not covered, when, and whether that was known."""
    said = page.say(
        "{subject}: {span}",
        subject=page.subject(control, lapse.subject),
        span=span(page, result, lapse),
    )
    if lapse.paused:
        paused = length_paused(page, lapse.paused)
        said = page.say("{lapse}, paused for {length} before", lapse=said, length=paused)
    return page.say("{lapse}, known in the baseline", lapse=said) if lapse.baselined else said


def baseline_note(page: Page, control: Control) -> Iterator[str]:
    """Yield how many lapses of a control the baseline knows, if any."""
    if count := sum(lapse.baselined for lapse in control.lapses):
        yield page.count(
            count,
            "{count} known lapse in the baseline",
            "{count} known lapses in the baseline",
        )


def pauses(page: Page, control: Control) -> Iterator[str]:
    """Yield of how many subjects the clock stood still, and for how long, if it did."""
    found = control.pauses
    if found and found.subjects:
        yield page.say(
            "clock stopped by pauses: {subjects}, {length} in all",
            subjects=page.count(found.subjects, "{count} subject", "{count} subjects"),
            length=length_paused(page, found.seconds),
        )


def obsolete_entry(page: Page, entry: BaselineEntry) -> str:
    """Name an obsolete baseline entry."""
    return page.say(
        "Obsolete baseline entry, remove it: {control}, {subject}, {start}",
        control=entry.control,
        subject=entry.subject,
        start=entry.starts,
    )


def waivers_for_nobody(page: Page, result: Assessment) -> Iterator[str]:
    """Yield which waivers name no subject of their control."""
    for waiver in result.waivers:
        if not waiver.subject_known:
            yield page.say(
                "Waiver {waiver} accepts nothing: {control} has no subject '{subject}'",
                waiver=waiver.id,
                subject=waiver.subject,
                control=waiver.control,
            )


def opened_by(page: Page, lapse: Lapse) -> str:
    """Say which record a lapse began with."""
    return visible(lapse.opened_by) if lapse.opened_by else page.say("nothing on file")


def records_behind(page: Page, lapse: Lapse) -> Iterator[str]:
    """Yield which records are behind a lapse, if there are several."""
    if lapse.records:
        yield page.say("records behind it: {places}", places=page.join(map(visible, lapse.records)))


def failing_lapses(page: Page, result: Assessment, control: Control, most: int) -> Iterator[str]:
    """Yield the lapses that fail a control, each with what it began with; of many, the first.

    Where the assessment does not list all, it is said where they are.
    """
    lapses = result.failing_lapses(control)
    for lapse in lapses[:most]:
        yield f"{lapse_text(page, result, control, lapse)}  {opened_by(page, lapse)}"
    if (rest := len(lapses) - most) > 0:
        yield page.count(rest, "and {count} more", "and {count} more")
    yield from unlisted_lapses(page, result, control)


def unlisted_lapses(page: Page, result: Assessment, control: Control) -> Iterator[str]:
    """Yield how many lapses of a control the assessment does not list, and where they are."""
    if rest := control.lapse_count - len(control.lapses):
        lapses = page.count(rest, "{count} lapse", "{count} lapses")
        file = result.lapses_file and result.lapses_file.file
        if file:
            said = page.say(
                "not listed: {lapses}; all are in {file}", lapses=lapses, file=visible(file)
            )
        else:
            said = page.say("not listed, and not kept: {lapses}", lapses=lapses)
        yield said


def lapses_file_note(page: Page, result: Assessment) -> Iterator[str]:
    """Yield where all lapses are, if the assessment does not list them."""
    if message := unlisted_message(result):
        yield page.say(message.template, **dict(message.values))


def unlisted_message(result: Assessment) -> Message | None:
    """Return where all lapses are, if the assessment does not list them."""
    found = result.lapses_file
    if found is None:
        return None
    if found.file and found.sha256:
        return Message.of(
            "Of {count} lapses, the worst of each control are listed. All are in {file}, SHA-256"
            " {digest}",
            count=found.lapses,
            file=found.file,
            digest=found.sha256,
        )
    return Message.of(
        "Of {count} lapses, the worst of each control are listed. The others were not kept: judge"
        " again with --lapses FILE",
        count=found.lapses,
    )


def coded(page: Page, problem: Problem) -> str:
    """Say what could not be judged, after the message's code."""
    return f"{problem.code} {page.text(problem.message)}"


def reason_text(page: Page, found: Reasoned) -> str:
    """Say why something was not judged or is not known, after the message's code; or nothing."""
    if not found.reason:
        return ""
    return f"{found.reason_code or ''} {page.text(found.reason)}".lstrip()


def problem_text(page: Page, problem: Problem) -> str:
    """Say what could not be judged, and where."""
    return labelled(page, "error", problem.locator or "", coded(page, problem))


def labelled(page: Page, level: Level, place: str, message: str) -> str:
    """Put the place of a message and its level before it, as compilers do."""
    match level:
        case "error":
            said = page.say("error: {message}", message=message)
        case "warning":
            said = page.say("warning: {message}", message=message)
    return page.say("{place}: {message}", place=place, message=said) if place else said
