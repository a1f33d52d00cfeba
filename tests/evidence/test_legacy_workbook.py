"""Workbooks of Excel 97 to 2003 say the same as newer ones, or are refused."""

from __future__ import annotations

import datetime
import random
import struct
from typing import Any

import pytest
import xlwt

from ccpolicy.errors import EvidenceError, LimitError
from ccpolicy.evidence.contract import make_contract
from ccpolicy.evidence.readers.interface import SourceFile
from ccpolicy.evidence.readers.legacy_workbook import LegacyWorkbook
from ccpolicy.evidence.readers.serial_times import is_duration, is_moment, moment
from ccpolicy.files.finder import fingerprint

from .conftest import (
    BOOLEAN,
    BROKEN,
    DATE,
    INTEGER,
    NUMBER,
    TEXT,
    TIME,
    Cells,
    Desk,
    day,
    legacy_workbook,
    log,
    workbook,
)
from .test_decoding import expect, noted, packed, refused, sheet
from .test_opendocument import opened

PROPERTIES = {"n": INTEGER, "x": NUMBER, "b": BOOLEAN, "d": DATE, "t": TIME, "note": TEXT}
NAMES = ["id", *PROPERTIES]
BOOK = log("xlsx", PROPERTIES, zone="Asia/Shanghai")
NOON, LATE = map(datetime.datetime.fromisoformat, ("2026-01-31T12:00:01", "1999-12-31T23:59:59"))
NAMED = ["id", "n", "note"]
CONTRACT = make_contract(log("xlsx"))
SECTOR = 512
BOF, BOUNDSHEET, SST, LABELSST, RK, FORMULA = 0x809, 0x85, 0xFC, 0xFD, 0x27E, 0x06
INTERFACE, FILEPASS, GRIDSET, UNCALCED = 0xE1, 0x2F, 0x82, 0x5E
WINDOW1, RECALCID = 0x3D, 0x1C1


def records(content: bytes) -> dict[int, list[int]]:
    """Return kind → where in the file the records of that kind begin; a writer puts them first."""
    found: dict[int, list[int]] = {}
    at = SECTOR
    while at + 4 <= len(content):
        kind, size = struct.unpack_from("<2H", content, at)
        found.setdefault(kind, []).append(at)
        at += 4 + size
    return found


def edited(content: bytes, kind: int, at: int, new: bytes, *, number: int = 0) -> bytes:
    """Change bytes of a record; those before its content say its kind and size."""
    start = records(content)[kind][number] + 4 + at
    return content[:start] + new + content[start + len(new) :]


def renamed(content: bytes, old: int, new: int, *, number: int = 0) -> bytes:
    """Make a record one of another kind."""
    return edited(content, old, -4, struct.pack("<H", new), number=number)


def test_the_same_as_other_workbooks(desk: Desk) -> None:
    rows: Cells = [
        NAMES,
        [7, 3, 0.5, True, NOON.date(), NOON, 2.5],
        [],
        ["十", -4, 1e300, False, NOON.date(), NOON, "合格\U0001f642"],
        ["c", 2**29, 12.34, None, None, LATE, "x" * 9000],
        ["d", 0, -0.01, None, datetime.date(1990, 3, 1)],
        ["e", 2**40, 1 / 3, "TRUE", "2026-01-31", "2026-01-31T18:05:00+08:00", "  x "],
    ]
    newer, older = (desk.read(each, BOOK) for each in (workbook(rows), legacy_workbook(rows)))
    assert (older.said, older.tables) == ([], newer.tables)
    assert len(older.places) == 5
    lengths = log("xlsx", {"length": TEXT})
    rows = [["id", "length"], ["a", datetime.timedelta(hours=30, minutes=5)]]
    newer, older = (desk.read(each, lengths) for each in (workbook(rows), legacy_workbook(rows)))
    assert (older.said, older.tables) == (newer.said, newer.tables)


def test_one_sheet_in_three_formats(desk: Desk) -> None:
    rows: Cells = [["登记表"], [], NAMED, ["a", 1, "合格"], [], ["b", 22, "x y"], ["合计", 23]]
    open_rows = ["|".join(str(each) for each in row) or "||" for row in rows]
    contents = workbook(rows), legacy_workbook(rows), opened(*open_rows)
    for keys, count in (({"footer": "^合计"}, 2), ({"skip": ["^合计"]}, 2), ({}, 3)):
        contract = sheet(header=3, **keys)
        first, *others = (desk.read(each, contract) for each in contents)
        assert len(first.places) == count
        for each in others:
            assert (each.tables, each.said, each.counts) == (first.tables, first.said, first.counts)
            assert noted(each) == noted(first)


def test_in_an_archive(desk: Desk) -> None:
    rows: Cells = [NAMED, ["a", 1, "x"]]
    more: Cells = [NAMED, ["b", 2, "y"]]
    content = packed(
        ("2026/03.xls", legacy_workbook(rows)), ("2026/04.xls", legacy_workbook(more, May=rows))
    )
    desk.write("log.zip", content)
    loaded = desk.load(sheet(files="log.zip", compression="zip", member="*.xls"))
    assert loaded.said == []
    assert loaded.column("id") == ["a", "b"]
    assert loaded.places == [".zip:2026/03.xls/Log!2", ".zip:2026/04.xls/Log!2"]
    assert noted(loaded) == ["EV243"]
    several = sheet(files="log.zip", compression="zip", member="*/04.xls", sheet="*")
    assert desk.load(several).places == [".zip:2026/04.xls/Log!2", ".zip:2026/04.xls/May!2"]
    several = sheet(files="log.zip", compression="zip", member="*.xls", sheet=["L*"])
    assert desk.load(several).places == loaded.places


def test_many_texts(desk: Desk) -> None:
    rows = [["id", "note"], *([str(n), f"{n} {'机房' * (n % 40)}"] for n in range(2_000))]
    contract = log("xlsx", {"note": TEXT})
    newer, older = (desk.read(each, contract) for each in (workbook(rows), legacy_workbook(rows)))
    assert (older.said, older.tables) == ([], newer.tables)


@pytest.mark.parametrize(
    ("serial", "form", "from_1904", "expected"),
    [
        (40_000, "yyyy-mm-dd", False, "2009-07-06"),
        (40_000, "yyyy-mm-dd", True, "2013-07-07"),
        (36_526, "d-mmm-yy", False, "2000-01-01"),
        (40_000, '[$-804]yyyy"年"m"月"d"日"', False, "2009-07-06"),
        (-1, "yyyy-mm-dd", False, None),
        (60, "yyyy-mm-dd", False, None),
        (3e6, "yyyy-mm-dd", False, None),
        (1e300, "yyyy-mm-dd", True, None),
    ],
)
def test_days(desk: Desk, serial: float, form: str, from_1904: bool, expected: str | None) -> None:
    def write(book: Any, page: Any) -> None:
        book.dates_1904 = from_1904
        page.write(1, 1, serial, xlwt.easyxf(num_format_str=form))

    loaded = desk.read(legacy_workbook([["id", "d"], ["a"]], write), log("xlsx", {"d": DATE}))
    if expected:
        assert (loaded.said, loaded.column("d")) == ([], [day(expected)])
    else:
        refused(loaded, "EV240")


def test_the_days_around_one_that_never_was() -> None:
    days = [str(moment(each, from_1904=False)) for each in (1, 59, 61, 61.5)]
    assert days == ["1900-01-01", "1900-02-28", "1900-03-01", "1900-03-01 12:00:00"]
    assert str(moment(1, from_1904=True)) == "1904-01-02"
    assert moment(0.25, from_1904=True) == datetime.time(6)
    assert str(moment(45_000.9999999999, from_1904=False)) == "2023-03-16"


@pytest.mark.parametrize("form", ["General", "0.00", '"d" 0', r"\d0", "[Red]0", '0;"m"', "@"])
def test_numbers_that_are_no_days(desk: Desk, form: str) -> None:
    content = legacy_workbook(
        [["id", "n"], ["a"]],
        lambda _, page: page.write(1, 1, 40_000, xlwt.easyxf(num_format_str=form)),
    )
    assert desk.read(content, log("xlsx", {"n": INTEGER})).column("n") == [40_000]


@pytest.mark.parametrize("number", [*range(14, 23), *range(27, 37), *range(50, 59)])
def test_formats_that_need_not_be_written_down(desk: Desk, number: int) -> None:
    assert is_moment(number, None)
    assert not is_moment(number, "0")
    assert not is_duration(number, None)


def test_what_is_not_known(desk: Desk) -> None:
    rows: Cells = [NAMED, ["a", 1, "x"], ["b", 2, BROKEN], ["c", BROKEN], [BROKEN]]
    loaded = desk.read(legacy_workbook(rows), sheet())
    problems = loaded.evidence.problems["log"]
    assert [str(each.locator).partition("!")[2] for each in problems] == ["3:3", "4:2", "5:1"]
    assert {each.message.code for each in problems} == {"EV225"}
    assert (loaded.places, loaded.counts[0][1:]) == ([".xlsx:Log!2"], (4, 3))


@pytest.mark.parametrize(
    ("result", "code", "note"),
    [
        (struct.pack("<d", 2.5), None, "2.5"),
        (b"\1\0\1\0\0\0\xff\xff", "FI304", None),
        (b"\3\0\0\0\0\0\xff\xff", "EV226", None),
        (b"\2\0\7\0\0\0\xff\xff", "EV225", None),
        (b"\0\0\0\0\0\0\xff\xff", "EV226", None),
        (b"\4\0\0\0\0\0\xff\xff", "EV223", None),
        (struct.pack("<Q", 0x7FF << 52), "EV240", None),
    ],
)
def test_formulas(desk: Desk, result: bytes, code: str | None, note: str | None) -> None:
    content = legacy_workbook([NAMED, ["a", 1, xlwt.Formula("B2+1.5")]])
    loaded = desk.read(edited(content, FORMULA, 6, result), sheet())
    if code:
        refused(loaded, code)
    else:
        assert (loaded.said, loaded.column("note")) == ([], [note])
    uncomputed = renamed(edited(content, FORMULA, 6, result), GRIDSET, UNCALCED)
    refused(desk.read(uncomputed, sheet()), "EV226")
    on_load = edited(edited(content, FORMULA, 6, result), FORMULA, 14, b"\2\0")
    refused(desk.read(on_load, sheet()), "EV226")


@pytest.mark.parametrize(
    ("result", "unknown", "nobody", "somebody"),
    [
        (b"\3\0\0\0\0\0\xff\xff", "EV226", "EV226", None),  # an empty text
        (bytes(8), None, "EV226", None),  # zero
        (struct.pack("<d", 2.5), None, None, None),
    ],
)
def test_a_result_that_programs_write_which_compute_nothing(
    desk: Desk, result: bytes, unknown: str | None, nobody: str | None, somebody: str | None
) -> None:
    content = legacy_workbook([NAMED, ["a", 1, xlwt.Formula('"yes"')]])
    content = edited(content, FORMULA, 6, result)
    said = renamed(content, WINDOW1, RECALCID)
    by_nobody = edited(said, RECALCID, 4, bytes(4))
    by_excel = edited(said, RECALCID, 4, struct.pack("<I", 191_029))
    for each, code in ((content, unknown), (by_nobody, nobody), (by_excel, somebody)):
        loaded = desk.read(each, sheet())
        if code:
            refused(loaded, code)
        else:
            assert loaded.said == []


def test_what_people_do_not_see(desk: Desk) -> None:
    rows: Cells = [NAMED, ["a", 1, "x"], ["b", 2, "y"]]
    both = [(".xlsx:Log!2", 1, "x"), (".xlsx:Log!3", 2, "y")]

    def hide(_: Any, page: Any) -> None:
        page.row(2).hidden = True
        page.col(2).hidden = True

    expect(desk.read(legacy_workbook(rows, hide), sheet()), *both)
    assert noted(desk.read(legacy_workbook(rows, hide), sheet())) == ["EV241", "EV242"]
    expect(desk.read(legacy_workbook(rows, hide), sheet(hidden="skip")), both[0])
    refused(desk.read(legacy_workbook(rows, hide), sheet(hidden="refuse")), "EV533")

    def hide_sheet(_: Any, page: Any) -> None:
        page.visibility = 2

    loaded = desk.read(legacy_workbook(rows, hide_sheet, Other=rows), sheet())
    assert sorted(noted(loaded)) == ["EV243", "EV244"]
    expect(loaded, *both)

    def merge(_: Any, page: Any) -> None:
        page.merge(1, 2, 2, 2)

    merged = legacy_workbook([NAMED, ["a", 1, "x"], ["b", 2]], merge)
    refused(desk.read(merged, sheet()), "EV532", "merged: fill")
    expect(desk.read(merged, sheet(merged="fill")), both[0], (".xlsx:Log!3", 2, "x"))


def test_sheets_and_ranges(desk: Desk) -> None:
    rows: Cells = [NAMED, ["a", 1, "x"]]
    content = legacy_workbook(rows, June=[["Title"], [], *rows], July=rows)
    expect(desk.read(content, sheet(sheet="June", header=3)), (".xlsx:June!4", 1, "x"))
    loaded = desk.read(content, log("xlsx", {"n": INTEGER, "note": TEXT}, sheet="Ju*", header=3))
    assert [each.message.code for each in loaded.evidence.problems["log"]] == ["EV529"]
    refused(desk.read(content, sheet(sheet="May")), "EV233", "Log, June, July")
    expect(desk.read(content, sheet(sheet="June", range="A3:C")), (".xlsx:June!4", 1, "x"))


MACROS = b"\1"
PLAIN = legacy_workbook([["id", "n", "note"], ["a", 1, "x"]])


def directory(content: bytes, name: str) -> int:
    """Return where in the file the entry of a stream begins."""
    return content.index(name.encode("utf-16-le") + b"\0\0")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (renamed(PLAIN, INTERFACE, FILEPASS), "EV694"),
        (edited(PLAIN, BOF, 0, b"\0\5"), "EV223"),
        (edited(PLAIN, BOUNDSHEET, 5, MACROS), "EV223"),
        (edited(PLAIN, BOF, 2, b"\x40", number=1), "EV223"),
        (edited(PLAIN, BOUNDSHEET, 0, b"\xff\xff\xff\x7f"), "EV223"),
        (edited(PLAIN, LABELSST, 6, b"\xff\xff"), "EV223"),
        (edited(PLAIN, LABELSST, 4, b"\xff\xff"), None),
        (edited(PLAIN, RK, 4, b"\xff\xff"), "EV223"),
        (edited(PLAIN, RK, 2, b"\0\1"), "EV223"),
        (edited(PLAIN, RK, 2, b"\0\0"), "EV681"),
        (renamed(PLAIN, RK, 0x203), "EV223"),
        (edited(PLAIN, SST, 8, b"\xff\xff"), "EV223"),
        (PLAIN[:-512], "EV223"),
        (PLAIN[:1536], "EV223"),
        (PLAIN[:512], "EV223"),
        (PLAIN[:8], "EV223"),
        (b"<html><table><tr><td>id</td></tr></table></html>", "EV696"),
        ("\ufeff<?xml version='1.0'?><Workbook/>".encode("utf-16"), "EV696"),
        (b"id\tn\tnote\r\na\t1\tx\r\n", "EV697"),
    ],
)
def test_hostile_workbooks(desk: Desk, content: bytes, code: str | None) -> None:
    if code:
        refused(desk.read(content, sheet()), code)
    else:
        expect(desk.read(content, sheet()), (".xlsx:Log!2", 1, "x"))


def test_circles(desk: Desk) -> None:
    """Each number of the tables is made to lead back, or anywhere else."""
    tables = [*range(24, 96, 4), *range(len(PLAIN) - 2 * SECTOR, len(PLAIN), 4)]
    found = set()
    for start in tables:
        for value in (0, 1, 0xFFFFFFFE):
            content = PLAIN[:start] + struct.pack("<I", value) + PLAIN[start + 4 :]
            found.add(outcome(content, desk))
    assert {"EV223", "read"} <= found <= {"EV223", "EV680", "EV695", "read"}


def test_random_bytes(desk: Desk) -> None:
    """Nothing but an error of ours comes of a damaged workbook, and never another number."""
    chance = random.Random(7)
    rows: Cells = [NAMES, ["a", 3, 0.5, True, NOON.date(), NOON, "x" * 9_000], ["b", BROKEN]]
    content = bytearray(legacy_workbook(rows))
    for _ in range(400):
        spoiled = bytearray(content)
        for _ in range(chance.choice((1, 2, 8))):
            spoiled[chance.randrange(len(spoiled))] = chance.choice((0, 1, 0x7F, 0xFF))
        outcome(
            bytes(spoiled[: chance.choice((len(spoiled), chance.randrange(len(spoiled))))]), desk
        )


def outcome(content: bytes, desk: Desk) -> str:
    """Read a workbook by itself; return the code of what is wrong, or `read`."""
    path = desk.write("log.xls", content)
    try:
        book = LegacyWorkbook(SourceFile("log.xls", path, fingerprint(path), contract=CONTRACT))
        for name in book.sheets:
            book.open(name)
    except EvidenceError as failure:
        return failure.message.code or ""
    return "read"


def test_two_workbooks_in_one_file(desk: Desk) -> None:
    """Programs read one stream or the other: Excel 95 and 97 were once saved together."""
    at = directory(PLAIN, "Workbook")
    entry = PLAIN[at : at + 128]
    twin = entry.replace("Workbook\0".encode("utf-16-le"), "Book\0\0\0\0\0".encode("utf-16-le"))
    twin = twin[:64] + struct.pack("<H", 10) + twin[66:]
    both = PLAIN[:at] + entry[:68] + struct.pack("<I", 2) + entry[72:] + twin + PLAIN[at + 256 :]
    refused(desk.read(both, sheet()), "EV680")
    alone = PLAIN[:at] + twin + PLAIN[at + 128 :]
    refused(desk.read(alone, sheet()), "EV695")
    locked = entry.replace("Workbook".encode("utf-16-le"), "Encrypte".encode("utf-16-le"))
    name = "EncryptedPackage\0".encode("utf-16-le")
    locked = name + bytes(64 - len(name)) + struct.pack("<H", len(name)) + locked[66:]
    refused(desk.read(PLAIN[:at] + locked + PLAIN[at + 128 :], sheet()), "EV694")


def test_a_sheet_that_spans_too_much(desk: Desk) -> None:
    far = legacy_workbook([["id", "n", "note"]], lambda _, page: page.write(65_535, 255, 1))
    with pytest.raises(LimitError) as caught:
        desk.read(far, sheet(), sheet_cells=1_000_000)
    assert caught.value.message.code == "EV224"
