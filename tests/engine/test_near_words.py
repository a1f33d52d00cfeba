"""A text that people take for a word of a predicate, and the comparison does not."""

from __future__ import annotations

from pathlib import Path

import pytest

import ccpolicy
from small_centre import CONTROLS, INSPECTIONS, change, lay

CONTRACT = "policy/datasets/inspections.yaml"
FAILED = "PBX-2,2026-11-12T09:00:00+08:00,"
"""An inspection that failed after the one that passed."""


@pytest.fixture
def centre(tmp_path: Path) -> Path:
    """A centre whose contract does not list the results, and whose failures end the cover."""
    lay(tmp_path)
    change(tmp_path, CONTRACT, ", enum: [pass, fail]", "")
    change(
        tmp_path,
        CONTROLS,
        "    parameters:\n",
        "      failures: {dataset: inspections, key: [asset_id], starts: performed_at,"
        " where: \"result in ('fail', '不合格')\"}\n    parameters:\n",
    )
    return tmp_path


def judged(centre: Path, result: str) -> tuple[str, list[tuple[str, str | None]]]:
    with (centre / INSPECTIONS).open("a", encoding="utf-8") as file:
        file.write(f"{FAILED}{result}\n")
    [control] = ccpolicy.load(centre).check().controls
    return control.now, [(each.code, each.locator) for each in control.problems]


@pytest.mark.parametrize(
    "result",
    ["fail ", "Fail", " fail", "ｆａｉｌ", "不合格\u3000", "不 合格", "fail\u200b", "PASS"],
)
def test_what_looks_like_a_word_is_undecided(centre: Path, result: str) -> None:
    """Otherwise a blank behind it would turn the failure green."""
    verdict, problems = judged(centre, result)
    assert verdict == "unknown"
    assert problems == [("EV763", f"{INSPECTIONS}:4")]


@pytest.mark.parametrize(
    ("result", "verdict"),
    [("fail", "fail"), ("不合格", "fail"), ("pass", "pass"), ("late", "pass")],
)
def test_words_and_other_texts_are_as_they_were(centre: Path, result: str, verdict: str) -> None:
    assert judged(centre, result) == (verdict, [])


@pytest.mark.parametrize(
    "listed",
    [
        "{type: string, enum: [pass, fail, Fail]}",
        "{type: string, enum: [pass, fail, 不合格, Fail]}",
    ],
)
def test_what_the_contract_lists_is_meant(centre: Path, listed: str) -> None:
    change(centre, CONTRACT, "result: {type: string}", f"result: {listed}")
    change(centre, CONTROLS, "('fail', '不合格')", "('fail')")
    assert judged(centre, "Fail") == ("pass", [])


def test_a_judgement_of_records_compares_words_too(centre: Path) -> None:
    text = (centre / CONTROLS).read_text("utf-8")
    head = text.partition("    check: recurrence")[0]
    (centre / CONTROLS).write_text(
        head + "    check: record\n    inputs:\n      records: {dataset: inspections,"
        " key: [asset_id], starts: performed_at, good: \"result <> 'fail'\"}\n",
        "utf-8",
    )
    assert judged(centre, "Fail") == ("unknown", [("EV763", f"{INSPECTIONS}:4")])


def test_a_record_later_than_the_moment_judged_is_left_out(centre: Path) -> None:
    with (centre / INSPECTIONS).open("a", encoding="utf-8") as file:
        file.write("PBX-2,2026-11-21T09:00:00+08:00,Fail\n")
    assert judged(centre, "pass") == ("pass", [])
