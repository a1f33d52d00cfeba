"""Read records that were filled in elsewhere: a form, a table, or lines from the offline page."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.evidence.readers import SourceFile
from ccpolicy.evidence.readers.json import DECODER, DuplicateName
from ccpolicy.evidence.readers.whole_sheet import read_whole_sheet
from ccpolicy.files.finder import content_facts
from ccpolicy.files.limits import Limits
from ccpolicy.record.errors import given_twice
from ccpolicy.record.form_fields import RecordForm
from ccpolicy.record.recorder import FilledRecord

FORM_SHEET = "Form"
"""Sheet of a workbook that `template` writes; its first row is the instruction."""


def read_given(file: str, form: RecordForm, limits: Limits) -> list[FilledRecord]:
    """Read the records of a file: XLSX, CSV, JSON Lines or JSON; `-` is standard input.

    Raises:
        EvidenceError: it cannot be read, or is none of these.
    """
    data = _bytes(file, limits)
    suffix = Path(file).suffix.lower()
    if data.startswith(b"PK\x03\x04"):
        found = list(_workbook(file, data, form, limits))
    elif suffix == ".csv":
        found = list(_csv(file, _text(file, data)))
    else:
        found = list(_json(file, _text(file, data)))
    if len(found) > limits.rows:
        raise EvidenceError(
            "the table has {count} rows, and the limit is {limit}",
            locator=Locator(file),
            count=len(found),
            limit=limits.rows,
        )
    return found


def _bytes(file: str, limits: Limits) -> bytes:
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as failure:
        raise EvidenceError(
            "cannot read the file: {reason}", locator=Locator(file), reason=failure.strerror
        ) from failure
    limits.check_size(file, len(data))
    return data


def _text(file: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        raise EvidenceError(
            "not {encoding} text: byte {byte}",
            hint="save the file in {encoding}",
            locator=Locator(file),
            encoding="UTF-8",
            byte=f"0x{data[failure.start]:02x}",
        ) from failure


def _csv(file: str, text: str) -> Iterator[FilledRecord]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    head: list[str] | None = None
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if head is None:
                head = [cell.strip() for cell in row]
                continue
            yield _row(head, row, Locator(file, reader.line_num))
    except csv.Error as failure:
        raise EvidenceError(
            "a quotation mark is misplaced or missing",
            locator=Locator(file, reader.line_num),
        ) from failure


def _json(file: str, text: str) -> Iterator[FilledRecord]:
    """Yield the records of JSON Lines, or of a document that lists them."""
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if text.lstrip().startswith("["):
        lines = [(1, text)]
    for number, line in lines:
        place = Locator(file, number)
        try:
            value = DECODER.decode(line.strip())
        except DuplicateName as failure:
            raise given_twice(str(failure)).at(place) from failure
        except (ValueError, RecursionError) as failure:
            raise EvidenceError(
                "this is no JSON, or not all of it: {reason}",
                hint="each line is a record, such as  {example}",
                locator=place,
                reason=str(failure),
                example='{"result": "pass"}',
            ) from failure
        for index, each in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(value, list):
                place = Locator(file, number, path=str(index))
            if not isinstance(each, dict) or any(isinstance(v, dict) for v in each.values()):
                raise EvidenceError(
                    "a record is expected here, with a name for each value", locator=place
                )
            yield FilledRecord(each, place)


def _workbook(file: str, data: bytes, form: RecordForm, limits: Limits) -> Iterator[FilledRecord]:
    """Yield the records of a form, within the limits that hold for evidence."""
    facts = replace(content_facts([data]), data=data)
    source = SourceFile(form.contract, file, Path(file), facts, limits)
    sheet, rows = read_whole_sheet(source, FORM_SHEET)
    head: list[str] | None = None
    for number, row in enumerate(rows, 1):
        if not any(_is_filled(cell) for cell in row):
            continue
        if head is None:
            texts = [str(cell).strip().removesuffix(" *") for cell in row]
            if sum(map(bool, texts)) > 1 or len(form.fields) == 1:
                head = texts
            continue
        yield _row(head, row, Locator(file, number, sheet=sheet))


def _is_filled(cell: Any) -> bool:
    return cell is not None and str(cell).strip() != ""


def _row(head: Sequence[str], row: Sequence[Any], place: Locator) -> FilledRecord:
    if any(_is_filled(cell) for cell in row[len(head) :]):
        raise EvidenceError(
            "{found} cells, where {expected} are expected",
            locator=place,
            found=len(row),
            expected=len(head),
        )
    named = [name for name in head if name]
    if len(set(named)) < len(named):
        raise given_twice(next(each for each in named if named.count(each) > 1)).at(place)
    fields: Mapping[str, Any] = {
        name: cell for name, cell in zip(head, row, strict=False) if name and _is_filled(cell)
    }
    return FilledRecord(fields, place)
