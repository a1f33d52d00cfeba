"""What passes a limit is not read, nor judged as unknown: the command ends."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from types import ModuleType

import duckdb
import pytest

from ccpolicy.errors import LimitError
from ccpolicy.evidence.readers import json as json_reader
from ccpolicy.evidence.readers import sheet_choice
from ccpolicy.evidence.readers import workbook_limits as parts
from ccpolicy.evidence.readers import yaml as yaml_reader
from ccpolicy.evidence_formats import Format

from .conftest import TEXT, Desk, encode, log

ROWS = [{"id": "a", "note": "p"}, {"id": "b", "note": "q"}, {"id": "c", "note": "r"}]
TABLES: tuple[Format, ...] = ("csv", "xlsx", "parquet")
DOCUMENTS: tuple[Format, ...] = ("json", "jsonl", "yaml")


def ends(
    desk: Desk, content: bytes, format_: Format, setting: str, limit: int, columns: str = "note"
) -> str:
    """Expect that a file just fits one limit and passes the next lower one; return the error."""
    contract = log(format_, {columns: TEXT})
    assert desk.read(content, contract, **{setting: limit}).said == []
    with pytest.raises(LimitError) as caught:
        desk.read(content, contract, **{setting: limit - 1})
    assert f"'{setting}' in the table [limits]" in caught.value.hint.text()
    assert caught.value.locator
    assert caught.value.locator.file == f"evidence/log.{format_}"
    return caught.value.message.code


@pytest.mark.parametrize("format_", TABLES)
def test_tables(desk: Desk, tmp_path: Path, format_: Format) -> None:
    content = encode(format_, ROWS, tmp_path)
    # The line of headings counts where it is a row of the file.
    rows = 3 if format_ == "parquet" else 4
    assert ends(desk, content, format_, "rows", rows) == "EV251"
    assert ends(desk, content, format_, "columns", 2) == "EV250"
    assert ends(desk, content, format_, "cells", 2 * rows) == "EV255"


@pytest.mark.parametrize("format_", DOCUMENTS)
def test_documents(desk: Desk, tmp_path: Path, format_: Format) -> None:
    content = encode(format_, ROWS, tmp_path)
    rows = content.rstrip(b"\n").count(b"\n") + 1 if format_ == "jsonl" else 3
    assert ends(desk, content, format_, "rows", rows) == "EV251"
    assert ends(desk, content, format_, "members", 2) == "EV256"


def test_depth_of_records(desk: Desk) -> None:
    record = {"id": "a", "x": [[1, {"y": []}]]}
    contract = log("json")
    with pytest.raises(LimitError) as caught:
        desk.read(json.dumps([{"id": "b"}, record], indent=0), contract, depth=4)
    assert caught.value.diagnostics().startswith(
        "evidence/log.json:5: FI212 nested in more levels than 4"
    )
    assert desk.read(json.dumps([record]), contract, depth=5).said  # the contract has no 'x'


@pytest.mark.parametrize("format_", ["json", "jsonl", "yaml"])
@pytest.mark.parametrize("opening", ["[", '{"a": '])
def test_depth_without_end(desk: Desk, format_: Format, opening: str) -> None:
    with pytest.raises(LimitError) as caught:
        desk.read('[{"id": ' + opening * 100_000, log(format_))
    assert caught.value.message.code in ("FI104", "FI212")


@pytest.mark.parametrize("format_", [*TABLES, *DOCUMENTS])
def test_size(desk: Desk, tmp_path: Path, format_: Format) -> None:
    path = desk.write(f"log.{format_}", encode(format_, ROWS, tmp_path))
    with path.open("r+b") as file:
        file.truncate((1 << 20) + 1)
    with pytest.raises(LimitError) as caught:
        desk.load(log(format_, {"note": TEXT}), file_size=1)
    assert caught.value.diagnostics().startswith(
        f"evidence/log.{format_}: FI201 the file is larger than 1 MiB"
    )


def test_size_of_formats_held_in_memory(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modules: dict[Format, ModuleType] = {
        "json": json_reader,
        "xlsx": sheet_choice,
        "yaml": yaml_reader,
    }
    for format_, module in modules.items():
        with monkeypatch.context() as patch:
            patch.setattr(module, "MAX_BYTES", 9)
            with pytest.raises(LimitError, match="larger"):
                desk.read(encode(format_, ROWS, tmp_path), log(format_, {"note": TEXT}))
    monkeypatch.setattr(parts, "MAX_UNPACKED", 100)
    with pytest.raises(LimitError, match="unpacked"):
        desk.read(encode("xlsx", ROWS, tmp_path), log("xlsx", {"note": TEXT}))


def test_files_and_names(desk: Desk) -> None:
    for number in range(4):
        desk.write(f"log{number}.csv", f"id\n{number}\n")
    contract = log("csv", files="log*.csv")
    assert desk.load(contract, files=4, names=4).said == []
    with pytest.raises(LimitError) as caught:
        desk.load(contract, files=3)
    assert caught.value.diagnostics().startswith(
        "evidence: EV108 more files match 'log*.csv' than 3"
    )
    with pytest.raises(LimitError) as caught:
        desk.load(contract, names=3)
    assert caught.value.diagnostics().startswith("evidence: EV257 there are more files")


def test_depth_of_folders(desk: Desk) -> None:
    desk.write("a/b/c/log.csv", "id\n1\n")
    contract = log("csv", files="**/log.csv")
    assert desk.load(contract, depth=4).said == []
    with pytest.raises(LimitError) as caught:
        desk.load(contract, depth=3)
    assert caught.value.diagnostics().startswith("evidence/a/b/c: FI212 ")


def sheet(body: str, tmp_path: Path) -> bytes:
    """Return a workbook whose sheet has the heading `id` and some rows below it."""
    content = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(encode("xlsx", [{"id": "a"}], tmp_path))) as old,
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            text = old.read(name).decode()
            if name.startswith("xl/worksheets/sheet"):
                before, _, after = text.partition('<row r="2"')
                space = ' xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
                before = before.replace("<worksheet", f"<worksheet{space}", 1)
                text = f"{before}{body}{after[after.index('</row>') + 6 :]}"
            new.writestr(name, text)
    return content.getvalue()


FAR = [
    '<row><c r="XFD1048576"><v>1</v></c></row>',
    "<row><c r='XFD1048576'><v>1</v></c></row>",
    '<row><c r = "XFD1048576"><v>1</v></c></row>',
    '<row><c\n\tr\n=\n"XFD1048576"><v>1</v></c></row>',
    '<row><c r=" XFD1048576 "><v>1</v></c></row>',
    '<row><c r="xfd1048576"><v>1</v></c></row>',
    '<row><c t="n" r="XFD1048576"><v>1</v></c></row>',
    '<row><c r="&#88;FD1048576"><v>1</v></c></row>',
    '<row><x:c r="XFD1048576"><v>1</v></x:c></row>',
    '<x:row><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>',
    '<row><c r="XFD1048576"/></row>',
    '<row r="1048576"><c r="ZZ3"><v>1</v></c><c><v>1</v></c></row>',
    '<row r="1048576">' + "<c><v>1</v></c>" * 30 + "</row>",
    '<row r="9999">' + '<c r="ZY9999"><v>1</v></c>' + "<c><v>1</v></c>" * 1400 + "</row>",
    '<row r="1048576"><c r="ZZ1048576"><v>1</v></c></row>',
    '<row r="60000"><c r="ZZ60000" s="1" t="n"><v>1</v></c></row>',
    '<row r="2"><c r="ZZ60000"><v>1</v></c></row>',
    '<row r="60000" spans="1:3"/><row r="60001"><c r="ZZ1"><v>1</v></c></row>',
    '<row><c r="A999999999"><v>1</v></c></row>',
    '<row><c r="A00999999999"><v>1</v></c></row>',
    '<row r="999999999"><c><v>1</v></c></row>',
    '<row><c r="ZZZZZZZZ1"><v>1</v></c></row>',
    '<row r="2"><c r="A2"><v>1</v></c></row><!-- --><row r="1048576"><c r="ZZ1048576"/></row>',
]


@pytest.mark.parametrize("body", FAR)
def test_far_cell(desk: Desk, tmp_path: Path, body: str) -> None:
    content = sheet(body, tmp_path)
    assert len(content) < 8_000
    with pytest.raises(LimitError) as caught:
        desk.read(content, log("xlsx"))
    assert caught.value.message.code == "EV224"


@pytest.mark.parametrize("place", ["+1048576", "１０４８５７６", "$A$1", "A1:XFD1048576", "9" * 21])
@pytest.mark.parametrize("element", ["row", "c"])
def test_place_that_no_program_writes(desk: Desk, tmp_path: Path, place: str, element: str) -> None:
    cell = f'<row><c r="{place}"><v>1</v></c></row>'
    row = f'<row r="{place}"><c><v>1</v></c></row>'
    said = desk.read(sheet(cell if element == "c" else row, tmp_path), log("xlsx")).said
    assert len(said) == 1
    assert "this is not a workbook" in said[0]


@pytest.mark.parametrize(
    "body",
    [
        '<row r="2"><c r="A2" r="XFD1048576"><v>1</v></c></row>',
        '<row r="2"><c r="A2"\tr="XFD1048576"><v>1</v></c></row>',
        '<row r="2" r="1048576"><c r="A2"><v>1</v></c></row>',
        '<row r="2" spans="1:1" r="1048576"><c><v>1</v></c></row>',
    ],
)
def test_place_given_twice(desk: Desk, tmp_path: Path, body: str) -> None:
    """The reader of values takes the last, which XML forbids."""
    said = desk.read(sheet(body, tmp_path), log("xlsx")).said
    assert len(said) == 1
    assert "this is not a workbook" in said[0]


def test_sheet_that_fits(desk: Desk, tmp_path: Path) -> None:
    body = '<row r="2"><c r="A2" t="str"><v>a</v></c></row><row r="3"><c t="str"><v>b</v></c></row>'
    assert desk.read(sheet(body, tmp_path), log("xlsx"), sheet_cells=3).column("id") == ["a", "b"]
    with pytest.raises(LimitError) as caught:
        desk.read(sheet(body, tmp_path), log("xlsx"), sheet_cells=2)
    assert "3 cells, where the limit is 2" in caught.value.message.text()


def test_rows_that_a_small_file_claims(desk: Desk) -> None:
    path = desk.write("log.parquet", b"")
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 'a' AS id FROM range(51000000)) TO '{path}'")
    with pytest.raises(LimitError) as caught:
        desk.load(log("parquet"))
    assert caught.value.message.code == "EV251"
