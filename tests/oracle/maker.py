"""Draws the parts of random worlds: times that crowd around due times, rosters, parameters."""

from __future__ import annotations

import contextlib
import datetime
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from .model import Revision, Row, Setting, Time, Value, Waiver, World
from .times import DAY, EPOCH, MICROSECOND, Clock, Unsaid, micros

LANDMARKS = [
    "2023-12-31",
    "2024-01-31",
    "2024-02-28",
    "2024-02-29",
    "2024-03-01",
    "2024-03-10",
    "2024-03-31",
    "2024-04-07",
    "2024-04-26",
    "2024-10-06",
    "2024-10-27",
    "2024-11-03",
    "2024-12-31",
    "2025-01-31",
    "2025-02-28",
    "2025-03-09",
    "2025-03-30",
    "2025-04-06",
    "2025-04-25",
    "2025-05-31",
    "2025-08-31",
    "2025-10-05",
    "2025-10-26",
    "2025-10-31",
    "2025-11-02",
    "2025-11-30",
    "2025-12-31",
    "2026-01-30",
    "2026-02-17",
    "2026-02-28",
    "2026-03-08",
    "2026-03-29",
    "2026-04-30",
    "2026-06-30",
]
"""Month ends, leap days, days on which clocks change, the Spring Festival."""
LATE_LANDMARKS = [
    "2027-02-28",
    "2027-12-31",
    "2028-01-31",
    "2028-02-28",
    "2028-02-29",
    "2028-03-01",
]
CALENDAR = [
    "1 day",
    "2 days",
    "7 days",
    "30 days",
    "45 days",
    "2 weeks",
    "1 month",
    "2 months",
    "3 months",
    "6 months",
    "1 year",
    "P1M15D",
    "P90D",
    "12 months",
]
CLOCK = ["90 seconds", "15 minutes", "1 hour", "24 hours", "36 hours", "72 hours", "PT1H30M"]
BUSINESS = ["1 business day", "2 business days", "5 business days", "10 business days"]
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
        self.clock = Clock(shared.zone, shared.country)
        self.as_of = micros(shared.as_of)
        self.prefix = draw.choice(["", "", "", "no. "])
        self.wide = draw.random() < 0.3
        family = draw.choice([CALENDAR, CALENDAR, CLOCK, BUSINESS if shared.country else CALENDAR])
        self.family = family
        self.classes = draw.choice([None, None, ["x", "y"]])
        days = [shared.as_of.date(), shared.effective_on, *(end.date() for end in shared.window)]
        days += [
            day
            for text in LANDMARKS + LATE_LANDMARKS
            if self._near(day := datetime.date.fromisoformat(text))
        ]
        chosen = [*draw.sample(days, min(len(days), 5)), shared.as_of.date()]
        self.pool = [self.as_of, *(self.clock.begins(day) for day in chosen)]
        self.pool += [self.clock.begins(day) + draw.randrange(86_400) * 1_000_000 for day in chosen]
        self.pool += [self.as_of - draw.randrange(500 * 86_400) * 1_000_000 for _ in range(3)]

    def _near(self, day: datetime.date) -> bool:
        return abs((day - self.shared.as_of.date()).days) < 500

    def draw_keys(self) -> list[tuple[str, ...]]:
        """Draw a few subjects."""
        names = ["S1", "S2", "S3"][: self.draw.choice([1, 1, 2, 3])]
        return [(name, "β") if self.wide else (name,) for name in names]

    def instant(self) -> int:
        """Draw an instant at, or hardly beside, one of the pool."""
        at = self.draw.choice(self.pool)
        if self.family is CLOCK and self.draw.random() < 0.3:
            at += self.draw.randrange(-7200, 7200) * 1_000_000
        return at + self.draw.choice(NUDGES)

    def time(self, at: int | None = None, days: float = 0.4) -> Time:
        """Write an instant as a day or as a timestamp of some offset, and add it to the pool."""
        at = self.instant() if at is None else at
        zone = self.draw.choice([datetime.UTC, self.clock.zone])
        moment = (EPOCH + at * MICROSECOND).astimezone(zone)
        given: Time = self.clock.day_of(at) if self.draw.random() < days else moment
        self.pool.append(self.clock.start(given))
        return given

    def grow(self, anchor: Time, durations: tuple[str, ...]) -> None:
        """Add to the pool when durations after a time have run out, and an instant before."""
        with contextlib.suppress(Unsaid):
            if durations:
                starts = self.clock.start(anchor)
                due = self.clock.due(starts, *durations)
                self.pool += [due, self.draw.randrange(starts, due)]

    def duration(self) -> str:
        """Draw a duration of this world's family."""
        return self.draw.choice(self.family)

    def maybe(self, chance: float) -> bool:
        """Throw a coin."""
        return self.draw.random() < chance

    def by(self, key: tuple[str, ...]) -> str | None:
        """Return a subject's class: always the same one."""
        return self.classes[int(key[0][1:]) % 2] if self.classes else None

    def value(self, make: Callable[[], Value]) -> Value | dict[str, Value]:
        """Draw a parameter: one value, or one for each class."""
        if self.classes and self.maybe(0.7):
            return {name: make() for name in self.classes}
        return make()

    def revisions(self, make: Callable[[], dict[str, Value | dict[str, Value]]]) -> list[Revision]:
        """Draw one to three revisions of the parameters."""
        count = self.draw.choice([1, 1, 1, 2, 3])
        begins = self.shared.effective_on
        days = {begins + self.draw.randrange(1, 800) * DAY for _ in range(count - 1)}
        if count > 1 and self.maybe(0.3):
            days = {self.clock.day_of(at) for at in self.draw.sample(self.pool, count - 1)}
            days = {day for day in days if day > begins}
        first = None if self.maybe(0.8) else begins + self.draw.randrange(0, 90) * DAY
        later = sorted(day for day in days if first is None or day > first)
        for day in [first, *later]:
            if day:
                self.pool.append(self.clock.begins(day))
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

    def roster(self, *, quantity: bool = False) -> list[Row]:
        """Draw subjects with one to three spans each: apart, overlapping, adjacent."""
        rows: list[Row] = []
        for key in self.draw_keys():
            own = Decimal(self.draw.choice(QUANTITIES[1:])) if quantity else None
            for _ in range(self.draw.choice([1, 1, 1, 2, 3])):
                starts = None if self.maybe(0.1) else self.time()
                if rows and rows[-1].key == key and rows[-1].ends and self.maybe(0.4):
                    # Adjacent: the next begins where the last ended.
                    starts = self.time(self.clock.end(rows[-1].ends), days=0.0)
                ends = self.later(starts) if self.maybe(0.4) else None
                rows.append(Row(key, starts, ends, by=self.by(key), quantity=own))
        return rows

    def later(self, starts: Time | None) -> Time | None:
        """Draw an end that is not before a beginning."""
        begins = self.as_of - 10**13 if starts is None else self.clock.start(starts)
        for _ in range(5):
            ends = self.time()
            if self.clock.start(ends) > begins:
                return ends
        return None

    def not_before(self, last: Time, given: Time) -> bool:
        """Say whether a record may close what was opened: a day may be the day of opening."""
        if isinstance(given, datetime.datetime):
            return self.clock.start(given) >= self.clock.start(last)
        return given >= self.clock.day_of(self.clock.start(last))

    def waivers(self, names: list[str]) -> list[Waiver]:
        """Draw up to three waivers, which may overlap."""
        found = []
        for number in range(self.draw.choice([0, 0, 1, 2, 3])):
            first = self.clock.day_of(self.instant())
            last = first + self.draw.choice([0, 1, 10, 60, 170]) * DAY
            found.append(Waiver(f"{self.name}-{number}", self.draw.choice(names), first, last))
        return found

    def world(
        self,
        inputs: dict[str, list[Row]],
        revisions: list[Revision],
        items: list[str],
        *,
        spans: bool = False,
    ) -> World:
        """Put a world together, and waive some of what may lapse in it."""
        on_file = bool(items) and self.maybe(0.3)
        made = World(
            self.name,
            self.kind,
            inputs,
            revisions,
            items,
            prefix=self.prefix,
            items_on_file=on_file,
            spans=spans,
        )
        keys = {row.key for rows in inputs.values() for row in rows} or {()}
        names = sorted(
            self.prefix + " × ".join([*(key or [self.shared.subject]), *([item] if item else [])])
            for key in keys
            for item in items or [""]
        )
        made = replace(made, waivers=self.waivers(names))
        return self.spoil(made) if self.maybe(0.04) else made

    def spoil(self, made: World) -> World:
        """Add a record that cannot be right, if there is room for one."""
        population = next(
            (name for name in ("subjects", "openings") if made.inputs.get(name)), None
        )
        if population is None:
            return made
        first, *rest = made.inputs[population]
        if first.starts and self.clock.start(first.starts) > self.as_of:
            return made  # What has yet to happen spoils nothing.
        how = self.draw.choice(["class", "classes", "subject", "early"])
        differs = any(isinstance(value, dict) for value in made.revisions[-1].parameters.values())
        if how == "class" and differs:
            changed = {population: [replace(first, by="z"), *rest]}
        elif how == "classes" and differs:
            other = "y" if first.by == "x" else "x"
            changed = {population: [first, replace(first, by=other), *rest]}
        elif how == "early" and "closings" in made.inputs and first.starts:
            before = self.time(self.clock.start(first.starts) - 2 * 86_400_000_000)
            item = made.items[0] if made.items else ""
            changed = {"closings": [*made.inputs["closings"], Row(first.key, before, item=item)]}
        elif how == "subject":
            name = next(name for name in made.inputs if name != population)
            stranger = Row(
                ("S9", *first.key[1:]), self.time(self.as_of), item="".join(made.items[:1])
            )
            if made.kind == "level":
                stranger = replace(stranger, quantity=Decimal(1))
            elif made.kind == "coverage":
                stranger = replace(stranger, ends=self.time(self.as_of + 86_400_000_000))
            changed = {name: [*made.inputs[name], stranger]}
        else:
            return made
        return replace(made, inputs={**made.inputs, **changed}, spoiled=how)

    def populated(self, chance: float = 0.85) -> list[Row] | None:
        """Draw a roster, or none: then the control is about one subject, the whole."""
        if self.maybe(chance):
            return self.roster()
        self.classes, self.prefix = None, ""
        return None
