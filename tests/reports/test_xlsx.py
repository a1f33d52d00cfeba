"""Workbooks, read back."""

from __future__ import annotations

import io
import time
from typing import Any

import openpyxl
import pytest

from ccpolicy import reports
from ccpolicy.assessment.models import Assessment
from ccpolicy.reports import View
from ccpolicy.reports.phrases import VERDICT_MESSAGES
from ccpolicy.reports.time_text import last_day
from ccpolicy.reports.xlsx import LONGEST

from .centres import NAMES, centre
from .rich import ASSESSMENT, HOSTILE, control, lapse

START = "2026-11-08T00:00:00+08:00"


def workbook(result: Assessment, view: View | None = None) -> dict[str, list[tuple[Any, ...]]]:
    content = reports.render(result, "xlsx", view or View()).content
    assert isinstance(content, bytes)
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book:
        assert all(cell.data_type in ("s", "n", "d") for row in sheet.iter_rows() for cell in row)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_missing(name: str) -> None:
    result = centre(name)
    book = workbook(result)
    assert [(row[0], row[2]) for row in book["Controls"][1:]] == [
        (each.id, VERDICT_MESSAGES[result.verdict(each)]) for each in result.controls
    ]
    assert len(book["Lapses"]) - 1 == sum(len(each.lapses) for each in result.controls)
    assert len(book["Waivers"]) - 1 == len(result.waivers)
    evidence = result.evidence
    ignored = [name for each in evidence.ignored for name in each.files]
    listed = [*evidence.files, *evidence.attachments, *ignored]
    assert len(book["Evidence"]) - 1 == len(listed)
    tally = {VERDICT_MESSAGES[verdict]: count for verdict, count in result.tally.items()}
    assert dict(book["Summary"]).items() >= tally.items()


def test_the_same_bytes_at_any_time() -> None:
    first = reports.render(ASSESSMENT, "xlsx", View()).content
    time.sleep(1.1)  # the clock of a workbook's properties ticks in seconds
    assert reports.render(ASSESSMENT, "xlsx", View()).content == first


def test_a_text_stays_a_text() -> None:
    texts = ["=1+1", "https://evil.example", f"@{HOSTILE}\ufffe\uffff", "{=A1}", "_x0041_", "123"]
    judged = control(
        "X-1", "Title", "标题", "fail", lapses=[lapse(each, START, None, 1) for each in texts]
    )
    result = ASSESSMENT.model_copy(update={"controls": [judged]})
    shown = [row[1] for row in workbook(result)["Lapses"][1:]]
    assert shown[:2] == texts[:2]
    assert shown[2].startswith("@UPS\\x1b[31m-1\\u202e\\n::error::\\x00")
    assert shown[3:] == texts[3:]


def test_dates_are_dates_and_whole_days_end_with_their_last() -> None:
    spans = [
        (START, "2026-11-10T00:00:00+08:00"),
        ("2026-11-08T09:30:00+08:00", "2026-11-10T00:00:00+08:00"),
        (START, None),
    ]
    judged = control(
        "X-1", "Title", "标题", "fail", lapses=[lapse("A", *each, 1) for each in spans]
    )
    book = workbook(ASSESSMENT.model_copy(update={"controls": [judged]}))
    assert [
        tuple(each and f"{each:%Y-%m-%d %H:%M}" for each in row[2:4]) for row in book["Lapses"][1:]
    ] == [
        ("2026-11-08 00:00", "2026-11-09 00:00"),
        ("2026-11-08 09:30", "2026-11-10 00:00"),
        ("2026-11-08 00:00", None),
    ]
    [waiver, *_] = ASSESSMENT.waivers
    [row, *_] = book["Waivers"][1:]
    assert f"{row[7]:%Y-%m-%d}" == last_day(waiver.ends).isoformat()


def test_records_behind_a_lapse() -> None:
    shown = lapse("SHA", START, None, 1)
    shown = shown.model_copy(update={"records": ["evidence/a.csv:2", "evidence/a.csv:9"]})
    judged = control("MI-3", "Level", "水平", "fail", lapses=[shown])
    head, row = workbook(ASSESSMENT.model_copy(update={"controls": [judged]}))["Lapses"]
    assert row[head.index("Records behind it")] == "evidence/a.csv:2; evidence/a.csv:9"


def test_what_a_cell_cannot_hold_is_said() -> None:
    judged = control("X-1", "Title", "标题", "fail", lapses=[lapse("长" * 40_000, START, None, 1)])
    result = ASSESSMENT.model_copy(update={"controls": [judged]})
    unsaid = reports.render(result, "xlsx", View()).unsaid
    assert [each.text() for each in unsaid] == ["the end of a text of 40000 characters"]
    (cell,) = [row[1] for row in workbook(result)["Lapses"][1:]]
    assert len(cell) == LONGEST
    assert cell.endswith("…")


def test_sheets_speak_the_readers_language() -> None:
    book = workbook(ASSESSMENT, View(language="zh"))
    assert list(book) == ["摘要", "控制项", "失效", "问题", "到期事项", "豁免", "对照规范", "证据"]
    assert all(len(name) <= 31 for name in book)
    assert str(book).count("上海-交换机-01") == 1
