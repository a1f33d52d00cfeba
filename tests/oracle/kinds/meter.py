"""Meter: an event before the meter has run too far, and before too long, whichever is first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ..judge import Case, Known
from ..model import Revision, Row
from ..moments import Moment, later
from .roster import Duty, RosterJudge


@dataclass(frozen=True)
class Noted:
    """What the meter stood at: at an event, by a reading, or zero where a duty begins."""

    at: Moment
    quantity: Decimal
    row: Row | None = None
    is_event: bool = False


class Meter(RosterJudge):
    """An event covers while readings show that the meter has not run too far since it."""

    def noted(self, case: Case) -> list[Noted]:
        """Return all that says what the meter stood at: "an event is a reading, too"."""

        def of(each: Known, *, is_event: bool) -> Noted:
            assert each.row.quantity is not None
            return Noted(each.at, each.row.quantity, each.row, is_event)

        events = [of(each, is_event=True) for each in self.helps("events", case)]
        return events + [of(each, is_event=False) for each in self.helps("readings", case)]

    def cover(self, case: Case, t: int, revision: Revision) -> bool:
        """See `Judge`."""
        duty, failures = self.duty_at(case.key, t), self.harms("failures", case, t)
        begins = Moment(duty.starts, duty.starts, self.calendar.day_of(duty.starts))
        noted = self.noted(case)
        if not self.fails_in(duty, failures):
            beginning = Noted(begins, Decimal(0))
            if self.covers(beginning, [beginning, *noted], case, t, revision, duty, failures=[]):
                return True
        return any(
            self.covers(event, noted, case, t, revision, duty, failures)
            for event in noted
            if event.is_event and all(later(event.at, failure.at) for failure in failures)
        )

    def covers(
        self,
        origin: Noted,
        noted: list[Noted],
        case: Case,
        t: int,
        revision: Revision,
        duty: Duty,
        failures: list[Known],
    ) -> bool:
        """Say whether an event, or the duty's beginning, covers an instant.

        "An event covers from itself on, until the earliest of `every` after it, the first reading
        that shows that the meter has run more than `at_most` since it, and the first that stands
        lower than one of an earlier day. It covers while a reading since it can be relied on."
        "An event that itself reads too much came too late", "also if it comes after `every` has run
        out". For a duty's beginning "all that was noted before it counts, too".
        """
        by = self.by(case.key)

        def has_begun(each: Noted) -> bool:
            early = Known(Row(), each.at)
            return each.at.latest <= t or self.starts_early(early, duty, failures)

        due = self.due(origin.at, *self.durations(revision, by, "every"))
        if not has_begun(origin) or t >= due:
            return False
        since = [
            each
            for each in noted
            if each is origin or origin.row is None or not later(origin.at, each.at)
        ]
        valid_for = self.durations(revision, by, "valid_for")
        most = Decimal(str(self.parameter("at_most", revision, by)))
        relied_on = any(
            each.at.earliest < due and has_begun(each) and t < self.due(each.at, *valid_for)
            for each in since
        )
        return relied_on and all(
            t < shown for each in since for shown in self.shown(each, origin, since, most)
        )

    def shown(self, each: Noted, origin: Noted, since: list[Noted], most: Decimal) -> Iterator[int]:
        """Yield from when on something noted shows that the meter ran too far, or backwards.

        "An event that is late by the meter was late since what was noted before it." "A meter that
        was changed at an event has run backwards from that event on." Where a duty begins, nobody
        read zero.
        """
        if each.row is None:
            return
        if each.quantity > origin.quantity + most:
            earlier = [other.at.latest for other in since if other.at.latest < each.at.latest]
            is_late = each.is_event and earlier and max(earlier) < each.at.earliest
            yield max(earlier) if is_late else each.at.earliest
        elif any(other.at.day < each.at.day and other.quantity > each.quantity for other in since):
            yield each.at.latest if each.is_event else each.at.earliest

    def dues(self, case: Case, revision: Revision) -> Iterator[int]:
        """See `Judge`."""
        by = self.by(case.key)
        starts = [self.duty_at(case.key, starts).starts for starts, _, _ in self.terms(case.key)]
        ats = [Moment(each, each, self.calendar.day_of(each)) for each in starts]
        for at in [*ats, *(each.at for each in self.noted(case))]:
            for name in ("every", "valid_for"):
                yield self.due(at, *self.durations(revision, by, name))
