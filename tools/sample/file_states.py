"""The evidence files as they were at a moment: only what was known by then."""

from __future__ import annotations

import codecs
import csv
import datetime
import io
import json
import re
import zipfile
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import yaml
from python_calamine import CalamineWorkbook

from sample.clock import ZONE

LAST = datetime.datetime(2026, 11, 20, 17, 40, tzinfo=ZONE)
PLANNED = frozenset(["due_on", "effective_on", "expires_on", "planned_start", "until"])
"""Times that lie ahead when they are written down."""
MISTAKE = ("inspections/2026-Q2.csv", datetime.date(2026, 6, 12))
"""A file whose first record was wrong, and the week in which it was corrected."""

Dataset = Mapping[str, Any]
"""A file of `policy/datasets`."""


class _TextDates(yaml.SafeLoader):
    """Reads dates as the text that they are."""


_TextDates.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Source:
    """A file of the shipped evidence."""

    path: str
    """Below the evidence folder."""
    dataset: Dataset
    content: bytes

    def at(self, now: datetime.datetime) -> bytes | None:
        """Return the file as it was at a moment; None before its first record."""
        if now >= LAST:
            return self.content
        state = bisect_right(self.changes, now)
        if state not in self.states:
            self.states[state] = self._make(now)
        return self.states[state]

    @cached_property
    def states(self) -> dict[int, bytes | None]:
        """What the file was after so many changes."""
        return {}

    @cached_property
    def changes(self) -> list[datetime.datetime]:
        """The moments at which something in the file became known."""
        corrected = datetime.datetime.combine(MISTAKE[1], datetime.time(), ZONE)
        match self.dataset["format"]:
            case "csv" | "log":
                records: Iterable[Any] = self.table
            case "xlsx":
                records = self.rows.values()
            case "jsonl":
                records = self.lines
            case _:
                records = self.listed
        schema, columns = self.dataset["record"], self.dataset.get("columns", {})
        found = {time for each in records for time in _times(each, schema, columns)}
        return sorted({*found, corrected})

    def _make(self, now: datetime.datetime) -> bytes | None:
        match self.dataset["format"]:
            case "csv":
                return self._csv(now)
            case "xlsx":
                return self._xlsx(now)
            case "log":
                written = zip(self.content.splitlines(True), self.table, strict=True)
                kept = [line for line, row in written if self._cut(row, now) is not None]
                return b"".join(kept) or None
            case "jsonl":
                lines = [self._cut(each, now) for each in self.lines]
                known = [json.dumps(each, ensure_ascii=False) for each in lines if each is not None]
                return "".join(f"{each}\n" for each in known).encode() or None
            case _:
                return self._document(now)

    @cached_property
    def table(self) -> list[dict[str, str]]:
        """The rows of a CSV file, or the lines of a log."""
        text = self.content.decode(self.encoding)
        if self.dataset["format"] == "log":
            found = (re.fullmatch(self.dataset["pattern"], line) for line in text.splitlines())
            return [each.groupdict() for each in found if each]
        return list(csv.DictReader(io.StringIO(text, newline="")))

    @property
    def encoding(self) -> str:
        """The encoding of the text, with its mark where it has one."""
        is_marked = self.content.startswith(codecs.BOM_UTF8)
        return "utf-8-sig" if is_marked else str(self.dataset.get("encoding", "utf-8"))

    @cached_property
    def lines(self) -> list[Any]:
        """The values of a JSON Lines file."""
        return [json.loads(line) for line in self.content.splitlines()]

    def _csv(self, now: datetime.datetime) -> bytes | None:
        header = list(self.table[0])
        found = []
        for number, row in enumerate(self.table):
            kept = self._cut(row, now)
            if kept is None:
                continue
            if (self.path, number) == (MISTAKE[0], 0) and now.date() < MISTAKE[1]:
                kept["as_found"] += "?"
            found.append([kept.get(each, "") for each in header])
        if not found:
            return None
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows([header, *found])
        return text.getvalue().encode(self.encoding)

    def _xlsx(self, now: datetime.datetime) -> bytes | None:
        """Take rows out of a workbook, which is otherwise as it was."""
        gone = {number for number, row in self.rows.items() if self._cut(row, now) is None}
        if len(gone) == len(self.rows):
            return None
        made = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(self.content)) as old,
            zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as new,
        ):
            for entry in old.infolist():
                data = old.read(entry)
                if entry.filename == "xl/worksheets/sheet1.xml":
                    data = re.sub(
                        rb'<row r="(\d+)".*?</row>',
                        lambda row: b"" if int(row[1]) in gone else row[0],
                        data,
                        flags=re.DOTALL,
                    )
                new.writestr(zipfile.ZipInfo(entry.filename, (1980, 1, 1, 0, 0, 0)), data)
        return made.getvalue()

    @cached_property
    def rows(self) -> dict[int, dict[str, Any]]:
        """The rows of a workbook by their numbers."""
        book = CalamineWorkbook.from_filelike(io.BytesIO(self.content))
        first = self.dataset.get("header", 1)
        header, *rows = book.get_sheet_by_index(0).to_python()[first - 1 :]
        return {
            number: {
                str(name): value.isoformat() if isinstance(value, datetime.date) else value
                for name, value in zip(header, row, strict=True)
            }
            for number, row in enumerate(rows, first + 1)
        }

    @cached_property
    def document(self) -> Any:
        """The value of a document."""
        if self.dataset["format"] == "yaml":
            return parse_yaml(self.content)
        return json.loads(self.content)

    @property
    def listed(self) -> list[Any]:
        """The records of a document: at its top, or one level below it."""
        name = self.dataset.get("records", "").removeprefix("/")
        records: list[Any] = self.document[name] if name else self.document
        return records

    def _document(self, now: datetime.datetime) -> bytes | None:
        name = self.dataset.get("records", "").removeprefix("/")
        kept = [found for each in self.listed if (found := self._cut(each, now)) is not None]
        if not kept:
            return None
        document = {**self.document, name: kept} if name else kept
        if self.dataset["format"] == "yaml":
            text: str = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=100)
            return text.encode()
        return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()

    def _cut(self, value: Mapping[str, Any], now: datetime.datetime) -> dict[str, Any] | None:
        """Return what was known of a record; None before it was there."""
        return _known(value, self.dataset["record"], self.dataset.get("columns", {}), now)


def _known(
    value: Mapping[str, Any],
    schema: Mapping[str, Any],
    columns: Mapping[str, Any],
    now: datetime.datetime,
) -> dict[str, Any] | None:
    kept, required = dict(value), schema.get("required", [])
    for name, spec in schema["properties"].items():
        heading, form = _reading(columns, name)
        if not kept.get(heading):
            continue
        if spec.get("type") == "array" and spec["items"].get("type") == "object":
            parts = [_known(each, spec["items"], {}, now) for each in kept[heading]]
            kept[heading] = [each for each in parts if each is not None]
        elif _happened(name, spec, required) and _time(kept[heading], form) > now:
            if name in required:
                return None
            del kept[heading]
    return kept


def _times(
    value: Mapping[str, Any], schema: Mapping[str, Any], columns: Mapping[str, Any]
) -> Iterator[datetime.datetime]:
    """Yield the times that decide what of a record was known."""
    for name, spec in schema["properties"].items():
        heading, form = _reading(columns, name)
        found = value.get(heading)
        if found and spec.get("type") == "array" and spec["items"].get("type") == "object":
            for each in found:
                yield from _times(each, spec["items"], {})
        elif found and _happened(name, spec, schema.get("required", [])):
            yield _time(found, form)


def _happened(name: str, spec: Mapping[str, Any], required: Collection[str]) -> bool:
    """Whether a field is a time that had come when it was written, and no end agreed before."""
    is_agreed = name == "ends_on" and name in required
    return bool(spec.get("format")) and name not in PLANNED and not is_agreed


def _reading(columns: Mapping[str, Any], name: str) -> tuple[str, str]:
    """Return a column's heading, and the format of its times."""
    column = columns.get(name, name)
    if isinstance(column, str):
        return column, ""
    return column.get("from", name), column.get("time", "")


@cache
def _time(text: str, form: str) -> datetime.datetime:
    """Read a time of the centre's zone; a day is its beginning."""
    is_iso = not form
    time = datetime.datetime.fromisoformat(text) if is_iso else _parsed(text, form)
    return time if time.tzinfo else time.replace(tzinfo=ZONE)


def _parsed(text: str, form: str) -> datetime.datetime:
    return datetime.datetime.strptime(text, form).replace(tzinfo=ZONE)


def parse_yaml(content: bytes) -> Any:
    """Parse a YAML document; dates stay text."""
    return yaml.load(content, _TextDates)  # noqa: S506  derived from the safe loader
