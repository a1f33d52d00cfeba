"""The words of a clause say whether a quantity has a floor, a ceiling or both."""

from __future__ import annotations

import pytest

from ccpolicy.draft.bounds import bounds_asked

FLOOR, CEILING = ["higher"], ["lower"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("机房温度不得高于 27 ℃。", CEILING),
        ("机房温度不应超过 27 ℃。", CEILING),
        ("积压不大于 50 件", CEILING),
        ("排队不超过 20 人", CEILING),
        ("严禁超过 80%", CEILING),
        ("不可以多于 3 次", CEILING),
        ("至多 5 个", CEILING),
        ("温度保持在 27 ℃以下", CEILING),
        ("温度应低于 27 ℃", CEILING),
        ("不得低于 30%", FLOOR),
        ("备件不少于 2 件", FLOOR),
        ("电量未低于 30%", FLOOR),
        ("至少 2 人", FLOOR),
        ("湿度高于 40%", FLOOR),
        ("3 人以上", FLOOR),
        ("湿度不低于 40%，不高于 60%", ["higher", "lower"]),
        ("温度在 18 至 27 ℃之间", ["higher", "lower"]),
        ("The temperature is at most 27 °C.", CEILING),
        ("The temperature must not exceed 27 °C.", CEILING),
        ("The temperature may not be allowed to rise above 27 °C.", CEILING),
        ("No more than 20 callers wait.", CEILING),
        ("It never rises above the limit.", CEILING),
        ("It isn't higher than 27.", CEILING),
        ("The server room stays below 27 °C.", CEILING),
        ("Up to 20 tickets are open.", CEILING),
        ("Fewer than 20 tickets are open.", CEILING),
        ("Charge is not below 30 %.", FLOOR),
        ("No fewer than two people are on shift.", FLOOR),
        ("No less than 2", FLOOR),
        ("Stock never falls below its reorder point.", FLOOR),
        ("At least two people are on shift.", FLOOR),
        ("Humidity stays above 40 %.", FLOOR),
        ("More than two", FLOOR),
        ("Humidity is at least 40 % and at most 60 %.", ["higher", "lower"]),
        ("Humidity stays between 40 and 60 %.", ["higher", "lower"]),
        ("Not below 18 °C and not above 27 °C.", ["higher", "lower"]),
        ("At least every hour it is read, and is not above 27 °C.", CEILING),
        ("至少每小时读取一次，不得高于 27 ℃。", CEILING),
        ("Spare parts are in stock.", []),
        ("备件有库存。", []),
        ("Under this clause the shift is crewed.", []),
    ],
)
def test_bounds(text: str, found: list[str]) -> None:
    assert sorted(bounds_asked([text])) == found


def test_both_languages_of_a_clause_are_read() -> None:
    assert bounds_asked(["Temperature", "不得高于 27 ℃"]) == {"lower"}
    assert bounds_asked([]) == frozenset()
