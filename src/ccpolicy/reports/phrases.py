"""What several formats say in the same words."""

from __future__ import annotations

from collections.abc import Iterator

from ccpolicy.assessment.models import (
    Assessment,
    BaselineEntry,
    Control,
    Grade,
    Lapse,
    Problem,
    WaiverState,
)
from ccpolicy.reports.layout import visible
from ccpolicy.reports.page import Page
from ccpolicy.reports.time_text import span
from ccpolicy.vocabulary import Verdict

VERDICT_MESSAGES: dict[Verdict, str] = {
    "pass": "pass",
    "fail": "fail",
    "waived": "waived",
    "unknown": "unknown",
    "not_applicable": "not applicable",
}
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


def lapse_text(page: Page, result: Assessment, lapse: Lapse) -> str:
    """Say who was not covered, when, and whether that was known."""
    said = page.say(
        "{subject}: {span}",
        subject=lapse.subject,
        span=span(page, result, lapse),
    )
    return page.say("{lapse}, known in the baseline", lapse=said) if lapse.baselined else said


def baseline_note(page: Page, control: Control) -> Iterator[str]:
    """Yield how many lapses of a control the baseline knows, if any."""
    if count := sum(lapse.baselined for lapse in control.lapses):
        yield page.count(
            count,
            "{count} known lapse in the baseline",
            "{count} known lapses in the baseline",
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


def coded(page: Page, problem: Problem) -> str:
    """Say what could not be judged, after the message's code."""
    return f"{problem.code} {page.text(problem.message)}"


def problem_text(page: Page, problem: Problem) -> str:
    """Say what could not be judged, and where."""
    message = coded(page, problem)
    if not problem.locator:
        return message
    return page.say("{place}: {message}", place=problem.locator, message=message)
