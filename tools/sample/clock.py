"""Days and times of the sample centre, which stands in one zone without summer time."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping

import chinese_calendar  # type: ignore[import-untyped]

from sample.chance import between

ZONE = datetime.timezone(datetime.timedelta(hours=8))
AS_OF = datetime.datetime(2026, 11, 20, 18, tzinfo=ZONE)
"""The moment at which the sample is judged; nothing in it happens later."""
LAST = AS_OF.date()
DAY = datetime.timedelta(days=1)

Date = datetime.date
Moment = datetime.datetime


def day(text: str) -> Date:
    """Read a day, such as `2026-03-14`."""
    return Date.fromisoformat(text)


def moment(text: str) -> Moment:
    """Read a moment of the centre's time, such as `2026-03-14T09:12`."""
    return Moment.fromisoformat(text).replace(tzinfo=ZONE)


def minutes(count: int) -> datetime.timedelta:
    """Return so many minutes."""
    return datetime.timedelta(minutes=count)


def by_hand(on: Date, *name: object, opens: int = 9, closes: int = 17) -> Moment:
    """Draw a time of a day as people write it down: whole minutes in working hours."""
    minute = between(opens * 60, closes * 60 + 30, "by hand", on, *name)
    return Moment(on.year, on.month, on.day, tzinfo=ZONE) + minutes(minute)


def by_machine(on: Date, hour: int, *name: object) -> Moment:
    """Draw a time within an hour of a day as machines write it down: to the second."""
    second = between(0, 3599, "by machine", on, *name)
    start = Moment(on.year, on.month, on.day, hour, tzinfo=ZONE)
    return start + datetime.timedelta(seconds=second)


def is_workday(on: Date) -> bool:
    """Whether offices work on a day, with China's holidays and the weekends worked for them."""
    # Of days after the last it only matters that they are after it.
    return on.weekday() < 5 if on > LAST else bool(chinese_calendar.is_workday(on))


def workday_until(on: Date) -> Date:
    """Return a day, or the last working day before it."""
    while not is_workday(on):
        on -= DAY
    return on


def workday_from(on: Date) -> Date:
    """Return a day, or the first working day after it."""
    while not is_workday(on):
        on += DAY
    return on


def workdays_after(on: Date, count: int) -> Date:
    """Return the day that is so many working days later."""
    for _ in range(count):
        on = workday_from(on + DAY)
    return on


def months_after(on: Date, count: int) -> Date:
    """Return the same day so many months later, or that month's last."""
    month = on.year * 12 + on.month - 1 + count
    following = Date((month + 1) // 12, (month + 1) % 12 + 1, 1)
    length = (following - DAY).day
    return Date(month // 12, month % 12 + 1, min(on.day, length))


def rounds(
    first: Date,
    last: Date,
    due: Callable[[Date], Date],
    slack: tuple[int, int],
    *name: object,
    late: Mapping[str, int] | None = None,
    workday: Callable[[Date], Date] = workday_until,
) -> Iterator[Date]:
    """Yield the days of something done again and again, a few days before it is due each time.

    `late` names months, such as `2026-03`, in which it is done so many days after its due day;
    `workday` moves a day off to one that is worked.
    """
    on = first
    while on <= last:
        yield on
        owed = due(on)
        planned = workday(owed - between(*slack, "slack", on, *name) * DAY)
        behind = (late or {}).get(planned.isoformat()[:7])
        on = planned if behind is None else workday_from(owed + behind * DAY)
