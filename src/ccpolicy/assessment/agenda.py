"""What is to be done, by owner: read off an assessment, with its own public JSON."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import ClassVar, Literal

from pydantic import Field

from ccpolicy.assessment.models import Assessment, AssessmentModel, Control, Problem, Tool
from ccpolicy.assessment.subject_text import labels_of, subject_text
from ccpolicy.texts import Text
from ccpolicy.vocabulary import AsOfSource, Severity

SCHEMA_VERSION: Literal["2.1"] = "2.1"


class Task(AssessmentModel):
    """Subjects of one control that are due, or have been overdue, from one moment on."""

    control: str
    title: Text
    remediation: Text
    severity: Severity
    at: str
    """When they lapse if nothing more happens, or since when they have."""
    subjects: list[str]
    subject_labels: list[dict[str, Text]] = Field(default_factory=list)
    """For each part of a subject's name: value → what readers call it."""

    def subject_text(self, name: str) -> Text:
        """Return what readers see of one of its subjects."""
        return subject_text(self.subject_labels, name)


class Unjudged(AssessmentModel):
    """A control of which nobody can say what is due."""

    control: str
    title: Text
    severity: Severity
    reason: Text | None
    reason_code: str | None = None
    """Code of the reason's message; null if the policy gives the reason."""
    problems: list[Problem]


class Owner(AssessmentModel):
    """What one role has to do."""

    owner: Text
    overdue: list[Task]
    """Not waived and not yet done, longest first."""
    unknown: list[Unjudged]
    due: list[Task]
    """Soonest first."""

    @property
    def totals(self) -> tuple[int, int, int]:
        """Count the subjects that are overdue, the controls unknown, and the subjects due."""
        overdue, due = (
            sum(len(task.subjects) for task in tasks) for tasks in (self.overdue, self.due)
        )
        return overdue, len(self.unknown), due


class PlanReference(AssessmentModel):
    """The plan whose due dates these are."""

    id: str
    title: Text
    version: str
    zone: str


class Agenda(AssessmentModel):
    """What lapses next, by owner."""

    SUBJECT: ClassVar[Literal["agenda"]] = "agenda"
    """What reports call it."""
    schema_version: Literal["2.1"]
    tool: Tool
    plan: PlanReference
    as_of: str
    as_of_source: AsOfSource
    as_of_reason: Text | None = None
    """Why as-of is pinned; null unless it is, or where nobody says why."""
    until: str
    """How far ahead it looks."""
    owners: list[Owner]
    """By English name; a role without a task is left out."""

    @property
    def totals(self) -> tuple[int, int, int]:
        """Add up the totals of all owners."""
        found = [owner.totals for owner in self.owners]
        overdue, unknown, due = (sum(each[place] for each in found) for place in range(3))
        return overdue, unknown, due


def agenda(assessment: Assessment, until: str) -> Agenda:
    """Gather what is overdue at as-of and what falls due up to a moment."""
    due = tasks_due(assessment, until)
    owners = []
    for role in sorted({each.owner for each in assessment.controls}, key=lambda role: role.order):
        controls = [control for control in assessment.controls if control.owner == role]
        ids = {control.id for control in controls}
        owner = Owner(
            owner=role,
            overdue=_in_time(task for control in controls for task in _overdue(control)),
            unknown=[_unjudged(control) for control in controls if control.now == "unknown"],
            due=[task for task in due if task.control in ids],
        )
        if owner.overdue or owner.unknown or owner.due:
            owners.append(owner)
    policy = assessment.policy
    return Agenda(
        schema_version=SCHEMA_VERSION,
        tool=assessment.tool,
        plan=PlanReference(
            id=policy.id, title=policy.title, version=policy.version, zone=policy.zone
        ),
        as_of=assessment.as_of,
        as_of_source=assessment.as_of_source,
        as_of_reason=assessment.as_of_reason,
        until=until,
        owners=owners,
    )


def tasks_due(assessment: Assessment, until: str) -> list[Task]:
    """List what falls due up to a moment, soonest first."""
    end = datetime.datetime.fromisoformat(until)
    return _in_time(
        _task(control, due.at, due.subjects)
        for control in assessment.controls
        for due in control.due
        if datetime.datetime.fromisoformat(due.at) <= end
    )


def _in_time(tasks: Iterable[Task]) -> list[Task]:
    """Order tasks by their moment; those of one moment keep the controls' order."""
    return sorted(tasks, key=lambda task: datetime.datetime.fromisoformat(task.at))


def _overdue(control: Control) -> list[Task]:
    since: dict[str, list[str]] = {}
    for lapse in control.lapses:
        if lapse.is_open:
            since.setdefault(lapse.starts, []).append(lapse.subject)
    return [_task(control, at, subjects) for at, subjects in since.items()]


def _task(control: Control, at: str, subjects: list[str]) -> Task:
    return Task(
        control=control.id,
        title=control.title,
        remediation=control.remediation,
        severity=control.severity,
        at=at,
        subjects=subjects,
        subject_labels=labels_of(control.subject_labels, subjects),
    )


def _unjudged(control: Control) -> Unjudged:
    return Unjudged(
        control=control.id,
        title=control.title,
        severity=control.severity,
        reason=control.reason,
        reason_code=control.reason_code,
        problems=control.problems,
    )
