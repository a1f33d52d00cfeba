"""A cell is found by what the file calls it, and not at all where that is not certain."""

from __future__ import annotations

from pathlib import Path

import pytest

from ccpolicy.cli.cell_spans import cell_span
from ccpolicy.cli.diagnostics import SourceLines
from ccpolicy.errors import Locator


@pytest.mark.parametrize(
    ("lines", "field", "cell"),
    [
        (["id,day,note", "A-1,2026-13-45,x"], "day", "2026-13-45"),
        (["id,day,note", "A-1,2026-13-45,"], "note", ""),
        (["id;day", "A,1;5"], "day", "5"),
        (["id\tday", "A\t5"], "day", "5"),
        (["编号,日期", '"甲,""乙""",坏'], "日期", "坏"),
        (["编号,日期", '"甲,""乙""",坏'], "编号", '"甲,""乙"""'),
        (["Export of 2026", '"id", day ', "A,5"], "day", "5"),
        (["id,day", "A"], "day", None),
        (["id,day", '"a text that goes on below'], "day", None),
        (["id,day,day", "A,5,6"], "day", None),
        (["id,day", "A,5"], "month", None),
    ],
)
def test_cell_of_a_row(lines: list[str], field: str, cell: str | None) -> None:
    span = cell_span(lines, len(lines), field, "evidence/x.csv")
    assert (lines[-1][span[0] : span[1]] if span else None) == cell


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ('{"id": 1, "day": "坏\\"日"}', '"坏\\"日"'),
        ('{"day" : [1, {"a": 2}], "id": 1}', '[1, {"a": 2}]'),
        ('{"id": 1}', None),
        ('{"day": 1, "part": {"day": 2}}', None),
        ('{"day": }', None),
        ('{"day": ' + "[" * 100_000, None),
    ],
)
def test_value_of_a_json_line(line: str, value: str | None) -> None:
    span = cell_span([line], 1, "day", "x.jsonl")
    assert (line[span[0] : span[1]] if span else None) == value


def test_no_cell_in_other_files() -> None:
    assert cell_span(["id,day", "A,5"], 2, "day", "x.yaml") is None


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        ("甲乙,坏,x", ["  2 | 甲乙,坏,x", "    |      ^^"]),
        ("\x1b[2J,坏,x", [r"  2 | \x1b[2J,坏,x", "    |         ^^"]),
        ("甲,\x1b,x", [r"  2 | 甲,\x1b,x", "    |    ^^^^"]),
        ("甲,,x", ["  2 | 甲,,x", "    |    ^"]),
        ("甲,坏", ["  2 | 甲,坏", "    |    ^^"]),
    ],
)
def test_carets_are_below_the_cell(row: str, shown: list[str], tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"编号,日期,备注\n{row}\n", "utf-8")
    assert SourceLines(tmp_path).excerpt(Locator("a.csv", 2), "日期") == shown


def test_long_line_is_cut_around_the_cell(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"id,day,note\n{'x' * 300},BAD,{'y' * 300}\n", "utf-8")
    line, carets = SourceLines(tmp_path).excerpt(Locator("a.csv", 2), "day")
    at = carets.index("^")
    assert line[at : at + 3] == "BAD"
    assert carets[at:] == "^^^"
    assert len(line) <= 80


def test_tabs_are_one_column_each(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("id\tday\nA-1\tBAD\n", "utf-8")
    assert SourceLines(tmp_path).excerpt(Locator("a.tsv", 2), "day") == [
        "  2 | A-1 BAD",
        "    |     ^^^",
    ]


def test_nested_record_has_no_cell(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,day\nA,5\n", "utf-8")
    place = Locator("a.csv", 2, path="parts/1")
    assert SourceLines(tmp_path).excerpt(place, "day") == ["  2 | A,5"]
