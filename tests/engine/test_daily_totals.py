"""The course of a control against sums made instant by instant."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ccpolicy.engine.daily_totals import Days
from ccpolicy.engine.outcome import LapseSpan
from ccpolicy.time.calendar import Calendar
from fresh_store import fresh_store

HOUR = 3_600_000_000
ZONES = ["UTC", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe"]
BEGIN = int(datetime.datetime(2026, 3, 28, tzinfo=datetime.UTC).timestamp()) * 1_000_000
hours = st.integers(-40, 24 * 12)
spans = st.lists(st.tuples(hours, st.integers(1, 200)), max_size=6)


def by_the_half_hour(
    spans: list[tuple[int, int]], starts: int, ends: int, zone: ZoneInfo
) -> dict[str, float]:
    """Sum up spans (in half hours) over the local days of a window, one half hour at a time."""
    found: dict[str, float] = {}
    for step in range(starts, ends):
        at = datetime.datetime.fromtimestamp(BEGIN / 1_000_000 + step * 1800, zone)
        date = at.date().isoformat()
        found.setdefault(date, 0)
        found[date] += sum(first <= step < first + length for first, length in spans) / 48
    return found


@settings(max_examples=150, deadline=None)
@given(
    owed=spans,
    lapsed=spans,
    waived=spans,
    starts=st.integers(0, 60),
    length=st.integers(1, 24 * 14),
    zone=st.sampled_from(ZONES),
)
@example(owed=[], lapsed=[], waived=[], starts=0, length=1, zone="UTC")
# Clocks go back by half an hour on 5 April.
@example(
    owed=[(-9, 600)],
    lapsed=[(0, 3)],
    waived=[],
    starts=1,
    length=600,
    zone="Australia/Lord_Howe",
)
def test_course(
    owed: list[tuple[int, int]],
    lapsed: list[tuple[int, int]],
    waived: list[tuple[int, int]],
    starts: int,
    length: int,
    zone: str,
) -> None:
    def instants(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
        return [(BEGIN + a * HOUR // 2, BEGIN + (a + b) * HOUR // 2) for a, b in found]

    info = ZoneInfo(zone)
    ends = starts + length
    days = Days.of(Calendar(info), BEGIN + starts * HOUR // 2, BEGIN + ends * HOUR // 2)
    with fresh_store() as store:
        store.run("CREATE TABLE duty (revision INTEGER, starts BIGINT, ends BIGINT)")
        for number, (first, last) in enumerate(instants(owed)):
            store.run("INSERT INTO duty VALUES (?, ?, ?)", [number % 2, first, last])
        points = days.duty(store)
    course = days.course(
        points.values(),
        [LapseSpan("a", first, last, None, None) for first, last in instants(lapsed)],
        [LapseSpan("a", first, last, None, None, "W") for first, last in instants(waived)],
    )
    steps = {step.day: (step.owed, step.lapsed, step.waived) for step in course}
    expected = [by_the_half_hour(each, starts, ends, info) for each in (owed, lapsed, waived)]
    before: tuple[float, ...] = ()
    for date in expected[0]:
        here = tuple(round(each[date], 6) for each in expected)
        assert (date in steps) == (here != before)
        assert steps.get(date, here) == here
        before = here
    assert set(steps) <= set(expected[0])
