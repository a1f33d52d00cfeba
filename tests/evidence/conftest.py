"""A folder of evidence, a contract for it, and what came of reading one by the other."""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
import xlsxwriter
import xlwt
import yaml

from ccpolicy import evidence_formats
from ccpolicy.evidence import Evidence, load_evidence
from ccpolicy.evidence_formats import Format
from ccpolicy.files.limits import Limits
from ccpolicy.policy.dataset import Dataset
from ccpolicy.store import DuckDB, open_store
from ccpolicy.time.zones import time_zone
from fresh_store import fresh_store
from message_text import Said

FORMATS = tuple(evidence_formats.FORMATS)
TEXT = {"type": "string"}
INTEGER = {"type": "integer"}
NUMBER = {"type": "number"}
BOOLEAN = {"type": "boolean"}
DATE = {"type": "string", "format": "date"}
TIME = {"type": "string", "format": "date-time"}
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_PARQUET = {str: "VARCHAR", int: "BIGINT", float: "DOUBLE", bool: "BOOLEAN"}

Row = Mapping[str, Any]
Cells = Sequence[Sequence[Any]]
BROKEN = "#N/A"
"""A cell that holds this error."""
_FORMS = {
    datetime.datetime: "yyyy-mm-dd hh:mm:ss",
    datetime.date: 'yyyy"年"m"月"d"日"',
    datetime.timedelta: "[h]:mm:ss",
}
"""Python's type → format of its cells in a workbook."""


def log(kind: Format, properties: Mapping[str, Any] | None = None, **more: Any) -> Dataset:
    """Make a contract of the files `log*`, whose key is `id` unless said otherwise."""
    required, closed = more.pop("required", []), more.pop("additionalProperties", False)
    found: dict[str, Any] = {
        "id": "log",
        "title": {"en": "Log", "zh": "日志"},
        "owner": "manager",
        "files": f"log*.{kind}",
        "format": kind,
        "key": ["id"],
        "retention": "5 years",
        "record": {
            "type": "object",
            "additionalProperties": closed,
            "required": required,
            "properties": {"id": TEXT, **(properties or {})},
        },
    }
    if kind == "xml":
        found["records"] = "/log/entry"
    if kind == "log" and "pattern" not in more:
        names = ["id", *(properties or {})]
        found["starts"] = f"^{names[0]}="
        found["pattern"] = " *".join(f"(?:{name}=(?P<{name}>[^;]*);)?" for name in names)
    return Dataset.model_validate(found | more)


def day(text: str) -> int:
    """Return a day as tables hold it."""
    return (datetime.date.fromisoformat(text) - _EPOCH.date()).days


def instant(text: str) -> int:
    """Return a time as tables hold it."""
    return (datetime.datetime.fromisoformat(text) - _EPOCH) // datetime.timedelta(microseconds=1)


@dataclass(frozen=True)
class Loaded:
    """What came of reading."""

    evidence: Evidence
    tables: dict[str, list[dict[str, Any]]]
    """Table → its rows, with their `place`."""

    @property
    def said(self) -> list[Said]:
        """All problems: place, and what is wrong."""
        found = [each for part in self.evidence.problems.values() for each in part]
        return [Said(f"{each.locator}: {each.message.coded()}") for each in found]

    @property
    def hints(self) -> list[str]:
        """The hints of all problems."""
        found = [each for part in self.evidence.problems.values() for each in part]
        return [each.hint.text() for each in found if each.hint]

    @property
    def counts(self) -> list[tuple[str, int, int]]:
        """Of each file: its name, and how many records it has and how many are invalid."""
        return [(each.file, each.records, each.invalid) for each in self.evidence.files]

    def column(self, name: str, table: str = "log") -> list[Any]:
        """Return a column of a table."""
        return [row[name] for row in self.tables[table]]

    @property
    def places(self) -> list[str]:
        """Return the places of the rows."""
        return [place.removeprefix("evidence/log") for place in self.column("place")]


@dataclass(frozen=True)
class Desk:
    """A repository with a folder `evidence`."""

    root: Path
    zone: str = "UTC"
    """The plan's."""

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file of the evidence folder."""
        path = self.root / "evidence" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def load(
        self,
        *datasets: Dataset,
        used: Mapping[str, set[str]] | None = None,
        **limits: int,
    ) -> Loaded:
        """Read datasets: of the first, without `used`, every column of it and its children."""
        first = datasets[0]
        if used is None:
            properties = first.record["properties"]
            nested = {child.path for child in first.children.values()}
            names = {each for each in properties if each not in nested}
            used = {first.id: names | set(first.derive) | set(first.lookups)}
            for name, child in first.children.items():
                own = set(properties[child.path]["items"]["properties"])
                used[f"{first.id}.{name}"] = names | own
        with fresh_store() as store:
            by_id = {each.id: each for each in datasets}
            evidence = load_evidence(
                store,
                self.root,
                "evidence",
                by_id,
                used,
                time_zone(self.zone),
                limits=Limits(**limits),
            )
            tables = {}
            for name, table in evidence.tables.items():
                columns = [
                    "locator",
                    *table.columns,
                    *(f"{each}__early" for each in table.ambiguous_times),
                ]
                cells = ", ".join(f'"{each}"' for each in columns)
                rows = store.ask(f'SELECT {cells} FROM "{table.name}" ORDER BY locator')
                places = evidence.places.locate([row[0] for row in rows])
                tables[name] = [
                    {"place": str(places[row[0]])} | dict(zip(columns[1:], row[1:], strict=True))
                    for row in rows
                ]
        return Loaded(evidence, tables)

    def read(self, content: str | bytes, dataset: Dataset, **limits: int) -> Loaded:
        """Read one file, which is the only one of a dataset."""
        self.write(f"log.{dataset.format}", content)
        return self.load(dataset, used=None, **limits)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty folder of evidence."""
    (tmp_path / "evidence").mkdir()
    return Desk(tmp_path)


def encode(kind: Format, rows: Sequence[Row], folder: Path) -> bytes:
    """Write records in a format; in the text formats record n begins on line n + 1 or n + 2."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    match kind:
        case "csv":
            text = io.StringIO(newline="")
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow(names)
            writer.writerows([_cell(row.get(name)) for name in names] for row in rows)
            return text.getvalue().encode()
        case "json":
            return ("[\n" + ",\n".join(map(json.dumps, rows)) + "\n]\n").encode()
        case "jsonl":
            return "".join(json.dumps(row) + "\n" for row in rows).encode()
        case "yaml":
            lines = [yaml.safe_dump([row], default_flow_style=True, width=10**6) for row in rows]
            return "".join(f"- {line.strip()[1:-1]}\n" for line in lines).encode()
        case "xml":
            entries = [_entry({name: row.get(name) for name in names}) for row in rows]
            return ("<log>\n" + "".join(entries) + "</log>\n").encode()
        case "log":
            parts = [[f"{name}={_cell(row.get(name))};" for name in names] for row in rows]
            return "".join(" ".join(each) + "\n" for each in parts).encode()
        case "xlsx":
            return workbook([names, *([row.get(name) for name in names] for row in rows)])
    with open_store() as store:
        types = {
            name: next(type(row[name]) for row in rows if row.get(name) is not None)
            for name in names
        }
        columns = ", ".join(f'"{name}" {_PARQUET[types[name]]}' for name in names)
        store.run(f"CREATE TABLE r ({columns})")
        marks = ", ".join("?" for _ in names)
        for row in rows:
            values = [row.get(name) for name in names]
            store.run(f"INSERT INTO r VALUES ({marks})", values)
        return parquet(store, "FROM r", folder)


def parquet(store: DuckDB, query: str, folder: Path) -> bytes:
    """Write the rows of a query as Parquet."""
    path = folder / "made.parquet"
    store.run(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    content = path.read_bytes()
    path.unlink()
    return content


def workbook(rows: Sequence[Sequence[Any]], **sheets: Sequence[Sequence[Any]]) -> bytes:
    """Write a workbook whose first sheet is `Log`."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        dates = book.add_format({"num_format": "yyyy-mm-dd"})
        times = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        lengths = book.add_format({"num_format": "[h]:mm:ss"})
        for name, cells in {"Log": rows, **sheets}.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(cells):
                for index, cell in enumerate(row):
                    if isinstance(cell, datetime.datetime):
                        sheet.write_datetime(number, index, cell, times)
                    elif isinstance(cell, datetime.date):
                        sheet.write_datetime(number, index, cell, dates)
                    elif isinstance(cell, datetime.timedelta):
                        sheet.write_datetime(number, index, cell, lengths)
                    elif isinstance(cell, str) and not cell.startswith("="):
                        sheet.write_string(number, index, cell)
                    else:
                        sheet.write(number, index, cell)
    return content.getvalue()


def legacy_workbook(
    rows: Cells, change: Callable[[Any, Any], None] | None = None, **sheets: Cells
) -> bytes:
    """Write a workbook as Excel 97 did, whose first sheet is `Log`."""
    book = xlwt.Workbook(encoding="utf-8")
    for name, cells in {"Log": rows, **sheets}.items():
        page = book.add_sheet(name)
        for number, row in enumerate(cells):
            for index, cell in enumerate(row):
                if cell == BROKEN:
                    page.row(number).set_cell_error(index, 42)
                elif cell is not None:
                    form = _FORMS.get(type(cell), "General")
                    if isinstance(cell, datetime.timedelta):
                        cell = cell / datetime.timedelta(days=1)  # noqa: PLW2901
                    page.write(number, index, cell, xlwt.easyxf(num_format_str=form))
    if change:
        change(book, book.get_sheet(0))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _entry(row: Row) -> str:
    """Write a record as an element of XML on one line."""
    fields = [
        f"<{name}>{escape(_cell(part), {chr(10): '&#10;'})}</{name}>"
        for name, value in row.items()
        for part in (value if isinstance(value, list) else [value])
    ]
    return f"<entry>{''.join(fields)}</entry>\n"


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
