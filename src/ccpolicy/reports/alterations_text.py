"""Alterations of records on file, in words for the text and Markdown reports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ccpolicy.assessment.alterations import Alteration, Altered, ValueChange
from ccpolicy.assessment.comparison import Side
from ccpolicy.reports.layout import clip, visible
from ccpolicy.reports.page import Page, PageTable, Word
from ccpolicy.reports.phrases import reason_text

_FEW = 3
"""Files that are named, unless all are asked for."""
_MOST = 100
"""Columns of the terminal that a value may take, unless all of it is asked for."""


def write_alterations(page: Page, found: Altered, base: Side) -> None:
    """Write which records are not as they were; nothing if all are, and that is known."""
    said = [*notes(page, found, base), *file_notes(page, found)]
    if not said:
        return
    page.heading(heading(page, base))
    shown: dict[bool, Word] = {
        False: (page.say("ALTERED"), "red"),
        True: (page.say("PERMITTED"), "yellow"),
    }
    names = [each.dataset for each in found.records]
    table = PageTable(page, [text for text, _ in shown.values()], names)
    for each in found.records:
        table.row(shown[each.permitted], each.dataset, words(page)[each.what])
        table.detail(
            page.say("{record}: {changes}", record=each.record, changes=_changes(page, each))
        )
        table.detail(page.phrases(made(page, each)), each.file)
    for text in said:
        page.paragraph(text, 2)


def heading(page: Page, base: Side) -> str:
    """Return the section's heading."""
    return page.say("Records on file at {base}", base=base.name or "")


def notes(page: Page, found: Altered, base: Side) -> Iterator[str]:
    """Say how many records were altered, and how that was found."""
    if found.reason:
        reason, hint = reason_text(page, found), page.text(found.hint) if found.hint else ""
        yield page.say("Unknown which records were altered: {reason}", reason=reason)
        if hint:
            yield page.say("hint: {hint}", hint=hint)
        return
    name = base.name or ""
    if found.parted_at:
        yield page.say(
            "{base} and this history diverged at {commit}; records filed since on {base}"
            " alone do not count as deleted",
            base=name,
            commit=found.parted_at[:12],
        )
    elif not found.builds_on_base:
        yield page.say("The history shares no commit with that of {base}", base=name)
    if found.count:
        total = page.count(
            found.count,
            "{count} record on file was altered",
            "{count} records on file were altered",
        )
        yield page.say(
            "{total}, {count} not permitted by the contract of {base}",
            total=total,
            count=found.not_permitted,
            base=name,
        )
    if rest := found.count - len(found.records):
        yield page.count(rest, "and {count} more", "and {count} more")


def file_notes(page: Page, found: Altered) -> Iterator[str]:
    """List the files that cannot be compared, and those whose dataset has no `recording`."""
    if found.unreadable:
        yield page.say(
            "Unreadable, alterations unknown: {files}",
            files=_files(page, found.unreadable, len(found.unreadable)),
        )
    for each in found.unfollowed:
        count = page.count(each.count, "{count} file changed", "{count} files changed")
        yield page.say(
            "{dataset} has no 'recording', so that its records are not followed; {count}: {files}",
            dataset=each.dataset,
            count=count,
            files=_files(page, each.files, each.count),
        )


def _files(page: Page, files: Sequence[str], count: int) -> str:
    shown = files if page.view.detail == "full" else files[:_FEW]
    names = page.join(shown)
    rest = count - len(shown)
    return page.say("{names} and {count} more", names=names, count=rest) if rest else names


def words(page: Page) -> dict[str, str]:
    """Return what may have become of a record."""
    return {
        "amended": page.say("amended"),
        "deleted": page.say("deleted"),
        "duplicated": page.say("another record under its key"),
    }


def _changes(page: Page, each: Alteration) -> str:
    return page.phrases(value_changes(page, each))


def value_changes(page: Page, each: Alteration) -> Iterator[str]:
    """Say what changed, value by value."""
    for column in each.columns:
        yield _column(page, column)


def _column(page: Page, column: ValueChange) -> str:
    before, after = (
        text if page.view.detail == "full" else clip(text, _MOST)
        for text in (visible(column.before or ""), visible(column.after or ""))
    )
    name = visible(column.name)
    if column.before is None:
        return page.say("{what}: now {after}", what=name, after=after)
    if column.after is None:
        return page.say("{what}: no longer {before}", what=name, before=before)
    return page.say("{what}: {before} → {after}", what=name, before=before, after=after)


def made(page: Page, each: Alteration) -> Iterator[str]:
    """Say who changed it last, why, and whether the contract permits it."""
    if each.uncommitted:
        yield page.say("not committed")
    elif each.commit:
        author = each.author or ""
        yield page.say("commit {commit} by {author}", commit=each.commit[:12], author=author)
        if each.committer != each.author:
            yield page.say("committed by {committer}", committer=each.committer or "")
    else:
        yield page.say("not in any commit")
    if each.reason:
        yield page.say("reason: {reason}", reason=each.reason)
    if each.permitted:
        yield page.say("the contract permits it")
    else:
        yield page.say("the contract does not permit it")
