"""Lengths and numbers: one form in each language, the same in every report."""

from __future__ import annotations

import pytest

from ccpolicy.reports.html_parts.wording import length, paused_length
from ccpolicy.reports.length_text import (
    LENGTH_MESSAGES,
    clock_text,
    length_forms,
    length_text,
    number_text,
    seconds_of,
)

DAY = 86_400


@pytest.mark.parametrize(
    ("seconds", "en", "zh"),
    [
        (0, "0 min", "0 分钟"),
        (45, "45 s", "45 秒"),
        (11 * 60 + 59, "11 min", "11 分钟"),
        (3600, "1 h", "1 小时"),
        (18 * 3600 + 5 * 60, "18 h 5 min", "18 小时 5 分钟"),
        (DAY - 1, "23 h 59 min", "23 小时 59 分钟"),
        (DAY, "1 d", "1 天"),
        (6 * DAY + 12 * 3600 + 14 * 60, "6 d 12 h", "6 天 12 小时"),
        (1234 * DAY + 59 * 60, "1,234 d", "1,234 天"),
    ],
)
def test_the_two_largest_units_are_said(seconds: int, en: str, zh: str) -> None:
    assert (length_text(seconds, "en"), length_text(seconds, "zh")) == (en, zh)
    page = length(seconds / DAY)
    assert (page.text("en"), page.text("zh")) == (en, zh), "an assessment counts days"


def test_what_stood_still_is_said_in_hours() -> None:
    assert clock_text(30 * 3600 + 15 * 60, "en") == "30 h 15 min"
    assert paused_length(1000 * 3600).text("zh") == "1,000 小时"


def test_days_with_six_places_lose_no_second() -> None:
    for seconds in range(0, 2 * DAY, 997):
        assert seconds_of(round(seconds / DAY, 6)) == seconds


def test_scripts_have_every_form() -> None:
    assert length_forms("en") == LENGTH_MESSAGES
    assert set(length_forms("zh")) == set(LENGTH_MESSAGES)
    assert not set(length_forms("zh").values()) & set(LENGTH_MESSAGES.values())


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0"), (100, "100"), (1000, "1,000"), (12.5, "12.5"), (0.004, "0"), (2.999, "3")],
)
def test_numbers_have_groups_and_two_places(number: float, said: str) -> None:
    assert number_text(number) == said
