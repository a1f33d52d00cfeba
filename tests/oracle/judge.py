"""What the judges of all check kinds share: instants collected, the definition asked at each.

Nothing here subtracts spans. Every instant at which anything could change is collected, the
definition is asked at each of them whether the subject is owed and whether it is covered, and
neighbours with the same answer are joined.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from .model import Answer, Piece, Revision, Row, Setting, World
from .times import DAY, Clock, micros

PLANNED = {"subjects"}
"""Inputs in which a beginning after as-of is a plan; spans in post are the other case."""


def joined(spans: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Join neighbouring spans of the same sort."""
    found: list[tuple[int, int, int]] = []
    for starts, ends, sort in spans:
        if found and found[-1][1] == starts and found[-1][2] == sort:
            found[-1] = (found[-1][0], ends, sort)
        else:
            found.append((starts, ends, sort))
    return found


class Judge:
    """Judges one world; a subclass says what its check kind owes and what covers it."""

    roster = False
    """Whether a list of subjects says who is owed, so that one that has run out says nothing."""
    population = "openings"
    """The input whose records say what is judged."""

    def __init__(self, setting: Setting, world: World) -> None:
        self.setting, self.world = setting, world
        self.clock = Clock(setting.zone, setting.country)
        self.as_of = micros(setting.as_of)
        self.horizon = micros(setting.horizon)
        self.inputs = {
            name: [row for row in rows if self.known(name, row)]
            for name, rows in world.inputs.items()
        }
        self.firsts = [
            self.clock.begins(revision.first or setting.effective_on)
            for revision in world.revisions
        ]

    # What a check kind says.

    def cases(self) -> dict[str, tuple[tuple[str, ...], str]]:
        """Return the subjects by name, each with its key and item."""
        raise NotImplementedError

    def lapsing(self, key: tuple[str, ...], item: str, t: int, revision: Revision) -> bool:
        """Say whether a subject is owed and not covered at an instant."""
        return self.owed(key, t, revision) and not self.covered(key, item, t, revision)

    def owed(self, key: tuple[str, ...], t: int, revision: Revision) -> bool:
        """Say whether a subject must be covered at an instant."""
        raise NotImplementedError

    def covered(self, key: tuple[str, ...], item: str, t: int, revision: Revision) -> bool:
        """Say whether evidence covers a subject at an instant."""
        raise NotImplementedError

    def dues(self, key: tuple[str, ...], revision: Revision) -> Iterator[int]:
        """Yield the instants at which cover or time allowed may run out under a revision."""
        raise NotImplementedError

    # What they share.

    def known(self, name: str, row: Row) -> bool:
        """Say whether a record had happened by as-of, or is a plan."""
        if row.starts is None or name in PLANNED:
            return True
        if name == "readings" and self.world.spans:
            return True
        return self.clock.start(row.starts) <= self.as_of

    def rows(self, name: str, key: tuple[str, ...], item: str | None = None) -> list[Row]:
        """Return the records of one subject in an input."""
        return [
            row
            for row in self.inputs.get(name, [])
            if row.key == key and (item is None or row.item == item)
        ]

    def begin(self, row: Row) -> int:
        """Return when a record begins; without a beginning it always was."""
        return self.firsts[0] if row.starts is None else self.clock.start(row.starts)

    def end(self, row: Row) -> int:
        """Return when a record ends; without an end it lasts on."""
        return self.horizon if row.ends is None else self.clock.end(row.ends)

    def parameter(
        self, name: str, revision: Revision, by: str | None
    ) -> str | int | Decimal | None:
        """Return a parameter, for one class if it differs."""
        value = revision.parameters.get(name)
        return value[by or ""] if isinstance(value, dict) else value

    def durations(self, revision: Revision, by: str | None, *names: str) -> tuple[str, ...]:
        """Return those of some durations that are given."""
        values = (self.parameter(name, revision, by) for name in names)
        return tuple(str(value) for value in values if value is not None)

    def by(self, key: tuple[str, ...], name: str = "subjects") -> str | None:
        """Return the class of a subject."""
        return next((row.by for row in self.rows(name, key)), None)

    def in_force(self, t: int) -> Revision | None:
        """Return the revision in force at an instant, if the control was owed by then."""
        found = None
        for first, revision in zip(self.firsts, self.world.revisions, strict=True):
            if first <= t:
                found = revision
        return found

    def name(self, key: tuple[str, ...], item: str = "") -> str:
        """Return a subject's name as reports say it."""
        parts = [*(key or [self.setting.subject]), *([item] if item else [])]
        return self.world.prefix + " × ".join(parts)

    def by_item(self, keys: Iterable[tuple[str, ...]]) -> dict[str, tuple[tuple[str, ...], str]]:
        """Return a case for every key and every required item."""
        items = self.world.items or [""]
        return {self.name(key, item): (key, item) for key in keys for item in items}

    def waived(self, name: str, t: int) -> bool:
        """Say whether a subject's lapse is accepted at an instant."""
        return any(
            waiver.subject == name
            and self.clock.begins(waiver.first) <= t < self.clock.begins(waiver.last + DAY)
            for waiver in self.world.waivers
        )

    def instants(self, key: tuple[str, ...]) -> list[int]:
        """Collect every instant at which anything about a subject can change."""
        found = {*self.firsts, self.as_of}
        for rows in self.inputs.values():
            for row in (row for row in rows if row.key == key):
                found.update(self.clock.start(time) for time in (row.starts, row.ends) if time)
                found.update(self.clock.end(time) for time in (row.starts, row.ends) if time)
        for revision in self.world.revisions:
            found.update(self.dues(key, revision))
        for waiver in self.world.waivers:
            found |= {self.clock.begins(waiver.first), self.clock.begins(waiver.last + DAY)}
        return sorted(t for t in found if t < self.horizon)

    def pieces(self, name: str, case: tuple[tuple[str, ...], str]) -> list[tuple[int, int, int]]:
        """Return the spans in which a subject lapses, with 1 where it is waived and 0 where not."""
        key, item = case
        instants = self.instants(key)
        found = []
        for t, after in zip(instants, [*instants[1:], self.horizon], strict=True):
            revision = self.in_force(t)
            if revision is not None and self.lapsing(key, item, t, revision):
                found.append((t, after, int(self.waived(name, t))))
        return joined(found)

    def duty(self, case: tuple[tuple[str, ...], str]) -> list[tuple[int, int, int]]:
        """Return the spans in which a subject must be covered."""
        instants = self.instants(case[0])
        found = []
        for t, after in zip(instants, [*instants[1:], self.horizon], strict=True):
            revision = self.in_force(t)
            if revision is not None and self.owed(case[0], t, revision):
                found.append((t, after, 0))
        return joined(found)

    def answer(self) -> Answer:
        """Put the spans of all subjects together."""
        starts, ends = self.window()
        listed: list[Piece] = []
        period = {"pass"}
        subjects: dict[str, str] = {}
        due: dict[str, int] = {}
        for name, case in sorted(self.cases().items()):
            spans = [(first, last) for first, last, _ in self.duty(case) if last > starts]
            if not spans:
                continue
            subjects[name] = "pass" if any(last > self.as_of for _, last in spans) else "ended"
            overdue = False
            for first, last, waived in self.pieces(name, case):
                open_now = first <= self.as_of < last
                if open_now:
                    subjects[name] = "waived" if waived else "fail"
                    overdue = not waived
                if first > self.as_of and not waived and not overdue:
                    due.setdefault(name, first)
                if first <= self.as_of and last > starts:
                    shown = None if last > self.as_of else last
                    listed.append(Piece(name, first, shown, bool(waived)))
                    if first < ends or first == ends == self.as_of:
                        period.add("waived" if waived else "fail")
        there_now, there_then = self.there()
        now = worst(subjects.values()) if there_now else "unknown"
        left_out = sum(
            not self.known(input_, row)
            for input_, rows in self.world.inputs.items()
            for row in rows
        )
        judged = subjects and there_then
        return Answer(listed, subjects, now, worst(period) if judged else "unknown", due, left_out)

    def window(self) -> tuple[int, int]:
        """Return the window, which ends with the moment judged at the latest."""
        starts, ends = (micros(each) for each in self.setting.window)
        return starts, min(ends, self.as_of)

    def there(self) -> tuple[bool, bool]:
        """Say whether there is anything to judge at as-of, and whether there was in the window.

        Whoever must be covered is there while he must be. An episode is there from its opening,
        or from the first day of the control, and stays.
        """
        starts, ends = self.window()
        last = ends if ends == self.as_of else ends - 1
        if self.roster:
            spans = [span for case in self.cases().values() for span in self.duty(case)]
        else:
            spans = [
                (max(self.begin(row), self.firsts[0]), self.horizon, 0)
                for key, _ in self.cases().values()
                for row in self.rows(self.population, key)
            ]
        return (
            any(first <= self.as_of < after for first, after, _ in spans),
            any(first <= last and after > starts for first, after, _ in spans),
        )


def worst(verdicts: Iterable[str]) -> str:
    """Return the worst verdict; of nothing at all, nobody knows."""
    found = set(verdicts)
    return next(
        (each for each in ("fail", "waived") if each in found), "pass" if found else "unknown"
    )
