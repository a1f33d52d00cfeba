"""Deadline: covered by "the closing, once the limit after the opening has run out"."""

from __future__ import annotations

from collections.abc import Iterator

from ..judge import Case
from ..model import Revision, Row
from ..moments import later
from .pausing import PausedJudge


class Deadline(PausedJudge):
    """Every opening closed by the time its limit has run out."""

    def due_of(self, opening: Row, revision: Revision) -> int:
        """Return the due instant: the opening's own due date, or its limit's end.

        "An opening" is harm: a clock limit runs from its earliest moment, and an own due date that
        happened twice is read early.
        """
        if opening.ends is not None:
            return self.end(opening, early=True)
        assert opening.starts is not None
        return self.due_after(opening.key, revision, self.moment(opening.starts), "limit")

    def dues(self, case: Case, revision: Revision) -> Iterator[int]:
        """See `Judge`."""
        for opening in self.rows("openings", case.key):
            yield self.due_of(opening, revision)

    def duty(self, case: Case, t: int, revision: Revision) -> bool:
        """See `Judge`: "owed from the due instant on"."""
        return any(due <= t for due in self.dues(case, revision))

    def cover(self, case: Case, t: int, revision: Revision) -> bool:
        """See `Judge`.

        "After a **reopening** earlier closings no longer cover; the due instant stays the
        opening's."
        """
        reopenings = self.harms("reopenings", case, t)
        return any(
            closing.at.latest <= t and all(later(closing.at, each.at) for each in reopenings)
            for closing in self.helps("closings", case)
        )

    def not_due(self, case: Case) -> bool:
        """See `Judge`.

        "An opening whose due instant has not come, even beyond the horizon, is *not due*: it
        passes, and `subjects.not_due` counts it."
        """
        revision = self.in_force(self.as_of) or self.world.revisions[0]
        return all(due > self.as_of for due in self.dues(case, revision))

    def there_now(self) -> bool:
        """See `Judge`: an opening is there from its beginning, or the control's, and stays."""
        return any(begins <= self.as_of for begins in self.beginnings())

    def there_in_window(self) -> bool:
        """See `Judge`."""
        return any(self.in_window(begins, self.horizon) for begins in self.beginnings())

    def beginnings(self) -> list[int]:
        """Return when each opening began to matter."""
        return [
            max(self.moment(row.starts).earliest, self.firsts[0])
            for case in self.cases().values()
            for row in self.rows("openings", case.key)
            if row.starts is not None
        ]
