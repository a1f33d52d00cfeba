"""Moments and spans as people read them, in the plan's zone."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Self

from ccpolicy.assessment.agenda import Agenda
from ccpolicy.assessment.models import Assessment, Lapse
from ccpolicy.reports.length_text import clock_text, length_text
from ccpolicy.reports.page import Page

_MIDNIGHT = datetime.time()


def beginning(moment: str) -> datetime.date:
    """Return when something began: its day if that is at midnight, else the local moment."""
    return local(moment).date() if _is_midnight(moment) else local(moment)


def ending(moment: str) -> datetime.date:
    """Return up to when something goes: its last day if it ends at midnight, else the moment."""
    return last_day(moment) if _is_midnight(moment) else local(moment)


def span_ending(starts: str, ends: str) -> datetime.date:
    """Return when a span ended: the last day of one of whole days, else the local moment."""
    return ending(ends) if _is_midnight(starts) else local(ends)


def local(moment: str) -> datetime.datetime:
    """Return a moment as the clocks of the plan's zone show it."""
    return datetime.datetime.fromisoformat(moment).replace(tzinfo=None)


def when(moment: str) -> str:
    """Say when something began: a day that begins at midnight needs no time."""
    return _said(beginning(moment))


def until(moment: str) -> str:
    """Say up to when something goes: midnight is the end of the day before."""
    return _said(ending(moment))


def span_end(starts: str, ends: str) -> str:
    """Say when a span ended: one of whole days by its last day."""
    return _said(span_ending(starts, ends))


def exactly(moment: str) -> str:
    """Say a moment with its time."""
    return _said(local(moment))


def last_day(moment: str) -> datetime.date:
    """Return the last day on which it is still before a moment."""
    return (datetime.datetime.fromisoformat(moment) - datetime.timedelta(microseconds=1)).date()


@dataclass(frozen=True, slots=True)
class LapseTimes:
    """When a lapse began and ended, and how much of it is in the period."""

    starts: datetime.datetime
    ends: datetime.datetime
    """As-of while it is open."""
    in_period: datetime.timedelta
    """Zero if none of it is in the period."""

    @classmethod
    def of(cls, result: Assessment, lapse: Lapse) -> Self:
        """Read the times of a lapse."""
        starts = datetime.datetime.fromisoformat(lapse.starts)
        ends = datetime.datetime.fromisoformat(lapse.ends or result.as_of)
        first = max(starts, datetime.datetime.fromisoformat(result.window.starts))
        last = min(ends, datetime.datetime.fromisoformat(result.window.ends))
        return cls(starts, ends, max(last - first, datetime.timedelta()))


def span(page: Page, result: Assessment, lapse: Lapse) -> str:
    """Return a lapse's start, end and length, or its length within the period."""
    times = LapseTimes.of(result, lapse)
    whole = times.ends - times.starts
    is_cut = datetime.timedelta() < times.in_period < whole
    length = _length(page, times.in_period if is_cut else whole)
    if is_cut:
        length = page.say("{length} in the period", length=length)
    if lapse.ends is None:
        return page.say("since {start} ({length})", start=when(lapse.starts), length=length)
    start, end = when(lapse.starts), span_end(lapse.starts, lapse.ends)
    if start == end and _is_midnight(lapse.starts):
        return page.say("on {day} ({length})", day=start, length=length)
    return page.say("{start} to {end} ({length})", start=start, end=end, length=length)


def length_in_period(page: Page, result: Assessment, lapse: Lapse) -> str:
    """Say how long a lapse was in the period."""
    return _length(page, LapseTimes.of(result, lapse).in_period)


def length_paused(page: Page, seconds: int) -> str:
    """Say for how long a clock stood still."""
    return clock_text(seconds, page.view.language)


def judged_as_of(page: Page, as_of: str, source: str) -> str:
    """Say at which moment this was judged, and who chose it."""
    moment = exactly(as_of)
    match source:
        case "pinned":
            return page.say(
                "PINNED: judged as of {moment}, the moment pinned in ccpolicy.toml", moment=moment
            )
        case "given":
            return page.say("Judged as of {moment}", moment=moment)
        case _:
            return page.say("Judged now, {moment}", moment=moment)


def pinned(page: Page, result: Assessment | Agenda) -> list[str]:
    """Say that a pinned moment was judged and why it is pinned; nothing if it is not."""
    if result.as_of_source != "pinned":
        return []
    reason = page.text(result.as_of_reason) if result.as_of_reason else page.say("none is given")
    return [
        judged_as_of(page, result.as_of, result.as_of_source),
        page.say("Reason of the pin: {reason}", reason=reason),
    ]


def age(page: Page, as_of: str, now: datetime.datetime) -> str:
    """Say how long ago a moment was, or how far ahead it is."""
    passed = now - datetime.datetime.fromisoformat(as_of)
    length = _length(page, abs(passed))
    if passed < datetime.timedelta():
        return page.say("{length} ahead of now", length=length)
    return page.say("{length} ago", length=length)


def _is_midnight(moment: str) -> bool:
    return local(moment).time() == _MIDNIGHT


def _said(day: datetime.date) -> str:
    is_day = not isinstance(day, datetime.datetime)
    return f"{day:%Y-%m-%d}" if is_day else f"{day:%Y-%m-%d %H:%M}"


def _length(page: Page, length: datetime.timedelta) -> str:
    return length_text(int(length.total_seconds()), page.view.language)
