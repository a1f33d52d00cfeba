"""The parameters of every control of a kind, as rows that the kind's query joins."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from ccpolicy.checks.kinds import Kind, Parameter
from ccpolicy.engine.control_revision import ControlRevision
from ccpolicy.engine.evaluation_times import EvaluationTimes
from ccpolicy.engine.input_sql import MILLIONTHS
from ccpolicy.engine.relations import parameter_columns, parameters
from ccpolicy.policy import ParameterValue
from ccpolicy.store import Store
from ccpolicy.time.business_calendar import BusinessCalendar
from ccpolicy.time.calendar import require_business
from ccpolicy.time.durations import Duration, parse_duration


@dataclass
class Terms:
    """The durations and periods that the calendar tables must know."""

    durations: dict[str, tuple[Duration, BusinessCalendar | None]] = field(default_factory=dict)
    """Name → duration, and the calendar on which business time counts."""
    periods: dict[str, tuple[str, Duration | None]] = field(default_factory=dict)
    controls: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Name of a duration → the controls that have it."""

    def duration(self, duration: Duration, calendar: BusinessCalendar | None, control: str) -> str:
        """Note a duration and return its name in `after` and `business`."""
        label = duration.text
        if duration.is_business:
            label += f" ({require_business(calendar).id})"
        self.durations[label] = duration, calendar if duration.is_business else None
        self.controls[label].add(control)
        return label

    def period(self, period: str, grace: Duration | None) -> str:
        """Note a calendar period and return its name in `period`."""
        label = f"{period} + {grace.text}" if grace else period
        self.periods[label] = (period, grace)
        return label


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
    store.fill(
        relation.name,
        relation.columns,
        [[row[column] for row in rows] for column in relation.columns],
    )


def _row(
    revision: ControlRevision, key: str, calendar: BusinessCalendar | None, terms: Terms
) -> dict[str, object]:
    """Return the values of one row."""
    given = revision.revision.parameters
    specs = revision.kind.parameters
    values: dict[str, object] = {}
    for parameter, spec in specs.items():
        if spec.extends:
            continue
        source = parameter if parameter in given else (spec.default_from or parameter)
        value = _value(given[source], key) if source in given else spec.default
        grace = next(
            (
                parse_duration(str(_value(given[other], key)))
                for other, extending in specs.items()
                if other in given and source in extending.extends
            ),
            None,
        )
        note = partial(terms.duration, calendar=calendar, control=revision.control.id)
        values |= _cells(parameter, spec, value, grace, note, terms)
    return values


def _value(given: ParameterValue, key: str) -> str | int | float:
    return given.value[key] if isinstance(given.value, dict) else given.value


def _cells(
    parameter: str,
    spec: Parameter,
    value: str | int | float | None,
    grace: Duration | None,
    note: Callable[[Duration], str],
    terms: Terms,
) -> dict[str, object]:
    """Return what the columns of one parameter hold."""
    if value is None:
        return dict.fromkeys(parameter_columns(parameter, spec))
    match spec.type:
        case "duration":
            duration = parse_duration(str(value))
            duration = duration.plus(grace) if grace else duration
            if duration.is_clock:
                return {parameter: None, f"{parameter}_clock": duration.microseconds}
            return {parameter: note(duration), f"{parameter}_clock": None}
        case "integer" | "choice":
            return {parameter: value}
        case "number" | "percent":
            exact = math.floor if spec.stricter == "lower" else math.ceil
            return {parameter: exact(round(float(value) * MILLIONTHS, 3))}
        case "period":
            return {parameter: terms.period(str(value), grace)}
