"""The shifts of a zone's clock as a table of integers: no engine's zone rules are needed."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from ccpolicy.time.epoch import DAY, LAST_DAY, SECOND
from ccpolicy.time.zones import time_zone

_DAY = DAY // SECOND
_BUCKET = 64 * DAY
_STEP = 3 * _DAY
"""Seconds between two looks at the clock: a week is the least after which one was shifted back."""


@cache
def spans(zone: str) -> list[tuple[int, int, int, int | None, int | None]]:
    """List the spans of unchanging offset, in microseconds.

    Of each: begin and end as the local clock shows them, offset, and the end and offset of the
    span before. Where the clock is put back, a span begins (locally) before the one before it ends.
    """
    found: list[tuple[int, int, int, int | None, int | None]] = []
    before: tuple[int | None, int | None] = (None, None)
    for begins, ends, offset in _offsets(time_zone(zone)):
        shift = offset * SECOND
        local_ends = ends * SECOND + shift
        found.append((begins * SECOND + shift, local_ends, shift, *before))
        before = local_ends, shift
    return found


def _offsets(zone: ZoneInfo) -> Iterator[tuple[int, int, int]]:
    """Yield (begin, end, offset) of each span of unchanging offset, in seconds since 1970 UTC."""
    first, last = -2 * _DAY, (LAST_DAY + 2) * _DAY
    begins, offset = first, _offset(zone, first)
    for look in range(first + _STEP, last + _STEP, _STEP):
        # More than one shift may lie between two looks.
        while (there := _offset(zone, look)) != offset:
            low, high = max(begins, look - _STEP), look
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if _offset(zone, middle) == offset else (low, middle)
            yield begins, high, offset
            begins, offset = high, _offset(zone, high)
            if offset == there:
                break
    yield begins, last, offset


def zone_offset(microseconds: int, zone: ZoneInfo) -> int:
    """Return a zone's offset at an instant; both in microseconds, the instant since 1970 UTC."""
    return _offset(zone, microseconds // SECOND) * SECOND


def next_shift(microseconds: int, zone: ZoneInfo) -> int:
    """Return the first instant of the day after an instant at which the offset is another.

    Both are in microseconds since 1970 UTC; there must be one.
    """
    low = microseconds // SECOND
    high, offset = low + _DAY, _offset(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(zone, middle) == offset else (low, middle)
    return high * SECOND


@lru_cache(maxsize=2**14)
def _offset(zone: ZoneInfo, second: int) -> int:
    moment = datetime.datetime.fromtimestamp(second, datetime.UTC).astimezone(zone)
    shift = moment.utcoffset()
    assert shift is not None
    return round(shift.total_seconds())


def table(zone: str) -> str:
    """Write the spans as an SQL relation, a row for each bucket of the local clock in one of them.

    A local time is in the span whose row `within` finds.
    """
    rows = ",".join(
        f"({begins},{ends},{offset},{'NULL' if e is None else e},{'NULL' if o is None else o})"
        for begins, ends, offset, e, o in spans(zone)
    )
    found = (
        "SELECT begins::BIGINT AS begins, ends::BIGINT AS ends, shift::BIGINT AS shift,"
        " old_ends::BIGINT AS old_ends, old_shift::BIGINT AS old_shift,"
        " coalesce(lead(begins) OVER (ORDER BY begins), ends)::BIGINT AS until"
        f" FROM (VALUES {rows}) zone(begins, ends, shift, old_ends, old_shift)"
    )
    buckets = f"unnest(range(begins // {_BUCKET}, (until - 1) // {_BUCKET} + 1))"
    return f"SELECT *, {buckets} AS bucket FROM ({found})"


def within(local: str, zone: str) -> str:
    """Write the condition of a join that finds the span of a local time, given the span's alias.

    Equal buckets come first: the engine finds them many times faster than by comparing alone.
    """
    return (
        f"{local} // {_BUCKET} = {zone}.bucket"
        f" AND {local} >= {zone}.begins AND {local} < {zone}.until"
    )


def readings(local: str, zone: str) -> tuple[str, str]:
    """Write the later and the earlier UTC reading of a local time, given the alias of its span.

    Both are NULL for a time that the clock skipped.
    """
    new = f"CASE WHEN {local} < {zone}.ends THEN {local} - {zone}.shift END"
    old = f"CASE WHEN {local} < {zone}.old_ends THEN {local} - {zone}.old_shift END"
    return f"coalesce({new}, {old})", f"coalesce({old}, {new})"
