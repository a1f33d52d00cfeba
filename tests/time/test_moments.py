"""Moments and periods as people name them."""

from __future__ import annotations

import datetime

import pytest

from ccpolicy.errors import CcpolicyError
from ccpolicy.time.moments import read_moment, read_period
from ccpolicy.time.zones import time_zone
from message_text import coded

SHANGHAI, SAO_PAULO = time_zone("Asia/Shanghai"), time_zone("America/Sao_Paulo")


def test_a_day_begins_with_its_first_instant_and_ends_with_its_last_second() -> None:
    assert read_moment("2026-03-01", SHANGHAI).isoformat() == "2026-03-01T00:00:00+08:00"
    last = read_moment(datetime.date(2026, 3, 1), SHANGHAI, last=True)
    assert last.isoformat() == "2026-03-01T23:59:59+08:00"
    # The clock skipped this midnight, and showed the hour before the other one twice.
    assert read_moment("2018-11-04", SAO_PAULO).isoformat() == "2018-11-04T01:00:00-02:00"
    last = read_moment("2018-02-17", SAO_PAULO, last=True)
    assert last.isoformat() == "2018-02-17T23:59:59-03:00"


def test_a_time_keeps_its_instant() -> None:
    found = read_moment("2026-03-01T00:30:00Z", SHANGHAI, last=True)
    assert found.isoformat() == "2026-03-01T08:30:00+08:00"


def test_the_years_that_are_known() -> None:
    for text in ("1971-01-01", "2198-12-31"):
        assert read_moment(text, SHANGHAI).isoformat() == f"{text}T00:00:00+08:00"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("yesterday", coded("US307", "yesterday")),
        ("2026-03-01T09:00:00", "US304 "),
        ("2026-W09-7", "US304 "),
        ("1970-12-31", coded("US305", "1970-12-31")),
        ("2199-01-01", coded("US305", "2199-01-01")),
        ("9999-12-31T23:59:59-14:00", "is out of range"),
        ("0001-01-01T00:00:00+14:00", "is out of range"),
    ],
)
def test_what_is_no_moment(text: str, said: str) -> None:
    with pytest.raises(CcpolicyError) as caught:
        read_moment(text, SHANGHAI)
    assert said in str(caught.value)


def test_a_period_ends_with_its_last_day() -> None:
    as_of = read_moment("2026-07-15", SHANGHAI, last=True)
    starts, ends = read_period(("2026-01-01", "2026-06-30"), SHANGHAI, as_of)
    assert (starts.isoformat(), ends.isoformat()) == (
        "2026-01-01T00:00:00+08:00",
        "2026-07-01T00:00:00+08:00",
    )
    assert read_period(None, SHANGHAI, as_of)[0].isoformat() == "2025-07-15T23:59:59+08:00"
    with pytest.raises(CcpolicyError):
        read_period(("2026-06-30", "2026-06-29"), SHANGHAI, as_of)
