"""Read back what testers wrote beside the items of a sample, in the CSV or workbook of the draw."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

from ccpolicy.assessment.sample import COLUMNS, Sample, SampledItem, TestResult
from ccpolicy.errors import LANGUAGES, Locator, ReportError
from ccpolicy.evidence.filled_table import (
    FilledRow,
    FilledTable,
    csv_table,
    is_workbook,
    workbook_tables,
)
from ccpolicy.files.bounded import read_bounded
from ccpolicy.files.limits import Limits
from ccpolicy.policy.decoding import letters
from ccpolicy.reports.csv import safe_cell
from ccpolicy.reports.layout import visible
from ccpolicy.reports.sample_tables import TITLES

MOST_BYTES = 16 << 20
"""Of a file with results."""
HEADINGS = {
    name: {name, *(title.text(language) for language in LANGUAGES)}
    for name, title in TITLES.items()
}
"""Column → what CSV and the workbooks of each language call it."""
WORDS: dict[str, TestResult] = {
    "ok": "ok",
    "exception": "exception",
    "": "untested",
    "符合": "ok",
    "例外": "exception",
}
"""What testers write; what they leave empty is untested."""


def read_results(sample: Sample, file: Path, limits: Limits) -> Sample:
    """Return the sample with what testers found.

    Raises:
        ReportError: it is no such table, one of another draw, or says what is no result.
        EvidenceError: something in it cannot be seen or read.
        LimitError: it is too large.
    """
    found: dict[str, SampledItem] = {}
    # A table holds what could be hidden or computed written out.
    wanted = {
        shown(item.id).strip(): item for item in sample.items for shown in (visible, safe_cell)
    }
    for place, cells in _rows(file, sample.draw, limits):
        item = wanted.get(cells.get("item", ""))
        mark = cells.get("draw", "")
        if item is None or not mark.startswith(f"{sample.draw}-") or item.id in found:
            raise ReportError(
                "the row is not of this sample, or is there twice",
                hint=(
                    "draw with the same period, size and strata as the table that was tested; a"
                    " period that is not over ends now, or at --as-of"
                ),
                locator=place,
            )
        if mark != sample.mark(item):
            raise ReportError(
                "'{name}' was changed on file since it was drawn",
                hint="draw again, and test it as it is on file now",
                locator=place,
                name=visible(item.id),
            )
        word = cells.get("result", "").lower()
        if word not in WORDS:
            raise ReportError(
                "'{word}' is not a result of a test",
                hint="write ok or exception, or leave it empty where nothing was tested",
                locator=place,
                word=word[:40],
            )
        told = {name: _plain(cells.get(name, "")) for name in ("remark", "tester", "tested_on")}
        found[item.id] = item.model_copy(update={"result": WORDS[word], **told})
    missing = [item.id for item in sample.items if item.id not in found]
    if missing:
        raise ReportError(
            "items of the sample that are missing, such as '{name}': {count}",
            hint="leave every row of the table in it; an empty result says that it is untested",
            locator=Locator(str(file)),
            count=len(missing),
            name=missing[0],
        )
    items = [found[item.id] for item in sample.items]
    return sample.model_copy(update={"items": items, "has_results": True})


def _rows(file: Path, draw: str, limits: Limits) -> Iterator[tuple[Locator, dict[str, str]]]:
    """Yield column → text of each row below the headings of the draw, with its place.

    Raises:
        ReportError: the file cannot be read, or has no such headings.
        EvidenceError: something in it cannot be seen or read.
        LimitError: it is too large.
    """
    data = read_bounded(file, MOST_BYTES, ReportError)
    name = str(file)
    tables = (
        list(workbook_tables(name, data, limits)) if is_workbook(data) else [csv_table(name, data)]
    )
    # Others, such as that of the method, are not the tester's; a copy of the table is.
    tested = [table for table in tables if _bears(table, draw)] or tables[:1]
    for table in tested:
        heading, *rows = table.read() or [FilledRow(Locator(name), ())]
        _check_headings(heading)
        for row in rows:
            cells = map(_text, row.below(heading))
            yield row.place, dict(zip(COLUMNS, cells, strict=False))


def _bears(table: FilledTable, draw: str) -> bool:
    return any(_text(cell).startswith(f"{draw}-") for row in table.rows for cell in row.cells)


def _check_headings(heading: FilledRow) -> None:
    """Refuse columns that were moved: another column's text would be read as the result.

    Raises:
        ReportError: a heading is not what the draw wrote there.
    """
    found = [*map(_text, heading.cells), *[""] * len(COLUMNS)]
    for number, (name, text) in enumerate(zip(COLUMNS, found, strict=False), 1):
        if text not in HEADINGS[name]:
            raise ReportError(
                "the heading of column {column} is '{found}', not '{name}'",
                hint="leave the columns as they were drawn, and put your own to the right of them",
                locator=heading.place,
                column=letters(number),
                found=text[:40],
                name=name,
            )


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    if isinstance(cell, datetime.datetime | datetime.date):
        return cell.isoformat()
    return str(cell).strip()


def _plain(cell: str) -> str:
    """Take off what keeps a spreadsheet from computing a text."""
    return cell[1:] if cell[:1] == "'" else cell
