"""Recurrence: "`at_least` qualifying events in every `every` (rolling), in every `per`"."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from ..judge import Case, Known
from ..model import Revision
from ..moments import later
from ..zone_calendar import DAY, is_clock
from .roster import Duty, RosterJudge


class Recurrence(RosterJudge):
    """Enough events in every interval or period."""

    def cover(self, case: Case, t: int, revision: Revision) -> bool:
        """See `Judge`.

        "A **failure** ends the subject's cover at once, the `initial` cover too; events before it
        no longer count, so that `at_least` are needed again."
        """
        by, duty = self.by(case.key), self.duty_at(case.key, t)
        failures = self.harms("failures", case, t)
        if t < self.initial_ends(duty, revision, by) and not self.fails_in(duty, failures):
            return True
        standing = [
            event
            for event in self.helps("events", case)
            if all(later(event.at, failure.at) for failure in failures)
        ]

        def has_begun(event: Known) -> bool:
            # "Help … counts from the latest moment."
            return event.at.latest <= t or self.starts_early(event, duty, failures)

        if self.parameter("every", revision, by):
            # Covered "while at least `at_least` events e ≤ t have t < due(e)".
            lasting = self.durations(revision, by, "every", "grace")
            covering = [e for e in standing if has_begun(e) and t < self.due(e.at, *lasting)]
            return len(covering) >= self.at_least(revision, by)
        if (needed := self.at_least(revision, by)) > 1:
            per = str(self.parameter("per", revision, by))
            periods = [self.calendar.period(e.at.day, per) for e in standing if has_begun(e)]
            return any(
                periods.count(period) >= needed and t < self.covered_until(period, revision, by)
                for period in periods
            )
        return any(
            has_begun(event) and t < self.covered_until(period, revision, by)
            for event, period in self.served(standing, duty, revision, by)
        )

    def at_least(self, revision: Revision, by: str | None) -> int:
        """Return how many events are needed."""
        return int(self.parameter("at_least", revision, by) or 1)

    def initial_ends(self, duty: Duty, revision: Revision, by: str | None) -> int:
        """Return until when the duty's beginning covers.

        "`initial` counts from the start of duty and defaults to `every` with its grace. With `per`,
        the period in which a duty starts is owed by its end, and `initial` replaces this"; "what is
        missed beyond `grace` lapses".
        """
        day = self.calendar.day_of(duty.starts)
        if initial := self.durations(revision, by, "initial"):
            return self.calendar.due(day, duty.starts, *initial)
        if self.parameter("every", revision, by):
            lasting = self.durations(revision, by, "every", "grace")
            return self.calendar.due(day, duty.starts, *lasting)
        period = self.calendar.period(day, str(self.parameter("per", revision, by)))
        return self.period_ends(period, revision, by)

    def covered_until(self, period: datetime.date, revision: Revision, by: str | None) -> int:
        """Return until when the events of a period cover.

        "An event of P covers from itself to the end of P+1, and `grace` beyond."
        """
        per = str(self.parameter("per", revision, by))
        return self.period_ends(self.calendar.period(period, per, 1), revision, by)

    def period_ends(self, period: datetime.date, revision: Revision, by: str | None) -> int:
        """Return when a period ends, with the grace that follows."""
        per = str(self.parameter("per", revision, by))
        following = self.calendar.period(period, per, 1)
        grace = self.durations(revision, by, "grace")
        if not grace:
            return self.calendar.begins(following)
        return self.calendar.due(following - DAY, self.calendar.begins(following), *grace)

    def in_grace(
        self, event: Known, period: datetime.date, revision: Revision, by: str | None
    ) -> bool:
        """Say whether an event is within the grace after a period's end.

        "Dated, it is within `grace` if its day is."
        """
        grace = self.durations(revision, by, "grace")
        if not grace:
            return False
        if is_clock(*grace) and not event.at.dated:
            return event.at.latest < self.period_ends(period, revision, by)
        if is_clock(*grace):
            last = self.calendar.day_of(self.period_ends(period, revision, by) - 1)
        else:
            following = self.calendar.period(period, str(self.parameter("per", revision, by)), 1)
            last = self.calendar.day_after(following - DAY, *grace)
        return event.at.day <= last

    def served(
        self, events: list[Known], duty: Duty, revision: Revision, by: str | None
    ) -> Iterator[tuple[Known, datetime.date]]:
        """Yield events, each with the one period that it serves.

        "**An event serves one period only**: its own, or the one before until `grace` after its
        end; in order of time, the oldest not yet served; if none, nothing". What was before the
        period in which the duty starts is not owed, so nothing serves it late.
        """
        per = str(self.parameter("per", revision, by))
        first_owed = self.calendar.period(self.calendar.day_of(duty.starts), per)
        taken: set[datetime.date] = set()
        for event in sorted(events, key=lambda event: (event.at.day, event.at.latest)):
            own = self.calendar.period(event.at.day, per)
            before = self.calendar.period(own - DAY, per)
            choices = [own]
            if before >= first_owed and self.in_grace(event, before, revision, by):
                choices = [before, own]
            if serves := [period for period in choices if period not in taken]:
                taken.add(serves[0])
                yield event, serves[0]

    def dues(self, case: Case, revision: Revision) -> Iterator[int]:
        """See `Judge`."""
        by = self.by(case.key)
        for starts, _, _ in self.terms(case.key):
            yield self.initial_ends(self.duty_at(case.key, starts), revision, by)
        for event in self.helps("events", case):
            if self.parameter("every", revision, by):
                yield self.due(event.at, *self.durations(revision, by, "every", "grace"))
            else:
                per = str(self.parameter("per", revision, by))
                own = self.calendar.period(event.at.day, per)
                yield self.covered_until(own, revision, by)
                yield self.covered_until(self.calendar.period(own - DAY, per), revision, by)
