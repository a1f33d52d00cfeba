"""Say how far the plan's controls serve a framework."""

from __future__ import annotations

from ccpolicy.assessment.frameworks import Framework
from ccpolicy.reports.page import Page


def served_share(page: Page, framework: Framework) -> str:
    """Say how many of a framework's requirements a control serves."""
    return page.say(
        "{title}: {count} of {total} requirements have a control",
        title=page.text(framework.title),
        count=len(framework.served),
        total=len(framework.served) + len(framework.without_control),
    )
