"""Durations as plans write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccpolicy.errors import PolicyError
from ccpolicy.time.durations import parse_duration


@pytest.mark.parametrize(
    ("text", "months", "days", "business_days", "microseconds"),
    [
        ("30 days", 0, 30, 0, 0),
        ("1 day", 0, 1, 0, 0),
        ("2 weeks", 0, 14, 0, 0),
        ("1 year", 12, 0, 0, 0),
        ("P1Y2M3W4D", 14, 25, 0, 0),
        ("5 business days", 0, 0, 5, 0),
        ("15 minutes", 0, 0, 0, 900_000_000),
        ("PT1H30M5S", 0, 0, 0, 5_405_000_000),
    ],
)
def test_what_is_a_duration(
    text: str, months: int, days: int, business_days: int, microseconds: int
) -> None:
    found = parse_duration(text)
    assert (found.months, found.days) == (months, days)
    assert (found.business_days, found.microseconds) == (business_days, microseconds)


@pytest.mark.parametrize(
    "text",
    ["9" * 5000, "9" * 5000 + " days", f"P{'9' * 5000}D", f"{'9' * 50} days", "P" + "1" * 58 + "D"],
)
def test_a_length_that_nobody_means_is_an_error_of_the_policy(text: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse_duration(text)
    assert len(str(caught.value)) < 250


@given(st.one_of(st.text(), st.from_regex(r"P?T?[0-9]+( business)? ?[a-zA-Z]+", fullmatch=True)))
def test_any_text_is_a_duration_or_an_error_of_the_policy(text: str) -> None:
    try:
        found = parse_duration(text)
    except PolicyError:
        return
    assert 0 < found.order <= 100 * 366 * 86_400_000_000
