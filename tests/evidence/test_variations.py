"""Eighty variations of files as people keep them: read rightly, or refused with what to add."""

from __future__ import annotations

import datetime
import gzip
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import yaml

from ccpolicy.policy.decoding import CellRange

from .conftest import BOOLEAN, DATE, INTEGER, NUMBER, TEXT, TIME, Desk, log

TYPES = {
    "text": TEXT,
    "integer": INTEGER,
    "number": NUMBER,
    "boolean": BOOLEAN,
    "date": DATE,
    "time": TIME,
    "result": {"type": "string", "enum": ["pass", "fail"]},
}
FILE = Path(__file__).with_name("variations.yaml")


class _Loader(yaml.SafeLoader):
    """Leaves days and times as texts, unless they are tagged."""


_Loader.yaml_implicit_resolvers = {
    first: [each for each in found if not each[0].endswith(":timestamp")]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
VARIATIONS: dict[str, Any] = {
    f"{row}: {each['shape']}": each
    for row, variations in _Loader(FILE.read_text("utf-8")).get_single_data().items()
    for each in variations
}
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def test_there_are_eighty() -> None:
    assert len(VARIATIONS) >= 80
    assert sum("reads" in each for each in VARIATIONS.values()) >= 60


@pytest.mark.parametrize("name", VARIATIONS)
def test_variation(desk: Desk, name: str) -> None:
    each = VARIATIONS[name]
    fields = {"id": "text", **each["fields"]}
    fields.pop(each.get("drop", ""), None)
    kind = each.get("format", "csv")
    contract = log(kind, required=each.get("required", []), key=each.get("key", ["id"]))
    properties = {field: TYPES[type_] for field, type_ in fields.items()}
    record = contract.record | {"properties": properties, "additionalProperties": "more" in each}
    given = contract.model_dump(by_alias=True, exclude_unset=True)
    given |= {"record": record} | each.get("contract", {})
    if kind == "log":
        del given["starts"]
        given |= {key: each["contract"][key] for key in ("starts",) if key in each["contract"]}
    dataset = type(contract).model_validate(given)
    desk.write(each.get("named", f"log.{kind}"), _content(each))
    loaded = desk.load(dataset)
    if "code" in each:
        codes = {problem.message.code for problem in loaded.evidence.problems["log"]}
        assert codes == {each["code"]}, (loaded.said, loaded.hints)
        if "hint" in each:
            assert loaded.hints
            assert all(each["hint"] in hint for hint in loaded.hints), loaded.hints
        return
    assert loaded.said == [], loaded.hints
    types = fields | each.get("derive", {})
    found = [[_shown(row[field], types[field]) for field in types] for row in loaded.tables["log"]]
    assert found == each["reads"]


def _shown(value: Any, type_: str) -> Any:
    if value is None:
        return None
    if type_ == "date":
        return str((_EPOCH + datetime.timedelta(days=value)).date())
    if type_ == "time":
        return (_EPOCH + datetime.timedelta(microseconds=value)).isoformat().replace("+00:00", "Z")
    return value


def _content(each: Mapping[str, Any]) -> bytes:
    """Make the file of a variation."""
    if "file" not in each:
        return _workbook(each)
    content: bytes = each["file"].encode(each.get("encoded", "utf-8"))
    if each.get("packed") == "gzip":
        return gzip.compress(content)
    if each.get("packed") == "zip":
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr(each.get("member", "march.csv"), content)
        return packed.getvalue()
    return content


def _workbook(each: Mapping[str, Any]) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        dates = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in each.get("sheets", {"Log": each.get("cells")}).items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for index, cell in enumerate(row):
                    if isinstance(cell, datetime.date):
                        sheet.write_datetime(number, index, cell, dates)
                    elif cell != "":
                        sheet.write(number, index, cell)
            if area := CellRange.parse(each.get("merge", "")):
                first = rows[area.first_row - 1][area.first_column - 1]
                sheet.merge_range(each["merge"], first)
            if each.get("veil") == name:
                sheet.hide()
            if "hide" in each:
                sheet.set_row(each["hide"] - 1, None, None, {"hidden": True})
        if "name" in each:
            book.define_name("Patrols", f"={each['name']}")
    return made.getvalue()
