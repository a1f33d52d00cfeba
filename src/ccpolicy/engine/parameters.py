"""The parameters of every control of a kind, as rows that the kind's query joins."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from ccpolicy.checks.kinds import Kind, Parameter
from ccpolicy.checks.schedule_parameters import Scheduled, schedule
from ccpolicy.checks.values import Value
from ccpolicy.engine.control_revision import ControlRevision
from ccpolicy.engine.evaluation_times import EvaluationTimes
from ccpolicy.engine.relations import parameter_columns, parameters
from ccpolicy.engine.selection_sql import MILLIONTHS
from ccpolicy.store import Store
from ccpolicy.time.business_calendar import BusinessCalendar
from ccpolicy.time.calendar import require_business
from ccpolicy.time.durations import Duration, parse_duration
from ccpolicy.time.schedules import Schedule


@dataclass
class Terms:
    """The durations and periods that the calendar tables must know."""

    durations: dict[str, tuple[Duration, BusinessCalendar | None]] = field(default_factory=dict)
    """Name → duration, and the calendar on which business time counts."""
    schedules: dict[str, Schedule] = field(default_factory=dict)
    controls: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Name of a duration or a schedule → the controls that have it."""
    stopped: set[str] = field(default_factory=set)
    """Names of the durations in business time that pauses stop."""

    def duration(self, duration: Duration, calendar: BusinessCalendar | None, control: str) -> str:
        """Note a duration and return its name in `after` and `business`."""
        label = duration.text
        if duration.is_business:
            label += f" ({require_business(calendar).id})"
        self.durations[label] = duration, calendar if duration.is_business else None
        self.controls[label].add(control)
        return label

    def schedule(self, scheduled: Scheduled, control: str) -> str:
        """Note a schedule and return its name in `period`."""
        self.schedules[scheduled.text] = scheduled.schedule
        self.controls[scheduled.text].add(control)
        return scheduled.text


def create_parameters(
    store: Store,
    kind: Kind,
    revisions: Iterable[ControlRevision],
    terms: Terms,
    times: EvaluationTimes,
) -> None:
    """Create the kind's `parameters`: a row for each revision and class."""
    relation = parameters(kind)
    rows = [
        {
            "control": each.number,
            "class": name,
            "as_of": times.as_of,
            "horizon": times.horizon,
            **{f"has_{name}": int(name in each.control.inputs) for name in kind.alternatives},
            **_row(each, key, calendar, terms),
        }
        for each in revisions
        for name, key, calendar in each.class_calendars
    ]
    relation.create(store, [[row[column] for column in relation.columns] for row in rows])


def _row(
    revision: ControlRevision, key: str, calendar: BusinessCalendar | None, terms: Terms
) -> dict[str, object]:
    """Return the values of one row."""
    given = revision.revision.of_class(key)
    specs = revision.kind.parameters
    control = revision.control.id
    scheduled = schedule(specs, given, calendar)
    values: dict[str, object] = {}
    for parameter, spec in specs.items():
        if spec.is_part:
            continue
        source = parameter if parameter in given else (spec.default_from or parameter)
        value = given.get(source, spec.default)
        if scheduled and parameter == scheduled.parameter:
            values[parameter] = terms.schedule(scheduled, control)
            continue
        if scheduled and source == scheduled.source:
            value = None
        grace = next(
            (
                parse_duration(str(given[other]))
                for other, extending in specs.items()
                if other in given and source in extending.extends
            ),
            None,
        )
        note = partial(terms.duration, calendar=calendar, control=control)
        values |= _cells(parameter, spec, value, grace, note)
    return values


def _cells(
    parameter: str,
    spec: Parameter,
    value: Value | None,
    grace: Duration | None,
    note: Callable[[Duration], str],
) -> dict[str, object]:
    """Return what the columns of one parameter hold."""
    if value is None:
        return dict.fromkeys(parameter_columns(parameter, spec))
    match spec.type:
        case "duration":
            duration = parse_duration(str(value))
            duration = duration.plus(grace) if grace else duration
            if spec.limits:
                return {parameter: duration.microseconds or duration.business_microseconds}
            return {
                parameter: None if duration.is_clock else note(duration),
                f"{parameter}_clock": duration.microseconds or None,
                f"{parameter}_open": duration.business_microseconds or None,
            }
        case "number" | "percent":
            exact = math.floor if spec.stricter == "lower" else math.ceil
            return {parameter: exact(round(float(value) * MILLIONTHS, 3))}
    return {parameter: value}
