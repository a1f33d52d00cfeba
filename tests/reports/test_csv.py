"""CSV as a spreadsheet and as a program read it."""

from __future__ import annotations

import csv
import io

import pytest

from ccpolicy.assessment.models import Assessment
from ccpolicy.reports import View
from ccpolicy.reports.csv import COLUMNS

from .centres import NAMES, centre
from .rendered import render
from .rich import ASSESSMENT, control, lapse, text


def rows(result: Assessment) -> list[dict[str, str]]:
    text = render(result, "csv", View()).encode().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_missing(name: str) -> None:
    result = centre(name)
    found = rows(result)
    assert list(found[0]) == list(COLUMNS)
    judged = [(row["control"], row["verdict"]) for row in found if row["entry"] == "control"]
    assert judged == [(each.id, result.verdict(each)) for each in result.controls]
    for entry, count in (
        ("lapse", sum(len(each.lapses) for each in result.controls)),
        ("due", sum(len(due.subjects) for each in result.controls for due in each.due)),
        ("problem", len(result.problems) + sum(len(each.problems) for each in result.controls)),
    ):
        assert sum(row["entry"] == entry for row in found) == count


def test_records_behind_a_lapse() -> None:
    shown = lapse("SHA", "2026-11-08T00:00:00+08:00", None, 1)
    shown = shown.model_copy(update={"records": ["evidence/a.csv:2", "evidence/a.csv:9"]})
    judged = control("MI-3", "Level", "水平", "fail", lapses=[shown])
    found = rows(ASSESSMENT.model_copy(update={"controls": [judged]}))
    told = [row["records"] for row in found if row["entry"] == "lapse"]
    assert told == ["evidence/a.csv:2; evidence/a.csv:9"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "＝", "＠"])
def test_no_cell_is_computed(start: str) -> None:
    formula = f"{start}cmd|' /C calc'!A0"
    judged = control(
        "X-1",
        formula,
        formula,
        "fail",
        owner=text(formula, formula),
        lapses=[lapse(formula, "2026-11-08T00:00:00+08:00", None, 1)],
    )
    found = rows(ASSESSMENT.model_copy(update={"controls": [judged]}))
    assert any("cmd|" in value for row in found for value in row.values())
    for row in found:
        for value in row.values():
            assert not value.lstrip().startswith(("=", "+", "-", "@", "＝", "＠", "\t", "\r"))


def test_lines_end_as_the_standard_says_and_excel_knows_the_encoding() -> None:
    text = render(ASSESSMENT, "csv", View(language="zh"))
    assert text.startswith("\ufeffcontrol,")
    assert "\n" not in text.replace("\r\n", "")
    assert "上海-交换机-01" in text
