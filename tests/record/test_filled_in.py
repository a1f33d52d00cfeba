"""Tables that were filled in elsewhere: all that stands in them is recorded, or nothing is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from ccpolicy.errors import CcpolicyError, LimitError
from ccpolicy.evidence.readers.open_workbook import MAX_BYTES
from ccpolicy.files.limits import Limits
from ccpolicy.policy import load_policy
from ccpolicy.record.form_fields import RecordForm, find_dataset, make_form
from ccpolicy.record.sources import read_given

HEADINGS = ["设备", "时间", "结果", "备注"]
ROW = ["PBX-2", "2026-11-20 16:30", "合格", "in order"]


@pytest.fixture
def form(centre: Path) -> RecordForm:
    policy = load_policy(centre)
    return make_form(find_dataset(policy, "patrols"))


def csv_of(folder: Path, *rows: list[str]) -> str:
    file = folder / "given.csv"
    file.write_text("\n".join(";".join(row) for row in rows), "utf-8")
    return str(file)


def book_of(folder: Path, spoil: Callable[[Worksheet], Any]) -> str:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for row in (["Patrols of November"], HEADINGS, ROW, [*ROW[:2], "不合格"]):
        sheet.append(row)
    sheet.merge_cells("A1:D1")
    spoil(sheet)
    file = folder / "given.xlsx"
    book.save(file)
    return str(file)


def test_what_is_filled_in_is_read_below_a_title(form: RecordForm, tmp_path: Path) -> None:
    given = read_given(book_of(tmp_path, lambda sheet: None), form, Limits())
    assert [each.fields for each in given] == [
        dict(zip(HEADINGS, ROW, strict=True)),
        dict(zip(HEADINGS[:3], [*ROW[:2], "不合格"], strict=True)),
    ]
    assert [str(each.place).rpartition("/")[2] for each in given] == [
        "given.xlsx:Sheet!3",
        "given.xlsx:Sheet!4",
    ]


def test_a_long_text_is_no_misplaced_quotation_mark(form: RecordForm, tmp_path: Path) -> None:
    long = "x" * 200_000
    (given,) = read_given(csv_of(tmp_path, HEADINGS, [*ROW[:3], long]), form, Limits())
    assert given.fields["备注"] == long


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([[*HEADINGS, ""], [*ROW, "lost"]], "EV704"),
        ([["", *HEADINGS], ["lost", *ROW]], "EV704"),
        ([HEADINGS, [*ROW, "lost"]], "EV704"),
        ([[*HEADINGS, "结果"], [*ROW, "不合格"]], "EV671"),
        ([HEADINGS, ['"PBX-2', *ROW[1:]]], "EV204"),
    ],
)
def test_csv_in_which_something_would_be_lost(
    form: RecordForm, tmp_path: Path, rows: list[list[str]], code: str
) -> None:
    with pytest.raises(CcpolicyError) as caught:
        read_given(csv_of(tmp_path, *rows), form, Limits())
    assert caught.value.message.code == code


def _error(sheet: Worksheet) -> None:
    sheet["D3"].value, sheet["D3"].data_type = "#N/A", "e"


def _hide(sheet: Worksheet) -> None:
    assert sheet.parent is not None
    sheet.parent.create_sheet("Other")
    sheet.sheet_state = "hidden"


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_error, "EV225"),
        (lambda sheet: sheet.__setitem__("D3", "=A3"), "EV226"),
        (lambda sheet: setattr(sheet.row_dimensions[4], "hidden", True), "EV700"),
        (lambda sheet: setattr(sheet.column_dimensions["D"], "hidden", True), "EV701"),
        (lambda sheet: sheet.merge_cells("C3:C4"), "EV702"),
        (_hide, "EV703"),
        (lambda sheet: sheet.__setitem__("F3", "lost"), "EV704"),
    ],
)
def test_a_workbook_in_which_something_would_be_lost(
    form: RecordForm, tmp_path: Path, spoil: Callable[[Worksheet], Any], code: str
) -> None:
    with pytest.raises(CcpolicyError) as caught:
        read_given(book_of(tmp_path, spoil), form, Limits())
    assert caught.value.message.code == code
    assert caught.value.locator is not None


def test_no_more_is_read_than_the_limit(
    form: RecordForm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "given.csv"
    with file.open("wb") as stream:
        stream.truncate(1 << 40)
    with pytest.raises(LimitError):
        read_given(str(file), form, Limits())
    with Path("/dev/zero").open() as endless:
        monkeypatch.setattr("sys.stdin", endless)
        with pytest.raises(LimitError):
            read_given("-", form, Limits())
    assert MAX_BYTES < 1 << 30


def test_a_form_of_one_field(form: RecordForm, tmp_path: Path) -> None:
    """The instruction above its heading is none."""
    one = RecordForm(form.dataset, form.contract, form.fields[:1])
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Form"
    for text in ("One row for each record.", "编号 *", "X-0100"):
        sheet.append([text])
    book.save(tmp_path / "form.xlsx")
    given = read_given(str(tmp_path / "form.xlsx"), one, Limits())
    assert [each.fields for each in given] == [{"编号": "X-0100"}]
