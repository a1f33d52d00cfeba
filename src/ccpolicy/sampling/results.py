"""Read back what testers wrote beside the items of a sample, in the CSV or workbook of the draw."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from ccpolicy.assessment.sample import COLUMNS, Sample, SampledItem, TestResult
from ccpolicy.draft.probe import probe_file
from ccpolicy.errors import Locator, ReportError
from ccpolicy.evidence.readers.whole_sheet import read_whole_sheet
from ccpolicy.files.limits import Limits, too_large
from ccpolicy.files.missing import missing_file
from ccpolicy.reports.csv import safe_cell
from ccpolicy.reports.layout import visible

MOST_BYTES = 16 << 20
"""Of a file with results, which holds a row for each item."""
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
        EvidenceError, LimitError: it is no workbook, or no program has room for its cells.
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
        mark = cells.get("draw", "")
        if item is None or not mark.startswith(f"{sample.draw}-") or item.id in found:
            raise ReportError(
                "the row is not of this sample, or is there twice",
                hint="draw with the same period, size and strata as the table that was tested",
                locator=Locator(str(file), number),
            )
        if mark != sample.mark(item):
            raise ReportError(
                "'{name}' was changed on file since it was drawn",
                hint="draw again, and test it as it is on file now",
                locator=Locator(str(file), number),
                name=visible(item.id),
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
    table = _workbook(file) if data.startswith(b"PK") else _csv(file, data)
    for number, row in enumerate(table[1:], 2):
        if any(row):
            yield number, [cell.strip() for cell in row]


def _csv(file: Path, data: bytes) -> Sequence[Sequence[str]]:
    try:
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as failure:
        raise _unreadable(file, failure) from failure


def _workbook(file: Path) -> Sequence[Sequence[str]]:
    _, rows = read_whole_sheet(probe_file(file, "xlsx", {}, {}, Limits(), name=str(file)))
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
