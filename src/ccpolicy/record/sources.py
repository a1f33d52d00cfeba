"""Read records that were filled in elsewhere: a form, a table, or lines from the offline page."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.evidence.filled_table import (
    FilledTable,
    csv_table,
    decode_filled,
    is_filled,
    is_workbook,
    workbook_tables,
)
from ccpolicy.evidence.readers.json import DECODER, DuplicateName
from ccpolicy.evidence.readers.open_workbook import MAX_BYTES
from ccpolicy.files.bounded import read_bounded, read_stream
from ccpolicy.files.limits import MIB, Limits
from ccpolicy.record.errors import given_twice
from ccpolicy.record.form_fields import RecordForm
from ccpolicy.record.recorder import FilledRecord

FORM_SHEET = "Form"
"""Sheet of a workbook that `template` writes; its first row is the instruction."""


def read_given(file: str, form: RecordForm, limits: Limits) -> list[FilledRecord]:
    """Read the records of a file: a workbook, CSV, JSON Lines or JSON; `-` is standard input.

    Raises:
        EvidenceError: it cannot be read, or is none of these.
        LimitError: it is too large.
    """
    most = min(MAX_BYTES, limits.file_size << MIB)
    if file == "-":
        data = read_stream(sys.stdin.buffer, file, most)
    else:
        data = read_bounded(Path(file), most, EvidenceError)
    if is_workbook(data):
        found = list(_table(next(workbook_tables(file, data, limits, FORM_SHEET)), form))
    elif Path(file).suffix.lower() == ".csv":
        found = list(_table(csv_table(file, data), form))
    else:
        found = list(_json(file, decode_filled(file, data)))
    if len(found) > limits.rows:
        raise EvidenceError(
            "the table has {count} rows, and the limit is {limit}",
            locator=Locator(file),
            count=len(found),
            limit=limits.rows,
        )
    return found


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


def _table(table: FilledTable, form: RecordForm) -> Iterator[FilledRecord]:
    """Yield the records of a table, below its headings."""
    rows = iter(table.read())
    heading = next(rows, None)
    # Above the headings a form has an instruction, and people write titles.
    is_titled = table.sheet == FORM_SHEET or len(form.fields) > 1
    while heading and is_titled and sum(map(is_filled, heading.cells)) == 1:
        heading = next(rows, None)
        is_titled = len(form.fields) > 1
    if heading is None:
        return
    names = [str(cell).strip().removesuffix(" *") for cell in heading.cells]
    named = [name for name in names if name]
    if len(set(named)) < len(named):
        twice = next(each for each in named if named.count(each) > 1)
        raise given_twice(twice).at(heading.place)
    for row in rows:
        cells = zip(names, row.below(heading), strict=False)
        yield FilledRecord(
            {name: cell for name, cell in cells if name and is_filled(cell)}, row.place
        )
