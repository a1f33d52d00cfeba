"""The plan's calendar as tables of integers, so that SQL needs no time functions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ccpolicy.engine.relations import AFTER, CALENDAR, DURATION, PERIOD, PERIOD_SPAN, Relation
from ccpolicy.store import Store
from ccpolicy.time.calendar import Calendar
from ccpolicy.time.durations import Duration
from ccpolicy.time.epoch import DAY


@dataclass(frozen=True)
class CalendarTables:
    """The days from `first` to `last`: what runs out later is taken to run out on the last."""

    calendar: Calendar
    first: int
    last: int

    @property
    def offset(self) -> int:
        """Microseconds that bring a UTC instant to within a day of the local day's number."""
        return self.first * DAY - self.calendar.starts(self.first)

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
            SELECT p.per, c.day, p.number, p.ends, p.next_ends
            FROM period_span p
            JOIN calendar c ON c.day >= p.first_day AND c.day <= p.last_day
            """,
        )

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
        following = spans[-1].last + 1
        spans += self.calendar.periods(period, range(following, following + 1))
        ends = [self._ends(each.last, grace) for each in spans]
        for span, both in zip(spans, pairwise(ends), strict=False):
            yield name, *span, *both

    def _ends(self, last: int, grace: Duration | None) -> int:
        """Return the end of a period's last day, or of the grace after it."""
        if grace:
            [last] = self.calendar.last_days(range(last, last + 1), grace)
        return self.calendar.starts(min(last, self.last) + 1)


def _fill(store: Store, relation: Relation, rows: Sequence[Sequence[object]]) -> None:
    columns = [list(each) for each in zip(*rows, strict=True)]
    store.fill(relation.name, relation.columns, columns or [[] for _ in relation.columns])
