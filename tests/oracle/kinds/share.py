"""Share: "in every `per`, at least so many percent of what fell due was closed in time"."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache

from ..judge import Case
from ..model import Key, Revision, Row, Setting, World
from ..zone_calendar import DAY
from .roster import RosterJudge


class Share(RosterJudge):
    """Enough of what counts in a period is good, by group."""

    class_input = "openings"

    def __init__(
        self, setting: Setting, world: World, unknown: Callable[[int], int] | None = None
    ) -> None:
        super().__init__(setting, world, unknown)
        self.share = cache(self._share)

    def per(self, revision: Revision) -> str:
        """Return the calendar period."""
        return str(self.parameter("per", revision, None))

    def due_of(self, opening: Row, revision: Revision) -> int:
        """Return when an opening falls due: its own due date, or its limit's end."""
        if opening.ends is not None:
            return self.end(opening, early=True)
        assert opening.starts is not None
        return self.due(self.moment(opening.starts), *self.durations(revision, opening.by, "limit"))

    def was_closed(self, opening: Row, due: int) -> bool:
        """Say whether an opening was closed within its limit: "closing later cures nothing"."""
        return any(
            row.part == opening.part and row.starts and self.moment(row.starts).latest <= due
            for row in self.inputs["closings"]
            if self.on_file("closings", row)
        )

    def counted(
        self, key: Key, first: datetime.date, after: datetime.date, revision: Revision
    ) -> Iterator[tuple[Decimal, Decimal]]:
        """Yield of what counts in a period how much it is, and how much of it is good.

        "An opening counts in the period in which it falls due": due at midnight is due on the day
        that ends there.
        """
        starts, ends = self.calendar.begins(first), self.calendar.begins(after)
        for row in self.rows("openings", key):
            due = self.due_of(row, revision)
            if starts < due <= ends:
                yield Decimal(1), Decimal(self.was_closed(row, due))
        for row in self.rows("records", key):
            assert row.starts is not None
            if first <= self.moment(row.starts).day < after:
                total = Decimal(1) if row.quantity is None else row.quantity
                yield total, total * bool(row.good) if row.met is None else row.met

    def _share(self, key: Key, first: datetime.date, revision_number: int) -> bool | None:
        """Say whether a period met its share; nothing of "fewer than `count`"."""
        revision = self.world.revisions[revision_number]
        after = self.calendar.period(first, self.per(revision), 1)
        found = list(self.counted(key, first, after, revision))
        total = sum((each for each, _ in found), Decimal(0))
        if total < int(str(revision.parameters.get("count", 1))):
            return None
        good = sum((each for _, each in found), Decimal(0))
        return good * 100 >= total * Decimal(str(revision.parameters["at_least"]))

    def judged(self, case: Case, t: int, revision: Revision) -> bool | None:
        """Say whether the last whole period before an instant met its share, if one is judged.

        "The lapse ends when a later period meets it": one that proves nothing leaves a lapse as it
        is. "Only whole periods are judged": neither one that as-of or the beginning of the duty
        cuts.
        """
        per, duty = self.per(revision), self.duty_at(case.key, t)
        period = self.calendar.period(self.calendar.day_of(t), per)
        if self.calendar.begins(period) > self.as_of:
            return True
        is_first, first = True, self.calendar.period(period - DAY, per)
        while self.calendar.begins(first) >= duty.starts:
            met = self.share(case.key, first, self.world.revisions.index(revision))
            if met is not None:
                return met if is_first or not met else None
            is_first, first = False, self.calendar.period(first - DAY, per)
        return True if is_first else None

    def cover(self, case: Case, t: int, revision: Revision) -> bool:
        """See `Judge`: "duty [end of P, end of P+1), covered if P met its share"."""
        return self.judged(case, t, revision) is not False

    def unknown(self, case: Case, t: int, revision: Revision) -> bool:
        """See `Judge`: "fewer than `count` … is unknown"."""
        return self.judged(case, t, revision) is None

    def dues(self, case: Case, revision: Revision) -> Iterator[int]:
        """See `Judge`: the end of every period."""
        day = self.calendar.day_of(self.firsts[0])
        while self.calendar.begins(day) < self.horizon:
            day = self.calendar.period(day, self.per(revision), 1)
            yield self.calendar.begins(day)

    def together(self) -> Iterator[list[Row]]:
        """See `Judge`: openings of one key."""
        rows = [row for row in self.inputs.get("openings", []) if self.on_file("openings", row)]
        for part in {row.part for row in rows}:
            yield [row for row in rows if row.part == part]
