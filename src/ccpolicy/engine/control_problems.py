"""Say why a control's evidence cannot be relied on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ccpolicy.assessment.models import Problem
from ccpolicy.engine.evidence_findings import EvidenceFinding
from ccpolicy.engine.outcome import Outcome
from ccpolicy.errors import Message
from ccpolicy.evidence import Evidence
from ccpolicy.evidence.unread import Unread
from ccpolicy.policy import Control, Dataset, Policy
from ccpolicy.texts import Text

SHOWN = 5
"""Subjects named whose times cannot be computed, unless more are asked for."""

WriteRecordPlace = Callable[[int | None], str | None]
"""Writes the place of a record."""


def problems_and_left_out(
    control: Control,
    outcome: Outcome,
    policy: Policy,
    evidence: Evidence,
    where: WriteRecordPlace,
    shown: int = SHOWN,
) -> tuple[list[Problem], int]:
    """Return what is wrong with a control's evidence, and how many records are later than as-of."""
    problems = [
        Problem(
            code=each.message.code,
            message=Text.of(each.message),
            hint=Text.of(each.hint) if each.hint else None,
            locator=str(each.locator) if each.locator else None,
            dataset=each.dataset,
            field=each.field,
        )
        for name in policy.datasets_judged(datasets_of(control))
        for each in evidence.problems.get(name, [])
    ]
    left_out = 0
    counted: set[tuple[str, int]] = set()
    for finding in outcome.findings:
        key = (finding.code, finding.selection)
        if finding.code == "left_out":
            left_out += 0 if key in counted else finding.count
        else:
            hint = finding.hint
            if finding.code == "no_calendar":
                hint = Message.of(
                    "write it in policy/calendars.yaml, or one of {known} in the record",
                    known=", ".join(policy.calendars),
                )
            problems.append(
                _problem(
                    finding.message,
                    finding.dataset,
                    where(finding.locator),
                    hint,
                    _field(policy.datasets.get(finding.dataset), finding.column),
                )
            )
            if finding.count > _shown(outcome.findings, finding) and key not in counted:
                rest = Message.of(
                    "records that have this problem, in all: {count}", count=finding.count
                )
                problems.append(_problem(rest, finding.dataset))
        counted.add(key)
    for subject in sorted(outcome.undecided)[:shown]:
        problems.append(_undecided(control, subject, outcome, policy))
    return problems, left_out


def _field(dataset: Dataset | None, column: str | None) -> str | None:
    """Return the heading on file of a finding's column, if the column belongs to the record."""
    if dataset is None or column is None or column not in dataset.record.get("properties", {}):
        return None
    return dataset.heading(column)


def _undecided(control: Control, subject: str, outcome: Outcome, policy: Policy) -> Problem:
    """Say why a time of a subject cannot be computed."""
    if subject not in outcome.unknown_years:
        unsaid = Message.of(
            "cannot compute a time for '{subject}': it has no expiry or due date", subject=subject
        )
        return _problem(unsaid)
    name, year = outcome.unknown_years[subject]
    place = policy.place("calendar", name, "id")
    unsaid = Message.of(
        "cannot compute a time for '{subject}' of {control}: the calendar '{calendar}' does not"
        " know {year}",
        subject=subject,
        control=control.id,
        calendar=name,
        year=year,
    )
    hint = Message.of(
        "write the days of {year} that are not worked under 'closed' of '{calendar}' in {file},"
        " weekends that are worked under 'worked', and add {year} to its 'written_years'",
        year=year,
        calendar=name,
        file=place.file,
    )
    return _problem(unsaid, locator=str(place), hint=hint)


def unread_problems(unread: Unread) -> Iterator[Problem]:
    """Yield what is said of files that nobody reads: the first are named, the rest is counted."""
    for each in unread.errors:
        yield Problem(
            code=each.message.code,
            message=Text.of(each.message),
            hint=Text.of(each.hint) if each.hint.template else None,
            locator=str(each.locator),
            dataset=None,
        )
    if rest := unread.total - len(unread.errors):
        yield _problem(Message.of("more files that no dataset reads: {count}", count=rest))


def datasets_of(control: Control) -> list[str]:
    """Return the datasets and child tables that a control selects from."""
    return list(
        dict.fromkeys(part.dataset for name in control.inputs for part in control.selections(name))
    )


def _problem(
    message: Message,
    dataset: str | None = None,
    locator: str | None = None,
    hint: Message | None = None,
    field: str | None = None,
) -> Problem:
    hint = hint or message.standing_hint
    return Problem(
        code=message.code,
        message=Text.of(message),
        hint=Text.of(hint) if hint.template else None,
        locator=locator,
        dataset=dataset,
        field=field,
    )


def _shown(findings: Iterable[EvidenceFinding], finding: EvidenceFinding) -> int:
    same = (finding.code, finding.selection)
    return sum((each.code, each.selection) == same for each in findings)
