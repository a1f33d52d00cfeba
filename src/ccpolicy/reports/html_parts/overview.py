"""Overviews of the whole: verdicts by chapter, what failed, what owners answer for, what is due."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from ccpolicy.assessment.agenda import tasks_due
from ccpolicy.assessment.gate import GateScope
from ccpolicy.assessment.models import Assessment, Clause, Control, Lapse, Text
from ccpolicy.reports.time_text import last_day
from ccpolicy.vocabulary import SEVERITIES

AHEAD = 90
"""Days of due dates that are drawn."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter of the plan, and the controls behind it and its clauses."""

    clause: Clause
    clauses: list[Clause]
    controls: list[Control]


def chapters(result: Assessment) -> list[Chapter]:
    """Gather clauses by the chapter that they belong to, in the plan's order."""
    controls = {control.id: control for control in result.controls}
    found = []
    for _, group in groupby(result.policy.clauses, key=lambda each: each.id.partition(".")[0]):
        clauses = list(group)
        ids = dict.fromkeys(
            name for clause in clauses for name in clause.controls if name in controls
        )
        found.append(Chapter(clauses[0], clauses, [controls[name] for name in ids]))
    return found


@dataclass(frozen=True, slots=True)
class Failed:
    """A control that failed in the period."""

    control: Control
    lapses: int
    """Those that are not waived."""
    days: float
    longest: Lapse | None
    """Of the listed ones; perhaps none of them is in the period."""


def failed(result: Assessment) -> list[Failed]:
    """List the controls that failed in the period, gravest first, then by time missed."""
    found = []
    for control in result.controls:
        if control.period == "fail":
            missed = _missed(result.scope, control)
            longest = max(missed, key=lambda lapse: lapse.days, default=None)
            found.append(Failed(control, *_missed_in_all(result.scope, control), longest))
    return sorted(found, key=lambda e: (SEVERITIES.index(e.control.severity), -e.days))


def _missed(scope: GateScope, control: Control) -> Iterator[Lapse]:
    """Yield the lapses in the period that are not waived."""
    return (lapse for lapse in control.lapses if scope.in_period(lapse) and not lapse.waived_by)


def _missed_in_all(scope: GateScope, control: Control) -> tuple[int, float]:
    """Count the lapses in the period that are not waived, and add up their days."""
    if counts := control.lapse_counts:
        return counts.in_period, counts.days
    days = [lapse.days for lapse in _missed(scope, control)]
    return len(days), round(sum(days), 6)


def _open(control: Control) -> int:
    if counts := control.lapse_counts:
        return counts.open
    return sum(lapse.is_open for lapse in control.lapses)


@dataclass(frozen=True, slots=True)
class OwnerTotals:
    """What one role answers for."""

    owner: Text
    controls: int
    failing: int
    """Controls that fail now."""
    unknown: int
    failed: int
    """Controls that failed in the period."""
    lapses: int
    """In the period, not waived."""
    days: float
    overdue: int
    """Subjects."""
    due: int
    """Subjects that fall due soon."""


def owners(result: Assessment, until: str) -> list[OwnerTotals]:
    """Add up by owner: most overdue first, then by days missed, then by name."""
    end = datetime.datetime.fromisoformat(until)
    by_owner: dict[Text, list[Control]] = {}
    for control in result.controls:
        by_owner.setdefault(control.owner, []).append(control)
    found = [
        OwnerTotals(
            owner,
            len(controls),
            sum(control.now == "fail" for control in controls),
            sum(control.now == "unknown" for control in controls),
            sum(control.period == "fail" for control in controls),
            sum(_missed_in_all(result.scope, control)[0] for control in controls),
            round(sum(_missed_in_all(result.scope, control)[1] for control in controls), 2),
            sum(map(_open, controls)),
            sum(
                len(due.subjects)
                for control in controls
                for due in control.due
                if datetime.datetime.fromisoformat(due.at) <= end
            ),
        )
        for owner, controls in by_owner.items()
    ]
    return sorted(found, key=lambda each: (-each.overdue, -each.days, each.owner.order))


@dataclass(frozen=True, slots=True)
class DueDay:
    """What falls due on one day, on paper."""

    x: float
    height: float
    date: str
    controls: list[str]
    subjects: int
    worst: str
    """The gravest severity of it."""


def due_days(result: Assessment) -> list[DueDay]:
    """Draw the due dates of the next days."""
    as_of = datetime.datetime.fromisoformat(result.as_of)
    horizon = datetime.datetime.fromisoformat(result.horizon)
    until = min(as_of + datetime.timedelta(days=AHEAD), horizon)
    tasks = tasks_due(result, until.isoformat())
    found = []
    for date, group in groupby(tasks, key=lambda task: last_day(task.at)):
        listed = list(group)
        found.append((date, listed, sum(len(task.subjects) for task in listed)))
    most = max((number for _, _, number in found), default=1)
    return [
        DueDay(
            round(100 * ((date - as_of.date()).days + 0.5) / (AHEAD + 1), 2),
            round(12 + 84 * (number / most) ** 0.5, 2),
            date.isoformat(),
            list(dict.fromkeys(task.control for task in listed)),
            number,
            min((task.severity for task in listed), key=SEVERITIES.index),
        )
        for date, listed, number in found
    ]
