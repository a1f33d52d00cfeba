"""The form in Excel: its lists and checks, and back again."""

from __future__ import annotations

import datetime
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ccpolicy.errors import Language
from ccpolicy.files.limits import Limits
from ccpolicy.policy import load_policy
from ccpolicy.record.errors import InvalidRecords
from ccpolicy.record.recorder import Recorder
from ccpolicy.record.sources import read_given
from ccpolicy.record.workbook_template import template
from small_centre import change

from .conftest import NOW, PATROLS, label_assets, lay_workbooks


def test_a_form_is_filled_in_and_recorded(centre: Path, tmp_path: Path) -> None:
    """What a register holds is text, whatever it begins with."""
    with (centre / "evidence/assets/assets.csv").open("a", encoding="utf-8") as file:
        file.write("=1+1,2026-10-01,\n")
    recorder = Recorder(load_policy(centre), "patrols", now=NOW)
    form = tmp_path / "form.xlsx"
    with recorder.answers() as answers:
        form.write_bytes(template(answers, "zh"))
        assert template(answers, "zh") == form.read_bytes()
    book = openpyxl.load_workbook(form)
    sheet, lists = book["Form"], book["Lists"]
    assert [cell.value for cell in sheet[2]][:4] == ["编号", "设备 *", "时间 *", "结果 *"]
    assert [cell.value for cell in lists["B"]] == ["PBX-1 · cellar", "PBX-2 · cellar", "=1+1"]
    assert {cell.data_type for row in lists for cell in row} <= {"s", "n"}
    checks = {str(each.sqref)[0]: each for each in sheet.data_validations.dataValidation}
    assert (checks["B"].type, checks["B"].formula1) == ("list", "Lists!$B$1:$B$3")
    assert [cell.value for cell in lists["D"] if cell.value] == ["合格", "不合格"]
    assert (checks["C"].type, checks["C"].formula2) == ("date", "NOW()+1/288")
    assert (checks["E"].type, checks["E"].formula1) == ("decimal", "0")
    # A bare 12 would be 12 seconds.
    assert checks["F"].prompt == "按文件的写法填写，例如 90:00。"
    assert sheet.column_dimensions["F"].number_format == "@"
    at = datetime.datetime(2026, 11, 20, 16, 30)  # noqa: DTZ001 - as Excel has it
    rows: list[list[Any]] = [
        [None, "PBX-2", at, "合格", 1234.5, 750, "是", "=x"],
        ["X-0100", "=1+1", "2026-11-20 16:31", "不合格"],
    ]
    for number, row in enumerate(rows, 3):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
    book.save(form)
    given = read_given(str(form), recorder.form, Limits())
    recorder.write(recorder.draft(given, refuse_equal=True), given)
    with pytest.raises(InvalidRecords) as caught:
        recorder.draft(given[:1], refuse_equal=True)
    assert [each.message.code for each in caught.value.errors] == ["EV662"]
    assert (centre / PATROLS).read_bytes().decode("gb18030").split("\r\n")[2:] == [
        "X-0101;PBX-2;2026/11/20 16:30;合格;1234,5;12:30;true;=x",
        "X-0100;=1+1;2026/11/20 16:31;不合格;无;无;无;无",
    ]


@pytest.mark.parametrize(
    ("language", "called", "asset"),
    [
        ("zh", "PBX-2 · 主交换机 · 地下室", "设备"),
        ("en", "PBX-2 · Main exchange · Cellar", "Asset"),
    ],
)
def test_a_drop_down_calls_entries_by_labels_and_reads_back_keys(
    centre: Path, tmp_path: Path, language: Language, called: str, asset: str
) -> None:
    label_assets(centre)
    recorder = Recorder(load_policy(centre), "patrols", now=NOW)
    form = tmp_path / "form.xlsx"
    with recorder.answers() as answers:
        form.write_bytes(template(answers, language))
    book = openpyxl.load_workbook(form)
    sheet = book["Form"]
    assert called in [cell.value for cell in book["Lists"]["B"]]
    head = [cell.value for cell in sheet[2]]
    sheet.cell(3, head.index(f"{asset} *") + 1).value = called
    sheet.cell(3, 3).value = datetime.datetime(2026, 11, 20, 16, 30)  # noqa: DTZ001
    sheet.cell(3, 4).value = {"zh": "合格", "en": "fit"}[language]
    book.save(form)
    draft = recorder.draft(read_given(str(form), recorder.form, Limits()))
    assert [each["asset_id"] for each in draft.records] == ["PBX-2"]


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "巡查时间。"), ("en", "When it was walked.")]
)
def test_a_hint_stands_beside_a_cell_in_its_language(
    centre: Path, language: Language, said: str
) -> None:
    descriptions = "descriptions: {walked_at: {en: When it was walked., zh: 巡查时间。}}\nrecord:"
    change(centre, "policy/datasets/patrols.yaml", "record:", descriptions)
    recorder = Recorder(load_policy(centre), "patrols", now=NOW)
    with recorder.answers() as answers:
        book = openpyxl.load_workbook(io.BytesIO(template(answers, language)))
    hints = [each.prompt for each in book["Form"].data_validations.dataValidation]
    assert any(each.startswith(said) for each in hints), hints


def test_a_form_whose_cells_are_copied_holds_what_stands_on_file(centre: Path) -> None:
    """Codes without what they mean, which stands beside them; no number is given later."""
    lay_workbooks(centre, "patrols/2026.xlsx")
    (centre / PATROLS).unlink()
    recorder = Recorder(load_policy(centre), "patrols", now=NOW, appends=False)
    with recorder.answers() as answers:
        book = openpyxl.load_workbook(io.BytesIO(template(answers, "en")))
    sheet, lists = book["Form"], book["Lists"]
    assert "Then copy the cells below the last row" in sheet["A1"].value
    assert sheet["A2"].value == "编号 *"
    assert [[cell.value for cell in row] for row in lists["C1:D2"]] == [
        ["PBX-1", "cellar"],
        ["PBX-2", "cellar"],
    ]
    assert [[cell.value for cell in row] for row in lists["G1:H2"]] == [
        ["合格", "fit"],
        ["不合格", "unfit"],
    ]
    checks = {str(each.sqref)[0]: each for each in sheet.data_validations.dataValidation}
    assert checks["B"].formula1 == "Lists!$C$1:$C$2"
