"""When a record happened, or from when to when it holds.

"A dated record is the commonest record there is, and a day is not an instant. So every input of a
kind says what its times are."
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from .model import Time
from .zone_calendar import DAY, Calendar, micros


@dataclass(frozen=True)
class Moment:
    """When something happened, as far as its record says.

    "A happening … has an *earliest* and a *latest* moment: equal if it is timed; both readings of a
    local time that happened twice; the beginning and the end of its day if it is dated, as-of at
    most, since what is on file had happened by then."
    """

    earliest: int
    latest: int
    day: datetime.date
    dated: bool = False
    attained: bool = True
    """Whether it may have been at the latest moment itself: a day ends before its end."""


def judged_at(as_of: datetime.datetime, calendar: Calendar) -> int:
    """Return the instant at which is judged.

    "An as-of at midnight belongs to the day that ends there": it is that day's last instant.
    """
    at = micros(as_of)
    return at - 1 if at == calendar.begins(calendar.day_of(at)) else at


def happened(time: Time, calendar: Calendar, as_of: int) -> Moment:
    """Return when a happening was."""
    if not isinstance(time, datetime.datetime):
        ends = calendar.begins(time + DAY)
        latest = min(ends, as_of)
        return Moment(calendar.begins(time), latest, time, dated=True, attained=latest < ends)
    if time.tzinfo is not None:
        at = micros(time)
        return Moment(at, at, calendar.day_of(at))
    earliest, latest = calendar.local(time)
    return Moment(earliest, max(earliest, min(latest, as_of)), time.date())


def later(b: Moment, a: Moment) -> bool:
    """Say whether B is certainly later than A.

    "B is later than A only if every moment of B follows every moment of A."
    """
    if a.dated and b.dated:
        return b.day > a.day
    return follows(b.earliest, a)


def follows(instant: int, a: Moment) -> bool:
    """Say whether an instant follows every moment of A."""
    return instant > a.latest or (instant == a.latest and not a.attained)


def has_happened(time: Time, calendar: Calendar, as_of: int) -> bool:
    """Say whether something on file had happened by the instant at which is judged.

    "Later events are left out", and "in the future … takes the kindest reading".
    """
    return happened(time, calendar, as_of).earliest <= as_of


def state_start(time: Time, calendar: Calendar, *, early: bool) -> int:
    """Return from when a state holds.

    "Dated, it holds from the beginning of its first day to the end of its last." A local time that
    happened twice is read to the disadvantage: a duty begins early, cover begins late.
    """
    if not isinstance(time, datetime.datetime):
        return calendar.begins(time)
    readings = (micros(time),) * 2 if time.tzinfo else calendar.local(time)
    return readings[0] if early else readings[1]


def state_end(time: Time, calendar: Calendar, *, early: bool) -> int:
    """Return until when a state holds: a duty to the later reading, cover to the earlier."""
    if not isinstance(time, datetime.datetime):
        return calendar.begins(time + DAY)
    return state_start(time, calendar, early=early)


def certainly_before(first: Time, second: Time, calendar: Calendar) -> bool:
    """Say whether one time is before another, whatever is meant.

    "Whether a record is valid at all … takes the kindest reading"; "where either end is a day,
    before means on an earlier day."
    """
    both_timed = isinstance(first, datetime.datetime) and isinstance(second, datetime.datetime)
    if both_timed:
        # Certain only if even the later reading of the first is before the earlier of the second.
        return state_start(first, calendar, early=False) < state_start(second, calendar, early=True)
    return local_day(first, calendar) < local_day(second, calendar)


def local_day(time: Time, calendar: Calendar) -> datetime.date:
    """Return the day of a time in the plan's zone."""
    if not isinstance(time, datetime.datetime):
        return time
    return calendar.day_of(micros(time)) if time.tzinfo else time.date()
