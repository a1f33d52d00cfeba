"""Days, months, business days and periods as tables of integers: SQL needs no time functions."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ccpolicy.errors import PolicyError
from ccpolicy.store import DuckDB
from ccpolicy.time.calendar import (
    PERIODS,
    business_days,
    day_number,
    day_starts,
    moment,
)
from ccpolicy.time.durations import Duration
from ccpolicy.time.epoch import DAY, EPOCH


@dataclass(frozen=True)
class Calendar:
    """The days from `first` to `last` in the plan's zone."""

    zone: ZoneInfo
    first: int
    last: int

    @property
    def offset(self) -> int:
        """Microseconds that bring a UTC instant to within a day of the local day's number."""
        return self.first * DAY - day_starts(self.first, self.zone)

    def day_of(self, microseconds: int) -> int:
        """Return the local day of an instant."""
        return day_number(moment(microseconds, self.zone).date())

    def create(
        self,
        store: DuckDB,
        durations: Collection[tuple[str, Duration]],
        periods: Collection[tuple[str, str, Duration | None]],
        holidays: str | None,
    ) -> None:
        """Make the tables `calendar`, `after` and `period`.

        `durations` are (name, duration); `periods` are (name, period, grace).

        Raises:
            PolicyError: business days without a known holiday calendar.
        """
        days = range(self.first, self.last + 2)
        starts = [day_starts(day, self.zone) for day in days]
        dates = [datetime.date.fromordinal(day + EPOCH) for day in (self.first, self.last)]
        # Enough months that every target of a calendar duration that lies before `last` is there.
        months = range(dates[0].year * 12, dates[1].year * 12 + 12 + 1)
        firsts = [day_number(datetime.date(month // 12, month % 12 + 1, 1)) for month in months]
        business = [duration for _, duration in durations if duration.business_days]
        numbers = (
            self._business_numbers(holidays) if business else [None] * (self.last - self.first + 1)
        )
        store.run(
            """
            CREATE TABLE month AS
            SELECT unnest(?::INTEGER[]) AS month, unnest(?::INTEGER[]) AS first,
                   unnest(?::INTEGER[]) AS next_first
            """,
            [list(months)[:-1], firsts[:-1], firsts[1:]],
        )
        store.run(
            """
            CREATE TABLE calendar AS
            SELECT d.day, d.starts, d.ends, d.business, m.month, d.day - m.first AS offset
            FROM (
              SELECT unnest(?::INTEGER[]) AS day, unnest(?::BIGINT[]) AS starts,
                     unnest(?::BIGINT[]) AS ends, unnest(?::INTEGER[]) AS business
            ) d
            JOIN month m ON m.first <= d.day AND d.day < m.next_first
            """,
            [list(days)[:-1], starts[:-1], starts[1:], numbers],
        )
        self._after(store, durations)
        self._period(store, periods)

    def _after(self, store: DuckDB, durations: Iterable[tuple[str, Duration]]) -> None:
        """Make `after`: the instant at which a duration counted from a day has run out.

        The start day is not counted and the last day runs to its end (民法典 201, 203); months run
        from the anchor and clip to the month's end (202).
        """
        rows = [(name, each.months, each.days, each.business_days) for name, each in durations]
        store.run(
            f"""
            CREATE TABLE after AS
            WITH duration AS (
              SELECT unnest(?::VARCHAR[]) AS duration, unnest(?::INTEGER[]) AS months,
                     unnest(?::INTEGER[]) AS days, unnest(?::INTEGER[]) AS business_days
            )
            SELECT d.duration, c.day, e.ends
            FROM duration d
            CROSS JOIN calendar c
            LEFT JOIN month m ON m.month = c.month + d.months
            JOIN calendar e
              ON e.day = least({self.last}, coalesce(
                   least(m.first + c.offset, m.next_first - 1) + d.days, {self.last}))
            WHERE d.business_days = 0
            UNION ALL
            SELECT d.duration, c.day, e.ends
            FROM duration d
            CROSS JOIN calendar c
            JOIN (SELECT business, min(ends) AS ends FROM calendar GROUP BY business) e
              ON e.business = c.business + d.business_days
            WHERE d.business_days > 0
            """,
            [list(column) for column in zip(*rows, strict=True)] or [[], [], [], []],
        )

    def _period(
        self,
        store: DuckDB,
        periods: Iterable[tuple[str, str, Duration | None]],
    ) -> None:
        """Make `period`: the calendar period of a day, when it ends and when the next one does."""
        rows = [
            (name, PERIODS[per], grace.months if grace else 0, grace.days if grace else 0)
            for name, per, grace in periods
        ]
        store.run(
            f"""
            CREATE TABLE period AS
            WITH period AS (
              SELECT unnest(?::VARCHAR[]) AS per, unnest(?::INTEGER[]) AS months,
                     unnest(?::INTEGER[]) AS grace_months, unnest(?::INTEGER[]) AS grace_days
            ),
            last AS (       -- the last day of each period and its grace, from the period's number
              SELECT p.per, b.month // p.months AS number,
                     least({self.last}, coalesce(
                       least(g.first + b.next_first - b.first, g.next_first) - 1 + p.grace_days,
                       {self.last})) AS day
              FROM period p
              JOIN month b ON (b.month + 1) % p.months = 0
              LEFT JOIN month g ON g.month = b.month + p.grace_months
            )
            SELECT p.per, c.day, c.month // p.months AS number, e.ends,
                   coalesce(n.ends, z.ends) AS next_ends
            FROM period p
            CROSS JOIN calendar c
            JOIN last l ON l.per = p.per AND l.number = c.month // p.months
            JOIN calendar e ON e.day = l.day
            LEFT JOIN last m ON m.per = p.per AND m.number = c.month // p.months + 1
            LEFT JOIN calendar n ON n.day = m.day
            JOIN calendar z ON z.day = {self.last}
            """,
            [list(column) for column in zip(*rows, strict=True)] or [[], [], [], []],
        )

    def _business_numbers(self, holidays: str | None) -> list[int | None]:
        """Number the business days from `first` on; None in years that nobody knows yet."""
        if holidays is None:
            raise PolicyError(
                "business days need a holiday calendar",
                hint="name the country in policy/plan.yaml, such as: holidays: CN",
            )
        numbers: list[int | None] = []
        number = 0
        for working in business_days(holidays, range(self.first, self.last + 1)):
            number += bool(working)
            numbers.append(None if working is None else number)
        return numbers
