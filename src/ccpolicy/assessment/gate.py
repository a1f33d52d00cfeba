"""The gate: which verdict, lapses, problems and severities it looks at, and whether it passes.

The engine decides by it, a file that is read is checked against it, and every report asks it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ccpolicy.assessment.building_blocks import AssessmentModel
from ccpolicy.assessment.control import Control, Lapse
from ccpolicy.vocabulary import SEVERITIES, VERDICTS, Judged, Severity, Verdict


class BaselineEntry(AssessmentModel):
    """An entry of a baseline: a lapse that was known when it was written."""

    control: str
    subject: str
    starts: str


class Gate(AssessmentModel):
    """Whether the pipeline may go on."""

    judged: Judged
    fail_on: Severity
    """Least severity that fails the gate."""
    passed: bool
    failed_on: list[str]
    """Ids of the controls that failed it."""
    accepted: list[str]
    """Ids of the controls that fail only by lapses of the baseline: they do not fail the gate."""
    obsolete: list[BaselineEntry]
    """Baseline entries whose lapse no longer exists: they fail the gate until removed."""


@dataclass(frozen=True, slots=True)
class GateScope:
    """What the gate looks at."""

    judged: Judged
    fail_on: Severity
    """Least severity that fails the gate."""
    period_ends: datetime.datetime
    as_of: datetime.datetime

    def verdict(self, control: Control) -> Verdict:
        """Return the verdict of a control that counts."""
        return control.now if self.judged == "now" else control.period

    def tally(self, controls: Iterable[Control]) -> dict[Verdict, int]:
        """Count the controls by verdict; every verdict is named."""
        found = [self.verdict(control) for control in controls]
        return {verdict: found.count(verdict) for verdict in VERDICTS}

    def in_period(self, lapse: Lapse) -> bool:
        """Whether a lapse, which ends after the period's start, begins before the period's end.

        The moment judged belongs to a period that reaches up to it.
        """
        starts = datetime.datetime.fromisoformat(lapse.starts)
        return starts < self.period_ends or starts == self.period_ends == self.as_of

    def includes(self, lapse: Lapse) -> bool:
        """Whether a lapse makes its control fail: open now or in the period, and not waived."""
        if self.judged == "now":
            return lapse.is_open
        return lapse.waived_by is None and self.in_period(lapse)

    def failing_lapses(self, control: Control) -> list[Lapse]:
        """List the lapses that make a control fail: all, or of too many the worst."""
        return [lapse for lapse in control.lapses if self.includes(lapse)]

    def count_failing(self, control: Control) -> int:
        """Count the lapses that make a control fail, listed or not."""
        if counts := control.lapse_counts:
            return counts.open if self.judged == "now" else counts.in_period
        return len(self.failing_lapses(control))

    def is_accepted(self, control: Control) -> bool:
        """Whether a control fails only by lapses that are marked as known in the baseline."""
        if self.verdict(control) != "fail":
            return False
        if control.lapse_counts:  # what is not listed is not marked
            return False
        lapses = self.failing_lapses(control)
        return bool(lapses) and all(lapse.baselined for lapse in lapses)

    def decide(
        self,
        controls: Sequence[Control],
        problems: Sequence[object] = (),
        obsolete: Sequence[BaselineEntry] = (),
    ) -> Gate:
        """Judge the gate.

        It fails on every control that fails or is unknown, is severe enough and is not accepted;
        on every problem that concerns no single control; and on every obsolete baseline entry.
        """
        limit = SEVERITIES.index(self.fail_on)
        accepted = [control.id for control in controls if self.is_accepted(control)]
        failed_on = [
            control.id
            for control in controls
            if self.verdict(control) in ("fail", "unknown")
            and SEVERITIES.index(control.severity) <= limit
            and control.id not in accepted
        ]
        return Gate(
            judged=self.judged,
            fail_on=self.fail_on,
            passed=not (failed_on or problems or obsolete),
            failed_on=failed_on,
            accepted=accepted,
            obsolete=list(obsolete),
        )
