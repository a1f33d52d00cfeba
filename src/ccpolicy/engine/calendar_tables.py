"""The plan's calendar as tables of integers, so that SQL needs no time functions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ccpolicy.store import DuckDB
from ccpolicy.store.sql import literal
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
        store: DuckDB,
        durations: Collection[tuple[str, Duration]],
        periods: Collection[tuple[str, str, Duration | None]],
    ) -> None:
        """Make the tables `calendar`, `after` and `period`.

        `durations` are (name, duration); `periods` are (name, period, grace).

        Raises:
            PolicyError: business days without a known holiday calendar.
        """
        starts = [self.calendar.starts(day) for day in range(self.first, self.last + 2)]
        store.fill(
            "calendar",
            {"day": "INTEGER", "starts": "BIGINT", "ends": "BIGINT"},
            [list(self.days), starts[:-1], starts[1:]],
        )
        self._after(store, durations)
        self._period(store, periods)

    def _after(self, store: DuckDB, durations: Collection[tuple[str, Duration]]) -> None:
        """Make `after`: the instant at which a duration counted from a day has run out.

        There is no row where that is not certain.
        """
        numbers = range(len(durations))
        store.fill(
            "last_day",
            {"day": "INTEGER", **{f"d{number}": "INTEGER" for number in numbers}},
            [list(self.days), *(self._last_days(duration) for _, duration in durations)],
        )
        names = ", ".join(
            f"({number}, {literal(name)})" for number, (name, _) in enumerate(durations)
        )
        cases = " ".join(f"WHEN {number} THEN l.d{number}" for number in numbers)
        store.create(
            "after",
            f"""
            SELECT d.duration, d.day, c.ends
            FROM (
              SELECT n.duration, l.day, CASE n.number {cases or "WHEN 0 THEN NULL"} END AS last
              FROM last_day l
              CROSS JOIN (VALUES {names or "(0, '')"}) n(number, duration)
            ) d
            JOIN calendar c ON c.day = CASE WHEN d.last > {self.last} THEN {self.last}
                                            ELSE d.last END
            """,
        )

    def _last_days(self, duration: Duration) -> Sequence[int | None]:
        found = self.calendar.last_days(self.days, duration)
        if not duration.business_days:
            return found
        return [
            last if self.calendar.is_certain(day, last, duration) else None
            for day, last in zip(self.days, found, strict=True)
        ]

    def _period(self, store: DuckDB, periods: Collection[tuple[str, str, Duration | None]]) -> None:
        """Make `period`: the calendar period of a day, when it ends and when the next one does."""
        types = {
            "per": "VARCHAR",
            **dict.fromkeys(["number", "first", "last"], "INTEGER"),
            **dict.fromkeys(["ends", "next_ends"], "BIGINT"),
        }
        rows = [row for period in periods for row in self._spans(*period)]
        store.fill(
            "period_span", types, [list(each) for each in zip(*rows, strict=True)] or [[]] * 6
        )
        store.create(
            "period",
            "SELECT p.per, c.day, p.number, p.ends, p.next_ends"
            " FROM period_span p JOIN calendar c ON c.day >= p.first AND c.day <= p.last",
        )

    def _spans(
        self, name: str, period: str, grace: Duration | None
    ) -> list[tuple[str, int, int, int, int, int]]:
        """Return (name, number, first day, last day, end, the next one's end) of each period."""
        spans = self.calendar.periods(period, self.days)
        after = spans[-1].last + 1
        spans += self.calendar.periods(period, range(after, after + 1))
        ends = [self._ends(each.last, grace) for each in spans]
        return [(name, *span, *both) for span, both in zip(spans, pairwise(ends), strict=False)]

    def _ends(self, last: int, grace: Duration | None) -> int:
        """Return the end of a period's last day, or of the grace after it."""
        if grace:
            [last] = self.calendar.last_days(range(last, last + 1), grace)
        return self.calendar.starts(min(last, self.last) + 1)
