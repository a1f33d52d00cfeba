"""Where in its line a cell of a CSV file, or a value of a JSON Lines file, is written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import PurePath

_DELIMITERS = ",\t;|"
_FIRST_LINES = 20
"""Lines among which the headings are looked for."""
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')


def cell_span(lines: Sequence[str], number: int, field: str, file: str) -> tuple[int, int] | None:
    """Return start and end of a field's value in a line; None if that is not certain.

    `number` counts from 1, and `field` is what the file calls the field. The file is read by
    itself, without its contract: it is shown to a person, and no verdict rests on it.
    """
    line = lines[number - 1]
    match PurePath(file).suffix.lower():
        case ".csv" | ".tsv":
            return _csv_span(lines, line, field)
        case ".jsonl" | ".ndjson":
            return _json_span(line, field)
    return None


def _csv_span(lines: Sequence[str], line: str, field: str) -> tuple[int, int] | None:
    for header in lines[:_FIRST_LINES]:
        for delimiter in _DELIMITERS:
            headings = [
                header[start:end].strip().strip('"') for start, end in _cells(header, delimiter)
            ]
            if len(headings) > 1 and headings.count(field) == 1:
                return next(islice(_cells(line, delimiter), headings.index(field), None), None)
    return None


def _cells(line: str, delimiter: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each cell, with its quotes; a cell that goes on below ends it."""
    start = 0
    while start <= len(line):
        quoted = _QUOTED.match(line, start)
        if quoted is None and line.startswith('"', start):
            return
        end = line.find(delimiter, quoted.end() if quoted else start)
        end = len(line) if end < 0 else end
        yield start, end
        start = end + 1


def _json_span(line: str, field: str) -> tuple[int, int] | None:
    name = rf"{re.escape(json.dumps(field, ensure_ascii=False))}\s*:\s*"
    found = list(re.finditer(name, line))
    if len(found) != 1:  # it may be the name of a nested field, or a text
        return None
    try:
        _, end = json.JSONDecoder().raw_decode(line, found[0].end())
    except (ValueError, RecursionError):
        return None
    return found[0].end(), end
