"""`ccpolicy lint --fix`: show how a clause changed, ask for confirmation, and rewrite the files."""

from __future__ import annotations

import sys

import click

from ccpolicy.draft.fixes import ClauseChange, FileFix, clause_changes, find_fixes, write_fixes
from ccpolicy.policy import Policy
from ccpolicy.reports.page import Page


def fix(policy: Policy, page: Page, *, reviewed: bool) -> list[FileFix]:
    """Fix the files of a policy, say what was changed, and return them.

    Digests of clauses are renewed for controls that were reviewed: all of them if `reviewed`, or
    else those that a person at the terminal says.
    """
    accepted = set()
    for change in clause_changes(policy):
        _show(page, change)
        if reviewed or _asks(page, change):
            accepted.add((change.control, change.clause))
    fixes = find_fixes(policy, accepted)
    write_fixes(policy, fixes)
    said = {
        "digest": page.say("digests of clauses renewed"),
        "order": page.say("keys in their usual order"),
        "modeline": page.say("line that names the schema"),
    }
    for each in fixes:
        changes = page.phrases(said[change] for change in each.changes)
        page.paragraph(page.say("fixed: {file}: {changes}", file=each.file, changes=changes))
    if fixes:
        page.line()
    return fixes


def _show(page: Page, change: ClauseChange) -> None:
    page.heading(
        page.say(
            "Clause {id} has changed since {control} was reviewed against it",
            id=change.clause,
            control=change.control,
        )
    )
    for colour, word, clause in (
        ("red", page.say("before"), change.before),
        ("green", page.say("after"), change.after),
    ):
        texts = [page.say("not in git's history")]
        if clause:
            parts = [clause.title, clause.text] if clause.text else [clause.title]
            texts = [page.text(each) for each in parts]
        for index, text in enumerate(texts):
            page.definition("" if index else word, text, 8, colour)
    page.line()


def _asks(page: Page, change: ClauseChange) -> bool:
    """Ask at the terminal whether a control was reviewed; elsewhere nobody can say."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        page.paragraph(
            page.say("Its digest stays: review the control, then run again with --reviewed.")
        )
        return False
    click.echo(str(page), nl=False)
    page.lines.clear()
    question = page.say("Was {control} reviewed against it?", control=change.control)
    return click.confirm(question, default=False)
