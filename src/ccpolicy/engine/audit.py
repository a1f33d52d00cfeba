"""Find evidence that cannot be right, so that it is never taken for good evidence.

What is found here makes a control `unknown`; nothing in it changes a lapse.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from ccpolicy.checks.kinds import Input
from ccpolicy.engine.inputs import Inputs, Rule, name
from ccpolicy.errors import Message
from ccpolicy.policy import Selection

SHOWN = 5
"""Places named for each finding; the rest is counted."""

AT_ONCE = 50
"""Queries in one statement: planning a statement costs more than its length."""

MESSAGES = {
    "no_name": "a record that says who or what it is about has no name for it",
    "no_start": "'{column}' is empty, so nobody can say from when it counts",
    "no_decision": "whether the record belongs here cannot be decided, since a value is missing",
    "backwards": "it ends before it begins",
    "no_class": "there is no parameter for '{value}'",
    "two_classes": "'{value}' has two classes",
    "two_minimums": "'{value}' has two minimums",
    "orphan": "'{value}' is not in the dataset '{column}'",
    "early": "'{value}' is closed before it was opened",
    "future": "the record lies in the future",
    "left_out": "later than as-of",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A kind of trouble with the evidence of a control."""

    code: str
    control: str
    dataset: str
    value: str | None
    column: str | None
    locator: int | None
    count: int
    """How many records have this trouble; the same in each finding of the kind."""

    @property
    def message(self) -> Message:
        """Return the finding in words."""
        return Message.of(MESSAGES[self.code], value=self.value, column=self.column)


def audit(
    connection: duckdb.DuckDBPyConnection,
    kinds: list[Inputs],
    latest: int,
    present: bool,
) -> list[Finding]:
    """Look through all inputs at once and return what is found, at most `SHOWN` places of each."""
    parts: list[str] = []
    labels: list[tuple[str, Rule, str, str | None]] = []

    def add(code: str, rule: Rule, dataset: str, query: str, column: str | None = None) -> None:
        labels.append((code, rule, dataset, column))
        parts.append(f"SELECT {len(labels) - 1} AS label, value, locator FROM ({query}) found")

    for inputs in kinds:
        for rule in inputs.rules:
            for input_name, spec in inputs.kind.inputs.items():
                for selection in rule.control.selections(input_name):
                    for code, column, query in _queries(
                        inputs, rule, input_name, spec, selection, latest, present
                    ):
                        add(code, rule, selection.dataset, query, column)
    findings = []
    for first in range(0, len(parts), AT_ONCE):
        rows = connection.execute(
            f"""
            WITH found AS ({" UNION ALL ".join(parts[first : first + AT_ONCE])}),
            ranked AS (
              SELECT label, value, locator,
                     row_number() OVER (PARTITION BY label ORDER BY locator, value) AS rank,
                     count(*) OVER (PARTITION BY label) AS count
              FROM found
            )
            SELECT label, value, locator, count
            FROM ranked
            WHERE rank <= {SHOWN}
            ORDER BY label, rank
            """
        ).fetchall()
        for label, value, locator, count in rows:
            code, rule, dataset, column = labels[label]
            finding = Finding(code, rule.control.id, dataset, value, column, locator, count)
            findings.append(finding)
    # A control's revisions read the same records.
    return list(dict.fromkeys(findings))


def _queries(
    inputs: Inputs,
    rule: Rule,
    input_name: str,
    spec: Input,
    selection: Selection,
    latest: int,
    present: bool,
) -> Iterator[tuple[str, str | None, str]]:
    """Yield (code, column, query) for one selection; each query returns (value, locator)."""
    source = f"{inputs.source(selection)} t"
    key = inputs.key(selection) if selection.key else "NULL"
    relation = name(inputs.relation(input_name))
    if spec.population:
        yield "no_name", None, f"SELECT NULL AS value, locator FROM {source} WHERE {key} IS NULL"
        if selection.where:
            table = name(inputs.tables[selection.dataset].name)
            where = f"({selection.where}\n) IS NULL"
            yield "no_decision", None, f"SELECT NULL AS value, locator FROM {table} WHERE {where}"
        if selection.starts and (spec.planned or selection.good):
            where = f"{name(selection.starts)} IS NULL"
            yield (
                "no_start",
                selection.starts,
                f"SELECT NULL AS value, locator FROM {source} WHERE {where}",
            )
        yield from _population(inputs, rule, selection)
    elif spec.items:
        yield "no_name", None, f"SELECT NULL AS value, locator FROM {source} WHERE {key} IS NULL"
    elif not rule.whole:
        yield from _orphans(inputs, rule, selection, key)
    if spec.closes:
        opened = name(inputs.relation(spec.closes))
        yield (
            "early",
            None,
            f"SELECT s.name AS value, c.locator FROM {relation} c"
            f" JOIN {opened} o ON o.subject = c.subject JOIN subject s ON s.number = c.subject"
            f" WHERE o.control = {rule.number} AND c.latest < o.starts",
        )
    if selection.starts and not spec.items and not (spec.planned and (spec.population or selection.ends)):
        yield from _later(inputs, selection, source, latest, present)


def _population(
    inputs: Inputs, rule: Rule, selection: Selection
) -> Iterator[tuple[str, str | None, str]]:
    """What cannot be right about the subjects themselves."""
    mine = f"{name(f'{inputs.kind.name}_population')} t WHERE t.control = {rule.number}"
    if selection.ends:
        yield (
            "backwards",
            None,
            f"SELECT t.name AS value, t.locator FROM {mine} AND t.ends < t.latest",
        )
    if selection.quantity:
        yield (
            "two_minimums",
            None,
            f"SELECT t.name AS value, min(t.locator) AS locator FROM {mine}"
            " GROUP BY t.name HAVING count(DISTINCT t.quantity) > 1",
        )
    if rule.differs:
        parameters = name(f"{inputs.kind.name}_parameters")
        yield (
            "no_class",
            selection.by,
            f"SELECT coalesce(t.class, '') AS value, t.locator FROM {mine} AND NOT EXISTS"
            f" (SELECT 1 FROM {parameters} p WHERE p.control = t.control AND p.class = t.class)",
        )
        yield (
            "two_classes",
            None,
            f"SELECT t.name AS value, min(t.locator) AS locator FROM {mine}"
            " GROUP BY t.name HAVING count(DISTINCT t.class) > 1",
        )


def _orphans(
    inputs: Inputs, rule: Rule, selection: Selection, key: str
) -> Iterator[tuple[str, str | None, str]]:
    """Records about what the population's dataset does not know, whether in its selection or not."""
    populations = rule.control.selections(inputs.kind.population)
    if selection.dataset.partition(".")[0] in {
        each.dataset.partition(".")[0] for each in populations
    }:
        return
    known = " UNION ALL ".join(
        f"SELECT {inputs.key(each)} AS subject FROM {name(inputs.tables[each.dataset].name)} t"
        for each in populations
    )
    yield (
        "orphan",
        " + ".join(sorted({each.dataset for each in populations})),
        f"SELECT {key} AS value, t.locator FROM {inputs.source(selection)} t WHERE NOT EXISTS"
        f" (SELECT 1 FROM ({known}) k WHERE k.subject = {key})",
    )


def _later(
    inputs: Inputs, selection: Selection, source: str, latest: int, present: bool
) -> Iterator[tuple[str, str | None, str]]:
    """Events after as-of: invalid if as-of is the present, and otherwise yet to happen."""
    assert selection.starts
    column = name(selection.starts)
    if inputs.tables[selection.dataset].columns[selection.starts] == "date":
        beyond = f"{column} > {inputs.calendar.day_of(latest)}"
    else:
        beyond = f"{column} > {latest}"
    code = "future" if present else "left_out"
    yield code, selection.starts, f"SELECT NULL AS value, locator FROM {source} WHERE {beyond}"
