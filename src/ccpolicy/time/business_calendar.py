"""Which days are worked, and when it is open on them."""

from __future__ import annotations

import datetime
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from ccpolicy.time.epoch import DAY, EPOCH
from ccpolicy.time.public_holidays import holidays_edition, holidays_of, known_years
from ccpolicy.time.spans import Span, join_spans
from ccpolicy.time.zone_shifts import spans as zone_spans
from ccpolicy.time.zone_shifts import zone_offset

Hours = tuple[Span, ...]
"""Opening hours of a day: from and to, in microseconds after midnight as the local clock shows
them. What goes on over midnight ends after 24 hours."""


@dataclass(frozen=True, eq=False)
class BusinessCalendar:
    """The working days and opening hours of a place; days are days since 1970 in its zone.

    An own day comes first, then a weekend that is worked instead, then weekend and public holidays.
    A day of a year that is not known is taken for a working day, so that whatever is counted ends
    as early as is possible.
    """

    id: str
    zone: ZoneInfo
    weekend: frozenset[int]
    """Weekdays that are not worked; Monday is 0."""
    holidays: str | None = None
    """Country or subdivision whose public holidays apply, as `require_holidays` accepts it."""
    hours: tuple[Hours, ...] | None = None
    """By weekday, from Monday on; none if it has no opening hours."""
    closed: frozenset[int] = frozenset()
    """Own days that are not worked."""
    worked: Mapping[int, Hours | None] = field(default_factory=dict)
    """Own working days → their hours if they are others."""
    written_years: frozenset[int] = frozenset()
    """Years whose public holidays come from `closed` and `worked` alone, not from a package."""
    first_day: int | None = None
    """First day on which it is valid."""
    last_day: int | None = None
    _years: dict[int, list[int]] = field(default_factory=dict, repr=False)
    """Year → its working days, as far as they were asked for."""
    _spans: dict[Span, list[Span]] = field(default_factory=dict, repr=False)
    """When it is open between two instants, as far as it was asked for: by every duration."""

    @property
    def basis(self) -> list[object]:
        """Return all that its answers rest on, as JSON can hold it."""
        return [
            self.zone.key,
            sorted(self.weekend),
            self.holidays and holidays_edition(self.holidays),
            self.holidays,
            self.hours,
            sorted(self.closed),
            sorted(self.worked.items()),
            sorted(self.written_years),
            self.first_day,
            self.last_day,
        ]

    @property
    def has_nights(self) -> bool:
        """Whether some hours go on over midnight."""
        given = [*(self.hours or ()), *(each for each in self.worked.values() if each)]
        return any(closes > DAY for hours in given for _, closes in hours)

    def day_of(self, at: int) -> int:
        """Return the day of an instant, in microseconds since 1970 UTC."""
        return (at + zone_offset(at, self.zone)) // DAY

    def unknown_year(self, first: int, last: int) -> int | None:
        """Return the year of the first day, of those from one to another, that is not known."""
        for year in range(_date(first).year, _date(last).year + 1):
            days = _days(year)
            begin, end = max(first, days.start), min(last, days.stop - 1)
            is_valid = (self.first_day is None or self.first_day <= begin) and (
                self.last_day is None or end <= self.last_day
            )
            if not (is_valid and self.knows(year)):
                return year
        return None

    def knows(self, year: int) -> bool:
        """Whether the public holidays of a year are known."""
        return (
            self.holidays is None
            or year in self.written_years
            or year in known_years(self.holidays)
        )

    def last_days(self, days: range, count: int) -> list[int]:
        """Return for each day the last of so many business days after it."""
        worked: list[int] = []
        year = _date(days.start).year
        while len(worked) - bisect_right(worked, days.stop - 1) < count:
            worked += self.working_days(year)
            year += 1
        found = []
        following = bisect_left(worked, days.start)
        for day in days:
            following += following < len(worked) and worked[following] == day
            found.append(worked[following + count - 1])
        return found

    def days_worked(self, first: int, last: int) -> list[int]:
        """Return the working days from one day to another, in order."""
        years = range(_date(first).year, _date(last).year + 1)
        return [day for year in years for day in self.working_days(year) if first <= day <= last]

    def working_days(self, year: int) -> list[int]:
        """Return the working days of a year, in order."""
        if year not in self._years:
            self._years[year] = list(self._working_days(year))
        return self._years[year]

    def _working_days(self, year: int) -> Iterator[int]:
        is_known = self.knows(year)
        public = None
        if self.holidays and is_known and year not in self.written_years:
            public = holidays_of(self.holidays, year)
        for day in _days(year):
            date = _date(day)
            if day in self.worked:
                yield day
            elif day in self.closed:
                continue
            elif (
                not is_known
                or (public and date in public.worked)
                or (date.weekday() not in self.weekend and not (public and date in public.holidays))
            ):
                yield day

    def hours_of(self, day: int) -> Hours:
        """Return the opening hours of a working day.

        A day that is worked though its weekday is not has those of the first weekday that is.
        """
        assert self.hours is not None
        own = self.worked.get(day)
        if own is not None:
            return own
        weekday = _date(day).weekday()
        if weekday in self.weekend or day in self.worked:
            return next(each for each in self.hours if each)
        return self.hours[weekday]

    def open_spans(self, starts: int, ends: int) -> list[Span]:
        """Return when it is open between two instants, in microseconds since 1970 UTC.

        It is open while the local clock shows a time within the hours of a working day.
        """
        if (starts, ends) not in self._spans:
            self._spans[starts, ends] = self._open_spans(starts, ends)
        return self._spans[starts, ends]

    def _open_spans(self, starts: int, ends: int) -> list[Span]:
        first, last = starts // DAY - 3, ends // DAY + 3
        shifts = zone_spans(self.zone.key)
        begins = [each[0] for each in shifts]
        found = []
        for year in range(_date(first).year, _date(last).year + 1):
            for day in self.working_days(year):
                if not first <= day <= last:
                    continue
                for opens, closes in self.hours_of(day):
                    local = day * DAY + opens, day * DAY + closes
                    # The clock may show a time twice, so that two spans of the zone overlap here.
                    at = max(bisect_right(begins, local[0]) - 2, 0)
                    while at < len(shifts) and begins[at] < local[1]:
                        from_, to, offset = shifts[at][:3]
                        span = max(local[0], from_) - offset, min(local[1], to) - offset
                        span = max(span[0], starts), min(span[1], ends)
                        if span[0] < span[1]:
                            found.append(span)
                        at += 1
        groups = join_spans(found, lambda span: span)
        return [(group[0][0], max(each[1] for each in group)) for group in groups]


def _date(day: int) -> datetime.date:
    return datetime.date.fromordinal(day + EPOCH)


def _days(year: int) -> range:
    """Return the days of a year, as days since 1970."""
    first, following = datetime.date(year, 1, 1), datetime.date(year + 1, 1, 1)
    return range(first.toordinal() - EPOCH, following.toordinal() - EPOCH)
