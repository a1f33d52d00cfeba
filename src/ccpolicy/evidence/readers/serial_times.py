"""Dates and times as spreadsheets keep them: days since a first one, and a format that says so."""

from __future__ import annotations

import datetime
import re

_BUILT_IN = frozenset((*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)))
"""Formats of dates and times that need not be written down, those of East Asia among them."""
_BUILT_IN_DURATION = 46
_LITERAL = re.compile(r'"[^"]*"?|[\\_*].|;.*', re.DOTALL)
"""What stands for itself, and the forms for other numbers than the first."""
_DURATION = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_BRACKETS = re.compile(r"\[[^\]]*\]")
_TIME = re.compile(r"[dmyhs]|a(?:m)?/p", re.IGNORECASE)
_NO_DAY = 60
"""29 February 1900, which Excel counts though there was none."""
_DAY = datetime.timedelta(days=1)
_MILLISECONDS = 86_400_000


def is_duration(number: int, form: str | None) -> bool:
    """Whether a number format is a duration, given its number and, if it has one, its code."""
    if form is None:
        return number == _BUILT_IN_DURATION
    return bool(_DURATION.search(_LITERAL.sub("", form)))


def is_moment(number: int, form: str | None) -> bool:
    """Whether a format that is no duration shows dates or times."""
    if form is None:
        return number in _BUILT_IN
    plain = _BRACKETS.sub("", _LITERAL.sub("", form))
    return plain.casefold() != "general" and bool(_TIME.search(plain))


def duration(days: float) -> datetime.timedelta:
    """Return so many days, to the millisecond.

    Raises:
        OverflowError, ValueError: they are too many, or no number.
    """
    return datetime.timedelta(milliseconds=round(days * _MILLISECONDS))


def moment(serial: float, *, from_1904: bool) -> datetime.date | datetime.datetime | datetime.time:
    """Return what a number of days is as a date, as a time of a day, or as both.

    Raises:
        OverflowError, ValueError: it is no day that a spreadsheet can show.
    """
    since = duration(serial)
    if since < datetime.timedelta() or (not from_1904 and since.days == _NO_DAY):
        raise ValueError(serial)
    day, rest = since.days, since % _DAY
    if from_1904:
        first = datetime.date(1904, 1, 1)
    else:
        first = datetime.date(1899, 12, 31 if day < _NO_DAY else 30)
    date = first + datetime.timedelta(day)
    found = datetime.datetime.combine(date, datetime.time()) + rest
    if not day:
        return found.time()
    return found if rest else date
