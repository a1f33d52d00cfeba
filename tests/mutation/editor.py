"""Change records on file as somebody with an editor would, whatever the format."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import openpyxl
import yaml

from ccpolicy.policy import Dataset

Record = dict[str, Any]


class Editor:
    """The records of a dataset's files, by the names that the policy uses."""

    def __init__(self, folder: Path, dataset: Dataset) -> None:
        self.dataset = dataset
        self.files = sorted(folder.glob(dataset.files))
        self.raw = {name: dataset.heading(name) for name in dataset.record["properties"]}
        self.documents = {path: self._read(path) for path in self.files}

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
                with path.open(encoding="utf-8-sig", newline="") as file:
                    return list(csv.DictReader(file, delimiter=self.dataset.delimiter))
            case "json":
                return json.loads(path.read_text("utf-8"))
            case "jsonl":
                return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
            case "yaml":
                return yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader) or []  # noqa: S506 -- it makes nothing but text
            case "xlsx":
                rows = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
                head = next(rows)
                return [dict(zip(head, row, strict=True)) for row in rows]
            case other:
                raise AssertionError(other)

    def save(self) -> None:
        """Write every file back."""
        for path, document in self.documents.items():
            match self.dataset.format:
                case "csv":
                    head = path.read_text("utf-8-sig").splitlines()[0].split(self.dataset.delimiter)
                    with path.open("w", encoding="utf-8", newline="") as file:
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
                    titles: list[Any] = [cell.value for cell in sheet[1]]
                    sheet.delete_rows(2, sheet.max_row)
                    for record in document:
                        sheet.append([record.get(title) for title in titles])
                    book.save(path)


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
