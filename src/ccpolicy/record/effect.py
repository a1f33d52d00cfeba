"""Compare the evaluations with and without a new record: what it would cover, and until when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ccpolicy.assessment.models import Assessment, Control, Lapse, Problem
from ccpolicy.engine.assess import assess
from ccpolicy.engine.question import EvaluationRequest, resolve
from ccpolicy.policy import Dataset, Policy
from ccpolicy.vocabulary import AsOfSource, Verdict


@dataclass(frozen=True, slots=True)
class CoverState:
    """How a subject of a control stands."""

    since: str | None = None
    """When its open lapse began; None if it has none."""
    until: str | None = None
    """When it lapses if nothing more happens; None if not up to the horizon."""


@dataclass(frozen=True, slots=True)
class SubjectEffect:
    """A subject that stands otherwise with the new records."""

    subject: str
    before: CoverState
    after: CoverState


@dataclass(frozen=True, slots=True)
class ControlEffect:
    """A control that the new records change."""

    control: Control
    """As it is judged with them."""
    before: Verdict
    subjects: tuple[SubjectEffect, ...]
    lapses: tuple[Lapse, ...]
    """Lapses that are over, and that the new records reveal."""
    failing: tuple[str, ...]
    """Subjects beside these for which it does not hold, with the new records as without."""
    problems: tuple[Problem, ...]
    """What could be judged without the new records, and cannot with them."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What new records change."""

    as_of: str
    as_of_source: AsOfSource
    horizon: str
    controls: tuple[ControlEffect, ...]


def effect(policy: Policy, dataset: Dataset, instead: Mapping[str, Path]) -> Effect | None:
    """Evaluate the controls that rest on a dataset without and with what is to be written.

    None if no control rests on it.

    Raises:
        PolicyErrors: the policy's files do not fit together.
    """
    controls = [
        control.id
        for control in policy.controls.values()
        if dataset.id
        in policy.datasets_behind(
            part.dataset for each in control.inputs for part in control.selections(each)
        )
    ]
    if not controls:
        return None
    question = resolve(policy, EvaluationRequest(controls=controls))
    before = assess(policy, question)
    after = assess(policy, question, instead=instead)
    return Effect(after.as_of, after.as_of_source, after.horizon, tuple(_changes(before, after)))


def _changes(before: Assessment, after: Assessment) -> Iterator[ControlEffect]:
    for first, second in zip(before.controls, after.controls, strict=True):
        subjects = tuple(_subjects(first, second))
        known = {(each.message, each.locator) for each in first.problems}
        problems = [each for each in second.problems if (each.message, each.locator) not in known]
        lapses = tuple(_revealed(first, second))
        if subjects or lapses or problems or first.now != second.now:
            changed = {each.subject for each in subjects}
            failing = {
                each.subject
                for each in second.lapses
                if each.is_open and each.subject not in changed
            }
            yield ControlEffect(
                second,
                first.now,
                subjects,
                lapses,
                tuple(sorted(failing)),
                tuple(problems),
            )


def _revealed(before: Control, after: Control) -> Iterator[Lapse]:
    """Yield the lapses that are over and did not begin so without the new records."""
    known = {(each.subject, each.starts) for each in before.lapses}
    for lapse in after.lapses:
        if lapse.ends and (lapse.subject, lapse.starts) not in known:
            yield lapse


def _subjects(before: Control, after: Control) -> Iterator[SubjectEffect]:
    first, second = _standings(before), _standings(after)
    for subject in sorted(first.keys() | second.keys()):
        one, other = first.get(subject, CoverState()), second.get(subject, CoverState())
        if one != other:
            yield SubjectEffect(subject, one, other)


def _standings(control: Control) -> dict[str, CoverState]:
    """Return how each subject stands that has lapsed, or will."""
    since = {each.subject: each.starts for each in control.lapses if each.ends is None}
    until: dict[str, str] = {}
    for due in control.due:
        for subject in due.subjects:
            until.setdefault(subject, due.at)
    return {each: CoverState(since.get(each), until.get(each)) for each in since.keys() | until}
