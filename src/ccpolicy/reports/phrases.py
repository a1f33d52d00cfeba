"""What several formats say in the same words."""

from __future__ import annotations

from ccpolicy.assessment.models import Assessment, Lapse, Problem
from ccpolicy.reports.layout import visible
from ccpolicy.reports.moments import span
from ccpolicy.reports.page import Page


def lapsed(page: Page, result: Assessment, lapse: Lapse) -> str:
    """Say who was not covered, and when."""
    return page.say(
        "{subject}: {span}",
        subject=lapse.subject,
        span=span(page, lapse.starts, lapse.ends, result.as_of),
    )


def opened(page: Page, lapse: Lapse) -> str:
    """Say which record a lapse began with."""
    return visible(lapse.opened_by) if lapse.opened_by else page.say("nothing on file")


def trouble(page: Page, problem: Problem) -> str:
    """Say what could not be judged, and where."""
    message = page.text(problem.message)
    if not problem.locator:
        return message
    return page.say("{place}: {message}", place=problem.locator, message=message)
