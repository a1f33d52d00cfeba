"""A sample as tables that testers fill in: CSV and workbooks."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from ccpolicy.assessment.sample import COLUMNS, Sample, SampledItem
from ccpolicy.errors import Message
from ccpolicy.reports import Rendered, View
from ccpolicy.reports.csv import BOM, safe_cell
from ccpolicy.reports.page import Page
from ccpolicy.reports.sample_text import found, method
from ccpolicy.reports.sheets import Sheet
from ccpolicy.reports.xlsx import workbook

TITLES = {
    "number": Message.of("No."),
    "item": Message.of("Item"),
    "stratum": Message.of("Stratum"),
    "place": Message.of("Place"),
    "draw": Message.of("Draw"),
    "result": Message.of("Result (ok, exception)"),
    "remark": Message.of("Remark"),
    "tester": Message.of("Tester"),
    "tested_on": Message.of("Tested on"),
}
"""Column → its heading in workbooks; CSV has the columns' own names."""


def render_csv(result: Sample, view: View) -> str:
    """Render a row for each item, with empty columns for the tester."""
    del view
    file = io.StringIO()
    file.write(BOM)
    writer = csv.writer(file, lineterminator="\r\n")
    fields = _fields(result)
    writer.writerow([*COLUMNS, *fields])
    for number, item in enumerate(result.items, 1):
        writer.writerow(map(safe_cell, _row(result, number, item, fields)))
    return file.getvalue()


def render_xlsx(result: Sample, view: View) -> Rendered:
    """Render a workbook: the items, and the method with what was found."""
    page = Page(view)
    fields = _fields(result)
    head = [*map(page.text, TITLES.values()), *fields]
    rows = [_row(result, number, item, fields) for number, item in enumerate(result.items, 1)]
    about = [*method(page, result), result.seed]
    if result.has_results:
        about.append(found(page, result))
    sheets = [
        Sheet(page.say("Sample"), head, rows),
        Sheet(page.say("Method"), [page.say("Method")], [(text,) for text in about]),
    ]
    return workbook(f"{result.about} {page.text(result.title)}", about[0], result.as_of, sheets)


def _fields(result: Sample) -> list[str]:
    return list(dict.fromkeys(name for item in result.items for name in item.fields))


def _row(result: Sample, number: int, item: SampledItem, fields: Sequence[str]) -> list[str]:
    tested = "" if item.result == "untested" else item.result
    return [
        str(number), item.id, item.stratum, item.place or "", result.mark(item),
        tested, item.remark, item.tester, item.tested_on,
        *(item.fields.get(name, "") for name in fields),
    ]  # fmt: skip
