"""Run the check kinds over the evidence and subtract cover from duty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any

from ccpolicy.checks.kinds import Kind
from ccpolicy.engine.calendar_tables import Calendar
from ccpolicy.engine.evidence_findings import audit
from ccpolicy.engine.input_sql import Bounds, ControlRevision, Inputs, extra_columns, records_table
from ccpolicy.engine.lapses import EvaluationTimes, LapseReader, Outcome
from ccpolicy.engine.parameters import Terms, create_parameters
from ccpolicy.errors import Locator, PolicyError
from ccpolicy.evidence import Table
from ccpolicy.policy import Control, Policy
from ccpolicy.store import DuckDB
from ccpolicy.store.sql import identifier, literal
from ccpolicy.time.calendar import day_number, day_starts
from ccpolicy.time.zones import time_zone

STREAMED = 200_000
"""Records from which what is staged is computed as it flows, and not kept in memory."""


class Evaluation:
    """One evaluation in one store."""

    def __init__(
        self,
        store: DuckDB,
        content: Policy,
        controls: Iterable[Control],
        tables: Mapping[str, Table],
        times: EvaluationTimes,
    ) -> None:
        self.store, self.content, self.tables, self.times = store, content, tables, times
        self.zone = time_zone(content.plan.zone)
        self.rules = list(self._rules(controls))
        self.found = LapseReader(store, self.rules, times)
        self.spans_of: dict[str, str] = {}
        """Check kind → its query over its inputs, once these are there."""

    def _rules(self, controls: Iterable[Control]) -> Iterator[ControlRevision]:
        number = 0
        plan = self.content.plan
        for family, control in enumerate(controls):
            history = control.history
            first = day_number(plan.first_day(history[0]))
            for revision, following in zip(history, [*history[1:], None], strict=True):
                number += 1
                ends = self.times.horizon
                if following and following.from_:
                    ends = min(ends, day_starts(day_number(following.from_), self.zone))
                yield ControlRevision(
                    number=number,
                    family=family,
                    control=control,
                    revision=revision,
                    starts=day_starts(day_number(plan.first_day(revision)), self.zone),
                    ends=ends,
                    first=first,
                    begins=day_starts(first, self.zone),
                    kind=self.content.kinds[control.check],
                )

    def outcome(self, records: int) -> dict[str, Outcome]:
        """Evaluate every rule over so many records and return what was found, by control.

        Raises:
            PolicyError: a check kind returned what is not its own to judge, or the plan's holidays
                are not known.
        """
        outcomes = self.found.outcomes
        if not self.rules:  # no control fits every filter
            return outcomes
        streamed = records > STREAMED
        inputs = self._bounded()
        self.store.run(f"CREATE {'VIEW' if streamed else 'TABLE'} staged AS {inputs.staged()}")
        calendar = self._calendar(inputs)
        self._inputs(inputs, calendar)
        for finding in audit(self.store, inputs, present=self.times.present):
            outcomes[finding.control].findings.append(finding)
        if streamed:
            # The records stand in the inputs now; their memory is better used for the spans.
            self.store.run("DROP VIEW staged; " + "; ".join(self._evidence()))
        self.spans_of = {kind.name: _query(inputs, kind) for kind in inputs.kinds()}
        self.store.run(
            "CREATE TABLE spans AS " + "\nUNION ALL\n".join(map(typed, self.spans_of.values()))
        )
        self._hold(inputs.kinds())
        if streamed:
            done = [f"DROP TABLE {records_table(columns)}" for columns in inputs.groups()]
            self.store.run("; ".join(done))
        subtract = files("ccpolicy.engine").joinpath("subtract.sql").read_text("utf-8")
        self.store.run(subtract)
        self.found.read({waiver.subject for waiver in self.content.waivers.values()})
        return outcomes

    def _hold(self, kinds: Sequence[Kind]) -> None:
        """Hold every check kind to its own controls, and to the subjects that its inputs named.

        Raises:
            PolicyError: a kind returned something else.
        """
        query = f"SELECT min(kind) FROM ({_strays('spans')})"
        [(number,)] = self.store.ask(query)
        if number is None:
            return
        kind = kinds[number]
        # Asked of its query again, which says what it wrote where `spans` could not hold it.
        columns = ["control", "part", "subject", "starts", "ends", "locator"]
        rows = self.store.ask(
            f"SELECT {', '.join(columns)}"
            f" FROM ({_strays(f'({self.spans_of[kind.name]})')}) ORDER BY ALL LIMIT 1"
        )
        # A query that numbers its rows in any order may return others this time.
        values: Sequence[Any] = rows[0] if rows else [None] * len(columns)
        rule = self.found.by_number.get(values[0])
        raise PolicyError(
            "the check kind '{kind}' returns a span for the control {control}"
            " that is not one of its own: {row}",
            hint="return control and subject as they stand together in a row of its inputs,"
            " and as part 'duty' or 'cover'",
            locator=Locator(kind.source.file),
            kind=kind.name,
            control=rule.control.id if rule else _written(values[0]),
            row=", ".join(
                f"{column} = {_written(value)}"
                for column, value in zip(columns, values, strict=True)
            ),
        )

    def _bounded(self) -> Inputs:
        """Return what writes the inputs, within the instants that are judged."""
        zone = Calendar(self.zone, 0, 0)
        return Inputs(
            rules=self.rules,
            tables=self.tables,
            plan=self.content.plan,
            bounds=Bounds(
                latest=self.times.latest,
                latest_day=zone.day_of(self.times.latest),
                horizon=self.times.horizon,
                horizon_day=zone.day_of(self.times.horizon),
                told=self.times.starts,
            ),
        )

    def _calendar(self, inputs: Inputs) -> Calendar:
        """Make the calendar tables, from the first day of any evidence to the horizon."""
        terms = Terms()
        for kind in inputs.kinds():
            rules = [rule for rule in self.rules if rule.kind is kind]
            create_parameters(self.store, kind, rules, terms, self.times.horizon)
        row = self.store.ask("SELECT min(day), min(ends_day), min(starts), min(ends) FROM staged")[
            0
        ]
        zone = Calendar(self.zone, 0, 0)
        days = [each for each in (row or ())[:2] if each is not None]
        days += [zone.day_of(each) for each in (row or ())[2:] if each is not None]
        days += [zone.day_of(self.times.starts), *(rule.first for rule in self.rules)]
        calendar = Calendar(self.zone, min(days) - 2, inputs.bounds.horizon_day + 2)
        calendar.create(
            self.store,
            list(terms.durations.items()),
            [(label, per, grace) for label, (per, grace) in terms.periods.items()],
            self.content.plan.holidays,
        )
        return calendar

    def _inputs(self, inputs: Inputs, calendar: Calendar) -> None:
        """Number the subjects, and make the relations that the kinds' queries read."""
        classes = ", ".join(
            f"({rule.number}, {literal(each)})" for rule in self.rules for each in rule.classes
        )
        self.store.run(
            f"""
            CREATE TABLE rule (number INTEGER, kind INTEGER, family INTEGER, starts BIGINT,
                               ends BIGINT, told BIGINT, first INTEGER, begins BIGINT,
                               differs BOOLEAN, itemised BOOLEAN);
            INSERT INTO rule VALUES {inputs.rule_rows()};
            CREATE TABLE class (control INTEGER, class VARCHAR);
            INSERT INTO class VALUES {classes};
            CREATE TABLE item AS {inputs.items()};
            CREATE TABLE population AS {inputs.population(calendar)};
            CREATE TABLE subject AS
            SELECT row_number() OVER ()::INTEGER AS number, control, name
            FROM (SELECT DISTINCT control, name FROM population WHERE name IS NOT NULL);
            {files("ccpolicy.engine").joinpath("subject_duties.sql").read_text("utf-8")}
            """
        )
        for columns, numbers in inputs.groups().items():
            query = inputs.records(columns, numbers, calendar)
            self.store.run(f"CREATE TABLE {records_table(columns)} AS {query}")

    def _evidence(self) -> list[str]:
        """Write how to drop the relations of the evidence, views first."""
        tables = self.tables.values()
        names = sorted({each for table in tables for each in (table.name, table.behind) if each})
        rows = self.store.ask(
            "SELECT table_type = 'VIEW' AS view, table_name FROM information_schema.tables"
            " WHERE table_name IN (SELECT unnest(?)) ORDER BY view DESC, table_name",
            [names],
        )
        return [f"DROP {'VIEW' if view else 'TABLE'} {identifier(table)}" for view, table in rows]


def _query(inputs: Inputs, kind: Kind) -> str:
    """Put a kind's query over its own inputs; they are computed where they are used."""
    relations = inputs.relations()
    given = [
        f"parameters AS NOT MATERIALIZED (SELECT * FROM {identifier(f'{kind.name}_parameters')})"
    ]
    for each, spec in kind.inputs.items():
        if spec.items:
            continue
        table = "concerned" if spec.population else records_table(extra_columns(spec))
        given.append(
            f"{identifier(each)} AS NOT MATERIALIZED"
            f" (SELECT * EXCLUDE (relation) FROM {identifier(table)}"
            f" WHERE relation = {relations[kind.name, each]} AND subject IS NOT NULL)"
        )
    number = inputs.kinds().index(kind)
    return (
        f"SELECT {number} AS kind, control, CAST(part AS VARCHAR) AS part, subject, starts, ends,"
        f" locator FROM (WITH {', '.join(given)} SELECT * FROM (\n{kind.query}\n))"
    )


def typed(query: str) -> str:
    """Give what a kind's query returns the types of `spans`, whatever the other kinds return.

    A control, a part or a subject that cannot be one is NULL, and a stray; a time is an error.
    """
    return (
        "SELECT CAST(kind AS USMALLINT) AS kind, TRY_CAST(control AS INTEGER) AS control,"
        " TRY_CAST(part AS ENUM ('duty', 'cover')) AS part,"
        " TRY_CAST(subject AS INTEGER) AS subject,"
        " CAST(starts AS BIGINT) AS starts, CAST(ends AS BIGINT) AS ends,"
        f" CAST(locator AS BIGINT) AS locator FROM ({query})"
    )


def _strays(spans: str) -> str:
    """Write the SELECT of the spans that are not of a subject of a control of their kind."""
    return (
        f"SELECT p.* FROM {spans} p"
        " LEFT JOIN subject s ON s.number = TRY_CAST(p.subject AS INTEGER)"
        " AND s.control = TRY_CAST(p.control AS INTEGER)"
        " LEFT JOIN rule r ON r.number = s.control AND r.kind = p.kind"
        " WHERE r.number IS NULL OR p.part IS NULL OR p.part NOT IN ('duty', 'cover')"
    )


def _written(value: object) -> str:
    """Write a value of a row for people, in not too many signs."""
    if value is None:
        return "NULL"
    return literal(value[:40]) if isinstance(value, str) else str(value)[:40]
