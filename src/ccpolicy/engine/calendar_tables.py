"""The plan's calendar as tables of integers, so that SQL needs no time functions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ccpolicy.engine.relations import (
    AFTER,
    CALENDAR,
    DURATION,
    PERIOD,
    PERIOD_SPAN,
    UTC_DAY,
    Relation,
)
from ccpolicy.store import Store
from ccpolicy.time.calendar import Calendar
from ccpolicy.time.durations import Duration
from ccpolicy.time.epoch import DAY
from ccpolicy.time.zone_shifts import next_shift, zone_offset

_NEVER = 1 << 62
"""An instant after all others."""


@dataclass(frozen=True)
class CalendarTables:
    """The days from `first` to `last`: what runs out later is taken to run out on the last."""

    calendar: Calendar
    first: int
    last: int

    @property
    def days(self) -> range:
        """All days."""
        return range(self.first, self.last + 1)

    def create(
        self,
        store: Store,
        durations: Collection[tuple[str, Duration]],
        periods: Collection[tuple[str, str, Duration | None]],
    ) -> None:
        """Create `calendar`, `after` and `period`.

        `durations` are (name, duration); `periods` are (name, period, grace).

        Raises:
            PolicyError: business days without a known holiday calendar.
        """
        starts = [self.calendar.starts(day) for day in range(self.first, self.last + 2)]
        store.fill(CALENDAR.name, CALENDAR.columns, [list(self.days), starts[:-1], starts[1:]])
        _fill(store, UTC_DAY, list(self._utc_days()))
        _fill(store, DURATION, [row for each in durations for row in self._duration(*each)])
        store.create(
            AFTER.name,
            f"""
            SELECT d.duration, c.day, e.ends
            FROM duration d
            JOIN calendar c ON c.day >= d.first_day AND c.day <= d.last_day
            JOIN calendar e ON e.day = CASE WHEN c.day + d.days > {self.last} THEN {self.last}
                                            ELSE c.day + d.days END
            """,
        )
        _fill(store, PERIOD_SPAN, [row for each in periods for row in self._period(*each)])
        store.create(
            PERIOD.name,
            """
            SELECT p.per, c.day, p.number, p.ends, p.next_ends,
                   CASE WHEN c.day <= p.previous_grace THEN 1 ELSE 0 END AS in_grace
            FROM period_span p
            JOIN calendar c ON c.day >= p.first_day AND c.day <= p.last_day
            """,
        )

    def _utc_days(self) -> Iterator[tuple[object, ...]]:
        """Yield the rows of `utc_day`, with which the local day of an instant is exact."""
        zone = self.calendar.zone
        numbers = range(self.first - 1, self.last + 3)
        offsets = [zone_offset(number * DAY, zone) for number in numbers]
        for number, (offset, following) in zip(numbers, pairwise(offsets), strict=False):
            shifts = _NEVER if offset == following else next_shift(number * DAY, zone)
            yield number, offset, shifts, following

    def _duration(self, name: str, duration: Duration) -> Iterator[tuple[object, ...]]:
        """Yield the rows of `duration`; there is none where it is not certain."""
        begin, ahead = self.first, 0
        for day, last in zip(self.days, self.calendar.last_days(self.days, duration), strict=True):
            days = last - day if self.calendar.is_certain(day, last, duration) else 0
            if days != ahead:
                if ahead:
                    yield name, begin, day - 1, ahead
                begin, ahead = day, days
        if ahead:
            yield name, begin, self.last, ahead

    def _period(
        self, name: str, period: str, grace: Duration | None
    ) -> Iterator[tuple[object, ...]]:
        """Yield the rows of `period_span`."""
        spans = self.calendar.periods(period, self.days)
        before, after = spans[0].first - 1, spans[-1].last + 1
        spans = [
            *self.calendar.periods(period, range(before, before + 1)),
            *spans,
            *self.calendar.periods(period, range(after, after + 1)),
        ]
        lasts = [self._last(each.last, grace) for each in spans]
        ends = [self.calendar.starts(min(last, self.last) + 1) for last in lasts]
        for at in range(1, len(spans) - 1):
            yield name, *spans[at], ends[at], ends[at + 1], lasts[at - 1]

    def _last(self, last: int, grace: Duration | None) -> int:
        """Return a period's last day, or that of the grace after it."""
        if grace:
            [last] = self.calendar.last_days(range(last, last + 1), grace)
        return last


def _fill(store: Store, relation: Relation, rows: Sequence[Sequence[object]]) -> None:
    columns = [list(each) for each in zip(*rows, strict=True)]
    store.fill(relation.name, relation.columns, columns or [[] for _ in relation.columns])
