"""The lapses of a control in memory: all, or those that the assessment lists or judges by name."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from ccpolicy.assessment import models
from ccpolicy.engine.evaluation_times import EvaluationTimes
from ccpolicy.engine.outcome import LapseSpan
from ccpolicy.time.epoch import DAY
from ccpolicy.vocabulary import Judged

WORST = 100
"""Lapses of a control that an assessment lists where all are too many."""


@dataclass
class KeptLapses:
    """The lapses of a control, cut by its waivers."""

    spans: list[LapseSpan] = field(default_factory=list)
    """Those by which subjects are judged one by one, by subject and time."""
    listed: list[LapseSpan] = field(default_factory=list)
    """Those that the assessment lists, in the same order."""
    counts: models.LapseCounts | None = None
    """How many there are, if not all are listed."""
    more_failing: int = 0
    """Subjects that fail now, beside those of `spans`."""
    failed_more: bool = False
    """Whether another subject failed in the period."""

    @classmethod
    def whole(cls, spans: list[LapseSpan], times: EvaluationTimes) -> KeptLapses:
        """Keep all lapses."""
        return cls(spans, [each for each in spans if is_reported(each, times)])


class LapseCounter:
    """Counts the lapses of one control as they come by, and keeps the worst.

    What fails the gate is worse than what does not, and among both what is longer in the window.
    """

    def __init__(
        self, times: EvaluationTimes, judged: Judged, named: Collection[str] | None
    ) -> None:
        """Keep the lapses of `named` subjects, or of all."""
        self.times, self.judged, self.named = times, judged, named
        self.kept = KeptLapses()
        self.found: Counter[str] = Counter()
        """Field of `LapseCounts` → its number; lengths are in microseconds."""
        self._worst: list[tuple[tuple[int, ...], int, LapseSpan]] = []

    def count(self, lapses: Iterable[LapseSpan]) -> Iterator[LapseSpan]:
        """Count lapses, and yield those that the assessment tells of."""
        for subject, own in groupby(lapses, attrgetter("subject")):
            spans = list(own)
            reported = [each for each in spans if is_reported(each, self.times)]
            begun = {each.starts for each in reported}
            opened, in_period = self.found["open"], self.found["in_period"]
            for each in reported:
                self._add(each, goes_on=each.ends in begun)
                yield each
            fails = self.found["open"] > opened
            failed = self.found["in_period"] > in_period
            self.found["open_subjects"] += fails
            self.found["period_subjects"] += failed
            if self.named is None or subject in self.named:
                self.kept.spans += spans
            else:
                self.kept.more_failing += fails
                self.kept.failed_more |= failed

    def _add(self, lapse: LapseSpan, *, goes_on: bool) -> None:
        """Count a lapse; it goes on as another one where a waiver begins or ends."""
        found, inside = self.found, days_inside(lapse, self.times)
        opened, in_period = fails_now(lapse, self.times), fails_in_period(lapse, self.times)
        found["total"] += 1
        found["open"] += opened
        found["in_period"] += in_period
        found["waived"] += lapse.waiver is not None
        found["days"] += inside if in_period else 0
        if lapse.ends <= self.times.as_of and not goes_on:
            found["ended"] += 1
            found["cured"] += in_period
            found["cured_days"] += inside if in_period else 0
        fails = opened if self.judged == "now" else in_period
        # Of equal ones the first by name and time is kept.
        entry = ((fails, lapse.waiver is None, opened, inside), -found["total"], lapse)
        if len(self._worst) < WORST:
            heapq.heappush(self._worst, entry)
        else:
            heapq.heappushpop(self._worst, entry)

    def finish(self) -> KeptLapses:
        """Return what is kept, after all lapses came by."""
        in_order = sorted(self._worst, key=lambda entry: -entry[1])
        self.kept.listed = [lapse for _, _, lapse in in_order]
        if self.found["total"] > len(self.kept.listed):
            counted = {name: self.found[name] for name in models.LapseCounts.model_fields}
            lengths = {name: round(counted[name] / DAY, 6) for name in ("days", "cured_days")}
            self.kept.counts = models.LapseCounts.model_validate({**counted, **lengths})
        return self.kept


def is_reported(lapse: LapseSpan, times: EvaluationTimes) -> bool:
    """Whether an assessment tells of a lapse: it touches the window, or goes on up to as-of."""
    return lapse.ends > times.starts and lapse.starts <= times.as_of


def is_open(lapse: LapseSpan, times: EvaluationTimes) -> bool:
    """Whether it is open at as-of."""
    return lapse.starts <= times.as_of < lapse.ends


def touches_period(lapse: LapseSpan, times: EvaluationTimes) -> bool:
    """Whether it ends after the period's start and begins in it; as-of belongs to the period."""
    return lapse.ends > times.starts and lapse.starts <= times.last_of_period


def fails_now(lapse: LapseSpan, times: EvaluationTimes) -> bool:
    """Whether it makes its control fail now."""
    return lapse.waiver is None and is_open(lapse, times)


def fails_in_period(lapse: LapseSpan, times: EvaluationTimes) -> bool:
    """Whether it makes its control fail in the period."""
    return lapse.waiver is None and touches_period(lapse, times)


def days_inside(lapse: LapseSpan, times: EvaluationTimes) -> int:
    """Return how much of it lies inside the window, in microseconds."""
    return max(min(lapse.ends, times.ends) - max(lapse.starts, times.starts), 0)
