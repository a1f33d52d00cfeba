"""The agenda as text, by owner: overdue, not judged, and due next."""

from __future__ import annotations

from ccpolicy.assessment.agenda import Agenda, Owner, Task
from ccpolicy.reports import View
from ccpolicy.reports.page import Page, PageTable, Word
from ccpolicy.reports.phrases import reason_text
from ccpolicy.reports.time_text import judged_as_of, pinned, until, when


def render_agenda(result: Agenda, view: View) -> str:
    """Render what every owner has to do."""
    page = Page(view)
    page.paragraph(page.text(result.plan.title), colour="bold")
    warnings = pinned(page, result)
    for text in warnings or [judged_as_of(page, result.as_of, result.as_of_source)]:
        page.paragraph(text, colour="yellow" if warnings else None)
    page.paragraph(page.say("Due by {day}", day=until(result.until)))
    ids = [task.control for owner in result.owners for task in (*owner.overdue, *owner.due)]
    ids += [control.control for owner in result.owners for control in owner.unknown]
    table = PageTable(page, [page.say("OVERDUE"), page.say("UNKNOWN"), page.say("DUE")], ids)
    for owner in result.owners:
        page.heading(f"{page.text(owner.owner)} · {_totals(page, owner.totals)}")
        _owner(table, owner)
    if len(result.owners) > 1:
        page.heading(page.say("All owners"))
        page.paragraph(_totals(page, result.totals))
    if not result.owners:
        page.line()
        page.paragraph(page.say("Nothing is overdue, and nothing falls due in this time."))
    return str(page)


def _totals(page: Page, totals: tuple[int, int, int]) -> str:
    overdue, unknown, due = totals
    said = [page.say("{count} overdue", count=overdue)] if overdue else []
    said += [page.say("{count} unknown", count=unknown)] if unknown else []
    return page.join([*said, page.say("{count} due", count=due)])


def _owner(table: PageTable, owner: Owner) -> None:
    page = table.page
    for task in owner.overdue:
        _task(
            table,
            (page.say("OVERDUE"), "red"),
            task,
            page.say("since {start}", start=when(task.at)),
        )
    for control in owner.unknown:
        table.row((page.say("UNKNOWN"), "yellow"), control.control, page.text(control.title))
        if control.reason:
            table.detail(reason_text(page, control))
    for task in owner.due:
        _task(table, (page.say("DUE"), "yellow"), task, page.say("by {day}", day=until(task.at)))


def _task(table: PageTable, word: Word, task: Task, moment: str) -> None:
    page = table.page
    table.row(word, task.control, page.text(task.title), moment)
    subjects = page.subjects(task, task.subjects)
    if page.view.detail == "full":
        table.detail(page.join(subjects))
    else:
        table.detail(page.names(subjects, page.view.columns - table.indent))
