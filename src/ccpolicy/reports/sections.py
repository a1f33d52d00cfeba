"""The sections of a report: which controls, lapses and waivers are in each, and in what order.

Data only; each format words it and lays it out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

from ccpolicy.assessment.agenda import Task, tasks_due
from ccpolicy.assessment.models import Assessment, Control, Lapse, Problem, Waiver
from ccpolicy.vocabulary import Judged, Verdict

_ATTENTION = ("fail", "unknown")


@dataclass(frozen=True, slots=True)
class ControlLapses:
    """A control and those of its lapses that belong to a section."""

    control: Control
    lapses: list[Lapse]
    """By subject and time; perhaps none. Where these are too many, the worst."""
    count: int
    """How many there are, listed or not."""
    subject_count: int
    """How many subjects have one."""
    days: float
    """Days of 24 hours in the period, added up over all of them."""

    @classmethod
    def of(cls, control: Control, lapses: list[Lapse]) -> Self:
        """Take all lapses of a section."""
        subjects = len({lapse.subject for lapse in lapses})
        return cls(control, lapses, len(lapses), subjects, sum(each.days for each in lapses))

    @property
    def longest(self) -> Lapse:
        """The lapse with the most days in the period."""
        return max(self.lapses, key=lambda lapse: lapse.days)


@dataclass(frozen=True, slots=True)
class WaivedLapses:
    """The lapses of a control that one waiver accepts."""

    control: Control
    waiver: Waiver
    lapses: list[Lapse]
    unwaived_before: list[Lapse]
    """What had lapsed, not waived, right up to when one of these began."""

    @property
    def subjects(self) -> list[str]:
        """The subjects that lapsed, each once."""
        return list(dict.fromkeys(lapse.subject for lapse in self.lapses))


@dataclass(frozen=True, slots=True)
class ControlDue:
    """What falls due of one control."""

    control: Control
    tasks: list[Task]
    """Soonest first; at least one."""

    @property
    def subjects(self) -> int:
        """How many subjects fall due."""
        return len({subject for task in self.tasks for subject in task.subjects})


class Sections:
    """The sections of one assessment's report, by the verdicts that its gate judges."""

    def __init__(self, result: Assessment, judged: Judged | None = None) -> None:
        """Look at the verdicts `judged` names; by default at those that the gate judges."""
        self.result = result
        self.scope = replace(result.scope, judged=judged or result.gate.judged)

    def with_verdict(self, *verdicts: Verdict) -> list[Control]:
        """List the controls with these verdicts, in the order of the verdicts."""
        return [
            control
            for verdict in verdicts
            for control in self.result.controls
            if self.scope.verdict(control) == verdict
        ]

    @property
    def problems(self) -> list[Problem]:
        """Problems of no single control."""
        return self.result.problems

    @cached_property
    def attention(self) -> list[ControlLapses]:
        """Failing controls, then unknown ones, with their lapses as the gate sees them."""
        return [self._failing(control) for control in self.with_verdict("fail", "unknown")]

    def _failing(self, control: Control) -> ControlLapses:
        listed, counts = self.scope.failing_lapses(control), control.lapse_counts
        if counts is None:
            return ControlLapses.of(control, listed)
        by_gate = (
            (counts.open, counts.open_subjects)
            if self.scope.judged == "now"
            else (counts.in_period, counts.period_subjects)
        )
        return ControlLapses(control, listed, *by_gate, counts.days)

    @cached_property
    def cured(self) -> list[ControlLapses]:
        """Lapses of the period that a record ended and need no attention; most days first."""
        found = [self._ended(control) for control in self.result.controls]
        return sorted((each for each in found if each.count), key=lambda each: -each.days)

    def _ended(self, control: Control) -> ControlLapses:
        lapses = [lapse for lapse in ended(control) if self._is_cured(control, lapse)]
        counts = control.lapse_counts
        if counts is None:
            return ControlLapses.of(control, lapses)
        all_fail = self.scope.judged == "period" and self.scope.verdict(control) in _ATTENTION
        found = (0, 0.0) if all_fail else (counts.cured, counts.cured_days)
        return ControlLapses(control, lapses, found[0], counts.period_subjects, found[1])

    def _is_cured(self, control: Control, lapse: Lapse) -> bool:
        if lapse.waived_by or not self.scope.in_period(lapse):
            return False
        needs_attention = self.scope.verdict(control) in _ATTENTION
        return not (needs_attention and self.scope.includes(lapse))

    @cached_property
    def waived(self) -> list[WaivedLapses]:
        """Waived lapses by control and waiver, in the order of the controls."""
        waivers = {waiver.id: waiver for waiver in self.result.waivers}
        found: dict[tuple[str, str], WaivedLapses] = {}
        for control in self.result.controls:
            unwaived = {(e.subject, e.ends): e for e in control.lapses if not e.waived_by}
            for lapse in control.lapses:
                waiver = waivers.get(lapse.waived_by or "")
                if waiver and self._is_in_view(lapse):
                    entry = WaivedLapses(control, waiver, [], [])
                    entry = found.setdefault((control.id, waiver.id), entry)
                    entry.lapses.append(lapse)
                    if before := unwaived.get((lapse.subject, lapse.starts)):
                        entry.unwaived_before.append(before)
        return list(found.values())

    def _is_in_view(self, lapse: Lapse) -> bool:
        is_now = self.scope.judged == "now" and lapse.ends is None
        return is_now or self.scope.in_period(lapse)

    def waivers_of(self, control: Control) -> list[Waiver]:
        """List the waivers that accept lapses of a control."""
        return [each.waiver for each in self.waived if each.control is control]

    @property
    def not_assessed(self) -> list[Control]:
        """Controls that do not apply, or had nothing to judge and may be empty."""
        return self.with_verdict("not_applicable")

    @property
    def stale(self) -> list[Control]:
        """Controls with a clause that changed since they were reviewed against it."""
        return [control for control in self.result.controls if control.stale_clauses]

    @property
    def in_order(self) -> list[Control]:
        """Controls that pass."""
        return self.with_verdict("pass")

    def due(self, until: str | None = None) -> list[ControlDue]:
        """List what falls due up to a moment, by default soon: a control once, soonest first."""
        controls = {control.id: control for control in self.result.controls}
        found: dict[str, ControlDue] = {}
        for task in self.tasks(until):
            entry = ControlDue(controls[task.control], [])
            found.setdefault(task.control, entry).tasks.append(task)
        return list(found.values())

    def tasks(self, until: str | None = None) -> list[Task]:
        """List what falls due up to a moment, by default soon: soonest first."""
        return tasks_due(self.result, until or self.result.due_soon)


def ended(control: Control) -> list[Lapse]:
    """List the lapses that a record ended: where a waiver begins or ends, a lapse goes on."""
    begun = {(lapse.subject, lapse.starts) for lapse in control.lapses}
    return [e for e in control.lapses if e.ends is not None and (e.subject, e.ends) not in begun]


def became_waived(control: Control) -> set[tuple[str, str]]:
    """Return the subject and the beginning of each lapse that goes on as one that is waived."""
    waived = {(lapse.subject, lapse.starts) for lapse in control.lapses if lapse.waived_by}
    return {
        (e.subject, e.starts)
        for e in control.lapses
        if not e.waived_by and (e.subject, e.ends) in waived
    }


def all_problems(result: Assessment) -> list[tuple[Control | None, Problem]]:
    """List every problem with its control: those of no single control first."""
    return [
        *((None, problem) for problem in result.problems),
        *((control, problem) for control in result.controls for problem in control.problems),
    ]


def without_later_lapses(result: Assessment) -> Assessment:
    """Leave out lapses that count neither now nor in the period.

    An assessment of a period that ended before as-of holds what lapsed in between, too.
    """
    scope = result.scope
    if scope.period_ends >= scope.as_of:
        return result
    controls = [
        control.model_copy(
            update={
                "lapses": [
                    lapse
                    for lapse in control.lapses
                    if lapse.ends is None or scope.in_period(lapse)
                ]
            }
        )
        for control in result.controls
    ]
    return result.model_copy(update={"controls": controls})
