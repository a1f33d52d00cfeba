"""Turns and days of periods, looked for one day at a time."""

from __future__ import annotations

import datetime

from .zone_calendar import DAY, Office, UnknownYear, later_month, parts

WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WORDS = ["first", "second", "third", "fourth", "fifth"]


def turn(anchor: datetime.date, every: str, day: datetime.date, later: int) -> datetime.date:
    """Return the first day of the turn in which a day lies, or of one some turns later.

    "An `anchor` fixes the turns before it too"; "months run from the anchor and clip".
    """
    months, days = _length(every)

    def begins(number: int) -> datetime.date:
        return later_month(anchor, number * months) + number * days * DAY

    number = 0
    while begins(number) > day:
        number -= 1
    while begins(number + 1) <= day:
        number += 1
    return begins(number + later)


def before(day: datetime.date, early: str) -> datetime.date:
    """Return the day that is a duration before another."""
    months, days = _length(early)
    return later_month(day, -months) - days * DAY


def _length(text: str) -> tuple[int, int]:
    units = parts(text)
    months = units.get("year", 0) * 12 + units.get("month", 0)
    return months, units.get("week", 0) * 7 + units.get("day", 0)


def day_by(
    text: str,
    first: datetime.date,
    last: datetime.date,
    office: Office | None,
    *,
    earliest: bool = False,
) -> datetime.date:
    """Return the day of a period that a plan names; if it has too few of them, the last.

    "Where a year is not known, only what depends on it is `unknown`": up to which day depends on
    the days before it, and which is the last on all.

    Raises:
        UnknownYear: the working days of a year have not been published.
    """
    days = [first + number * DAY for number in range((last - first).days + 1)]
    if text[2] == "-":
        month, number = int(text[:2]), int(text[3:])
        return [day for day in days if day.month == month and day.day <= number][-1]
    word, _, unit = text.lower().partition(" ")
    if word in WEEKDAYS:
        word, unit = "1st", word
    if unit == "business day" and word == "last" and earliest:
        return _last_business_day(days, office)
    chosen = []
    number = 0 if word == "last" else WORDS.index(word) + 1 if word in WORDS else int(word[:-2])
    for day in days:
        if unit in WEEKDAYS and day.weekday() != WEEKDAYS.index(unit):
            continue
        if unit == "business day" and office and not office.works(day, earliest=earliest):
            continue
        chosen.append(day)
        if len(chosen) == number:
            break
    return chosen[-1] if chosen else last


def _last_business_day(days: list[datetime.date], office: Office | None) -> datetime.date:
    """Return the last business day as early as it can be: all others may be closed."""
    assert office is not None
    try:
        return [day for day in days if office.works(day, earliest=False)][-1]
    except UnknownYear:
        return days[0]
