"""The agenda as rows, for CSV and workbooks: one a subject, and the totals by owner."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from ccpolicy.assessment.agenda import Agenda, Task
from ccpolicy.reports import Rendered, View
from ccpolicy.reports.csv import BOM, safe_cell
from ccpolicy.reports.page import Page
from ccpolicy.reports.phrases import reason_text
from ccpolicy.reports.sheets import Cell, Sheet
from ccpolicy.reports.summary_text import severities
from ccpolicy.reports.time_text import beginning, ending, pinned, until
from ccpolicy.reports.xlsx import workbook

COLUMNS = (
    "entry", "owner", "control", "title", "severity", "subject", "at", "text",
)  # fmt: skip
"""The same in every language, since other programs name them."""


def render_csv(result: Agenda, view: View) -> str:
    """Render a row for a pin, each subject overdue, each control unknown and each subject due."""
    file = io.StringIO()
    file.write(BOM)
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    page = Page(view)
    if warnings := pinned(page, result):
        row = ["pinned", "", "", "", "", "", result.as_of, page.phrases(warnings)]
        writer.writerow(map(safe_cell, row))
    for owner in result.owners:
        for entry, task, subject in _tasks(owner.overdue, owner.due):
            row = [task.control, page.text(task.title), task.severity, subject, task.at]
            row = [entry, page.text(owner.owner), *row, page.text(task.remediation)]
            writer.writerow(map(safe_cell, row))
        for each in owner.unknown:
            row = [each.control, page.text(each.title), each.severity, "", ""]
            reason = reason_text(page, each)
            writer.writerow(map(safe_cell, ["unknown", page.text(owner.owner), *row, reason]))
    return file.getvalue()


def _tasks(overdue: Sequence[Task], due: Sequence[Task]) -> Iterator[tuple[str, Task, str]]:
    for entry, tasks in (("overdue", overdue), ("due", due)):
        for task in tasks:
            yield from ((entry, task, subject) for subject in task.subjects)


def render_xlsx(result: Agenda, view: View) -> Rendered:
    """Render a workbook: what each owner has to do, and the totals."""
    page = Page(view)
    about = [page.say("Due by {day}", day=until(result.until)), *pinned(page, result)]
    return workbook(
        page.text(result.plan.title),
        page.phrases(about),
        result.as_of,
        [_agenda(page, result), _totals(page, result)],
    )


def _agenda(page: Page, result: Agenda) -> Sheet:
    head = [
        page.say("State"), page.say("Owner"), page.say("Control"), page.say("Title"),
        page.say("Severity"), page.say("Subject"), page.say("Since or by"), page.say("Remediation"),
    ]  # fmt: skip
    words = severities(page)
    states = {"overdue": page.say("OVERDUE"), "due": page.say("DUE")}
    rows: list[Sequence[Cell]] = []
    for owner in result.owners:
        role = page.text(owner.owner)
        for entry, task, subject in _tasks(owner.overdue, owner.due):
            called = page.subject(task, subject)
            about = (task.control, page.text(task.title), words[task.severity], called)
            at = beginning(task.at) if entry == "overdue" else ending(task.at)
            rows.append((states[entry], role, *about, at, page.text(task.remediation)))
        for each in owner.unknown:
            about = (each.control, page.text(each.title), words[each.severity], "")
            reason = reason_text(page, each)
            rows.append((page.say("UNKNOWN"), role, *about, None, reason))
    return Sheet(page.say("Due"), head, rows)


def _totals(page: Page, result: Agenda) -> Sheet:
    head = [
        page.say("Owner"), page.say("Subjects overdue"), page.say("Controls unknown"),
        page.say("Subjects due"),
    ]  # fmt: skip
    rows: list[Sequence[Cell]] = [
        (page.text(owner.owner), *owner.totals) for owner in result.owners
    ]
    rows.append((page.say("All owners"), *result.totals))
    return Sheet(page.say("Totals by owner"), head, rows)
