"""Markdown: what a pull request's discussion shows."""

from __future__ import annotations

import re

from ccpolicy.assessment.comparison import DIRECTIONS, Change, Comparison
from ccpolicy.reports import View
from ccpolicy.reports.compared import header, headings, outcome, said, tally, title
from ccpolicy.reports.layout import visible
from ccpolicy.reports.page import Page

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~@:&$])")


def comparison(result: Comparison, view: View) -> str:
    """Render a comparison: one table for each direction."""
    page = Page(view)
    titles = {control.id: control.title for control in result.controls}
    lines = [f"## {_plain(page.text(result.title))}", ""]
    lines += [f"{_plain(line)}  " for line in header(page, result)]
    lines += ["", f"**{_plain(outcome(page, result))}**  ", _plain(tally(page, result))]
    for direction in DIRECTIONS:
        found = [change for change in result.changes if change.direction == direction]
        if found:
            lines += ["", f"### {_plain(headings(page)[direction])}", ""]
            lines += [
                _row(page.say("What"), page.say("Change"), page.say("Place")),
                _row(*["---"] * 3),
            ]
            lines += [_change(page, change, title(page, change, titles)) for change in found]
    return "\n".join(lines) + "\n"


def _change(page: Page, change: Change, what: str) -> str:
    place = change.after_at or change.before_at or ""
    return _row(_plain(f"{change.name} {what}"), _plain(said(page, change)), _plain(place))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    """Escape all that Markdown, HTML or a forge would read something into, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(visible(text).split()))
