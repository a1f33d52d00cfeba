"""What testers hand in is read as a whole, or refused: nothing of it is lost in silence."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from ccpolicy.assessment.agenda import PlanReference
from ccpolicy.assessment.models import Tool, Window
from ccpolicy.assessment.sample import COLUMNS, SCHEMA_VERSION, Sample, SampledItem, Stratum
from ccpolicy.errors import CcpolicyError, LimitError
from ccpolicy.files.limits import Limits
from ccpolicy.reports import View
from ccpolicy.reports.sample_tables import TITLES, render_csv, render_xlsx
from ccpolicy.sampling.results import read_results
from ccpolicy.texts import Text

NAMES = ("PBX-1", "=PBX-2", "PBX-3")
SHEET_PART = "xl/worksheets/sheet1.xml"
RESULT, REMARK = 6, 7
"""Columns of the table, counted from 1."""


def make(digest: str = "sha256:00") -> Sample:
    day = "2026-11-20T18:00:00+08:00"
    return Sample(
        schema_version=SCHEMA_VERSION,
        tool=Tool(name="ccpolicy", version="0"),
        plan=PlanReference(
            id="plan", title=Text({"en": "Plan"}), version="1", zone="Asia/Shanghai"
        ),
        about="inspections",
        kind="dataset",
        title=Text({"en": "Inspections"}),
        as_of=day,
        window=Window(starts=day, ends=day),
        population=3,
        population_digest=digest,
        seed=f"{digest} {day} {day}",
        size=3,
        is_size_chosen=False,
        by=None,
        strata=[Stratum(name="", population=3, drawn=3)],
        items=[
            SampledItem(id=name, stratum="", place=None, fields={"result": "pass"})
            for name in NAMES
        ],
    )


def results(sample: Sample) -> list[tuple[str, str]]:
    return [(item.result, item.remark) for item in sample.items]


Table = list[list[str]]


def handed_in(folder: Path, spoil: Callable[[Table], Any], sample: Sample | None = None) -> Path:
    """Write the CSV of a sample whose items are in order, and spoil it."""
    text = render_csv(sample or make(), View())
    table = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    for row in table[1:]:
        row[5:7] = ["ok", "seen"]
    spoil(table)
    file = folder / "tested.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(table)
    return file


def book_of(folder: Path, spoil: Callable[[Worksheet], Any]) -> Path:
    """Write the workbook of a sample whose items are in order, and spoil its table."""
    content = render_xlsx(make(), View()).content
    assert isinstance(content, bytes)
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    for row in range(2, 5):
        sheet.cell(row, RESULT).value = "ok"
    spoil(sheet)
    file = folder / "tested.xlsx"
    book.save(file)
    return file


def read(file: Path) -> Sample:
    return read_results(make(), file, Limits())


def code_of(file: Path) -> str:
    with pytest.raises(CcpolicyError) as caught:
        read(file)
    assert caught.value.locator is not None
    assert caught.value.locator.file == str(file)
    return caught.value.message.code


def test_every_column_has_a_title() -> None:
    assert tuple(TITLES) == COLUMNS


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_a_program_saved_between_other_marks(tmp_path: Path, delimiter: str) -> None:
    file = handed_in(tmp_path, lambda table: table[2].__setitem__(5, "Exception"))
    table = list(csv.reader(io.StringIO(file.read_text("utf-8"))))
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows(table)
    assert results(read(file)) == [("ok", "seen"), ("exception", "seen"), ("ok", "seen")]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        # The result that the tester wrote would be read as a remark.
        (lambda table: [row.insert(5, "ok") for row in table], "US515"),
        (lambda table: [row.insert(5, row.pop(6)) for row in table], "US515"),
        (lambda table: table[0].__setitem__(6, "result"), "US515"),
        (lambda table: table[0].__setitem__(5, ""), "US515"),
        (lambda table: table.pop(0), "US515"),
        (lambda table: table.clear(), "US515"),
        (lambda table: table[1].append("exception"), "EV704"),
        (lambda table: table[1].__setitem__(5, "not ok"), "US509"),
        (lambda table: table.append(table[1]), "US508"),
        (lambda table: table.append(["4", "PBX-4", *table[1][2:]]), "US508"),
        (lambda table: table[1].__setitem__(4, make("sha256:11").draw), "US508"),
        (lambda table: table.append(["", "", "", "", "", "exception"]), "US508"),
        (lambda table: table.pop(), "US510"),
    ],
)
def test_a_table_that_is_not_as_it_was_drawn(
    tmp_path: Path, spoil: Callable[[Table], Any], code: str
) -> None:
    assert code_of(handed_in(tmp_path, spoil)) == code


def test_results_of_a_population_that_has_changed(tmp_path: Path) -> None:
    assert code_of(handed_in(tmp_path, lambda _: None, make("sha256:11"))) == "US508"


def test_an_item_without_a_result_is_untested(tmp_path: Path) -> None:
    file = handed_in(tmp_path, lambda table: table[3].__setitem__(5, ""))
    assert results(read(file))[2] == ("untested", "seen")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (",".join(COLUMNS).encode() + "\n1,设备".encode("gb18030"), "EV520"),
        ((",".join(COLUMNS) + '\n1,PBX-1,,,,"ok').encode(), "EV204"),
        (b"PK\x03\x04broken", "EV223"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "EV223"),
    ],
)
def test_what_is_no_table(tmp_path: Path, text: bytes, code: str) -> None:
    file = tmp_path / "tested"
    file.write_bytes(text)
    assert code_of(file) == code


def _merge(sheet: Worksheet, cells: str, text: str = "exception") -> None:
    sheet[cells.partition(":")[0]].value = text
    sheet.merge_cells(cells)


def _copy(sheet: Worksheet) -> None:
    assert sheet.parent is not None
    copy = sheet.parent.copy_worksheet(sheet)
    copy.cell(3, RESULT).value = "exception"


def _hide(sheet: Worksheet) -> None:
    sheet.sheet_state = "hidden"


def _error(sheet: Worksheet) -> None:
    sheet.cell(2, RESULT).value = "#N/A"
    sheet.cell(2, RESULT).data_type = "e"


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_error, "EV225"),
        (lambda sheet: sheet.__setitem__("F3", '=IF(TRUE,"exception","ok")'), "EV226"),
        (lambda sheet: setattr(sheet.row_dimensions[3], "hidden", True), "EV700"),
        (lambda sheet: setattr(sheet.column_dimensions["F"], "hidden", True), "EV701"),
        (lambda sheet: _merge(sheet, "F2:F4"), "EV702"),
        (lambda sheet: _merge(sheet, "F2:G2"), "EV702"),
        (_hide, "EV703"),
        (lambda sheet: sheet.__setitem__("L2", "exception"), "EV704"),
        (lambda sheet: sheet.insert_cols(RESULT), "US515"),
        (_copy, "US508"),
    ],
)
def test_a_workbook_in_which_something_would_be_lost(
    tmp_path: Path, spoil: Callable[[Worksheet], Any], code: str
) -> None:
    assert code_of(book_of(tmp_path, spoil)) == code


def test_a_workbook_with_the_testers_own_column_and_sheet(tmp_path: Path) -> None:
    def spoil(sheet: Worksheet) -> None:
        assert sheet.parent is not None
        notes = sheet.parent.create_sheet("Notes", 0)
        notes["A1"].value = "=1/0"
        notes.sheet_state = "hidden"
        sheet["K1"].value, sheet["K2"].value = "room", "cellar"
        sheet.cell(3, RESULT).value = "例外"
        sheet.cell(3, REMARK).value = "no signature"

    found = results(read(book_of(tmp_path, spoil)))
    assert found == [("ok", ""), ("exception", "no signature"), ("ok", "")]


def test_a_far_cell_asks_for_no_memory(tmp_path: Path) -> None:
    file = book_of(tmp_path, lambda sheet: None)
    with zipfile.ZipFile(file) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    parts[SHEET_PART] = re.sub(rb'r="F4"', b'r="XFD1048576"', parts[SHEET_PART])
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    with pytest.raises(LimitError) as caught:
        read(file)
    assert caught.value.message.code == "EV224"
