"""How much was owed and missed on each day, exactly: sums over spans, not samples."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ccpolicy.assessment.audit_appendix import DailyTotals
from ccpolicy.engine.outcome import LapseSpan
from ccpolicy.engine.relations import WINDOW_DAY
from ccpolicy.store import Store
from ccpolicy.time.calendar import Calendar, date_of
from ccpolicy.time.epoch import DAY

Points = Mapping[int, tuple[int, int]]
"""Day's index → how many more spans there are after it, and by how much later than its start,
summed, they began or ended in it."""


@dataclass(frozen=True)
class Days:
    """The days of a window in a zone, its first and last ones cut by it."""

    first: int
    """Days since 1970."""
    edges: Sequence[int]
    """Where each day begins, and where the last one ends; microseconds since 1970 UTC."""

    @classmethod
    def of(cls, calendar: Calendar, starts: int, ends: int) -> Days:
        """Return the days of a window."""
        first, last = calendar.day_of(starts), calendar.day_of(max(ends - 1, starts))
        inner = [calendar.starts(day) for day in range(first + 1, last + 1)]
        return cls(first, [starts, *inner, ends])

    def duty(self, store: Store) -> dict[int, dict[int, tuple[int, int]]]:
        """Sum up the duties of every revision, by its number."""
        starts, ends = self.edges[0], self.edges[-1]
        WINDOW_DAY.create(
            store, [(n, *each) for n, each in enumerate(pairwise([*self.edges, ends + 1]))]
        )
        rows = store.ask(
            f"""
            SELECT p.revision, d.number, sum(p.sign), sum(p.sign * (p.instant - d.starts))
            FROM (
              SELECT revision, greatest(starts, {starts}) AS instant, 1 AS sign
              FROM duty
              WHERE ends > {starts} AND starts < {ends}
              UNION ALL
              SELECT revision, least(ends, {ends}), -1
              FROM duty
              WHERE ends > {starts} AND starts < {ends}
            ) p
            JOIN window_day d ON d.starts <= p.instant AND p.instant < d.ends
            GROUP BY p.revision, d.number
            """
        )
        found: dict[int, dict[int, tuple[int, int]]] = defaultdict(dict)
        for revision, day, count, later in rows:
            found[revision][day] = int(count), int(later)
        return found

    def points(self, spans: Iterable[LapseSpan]) -> Points:
        """Sum up spans."""
        found: dict[int, tuple[int, int]] = {}
        for span in spans:
            starts, ends = max(span.starts, self.edges[0]), min(span.ends, self.edges[-1])
            if starts >= ends:
                continue
            for at, sign in ((starts, 1), (ends, -1)):
                day = bisect_right(self.edges, at) - 1
                count, later = found.get(day, (0, 0))
                found[day] = count + sign, later + sign * (at - self.edges[day])
        return found

    def lengths(self, points: Iterable[Points]) -> list[int]:
        """Return how long the spans behind some points are on each day, in microseconds."""
        together = list(points)
        lengths, standing = [], 0
        for day, (starts, ends) in enumerate(pairwise(self.edges)):
            here = [each.get(day, (0, 0)) for each in together]
            standing += sum(count for count, _ in here)
            lengths.append(standing * (ends - starts) - sum(later for _, later in here))
        return lengths

    def course(
        self, owed: Iterable[Points], lapsed: Iterable[LapseSpan], waived: Iterable[LapseSpan]
    ) -> list[DailyTotals]:
        """Return the steps at which anything differs from the day before."""
        columns = [
            self.lengths(owed),
            self.lengths([self.points(lapsed)]),
            self.lengths([self.points(waived)]),
        ]
        steps: list[DailyTotals] = []
        last = None
        for day, values in enumerate(zip(*columns, strict=True), self.first):
            if values != last:
                date = date_of(day).isoformat()
                numbers = [round(value / DAY, 6) for value in values]
                steps.append(
                    DailyTotals(day=date, owed=numbers[0], lapsed=numbers[1], waived=numbers[2])
                )
            last = values
        return steps
