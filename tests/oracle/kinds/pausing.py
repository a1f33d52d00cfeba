"""Pauses: "while one lasts the clock stands still"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ..judge import Judge
from ..model import Key, Revision
from ..moments import Moment, has_happened, state_end
from ..zone_calendar import UnknownYear, length

Span = tuple[int, int]
FOREVER = 10**18


@dataclass
class Stopwatch:
    """A clock that is watched from one instant at which anything can change to the next.

    "While one lasts the clock stands still; … overlapping ones are one; `paused_at_most` is
    required with them, and what is paused beyond it counts." In business hours the clock runs while
    the office is open, and so what is paused is business time, too. It is begun anew with each
    update, and so is what it may be paused.
    """

    judge: Judge
    pauses: Sequence[Span]
    at_most: int
    in_business: bool
    earliest: bool
    paused: int = 0
    """For how long it has stood still."""

    def runs(self, t: int) -> tuple[bool, int]:
        """Say whether the clock would run if nothing were paused, and until when at least."""
        edges = [edge for span in self.pauses for edge in span if edge > t]
        until = min(edges, default=FOREVER)
        if not self.in_business:
            return True, until
        is_open, change = self.judge.calendar.is_open(t, earliest=self.earliest)
        return is_open, min(until, change)

    def stands(self, t: int) -> bool:
        """Say whether a pause stops the clock at an instant."""
        return self.paused < self.at_most and any(s <= t < e for s, e in self.pauses)

    def run_out(self, since: int, limit: int) -> int:
        """Return when so much time has passed since an instant."""
        t, left = since, limit
        while True:
            is_running, until = self.runs(t)
            if is_running and self.stands(t):
                until = min(until, t + self.at_most - self.paused)
                self.paused += until - t
            elif is_running:
                if until - t >= left:
                    return t + left
                left -= until - t
            t = until


class PausedJudge(Judge):
    """What the judges of kinds with pauses share."""

    def pauses(self, key: Key) -> list[Span]:
        """Return from when to when a subject was paused, whatever its item.

        A pause helps: it begins at its latest moment and ends at its earliest. "An open one lasts
        to as-of", and so does one that ends later: "what happened after as-of does not" count.
        """
        found = []
        for row in self.rows("pauses", key):
            assert row.starts is not None
            starts, ends = self.moment(row.starts).latest, self.as_of
            if row.ends is not None and has_happened(row.ends, self.calendar, self.as_of):
                ends = min(ends, state_end(row.ends, self.calendar, early=True))
            found.append((starts, ends))
        return [(starts, ends) for starts, ends in found if starts < ends]

    def due_after(self, key: Key, revision: Revision, at: Moment, name: str) -> int:
        """Return when a duration after a happening has run out, with the subject's pauses."""
        found = self.known_dues.setdefault((key, id(revision)), {})
        if at not in found:
            found[at] = self._due_after(key, revision, at, name)
        return found[at]

    @cached_property
    def known_dues(self) -> dict[tuple[Key, int], dict[Moment, int]]:
        """What was asked before."""
        return {}

    def _due_after(self, key: Key, revision: Revision, at: Moment, name: str) -> int:
        durations = self.durations(revision, self.by(key), name)
        if not self.pauses(key):
            return self.due(at, *durations)
        limit = length(durations[0])

        def run_out(*, earliest: bool) -> int:
            return self.stopwatch(key, revision, name, earliest=earliest).run_out(
                at.earliest, limit
            )

        try:
            return run_out(earliest=False)
        except UnknownYear:
            if self.calendar.unknown is None:
                raise
            return self.calendar.unknown(run_out(earliest=True))

    def stopwatch(self, key: Key, revision: Revision, name: str, *, earliest: bool) -> Stopwatch:
        """Return the clock of a subject, from its beginning."""
        [limit] = self.durations(revision, self.by(key), name)
        [most] = self.durations(revision, self.by(key), "paused_at_most")
        return Stopwatch(
            self, self.pauses(key), length(most), "business" in limit, earliest=earliest
        )
