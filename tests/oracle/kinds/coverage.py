"""Coverage: "an in-force record for every subject × required item"."""

from __future__ import annotations

from collections.abc import Iterator

from ..judge import Case, Known
from ..model import Revision, Row
from ..moments import later
from .roster import RosterJudge


class Coverage(RosterJudge):
    """A record in force, which is a happening (obtained) or a state (valid from)."""

    def states(self, name: str, row: Row) -> bool:
        """See `Judge`: "a certificate valid from and to" is a state, and may be planned."""
        return name == "subjects" or (name == "events" and row.state)

    def ends_cover(self, record: Known, revision: Revision, by: str | None) -> int:
        """Return until when a record holds, a state "perhaps without end".

        "With both `valid_for` and an expiry the earlier ends it." An expiry that happened twice is
        read early.
        """
        expiry = self.end(record.row, early=True)
        valid_for = self.durations(revision, by, "valid_for")
        return min(expiry, self.due(record.at, *valid_for)) if valid_for else expiry

    def cover(self, case: Case, t: int, revision: Revision) -> bool:
        """See `Judge`: "without `initial`, owed from its first instant"."""
        by, duty = self.by(case.key), self.duty_at(case.key, t)
        failures = self.harms("failures", case, t)
        if initial := self.durations(revision, by, "initial"):
            day = self.calendar.day_of(duty.starts)
            initial_ends = self.calendar.due(day, duty.starts, *initial)
            if t < initial_ends and not self.fails_in(duty, failures):
                return True
        for record in self.helps("events", case):
            if not all(later(record.at, failure.at) for failure in failures):
                continue
            if record.row.state:
                begun = self.begin(record.row, early=False) <= t
            else:
                begun = record.at.latest <= t or self.starts_early(record, duty, failures)
            if begun and t < self.ends_cover(record, revision, by):
                return True
        return False

    def dues(self, case: Case, revision: Revision) -> Iterator[int]:
        """See `Judge`."""
        by = self.by(case.key)
        if initial := self.durations(revision, by, "initial"):
            for starts, _, _ in self.terms(case.key):
                began = self.duty_at(case.key, starts).starts
                yield self.calendar.due(self.calendar.day_of(began), began, *initial)
        for record in self.helps("events", case):
            yield self.ends_cover(record, revision, by)
