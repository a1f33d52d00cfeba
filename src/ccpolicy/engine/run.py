"""Run the check kinds over the evidence and subtract cover from duty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from zoneinfo import ZoneInfo

import duckdb

from ccpolicy.engine.audit import Finding, audit
from ccpolicy.engine.calendar import Calendar, day_number, day_starts
from ccpolicy.engine.inputs import Bounds, Inputs, Rule, name
from ccpolicy.engine.parameters import Terms, create_parameters
from ccpolicy.evidence import Table
from ccpolicy.policy import Content, Control

STREAMED = 200_000
"""Records from which inputs and spans are views, computed as they flow, and not kept in memory."""


@dataclass(frozen=True, slots=True)
class Span:
    """A lapse, or a piece of it: half-open, in microseconds since 1970 UTC."""

    subject: str
    starts: int
    ends: int
    opened_by: int | None
    closed_by: int | None
    waiver: str | None = None


@dataclass
class Outcome:
    """What was found about one control."""

    subjects: dict[str, bool] = field(default_factory=dict)
    """Subjects whose duty touches the time from the window's start to the horizon, and whether it
    goes on after as-of."""
    undecided: set[str] = field(default_factory=set)
    """Subjects with a span whose time cannot be said."""
    lapses: list[Span] = field(default_factory=list)
    """Lapses from the window's start to the horizon, by subject and time."""
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class Times:
    """The instants of one evaluation, in microseconds since 1970 UTC."""

    starts: int
    """Start of the window."""
    as_of: int
    horizon: int
    present: bool
    """Whether as-of is the present moment."""

    @property
    def latest(self) -> int:
        """Events later than this are left out."""
        return self.as_of + (300_000_000 if self.present else 0)


class Run:
    """One evaluation in one connection."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        content: Content,
        controls: Iterable[Control],
        tables: Mapping[str, Table],
        times: Times,
    ) -> None:
        self.connection, self.content, self.tables, self.times = connection, content, tables, times
        self.zone = ZoneInfo(content.plan.zone)
        self.rules = list(self._rules(controls))
        self.by_number = {rule.number: rule for rule in self.rules}
        self.outcomes = {rule.control.id: Outcome() for rule in self.rules}

    def _rules(self, controls: Iterable[Control]) -> Iterator[Rule]:
        number = 0
        effective = self.content.plan.effective_on
        for control in controls:
            history = control.history
            first = day_number(max(history[0].from_ or effective, effective))
            for revision, following in zip(history, [*history[1:], None], strict=True):
                number += 1
                ends = self.times.horizon
                if following and following.from_:
                    ends = min(ends, day_starts(day_number(following.from_), self.zone))
                yield Rule(
                    number=number,
                    control=control,
                    revision=revision,
                    starts=day_starts(
                        day_number(max(revision.from_ or effective, effective)), self.zone
                    ),
                    ends=ends,
                    first=first,
                    begins=day_starts(first, self.zone),
                    kind=self.content.kinds[control.check],
                )

    def outcome(self) -> dict[str, Outcome]:
        """Evaluate every rule and return what was found, control by control."""
        if not self.rules:  # no control fits every filter
            return self.outcomes
        calendar, records = self._calendar()
        relation = "VIEW" if records > STREAMED else "TABLE"
        terms = Terms()
        kinds = {rule.kind.name: rule.kind for rule in self.rules}
        inputs = [
            Inputs(
                kind=kind,
                rules=[rule for rule in self.rules if rule.kind is kind],
                tables=self.tables,
                plan=self.content.plan,
                calendar=calendar,
                bounds=Bounds(
                    latest=self.times.latest,
                    horizon=self.times.horizon,
                    earliest=day_starts(calendar.first, self.zone),
                ),
            )
            for kind in kinds.values()
        ]
        for each in inputs:
            create_parameters(self.connection, each.kind, each.rules, terms, self.times.horizon)
        calendar.create(
            self.connection,
            list(terms.durations.items()),
            [(label, per, grace) for label, (per, grace) in terms.periods.items()],
            self.content.plan.holidays,
        )
        self._inputs(inputs)
        for finding in audit(self.connection, inputs, self.times.latest, self.times.present):
            self.outcomes[finding.control].findings.append(finding)
        if relation == "VIEW":
            self.connection.execute(
                "; ".join(f"DROP {kind} {name(table)}" for kind, table in self._evidence())
            )
        self.connection.execute(
            f"CREATE {relation} spans AS " + "\nUNION ALL\n".join(_query(each) for each in inputs)
        )
        self.connection.execute(
            files("ccpolicy.engine").joinpath("subtract.sql").read_text("utf-8")
        )
        self._subjects()
        self._lapses()
        return self.outcomes

    def _evidence(self) -> list[tuple[str, str]]:
        """List the relations of the evidence, views first, which are not needed once inputs are filled."""
        names = sorted({table.name for table in self.tables.values()})
        return self.connection.execute(
            "SELECT CASE WHEN table_type = 'VIEW' THEN 'VIEW' ELSE 'TABLE' END, table_name"
            " FROM information_schema.tables WHERE table_name IN (SELECT unnest(?)) ORDER BY 1 DESC, 2",
            [names],
        ).fetchall()

    def _inputs(self, inputs: list[Inputs]) -> None:
        """Make the relations that the kinds' queries read, and the table of subjects."""
        create = self.connection.execute
        for each in inputs:
            create(f"CREATE TABLE {name(f'{each.kind.name}_population')} AS {each.population()}")
        named = " UNION ALL ".join(
            f"SELECT DISTINCT control, name FROM {name(f'{each.kind.name}_population')}"
            for each in inputs
        )
        create(
            "CREATE TABLE subject AS SELECT row_number() OVER ()::INTEGER AS number, control, name"
            f" FROM ({named})"
        )
        for each in inputs:
            create(f"CREATE TABLE {name(each.relation(each.kind.population))} AS {each.subjects()}")
            for input_name, query in each.others():
                create(f"CREATE TABLE {name(each.relation(input_name))} AS {query}")
        rows = ", ".join(f"({rule.number}, {rule.starts}, {rule.ends})" for rule in self.rules)
        create(
            f"CREATE TABLE rule (control INTEGER, starts BIGINT, ends BIGINT); INSERT INTO rule VALUES {rows}"
        )

    def _calendar(self) -> tuple[Calendar, int]:
        """Span the days of all evidence to the horizon, and count the records."""
        parts = []
        for table in self.tables.values():
            times = [
                column for column, kind in table.columns.items() if kind in ("date", "instant")
            ]
            days = [
                f"min({name(column)})"
                + ("" if table.columns[column] == "date" else " // 86400000000")
                for column in times
            ]
            parts.append(
                f"SELECT count(*), least({', '.join([*days, 'NULL'])}) FROM {name(table.name)}"
            )
        counted = self.connection.execute("\nUNION ALL\n".join(parts)).fetchall() if parts else []
        plan = day_number(self.content.plan.effective_on)
        whole = Calendar(self.zone, 0, 0)
        first = min(
            [plan, whole.day_of(self.times.starts), *(day for _, day in counted if day is not None)]
        )
        return Calendar(self.zone, first - 2, whole.day_of(self.times.horizon) + 2), sum(
            count for count, _ in counted
        )

    def _subjects(self) -> None:
        """Read which subjects each rule is about, and which of them cannot be decided."""
        rows = self.connection.execute(
            f"""
            SELECT n.control, n.name, d.goes_on, d.undecided
            FROM (
              SELECT s.subject,
                     max(CASE WHEN least(s.ends, r.ends) > {self.times.as_of} THEN 1 ELSE 0 END) AS goes_on,
                     max(CASE WHEN s.starts IS NULL OR s.ends IS NULL THEN 1 ELSE 0 END) AS undecided
              FROM spans s
              JOIN rule r ON r.control = s.control
              WHERE s.part = 'duty' AND coalesce(least(s.ends, r.ends) > {self.times.starts}, true)
              GROUP BY s.subject
              UNION ALL
              SELECT subject, 1, 1 FROM spans WHERE part = 'cover' AND ends IS NULL GROUP BY subject
            ) d
            JOIN subject n ON n.number = d.subject
            ORDER BY n.control, n.name
            """
        ).fetchall()
        for number, subject, goes_on, undecided in rows:
            outcome = self.outcomes[self.by_number[number].control.id]
            outcome.subjects[subject] = outcome.subjects.get(subject, False) or bool(goes_on)
            if undecided:
                outcome.undecided.add(subject)

    def _lapses(self) -> None:
        """Read the lapses, with the records that opened and closed them, joined over revisions."""
        rows = self.connection.execute(
            f"""
            SELECT g.control, n.name, g.subject, g.starts, g.ends, g.opened_by, g.closed_by, g.duty
            FROM gap g
            JOIN subject n ON n.number = g.subject
            WHERE g.ends > {self.times.starts}
            ORDER BY g.control, n.name, g.starts
            """
        ).fetchall()
        hidden = self._hidden([(row[2], row[3]) for row in rows if row[5] is None])
        for control, subject, number, starts, ends, opened_by, closed_by, duty in rows:
            if opened_by is None:
                opened_by = hidden.get((number, starts), duty)
            lapse = Span(subject, starts, ends, opened_by, closed_by)
            self.outcomes[self.by_number[control].control.id].lapses.append(lapse)
        for outcome in self.outcomes.values():
            outcome.lapses = _joined(outcome.lapses)

    def _hidden(self, edges: list[tuple[int, int]]) -> dict[tuple[int, int], int]:
        """Find the covers that ended where a lapse begins though a later one had ended before."""
        if not edges:
            return {}
        subjects, instants = zip(*edges, strict=True)
        rows = self.connection.execute(
            """
            SELECT s.subject, s.ends, max(s.locator)
            FROM spans s
            JOIN (SELECT unnest(?::INTEGER[]) AS subject, unnest(?::BIGINT[]) AS instant) e
              ON e.subject = s.subject AND e.instant = s.ends
            WHERE s.part = 'cover' AND s.starts < s.ends
            GROUP BY s.subject, s.ends
            """,
            [list(subjects), list(instants)],
        ).fetchall()
        return {(subject, instant): locator for subject, instant, locator in rows}


def _query(inputs: Inputs) -> str:
    """Put a kind's query over its own inputs; they are computed where they are used."""
    relations = [each for each, spec in inputs.kind.inputs.items() if not spec.items] + [
        "parameters"
    ]
    given = ", ".join(
        f"{name(each)} AS NOT MATERIALIZED (SELECT * FROM {name(inputs.relation(each))})"
        for each in relations
    )
    return f"SELECT control, part, subject, starts, ends, locator FROM (WITH {given} SELECT * FROM (\n{inputs.kind.query}\n))"


def _joined(lapses: list[Span]) -> list[Span]:
    """Join lapses of a subject that touch, as they do where one revision follows another."""
    joined: list[Span] = []
    for lapse in sorted(lapses, key=lambda lapse: (lapse.subject, lapse.starts)):
        last = joined[-1] if joined else None
        if last and last.subject == lapse.subject and last.ends == lapse.starts:
            joined[-1] = Span(
                last.subject, last.starts, lapse.ends, last.opened_by, lapse.closed_by
            )
        else:
            joined.append(lapse)
    return joined
