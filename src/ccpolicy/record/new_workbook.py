"""A new workbook with records, as the contract says that the dataset's workbooks are written."""

from __future__ import annotations

import datetime
import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

from ccpolicy.evidence.contract import Column
from ccpolicy.record.form_fields import RecordForm
from ccpolicy.record.spelling import Speller

_MOST_DIGITS = 10**15
"""A spreadsheet keeps fifteen digits of a number."""


def new_workbook(
    form: RecordForm, speller: Speller, records: Sequence[Mapping[str, Any]], language: str
) -> bytes:
    """Return a workbook with the contract's headings in their row; no text is ever a formula.

    Raises:
        EvidenceError: a value cannot be written as the contract says.
    """
    dataset = form.dataset
    assert isinstance(dataset.header, int)
    assert not isinstance(dataset.sheet, list)
    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": datetime.datetime(2000, 1, 1)})  # noqa: DTZ001
    sheet = book.add_worksheet(dataset.sheet or "Records")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    if dataset.header > 1:
        sheet.write_string(0, 0, dataset.title.text(language))
    for column, field in enumerate(form.fields):
        sheet.write_string(dataset.header - 1, column, form.contract.heading(field.name))
        sheet.set_column(column, column, 18)
        for row, record in enumerate(records, dataset.header):
            value = record.get(field.name)
            text = speller.cell(field.column, value)
            cell = _typed(field.column, value)
            if cell is None:
                if text:
                    sheet.write_string(row, column, text)
            elif isinstance(cell, datetime.date):
                sheet.write_datetime(row, column, cell, day)
            else:
                sheet.write(row, column, cell)
    book.close()
    return file.getvalue()


def _typed(column: Column, value: Any) -> datetime.date | float | None:
    """Return a value that a cell holds by its type; None where it is written as a text."""
    if value is None or column.reading.has_way:
        return None
    if column.type == "date":
        day = datetime.date.fromisoformat(value)
        return day if day.year >= 1901 else None
    if isinstance(value, bool):
        return value
    is_number = isinstance(value, int | float) and abs(value) < _MOST_DIGITS
    return value if is_number else None
