"""The population of a sample: the records of a dataset, or the subjects of a control, in a period.

It is complete, or nothing is drawn: what cannot be read could not be drawn either.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from ccpolicy.api import Repository
from ccpolicy.assessment.models import Assessment, Problem, SubjectState
from ccpolicy.assessment.preview import RefusedEvidence
from ccpolicy.draft.preview import preview
from ccpolicy.engine.question import EvaluationRequest
from ccpolicy.errors import CcpolicyError, EvidenceError, LimitError, Locator
from ccpolicy.policy.names import unknown
from ccpolicy.sampling.draw import Member
from ccpolicy.time.moments import Period
from ccpolicy.vocabulary import KEY_SEPARATOR

NAMING = ("subjects", "openings", "readings")
"""Inputs whose keys name subjects."""
CLASS = "class"
"""Field of subjects whose parameters differ by class."""
MOST = 1_000_000
"""Records of a dataset from which is drawn: all of them are held in memory."""


def subjects(
    repository: Repository,
    name: str,
    as_of: str | None,
    period: Period | None,
    *,
    allow_tables: bool = False,
) -> tuple[Assessment, list[Member]]:
    """Return the subjects of a control, and the assessment that says how they stand.

    Raises:
        EvidenceError: the evidence is not complete.
        CcpolicyError: a time cannot be read.
    """
    asked = EvaluationRequest(
        as_of=as_of, period=period, controls=(name,), subjects=True, allow_tables=allow_tables
    )
    result = repository.check(asked)
    (control,) = result.controls
    _refuse_problems(name, [*result.problems, *control.problems])
    key = _key(repository, name)
    return result, [_member(key, each) for each in control.population or []]


def _key(repository: Repository, name: str) -> list[str]:
    """Return the columns that name the subjects of a control, if a register names them."""
    control = repository.controls[name]
    given = (each for each in NAMING if each in control.inputs)
    return next((list(control.selections(each)[0].key) for each in given), [])


def _member(key: Sequence[str], subject: SubjectState) -> Member:
    parts = subject.subject.split(KEY_SEPARATOR)
    fields = {
        **(dict(zip(key, parts, strict=True)) if len(key) == len(parts) else {}),
        **({CLASS: subject.class_name} if subject.class_name else {}),
        "now": subject.now,
        "period": subject.period,
        "since": subject.since or "",
        "lapses": str(subject.lapses),
    }
    return Member(subject.subject, subject.evidence, fields)


def records(
    repository: Repository,
    name: str,
    as_of: str | None,
    period: Period | None,
    at: str | None,
    *,
    allow_tables: bool = False,
) -> tuple[Assessment, list[Member]]:
    """Return the records of a dataset that happened in the period, and what was judged by them.

    `at` is the column that says when.

    Raises:
        EvidenceError: the evidence is not complete, or a record has no time.
        LimitError: there are too many.
        CcpolicyError: no time is named, or one cannot be read.
    """
    using = [
        control.id
        for control in repository.controls.values()
        if any(
            part.dataset.partition(".")[0] == name
            for each in control.inputs
            for part in control.selections(each)
        )
    ]
    asked = EvaluationRequest(as_of=as_of, period=period, controls=using, allow_tables=allow_tables)
    result = repository.check(asked)
    read = preview(repository.policy, name, MOST)
    _refuse_problems(name, [*result.problems, *read.refused])
    column = at or _time_column(repository, name)
    table = read.records
    if table.count > len(table.rows):
        raise LimitError(
            "the population of '{name}' has {count} records, and a sample can be drawn from"
            " {limit} at most",
            hint="draw from the subjects of a control that reads them, or keep the records of older"
            " periods in a dataset of their own",
            name=name,
            count=table.count,
            limit=len(table.rows),
        )
    if column not in table.columns or table.columns[column] not in ("date", "instant"):
        times = [each for each, kind in table.columns.items() if kind in ("date", "instant")]
        raise unknown("'{dataset}' has no time '{name}'", column, times, None, dataset=name)
    starts, ends = (
        datetime.datetime.fromisoformat(each) for each in (result.window.starts, result.window.ends)
    )
    key = repository.datasets[name].key
    found = []
    for row in table.rows:
        told = row.values.get(column)
        if told is None:
            raise EvidenceError(
                "'{field}' is empty, so that nobody can say whether the record is of the period",
                hint="fill it in, or name another time with --at",
                locator=Locator.read(row.place),
                field=column,
            )
        if _touches(str(told), starts, ends, repository.zone):
            values = {each: str(value) for each, value in row.values.items()}
            id_ = KEY_SEPARATOR.join(values.get(each, "") for each in key) or row.place
            found.append(Member(id_, row.place, values))
    return result, found


def _time_column(repository: Repository, name: str) -> str:
    """Return the column by which controls say when a record happened.

    Raises:
        CcpolicyError: there are several, or none.
    """
    named = {
        str(part.roles["starts"])
        for control in repository.controls.values()
        for each in control.inputs
        for part in control.selections(each)
        if part.dataset == name and "starts" in part.roles
    }
    if len(named) != 1:
        raise CcpolicyError(
            "nothing says by which time a record of '{dataset}' belongs to the period",
            hint="name its column with --at, such as one of: {names}",
            dataset=name,
            names=", ".join(sorted(named)) or "–",
        )
    return named.pop()


def _touches(
    told: str, starts: datetime.datetime, ends: datetime.datetime, zone: datetime.tzinfo
) -> bool:
    """Whether a day, or one of the readings of a moment, lies in a period."""
    for each in told.split("/"):
        first = datetime.datetime.fromisoformat(each)
        if first.tzinfo:
            if starts <= first < ends:
                return True
        elif first.replace(tzinfo=zone) < ends and starts < (
            first + datetime.timedelta(days=1)
        ).replace(tzinfo=zone):
            return True
    return False


def _refuse_problems(name: str, problems: Sequence[Problem | RefusedEvidence]) -> None:
    """Refuse a population of which something could not be read.

    Raises:
        EvidenceError: there is a problem; the first is named.
    """
    for first in problems[:1]:
        place = first.place if isinstance(first, RefusedEvidence) else first.locator
        raise EvidenceError(
            "the population of '{name}' is not complete; problems: {count}, the first {code}",
            hint="correct these, so that nothing is left out of the sample; see: ccpolicy check -v",
            locator=Locator.read(place) if place else None,
            name=name,
            count=len(problems),
            code=first.code,
        )
