"""The instants that one evaluation is about."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ccpolicy.time.calendar import day_number, day_starts, instant, moment
from ccpolicy.time.epoch import CLOCK_TOLERANCE


@dataclass(frozen=True)
class EvaluationTimes:
    """The instants of one evaluation, in microseconds since 1970 UTC."""

    starts: int
    """Start of the window."""
    ends: int
    """End of the window, as-of at the latest."""
    as_of: int
    """The instant judged: as-of, or the one before it if it is a midnight, since that belongs to
    the day that ends there."""
    asked: int
    """As-of itself."""
    horizon: int
    present: bool
    """Whether as-of is the present moment."""

    @classmethod
    def of(
        cls,
        as_of: datetime.datetime,
        period: tuple[datetime.datetime, datetime.datetime],
        horizon: datetime.datetime,
        zone: ZoneInfo,
        *,
        present: bool = False,
    ) -> EvaluationTimes:
        """Return the instants of an evaluation; the zone is that of the days, the plan's."""
        asked = instant(as_of)
        midnight = day_starts(day_number(as_of.astimezone(zone).date()), zone)
        judged = asked - 1 if asked == midnight else asked
        starts, ends = map(instant, period)
        return cls(starts, min(ends, judged), judged, asked, instant(horizon), present)

    def shown(self, at: int, zone: ZoneInfo) -> datetime.datetime:
        """Return an instant as a time in a zone; that which is judged is as-of."""
        return moment(self.asked if at == self.as_of else at, zone)

    @property
    def latest_event(self) -> int:
        """Events later than this are left out: they had not happened yet."""
        return self.as_of + (CLOCK_TOLERANCE if self.present else 0)

    @property
    def last_of_period(self) -> int:
        """The last instant of the window; as-of belongs to it."""
        return self.ends - 1 if self.ends < self.as_of else self.as_of
