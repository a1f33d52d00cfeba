"""How a file is written: its format, encoding, delimiter, and where its records are."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ccpolicy.draft.encoding_guess import DecodedText, decode_text
from ccpolicy.draft.probe import probe_file
from ccpolicy.draft.question import Question, doubt
from ccpolicy.draft.table_layout import NumberedRow, TableLayout, table_layout
from ccpolicy.draft.workbook_layout import workbook_layout
from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.evidence.readers.archives import gunzip
from ccpolicy.evidence.readers.compound_file import MAGIC
from ccpolicy.evidence.readers.csv_form import CsvFault, csv_rows
from ccpolicy.evidence.readers.json import DECODER
from ccpolicy.evidence_formats import FORMATS, Format
from ccpolicy.files.bounded import read_bounded
from ccpolicy.files.limits import MIB, Limits, too_large
from ccpolicy.files.yaml_document import parse_yaml

MOST_BYTES = 1 << 28
"""Of a file from which a contract is drafted, also unpacked: it is held in memory as a whole."""
_DELIMITERS = ",;\t|"
_SEPARATOR = re.compile(r"sep=(.)\r?\n")
_GZIP = b"\x1f\x8b"
_ZIP = b"PK\3\4"
_WORKBOOKS = (_ZIP, MAGIC)


@dataclass
class FileLayout:
    """How a file is written, in the keys of its contract."""

    format: Format
    keys: dict[str, Any] = field(default_factory=dict)
    headings: list[str] = field(default_factory=list)
    """What `columns` names the columns by: headings, letters, or paths in a document."""
    questions: list[Question] = field(default_factory=list)
    allows_more: bool = False
    """Whether there is more in a record than can be named."""
    above: dict[str, str] = field(default_factory=dict)
    """What stands above a table: name of the cell, such as `A1` → its text."""
    doubted_row: int = 0
    """Row that is taken for the headings of a table, which nothing but its place says, or 0."""
    sheets: tuple[str, ...] = ()
    """Sheets of a workbook that are read."""

    @property
    def is_document(self) -> bool:
        """Whether values have types, as in JSON."""
        return FORMATS[self.format].keeps_types


def file_layout(path: Path, limits: Limits) -> FileLayout:
    """Find how a file is written.

    Raises:
        EvidenceError: it cannot be read, or is of a kind whose contract is not drafted.
        LimitError: it is too large.
    """
    name = path.name
    if path.exists() and not path.is_file():  # it is read again and again
        raise EvidenceError("not a file", locator=Locator(str(path)))
    data = read_bounded(path, min(MOST_BYTES, limits.file_size << MIB), EvidenceError)
    if not data.strip():
        raise EvidenceError("the file is empty", locator=Locator(str(path)))
    packed: dict[str, Any] = {}
    if data.startswith(_GZIP):
        packed, name = {"compression": "gzip"}, name.removesuffix(".gz")
        data = _unpacked(path, packed, limits)
    format_ = _format(name, data)
    if format_ is None:
        raise _undrafted(path)
    if format_ == "xlsx":
        book = workbook_layout(path, limits)
        layout = FileLayout("xlsx", sheets=book.sheets)
        _take(layout, book.table)
    else:
        decoded = decode_text(data)
        if decoded is None:
            raise _undrafted(path)
        layout = _text(path, format_, decoded)
    layout.keys = packed | layout.keys
    return layout


def _unpacked(path: Path, packed: dict[str, Any], limits: Limits) -> bytes:
    pieces, size = [], 0
    for piece in gunzip(probe_file(path, "csv", packed, {}, limits)):
        size += len(piece)
        if size > MOST_BYTES:
            raise too_large(str(path), MOST_BYTES)
        pieces.append(piece)
    return b"".join(pieces)


def _format(name: str, data: bytes) -> Format | None:
    suffix = Path(name).suffix.lower()
    for format_, facts in FORMATS.items():
        if suffix in facts.suffixes and facts.is_drafted:
            return format_ if (format_ == "xlsx") == data.startswith(_WORKBOOKS) else None
    # What else ends in .txt may be a table all the same.
    return "csv" if suffix in (".txt", "") and not data.startswith(_ZIP) else None


def _undrafted(path: Path) -> EvidenceError:
    return EvidenceError(
        "no contract can be drafted for a file of this kind",
        hint="tables in CSV and XLSX, JSON, JSON Lines and YAML can be, CSV and JSON also packed by"
        " gzip; docs/contracts.md has the lines for other shapes",
        locator=Locator(str(path)),
    )


def _text(path: Path, format_: Format, decoded: DecodedText) -> FileLayout:
    layout = FileLayout(format_, {}, [], list(decoded.questions))
    if decoded.encoding:
        layout.keys["encoding"] = decoded.encoding
    if format_ == "csv":
        _csv(path, decoded.text, layout)
    else:
        _document(path, decoded.text, layout)
    return layout


def _csv(path: Path, text: str, layout: FileLayout) -> None:
    skipped, delimiters = 0, _DELIMITERS
    if said := _SEPARATOR.match(text):
        text, skipped, delimiters = text[said.end() :], 1, said[1]
    found: dict[str, tuple[float, list[NumberedRow]]] = {}
    for delimiter in delimiters:
        rows: list[NumberedRow] = []
        try:
            lines = io.StringIO(text, newline="")
            for line, row in csv_rows(lines, delimiter):
                rows.append((line + skipped, row))
        except CsvFault:
            continue
        found[delimiter] = (_evenness(rows), rows)
    best = max(found, key=lambda each: found[each][0], default=None)
    table = table_layout(found[best][1], is_csv=True) if best else None
    if best is None or table is None or (path.suffix.lower() == ".txt" and not found[best][0]):
        raise _undrafted(path)
    if best != ",":
        layout.keys["delimiter"] = best
    other = [
        each
        for each in found
        if each != best
        and found[each][0] >= found[best][0] / 2 > 0
        and (table.keys.get("header") == "none" or any(each in x for x in table.headings))
    ]
    if other:
        layout.questions.append(
            doubt(
                "Cells are separated by {delimiter}. Is it so, and not by {other}?",
                delimiter=json.dumps(best),
                other=", ".join(map(json.dumps, other)),
            )
        )
    _take(layout, table)


def _evenness(rows: Sequence[NumberedRow]) -> float:
    """Weigh a delimiter: how many cells rows have beside their first, where most have as many."""
    counts: dict[int, int] = {}
    for _, row in rows:
        counts[len(row)] = counts.get(len(row), 0) + 1
    width = max(counts, key=lambda each: (counts[each] * (each > 1), each), default=0)
    return (width - 1) * counts[width] / len(rows) if width > 1 else 0.0


def _take(layout: FileLayout, table: TableLayout) -> None:
    layout.keys |= table.keys
    layout.headings = table.headings
    layout.questions += table.questions
    layout.allows_more = table.ignores_columns
    layout.above = table.above
    layout.doubted_row = table.doubted_row


def _document(path: Path, text: str, layout: FileLayout) -> None:
    if layout.format == "jsonl":
        records = [_json(path, line) for line in text.splitlines() if line.strip()]
    else:
        document = (
            parse_yaml(text.encode(), str(path), EvidenceError).value
            if layout.format == "yaml"
            else _json(path, text)
        )
        records = _records(document, layout)
    if not all(isinstance(each, Mapping) for each in records) or not records:
        raise _undrafted(path)
    fields: dict[str, None] = {}
    for each in records:
        fields |= dict.fromkeys(_paths(each))
    layout.headings = list(fields)


def _json(path: Path, text: str) -> Any:
    try:
        return DECODER.decode(text)
    except (ValueError, RecursionError) as failure:
        raise EvidenceError(
            "not JSON at column {column}: {reason}",
            hint="export the file again, or correct it there",
            column=getattr(failure, "colno", 1),
            reason=getattr(failure, "msg", str(failure)),
            locator=Locator(str(path), getattr(failure, "lineno", None)),
        ) from failure


def _records(document: Any, layout: FileLayout) -> list[Any]:
    """Find the list of records in a document; without one it is itself the record."""
    if isinstance(document, list):
        return document
    lists = dict(_lists(document, ""))
    if not lists:
        layout.keys["records"] = "document"
        return [document]
    chosen = max(lists, key=lambda each: len(lists[each]))
    layout.keys["records"] = chosen
    others = [each for each in lists if each != chosen]
    layout.questions.append(
        doubt(
            "The records are taken from {pointer}. Is it so? Other lists: {others}",
            pointer=chosen,
            others=", ".join(others) or "–",
        )
    )
    return lists[chosen]


def _lists(value: Any, pointer: str, depth: int = 0) -> Iterator[tuple[str, list[Any]]]:
    """Yield the lists of objects in objects, by JSON Pointer."""
    if not isinstance(value, Mapping) or depth > 3:
        return
    for name, each in value.items():
        step = f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"
        if isinstance(each, list) and each and all(isinstance(x, Mapping) for x in each):
            yield step, each
        else:
            yield from _lists(each, step, depth + 1)


def _paths(record: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Yield the paths of a record's values; objects are gone through, lists are not."""
    for name, each in record.items():
        if isinstance(each, Mapping) and each and "." not in name:
            yield from _paths(each, f"{above}{name}.")
        else:
            yield f"{above}{name}"
