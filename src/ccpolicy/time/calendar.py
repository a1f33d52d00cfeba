"""Days, months, business days and zones as tables of integers, so that SQL needs no time functions.

Instants are microseconds since 1970 UTC, days are days since 1970 in the plan's zone.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import duckdb

from ccpolicy.errors import PolicyError
from ccpolicy.time.durations import Duration
from ccpolicy.time.epoch import DAY, EPOCH

PERIODS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
"""Calendar period → its months."""


def instant(moment: datetime.datetime) -> int:
    """Return an aware datetime as microseconds since 1970 UTC."""
    return (moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)) // datetime.timedelta(
        microseconds=1
    )


def moment(microseconds: int, zone: ZoneInfo) -> datetime.datetime:
    """Return microseconds since 1970 UTC as a datetime in a zone."""
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    return (epoch + datetime.timedelta(microseconds=microseconds)).astimezone(zone)


def day_number(day: datetime.date) -> int:
    """Return a day as days since 1970."""
    return day.toordinal() - EPOCH


def day_starts(day: int, zone: ZoneInfo) -> int:
    """Return the instant at which a day begins in a zone."""
    date = datetime.date.fromordinal(day + EPOCH)
    # With fold=0 a midnight that the clock skips is the very instant of the shift.
    midnight = datetime.datetime(date.year, date.month, date.day, tzinfo=zone)
    return int(midnight.timestamp()) * 1_000_000  # no zone's midnight lies between seconds


def shift(at: datetime.datetime, duration: Duration, sign: int) -> datetime.datetime:
    """Move a local time by a calendar duration, clipping to the month's end."""
    months = at.year * 12 + at.month - 1 + sign * duration.months
    year, month = divmod(months, 12)
    length = (
        datetime.date(year + month // 11, (month + 1) % 12 + 1, 1)
        - datetime.date(year, month + 1, 1)
    ).days
    moved = at.replace(year=year, month=month + 1, day=min(at.day, length))
    return moved + datetime.timedelta(days=sign * duration.days)


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
        connection: duckdb.DuckDBPyConnection,
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
        connection.execute(
            """
            CREATE TABLE month AS
            SELECT unnest(?::INTEGER[]) AS month, unnest(?::INTEGER[]) AS first,
                   unnest(?::INTEGER[]) AS next_first
            """,
            [list(months)[:-1], firsts[:-1], firsts[1:]],
        )
        connection.execute(
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
        self._after(connection, durations)
        self._period(connection, periods)

    def _after(
        self, connection: duckdb.DuckDBPyConnection, durations: Iterable[tuple[str, Duration]]
    ) -> None:
        """Make `after`: the instant at which a duration counted from a day has run out.

        The start day is not counted and the last day runs to its end (民法典 201, 203); months run
        from the anchor and clip to the month's end (202).
        """
        rows = [(name, each.months, each.days, each.business_days) for name, each in durations]
        connection.execute(
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
        connection: duckdb.DuckDBPyConnection,
        periods: Iterable[tuple[str, str, Duration | None]],
    ) -> None:
        """Make `period`: the calendar period of a day, when it ends and when the next one does."""
        rows = [
            (name, PERIODS[per], grace.months if grace else 0, grace.days if grace else 0)
            for name, per, grace in periods
        ]
        connection.execute(
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


def business_days(country: str, days: range) -> Iterator[bool | None]:
    """Yield for each day whether it is a business day; None in a year that nobody knows yet.

    China's come from the State Council's yearly notices, with their worked weekends.

    Raises:
        PolicyError: the country is not known.
    """
    dates = [datetime.date.fromordinal(day + EPOCH) for day in days]
    if country == "CN":
        from chinese_calendar import constants  # type: ignore[import-untyped]

        known = {day.year for day in constants.holidays}
        for date in dates:
            off = date.weekday() >= 5 or date in constants.holidays
            yield (not off or date in constants.workdays) if date.year in known else None
        return
    import holidays

    try:
        found = holidays.country_holidays(country, years=range(dates[0].year, dates[-1].year + 1))
    except NotImplementedError as failure:
        raise PolicyError("no holiday calendar for '{country}'", country=country) from failure
    for date in dates:
        known_year = found.start_year <= date.year <= found.end_year
        yield found.is_working_day(date) if known_year else None
