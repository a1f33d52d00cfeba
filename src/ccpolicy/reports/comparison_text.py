"""A comparison of two states of a policy in words, as the text and the markdown say it."""

from __future__ import annotations

from ccpolicy.assessment.comparison import (
    DIRECTIONS,
    STATUSES,
    ChangeFamily,
    Comparison,
    ControlStatus,
    PolicyChange,
    Side,
)
from ccpolicy.reports import View
from ccpolicy.reports.alterations_text import write_alterations
from ccpolicy.reports.amount_text import amount_text
from ccpolicy.reports.layout import visible
from ccpolicy.reports.page import Page, PageTable, Word
from ccpolicy.texts import Text


def render_comparison(result: Comparison, view: View) -> str:
    """Render what changed, what was loosened first."""
    page = Page(view)
    page.paragraph(page.text(result.title), colour="bold")
    for line in header(page, result):
        page.paragraph(line)
    words = _words(page)
    table = PageTable(page, [text for text, _ in words.values()], [c.name for c in result.changes])
    titles = {control.id: control.title for control in result.controls}
    for direction in DIRECTIONS:
        found = [change for change in result.changes if change.direction == direction]
        # Changes without an effect are shown on demand.
        if not found or (direction == "neutral" and page.view.detail != "full"):
            continue
        page.heading(headings(page)[direction])
        last = None
        for change in found:
            if (change.family, change.name) != last:
                last = (change.family, change.name)
                table.row(words[direction], change.name, title(page, change, titles))
            table.detail(said(page, change), change.after_at or change.before_at)
    if result.altered:
        write_alterations(page, result.altered, result.base)
    page.line()
    page.paragraph(tally(page, result))
    neutral = sum(change.direction == "neutral" for change in result.changes)
    if neutral and page.view.detail != "full":
        count = page.count(neutral, "{count} wording change", "{count} wording changes")
        page.paragraph(page.say("{changes} not shown (-v shows all)", changes=count))
    page.paragraph(direction_summary(page, result))
    return str(page)


def header(page: Page, result: Comparison) -> list[str]:
    """Say what is compared with what."""
    sides = {"base": _side(page, result.base), "head": _side(page, result.head)}
    return [
        page.say("From {base} to {head}", **sides),
        page.say("History ends on {day}", day=result.as_of),
    ]


def _side(page: Page, side: Side) -> str:
    if side.revision is None:
        return page.say("the files on disk")
    return page.say("{name} ({commit})", name=side.name or "", commit=side.revision[:12])


def headings(page: Page) -> dict[str, str]:
    """Return the heading of each direction."""
    return {
        "loosened": page.say("Loosened"),
        "unordered": page.say("Changed, neither stricter nor looser"),
        "tightened": page.say("Tightened"),
        "added": page.say("New, and nothing rests on it yet"),
        "neutral": page.say("Changed without an effect on any verdict"),
    }


def _words(page: Page) -> dict[str, Word]:
    return {
        "loosened": (page.say("LOOSER"), "red"),
        "unordered": (page.say("CHANGED"), "yellow"),
        "tightened": (page.say("STRICTER"), "green"),
        "added": (page.say("NEW"), "cyan"),
        "neutral": (page.say("WORDS"), "dim"),
    }


_FAMILY_MESSAGES: dict[ChangeFamily, str] = {
    "waiver": "waiver",
    "dataset": "dataset",
    "check": "check kind",
    "calendar": "calendar",
    "norm": "norm",
    "framework": "framework",
    "plan": "plan",
    "settings": "settings",
    "test": "policy test",
}


def title(page: Page, change: PolicyChange, titles: dict[str, Text]) -> str:
    """Say what kind of thing changed: of a control its title."""
    if change.family == "control":
        return page.text(titles[change.name])
    return page.say(_FAMILY_MESSAGES[change.family])


def said(page: Page, change: PolicyChange) -> str:
    """Describe one change: field, old and new value, and whether it applies to the past."""
    text = page.text(change.message)
    before, after = (
        visible(amount_text(each or "", page.view.language))
        for each in (change.before, change.after)
    )
    if change.before is not None and change.after is not None:
        text = page.say("{what}: {before} → {after}", what=text, before=before, after=after)
    elif change.after is not None:
        text = page.say("{what}: now {after}", what=text, after=after)
    elif change.before is not None:
        text = page.say("{what}: no longer {before}", what=text, before=before)
    if change.rewrites_history and change.direction != "neutral":
        text = page.say("{change}; rewrites history", change=text)
    return text


def tally(page: Page, result: Comparison) -> str:
    """Say how many controls went which way."""
    total = page.count(len(result.controls), "{count} control", "{count} controls")
    counts = page.join(_count(page, status, result.tally[status]) for status in STATUSES)
    return page.say("{total}: {counts}", total=total, counts=counts)


def _count(page: Page, status: ControlStatus, count: int) -> str:
    match status:
        case "removed":
            return page.say("{count} removed", count=count)
        case "loosened":
            return page.say("{count} loosened", count=count)
        case "unordered":
            return page.say("{count} changed either way", count=count)
        case "added":
            return page.say("{count} new", count=count)
        case "tightened":
            return page.say("{count} tightened", count=count)
        case "unchanged":
            return page.say("{count} unchanged", count=count)


def direction_summary(page: Page, result: Comparison) -> str:
    """Say whether the policy may have become weaker."""
    if result.loosened:
        return page.say("The policy was loosened, or may have been")
    if any(change.direction == "tightened" for change in result.changes):
        return page.say("The policy was tightened, and nothing loosened")
    return page.say("Nothing was tightened or loosened")
