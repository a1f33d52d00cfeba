"""The parameters of every control of a kind, as rows that the kind's query joins."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from ccpolicy.checks.kinds import Kind, Parameter
from ccpolicy.engine.input_sql import MILLIONTHS, ControlRevision
from ccpolicy.policy import ParameterValue
from ccpolicy.store import DuckDB
from ccpolicy.store.sql import identifier, literal
from ccpolicy.time.durations import Duration, parse_duration


@dataclass
class Terms:
    """The durations and periods that the calendar tables must know."""

    durations: dict[str, Duration] = field(default_factory=dict)
    periods: dict[str, tuple[str, Duration | None]] = field(default_factory=dict)

    def duration(self, duration: Duration) -> str:
        """Note a duration and return its name in `after`."""
        self.durations[duration.text] = duration
        return duration.text

    def period(self, period: str, grace: Duration | None) -> str:
        """Note a calendar period and return its name in `period`."""
        label = f"{period} + {grace.text}" if grace else period
        self.periods[label] = (period, grace)
        return label


def create_parameters(
    store: DuckDB,
    kind: Kind,
    rules: Iterable[ControlRevision],
    terms: Terms,
    horizon: int,
) -> None:
    """Make the table `<kind>_parameters`: a row for each rule and class.

    A duration has two columns: its name in `after`, or as `<name>_clock` its microseconds.
    """
    columns = {"control": "INTEGER", "class": "VARCHAR", "horizon": "BIGINT"}
    for parameter, spec in kind.parameters.items():
        if not spec.extends:
            columns |= _columns(parameter, spec)
    rows = []
    for rule in rules:
        for key in rule.classes:
            row = {
                "control": rule.number,
                "class": literal(key),
                "horizon": horizon,
                **_row(rule, key, terms),
            }
            rows.append(f"({', '.join(str(row[column]) for column in columns)})")
    table = identifier(f"{kind.name}_parameters")
    store.run(
        f"CREATE TABLE {table} ({', '.join(f'{identifier(c)} {t}' for c, t in columns.items())});"
        f"INSERT INTO {table} VALUES {', '.join(rows)}"
    )


def _columns(parameter: str, spec: Parameter) -> dict[str, str]:
    match spec.type:
        case "duration":
            return {parameter: "VARCHAR", f"{parameter}_clock": "BIGINT"}
        case "integer":
            return {parameter: "INTEGER"}
        case "number":
            return {parameter: "BIGINT"}
        case "period" | "choice":
            return {parameter: "VARCHAR"}


def _row(rule: ControlRevision, key: str, terms: Terms) -> dict[str, object]:
    """Return the values of one row as SQL."""
    given = rule.revision.parameters
    specs = rule.kind.parameters
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
        values |= _sql(parameter, spec, value, grace, terms)
    return values


def _value(given: ParameterValue, key: str) -> str | int | float:
    return given.value[key] if isinstance(given.value, dict) else given.value


def _sql(
    parameter: str,
    spec: Parameter,
    value: str | int | float | None,
    grace: Duration | None,
    terms: Terms,
) -> dict[str, object]:
    if value is None:
        return dict.fromkeys(_columns(parameter, spec), "NULL")
    match spec.type:
        case "duration":
            duration = parse_duration(str(value))
            duration = duration.plus(grace) if grace else duration
            if duration.is_clock:
                return {parameter: "NULL", f"{parameter}_clock": duration.microseconds}
            return {parameter: literal(terms.duration(duration)), f"{parameter}_clock": "NULL"}
        case "integer":
            return {parameter: value}
        case "number":
            return {parameter: math.ceil(round(float(value) * MILLIONTHS, 3))}
        case "period":
            return {parameter: literal(terms.period(str(value), grace))}
        case "choice":
            return {parameter: literal(value)}
