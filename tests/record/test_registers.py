"""The number of a new record goes on from the last one on file."""

from __future__ import annotations

import datetime

import pytest

from ccpolicy.record.registers import first_id, following_id

TODAY = datetime.date(2026, 11, 20)


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (["I000009", "I000012", "I000011"], "I000013"),
        (["SHA-REC-04", "CTU-REC-02", "CTU-REC-01"], "CTU-REC-03"),
        (["D-2025-11", "D-2025-12"], "D-2026-01"),
        (["D-2025-12", "D-2026-01"], "D-2026-02"),
        (["T-9"], "T-10"),
        (["2026-7"], "2026-8"),
        (["pbx"], ""),
    ],
)
def test_an_id_follows_those_that_are_written_like_the_last(ids: list[str], expected: str) -> None:
    assert following_id(ids, TODAY) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("^A[0-9]{3}$", "A001"), ("^X-[0-9]$", "X-1"), ("^[A-Z]+-[0-9]{2}$", ""), ("", "")],
)
def test_the_first_id_is_read_off_a_plain_pattern(pattern: str, expected: str) -> None:
    assert first_id(pattern) == expected
