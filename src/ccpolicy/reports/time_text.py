"""Moments and spans as people read them, in the plan's zone."""

from __future__ import annotations

import datetime

from ccpolicy.reports.page import Page

_MIDNIGHT = datetime.time()


def when(moment: str) -> str:
    """Say when something began: a day that begins at midnight needs no time."""
    found = datetime.datetime.fromisoformat(moment)
    return f"{found:%Y-%m-%d}" if found.time() == _MIDNIGHT else _exact(found)


def until(moment: str) -> str:
    """Say up to when something goes: midnight is the end of the day before."""
    found = datetime.datetime.fromisoformat(moment)
    if found.time() == _MIDNIGHT:
        return last_day(moment).isoformat()
    return _exact(found)


def exactly(moment: str) -> str:
    """Say a moment with its time."""
    return _exact(datetime.datetime.fromisoformat(moment))


def last_day(moment: str) -> datetime.date:
    """Return the last day on which it is still before a moment."""
    return (datetime.datetime.fromisoformat(moment) - datetime.timedelta(microseconds=1)).date()


def span(page: Page, starts: str, ends: str | None, as_of: str) -> str:
    """Say from when to when, and how long that is."""
    first = datetime.datetime.fromisoformat(starts)
    last = datetime.datetime.fromisoformat(ends or as_of)
    length = _length(page, last - first)
    if ends is None:
        return page.say("since {start} ({length})", start=when(starts), length=length)
    days = first.time() == last.time() == _MIDNIGHT
    if days and last - first <= datetime.timedelta(days=1):
        return page.say("on {day} ({length})", day=when(starts), length=length)
    end = until(ends) if days else _exact(last)
    return page.say("{start} to {end} ({length})", start=when(starts), end=end, length=length)


def rough_length(page: Page, starts: str, ends: str) -> str:
    """Say how long a span is, in its largest unit."""
    length = datetime.datetime.fromisoformat(ends) - datetime.datetime.fromisoformat(starts)
    hour = datetime.timedelta(hours=1)
    return _length(page, length if length < hour else length // hour * hour)


def _exact(moment: datetime.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _length(page: Page, length: datetime.timedelta) -> str:
    minutes = int(length.total_seconds()) // 60
    if minutes < 1:
        return page.count(int(length.total_seconds()), "{count} second", "{count} seconds")
    if minutes < 60:
        return page.count(minutes, "{count} minute", "{count} minutes")
    if minutes < 48 * 60:
        hours = page.count(minutes // 60, "{count} hour", "{count} hours")
        rest = minutes % 60
        return f"{hours} " + page.say("{count} min", count=rest) if rest else hours
    return page.count(minutes // (24 * 60), "{count} day", "{count} days")
