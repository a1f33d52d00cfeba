"""`ccpolicy test --falsify`: whether what breaks the plan turns the controls."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from ccpolicy.cli.progress import progress
from ccpolicy.cli.tests_summary import finish
from ccpolicy.errors import Message
from ccpolicy.reports.phrases import problem_text, verdict_labels
from ccpolicy.reports.time_text import until, when

if TYPE_CHECKING:
    from ccpolicy import Repository
    from ccpolicy.engine.falsification import FalsificationResult, TurnedControl
    from ccpolicy.reports.page import Page

_SHOWN = 3
"""New lapses, or problems, of one control."""


def falsify_controls(
    page: Page,
    repository: Repository,
    controls: Collection[str],
    words: str,
    *,
    require_all: bool,
) -> int:
    """Try falsifications, say which did not turn their controls, and return the exit code."""
    detail = page.view.detail
    with progress(Message.of("trying the falsifications"), page.view.language):
        tried = list(repository.falsify(controls, words))
    for each in tried:
        if not each.passed or detail == "full":
            _result(page, each)
    doubtful = [] if controls or words else repository.doubtful_demands()
    for finding in doubtful if detail != "brief" else ():
        page.paragraph(f"{finding.locator}: {finding.message.coded(page.view.language)}")
    return finish(
        page,
        Message.of(
            "{falsifications}: {passed} turned their controls, {failed} did not",
            falsifications=page.count(
                len(tried), "{count} falsification", "{count} falsifications"
            ),
        ),
        [each.passed for each in tried],
        lacks_tests=bool(require_all and doubtful),
    )


def _result(page: Page, each: FalsificationResult) -> None:
    place = each.located.place.locate()
    page.paragraph(
        page.say(
            "{word} {place}: clause {clause}, '{words}': {broken}",
            word=page.say("PASS") if each.passed else page.say("FAIL"),
            place=f"{place.file}:{place.line}",
            clause=each.located.demand.clause,
            words=page.text(each.located.demand.says),
            broken=page.text(each.located.falsification.broken),
        )
    )
    if each.error:
        for line in each.error.diagnostics(page.view.language).splitlines():
            page.paragraph(line, indent=4)
    for turn in each.turns:
        _turn(page, turn)
    for problem in each.problems[:_SHOWN]:
        page.paragraph(problem_text(page, problem), indent=6)


def _turn(page: Page, turn: TurnedControl) -> None:
    """Print a control's verdicts before and after the edits, and its new lapses."""
    said = verdict_labels(page)
    text = page.say(
        "{control}: now {before} → {after}, period {before_period} → {after_period}",
        control=turn.after.id,
        before=said[turn.before.now],
        after=said[turn.after.now],
        before_period=said[turn.before.period],
        after_period=said[turn.after.period],
    )
    page.paragraph(text, indent=4)
    if not turn.turned:
        page.paragraph(page.say("no new lapse: the control did not turn"), indent=6)
    lapses = turn.lapses
    for lapse in lapses[:_SHOWN]:
        page.paragraph(
            page.say(
                "new lapse: {subject}, {starts} to {ends}",
                subject=page.subject(turn.after, lapse.subject),
                starts=when(lapse.starts),
                ends=until(lapse.ends) if lapse.ends else "…",
            ),
            indent=6,
        )
    if len(lapses) > _SHOWN:
        page.paragraph(page.say("and {count} more", count=len(lapses) - _SHOWN), indent=6)
