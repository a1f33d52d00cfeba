"""XLSX: the verdicts and their details, a sheet for each kind of entry."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterable, Sequence

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from ccpolicy.assessment.models import Assessment
from ccpolicy.errors import Message
from ccpolicy.reports import Rendered, View
from ccpolicy.reports.layout import clip, visible, width
from ccpolicy.reports.page import Page
from ccpolicy.reports.sheets import Cell, Sheet, sheets
from ccpolicy.reports.summary_text import judgement
from ccpolicy.reports.time_text import pinned

LONGEST = 32_767
"""Characters that a cell can hold."""
MOST_ROWS = 1_048_576
_WIDEST = 60


def render_assessment(result: Assessment, view: View) -> Rendered:
    """Render an assessment as a workbook; the same bytes for the same assessment."""
    page = Page(view)
    about = page.phrases([judgement(page, result), *pinned(page, result)])
    return workbook(page.text(result.policy.title), about, result.as_of, sheets(page, result))


def workbook(title: str, about: str, made: str, contents: Iterable[Sheet]) -> Rendered:
    """Write sheets as a workbook, made at a moment that is given and not the clock's."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    created = datetime.datetime.fromisoformat(made).astimezone(datetime.UTC).replace(tzinfo=None)
    book.set_properties({"title": title, "comments": about, "created": created})
    writer = _WorkbookWriter(book)
    for sheet in contents:
        writer.add(sheet)
    book.close()
    return Rendered(file.getvalue(), tuple(writer.unsaid))


class _WorkbookWriter:
    """Writes sheets into a workbook, and remembers what did not fit."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.head = book.add_format({"bold": True, "bottom": 1})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.whole = book.add_format({"valign": "top", "num_format": "#,##0"})
        self.fraction = book.add_format({"valign": "top", "num_format": "#,##0.00"})
        day = {"valign": "top", "align": "left", "num_format": "yyyy-mm-dd"}
        self.day = book.add_format(day)
        self.moment = book.add_format({**day, "num_format": "yyyy-mm-dd hh:mm"})
        self.unsaid: list[Message] = []

    def add(self, sheet: Sheet) -> None:
        """Write a sheet: its headings, which stay in sight, and its rows."""
        target = self.book.add_worksheet(sheet.name)
        rows = sheet.rows[: MOST_ROWS - 1]
        if rest := len(sheet.rows) - len(rows):
            self.unsaid.append(
                Message.of("rows that do not fit on '{sheet}': {rest}", sheet=sheet.name, rest=rest)
            )
        for column, title in enumerate(sheet.head):
            target.write_string(0, column, title, self.head)
            target.set_column(column, column, _columns(title, (row[column] for row in rows)))
        for number, row in enumerate(rows, 1):
            self.row(target, number, row)
        target.freeze_panes(1, 1)
        if rows:
            target.autofilter(0, 0, len(rows), len(sheet.head) - 1)

    def row(self, target: Worksheet, number: int, row: Sequence[Cell]) -> None:
        """Write a row; a text is never taken for anything but a text."""
        for column, value in enumerate(row):
            if isinstance(value, str):
                target.write_string(number, column, self.fitting(value), self.text)
            elif isinstance(value, datetime.date):
                form = self.moment if isinstance(value, datetime.datetime) else self.day
                target.write_datetime(number, column, value, form)
            elif value is not None:
                shown_as = self.whole if isinstance(value, int) else self.fraction
                target.write_number(number, column, value, shown_as)

    def fitting(self, value: str) -> str:
        """Return a text as far as a cell can hold it."""
        shown = visible(value)
        if len(shown) <= LONGEST:
            return shown
        self.unsaid.append(Message.of("the end of a text of {count} characters", count=len(shown)))
        return shown[: LONGEST - 1] + "…"


def _columns(title: str, values: Iterable[Cell]) -> int:
    widest = max((width(clip(visible(str(value)), _WIDEST)) for value in values), default=0)
    return max(widest, width(title)) + 2
