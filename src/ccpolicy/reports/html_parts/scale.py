"""Time on paper: the period on most of the width, the forecast on the rest."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property

from ccpolicy.assessment.models import Assessment

PAST = 72.0
"""Share of the width, in percent, up to as-of: what was judged needs more of it than what comes.

The style sheet knows it too."""
_LABELS = 6
"""About so many dates stand below the period."""
_ROOM = 15.0
"""Percent of the width on either side of as-of that its own date takes."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A date on the axis."""

    x: float
    label: str
    """Empty at a lesser tick."""


@dataclass(frozen=True)
class Scale:
    """Maps moments to percent of the width, in two pieces that meet at as-of."""

    starts: datetime.datetime
    as_of: datetime.datetime
    ends: datetime.datetime

    @classmethod
    def of(cls, result: Assessment) -> Scale:
        """Make the scale of an assessment: from its window's start to its horizon."""
        moments = (result.window.starts, result.as_of, result.horizon)
        starts, as_of, ends = map(datetime.datetime.fromisoformat, moments)
        return cls(min(starts, as_of), as_of, max(as_of, ends))

    def at(self, moment: str | None) -> float:
        """Return where a moment lies; none lies past the horizon."""
        return self.of_time(datetime.datetime.fromisoformat(moment)) if moment else 100.0

    def of_time(self, time: datetime.datetime) -> float:
        """Return where a time lies, in percent with two places."""
        if time <= self.as_of:
            share = _share(time, self.starts, self.as_of)
            return round(PAST * share, 2)
        return round(PAST + (100 - PAST) * _share(time, self.as_of, self.ends), 2)

    @cached_property
    def ticks(self) -> list[Tick]:
        """Return the beginnings of months, with labels as far as there is room."""
        past = list(_months(self.starts, self.as_of))
        step = max(1, -(-len(past) // _LABELS))
        found = [
            Tick(self.of_time(each), f"{each:%Y-%m}" if _place(each) % step == 0 else "")
            for each in past
        ]
        coming = [each for each in _months(self.as_of, self.ends) if _place(each) % 12 == 0]
        found += [Tick(self.of_time(each), f"{each:%Y}") for each in coming]
        return [_clear(tick) for tick in found]


def _clear(tick: Tick) -> Tick:
    """Take the label from a tick so near to as-of that the two would overlap."""
    return Tick(tick.x, "") if abs(tick.x - PAST) < _ROOM else tick


def _share(time: datetime.datetime, starts: datetime.datetime, ends: datetime.datetime) -> float:
    if ends <= starts:
        return 1.0
    return min(max((time - starts) / (ends - starts), 0.0), 1.0)


def _place(month: datetime.datetime) -> int:
    """Count months, so that every third or so can be picked."""
    return month.year * 12 + month.month - 1


def _months(starts: datetime.datetime, ends: datetime.datetime) -> list[datetime.datetime]:
    """List the beginnings of months between two times; short spans need no more."""
    first = starts.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    found = []
    while first < ends:
        if first > starts:
            found.append(first)
        first = (first + datetime.timedelta(days=32)).replace(day=1)
    return found
