"""A comparison of two states of a policy as Markdown."""

from __future__ import annotations

from ccpolicy.assessment.alterations import Altered
from ccpolicy.assessment.comparison import DIRECTIONS, Comparison, PolicyChange, Side
from ccpolicy.reports import View
from ccpolicy.reports.alterations_text import file_notes, made, notes, value_changes, words
from ccpolicy.reports.alterations_text import heading as altered_heading
from ccpolicy.reports.comparison_text import direction_summary, header, headings, said, tally, title
from ccpolicy.reports.markdown import escape_markdown
from ccpolicy.reports.page import Page


def render_comparison(result: Comparison, view: View) -> str:
    """Render a comparison: one table for each direction."""
    page = Page(view)
    titles = {control.id: control.title for control in result.controls}
    lines = [f"## {escape_markdown(page.text(result.title))}", ""]
    lines += [f"{escape_markdown(line)}  " for line in header(page, result)]
    lines += [
        "",
        f"**{escape_markdown(direction_summary(page, result))}**  ",
        escape_markdown(tally(page, result)),
    ]
    for direction in DIRECTIONS:
        found = [change for change in result.changes if change.direction == direction]
        if found:
            lines += ["", f"### {escape_markdown(headings(page)[direction])}", ""]
            lines += [
                _row(page.say("What"), page.say("Change"), page.say("Place")),
                _row(*["---"] * 3),
            ]
            lines += [_change(page, change, title(page, change, titles)) for change in found]
    if result.altered:
        lines += _altered(page, result.altered, result.base)
    return "\n".join(lines) + "\n"


def _change(page: Page, change: PolicyChange, what: str) -> str:
    place = change.after_at or change.before_at or ""
    return _row(
        escape_markdown(f"{change.name} {what}"),
        escape_markdown(said(page, change)),
        escape_markdown(place),
    )


def _altered(page: Page, found: Altered, base: Side) -> list[str]:
    """Show the altered records, and what could not be compared."""
    said = [*notes(page, found, base), *file_notes(page, found)]
    if not said:
        return []
    lines = ["", f"### {escape_markdown(altered_heading(page, base))}"]
    for text in said:
        lines += ["", escape_markdown(text)]
    if found.records:
        head = [page.say("Record"), page.say("Change"), page.say("By"), page.say("Place")]
        lines += ["", _row(*map(escape_markdown, head)), _row(*["---"] * 4)]
    for each in found.records:
        lines.append(
            _row(
                escape_markdown(f"{each.dataset} {each.record}"),
                escape_markdown(page.phrases([words(page)[each.what], *value_changes(page, each)])),
                escape_markdown(page.phrases(made(page, each))),
                escape_markdown(each.file),
            )
        )
    return lines


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
