"""The plan's calendar as tables of integers, so that SQL needs no time functions."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from ccpolicy.engine.relations import (
    AFTER,
    BUSINESS,
    CALENDAR,
    DURATION,
    OPEN_TIME,
    PERIOD,
    PERIOD_SPAN,
    UTC_DAY,
)
from ccpolicy.store import Store
from ccpolicy.time.business_calendar import BusinessCalendar
from ccpolicy.time.business_time import Piece, day_pieces, hour_pieces
from ccpolicy.time.calendar import Calendar, day_number, day_starts, last_days
from ccpolicy.time.durations import Duration
from ccpolicy.time.epoch import DAY
from ccpolicy.time.schedules import Schedule
from ccpolicy.time.spans import FOREVER
from ccpolicy.time.zone_shifts import next_shift, zone_offset

_OpenRow = tuple[str, int, int, int, int, int | None]
"""Name of a duration, when it opens, closes and opens again, and the open time passed before; and
the first instant from which what is counted rests on no year that is not known, if one is."""
_PieceRow = tuple[str, int, Piece, bool]
"""Name of a duration, day, piece, and whether it is certain."""


@dataclass
class CalendarTables:
    """The days from `first` to `last`: what runs out later is taken to run out on the last.

    Business time that rests on a year whose holidays are not known runs out at the earliest
    possible instant. Where that has come by as-of, nobody can say: then it runs out then by one
    reading, and on the last day by the other.
    """

    calendar: Calendar
    first: int
    last: int
    as_of: int
    """In microseconds since 1970 UTC."""
    first_days: Mapping[str, int] = field(default_factory=dict)
    """Name of a duration → the first day that it is counted from, where that is after `first`."""
    unknown_years: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Name of a duration that has two readings → the calendar, and the first year it lacks."""

    @property
    def days(self) -> range:
        """All days."""
        return range(self.first, self.last + 1)

    def _counted_days(self, name: str) -> range:
        """Return the days that a duration may be counted from."""
        return range(self.first_days.get(name, self.first), self.last + 1)

    def create(
        self,
        store: Store,
        durations: Mapping[str, tuple[Duration, BusinessCalendar | None]],
        schedules: Mapping[str, Schedule],
        stopped: Collection[str] = (),
    ) -> None:
        """Create `calendar`, `after`, `business`, `open_time` and `period`, by the later reading.

        `durations` and `schedules` are by name; `stopped` are the names of durations that pauses
        stop.

        Raises:
            PolicyError: business time without a calendar.
        """
        starts = [self.calendar.starts(day) for day in range(self.first, self.last + 2)]
        CALENDAR.create(store, list(zip(self.days, starts[:-1], starts[1:], strict=True)))
        UTC_DAY.create(store, list(self._utc_days()))
        rows: list[tuple[object, ...]] = []
        self.pieces: list[_PieceRow] = []
        for name, (duration, business) in durations.items():
            if business and (duration.business_microseconds or business.zone != self.calendar.zone):
                self.pieces += self._business(name, duration, business)
            else:
                rows += self._duration(name, duration, business)
        DURATION.create(store, rows)
        self.turns = {name: each.turns(self.days) for name, each in schedules.items()}
        for name, schedule in schedules.items():
            for turn in self.turns[name]:
                if turn.unknown_year and schedule.calendar:
                    self._lacks(name, schedule.calendar, turn.unknown_year, self._end(turn.due))
        self.open_time: list[_OpenRow] = []
        for name in sorted(stopped):
            business = durations[name][1]
            assert business is not None
            self.open_time += self._open_time(name, business)
        self.create_ends(store, earliest=False)

    def create_ends(self, store: Store, *, earliest: bool) -> None:
        """Create `after`, `business` and `period` by one of the two readings."""
        ends = self.calendar.starts(self.last + 1)
        later = f"WHEN NOT d.is_certain AND e.ends <= {self.as_of} THEN {ends} "
        store.create(
            AFTER.name,
            f"""
            SELECT d.duration, c.day,
                   CASE {"" if earliest else later}WHEN e.ends IS NULL THEN {ends} ELSE e.ends END
                     AS ends
            FROM duration d
            JOIN calendar c ON c.day >= d.first_day AND c.day <= d.last_day
            LEFT JOIN calendar e ON e.day = c.day + d.days
            """,
        )
        rows = []
        for name, day, first, is_certain in self.pieces:
            piece = first
            if not (earliest or is_certain) and first.ends <= self.as_of:
                piece = Piece(first.starts, first.until, ends, is_running=False)
            rows.append(
                (
                    name,
                    day,
                    piece.starts,
                    piece.until,
                    None if piece.is_running else piece.ends,
                    piece.ends - piece.starts if piece.is_running else None,
                )
            )
        BUSINESS.create(store, rows)
        turns = [row for name in self.turns for row in self._turns(name, earliest=earliest)]
        if turns:
            PERIOD_SPAN.create(store, turns)
            store.create(
                PERIOD.name,
                """
                SELECT p.per, c.day, p.number, p.ends, p.serves, p.serves_ends, p.next_ends,
                       p.either
                FROM period_span p
                JOIN calendar c ON c.day >= p.first_day AND c.day <= p.last_day
                """,
            )
        else:
            PERIOD.create(store, [])
        self._create_open_time(store, earliest=earliest)

    def _create_open_time(self, store: Store, *, earliest: bool) -> None:
        """Create `open_time` by one of the two readings.

        By the later one, a duration that began before a day of a year with unknown holidays, and
        would end between that day and as-of, ends only after the last day of the calendar.
        """
        ends = self.calendar.starts(self.last + 1)
        rows: list[tuple[object, ...]] = []
        for name, opens, closes, next_opens, elapsed, since in self.open_time:
            span = name, opens, closes, next_opens, elapsed, elapsed + closes - opens
            if earliest or since is None or opens >= self.as_of:
                rows.append((*span, -FOREVER, FOREVER))
                continue
            rows.append((*span, since, FOREVER))
            known = min(closes, self.as_of) - opens
            after = name, ends, ends + known, ends, elapsed, elapsed + known
            rows.append((*after, -FOREVER, since))
            if closes > self.as_of:
                rest = name, self.as_of, closes, self.as_of, elapsed + known, span[-1]
                rows.append((*rest, -FOREVER, since))
        OPEN_TIME.create(store, rows)

    def _open_time(self, name: str, business: BusinessCalendar) -> Iterator[_OpenRow]:
        """Yield the spans of open time, between two instants at which nothing is counted any more.

        Each comes with the instant from which on it rests on no year that is not known.
        """
        starts, ends = self.calendar.starts(self.first), self.calendar.starts(self.last + 1)
        spans = business.open_spans(starts, ends)
        before = int(business.has_nights)
        first = business.day_of(starts) - before
        elapsed, since = 0, None
        yield name, starts, starts, spans[0][0] if spans else ends, 0, None
        for at, (opens, closes) in enumerate(spans):
            day = business.day_of(closes - 1)
            if first <= day and (year := business.unknown_year(first, day)):
                unknown = (d for d in range(day, first - 1, -1) if business.unknown_year(d, d))
                since = day_starts(next(unknown) + 1 + before, business.zone)
                self._lacks(name, business, year, opens)
            first = day + 1
            following = spans[at + 1][0] if at + 1 < len(spans) else ends
            yield name, opens, closes, following, elapsed, since
            elapsed += closes - opens
        yield name, ends, FOREVER, FOREVER, elapsed, None

    def _utc_days(self) -> Iterator[tuple[object, ...]]:
        """Yield the rows of `utc_day`, with which the local day of an instant is exact."""
        zone = self.calendar.zone
        numbers = range(self.first - 1, self.last + 3)
        offsets = [zone_offset(number * DAY, zone) for number in numbers]
        for number, (offset, following) in zip(numbers, pairwise(offsets), strict=False):
            shifts = FOREVER if offset == following else next_shift(number * DAY, zone)
            yield number, offset, shifts, following

    def _duration(
        self, name: str, duration: Duration, business: BusinessCalendar | None
    ) -> Iterator[tuple[object, ...]]:
        """Yield the rows of `duration`."""
        days = self._counted_days(name)
        begin, run = days[0], (0, True)
        for day, last in zip(days, last_days(days, duration, business), strict=True):
            year = business.unknown_year(day + 1, last) if business else None
            if business and year and last < self.last:
                self._lacks(name, business, year, self.calendar.starts(last + 1))
            if run != (last - day, year is None):
                if day > days[0]:
                    yield name, begin, day - 1, *run
                begin, run = day, (last - day, year is None)
        yield name, begin, self.last, *run

    def _business(
        self, name: str, duration: Duration, business: BusinessCalendar
    ) -> Iterator[_PieceRow]:
        """Yield the rows of `business`, each with whether it is certain."""
        days = self._counted_days(name)
        starts, ends = self.calendar.starts(days[0]), self.calendar.starts(self.last + 1)
        midnights = [self.calendar.starts(day) for day in days]
        if length := duration.business_microseconds:
            pieces = hour_pieces(business, starts, ends, length, midnights)
        else:
            pieces = day_pieces(business, starts, ends, duration.business_days, midnights)
        # It may still be open by the hours of the day before; business days count from the next.
        before = int(business.has_nights) if length else -1
        day = days[0]
        unsure = self._unsure_from(business)
        for piece in pieces:
            while day < self.last and midnights[day + 1 - days[0]] <= piece.starts:
                day += 1
            year = None
            if unsure <= piece.latest < ends:
                first = business.day_of(piece.starts) - before
                year = business.unknown_year(first, business.day_of(piece.latest - 1))
            if year:
                self._lacks(name, business, year, piece.ends)
            yield name, day, piece, year is None
        # What is planned for later than all days runs out with them.
        yield name, self.last, Piece(ends, FOREVER, ends, is_running=False), True

    def _unsure_from(self, business: BusinessCalendar) -> int:
        """Return an instant before which nothing runs out that rests on a year not known."""
        year = business.unknown_year(self.first - 3, self.last + 3)
        # Two days more than any zone is off.
        return (day_number(datetime.date(year, 1, 1)) - 2) * DAY if year else FOREVER

    def _lacks(self, name: str, business: BusinessCalendar, year: int, ends: int) -> None:
        """Note that a duration has two readings, if the earlier one has come."""
        if ends <= self.as_of:
            self.unknown_years.setdefault(name, (business.id, year))

    def _turns(self, name: str, *, earliest: bool) -> Iterator[tuple[object, ...]]:
        """Yield the rows of `period_span`, by one of the two readings."""
        turns = [
            turn
            if earliest or turn.unknown_year is None or self._end(turn.due) > self.as_of
            else turn._replace(due=turn.ends)
            for turn in self.turns[name]
        ]
        dues = [self._end(turn.due) for turn in turns]
        for at in range(1, len(turns) - 2):
            before, turn, following = turns[at - 1 : at + 2]
            edges = {turn.first, turn.first + 1, before.due + 1, following.opens}
            within = sorted(each for each in edges if turn.first <= each <= turn.last)
            for first, until in pairwise([*within, turn.last + 1]):
                ends = dues[at] if first == turn.first else self._end(turn.ends)
                serves = at + int(first >= following.opens)
                either = int(first <= before.due or serves > at)
                served = serves, dues[serves], dues[serves + 1]
                yield name, first, until - 1, at, ends, *served, either

    def _end(self, day: int) -> int:
        """Return the instant at which a day ends; for a day after the table, the last day's end."""
        return self.calendar.starts(min(day, self.last) + 1)
