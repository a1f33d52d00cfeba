"""Write evidence in the formats that people and machines use, always the same bytes."""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

Row = dict[str, Any]

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _./+-]*[A-Za-z0-9]|\d{4}-\d\d-\d\d(T[0-9:]+\+08:00)?")
_WORDS = frozenset(["true", "false", "null", "yes", "no", "on", "off", "y", "n"])


def text(value: object) -> str:
    """Write a value as text files do."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime.date():
            return value.isoformat()
        case _:
            return str(value)


def numbered(rows: Iterable[Row], pattern: str, key: str, *order: str) -> list[Row]:
    """Sort rows by columns and put a running number in front, such as `I000001`."""
    ordered = sorted(rows, key=lambda row: tuple(text(row[column]) for column in order))
    return [{key: pattern.format(number), **row} for number, row in enumerate(ordered, 1)]


def years(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    """Part rows by the year of a day or moment."""
    return parts(rows, lambda row: str(row[column].year))


def quarters(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    """Part rows by the quarter of a day or moment."""
    return parts(rows, lambda row: f"{row[column].year}-Q{(row[column].month + 2) // 3}")


def parts(rows: Iterable[Row], name: Callable[[Row], str]) -> dict[str, list[Row]]:
    """Part rows by a name, which becomes their file's."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(name(row), []).append(row)
    return found


def write_csv(
    path: Path, rows: Sequence[Row], columns: Sequence[str], encoding: str = "utf-8"
) -> None:
    """Write rows as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        assert row.keys() <= set(columns), row
        writer.writerow([text(row.get(column)) for column in columns])
    _write(path, out.getvalue(), encoding)


def write_lines(path: Path, lines: Sequence[str]) -> None:
    """Write lines of text."""
    _write(path, "".join(f"{line}\n" for line in lines))


def write_jsonl(path: Path, rows: Sequence[Row]) -> None:
    """Write rows as JSON Lines."""
    lines = [json.dumps(_plain(row), ensure_ascii=False, separators=(",", ":")) for row in rows]
    _write(path, "\n".join(lines) + "\n")


def write_json(path: Path, rows: Sequence[Row]) -> None:
    """Write rows as a JSON document that people can read."""
    document = json.dumps(_plain(rows), ensure_ascii=False, indent=2, separators=(",", ": "))
    _write(path, document + "\n")


def write_yaml(path: Path, rows: Sequence[Row]) -> None:
    """Write rows as a YAML list; lists within a row hold one entry a line."""
    lines = []
    for row in rows:
        start = "- "
        for key, value in row.items():
            if isinstance(value, list) and value and isinstance(value[0], dict):
                lines.append(f"{start}{key}:")
                lines += [f"    - {_flow(each)}" for each in value]
            elif value is not None:
                lines.append(f"{start}{key}: {_flow(value)}")
            start = "  "
    _write(path, "\n".join(lines) + "\n")


def _flow(value: object) -> str:
    match value:
        case dict():
            pairs = [f"{key}: {_flow(each)}" for key, each in value.items() if each is not None]
            return "{" + ", ".join(pairs) + "}"
        case list():
            return "[" + ", ".join(_flow(each) for each in value) + "]"
        case str() if value.lower() in _WORDS or not _PLAIN.fullmatch(value):
            return json.dumps(value, ensure_ascii=False)
        case _:
            return text(value)


def _plain(value: object) -> object:
    """Return a value as JSON has it, without what is empty."""
    match value:
        case dict():
            return {key: _plain(each) for key, each in value.items() if each is not None}
        case list():
            return [_plain(each) for each in value]
        case datetime.date():
            return value.isoformat()
        case _:
            return value


def write_xlsx(
    path: Path, rows: Sequence[Row], headings: Mapping[str, str], sheet: str, title: str = ""
) -> None:
    """Write rows as a spreadsheet, perhaps below a title across all columns.

    Dates are as Excel has them: real dates, and without a zone.
    """
    buffer = io.BytesIO()
    # Times are cut off here and not by the library, which would warn.
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "remove_timezone": True})
    book.set_properties({"created": datetime.datetime(2025, 5, 1, tzinfo=datetime.UTC)})
    bold = book.add_format({"bold": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    page = book.add_worksheet(sheet)
    above = 0
    if title:
        above = 1
        across = book.add_format({"bold": True, "align": "center", "font_size": 14})
        page.merge_range(0, 0, 0, len(headings) - 1, title, across)
    page.freeze_panes(above + 1, 0)
    page.set_column(0, len(headings) - 1, 17)
    for column, heading in enumerate(headings.values()):
        page.write_string(above, column, heading, bold)
    for line, row in enumerate(rows, above + 1):
        for column, key in enumerate(headings):
            match row.get(key):
                case None:
                    pass
                case datetime.datetime() as value:
                    page.write_datetime(line, column, value, moment)
                case datetime.date() as value:
                    page.write_datetime(line, column, value, day)
                case int() | float() as value:
                    page.write_number(line, column, value)
                case value:
                    page.write_string(line, column, str(value))
    book.close()
    _make_folder(path)
    _stored(buffer, path)


def _stored(buffer: io.BytesIO, path: Path) -> None:
    """Write the archive again without compression, since compressors differ between machines."""
    with (
        zipfile.ZipFile(buffer) as packed,
        zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as stored,
    ):
        for name in sorted(packed.namelist()):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            # What the archive says of the machine that made it.
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            stored.writestr(entry, packed.read(name))


def _write(path: Path, content: str, encoding: str = "utf-8") -> None:
    _make_folder(path)
    path.write_bytes(content.encode(encoding))


def _make_folder(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
