"""How evidence is read, as CSV: a row for each record, and for each refusal.

The columns beside the contract's begin with `_`, as none of these can.
"""

from __future__ import annotations

import csv
import io

from ccpolicy.assessment.preview import Preview
from ccpolicy.errors import Message
from ccpolicy.reports import Rendered, View
from ccpolicy.reports.csv import BOM, safe_cell

PLACE, CODE, REASON = "_place", "_code", "_reason"


def render_preview(result: Preview, view: View) -> Rendered:
    """Render the records of a dataset; rows before `reshape`, and nested records, are left out."""
    table = result.records
    file = io.StringIO()
    file.write(BOM)
    columns = [PLACE, *table.columns, CODE, REASON]
    writer = csv.DictWriter(file, columns, restval="", lineterminator="\r\n")
    writer.writeheader()
    for row in table.rows:
        cells = {name: _text(value) for name, value in row.values.items()}
        writer.writerow({PLACE: safe_cell(row.place)} | cells)
    for each in result.refused:
        reason = safe_cell(each.message.text(view.language))
        writer.writerow({PLACE: safe_cell(each.place or ""), CODE: each.code, REASON: reason})
    others = [each.name for each in result.tables if each is not table]
    unsaid = [Message.of("the tables {names}", names=", ".join(others))] if others else []
    return Rendered(file.getvalue(), tuple(unsaid))


def _text(value: str | float | bool) -> str | float:
    """Write a value as a CSV file of the contract has it; a text cannot become a formula."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return safe_cell(value) if isinstance(value, str) else value
