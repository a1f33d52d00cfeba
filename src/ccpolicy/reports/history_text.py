"""A history as text: which commit changed which verdict."""

from __future__ import annotations

from ccpolicy.assessment.verdict_history import History
from ccpolicy.reports import View
from ccpolicy.reports.page import Page
from ccpolicy.reports.phrases import verdict_labels
from ccpolicy.reports.time_text import exactly


def render_history(result: History, view: View) -> str:
    """Render the commits that changed a verdict, oldest first; with full detail all of them."""
    page = Page(view)
    words = verdict_labels(page)
    page.paragraph(page.text(result.plan.title), colour="bold")
    page.paragraph(
        page.count(
            len(result.moments),
            "{count} commit changed the evidence; judged by today's policy",
            "{count} commits changed the evidence; judged by today's policy",
        )
    )
    for number, moment in enumerate(result.moments):
        is_end = number in (0, len(result.moments) - 1)
        if not (moment.changed or is_end or page.view.detail == "full"):
            continue
        gate = page.say("gate passed") if moment.passed else page.say("gate FAILED")
        page.line()
        page.line(
            f"{moment.commit[:12]}  {exactly(moment.committed_at)}  {gate}",
            "green" if moment.passed else "red",
        )
        for change in moment.changed:
            page.paragraph(
                page.say(
                    "{control} {title}: {before} → {after}",
                    control=change.control,
                    title=page.text(change.title),
                    before=words[change.before],
                    after=words[change.after],
                ),
                2,
            )
    return str(page)
