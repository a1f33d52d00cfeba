"""Workbooks: what a cell means, and what is not known of it."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from ccpolicy.errors import LimitError
from message_text import coded

from .conftest import BOOLEAN, DATE, INTEGER, NUMBER, TEXT, TIME, Desk, day, instant, log, workbook

PROPERTIES = {"n": INTEGER, "x": NUMBER, "b": BOOLEAN, "d": DATE, "t": TIME, "note": TEXT}
BOOK = log("xlsx", PROPERTIES, zone="Asia/Shanghai")
SIX, NOON = map(datetime.datetime.fromisoformat, ("2026-01-31T18:05", "2026-01-01T12:00"))
WHERE = "evidence/log.xlsx:Log!"


def change(content: bytes, name: str, old: str, new: str) -> bytes:
    """Change what stands in a part of a workbook."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(changed, "w") as after:
        for entry in before.namelist():
            data = before.read(entry)
            if entry == name:
                assert old.encode() in data, data
                data = data.replace(old.encode(), new.encode())
            after.writestr(entry, data)
    return changed.getvalue()


def test_values_of_cells(desk: Desk) -> None:
    rows: list[list[Any]] = [
        ["id", "n", "x", "b", "d", "t", "note"],
        [7, 3, 0.5, True, datetime.date(2026, 1, 31), SIX, 2.5],
        [],
        ["b", "3", "0.5", "TRUE", "2026-01-31", "2026-01-31T18:05:00+08:00", True],
        [12.0, 4.0, 2, False, None, None, 100],
    ]
    loaded = desk.read(workbook(rows), log("xlsx", PROPERTIES | {"note": TEXT}, zone="Asia/Tokyo"))
    assert loaded.said == [
        f"{WHERE}4: " + coded("FI304", "note", "true"),
    ]
    rows[3][6] = "yes"
    loaded = desk.read(workbook(rows), BOOK)
    assert loaded.said == []
    assert loaded.places == [".xlsx:Log!2", ".xlsx:Log!4", ".xlsx:Log!5"]
    assert loaded.column("id") == ["7", "b", "12"]
    assert loaded.column("n") == [3, 3, 4]
    assert loaded.column("x") == [0.5, 0.5, 2.0]
    assert loaded.column("b") == [True, True, False]
    assert loaded.column("d") == [day("2026-01-31"), day("2026-01-31"), None]
    time = instant("2026-01-31T10:05:00+00:00")
    assert loaded.column("t") == [time, time, None]
    assert loaded.column("note") == ["2.5", "yes", "100"]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["a", 1.5], "2: " + coded("FI305", "n", "1.5")),
        (["a", True], "2: " + coded("FI305", "n", "true")),
        (["a", None, datetime.date(2026, 1, 1)], "2: FI306 "),
        (["a", None, None, 1], "2: " + coded("FI307", "b", "1")),
        (
            ["a", None, None, None, NOON],
            "2: " + coded("EV304", "d", '"2026-01-01T12:00:00"'),
        ),
        ([10**15], "2:1: 'id' is a number of more than fifteen digits"),
        (["a", *[None] * 6, "x"], "2:8: EV234 "),
    ],
)
def test_invalid_cell(desk: Desk, cells: list[Any], said: str) -> None:
    loaded = desk.read(workbook([["id", "n", "x", "b", "d", "t", "note"], cells, ["z"]]), BOOK)
    [problem] = loaded.said
    assert problem.startswith(WHERE + said), problem
    assert (loaded.column("id"), loaded.places) == (["z"], [".xlsx:Log!3"])
    assert loaded.counts == [("evidence/log.xlsx", 2, 1)]


def test_headings(desk: Desk) -> None:
    contract = log("xlsx", {"n": INTEGER}, columns={"n": "2026"})
    loaded = desk.read(workbook([[2026, "id", None, ""], [5, "a"]]), contract)
    assert (loaded.said, loaded.column("n")) == ([], [5])
    loaded = desk.read(workbook([["id", None, "nn", "id"], ["a"]]), log("xlsx", {"n": INTEGER}))
    assert loaded.said == [
        f"{WHERE}1: " + coded("EV121", "2"),
        f"{WHERE}1: " + coded("PL204", "nn"),
        f"{WHERE}1: " + coded("EV211", "id"),
    ]
    loaded = desk.read(workbook([[], ["id"], ["a"]]), log("xlsx"))
    assert loaded.said == ["evidence/log.xlsx: EV231 "]
    assert loaded.hints[0].startswith("it names the columns: id; if another does, add")
    more = log("xlsx", additionalProperties=True)
    loaded = desk.read(workbook([["id", "what"], ["a", "=1/0"]]), more)
    assert (loaded.said, loaded.column("id")) == ([], ["a"])


def test_sheets(desk: Desk) -> None:
    content = workbook([["id"], ["a"]], **{"R&D <1>": [["id"], [], ["b"]]})
    loaded = desk.read(content, log("xlsx"))
    assert loaded.places == [".xlsx:Log!2"]
    loaded = desk.read(content, log("xlsx", sheet="R&D <1>"))
    assert (loaded.column("id"), loaded.places) == (["b"], [".xlsx:R&D <1>!3"])
    loaded = desk.read(content, log("xlsx", sheet="log"))
    assert loaded.said == ["evidence/log.xlsx: " + coded("EV233", "log")]
    assert loaded.hints == ["the sheets are: Log, R&D <1>"]


FIRST, SECOND = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"


def formula(old: str, new: str, **sheets: Any) -> bytes:
    """Make a workbook whose cell B3 holds a formula, and change how it is written."""
    return change(
        computed([["id", "note"], ["a", "x"], ["b", "=1+1"], ["c", "y"]], **sheets), FIRST, old, new
    )


def computed(rows: list[list[Any]], **sheets: Any) -> bytes:
    """Make a workbook as a spreadsheet program saves it, which has computed its formulas."""
    return change(workbook(rows, **sheets), "xl/workbook.xml", ' fullCalcOnLoad="1"', "")


CELL = '<c r="B3"><f>1+1</f><v>0</v></c>'


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ('<c r="B3" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "the cell holds the error #DIV/0!"),
        ('<c r="B3" t="e"><v>#N/A</v></c>', "the cell holds the error #N/A"),
        ('<c r="B3" t="e"></c>', "the cell holds the error ?"),
        ('<c r="B3"><f>1+1</f></c>', "the cell holds a formula without a result"),
        ('<c r="B3"><f>1+1</f><v></v></c>', "the cell holds a formula without a result"),
    ],
)
def test_cell_that_is_not_known(desk: Desk, cell: str, said: str) -> None:
    loaded = desk.read(formula(CELL, cell), log("xlsx", {"note": TEXT}))
    assert loaded.said == [f"{WHERE}3:2: {said}"]
    assert loaded.places == [".xlsx:Log!2", ".xlsx:Log!4"]
    assert loaded.counts == [("evidence/log.xlsx", 3, 1)]


@pytest.mark.parametrize("ranges", ["B3", "B3:B4"])
def test_results_that_a_script_made_up_are_none(desk: Desk, ranges: str) -> None:
    rows = [["id", "note"], ["a", "x"], ["b", "=1+1"], ["c", "y"]]
    loaded = desk.read(workbook(rows), log("xlsx", {"note": TEXT}))
    assert loaded.said == [f"{WHERE}3:2: " + coded("EV226")]
    assert loaded.places == [".xlsx:Log!2", ".xlsx:Log!4"]
    array = change(workbook(rows), FIRST, "<f>", f'<f t="array" ref="{ranges}">')
    loaded = desk.read(array, log("xlsx", {"note": TEXT}))
    assert loaded.said == [f"{WHERE}3:2: " + coded("EV226")]
    assert len(loaded.places) == (0 if ":" in ranges else 2)


def test_results_of_formulas(desk: Desk) -> None:
    contract = log("xlsx", {"note": TEXT})
    loaded = desk.read(formula(CELL, '<c r="B3"><f>1+1</f><v>2</v></c>'), contract)
    assert (loaded.said, loaded.column("note")) == ([], ["x", "2", "y"])
    empty = '<c r="B3" t="str"><f>""</f><v></v></c>'
    loaded = desk.read(formula(CELL, empty), contract)
    assert (loaded.said, loaded.column("note")) == ([], ["x", None, "y"])


def test_error_on_another_sheet(desk: Desk) -> None:
    rows = [["id"], ["a"]]
    content = computed(rows, Other=[["id"], ["=1+1"], ["z"]])
    content = change(content, SECOND, "<f>1+1</f><v>0</v>", "<f>1+1</f>")
    assert desk.read(content, log("xlsx")).said == []
    loaded = desk.read(content, log("xlsx", sheet="Other"))
    assert loaded.said == ["evidence/log.xlsx:Other!2:1: EV226 "]


def test_error_without_a_place(desk: Desk) -> None:
    content = formula(CELL, '<c t="e"><v>#N/A</v></c>')
    [problem] = desk.read(content, log("xlsx", {"note": TEXT})).said
    assert problem == f"{WHERE}3:2: " + coded("EV225", "#N/A")


@pytest.mark.parametrize(
    "place",
    [
        "A99999999999",
        "A4294967295",
        "a4294967295",
        "AAAAAAA1",
        "ZZZZZZ99999999999",
    ],
)
def test_reference_that_no_sheet_has(desk: Desk, place: str) -> None:
    """The reader would ask for the memory, and end the program where there is not enough."""
    rows = formula('r="B3"', f'r="{place}"')
    with pytest.raises(LimitError, match="EV224"):
        desk.read(rows, log("xlsx", {"note": TEXT}))


@pytest.mark.parametrize("row", ["4294967295", "99999999999", "30000000"])
def test_row_far_away_whose_cells_have_no_reference(desk: Desk, row: str) -> None:
    content = workbook([["id", "note"], ["a", "x"]])
    content = change(content, "xl/worksheets/sheet1.xml", '<row r="2"', f'<row r="{row}"')
    content = change(content, "xl/worksheets/sheet1.xml", '<c r="A2"', "<c")
    content = change(content, "xl/worksheets/sheet1.xml", '<c r="B2"', "<c")
    with pytest.raises(LimitError, match="EV224"):
        desk.read(content, log("xlsx", {"note": TEXT}))


def test_packed_otherwise(desk: Desk) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    loaded = desk.read(content.getvalue(), log("xlsx"))
    assert loaded.said == ["evidence/log.xlsx: EV229 "]


@pytest.mark.parametrize("content", [b"", b"id\na\n", b"PK\x03\x04", b"PK\x05\x06" + b"\0" * 18])
def test_no_workbook(desk: Desk, content: bytes) -> None:
    loaded = desk.read(content, log("xlsx"))
    [problem] = loaded.said
    assert problem.startswith("evidence/log.xlsx: EV223 "), problem
    assert loaded.hints == ["save the file as an Excel workbook (.xlsx)"]
    assert loaded.counts == [("evidence/log.xlsx", 0, 0)]


def test_damaged_workbook(desk: Desk) -> None:
    content = workbook([["id"], *([f"row {number}"] for number in range(99))])
    at = content.index(FIRST.encode()) + len(FIRST) + 20
    damaged = content[:at] + b"\xff" * 8 + content[at + 8 :]
    [problem] = desk.read(damaged, log("xlsx")).said
    assert problem.startswith("evidence/log.xlsx: EV223 ")


def test_sheet_in_another_encoding(desk: Desk) -> None:
    content = workbook([["id"], ["a"]])
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = book.read(FIRST).decode()
    changed = change(content, FIRST, sheet, "")
    wide = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(changed)) as before, zipfile.ZipFile(wide, "w") as after:
        for entry in before.namelist():
            text = re.sub("UTF-8", "UTF-16", sheet).encode("utf-16")
            after.writestr(entry, text if entry == FIRST else before.read(entry))
    [problem] = desk.read(wide.getvalue(), log("xlsx")).said
    assert problem.startswith("evidence/log.xlsx: ")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("xl/_rels/workbook.xml.rels", 'Target="worksheets/', 'Target="/xl/worksheets/'),
        ("xl/workbook.xml", 'name="Log"', "name='Log'"),
    ],
)
def test_other_ways_to_name_the_sheet(desk: Desk, name: str, old: str, new: str) -> None:
    content = change(formula(CELL, '<c r="B3" t="e"><v>#N/A</v></c>'), name, old, new)
    loaded = desk.read(content, log("xlsx", {"note": TEXT}))
    assert loaded.said == [f"{WHERE}3:2: " + coded("EV225", "#N/A")]


def test_rows_at_the_end_that_cannot_be_read_are_told(desk: Desk) -> None:
    content = computed([["id"], ["a"], ["=1+1"]])
    content = change(content, FIRST, "<f>1+1</f><v>0</v>", "<f>1+1</f>")
    loaded = desk.read(content, log("xlsx"))
    assert len(loaded.said) == 1
    assert loaded.said[0].startswith("evidence/log.xlsx:Log!3:1: EV226 ")


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        # Errors, however they are written.
        ('<c r="B3" t = "e"><v>#N/A</v></c>', "EV225"),
        ("<c t='e' r='B3'><v>#N/A</v></c>", "EV225"),
        ('<c\n\tr="B3"\n\ts="0" t\n=\n"e" ><v>#REF!</v></c >', "EV225"),
        (f'<x:c xmlns:x="{MAIN}" r="B3" t="e"><x:v>#N/A</x:v></x:c>', "EV225"),
        ('<c r="B3" t="e"/>', "EV225"),
        ('<c t="e"><v>#N/A</v></c>', "EV225"),
        ('<c r="B3" t="e"><f>NA()</f><v>#N/A</v></c>', "EV225"),
        # Formulas without a result.
        ('<c r="B3" ><f >1+1</f ><v/></c>', "EV226"),
        ('<c r="B3"><f\t/><v></v></c>', "EV226"),
        ('<c r="B3"><f t="shared" si="0"/></c>', "EV226"),
        ('<c r="B3" t="str"><f>A1</f></c>', "EV226"),
        ('<c r="B3" t="s"><f>A1</f></c>', "EV226"),
        ('<c r="B3"><f>1+1</f><v> </v></c>', "EV226"),
        (f'<x:c xmlns:x="{MAIN}" r="B3"><x:f>1</x:f></x:c>', "EV226"),
        # Contents of which the reader of values gives nothing, or a part.
        ('<c r="B3"><v>2</v><f>1+1</f></c>', "EV240"),
        ('<c r="B3"><v><![CDATA[5]]></v></c>', "EV240"),
        ('<c r="B3"><v>5<!-- x -->6</v></c>', "EV240"),
        ('<c r="B3"><v>5<?x y?>6</v></c>', "EV240"),
        ('<c r="B3" t="inlineStr"><v>5</v></c>', "EV240"),
        # What cannot be read at all.
        ('<c r="B3" t="&#101;"><v>#N/A</v></c>', "EV223"),
        ('<c r="B3" t="E"><v>#N/A</v></c>', "EV223"),
        ('<c r="B3" t=" e "><v>#N/A</v></c>', "EV223"),
        ('<c r="B3" t="e"><v>#NEW!</v></c>', "EV223"),
        ('<c r="B3"><v>1</c>', "EV223"),
    ],
)
def test_no_cell_is_skipped(desk: Desk, cell: str, code: str) -> None:
    loaded = desk.read(formula(CELL, cell), log("xlsx", {"note": TEXT}))
    [said] = loaded.said
    place = "evidence/log.xlsx: " if code == "EV223" else f"{WHERE}3:2: "
    assert str(said).startswith(f"{place}{code} "), said
    assert "b" not in loaded.column("id")


def test_row_of_errors_alone_is_a_record(desk: Desk) -> None:
    row = '<row r="9"><c r="A9" t = "e"><v>#N/A</v></c><c r="B9" t = "e"><v>#N/A</v></c></row>'
    content = change(
        workbook([["id", "note"], ["a", "x"]]), FIRST, "</sheetData>", f"{row}</sheetData>"
    )
    loaded = desk.read(content, log("xlsx", {"note": TEXT}))
    assert loaded.said == [f"{WHERE}9:1: " + coded("EV225", "#N/A")]
    assert loaded.counts == [("evidence/log.xlsx", 2, 1)]


def test_error_in_a_column_that_is_not_read(desk: Desk) -> None:
    cell = '<c r="B3" t="e"><v>#N/A</v></c>'
    loaded = desk.read(formula(CELL, cell), log("xlsx", additionalProperties=True))
    assert (loaded.said, loaded.column("id")) == ([], ["a", "b", "c"])


def test_document_type(desk: Desk) -> None:
    for part in (FIRST, "xl/workbook.xml"):
        declared = '<!DOCTYPE x [<!ENTITY e "5">]><'
        with zipfile.ZipFile(io.BytesIO(workbook([["id"], ["a"]]))) as book:
            start = book.read(part).decode().partition("?>")[2].lstrip()[:10]
        content = change(workbook([["id"], ["a"]]), part, start, declared + start[1:])
        [said] = desk.read(content, log("xlsx")).said
        assert str(said).startswith(("evidence/log.xlsx: EV245 ", "evidence/log.xlsx: EV223 "))


def edited(content: bytes, edit: Callable[[openpyxl.Workbook], object]) -> bytes:
    """Open a workbook as somebody's script would, change it and save it."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    edit(book)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def very_hidden(book: openpyxl.Workbook) -> None:
    book["Log"].sheet_state = "veryHidden"
    book.active = 1


def hidden_rows(book: openpyxl.Workbook) -> None:
    for row in (2, 3, 9):
        book["Log"].row_dimensions[row].hidden = True


def filtered(book: openpyxl.Workbook) -> None:
    book["Log"].auto_filter.ref = "A1:B3"
    book["Log"].row_dimensions[3].hidden = True


def hidden_column(book: openpyxl.Workbook) -> None:
    book["Log"].column_dimensions["B"].hidden = True


def formula_by_script(book: openpyxl.Workbook) -> None:
    book["Log"]["B3"] = "=1+1"


@pytest.mark.parametrize(
    ("edit", "sheets", "notes"),
    [
        (lambda book: None, {}, []),
        (hidden_rows, {}, ["EV241 of the sheet 'Log', hidden rows were read: 2"]),
        (filtered, {}, ["EV241 of the sheet 'Log', hidden rows were read: 1"]),
        (hidden_column, {}, ["EV242 of the sheet 'Log', hidden columns were read: note"]),
        (
            lambda book: None,
            {"Old": [["id"]], "Older": [["id"]]},
            ["EV243 of 3 sheets, 'Log' was read; not read: Old, Older"],
        ),
        (
            very_hidden,
            {"Seen": [["id", "note"], ["z", "z"]]},
            [
                "EV243 of 2 sheets, 'Log' was read; not read: Seen",
                "EV244 the sheet 'Log' that was read is hidden",
            ],
        ),
    ],
)
def test_what_a_person_does_not_see_is_said(
    desk: Desk, edit: Callable[[openpyxl.Workbook], object], sheets: Any, notes: list[str]
) -> None:
    content = workbook([["id", "note"], ["a", "x"], ["b", "y"]], **sheets)
    loaded = desk.read(edited(content, edit), log("xlsx", {"note": TEXT}))
    assert (loaded.said, loaded.column("id")) == ([], ["a", "b"])
    [file] = loaded.evidence.files
    assert [each.coded() for each in file.notes] == notes


def test_formula_that_a_script_wrote(desk: Desk) -> None:
    content = edited(workbook([["id", "note"], ["a", "x"], ["b", "y"]]), formula_by_script)
    loaded = desk.read(content, log("xlsx", {"note": TEXT}))
    assert loaded.said == [f"{WHERE}3:2: EV226 "]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('<row r="2"', '<row r="2" ht="0" customHeight="1"', "EV241"),
        ('<row r="2"', "<row r='2' hidden = 'true'", "EV241"),
        ("<sheetFormatPr", '<sheetFormatPr zeroHeight="1"', "EV241"),
        ("<sheetData>", '<cols><col min="1" max="5" width="0"/></cols><sheetData>', "EV242"),
        ("<sheetData>", "<cols><col min='2' max='2' hidden='1'/></cols><sheetData>", "EV242"),
        ("<sheetData>", '<cols><col min="3" max="9" hidden="1"/></cols><sheetData>', None),
        ('<row r="2"', '<row r="2" ht="20" customHeight="1" hidden="0"', None),
    ],
)
def test_what_is_hidden_otherwise(desk: Desk, old: str, new: str, code: str | None) -> None:
    content = change(workbook([["id", "note"], ["a", "x"]]), FIRST, old, new)
    loaded = desk.read(content, log("xlsx", {"note": TEXT}))
    [file] = loaded.evidence.files
    assert [each.code for each in file.notes] == ([code] if code else [])
