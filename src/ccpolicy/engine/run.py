"""Run the check kinds over the evidence and subtract cover from duty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from zoneinfo import ZoneInfo

import duckdb

from ccpolicy.checks.kinds import Kind
from ccpolicy.engine.audit import Finding, audit
from ccpolicy.engine.calendar import Calendar, day_number, day_starts
from ccpolicy.engine.inputs import (
    Bounds,
    Inputs,
    Rule,
    extra_columns,
    name,
    records_table,
    text,
)
from ccpolicy.engine.parameters import Terms, create_parameters
from ccpolicy.evidence import Table
from ccpolicy.policy import Content, Control

Edge = tuple[int, int]
"""A subject's number, and an instant."""
STREAMED = 200_000
"""Records from which what is staged is computed as it flows, and not kept in memory."""


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

    subjects: int = 0
    """How many subjects' duty touches the time from the window's start to the horizon."""
    ended: int = 0
    """How many of them have no duty that goes on after as-of."""
    undecided: set[str] = field(default_factory=set)
    """Subjects with a span whose time cannot be said."""
    lapses: list[Span] = field(default_factory=list)
    """Lapses that touch the window, by subject and time. Of subjects that a waiver names they go
    on to the horizon; of the others none is there that begins after as-of."""
    ahead: list[tuple[int, list[str]]] = field(default_factory=list)
    """By moment: which of the others lapse then for the first time after as-of, by name. Who is
    in a lapse at as-of is not due again."""
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
        self.of_family = list(self.outcomes.values())
        # Each revision numbers its subjects; those of a control's revisions are one by their name.
        self.one = "number" if len(self.rules) == len(self.outcomes) else "name"
        self.spans_of: dict[str, str] = {}
        """Check kind → its query over its inputs, once these are there."""

    def _rules(self, controls: Iterable[Control]) -> Iterator[Rule]:
        number = 0
        effective = self.content.plan.effective_on
        for family, control in enumerate(controls):
            history = control.history
            first = day_number(max(history[0].from_ or effective, effective))
            for revision, following in zip(history, [*history[1:], None], strict=True):
                number += 1
                ends = self.times.horizon
                if following and following.from_:
                    ends = min(ends, day_starts(day_number(following.from_), self.zone))
                yield Rule(
                    number=number,
                    family=family,
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

    def outcome(self, records: int) -> dict[str, Outcome]:
        """Evaluate every rule over so many records and return what was found, by control."""
        if not self.rules:  # no control fits every filter
            return self.outcomes
        streamed = records > STREAMED
        zone = Calendar(self.zone, 0, 0)
        inputs = Inputs(
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
        self.connection.execute(
            f"CREATE {'VIEW' if streamed else 'TABLE'} staged AS {inputs.staged()}"
        )
        calendar = self._calendar(inputs)
        self._inputs(inputs, calendar)
        for finding in audit(self.connection, inputs, present=self.times.present):
            self.outcomes[finding.control].findings.append(finding)
        if streamed:
            # The records stand in the inputs now; their memory is better used for the spans.
            self.connection.execute("DROP VIEW staged; " + "; ".join(self._evidence()))
        self.spans_of = {kind.name: _query(inputs, kind) for kind in inputs.kinds()}
        self.connection.execute(
            "CREATE TABLE spans AS " + "\nUNION ALL\n".join(self.spans_of.values())
        )
        if streamed:
            done = [f"DROP TABLE {records_table(columns)}" for columns in inputs.groups()]
            self.connection.execute("; ".join(done))
        subtract = files("ccpolicy.engine").joinpath("subtract.sql").read_text("utf-8")
        self.connection.execute(subtract)
        self._subjects()
        named = {waiver.subject for waiver in self.content.waivers.values()}
        for each, lapses in self.lapses(named).items():
            self.outcomes[each].lapses = lapses
        self._ahead(named)
        return self.outcomes

    def _calendar(self, inputs: Inputs) -> Calendar:
        """Make the calendar tables, from the first day of any evidence to the horizon."""
        terms = Terms()
        for kind in inputs.kinds():
            rules = [rule for rule in self.rules if rule.kind is kind]
            create_parameters(self.connection, kind, rules, terms, self.times.horizon)
        row = self.connection.execute(
            "SELECT min(day), min(ends_day), min(starts), min(ends) FROM staged"
        ).fetchone()
        zone = Calendar(self.zone, 0, 0)
        days = [each for each in (row or ())[:2] if each is not None]
        days += [zone.day_of(each) for each in (row or ())[2:] if each is not None]
        days += [zone.day_of(self.times.starts), *(rule.first for rule in self.rules)]
        calendar = Calendar(self.zone, min(days) - 2, inputs.bounds.horizon_day + 2)
        calendar.create(
            self.connection,
            list(terms.durations.items()),
            [(label, per, grace) for label, (per, grace) in terms.periods.items()],
            self.content.plan.holidays,
        )
        return calendar

    def _inputs(self, inputs: Inputs, calendar: Calendar) -> None:
        """Number the subjects, and make the relations that the kinds' queries read."""
        classes = ", ".join(
            f"({rule.number}, {text(each)})" for rule in self.rules for each in rule.classes
        )
        self.connection.execute(
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
            {files("ccpolicy.engine").joinpath("concerned.sql").read_text("utf-8")}
            """
        )
        for columns, numbers in inputs.groups().items():
            query = inputs.records(columns, numbers, calendar)
            self.connection.execute(f"CREATE TABLE {records_table(columns)} AS {query}")

    def _evidence(self) -> list[str]:
        """Write how to drop the relations of the evidence, views first."""
        names = sorted({table.name for table in self.tables.values()})
        rows = self.connection.execute(
            "SELECT table_type = 'VIEW' AS view, table_name FROM information_schema.tables"
            " WHERE table_name IN (SELECT unnest(?)) ORDER BY view DESC, table_name",
            [names],
        ).fetchall()
        return [f"DROP {'VIEW' if view else 'TABLE'} {name(table)}" for view, table in rows]

    def _subjects(self) -> None:
        """Count the subjects that each control is about, and read which cannot be decided."""
        rows = self.connection.execute(
            f"""
            SELECT family, count(*), count(*) - sum(goes_on), list(undecided)
            FROM (
              SELECT r.family, max(d.goes_on) AS goes_on,
                     max(CASE WHEN d.undecided THEN n.name END) AS undecided
              FROM (
                SELECT subject, CASE WHEN ends > {self.times.as_of} THEN 1 ELSE 0 END AS goes_on,
                       false AS undecided
                FROM duty
                WHERE ends > {self.times.starts}
                UNION ALL
                SELECT subject, 1, true
                FROM spans
                WHERE ends IS NULL OR (starts IS NULL AND part = 'duty')
              ) d
              JOIN subject n ON n.number = d.subject
              JOIN rule r ON r.number = n.control
              GROUP BY r.family, n.{self.one}
            )
            GROUP BY family
            """
        ).fetchall()
        for family, subjects, ended, undecided in rows:
            outcome = self.of_family[family]
            outcome.subjects, outcome.ended = subjects, int(ended)
            outcome.undecided = {each for each in undecided if each is not None}

    def first_subjects(self, limit: int) -> dict[str, list[str]]:
        """Return some of the subjects that each control is about, the first by name."""
        rows = self.connection.execute(
            f"""
            SELECT family, name
            FROM (
              SELECT family, name, row_number() OVER (PARTITION BY family ORDER BY name) AS rank
              FROM (
                SELECT DISTINCT r.family, n.name
                FROM duty d
                JOIN subject n ON n.number = d.subject
                JOIN rule r ON r.number = d.control
                WHERE d.ends > {self.times.starts}
              )
            )
            WHERE rank <= {limit}
            ORDER BY family, name
            """
        ).fetchall()
        families = list(self.outcomes)
        found: dict[str, list[str]] = {each: [] for each in families}
        for family, subject in rows:
            found[families[family]].append(subject)
        return found

    def lapses(self, named: Iterable[str]) -> dict[str, list[Span]]:
        """Read each control's lapses that touch the window, with the records around them.

        What begins after as-of is left out, except of subjects that are named.
        """
        # What ends with its revision may go on in the next, so that its true beginning counts.
        rows = self.connection.execute(
            f"""
            SELECT g.control, n.name, g.subject, g.starts, g.ends, g.bare_since
            FROM gap g
            JOIN subject n ON n.number = g.subject
            JOIN rule r ON r.number = g.control
            WHERE (g.ends > {self.times.starts} OR g.ends = r.ends)
              AND (g.starts <= {self.times.as_of} OR n.name IN (SELECT unnest(?::VARCHAR[])))
            """,
            [list(named)],
        ).fetchall()
        # Of what lies ahead only the time is told.
        past = [row for row in rows if row[3] <= self.times.as_of]
        begun, ran_out, again = self._edges([row[2:] for row in past])
        owed = self._owed(
            [(row[2], row[3], row[5]) for row in past if row[5] < row[3] and row[2:4] not in begun]
        )
        over = self._over(
            [
                (row[2], row[4])
                for row in past
                if (row[2], row[4]) not in again and row[4] <= self.times.as_of
            ]
        )
        found: dict[str, list[Span]] = {each: [] for each in self.outcomes}
        for control, subject, number, starts, ends, bare_since in rows:
            edge = (number, starts)
            opener = begun.get(edge, owed.get(edge, ran_out.get((number, bare_since))))
            closer = again.get((number, ends), over.get((number, ends)))
            found[self.by_number[control].control.id].append(
                Span(subject, starts, ends, opener, closer)
            )
        return {
            each: [lapse for lapse in _joined(lapses) if lapse.ends > self.times.starts]
            for each, lapses in found.items()
        }

    def _ahead(self, named: Iterable[str]) -> None:
        """Read who lapses when for the first time after as-of; not of those who are named."""
        rows = self.connection.execute(
            f"""
            SELECT family, starts, list(name)
            FROM (
              SELECT r.family, min(n.name) AS name, min(g.starts) AS starts
              FROM gap g
              JOIN subject n ON n.number = g.subject
              JOIN rule r ON r.number = g.control
              WHERE g.ends > {self.times.as_of} AND n.name NOT IN (SELECT unnest(?::VARCHAR[]))
              GROUP BY r.family, n.{self.one}
            )
            WHERE starts > {self.times.as_of}
            GROUP BY family, starts
            ORDER BY family, starts
            """,
            [list(named)],
        ).fetchall()
        for family, starts, subjects in rows:
            self.of_family[family].ahead.append((starts, sorted(subjects)))

    def _edges(
        self, lapses: list[tuple[int, int, int, int]]
    ) -> tuple[dict[Edge, int], dict[Edge, int], dict[Edge, int]]:
        """Find the records around lapses (subject, starts, ends, bare since), each by its edge.

        Those with which the duty began, those whose cover had run out, and those with which cover
        came again.
        """
        begun: dict[Edge, int] = {}
        ran_out: dict[Edge, int] = {}
        again: dict[Edge, int] = {}
        if lapses:
            rows = self.connection.execute(
                """
                SELECT DISTINCT s.part, s.subject, s.starts, s.ends, s.locator
                FROM spans s
                JOIN (SELECT unnest(?::INTEGER[]) AS subject, unnest(?::BIGINT[]) AS starts,
                             unnest(?::BIGINT[]) AS ends, unnest(?::BIGINT[]) AS bare_since) g
                  ON g.subject = s.subject
                WHERE s.locator IS NOT NULL
                  AND CASE WHEN s.part = 'duty' THEN s.starts = g.starts
                           ELSE s.starts < s.ends AND (s.ends = g.bare_since OR s.starts = g.ends)
                      END
                ORDER BY s.starts, s.locator
                """,
                [*map(list, zip(*lapses, strict=True))],
            ).fetchall()
            for part, subject, starts, ends, locator in rows:
                if part == "duty":
                    begun.setdefault((subject, starts), locator)
                else:
                    again.setdefault((subject, starts), locator)
                    ran_out[subject, ends] = locator  # of several the one that began last
        return begun, ran_out, again

    def _over(self, edges: list[Edge]) -> dict[Edge, int]:
        """Find the records with whose end a subject's duty ended, at some instants."""
        if not edges:
            return {}
        subjects, instants = zip(*edges, strict=True)
        rows = self.connection.execute(
            """
            SELECT e.subject, e.instant, min(p.locator)
            FROM population p
            JOIN subject s ON s.control = p.control AND s.name = p.name
            JOIN (SELECT unnest(?::INTEGER[]) AS subject, unnest(?::BIGINT[]) AS instant) e
              ON e.subject = s.number AND e.instant = p.ends
            WHERE p.locator IS NOT NULL
            GROUP BY e.subject, e.instant
            """,
            [list(subjects), list(instants)],
        ).fetchall()
        return {(subject, instant): locator for subject, instant, locator in rows}

    def _owed(self, lapses: list[tuple[int, int, int]]) -> dict[tuple[int, int], int]:
        """Find the records since whose duty a subject had been bare when its lapse began.

        What is owed from a revision's first day on may have been missing before that.
        """
        if not lapses:
            return {}
        rows = self.connection.execute(
            """
            SELECT e.subject, e.instant, s.starts, s.locator
            FROM spans s
            JOIN (SELECT unnest(?::INTEGER[]) AS subject, unnest(?::BIGINT[]) AS instant,
                         unnest(?::BIGINT[]) AS since) e
              ON e.subject = s.subject
            WHERE s.part = 'duty' AND s.locator IS NOT NULL
              AND e.since <= s.starts AND s.starts < e.instant AND e.instant < s.ends
            ORDER BY s.starts DESC, s.locator DESC
            """,
            [list(column) for column in zip(*lapses, strict=True)],
        ).fetchall()
        return {(subject, instant): locator for subject, instant, _, locator in rows}


def _query(inputs: Inputs, kind: Kind) -> str:
    """Put a kind's query over its own inputs; they are computed where they are used."""
    relations = inputs.relations()
    given = [f"parameters AS NOT MATERIALIZED (SELECT * FROM {name(f'{kind.name}_parameters')})"]
    for each, spec in kind.inputs.items():
        if spec.items:
            continue
        table = "concerned" if spec.population else records_table(extra_columns(spec))
        given.append(
            f"{name(each)} AS NOT MATERIALIZED"
            f" (SELECT * EXCLUDE (relation) FROM {name(table)}"
            f" WHERE relation = {relations[kind.name, each]} AND subject IS NOT NULL)"
        )
    # A part that is neither is a mistake, and not to be passed over.
    part = "CAST(coalesce(part, '') AS ENUM ('duty', 'cover')) AS part"
    return (
        f"SELECT control, {part}, subject, starts, ends, locator"
        f" FROM (WITH {', '.join(given)} SELECT * FROM (\n{kind.query}\n))"
    )


def _joined(lapses: list[Span]) -> list[Span]:
    """Join lapses of a subject that touch, as they do where one revision follows another."""
    joined: list[Span] = []
    lapses.sort(key=lambda lapse: (lapse.subject, lapse.starts))
    for lapse in lapses:
        last = joined[-1] if joined else None
        if last and last.subject == lapse.subject and last.ends == lapse.starts:
            joined[-1] = Span(
                last.subject, last.starts, lapse.ends, last.opened_by, lapse.closed_by
            )
        else:
            joined.append(lapse)
    return joined
