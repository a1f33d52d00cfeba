"""Read back what testers wrote beside the items of a sample, in the CSV or workbook of the draw."""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from ccpolicy.assessment.sample import COLUMNS, Sample, SampledItem, TestResult
from ccpolicy.errors import Locator, ReportError
from ccpolicy.files.limits import too_large
from ccpolicy.files.missing import missing_file
from ccpolicy.reports.csv import safe_cell
from ccpolicy.reports.layout import visible

MOST_BYTES = 16 << 20
"""Of a file with results, also unpacked."""
WORDS: dict[str, TestResult] = {
    "ok": "ok",
    "exception": "exception",
    "": "untested",
    "符合": "ok",
    "例外": "exception",
}
"""What testers write; what they leave empty is untested."""


def read_results(sample: Sample, file: Path) -> Sample:
    """Return the sample with what testers found.

    Raises:
        ReportError: it is no such table, one of another draw, or says what is no result.
    """
    found: dict[str, SampledItem] = {}
    # A table holds what could be hidden or computed written out.
    wanted = {
        shown(item.id).strip(): item for item in sample.items for shown in (visible, safe_cell)
    }
    for number, row in _rows(file):
        cells = dict(zip(COLUMNS, row, strict=False))
        item = wanted.get(cells.get("item", ""))
        if item is None or cells.get("draw") != sample.draw or item.id in found:
            raise ReportError(
                "the row is not of this sample, or is there twice",
                hint="draw with the same period, size and strata as the table that was tested",
                locator=Locator(str(file), number),
            )
        word = cells.get("result", "").strip().lower()
        if word not in WORDS:
            raise ReportError(
                "'{word}' is not a result of a test",
                hint="write ok or exception, or leave it empty where nothing was tested",
                locator=Locator(str(file), number),
                word=word[:40],
            )
        told = {name: _plain(cells.get(name, "")) for name in ("remark", "tester", "tested_on")}
        found[item.id] = item.model_copy(update={"result": WORDS[word], **told})
    missing = [item.id for item in sample.items if item.id not in found]
    if missing:
        raise ReportError(
            "{count} items of the sample are missing, such as '{name}'",
            hint="leave every row of the table in it; an empty result says that it is untested",
            locator=Locator(str(file)),
            count=len(missing),
            name=missing[0],
        )
    items = [found[item.id] for item in sample.items]
    return sample.model_copy(update={"items": items, "has_results": True})


def _rows(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows below the heading, with their numbers.

    Raises:
        ReportError: the file cannot be read.
    """
    try:
        with file.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except FileNotFoundError as failure:
        raise missing_file(file, ReportError) from failure
    except OSError as failure:
        raise _unreadable(file, failure) from failure
    if len(data) > MOST_BYTES:
        raise too_large(str(file), MOST_BYTES)
    table = _workbook(file, data) if data.startswith(b"PK") else _csv(file, data)
    for number, row in enumerate(table[1:], 2):
        if any(row):
            yield number, [cell.strip() for cell in row]


def _csv(file: Path, data: bytes) -> Sequence[Sequence[str]]:
    try:
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as failure:
        raise _unreadable(file, failure) from failure


def _workbook(file: Path, data: bytes) -> Sequence[Sequence[str]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST_BYTES:
                raise too_large(str(file), MOST_BYTES)
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (zipfile.BadZipFile, CalamineError, ValueError, IndexError) as failure:
        raise _unreadable(file, failure) from failure
    return [[_text(cell) for cell in row] for row in rows]


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime.datetime | datetime.date):
        return cell.isoformat()
    return str(cell)


def _plain(cell: str) -> str:
    """Take off what keeps a spreadsheet from computing a text."""
    return cell[1:] if cell[:1] == "'" else cell


def _unreadable(file: Path, failure: Exception) -> ReportError:
    return ReportError(
        "this is no table of results: {reason}",
        hint="give the CSV or the workbook that 'ccpolicy sample' wrote, with results in it",
        locator=Locator(str(file)),
        reason=str(failure) or type(failure).__name__,
    )
