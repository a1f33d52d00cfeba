"""Schedules: periods, their due days, and the events that may serve each period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ccpolicy.time.business_calendar import BusinessCalendar
from ccpolicy.time.calendar import date_of, day_number, last_days, later_month
from ccpolicy.time.durations import Duration
from ccpolicy.time.period_days import PeriodDay
from ccpolicy.time.periods import Period, PeriodSpan


class ScheduledPeriod(NamedTuple):
    """A period with its dates; days are days since 1970."""

    first: int
    last: int
    due: int
    """Last day on which it is in time: the day by which it is due, and the grace after it."""
    ends: int
    """Its last day, and the grace after it."""
    opens: int
    """First day on which an event may serve it."""
    unknown_year: int | None
    """The year whose holidays are not known and on which `due` rests; then it is the earliest
    possible day."""


@dataclass(frozen=True)
class Schedule:
    """What is owed in every period, and by when."""

    period: Period
    by: PeriodDay | None = None
    """Day of each period by which it is due, if that is not the last."""
    grace: Duration | None = None
    """How long after it is not yet late, in days and months."""
    early: Duration | None = None
    """How long before a period an event may serve it already, in days and months."""
    calendar: BusinessCalendar | None = None
    """On which `by` counts business days, as dates of the plan's zone."""

    def turns(self, days: range) -> list[ScheduledPeriod]:
        """List the periods that contain these days, with one before and two after them."""
        return [self._turn(span) for span in self.period.spans(days)]

    def _turn(self, span: PeriodSpan) -> ScheduledPeriod:
        due, year = span.last, None
        if self.by:
            due = self.by.of(span, self.calendar)
            year = self.by.unknown_year(span, self.calendar)
        return ScheduledPeriod(
            span.first,
            span.last,
            due=self._later(due),
            ends=self._later(span.last),
            opens=self._opens(span.first),
            unknown_year=year,
        )

    def _later(self, day: int) -> int:
        """Return the last day of the grace after a day."""
        return last_days(range(day, day + 1), self.grace)[0] if self.grace else day

    def _opens(self, first: int) -> int:
        """Return the first day that is early for a period."""
        if self.early is None:
            return first
        month = later_month(date_of(first), -self.early.months)
        return day_number(month) - self.early.days
