"""Recurrence: "`at_least` qualifying events in every `every` (rolling), in every `per`"."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from ..judge import Case, Known
from ..model import Revision
from ..moments import later
from ..period_days import before, day_by, turn
from ..zone_calendar import DAY, UnknownYear
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

        if self.rolls(revision, by):
            # Covered "while at least `at_least` events e ≤ t have t < due(e)".
            lasting = self.durations(revision, by, "every", "grace")
            covering = [e for e in standing if has_begun(e) and t < self.due(e.at, *lasting)]
            return len(covering) >= self.at_least(revision, by)
        if (needed := self.at_least(revision, by)) > 1:
            periods = [self.period(e.at.day, revision, by) for e in standing if has_begun(e)]
            return any(
                periods.count(period) >= needed and t < self.covered_until(period, revision, by)
                for period in periods
            )
        return any(
            has_begun(event) and t < self.covered_until(period, revision, by)
            for event, period in self.served(standing, duty, revision, by)
        )

    def rolls(self, revision: Revision, by: str | None) -> bool:
        """Say whether it is "in every `every` (rolling)", and no "turn of an anchored schedule"."""
        return all(self.parameter(name, revision, by) is None for name in ("per", "anchor"))

    def period(
        self, day: datetime.date, revision: Revision, by: str | None, later: int = 0
    ) -> datetime.date:
        """Return the first day of a day's period or turn, or of one some periods later."""
        if per := self.parameter("per", revision, by):
            return self.calendar.period(day, str(per), later)
        anchor = datetime.date.fromisoformat(str(self.parameter("anchor", revision, by)))
        return turn(anchor, str(self.parameter("every", revision, by)), day, later)

    def at_least(self, revision: Revision, by: str | None) -> int:
        """Return how many events are needed."""
        return int(self.parameter("at_least", revision, by) or 1)

    def initial_ends(self, duty: Duty, revision: Revision, by: str | None) -> int:
        """Return until when the duty's beginning covers.

        "`initial` counts from the start of duty and defaults to `every` with its grace. With `per`,
        the period in which a duty starts is owed by its end, and `initial` replaces this"; "what is
        missed beyond `grace` lapses". If it starts on the period's first day, `by` counts.
        """
        day = self.calendar.day_of(duty.starts)
        if initial := self.durations(revision, by, "initial"):
            return self.calendar.due(day, duty.starts, *initial)
        if self.rolls(revision, by):
            lasting = self.durations(revision, by, "every", "grace")
            return self.calendar.due(day, duty.starts, *lasting)
        period = self.period(day, revision, by)
        if day == period:
            return self.period_ends(period, revision, by)
        return self.after_grace(self.period(period, revision, by, 1) - DAY, revision, by)

    def covered_until(self, period: datetime.date, revision: Revision, by: str | None) -> int:
        """Return until when the events of a period cover.

        "An event of P covers from itself to the end of P+1, and `grace` beyond."
        """
        return self.period_ends(self.period(period, revision, by, 1), revision, by)

    def after_grace(self, day: datetime.date, revision: Revision, by: str | None) -> int:
        """Return when the grace after a day ends."""
        grace = self.durations(revision, by, "grace")
        return self.calendar.begins(self.calendar.day_after(day, *grace) + DAY)

    def due_day(self, period: datetime.date, revision: Revision, by: str | None) -> datetime.date:
        """Return the day of a period by which it is owed: "`by` a day of it", or the last."""
        last = self.period(period, revision, by, 1) - DAY
        text = self.parameter("by", revision, by)
        if text is None:
            return last
        try:
            return day_by(str(text), period, last, self.calendar.office)
        except UnknownYear:
            if self.calendar.unknown is None:
                raise
            earliest = day_by(str(text), period, last, self.calendar.office, earliest=True)
            at = self.after_grace(earliest, revision, by)
            return earliest if self.calendar.unknown(at) == at else last

    def period_ends(self, period: datetime.date, revision: Revision, by: str | None) -> int:
        """Return when a period is due, with the grace that follows."""
        return self.after_grace(self.due_day(period, revision, by), revision, by)

    def in_grace(
        self, event: Known, period: datetime.date, revision: Revision, by: str | None
    ) -> bool:
        """Say whether an event is within the grace after a period's end.

        "Dated, it is within `grace` if its day is."
        """
        grace = self.durations(revision, by, "grace")
        if not grace:
            return False
        return event.at.day <= self.calendar.day_after(self.due_day(period, revision, by), *grace)

    def is_early(
        self, event: Known, period: datetime.date, revision: Revision, by: str | None
    ) -> bool:
        """Say whether an event is "from `early` before" a period on."""
        early = self.durations(revision, by, "early")
        return bool(early) and event.at.day >= before(period, *early)

    def served(
        self, events: list[Known], duty: Duty, revision: Revision, by: str | None
    ) -> Iterator[tuple[Known, datetime.date]]:
        """Yield events, each with the one period that it serves.

        "**An event serves one period only**: its own, or the one before until `grace` after its
        end; in order of time, the oldest not yet served; if none, nothing"; "with `early` also the
        next from `early` before it". What was before the period in which the duty starts is not
        owed, so that nothing serves it late, and what may serve the next one does.
        """
        first_owed = self.period(self.calendar.day_of(duty.starts), revision, by)
        taken: set[datetime.date] = set()
        for event in sorted(events, key=lambda event: (event.at.day, event.at.latest)):
            own = self.period(event.at.day, revision, by)
            last, following = (self.period(own, revision, by, later) for later in (-1, 1))
            choices = [own]
            if self.in_grace(event, last, revision, by):
                choices = [last, own]
            if self.is_early(event, following, revision, by):
                choices = [own, following]
            owed = [period for period in choices if period >= first_owed] or choices[-1:]
            if serves := [period for period in owed if period not in taken]:
                taken.add(serves[0])
                yield event, serves[0]

    def dues(self, case: Case, revision: Revision) -> Iterator[int]:
        """See `Judge`."""
        by = self.by(case.key)
        for starts, _, _ in self.terms(case.key):
            yield self.initial_ends(self.duty_at(case.key, starts), revision, by)
        for event in self.helps("events", case):
            if self.rolls(revision, by):
                yield self.due(event.at, *self.durations(revision, by, "every", "grace"))
            else:
                for later in (-1, 0, 1):
                    period = self.period(event.at.day, revision, by, later)
                    yield self.covered_until(period, revision, by)
