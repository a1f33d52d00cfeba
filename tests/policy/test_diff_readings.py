"""Which way a change goes in how cells are written: stricter is said only where it is certain."""

from __future__ import annotations

from typing import Any

import pytest

from ccpolicy.policy.column_reading import ColumnReading
from ccpolicy.policy.diff.readings import _direction

WORDS = {"合格": "pass", "不合格": "fail"}


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        ({"values": WORDS}, {"values": {"合格": "pass"}}, "tightened"),
        ({"values": {"合格": "pass"}}, {"values": WORDS}, "loosened"),
        ({"values": WORDS}, {"values": {"合格": "fail", "不合格": "pass"}}, "unordered"),
        # Without its word, an empty cell may be right, too.
        ({"values": {**WORDS, "": "fail"}}, {"values": WORDS}, "unordered"),
        ({"values": WORDS}, {}, "unordered"),
        ({"empty": ["-", "?"]}, {"empty": ["-"]}, "tightened"),
        ({"empty": ["-"]}, {}, "tightened"),
        ({"empty": ["-"]}, {"empty": ["-", "?"]}, "loosened"),
        # What was a mark may be a value: the last of all days, no calls, a tick, a part.
        ({"empty": ["2099-12-31"], "time": "iso"}, {"time": "iso"}, "unordered"),
        ({"empty": ["-", "0"]}, {"empty": ["-"]}, "unordered"),
        ({"empty": ["False"]}, {}, "unordered"),
        ({"empty": ["-", "√"], "values": {"√": True}}, {"values": {"√": True}}, "unordered"),
        ({"empty": ["-"], "values": {"√": True}}, {"values": {"√": True}}, "tightened"),
        ({"empty": ["n/a"], "extract": "(a)"}, {"extract": "(a)"}, "unordered"),
        # What two formats read differently is invalid, so that fewer may take more.
        ({"time": ["%d/%m/%Y", "%m/%d/%Y"]}, {"time": ["%d/%m/%Y"]}, "unordered"),
        ({"time": ["%d/%m/%Y"]}, {"time": ["%m/%d/%Y"]}, "unordered"),
        ({"from": "A"}, {"from": "B"}, "unordered"),
        ({"values": WORDS, "from": "A"}, {"values": {"合格": "pass"}, "from": "B"}, "unordered"),
        ({"extract": "(a)"}, {}, "unordered"),
        ({"number": {"thousands": ","}}, {"number": {}}, "unordered"),
    ],
)
def test_direction(before: dict[str, Any], after: dict[str, Any], direction: str) -> None:
    first, second = ColumnReading.model_validate(before), ColumnReading.model_validate(after)
    assert _direction(first, second, is_text=False) == direction


def test_a_mark_that_becomes_a_text() -> None:
    first, second = ColumnReading(empty=["-"]), ColumnReading()
    assert _direction(first, second, is_text=True) == "unordered"
