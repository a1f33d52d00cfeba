"""Files that say one thing to one program and another to the next are refused."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from .conftest import DATE, TEXT, TIME, Desk, instant, log, workbook
from .test_attachments import contract, fill
from .test_decoding import ROWS, noted, packed, refused, table
from .test_opendocument import opened
from .test_xlsx import change

BOOK = log("xlsx", {"note": TEXT})
SHEET = "xl/worksheets/sheet1.xml"
WRITTEN = workbook([["id", "note"], ["a", "x"]])
CELL = "<table:table-cell office:value-type='string' office:string-value='pass'>"


def added(content: bytes, name: str) -> bytes:
    """Add a file to an archive."""
    stream = io.BytesIO(content)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr(name, "x")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (added(WRITTEN, "content.xml"), "EV680"),
        (added(opened("id|note", "a|x"), "XL/styles.xml"), "EV680"),
        (added(WRITTEN, "xl/workbook.bin"), "EV680"),
        (change(WRITTEN, SHEET, '<row r="2"', '<row r="1"'), "EV681"),
        (change(WRITTEN, SHEET, '<row r="2"', '<row  r="1"'), "EV681"),
        (change(WRITTEN, SHEET, '<c r="B2"', '<c r="A2"'), "EV681"),
        (change(WRITTEN, SHEET, '<c r="B2"', '<c r="ZZZ1"'), "EV681"),
        (change(WRITTEN, SHEET, '<c r="A2"', '<c r="C1"'), "EV681"),
        (change(WRITTEN, SHEET, '<c r="A2"', '<c r="C2"'), "EV681"),
        (change(WRITTEN, SHEET, '<row r="1"', '<row r="3"'), "EV681"),
        (change(WRITTEN, SHEET, "</sheetData>", "</sheetData><sheetData></sheetData>"), "EV682"),
        (b"x" + WRITTEN, "EV683"),
        (WRITTEN + b"x", "EV683"),
    ],
)
def test_workbooks(desk: Desk, content: bytes, code: str) -> None:
    refused(desk.read(content, BOOK), code)


def test_a_cell_that_shows_another_text(desk: Desk) -> None:
    rows = [f"a|{CELL}<text:p>{text}</text:p></table:table-cell>" for text in ("fail", "pass")]
    refused(desk.read(opened("id|note", rows[0]), BOOK), "EV690")
    assert desk.read(opened("id|note", rows[1]), BOOK).column("note") == ["pass"]


def test_two_archives_in_one_file(desk: Desk) -> None:
    one, two = packed(("a.csv", ROWS)), packed(("b.csv", "id,n,note\nc,3,z\n"))
    archive = table(files="log.zip", compression="zip")
    for content in (two + one, one + b"x", one[:40] + one):
        desk.write("log.zip", content)
        refused(desk.load(archive), "EV683")
    # What an archive may have: a comment, and the size of an entry behind it.
    stream = io.BytesIO()
    stream.seekable = lambda: False  # type: ignore[method-assign]
    with zipfile.ZipFile(stream, "w") as written:
        written.comment = b"of March"
        with written.open("a.csv", "w", force_zip64=True) as entry:
            entry.write(ROWS.encode())
    desk.write("log.zip", stream.getvalue())
    assert desk.load(archive).said == []


@pytest.mark.parametrize("other", ["ENTRY", "x:entry", "Entry"])
def test_elements_that_hardly_differ(desk: Desk, other: str) -> None:
    text = f"<log xmlns:x='x'><entry><id>1</id></entry><{other}><id>2</id></{other}></log>"
    refused(desk.read(text, log("xml")), "EV684")


def test_elements_beside_the_records(desk: Desk) -> None:
    text = "<log><of>May</of><entry><id>1</id></entry><more/><more/></log>"
    of = log("xml", {"of": TEXT}, columns={"of": "/log/of"})
    loaded = desk.read(text, of)
    assert loaded.said == []
    assert noted(loaded) == ["EV685"]
    assert noted(desk.read(text.replace("<more/>", ""), of)) == []


@pytest.mark.parametrize("own", ["h1", "h2"])
def test_a_record_that_contradicts_its_place(desk: Desk, own: str) -> None:
    hosts = log("json", {"host": TEXT}, records="/hosts/{host}")
    loaded = desk.read(f'{{"hosts": {{"h1": {{"id": "1", "host": "{own}"}}}}}}', hosts)
    if own == "h1":
        assert loaded.column("host") == ["h1"]
    else:
        refused(loaded, "EV686")


def test_names_of_weekdays(desk: Desk) -> None:
    days = log("csv", {"d": DATE}, columns={"d": {"from": "d", "time": "%a %d %b %Y"}})
    refused(desk.read("id,d\n1,Mon 20 Jun 2026\n", days), "EV540", "day of the week")
    assert desk.read("id,d\n1,SAT 20 Jun 2026\n", days).said == []
    # It is the weekday of the local clock.
    column = {"from": "t", "time": "%A %d %b %Y %H:%M %z"}
    times = log("csv", {"t": TIME}, columns={"t": column}, zone="UTC")
    loaded = desk.read("id,t\n1,Saturday 20 Jun 2026 06:30 +0800\n", times)
    assert loaded.said == []
    assert loaded.column("t") == [instant("2026-06-19T22:30:00+00:00")]
    refused(desk.read("id,t\n1,Friday 20 Jun 2026 06:30 +0800\n", times), "EV540")


def test_a_pattern_that_finds_two_results(desk: Desk) -> None:
    found = log("csv", {"r": TEXT}, columns={"r": {"from": "r", "extract": "(pass|fail)"}})
    refused(desk.read("id,r\n1,pass/fail\n", found), "EV687")
    assert desk.read("id,r\n1,pass (pass)\n", found).column("r") == ["pass"]


@pytest.mark.parametrize(("path", "code"), [("scan.pdf", "EV688"), ("log.csv", "EV689")])
def test_files_that_prove_nothing(desk: Desk, path: str, code: str) -> None:
    desk.write("scan.pdf", b"")
    fill(desk, [{"id": "1", "form": path}])
    refused(desk.load(contract()), code)


@pytest.mark.parametrize(
    ("below", "keys"),
    [(",3,z", {}), ("c,,z", {"required": ["id", "note"]})],
)
def test_parts_of_records_below_the_footer(desk: Desk, below: str, keys: dict[str, Any]) -> None:
    keys = {"required": ["n"], "footer": "^Total", **keys}
    named = log("csv", {"n": TEXT, "note": TEXT}, **keys)
    refused(desk.read(f"{ROWS}Total,,\n{below}\n", named), "EV531")
    assert desk.read(f"{ROWS}Total,3,\nTotals,4,\nChecked by B,,\n", named).said == []
