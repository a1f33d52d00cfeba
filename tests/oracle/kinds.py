"""The six check kinds as the design's words define them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from .judge import Judge
from .model import Revision, Row


class Spanned(Judge):
    """A kind whose subjects are owed for the spans that a roster gives them."""

    roster = True

    def cases(self) -> dict[str, tuple[tuple[str, ...], str]]:
        """See `Judge`."""
        if "subjects" not in self.inputs:
            return self.by_item([()])
        return self.by_item(row.key for row in self.inputs["subjects"])

    def owed(self, key: tuple[str, ...], t: int, revision: Revision) -> bool:
        """See `Judge`."""
        if "subjects" not in self.inputs:
            return True
        return any(self.begin(row) <= t < self.end(row) for row in self.rows("subjects", key))

    def duties(self, key: tuple[str, ...]) -> list[int]:
        """Return every instant at which a duty may begin."""
        rows = self.rows("subjects", key) if "subjects" in self.inputs else [Row()]
        return [max(self.begin(row), self.firsts[0]) for row in rows]

    def duty_began(self, key: tuple[str, ...], t: int) -> int:
        """Return when the duty that lasts at an instant began: walk back over the roster's rows."""
        began, rows = t, self.rows("subjects", key)
        if "subjects" not in self.inputs:
            return self.firsts[0]
        while earlier := [
            self.begin(row) for row in rows if self.begin(row) < began <= self.end(row)
        ]:
            began = min(earlier)
        return max(began, self.firsts[0])


class Recurrence(Spanned):
    """Enough events in every interval."""

    def allowed_first(self, key: tuple[str, ...], t: int, revision: Revision) -> int:
        """Return until when the duty's start covers."""
        by, began = self.by(key), self.duty_began(key, t)
        if initial := self.durations(revision, by, "initial"):
            return self.clock.due(began, *initial)
        if self.parameter("every", revision, by):
            return self.clock.due(began, *self.durations(revision, by, "every", "grace"))
        return self.period_due(began, revision, by, 1)

    def period_due(self, t: int, revision: Revision, by: str | None, later: int) -> int:
        """Return when a period, or one some periods later, ends, with the grace that follows."""
        ends = self.clock.period(t, str(self.parameter("per", revision, by)), later)
        grace = self.durations(revision, by, "grace")
        return self.clock.due(ends - 1, *grace) if grace else ends

    def covered(self, key: tuple[str, ...], item: str, t: int, revision: Revision) -> bool:
        """See `Judge`."""
        by = self.by(key)
        needed = int(self.parameter("at_least", revision, by) or 1)
        events = [self.begin(row) for row in self.rows("events", key)]
        if t < self.allowed_first(key, t, revision):
            return True
        if self.parameter("every", revision, by):
            lasting = self.durations(revision, by, "every", "grace")
            return sum(e <= t < self.clock.due(e, *lasting) for e in events) >= needed
        per = str(self.parameter("per", revision, by))
        return any(
            sum(self.clock.period(e, per) == period and e <= t for e in events) >= needed
            and t < self.period_due(period, revision, by, 2)
            for period in {self.clock.period(e, per) for e in events}
        )

    def dues(self, key: tuple[str, ...], revision: Revision) -> Iterator[int]:
        """See `Judge`."""
        by = self.by(key)
        events = [self.begin(row) for row in self.rows("events", key)]
        for began in self.duties(key):
            yield self.allowed_first(key, began, revision)
        for e in events:
            if self.parameter("every", revision, by):
                yield self.clock.due(e, *self.durations(revision, by, "every", "grace"))
            else:
                yield self.period_due(e, revision, by, 2)


class Coverage(Spanned):
    """A record in force for every subject and item."""

    def expiry(self, row: Row, revision: Revision, by: str | None) -> int:
        """Return until when a record holds: the earlier of its own expiry and its validity."""
        ends = self.end(row)
        valid_for = self.durations(revision, by, "valid_for")
        return min(ends, self.clock.due(self.begin(row), *valid_for)) if valid_for else ends

    def covered(self, key: tuple[str, ...], item: str, t: int, revision: Revision) -> bool:
        """See `Judge`."""
        by = self.by(key)
        initial = self.durations(revision, by, "initial")
        if initial and t < self.clock.due(self.duty_began(key, t), *initial):
            return True
        return any(
            self.begin(row) <= t < self.expiry(row, revision, by)
            for row in self.rows("events", key, item)
        )

    def dues(self, key: tuple[str, ...], revision: Revision) -> Iterator[int]:
        """See `Judge`."""
        by = self.by(key)
        if initial := self.durations(revision, by, "initial"):
            for began in self.duties(key):
                yield self.clock.due(self.duty_began(key, began), *initial)
        for row in self.rows("events", key):
            yield self.expiry(row, revision, by)


class Deadline(Judge):
    """Every opening closed by the time its limit has run out."""

    def cases(self) -> dict[str, tuple[tuple[str, ...], str]]:
        """See `Judge`."""
        return self.by_item(row.key for row in self.inputs["openings"])

    def dues(self, key: tuple[str, ...], revision: Revision) -> Iterator[int]:
        """See `Judge`."""
        for row in self.rows("openings", key):
            if row.ends is not None:
                yield self.clock.end(row.ends)
            else:
                yield self.clock.due(self.begin(row), *self.durations(revision, row.by, "limit"))

    def owed(self, key: tuple[str, ...], t: int, revision: Revision) -> bool:
        """See `Judge`."""
        return any(due <= t for due in self.dues(key, revision))

    def covered(self, key: tuple[str, ...], item: str, t: int, revision: Revision) -> bool:
        """See `Judge`."""
        return any(self.begin(row) <= t for row in self.rows("closings", key, item))


class Cadence(Judge):
    """News often enough while an episode lasts."""

    def end(self, row: Row) -> int:
        """See `Judge`; an end that was to come after as-of had not happened yet."""
        if row.ends is not None and self.clock.start(row.ends) > self.as_of:
            return self.horizon
        return super().end(row)

    def cases(self) -> dict[str, tuple[tuple[str, ...], str]]:
        """See `Judge`."""
        return self.by_item(row.key for row in self.inputs["openings"])

    def owed(self, key: tuple[str, ...], t: int, revision: Revision) -> bool:
        """See `Judge`."""
        return any(self.begin(row) <= t < self.end(row) for row in self.rows("openings", key))

    def covered(self, key: tuple[str, ...], item: str, t: int, revision: Revision) -> bool:
        """See `Judge`."""
        every = self.durations(revision, self.by(key, "openings"), "every")
        told = [*self.rows("openings", key), *self.rows("events", key, item)]
        return any(self.begin(row) <= t < self.clock.due(self.begin(row), *every) for row in told)

    def dues(self, key: tuple[str, ...], revision: Revision) -> Iterator[int]:
        """See `Judge`."""
        every = self.durations(revision, self.by(key, "openings"), "every")
        for row in [*self.rows("openings", key), *self.rows("events", key)]:
            yield self.clock.due(self.begin(row), *every)


class Level(Spanned):
    """A quantity at or above its minimum."""

    def minimum(self, key: tuple[str, ...], t: int, revision: Revision) -> Decimal:
        """Return the least quantity at an instant: a row's own, or the parameter."""
        own = [
            row.quantity
            for row in self.rows("subjects", key)
            if row.quantity is not None and self.begin(row) <= t < self.end(row)
        ]
        return max(own) if own else Decimal(self.parameter("minimum", revision, self.by(key)) or 0)

    def covered(self, key: tuple[str, ...], item: str, t: int, revision: Revision) -> bool:
        """See `Judge`."""
        rows = [row for row in self.rows("readings", key) if self.begin(row) <= t]
        minimum = self.minimum(key, t, revision)
        if self.world.spans:
            present = [row for row in rows if t < self.end(row)]
            counted = [Decimal(1) if row.quantity is None else row.quantity for row in present]
            return sum(counted, Decimal(0)) >= minimum
        if not rows:
            return False
        last = max(self.begin(row) for row in rows)
        valid_for = self.durations(revision, self.by(key), "valid_for")
        if valid_for and t >= self.clock.due(last, *valid_for):
            return False
        return min(row.quantity or Decimal(0) for row in rows if self.begin(row) == last) >= minimum

    def dues(self, key: tuple[str, ...], revision: Revision) -> Iterator[int]:
        """See `Judge`."""
        if valid_for := self.durations(revision, self.by(key), "valid_for"):
            for row in self.rows("readings", key):
                yield self.clock.due(self.begin(row), *valid_for)


class Record(Judge):
    """Every record as it should be."""

    population = "records"

    def cases(self) -> dict[str, tuple[tuple[str, ...], str]]:
        """See `Judge`."""
        return self.by_item(row.key for row in self.inputs["records"])

    def owed(self, key: tuple[str, ...], t: int, revision: Revision) -> bool:
        """See `Judge`."""
        return any(self.begin(row) <= t for row in self.rows("records", key))

    def covered(self, key: tuple[str, ...], item: str, t: int, revision: Revision) -> bool:
        """See `Judge`."""
        rows = [row for row in self.rows("records", key) if self.begin(row) <= t]
        if revision.parameters.get("cured_by", "never") == "never":
            return all(row.good for row in rows)
        last = max(self.begin(row) for row in rows)
        return all(row.good for row in rows if self.begin(row) == last)

    def dues(self, key: tuple[str, ...], revision: Revision) -> Iterator[int]:
        """See `Judge`."""
        yield from ()


JUDGES: dict[str, type[Judge]] = {
    "recurrence": Recurrence,
    "coverage": Coverage,
    "deadline": Deadline,
    "cadence": Cadence,
    "level": Level,
    "record": Record,
}
