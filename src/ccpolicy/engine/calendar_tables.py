"""Days, months, business days and periods as tables of integers: SQL needs no time functions."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ccpolicy.engine.relations import (
    AFTER,
    CALENDAR,
    DURATION,
    MONTH,
    PERIOD,
    PERIOD_LENGTH,
    UTC_DAY,
    Relation,
)
from ccpolicy.errors import PolicyError
from ccpolicy.store import Store
from ccpolicy.time.calendar import (
    PERIODS,
    business_days,
    day_number,
    day_starts,
    moment,
)
from ccpolicy.time.durations import Duration
from ccpolicy.time.epoch import DAY, EPOCH
from ccpolicy.time.zone_shifts import next_shift, zone_offset

_NEVER = 1 << 62
"""An instant after all others."""


@dataclass(frozen=True)
class Calendar:
    """The days from `first` to `last` in the plan's zone."""

    zone: ZoneInfo
    first: int
    last: int

    def day_of(self, microseconds: int) -> int:
        """Return the local day of an instant."""
        return day_number(moment(microseconds, self.zone).date())

    def create(
        self,
        store: Store,
        durations: Collection[tuple[str, Duration]],
        periods: Collection[tuple[str, str, Duration | None]],
        holidays: str | None,
    ) -> None:
        """Create `calendar`, `after` and `period`.

        `durations` are (name, duration); `periods` are (name, period, grace).

        Raises:
            PolicyError: business days without a known holiday calendar.
        """
        self._months(store)
        business = any(duration.business_days for _, duration in durations)
        self._calendar(store, holidays, business=business)
        self._utc_days(store)
        _after(store, durations, self.last)
        _period(store, periods, self.last)

    def _months(self, store: Store) -> None:
        # Enough months that every target of a calendar duration that lies before `last` is there.
        first, last = self._date(self.first), self._date(self.last)
        months = range(first.year * 12, last.year * 12 + 12 + 1)
        firsts = [day_number(datetime.date(month // 12, month % 12 + 1, 1)) for month in months]
        store.fill(MONTH.name, MONTH.columns, [list(months)[:-1], firsts[:-1], firsts[1:]])

    def _calendar(self, store: Store, holidays: str | None, *, business: bool) -> None:
        days = range(self.first, self.last + 1)
        starts = [day_starts(day, self.zone) for day in range(self.first, self.last + 2)]
        dates = [self._date(day) for day in days]
        columns: list[Sequence[object]] = [
            days,
            starts[:-1],
            starts[1:],
            self._business_numbers(holidays) if business else [None] * len(days),
            [date.year * 12 + date.month - 1 for date in dates],
            [date.day - 1 for date in dates],
        ]
        store.fill(CALENDAR.name, CALENDAR.columns, [list(column) for column in columns])

    def _utc_days(self, store: Store) -> None:
        """Create `utc_day`, with which the local day of any instant of the calendar is exact."""
        numbers = list(range(self.first - 1, self.last + 3))
        offsets = [zone_offset(number * DAY, self.zone) for number in numbers]
        shifts = [
            next_shift(number * DAY, self.zone) if offset != following else _NEVER
            for number, offset, following in zip(numbers, offsets, offsets[1:], strict=False)
        ]
        store.fill(UTC_DAY.name, UTC_DAY.columns, [numbers[:-1], offsets[:-1], shifts, offsets[1:]])

    @staticmethod
    def _date(day: int) -> datetime.date:
        return datetime.date.fromordinal(day + EPOCH)

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


def _after(store: Store, durations: Iterable[tuple[str, Duration]], last: int) -> None:
    """Create `after`; `last` is the calendar's last day.

    The start day is not counted and the last day runs to its end (民法典 201, 203); months run
    from the anchor and clip to the month's end (202).
    """
    rows = [(name, each.months, each.days, each.business_days) for name, each in durations]
    store.fill(DURATION.name, DURATION.columns, _columns(rows, DURATION))
    store.create(
        AFTER.name,
        f"""
        SELECT d.duration, c.day, e.ends
        FROM duration d
        CROSS JOIN calendar c
        LEFT JOIN month m ON m.month = c.month + d.months
        JOIN calendar e
          ON e.day = least({last}, coalesce(
               least(m.first_day + c.days_into_month, m.next_first_day - 1) + d.days, {last}))
        WHERE d.business_days = 0
        UNION ALL
        SELECT d.duration, c.day, e.ends
        FROM duration d
        CROSS JOIN calendar c
        JOIN (SELECT business_day, min(ends) AS ends FROM calendar GROUP BY business_day) e
          ON e.business_day = c.business_day + d.business_days
        WHERE d.business_days > 0
        """,
    )


def _period(store: Store, periods: Iterable[tuple[str, str, Duration | None]], last: int) -> None:
    """Create `period`; `last` is the calendar's last day."""
    rows = [
        (name, PERIODS[per], grace.months if grace else 0, grace.days if grace else 0)
        for name, per, grace in periods
    ]
    store.fill(PERIOD_LENGTH.name, PERIOD_LENGTH.columns, _columns(rows, PERIOD_LENGTH))
    store.create(
        PERIOD.name,
        f"""
        WITH final AS (     -- the last day of each period and its grace, from the period's number
          SELECT p.per, b.month // p.months AS number,
                 least({last}, coalesce(
                   least(g.first_day + b.next_first_day - b.first_day, g.next_first_day) - 1
                     + p.grace_days, {last})) AS day
          FROM period_length p
          JOIN month b ON (b.month + 1) % p.months = 0
          LEFT JOIN month g ON g.month = b.month + p.grace_months
        )
        SELECT p.per, c.day, c.month // p.months AS number, e.ends,
               coalesce(n.ends, z.ends) AS next_ends,
               CASE WHEN c.day <= f.day THEN 1 ELSE 0 END AS in_grace
        FROM period_length p
        CROSS JOIN calendar c
        JOIN final l ON l.per = p.per AND l.number = c.month // p.months
        JOIN calendar e ON e.day = l.day
        LEFT JOIN final f ON f.per = p.per AND f.number = c.month // p.months - 1
        LEFT JOIN final m ON m.per = p.per AND m.number = c.month // p.months + 1
        LEFT JOIN calendar n ON n.day = m.day
        JOIN calendar z ON z.day = {last}
        """,
    )


def _columns(rows: Sequence[Sequence[object]], relation: Relation) -> list[Sequence[object]]:
    return [*zip(*rows, strict=True)] if rows else [[] for _ in relation.columns]
