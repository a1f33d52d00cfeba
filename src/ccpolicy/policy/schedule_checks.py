"""Check that the parameters of a schedule fit together: period, day, anchor, grace and early."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ccpolicy.checks.kinds import Kind, Parameter
from ccpolicy.checks.parameter_values import check_value
from ccpolicy.checks.schedule_parameters import Scheduled, schedule
from ccpolicy.checks.strictness import shorter
from ccpolicy.checks.values import Value
from ccpolicy.errors import KeyPath, Locator, Message, PolicyError
from ccpolicy.policy.load import Policy
from ccpolicy.policy.models import Control, Revision
from ccpolicy.time.durations import parse_duration
from ccpolicy.time.period_days import WEEK

_Fault = tuple[str, PolicyError]
"""The parameter to which the error belongs, and the error."""


def schedule_faults(
    policy: Policy, control: Control, kind: Kind, revision: Revision, path: KeyPath
) -> Iterator[PolicyError]:
    """Yield values that do not fit together; malformed values are reported by another check."""
    told = set()
    for class_ in revision.classes:
        for name, failure in _faults(kind.parameters, revision.of_class(class_)):
            if name not in told:
                told.add(name)
                place = policy.place("control", control.id, *path, "parameters", name)
                yield failure.at(place)


def _faults(specs: Mapping[str, Parameter], given: Mapping[str, Value]) -> Iterator[_Fault]:
    """Yield what does not fit in one class."""
    try:
        for name in given:
            check_value(specs[name], given[name])
    except (LookupError, PolicyError):
        return
    unfit = [*_lacking(specs, given), *_uncounted(specs, given)]
    yield from unfit
    scheduled = None if unfit else schedule(specs, given)
    if scheduled:
        yield from _unlike(specs, given, scheduled)
        yield from _too_long(specs, given, scheduled)


def _lacking(specs: Mapping[str, Parameter], given: Mapping[str, Value]) -> Iterator[_Fault]:
    """Yield what says more about a parameter that is not there."""
    anchors = {spec.fixes: name for name, spec in specs.items() if spec.fixes}
    for name in given:
        spec = specs[name]
        needed = [each for each in spec.parts_of if each in given]
        lacks = None
        if not needed and not spec.extends:
            lacks = next(iter(spec.parts_of), None)
        elif spec.precedes and needed[0] in anchors and anchors[needed[0]] not in given:
            lacks = anchors[needed[0]]
        if lacks:
            yield name, PolicyError("'{name}' needs '{other}'", name=name, other=lacks)


def _uncounted(specs: Mapping[str, Parameter], given: Mapping[str, Value]) -> Iterator[_Fault]:
    """Yield durations of a schedule that are not counted in days."""
    fixed = {spec.fixes for name, spec in specs.items() if name in given}
    for name, value in given.items():
        is_counted = name in fixed or specs[name].precedes
        if is_counted and parse_duration(str(value)).family != "calendar":
            yield (
                name,
                PolicyError(
                    "'{name}' of a schedule is in days, weeks or months, not '{value}'",
                    name=name,
                    value=value,
                ),
            )


def _unlike(
    specs: Mapping[str, Parameter], given: Mapping[str, Value], scheduled: Scheduled
) -> Iterator[_Fault]:
    """Yield a day that its period does not have."""
    by, period = scheduled.schedule.by, scheduled.schedule.period
    if by is None or by.fits(period):
        return
    hint = "write for example '5th', 'third Monday' or 'last business day', in a year also '06-30'"
    if period.length.days == WEEK:
        hint = "in a week write a weekday, such as 'Monday', or 'last business day'"
    name = next(each for each in given if specs[each].within)
    yield (
        name,
        PolicyError(
            "'{value}' is not a day of the period '{per}'",
            hint=hint,
            value=given[name],
            per=given[scheduled.source],
        ),
    )


def _too_long(
    specs: Mapping[str, Parameter], given: Mapping[str, Value], scheduled: Scheduled
) -> Iterator[_Fault]:
    """Yield grace and early that are as long as the period, or where several events are needed."""
    plan = scheduled.schedule
    names = [
        name for name in given if scheduled.source in (*specs[name].extends, *specs[name].precedes)
    ]
    # Of another family it is no grace of a schedule, which is told elsewhere.
    parts = [each for each in (plan.grace, plan.early) if each and each.family == "calendar"]
    if parts:
        whole = parts[0].plus(parts[1]) if len(parts) > 1 else parts[0]
        if shorter(plan.period.length, whole) != 1:
            yield (
                names[-1],
                PolicyError(
                    "'{name}' must be shorter than '{other}'",
                    name=" + ".join(names),
                    other=scheduled.source,
                ),
            )
    if given.get("at_least", 1) != 1:
        for name in names:
            yield (
                name,
                PolicyError(
                    "'{name}' and 'at_least' do not go together: an event serves one period",
                    name=name,
                ),
            )


def days_some_periods_lack(
    policy: Policy, control: Control, kind: Kind
) -> Iterator[tuple[Message, Message, Locator]]:
    """Yield days that some periods are too short for, with what that means and the place."""
    for index, revision in enumerate(control.history):
        path: KeyPath = ("revisions", index) if control.revisions else ()
        for class_ in revision.classes:
            given = revision.of_class(class_)
            scheduled = schedule(kind.parameters, given)
            if not scheduled or not scheduled.schedule.by:
                continue
            name = next(each for each in given if kind.parameters[each].within)
            if scheduled.schedule.by.is_clipped(scheduled.schedule.period):
                message = Message.of(
                    "not every period '{per}' has a '{value}'",
                    per=given[scheduled.source],
                    value=given[name],
                )
                hint = Message.of(
                    "where one has none, the last such day before its end counts; if that is meant,"
                    " write so: 'last day', 'last Monday'"
                )
                if scheduled.schedule.by.date:
                    hint = Message.of(
                        "in a year without it 28 February counts; for one date every year write"
                        " '02-28' or '03-01'"
                    )
                yield message, hint, policy.place("control", control.id, *path, "parameters", name)
                break
