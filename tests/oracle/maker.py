"""Draws the parts of random worlds: times that crowd around due times, rosters, parameters."""

from __future__ import annotations

import contextlib
import datetime
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from .model import Key, Parameters, Revision, Row, Setting, Time, Value, Waiver, World
from .moments import certainly_before, judged_at, state_end, state_start
from .zone_calendar import DAY, EPOCH, MICROSECOND, Calendar, UnknownYear, micros
from .zones import changes

_DAYS = """
2023-12-31 2024-01-31 2024-02-28 2024-02-29 2024-03-01 2024-03-31 2024-04-26 2024-06-30 2024-10-06
2024-12-31 2025-01-31 2025-02-28 2025-03-31 2025-04-25 2025-05-31 2025-08-31 2025-10-05 2025-10-31
2025-11-02 2025-11-30 2025-12-31 2026-01-30 2026-02-17 2026-02-28 2026-03-08 2026-03-29 2026-04-30
2026-06-30
"""
_LATE_DAYS = "2027-02-28 2027-12-31 2028-01-31 2028-02-28 2028-02-29 2028-03-01"
LANDMARKS = [datetime.date.fromisoformat(day) for day in _DAYS.split()]
"""Month ends, leap days, days on which clocks change, the Spring Festival."""
LATE_LANDMARKS = [datetime.date.fromisoformat(day) for day in _LATE_DAYS.split()]
CALENDAR = [
    *("1 day", "2 days", "7 days", "30 days", "45 days", "2 weeks", "1 month", "2 months"),
    *("3 months", "6 months", "1 year", "P1M15D", "P90D", "12 months"),
]
CLOCK = ["90 seconds", "15 minutes", "1 hour", "24 hours", "36 hours", "72 hours", "PT1H30M"]
BUSINESS = ["1 business day", "2 business days", "5 business days", "10 business days"]
HOURS = [
    *("1 business minute", "30 business minutes", "1 business hour", "4 business hours"),
    *("8 business hours", "450 business minutes", "16 business hours", "25 business hours"),
]
NUDGES = [0, 0, 0, 0, -1, 1, -1_000_000, 1_000_000, 3_600_000_000, -3_600_000_000]
QUANTITIES = ["0", "0.1", "0.2", "0.3", "0.7", "0.8", "1", "1.5", "2", "2.5", "3", "10"]


@dataclass
class Maker:
    """What the kinds' generators share: a pool of instants that grows around the due times."""

    draw: random.Random
    shared: Setting
    name: str
    kind: str

    def __post_init__(self) -> None:
        draw, shared = self.draw, self.shared
        self.calendar = Calendar(shared.zone, shared.office)
        self.as_of = judged_at(shared.as_of, self.calendar)
        self.prefix = draw.choice(["", "", "", "no. "])
        self.width = 2 if draw.random() < 0.3 else 1
        self.family = draw.choice(
            [CALENDAR, CALENDAR, CLOCK, BUSINESS if shared.office else CALENDAR]
        )
        if self.family is BUSINESS and random.Random(f"hours {self.name} {shared}").random() < 0.5:
            self.family = HOURS
        self.dated = 0.0 if self.is_exact() else draw.choice([0.0, 0.4, 0.4, 0.8])
        self.classes = draw.choice([None, None, ["x", "y"]])
        today = shared.as_of.date()
        days = [today, shared.effective_on, *(end.date() for end in shared.window)]
        days += [day for day in LANDMARKS + LATE_LANDMARKS if abs((day - today).days) < 500]
        chosen = [*draw.sample(days, min(len(days), 5)), today]
        changed = changes(shared.zone, today - 900 * DAY, today + 100 * DAY)
        around = draw.sample(changed, min(len(changed), 2))
        chosen += [self.calendar.day_of(at) + draw.choice([-1, 0, 0, 1]) * DAY for at in around]
        self.pool = [
            self.as_of,
            micros(shared.as_of),
            micros(shared.window[0]),
            *(self.calendar.begins(day) for day in chosen),
            *around,
        ]
        self.pool += [at + draw.randrange(-3600, 3600) * 1_000_000 for at in around]
        self.pool += [self.calendar.begins(day) + self.some(86_400) for day in chosen]
        self.pool += [self.as_of - self.some(500 * 86_400) for _ in range(3)]

    def some(self, seconds: int) -> int:
        """Draw a number of whole seconds below a bound, in microseconds."""
        return self.draw.randrange(seconds) * 1_000_000

    def is_exact(self) -> bool:
        """Say whether dates would cover nothing.

        "Lint refuses a clock `every` or `valid_for` over dates, which would cover nothing".
        """
        return self.family in (CLOCK, HOURS) and self.kind not in ("deadline", "record", "share")

    def maybe(self, chance: float) -> bool:
        """Throw a coin."""
        return self.draw.random() < chance

    # Times.

    def instant(self) -> int:
        """Draw an instant at, or hardly beside, one of the pool."""
        at = self.draw.choice(self.pool)
        if self.family in (CLOCK, HOURS) and self.maybe(0.3):
            at += self.draw.randrange(-7200, 7200) * 1_000_000
        return at + self.draw.choice(NUDGES)

    def time(self, at: int | None = None, dated: float | None = None) -> Time:
        """Write an instant as a day, a timestamp or a local time, and add it to the pool."""
        at = self.instant() if at is None else at
        given = self.written(at, self.dated if dated is None else dated)
        self.pool.append(state_start(given, self.calendar, early=True))
        return given

    def written(self, at: int, dated: float) -> Time:
        """Write an instant, without an offset where its local time happened twice."""
        if self.maybe(dated):
            return self.calendar.day_of(at)
        moment = EPOCH + at * MICROSECOND
        wall = moment.astimezone(self.calendar.zone).replace(tzinfo=None, fold=0)
        if self.shared.local and len(set(self.calendar.local(wall))) > 1 and self.maybe(0.7):
            return wall
        return moment.astimezone(self.draw.choice([datetime.UTC, self.calendar.zone]))

    def beside(self, rows: Iterable[Row]) -> Time:
        """Draw a time that ties with that of some record: the same, its day, or where it ends."""
        given = [row.starts for row in rows if row.starts is not None]
        if not given or self.maybe(0.3):
            return self.time()
        chosen = self.draw.choice(given)
        starts = state_start(chosen, self.calendar, early=True)
        day = self.calendar.day_of(starts)
        midnight = self.calendar.begins(day + DAY)
        at = self.draw.choice([starts, starts + self.some(7200), midnight, midnight - 1])
        if self.maybe(0.3) and not (self.is_exact() and not isinstance(chosen, datetime.datetime)):
            return chosen
        return self.time(self.calendar.begins(day) + self.some(86_400) if self.maybe(0.3) else at)

    def grow(self, anchor: Time | None, durations: Iterable[tuple[str, ...]]) -> None:
        """Add to the pool when durations after a time have run out, and an instant before."""
        if anchor is None:
            anchor = self.shared.effective_on
        starts = state_start(anchor, self.calendar, early=True)
        for each in durations:
            with contextlib.suppress(UnknownYear):
                due = self.calendar.due(self.calendar.day_of(starts), starts, *each)
                self.pool += [due, self.draw.randrange(starts, max(due, starts + 1))]

    def later(self, starts: Time | None, tries: int = 5) -> Time | None:
        """Draw an end that is not before a beginning."""
        for _ in range(tries):
            ends = self.time(dated=max(self.dated, 0.4))
            if starts is None or not certainly_before(ends, starts, self.calendar):
                return ends
        return None

    def not_before(self, openings: Iterable[Row], given: Time) -> bool:
        """Say whether a record may follow all openings of its subject."""
        return not any(
            row.starts is not None and certainly_before(given, row.starts, self.calendar)
            for row in openings
        )

    # Parameters.

    def duration(self) -> str:
        """Draw a duration of this world's family."""
        return self.draw.choice(self.family)

    def value(self, make: Callable[[], Value]) -> Value | dict[str, Value]:
        """Draw a parameter: one value, or one for each class."""
        if self.classes and self.maybe(0.7):
            return {name: make() for name in self.classes}
        return make()

    def revisions(self, make: Callable[[], Parameters]) -> list[Revision]:
        """Draw one to three revisions of the parameters."""
        count = self.draw.choice([1, 1, 1, 2, 3])
        begins = self.shared.effective_on
        days = {begins + self.draw.randrange(1, 800) * DAY for _ in range(count - 1)}
        if count > 1 and self.maybe(0.3):
            days = {self.calendar.day_of(at) for at in self.draw.sample(self.pool, count - 1)}
            days = {day for day in days if day > begins}
        first = None if self.maybe(0.8) else begins + self.draw.randrange(0, 90) * DAY
        later = sorted(day for day in days if first is None or day > first)
        for day in [first, *later]:
            if day:
                self.pool.append(self.calendar.begins(day))
        return [Revision(make(), day) for day in [first, *later]]

    def lasting(self, revisions: list[Revision], *names: str) -> list[tuple[str, ...]]:
        """List the durations that some parameters of any revision and class make together."""
        found = []
        for revision in revisions:
            for name in [*(self.classes or []), ""]:
                values = [revision.parameters.get(each) for each in names]
                one = [value.get(name) if isinstance(value, dict) else value for value in values]
                found.append(tuple(str(value) for value in one if value is not None))
        return [each for each in found if each]

    # Records.

    def draw_keys(self) -> list[Key]:
        """Draw a few subjects."""
        # Each world's own: what another world's roster holds is known to all that read it.
        names = [f"S{number} {self.name}" for number in (1, 2, 3)]
        names = names[: self.draw.choice([1, 1, 2, 3])]
        return [(name, "β") if self.width == 2 else (name,) for name in names]

    def by(self, key: Key) -> str | None:
        """Return a subject's class: always the same one."""
        return self.classes[int(key[0][1]) % 2] if self.classes else None

    def roster(self, *, quantity: bool = False) -> list[Row]:
        """Draw subjects with one to three terms: apart, overlapping, touching, begun together."""
        rows: list[Row] = []
        for key in self.draw_keys():
            mine: list[Row] = []
            own = Decimal(self.draw.choice(QUANTITIES[1:])) if quantity else None
            for _ in range(self.draw.choice([1, 1, 1, 2, 3])):
                starts = None if self.maybe(0.1) else self.time(dated=0.5)
                if mine and self.maybe(0.6):
                    starts = self._joins(mine[-1])
                ends = self.later(starts) if self.maybe(0.4) else None
                mine.append(Row(key, starts, ends, by=self.by(key), quantity=own))
            rows += mine
        return rows

    def _joins(self, row: Row) -> Time | None:
        """Draw a beginning with, or on the day of, that of another row, or where that ends."""
        choice = self.draw.choice(["starts", "day", "end", "next"])
        if choice == "starts" or row.starts is None:
            return row.starts
        if choice == "day":
            return self.time(state_start(row.starts, self.calendar, early=True), dated=0.7)
        if row.ends is None:
            return self.time()
        ends = state_end(row.ends, self.calendar, early=False)
        return self.time(ends, dated=0.0 if choice == "end" else 1.0)

    def populated(self, chance: float = 0.85) -> list[Row] | None:
        """Draw a roster, or none: then the control is about one subject, the whole."""
        if self.maybe(chance):
            return [] if self.maybe(0.03) else self.roster()
        self.classes, self.prefix, self.width = None, "", 0
        return None

    def waivers(self, names: list[str]) -> list[Waiver]:
        """Draw up to three waivers, which may overlap."""
        found = []
        for number in range(self.draw.choice([0, 0, 1, 2, 3])):
            first = self.calendar.day_of(self.instant())
            last = first + self.draw.choice([0, 1, 10, 60, 170]) * DAY
            found.append(Waiver(f"{self.name}-{number}", self.draw.choice(names), first, last))
        return found

    def world(
        self,
        inputs: dict[str, list[Row]],
        revisions: list[Revision],
        items: list[str] | None = None,
        **more: Any,
    ) -> World:
        """Put a world together, and waive some of what may lapse in it."""
        items = items or []
        keys = {row.key for rows in inputs.values() for row in rows} or {()}
        names = sorted(
            self.prefix + " × ".join([*(key or [self.shared.subject]), *([item] if item else [])])
            for key in keys
            for item in items or [""]
        )
        made = World(
            self.name,
            self.kind,
            inputs,
            revisions,
            items,
            self.waivers(names),
            self.prefix,
            items_on_file=bool(items) and self.maybe(0.3),
            may_be_empty=self.maybe(0.1),
            width=self.width,
            **more,
        )
        return self.filtered(made) if self.maybe(0.15) else made

    def drafted(self, name: str) -> Time:
        """Draw when something was that does not count; pauses are timed."""
        return self.time(dated=0.0 if name == "pauses" else None)

    def filtered(self, made: World) -> World:
        """Add a predicate, and drafts that it refuses: the same records at other times."""
        inputs = {}
        for name, rows in made.inputs.items():
            drafts = [
                replace(row, starts=self.drafted(name), ends=None, status="draft")
                for row in self.draw.sample(rows, min(len(rows), 2))
                if row.ends is None
            ]
            inputs[name] = [*rows, *drafts]
        return replace(made, inputs=inputs, filtered=True)
