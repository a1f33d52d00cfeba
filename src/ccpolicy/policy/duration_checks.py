"""Check that a control's durations fit its records' times: dates or instants."""

from __future__ import annotations

from collections.abc import Iterator

from ccpolicy.checks.kinds import Kind, Parameter
from ccpolicy.errors import Locator, Message, PolicyError
from ccpolicy.policy.calendars import calendar_name, is_business, require_calendar
from ccpolicy.policy.columns import columns
from ccpolicy.policy.load import Policy
from ccpolicy.policy.models import Control, ParameterValue, Revision
from ccpolicy.time.durations import Duration, parse_duration


def business_time_without_calendar(
    policy: Policy,
    control: Control,
    kind: Kind,
    revision: Revision,
    path: tuple[str | int, ...],
) -> Iterator[PolicyError]:
    """Yield business time that has no calendar, or none that can count it."""
    for name, given in revision.parameters.items():
        spec = kind.parameters.get(name)
        if spec is None or not any(map(is_business, given.values)):
            continue
        place = policy.place("control", control.id, *path, "parameters", name)
        population = control.selections(kind.class_input)
        by_record = [each for each in population if each.calendar]
        calendars = list(policy.calendars.values()) if by_record else []
        if not by_record or len(by_record) < len(population):
            try:
                calendar = calendar_name(policy, control, revision)
                calendars.append(require_calendar(policy, name, calendar))
            except PolicyError as failure:
                yield failure.at(place)
                continue
        durations = [each for value in given.values if (each := _duration(value))]
        in_hours = any(each.business_microseconds for each in durations)
        lacking = next((each for each in calendars if in_hours and not each.hours), None)
        if lacking:
            yield PolicyError(
                "the calendar '{calendar}' has no opening hours",
                hint="write its 'hours' by weekday",
                locator=place,
                calendar=lacking.id,
            )
        elsewhere = any((each.zone or policy.plan.zone) != policy.plan.zone for each in calendars)
        if (in_hours or elsewhere) and not spec.is_part and not spec.business_hours:
            yield PolicyError(
                "the check kind '{kind}' does not count '{name}' in business hours, nor in days of"
                " another zone",
                hint="join the relation 'business' in its query, and write 'business_hours: true'"
                " there",
                locator=place,
                kind=kind.name,
                name=name,
            )


def clock_over_dates(
    policy: Policy,
    control: Control,
    kind: Kind,
    revision: Revision,
    path: tuple[str | int, ...],
) -> Iterator[PolicyError]:
    """Yield clock durations for which dated records would cover: a date would cover nothing."""
    for name, given in revision.parameters.items():
        spec = kind.parameters.get(name)
        if spec and spec.covers_from and _is_clock(spec, given):
            for column in date_columns(policy, control, spec.covers_from):
                yield PolicyError(
                    "'{column}' is a date, and a date covers no time by the clock",
                    hint="give '{name}' in days, or name a column that holds a time",
                    locator=policy.place("control", control.id, *path, "parameters", name),
                    column=column,
                    name=name,
                )


def date_columns(policy: Policy, control: Control, input_name: str) -> list[str]:
    """Return the columns that say on which day the records of an input happened."""
    found = []
    for selection in control.selections(input_name):
        types = columns(policy.datasets, selection.dataset) or {}
        if selection.starts and types.get(selection.starts) == "date":
            found.append(selection.starts)
    return found


def unprovable_limits(
    policy: Policy, control: Control, kind: Kind
) -> Iterator[tuple[Message, Message, Locator]]:
    """Yield clock limits that dated records cannot prove, with what helps and the place."""
    for index, revision in enumerate(control.history):
        path: tuple[str | int, ...] = ("revisions", index) if control.revisions else ()
        for name, given in revision.parameters.items():
            spec = kind.parameters[name]
            if not (spec.proven_by and _is_clock(spec, given)):
                continue
            for column in date_columns(policy, control, spec.proven_by):
                message = Message.of(
                    "'{column}' is a date, which cannot prove '{name}'", column=column, name=name
                )
                hint = Message.of(
                    "what is dated counts from the end of its day; name a column that holds a"
                    " time, or give '{name}' in days",
                    name=name,
                )
                yield message, hint, policy.place("control", control.id, *path, "parameters", name)


def _is_clock(spec: Parameter, given: ParameterValue) -> bool:
    """Whether it runs from a moment, and not from a day."""
    return spec.type == "duration" and any(
        duration.is_clock or duration.business_microseconds > 0
        for each in given.values
        if (duration := _duration(each))
    )


def _duration(value: object) -> Duration | None:
    try:
        return parse_duration(str(value))
    except PolicyError:  # told where it stands
        return None
