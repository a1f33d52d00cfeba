"""What the judges of all check kinds share: instants collected, the definition asked at each.

"Every rule about time is the same subtraction: lapse = duty − cover." Nothing here subtracts spans.
Every instant at which anything could change is collected, the definition is asked at each of them
and between them whether there is duty and whether there is cover, and neighbours with the same
answer are joined.

A kind that is to come says in a subclass what its duty, its cover and its critical instants are;
whatever stops the clock or chooses a calendar by a column changes `Judge.due` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from .model import Key, Revision, Row, Setting, Time, World
from .moments import Moment, happened, has_happened, judged_at, state_end, state_start
from .zone_calendar import DAY, Calendar, micros


@dataclass(frozen=True)
class Case:
    """What is judged by itself: a subject, or one item of it."""

    key: Key
    item: str = ""


Span = tuple[int, int, bool]
"""From, until, and whether it is waived."""
ALWAYS = -(10**17)
"""An instant before everything, 3,000 years before 1970."""


@dataclass(frozen=True)
class Known:
    """A record that had happened by as-of, with its moment."""

    row: Row
    at: Moment


def joined(spans: Iterable[Span]) -> list[Span]:
    """Join neighbouring spans of the same sort."""
    found: list[Span] = []
    for starts, ends, sort in spans:
        if found and found[-1][1] == starts and found[-1][2] == sort:
            found[-1] = (found[-1][0], ends, sort)
        else:
            found.append((starts, ends, sort))
    return found


class Judge:
    """Judges one world; a subclass says what its check kind owes and what covers it."""

    population = "openings"
    """The input whose records name the subjects."""
    class_input = "openings"
    """The input by whose class the parameters may differ."""

    def __init__(
        self, setting: Setting, world: World, unknown: Callable[[int], int] | None = None
    ) -> None:
        self.setting, self.world = setting, world
        self.calendar = Calendar(setting.zone, setting.office, unknown)
        self.as_of = judged_at(setting.as_of, self.calendar)
        self.horizon = micros(setting.horizon)
        self.window_starts, window_ends = (micros(each) for each in setting.window)
        self.window_ends = min(window_ends, self.as_of)
        self.rows = cache(self._rows)
        # "A predicate": what it refuses is no evidence of this control.
        self.inputs = {
            name: [row for row in rows if not (world.filtered and row.status == "draft")]
            for name, rows in world.inputs.items()
        }
        self.firsts = [
            self.calendar.begins(revision.first or setting.effective_on)
            for revision in world.revisions
        ]

    # What a check kind says.

    def states(self, name: str, row: Row) -> bool:
        """Say whether a record of an input is a state, which may be planned."""
        return False

    def duty(self, case: Case, t: int, revision: Revision) -> bool:
        """Say whether a subject must be covered at an instant."""
        raise NotImplementedError

    def cover(self, case: Case, t: int, revision: Revision) -> bool:
        """Say whether evidence covers a subject at an instant."""
        raise NotImplementedError

    def dues(self, case: Case, revision: Revision) -> Iterator[int]:
        """Yield the instants at which cover or time allowed may run out under a revision."""
        raise NotImplementedError

    def unknown(self, case: Case, t: int, revision: Revision) -> bool:
        """Say whether nobody can say how a subject stands at an instant."""
        return False

    def together(self) -> Iterator[list[Row]]:
        """Yield the records that must be of one class."""
        for case in self.cases().values():
            yield self.rows(self.class_input, case.key)

    def not_due(self, case: Case) -> bool:
        """Say whether the subject's due instant has not come."""
        return False

    def there_now(self) -> bool:
        """Say whether there is anything to judge at as-of."""
        raise NotImplementedError

    def there_in_window(self) -> bool:
        """Say whether there was anything to judge in the window."""
        raise NotImplementedError

    def told(self, instant: int) -> int:
        """Return an instant as it is told: as-of itself, and not the last instant before it."""
        return micros(self.setting.as_of) if instant == self.as_of else instant

    # Records.

    def moment(self, time: Time) -> Moment:
        """Return when something happened.

        Not kept by its time: Python holds both readings of a local time that happened twice for
        equal.
        """
        return happened(time, self.calendar, self.as_of)

    def on_file(self, name: str, row: Row) -> bool:
        """Say whether a record counts at as-of.

        "Plans (people in post from a day after as-of) count ahead; what happened after as-of does
        not." "When as-of is named or pinned, later events are left out and counted."
        """
        if row.starts is None or self.states(name, row):
            return True
        return has_happened(row.starts, self.calendar, self.as_of)

    def left_out(self) -> int:
        """Count the records that had not happened yet."""
        return sum(
            not self.on_file(name, row) for name, rows in self.inputs.items() for row in rows
        )

    def _rows(self, name: str, key: Key) -> list[Row]:
        """Return the records of one subject that count at as-of."""
        return [
            row for row in self.inputs.get(name, []) if row.key == key and self.on_file(name, row)
        ]

    def helps(self, name: str, case: Case) -> list[Known]:
        """Return the happenings that may cover a subject: those of its item."""
        return [
            Known(row, self.moment(row.starts))
            for row in self.rows(name, case.key)
            if row.starts is not None and row.item == case.item
        ]

    def harms(self, name: str, case: Case, t: int) -> list[Known]:
        """Return the failures or reopenings of a subject that an instant must reckon with.

        "Harm … from the earliest." "With items it ends its item's cover; without an item, all."
        """
        found = [
            Known(row, self.moment(row.starts))
            for row in self.rows(name, case.key)
            if row.starts is not None and row.item in ("", case.item)
        ]
        return [each for each in found if each.at.earliest <= t]

    def begin(self, row: Row, *, early: bool) -> int:
        """Return from when a state holds; without a beginning it always did."""
        if row.starts is None:
            return ALWAYS
        return state_start(row.starts, self.calendar, early=early)

    def end(self, row: Row, *, early: bool) -> int:
        """Return until when a state holds; without an end it lasts on."""
        if row.ends is None:
            return self.horizon
        return state_end(row.ends, self.calendar, early=early)

    # Parameters.

    def parameter(
        self, name: str, revision: Revision, by: str | None
    ) -> str | int | Decimal | None:
        """Return a parameter: "one value or differ by a column of the record"."""
        value = revision.parameters.get(name)
        return value[by or ""] if isinstance(value, dict) else value

    def durations(self, revision: Revision, by: str | None, *names: str) -> tuple[str, ...]:
        """Return those of some durations that are given."""
        values = (self.parameter(name, revision, by) for name in names)
        return tuple(str(value) for value in values if value is not None)

    def by(self, key: Key) -> str | None:
        """Return the class of a subject."""
        return next((row.by for row in self.rows(self.class_input, key)), None)

    def due(self, at: Moment, *durations: str) -> int:
        """Return when durations after a happening have run out."""
        return self.calendar.due(at.day, at.earliest, *durations)

    def in_force(self, t: int) -> Revision | None:
        """Return the revision in force at an instant.

        "A control has revisions: parameters with the day from which they hold. History is judged by
        the revision then in force."
        """
        found = None
        for first, revision in zip(self.firsts, self.world.revisions, strict=True):
            if first <= t:
                found = revision
        return found

    # Subjects.

    def cases(self) -> dict[str, Case]:
        """Return what is judged by itself, by the name that reports give it.

        "Without `subjects` there is one subject, the plan's."
        """
        rows = self.inputs.get(self.population)
        keys: Iterable[Key] = [()]
        if rows is not None:
            keys = [row.key for row in rows if self.on_file(self.population, row)]
        items = self.world.items or [""]
        return {self.name(key, item): Case(key, item) for key in keys for item in items}

    def name(self, key: Key, item: str) -> str:
        """Return a subject's name as reports give it."""
        parts = [*(key or [self.setting.subject]), *([item] if item else [])]
        return self.world.prefix + " × ".join(parts)

    def waived(self, name: str, t: int) -> bool:
        """Say whether a subject's lapse is accepted at an instant."""
        return any(
            waiver.subject == name
            and self.calendar.begins(waiver.first) <= t < self.calendar.begins(waiver.last + DAY)
            for waiver in self.world.waivers
        )

    # Brute force.

    def instants(self, case: Case) -> list[int]:
        """Collect every instant before the horizon at which anything about a subject can change."""
        found = {*self.firsts, self.as_of}
        for name, rows in self.inputs.items():
            for row in (row for row in rows if row.key == case.key):
                for time in (row.starts, row.ends):
                    if time is None:
                        continue
                    for early in (True, False):
                        found.add(state_start(time, self.calendar, early=early))
                        found.add(state_end(time, self.calendar, early=early))
                if row.starts is not None and not self.states(name, row):
                    found.add(self.moment(row.starts).latest)
        for revision in self.world.revisions:
            found.update(self.dues(case, revision))
        for waiver in self.world.waivers:
            found |= {self.calendar.begins(waiver.first), self.calendar.begins(waiver.last + DAY)}
        return sorted(t for t in found if t < self.horizon)

    def segments(self, case: Case) -> Iterator[tuple[int, int]]:
        """Yield from one instant at which anything can change to the next."""
        instants = self.instants(case)
        yield from zip(instants, [*instants[1:], self.horizon], strict=True)

    def is_owed(self, case: Case, t: int) -> bool:
        """Say whether a subject is owed at an instant: none is before the control is in force."""
        revision = self.in_force(t)
        return revision is not None and self.duty(case, t, revision)

    def lapses_at(self, case: Case, t: int) -> bool:
        """Say whether a subject is owed and not covered at an instant."""
        revision = self.in_force(t)
        if revision is None or not self.duty(case, t, revision):
            return False
        return not self.cover(case, t, revision)

    def pieces(self, name: str, case: Case) -> list[Span]:
        """Return the spans in which a subject lapses: "a waiver splits a lapse"."""
        found = []
        for t, after in self.segments(case):
            lapses = self.lapses_at(case, t)
            between = (t + after) // 2
            if lapses != self.lapses_at(case, between):
                raise AssertionError(f"{name} changes between {t} and {after} in {self.world}")
            if lapses:
                found.append((t, after, self.waived(name, t)))
        return joined(found)

    def unknowns(self, case: Case) -> list[Span]:
        """Return the spans in which nobody can say how a subject stands.

        "Only a written `may_be_empty` with a reason … lifts it."
        """
        found = []
        for t, after in self.segments(case):
            revision = self.in_force(t)
            if revision and self.duty(case, t, revision) and self.unknown(case, t, revision):
                found.append((t, after, False))
        return [] if self.world.may_be_empty else joined(found)

    def duties(self, case: Case) -> list[Span]:
        """Return the spans in which a subject must be covered."""
        return joined(
            (t, after, False) for t, after in self.segments(case) if self.is_owed(case, t)
        )

    def in_window(self, starts: int, ends: int) -> bool:
        """Say whether a span that is not empty touches the window.

        The window ends with as-of at the latest, and then as-of itself belongs to it.
        """
        ends_now = self.window_ends == self.as_of
        return ends > self.window_starts and (
            starts < self.window_ends or (ends_now and starts == self.as_of)
        )
