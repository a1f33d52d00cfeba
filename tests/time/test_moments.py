"""Moments and periods as people name them."""

from __future__ import annotations

import datetime

import pytest

from ccpolicy.errors import CcpolicyError
from ccpolicy.time.moments import read_length, read_moment, read_period
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


@pytest.mark.parametrize(
    ("named", "first", "after"),
    [
        ("2025", "2025-01-01", "2026-01-01"),
        ("2026-H1", "2026-01-01", "2026-07-01"),
        ("2025-H2", "2025-07-01", "2026-01-01"),
        ("2026-Q2", "2026-04-01", "2026-07-01"),
        ("2025-Q4", "2025-10-01", "2026-01-01"),
        ("2026-02", "2026-02-01", "2026-03-01"),
        ("2025-12", "2025-12-01", "2026-01-01"),
        ("2026-Q1/2026-05", "2026-01-01", "2026-06-01"),
        ("90d", "2026-04-16T23:59:59", "2026-07-15T23:59:59"),
        ("2w", "2026-07-01T23:59:59", "2026-07-15T23:59:59"),
        ("P3M", "2026-04-15T23:59:59", "2026-07-15T23:59:59"),
        ("36h", "2026-07-14T11:59:59", "2026-07-15T23:59:59"),
    ],
)
def test_periods_that_have_names_or_lengths(named: str, first: str, after: str) -> None:
    as_of = read_moment("2026-07-15", SHANGHAI, last=True)
    starts, ends = read_period(named, SHANGHAI, as_of)
    said = [each.replace(tzinfo=None) for each in (starts, ends)]
    assert said == [datetime.datetime.fromisoformat(each) for each in (first, after)]


@pytest.mark.parametrize("named", ["2026-Q2", "2026-06", "2026-H1"])
def test_a_name_that_ends_a_moment_is_its_last_second(named: str) -> None:
    assert read_moment(named, SHANGHAI, last=True).isoformat() == "2026-06-30T23:59:59+08:00"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("last spring", "US216"),
        ("2026Q2", "US216"),
        ("5 business days", "US216"),
        ("0d", "US216"),
        ("", "US216"),
        ("2026-Q5", "US216"),
        ("2026-13", "US307"),
        ("2026-00", "US307"),
        ("/2026-06", "US307"),
        ("2026-01-01/soon", "US307"),
        ("2300", "US305"),
        ("2027-Q1", "US306"),
    ],
)
def test_what_is_no_period(given: str, code: str) -> None:
    as_of = read_moment("2026-07-15", SHANGHAI, last=True)
    with pytest.raises(CcpolicyError) as caught:
        read_period(given, SHANGHAI, as_of)
    assert caught.value.message.code == code
    assert caught.value.hint.template or code == "US305"


@pytest.mark.parametrize("text", ["14", "d", "-3d", "14 d", "99999999d", "soon"])
def test_what_is_no_length(text: str) -> None:
    with pytest.raises(CcpolicyError) as caught:
        read_length(text)
    assert caught.value.message.code == "US501"
