"""Run the check kinds over the evidence and subtract cover from duty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files

from ccpolicy.checks.kinds import Kind
from ccpolicy.engine.calendar_tables import Calendar
from ccpolicy.engine.evidence_findings import audit
from ccpolicy.engine.input_sql import Bounds, ControlRevision, Inputs, extra_columns, records_table
from ccpolicy.engine.lapses import EvaluationTimes, LapseReader, Outcome
from ccpolicy.engine.parameters import Terms, create_parameters
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
        """Evaluate every rule over so many records and return what was found, by control."""
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
        self.store.run("CREATE TABLE spans AS " + "\nUNION ALL\n".join(self.spans_of.values()))
        if streamed:
            done = [f"DROP TABLE {records_table(columns)}" for columns in inputs.groups()]
            self.store.run("; ".join(done))
        subtract = files("ccpolicy.engine").joinpath("subtract.sql").read_text("utf-8")
        self.store.run(subtract)
        self.found.read({waiver.subject for waiver in self.content.waivers.values()})
        return outcomes

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
            CREATE TABLE rule (number INTEGER, family INTEGER, starts BIGINT, ends BIGINT,
                               told BIGINT, first INTEGER, begins BIGINT, differs BOOLEAN,
                               itemised BOOLEAN);
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
        names = sorted(
            {each for table in tables for each in (table.name, table.base_table) if each}
        )
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
    # A part that is neither is a mistake, and not to be passed over.
    part = "CAST(coalesce(part, '') AS ENUM ('duty', 'cover')) AS part"
    return (
        f"SELECT control, {part}, subject, starts, ends, locator"
        f" FROM (WITH {', '.join(given)} SELECT * FROM (\n{kind.query}\n))"
    )
