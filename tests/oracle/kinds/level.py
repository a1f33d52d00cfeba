"""Level: "a quantity within its bounds, as a step function"."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ..judge import Case, Known
from ..model import Revision, Row
from ..moments import later
from .roster import RosterJudge


class Level(RosterJudge):
    """A quantity within its bounds."""

    def states(self, name: str, row: Row) -> bool:
        """See `Judge`: readings are happenings, spans that add up are states."""
        return name == "subjects" or (name == "readings" and self.world.spans)

    def minimum(self, case: Case, t: int, revision: Revision) -> Decimal | None:
        """Return the least quantity at an instant: the subject's own, or the parameter."""
        own = [
            row.quantity
            for row in self.rows("subjects", case.key)
            if row.quantity is not None
            and self.begin(row, early=True) <= t < self.end(row, early=False)
        ]
        if own:
            return max(own)
        return self.number("minimum", case, revision)

    def number(self, name: str, case: Case, revision: Revision) -> Decimal | None:
        """Return a bound that is a parameter, if it is given."""
        value = self.parameter(name, revision, self.by(case.key))
        return None if value is None else Decimal(value)

    def cover(self, case: Case, t: int, revision: Revision) -> bool:
        """See `Judge`."""
        minimum = self.minimum(case, t, revision)
        maximum = self.number("maximum", case, revision)

        def is_between(least: Decimal, most: Decimal) -> bool:
            return (minimum is None or least >= minimum) and (maximum is None or most <= maximum)

        if self.world.spans:
            return is_between(
                self.in_force_together(case, t, early=False),
                self.in_force_together(case, t, early=True),
            )
        readings = self.helps("readings", case)
        valid_for = self.durations(revision, self.by(case.key), "valid_for")

        def is_within(reading: Known) -> bool:
            assert reading.row.quantity is not None
            return is_between(reading.row.quantity, reading.row.quantity)

        def lasts(reading: Known) -> bool:
            return not valid_for or t < self.due(reading.at, *valid_for)

        # "No reading, or one past `valid_for`, is not within bounds"; "of several at one instant
        # the worst"; "on the day of a dated reading the reading before it holds too, and the worse
        # counts": whichever reading may be the last one.
        last = [
            reading
            for reading in readings
            if reading.at.earliest <= t
            and not any(other.at.latest <= t and later(other.at, reading.at) for other in readings)
        ]
        has_reading = any(reading.at.latest <= t for reading in readings)
        if has_reading and all(is_within(each) and lasts(each) for each in last):
            return True
        duty = self.duty_at(case.key, t)
        harms = [each for each in readings if each.at.earliest <= t and not is_within(each)]
        return any(
            is_within(each) and lasts(each) and self.starts_early(each, duty, harms)
            for each in readings
            if t < each.at.latest
        )

    def in_force_together(self, case: Case, t: int, *, early: bool) -> Decimal:
        """Add up the states in force at an instant.

        "Help … counts from the latest moment; harm … from the earliest": where more is needed each
        begins late and is short, where less is, each begins early and is long.
        """
        present = [
            row
            for row in self.rows("readings", case.key)
            if self.begin(row, early=early) <= t < self.end(row, early=not early)
        ]
        return sum(
            (Decimal(1) if row.quantity is None else row.quantity for row in present), Decimal(0)
        )

    def dues(self, case: Case, revision: Revision) -> Iterator[int]:
        """See `Judge`."""
        valid_for = self.durations(revision, self.by(case.key), "valid_for")
        if valid_for and not self.world.spans:
            for reading in self.helps("readings", case):
                yield self.due(reading.at, *valid_for)
