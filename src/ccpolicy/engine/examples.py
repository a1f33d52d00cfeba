"""Run a check kind's worked cases, with the same engine that judges evidence."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from itertools import count
from zoneinfo import ZoneInfo

from ccpolicy.checks.kinds import ROLES, Example, Kind
from ccpolicy.checks.shipped_kinds import shipped_kinds
from ccpolicy.checks.values import Value
from ccpolicy.engine.evaluation import Evaluation
from ccpolicy.engine.evaluation_times import EvaluationTimes
from ccpolicy.errors import Locator, Message, PolicyError
from ccpolicy.evidence import Table
from ccpolicy.evidence.record_sql import TYPES
from ccpolicy.policy import Control, ParameterValue, Plan, Policy, Selection
from ccpolicy.policy.lint import LintFinding
from ccpolicy.policy.models import WEEKDAYS, BusinessCalendarRules, Clause, WeekHours
from ccpolicy.store import Store, StoreError, open_engine, open_store
from ccpolicy.texts import Label
from ccpolicy.time.calendar import day_number, instant, shift
from ccpolicy.time.durations import parse_duration
from ccpolicy.time.zones import time_zone
from ccpolicy.vocabulary import ColumnType, Engine

_IN_FORCE = datetime.date(2020, 1, 1)
"""First day of the plan of worked cases, before which nothing is owed."""
_OFFICE = BusinessCalendarRules(
    id="office",
    weekend=["saturday", "sunday"],
    holidays="CN",
    hours=WeekHours(**{each: ["09:00-12:00", "13:00-18:00"] for each in WEEKDAYS[:5]}),
)
"""On which business time counts in worked cases, in the zone of each."""


def doubtful_examples(policy: Policy) -> Iterator[LintFinding]:
    """Yield the worked examples of a repository's own check kinds whose result differs.

    Those of the built-in kinds hold; the tests of ccpolicy see to that.
    """
    shipped = shipped_kinds()
    for each in sorted({control.check for control in policy.controls.values()}):
        kind = policy.kinds[each]
        if each in shipped and shipped[each].sql == kind.sql:
            continue
        place = Locator(kind.source.file)
        try:
            examples = kind.examples()
        except PolicyError as failure:
            yield LintFinding(failure.message, failure.hint, failure.locator or place, "error")
            continue
        for number, example in enumerate(examples, 1):
            try:
                found = run_example(kind, example, policy.settings.limits.memory)
            except (ArithmeticError, LookupError, ValueError, StoreError, PolicyError) as failure:
                reason = (
                    failure.reason
                    if isinstance(failure, StoreError)
                    else str(failure).partition("\n")[0]
                )
                message = Message.of(
                    "worked example {number} cannot be computed: {reason}",
                    number=number,
                    reason=reason,
                )
                yield LintFinding(
                    message,
                    Message.of("look at its times, its inputs and its parameters"),
                    place,
                    "error",
                )
                continue
            if found != (example.lapses, example.unknown):
                yield LintFinding(
                    Message.of(
                        "worked example {number} has another result: {expected} is written,"
                        " {found} follows",
                        number=number,
                        expected=_list([*example.lapses, *example.unknown]),
                        found=_list([*found[0], *found[1]]),
                    ),
                    Message.of("work it out by hand: either the SQL is wrong or the example"),
                    place,
                    "error",
                )


def _list(lapses: list[list[str | None]]) -> str:
    return "; ".join(" ".join(each or "–" for each in lapse) for lapse in lapses) or "–"


Spans = list[list[str | None]]


def run_example(
    kind: Kind, example: Example, memory: int | None = None, engine: Engine = "duckdb"
) -> tuple[Spans, Spans]:
    """Return the lapses that follow from an example's records, and what nobody can say.

    Both are as the example would write them. The query may use `memory` mebibytes; `engine` runs
    it.
    """
    zone = time_zone(example.zone)
    as_of = datetime.datetime.fromisoformat(example.as_of)
    with open_store(memory=memory) as store, open_engine(engine) as judging:
        store.prepare(0)
        store.lock()
        tables = _tables(store, kind, example, zone)
        policy = _policy(kind, example, tables)
        found = {each.name: each for of_input in tables.values() for each in of_input}
        horizon = shift(as_of, parse_duration("24 months"), 1)
        starts = datetime.datetime.combine(_IN_FORCE, datetime.time(), zone)
        times = EvaluationTimes.of(as_of, (starts, as_of), horizon, zone)
        evaluation = Evaluation(
            store, policy, policy.controls.values(), found, times, engine=judging
        )
        outcome = evaluation.outcome(0)["EXAMPLE"]
    lapses, unknown = (
        [
            [
                span.subject,
                _write(times.shown(span.starts, zone)),
                _write(times.shown(span.ends, zone)) if span.ends <= times.as_of else None,
            ]
            for span in spans
            if span.starts <= times.as_of
        ]
        for spans in (outcome.lapses, outcome.unknown_spans)
    )
    return lapses, unknown


def _write(at: datetime.datetime) -> str:
    return at.replace(tzinfo=None).isoformat(timespec="minutes")


def _tables(store: Store, kind: Kind, example: Example, zone: ZoneInfo) -> dict[str, list[Table]]:
    """Create the tables of each input's records: one for each form, since days and times differ."""
    found: dict[str, list[Table]] = {}
    locators = count(1)
    for name, records in example.inputs.items():
        found[name] = []
        if kind.inputs[name].items:
            continue
        forms: dict[tuple[tuple[str, ColumnType], ...], list[Mapping[str, object]]] = {}
        for record in records:
            given = {each: value for each, value in sorted(record.items()) if value is not None}
            form = tuple((each, _type(value)) for each, value in given.items())
            forms.setdefault(form, []).append(given)
        # An input without records has a key all the same.
        for number, (form, own) in enumerate((forms or {(("subject", "text"),): []}).items()):
            columns = dict(form)
            cells = [
                [_value(record[column], type_, zone) for record in own]
                for column, type_ in columns.items()
            ]
            table = f"{name}_{number}"
            types = {column: TYPES[type_] for column, type_ in columns.items()}
            store.fill(
                table,
                {"locator": "BIGINT", **types},
                [[next(locators) for _ in own], *cells],
            )
            found[name].append(Table(name=table, columns=columns, ambiguous_times=frozenset()))
    return found


def _type(value: object) -> ColumnType:
    match value:
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return _text_type(value)
    return "text"


def _text_type(value: str) -> ColumnType:
    try:
        datetime.datetime.fromisoformat(value)
    except ValueError:
        return "text"
    return "date" if len(value) == len("2026-01-31") else "instant"


def _value(value: object, kind: ColumnType, zone: ZoneInfo) -> object:
    if isinstance(value, str) and kind == "date":
        return day_number(datetime.date.fromisoformat(value))
    if isinstance(value, str) and kind == "instant":
        return instant(datetime.datetime.fromisoformat(value).replace(tzinfo=zone))
    return value


def _reasons(records: list[dict[str, Value | bool | None]]) -> list[str] | None:
    """Return the reasons that an example's pauses give, which are those permitted."""
    return sorted({str(record["reason"]) for record in records if record.get("reason")}) or None


def _policy(kind: Kind, example: Example, tables: Mapping[str, list[Table]]) -> Policy:
    """Make a policy of one control over the example's records."""
    nothing = Label({"en": "–"})
    inputs: dict[str, Selection | list[Selection] | list[str]] = {}
    for name, own in tables.items():
        if kind.inputs[name].items:
            inputs[name] = [str(record["item"]) for record in example.inputs[name]]
            continue
        inputs[name] = [
            Selection(
                dataset=table.name,
                key=["record"] if kind.names_parts(name) else ["subject"],
                group=["subject"] if kind.inputs[name].parts else [],
                reasons=_reasons(example.inputs[name]),
                **{role: role for role in ROLES if role in table.columns},
            )
            for table in own
        ]
    control = Control(
        id="EXAMPLE",
        title=nothing,
        rule=nothing,
        remediation=nothing,
        clauses={"1": "–"},
        severity="high",
        owner=nothing,
        check=kind.name,
        inputs=inputs,
        parameters={
            name: ParameterValue(value=value) for name, value in example.parameters.items()
        },
    )
    plan = Plan(
        id="example",
        title=nothing,
        languages=["en"],
        version="1",
        effective_on=_IN_FORCE,
        zone=example.zone,
        owner=nothing,
        clauses=[Clause(id="1", title=nothing)],
    )
    return Policy.of(plan, control, kind, [_OFFICE])
