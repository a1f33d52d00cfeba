"""What the kinds share whose subjects are owed for the spans that a roster gives them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from ..judge import Case, Judge, Known
from ..model import Key, Revision, Row, Setting, World
from ..moments import follows


@dataclass(frozen=True)
class Duty:
    """The beginning of a duty."""

    starts: int
    first_day: datetime.date | None
    """The day, if the duty begins with a dated state."""


class RosterJudge(Judge):
    """A kind with `subjects`: people in post, assets in service, or the plan's one subject."""

    population = "subjects"
    class_input = "subjects"

    def __init__(
        self, setting: Setting, world: World, unknown: Callable[[int], int] | None = None
    ) -> None:
        super().__init__(setting, world, unknown)
        self.terms = cache(self._terms)

    def states(self, name: str, row: Row) -> bool:
        """See `Judge`: "A **state** holds from a day to a day: in service, in post"."""
        return name == "subjects"

    def duty(self, case: Case, t: int, revision: Revision) -> bool:
        """See `Judge`."""
        return any(starts <= t < ends for starts, ends, _ in self.terms(case.key))

    def _terms(self, key: Key) -> list[tuple[int, int, datetime.date | None]]:
        """Return from when to when each row of the roster owes, and its first day if dated.

        A local time that happened twice is read to the subject's disadvantage: it begins early and
        ends late.
        """
        if "subjects" not in self.inputs:
            return [(self.firsts[0], self.horizon, None)]
        found = []
        for row in self.rows("subjects", key):
            dated = row.starts is not None and not isinstance(row.starts, datetime.datetime)
            day = row.starts if dated else None
            found.append((self.begin(row, early=True), self.end(row, early=False), day))
        return found

    def owes(self, key: Key) -> bool:
        """Say whether a subject owed anything from the plan's first day on."""
        return any(max(starts, self.firsts[0]) < ends for starts, ends, _ in self.terms(key))

    def duty_at(self, key: Key, t: int) -> Duty:
        """Return the duty that lasts at an instant, from its beginning.

        "Overlapping, duplicate and simultaneous spans are unions": walk back over the rows that
        overlap or touch. A duty that only the plan's first day lets begin does not begin with a
        dated state.
        """
        began, terms = t, self.terms(key)
        while earlier := [starts for starts, ends, _ in terms if starts < began <= ends]:
            began = min(earlier)
        # Where the walk ends within a row's first instant, that row is the one that begins, unless
        # it ends there as well and holds nothing.
        days = [day for starts, ends, day in terms if starts == began < ends and day is not None]
        if began < self.firsts[0]:
            return Duty(self.firsts[0], None)
        return Duty(began, days[0] if days else None)

    def fails_in(self, duty: Duty, failures: list[Known]) -> bool:
        """Say whether a failure is of this duty, which it is unless it certainly was before."""
        return any(not follows(duty.starts, failure.at) for failure in failures)

    def starts_early(self, happening: Known, duty: Duty, harms: list[Known]) -> bool:
        """Say whether what happened covers from the duty's beginning.

        "Where a duty begins with a dated state (recurrence, coverage, level), what happened on that
        first day, dated or timed, covers from the duty's beginning: hired and trained on one day is
        no lapse. … Otherwise nothing holds before its own moment." A failure of that day ends this
        too, "at once".
        """
        return happening.at.day == duty.first_day and not self.fails_in(duty, harms)

    def there_now(self) -> bool:
        """See `Judge`: whoever must be covered is there while he must be."""
        return any(self.is_owed(case, self.as_of) for case in self.cases().values())

    def there_in_window(self) -> bool:
        """See `Judge`."""
        return any(
            self.in_window(starts, ends)
            for case in self.cases().values()
            for starts, ends, _ in self.duties(case)
        )
