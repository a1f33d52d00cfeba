"""Cadence: "while an episode is open, an update at least every so often"."""

from __future__ import annotations

from collections.abc import Iterator

from ..judge import Case
from ..model import Revision, Row
from ..moments import Moment, has_happened
from .pausing import PausedJudge


class Cadence(PausedJudge):
    """News often enough while an episode lasts."""

    def episode(self, row: Row) -> tuple[int, int]:
        """Return from when to when an episode was open.

        An opening is harm, so an episode begins at its earliest moment, and ends at its latest. "An
        episode that ended on the day of as-of ended at as-of." An end that is later than as-of had
        not happened: "what happened after as-of does not" count.
        """
        assert row.starts is not None
        begins = self.moment(row.starts).earliest
        if row.ends is None or not has_happened(row.ends, self.calendar, self.as_of):
            return begins, self.horizon
        return begins, self.moment(row.ends).latest

    def duty(self, case: Case, t: int, revision: Revision) -> bool:
        """See `Judge`."""
        episodes = [self.episode(row) for row in self.rows("openings", case.key)]
        return any(begins <= t < ends for begins, ends in episodes)

    def cover(self, case: Case, t: int, revision: Revision) -> bool:
        """See `Judge`: "the episode's start counts as an update, from that moment"."""
        for row in self.rows("openings", case.key):
            assert row.starts is not None
            start = self.moment(row.starts)
            if start.earliest <= t < self.next_due(case, revision, start):
                return True
        return any(
            update.at.latest <= t < self.next_due(case, revision, update.at)
            for update in self.helps("events", case)
        )

    def dues(self, case: Case, revision: Revision) -> Iterator[int]:
        """See `Judge`."""
        for row in self.rows("openings", case.key):
            assert row.starts is not None
            yield self.next_due(case, revision, self.moment(row.starts))
            yield self.episode(row)[1]
        for update in self.helps("events", case):
            yield self.next_due(case, revision, update.at)

    def next_due(self, case: Case, revision: Revision, at: Moment) -> int:
        """Return by when the next update must come: "within `every` of unpaused time"."""
        return self.due_after(case.key, revision, at, "every")

    def there_now(self) -> bool:
        """See `Judge`: an episode has been there since it began, or the control did."""
        begins = [self.episode(row)[0] for row in self.known_openings()]
        return any(max(each, self.firsts[0]) <= self.as_of for each in begins)

    def known_openings(self) -> list[Row]:
        """Return the episodes of all subjects."""
        keys = {case.key for case in self.cases().values()}
        return [row for key in keys for row in self.rows("openings", key)]

    def there_in_window(self) -> bool:
        """See `Judge`.

        "Without an episode in the window the period is unknown, whatever begins later."
        """
        return any(
            self.in_window(starts, ends)
            for case in self.cases().values()
            for starts, ends, _ in self.duties(case)
        )
