"""Change records on file as somebody with an editor would, whatever the format."""

from __future__ import annotations

import copy
import csv
import datetime
import json
import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import yaml

from ccpolicy.evidence_formats import ENCODINGS
from ccpolicy.policy import Dataset
from ccpolicy.policy.column_reading import ColumnReading

Record = dict[str, Any]


class Editor:
    """The records of a dataset's files, by the names that the policy uses."""

    def __init__(self, folder: Path, dataset: Dataset) -> None:
        self.dataset = dataset
        self.files = sorted(folder.glob(dataset.files))
        self.raw = {name: dataset.heading(name) for name in dataset.record["properties"]}
        self.encoding = ENCODINGS[dataset.encoding] if dataset.encoding else "utf-8-sig"
        self.documents = {path: self._read(path) for path in self.files}
        for record in self.records():
            self._translate(record, _value)

    def records(self) -> list[Record]:
        """Return every record; changing one changes the file when it is saved."""
        return [record for path in self.files for record in self._list(path)]

    def get(self, record: Record, column: str) -> Any:
        """Return a value by the policy's name for it."""
        return record.get(self.raw.get(column, column))

    def put(self, record: Record, column: str, value: Any) -> None:
        """Change a value."""
        record[self.raw.get(column, column)] = value

    def remove(self, gone: Collection[int]) -> None:
        """Remove the records with these identities."""
        for path in self.files:
            records = self._list(path)
            records[:] = [record for record in records if id(record) not in gone]

    def _list(self, path: Path) -> list[Record]:
        found: list[Record] = self.documents[path]
        for part in self.dataset.records.split("/")[1:]:
            found = found[part]  # type: ignore[call-overload]
        return found

    def _read(self, path: Path) -> Any:
        match self.dataset.format:
            case "csv":
                with path.open(encoding=self.encoding, newline="") as file:
                    return list(csv.DictReader(file, delimiter=self.dataset.delimiter))
            case "json":
                return json.loads(path.read_text("utf-8"))
            case "jsonl":
                return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
            case "yaml":
                return yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader) or []  # noqa: S506 -- it makes nothing but text
            case "xlsx":
                first = self._first_row
                sheet = openpyxl.load_workbook(path).worksheets[0]
                head, *rows = sheet.iter_rows(min_row=first, values_only=True)
                return [dict(zip(head, row, strict=True)) for row in rows]
            case "log":
                return [_Line(self.dataset, line) for line in path.read_text("utf-8").splitlines()]
            case other:
                raise AssertionError(other)

    @property
    def _first_row(self) -> int:
        assert isinstance(self.dataset.header, int)
        return self.dataset.header

    def _translate(self, record: Record, how: Callable[[Dataset, ColumnReading, Any], Any]) -> None:
        """Turn what a record holds by its contract into what it means, or back."""
        for name, reading in self.dataset.columns.items():
            heading = self.raw[name]
            if record.get(heading) not in (None, "") and reading.has_way:
                record[heading] = how(self.dataset, reading, record[heading])

    def save(self) -> None:
        """Write every file back."""
        for path, meant in self.documents.items():
            document = meant
            if any(each.has_way for each in self.dataset.columns.values()):
                document = [copy.copy(record) for record in self._list(path)]
                for record in document:
                    self._translate(record, _text)
            match self.dataset.format:
                case "csv":
                    text = path.read_text(self.encoding)
                    head = text.splitlines()[0].split(self.dataset.delimiter)
                    with path.open("w", encoding=self.encoding, newline="") as file:
                        writer = csv.DictWriter(file, head, delimiter=self.dataset.delimiter)
                        writer.writeheader()
                        writer.writerows(document)
                case "json":
                    path.write_text(json.dumps(document), "utf-8")
                case "jsonl":
                    path.write_text("".join(json.dumps(each) + "\n" for each in document), "utf-8")
                case "yaml":
                    path.write_text(dump(document, self.dataset), "utf-8")
                case "xlsx":
                    book = openpyxl.load_workbook(path)
                    sheet = book.worksheets[0]
                    titles: list[Any] = [cell.value for cell in sheet[self._first_row]]
                    sheet.delete_rows(self._first_row + 1, sheet.max_row)
                    for record in document:
                        sheet.append([record.get(title) for title in titles])
                    book.save(path)
                case "log":
                    path.write_text("".join(f"{line}\n" for line in document), "utf-8")


class _Line(Record):
    """A line of a log: the groups of its pattern, and what stands between them."""

    def __init__(self, dataset: Dataset, line: str) -> None:
        assert dataset.pattern
        self.match = re.fullmatch(dataset.pattern, line)
        assert self.match
        super().__init__(self.match.groupdict())

    def __str__(self) -> str:
        assert self.match
        text, at = "", 0
        for name in self.match.groupdict():
            text += self.match.string[at : self.match.start(name)] + str(self[name])
            at = self.match.end(name)
        return text + self.match.string[at:]


def _value(dataset: Dataset, reading: ColumnReading, text: Any) -> Any:
    if reading.values:
        value = reading.values[text]
        return str(value).lower() if isinstance(value, bool) else value
    [form] = reading.time or []
    time = datetime.datetime.strptime(text, form).replace(tzinfo=ZoneInfo(dataset.zone or "UTC"))
    return time.isoformat() if "%H" in form else time.date().isoformat()


def _text(dataset: Dataset, reading: ColumnReading, value: Any) -> Any:
    if reading.values:
        words = {str(each).lower(): word for word, each in reading.values.items()}
        return words.get(value, value)
    [form] = reading.time or []
    try:
        time = datetime.datetime.fromisoformat(value)
    except ValueError:
        return value
    local = time.astimezone(ZoneInfo(dataset.zone)) if dataset.zone else time
    return local.strftime(form)


def dump(document: Any, dataset: Dataset) -> str:
    """Write YAML with the scalars typed as the contract says, since text was read."""

    def typed(value: Any, schema: dict[str, Any]) -> Any:
        if isinstance(value, dict):
            below = schema.get("properties", {})
            return {name: typed(each, below.get(name, {})) for name, each in value.items()}
        if isinstance(value, list):
            return [typed(each, schema.get("items", {})) for each in value]
        match schema.get("type"):
            case "integer":
                return int(value)
            case "number":
                return float(value)
            case "boolean":
                return value in ("true", True)
        return value

    return json.dumps(
        [typed(record, dataset.record) for record in document], ensure_ascii=False, indent=1
    )
