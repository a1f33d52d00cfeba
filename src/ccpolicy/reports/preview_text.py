"""How evidence is read, as text: tables with places, then what is refused and why."""

from __future__ import annotations

from collections.abc import Sequence

from ccpolicy.assessment.preview import Preview, PreviewedFile, PreviewedTable, RefusedEvidence
from ccpolicy.reports import View
from ccpolicy.reports.layout import clip, pad, visible, width
from ccpolicy.reports.page import Page
from ccpolicy.reports.phrases import labelled

_WIDEST = 32
"""Columns of a terminal that a cell takes at most."""


def render_preview(result: Preview, view: View) -> str:
    """Render what a dataset is read as."""
    page = Page(view)
    title = page.say("{id}: {title}", id=result.dataset, title=page.text(result.title))
    page.paragraph(title, colour="bold")
    for file in result.files:
        _file(page, file)
    for table in result.tables:
        _table(page, table)
    if result.refused:
        page.heading(page.say("Refused"))
    for each in result.refused:
        _refusal(page, each)
    return str(page)


def _file(page: Page, file: PreviewedFile) -> None:
    records = page.count(file.records, "{count} record", "{count} records")
    said = page.say(
        "{file}: {records}, {count} refused",
        file=file.file,
        records=records,
        count=file.refused,
    )
    page.paragraph(said)
    for note in file.notes:
        page.paragraph(f"{note.code} {page.text(note.message)}".lstrip(), 2, "dim")


def _table(page: Page, table: PreviewedTable) -> None:
    """Write rows beside their places; those of a wide table below one another."""
    page.heading(
        page.say(
            "{name}: the first {shown} of {count}",
            name=table.name,
            shown=len(table.rows),
            count=table.count,
        )
        if len(table.rows) < table.count
        else page.say("{name}: {count}", name=table.name, count=table.count)
    )
    if not table.rows:
        return
    names = [page.say("place"), *table.columns]
    kinds = ["", *table.columns.values()]
    rows = [
        [row.place, *(_cell(row.values.get(column)) for column in table.columns)]
        for row in table.rows
    ]
    shown = [[clip(visible(cell), _WIDEST) for cell in row] for row in (names, kinds, *rows)]
    widths = [max(map(width, column)) for column in zip(*shown, strict=True)]
    if sum(widths) + 2 * len(widths) <= page.view.columns:
        for index, row in enumerate(shown):
            page.line("  " + _row(row, widths), "dim" if index < 2 else None)
        return
    longest = min(max(map(width, table.columns)), _WIDEST) + 2
    for record in table.rows:
        page.line(f"  {visible(record.place)}", "dim")
        for name, value in record.values.items():
            page.definition(f"  {visible(name)}", visible(_cell(value)), longest + 2)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(pad(cell, columns) for cell, columns in zip(cells, widths, strict=True))


def _cell(value: str | float | bool | None) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:.15g}"
    return str(value)


def _refusal(page: Page, refusal: RefusedEvidence) -> None:
    message = f"{refusal.code} {page.text(refusal.message)}".lstrip()
    page.line(labelled(page, "error", visible(refusal.place or ""), message))
    if refusal.place and page.view.excerpt:
        for line in page.view.excerpt(refusal.place, refusal.field):
            page.line(line)
    if refusal.hint:
        hint = refusal.hint.text(page.view.language)
        page.paragraph(page.say("hint: {hint}", hint=hint), 2)
