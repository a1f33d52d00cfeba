"""Tables of when a duration of business time ends, by the instant at which it starts.

Between opening and closing the end moves along with the start; while closed it does not move. So
each day needs only a few rows, and SQL finds the end by a join of integers.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from ccpolicy.time.business_calendar import BusinessCalendar
from ccpolicy.time.calendar import day_starts
from ccpolicy.time.spans import Span


class Piece(NamedTuple):
    """A span of instants from which a duration is counted; in microseconds since 1970 UTC."""

    starts: int
    until: int
    ends: int
    """When it has run out if it is counted from `starts`."""
    is_running: bool
    """Whether it runs out later by as much as it is counted from a later instant."""

    @property
    def latest(self) -> int:
        """When it has run out if it is counted from the last instant."""
        return self.ends + (self.until - 1 - self.starts if self.is_running else 0)


def hour_pieces(
    calendar: BusinessCalendar, starts: int, ends: int, length: int, cuts: Iterable[int] = ()
) -> Iterator[Piece]:
    """Yield the pieces between two instants for so many microseconds of open time.

    What runs out after `ends` runs out then. No piece goes over one of the `cuts`.
    """
    time = _OpenTime(calendar.open_spans(starts, ends), ends)
    breaks = {starts, ends, *cuts}
    for at, (opens, closes) in enumerate(time.spans):
        breaks |= {opens, closes}
        # From later than this, it runs out later than when this span closes.
        position = time.elapsed[at + 1] - length
        if position >= 0:
            breaks.add(time.latest_at(position) + 1)
    inside = sorted(each for each in breaks if starts <= each <= ends)
    for begins, until in pairwise(inside):
        ends_at, is_running = time.after(begins, length)
        yield Piece(begins, until, ends_at, is_running)


def day_pieces(
    calendar: BusinessCalendar, starts: int, ends: int, count: int, cuts: Iterable[int] = ()
) -> Iterator[Piece]:
    """Yield the pieces between two instants for so many business days.

    No piece goes over one of the `cuts`.
    """
    days = range(calendar.day_of(starts), calendar.day_of(ends) + 1)
    lasts = calendar.last_days(days, count)
    midnights = [day_starts(day, calendar.zone) for day in days]
    breaks = sorted(each for each in {starts, ends, *midnights, *cuts} if starts <= each <= ends)
    for begins, until in pairwise(breaks):
        last = lasts[bisect_right(midnights, begins) - 1]
        yield Piece(begins, until, day_starts(last + 1, calendar.zone), is_running=False)


class _OpenTime:
    """How much open time has passed at an instant, and the other way round."""

    def __init__(self, spans: list[Span], last: int) -> None:
        self.spans, self.last = spans, last
        self.opens = [each[0] for each in spans]
        self.elapsed = [0]
        """Open time up to each span; and after the last."""
        for opens, closes in spans:
            self.elapsed.append(self.elapsed[-1] + closes - opens)

    def after(self, at: int, length: int) -> tuple[int, bool]:
        """Return when so much open time has passed since an instant, and whether it is open then.

        Both hold on until something opens, closes or runs out.
        """
        position, is_open = 0, False
        number = bisect_right(self.opens, at) - 1
        if number >= 0:
            opens, closes = self.spans[number]
            position, is_open = self.elapsed[number] + min(at, closes) - opens, at < closes
        position += length
        number = bisect_left(self.elapsed, position) - 1
        if number >= len(self.spans):
            return self.last, False
        return self.opens[number] + position - self.elapsed[number], is_open

    def latest_at(self, position: int) -> int:
        """Return the latest instant at which no more than so much open time has passed."""
        number = min(bisect_right(self.elapsed, position), len(self.spans)) - 1
        return self.opens[number] + position - self.elapsed[number]
