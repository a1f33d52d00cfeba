"""What new records change, as lines for a person."""

from __future__ import annotations

from ccpolicy.assessment.models import Control, Lapse
from ccpolicy.record.effect import ControlEffect, CoverState, Effect, SubjectEffect
from ccpolicy.reports.page import Page
from ccpolicy.reports.phrases import verdict_labels
from ccpolicy.reports.time_text import exactly, span_end, until, when

_MOST_SUBJECTS = 10
_COLUMNS = 60
"""Of the names of those for which a control does not hold."""


def write_effect(page: Page, effect: Effect | None) -> None:
    """Write what new records cover and until when."""
    if effect is None:
        page.paragraph(page.say("No control rests on these records."))
        return
    if effect.as_of_source == "pinned":
        moment = exactly(effect.as_of)
        page.paragraph(page.say("Judged as of {moment}, which ccpolicy.toml pins:", moment=moment))
    if not effect.controls:
        page.paragraph(page.say("No verdict, no lapse and no due date changes."))
    for control in effect.controls:
        _control(page, effect, control)


def _control(page: Page, effect: Effect, control: ControlEffect) -> None:
    labels = verdict_labels(page)
    judged = control.control
    verdict = labels[judged.now]
    if control.before != judged.now:
        verdict = page.say("{before} → {after}", before=labels[control.before], after=verdict)
    title = f"{judged.id} {page.text(judged.title)}"
    page.paragraph(page.say("{title}: {verdict}", title=title, verdict=verdict))
    lines = [_subject(page, effect, judged, each) for each in control.subjects]
    lines += [_lapse(page, judged, each) for each in control.lapses]
    for line in lines[:_MOST_SUBJECTS]:
        page.paragraph(line, indent=2)
    if (rest := len(lines) - _MOST_SUBJECTS) > 0:
        page.paragraph(page.say("and {count} more", count=rest), indent=2)
    if control.failing:
        page.paragraph(
            page.say(
                "others that fail ({count}): {subjects}",
                count=len(control.failing),
                subjects=page.names(page.subjects(judged, control.failing), _COLUMNS),
            ),
            indent=2,
        )


def _lapse(page: Page, control: Control, lapse: Lapse) -> str:
    assert lapse.ends
    return page.say(
        "{subject}: a new lapse, {starts} to {ends}",
        subject=page.subject(control, lapse.subject),
        starts=when(lapse.starts),
        ends=span_end(lapse.starts, lapse.ends),
    )


def _subject(page: Page, effect: Effect, control: Control, change: SubjectEffect) -> str:
    before, after = change.before, change.after
    subject = page.subject(control, change.subject)
    if after.since and after.since != before.since:
        return page.say(
            "{subject}: does not hold since {since}",
            subject=subject,
            since=when(after.since),
        )
    if after.since:
        return page.say(
            "{subject}: still overdue since {since}",
            subject=subject,
            since=when(after.since),
        )
    covered = _covered(page, effect, after)
    if before.since:
        return page.say(
            "{subject}: covered {until}; was overdue since {since}",
            subject=subject,
            until=covered,
            since=when(before.since),
        )
    return page.say(
        "{subject}: covered {until}; was covered {before}",
        subject=subject,
        until=covered,
        before=_covered(page, effect, before),
    )


def _covered(page: Page, effect: Effect, standing: CoverState) -> str:
    if standing.until is None:
        return page.say("beyond {horizon}", horizon=until(effect.horizon))
    return page.say("until {day}", day=until(standing.until))
