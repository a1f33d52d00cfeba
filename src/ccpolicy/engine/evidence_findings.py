"""Find evidence that cannot be right, so that it is never taken for good evidence.

What is found here makes a control `unknown`; nothing in it changes a lapse.
"""

from __future__ import annotations

from dataclasses import dataclass

from ccpolicy.engine.input_sql import Inputs, InputSelection, records_table
from ccpolicy.errors import Message
from ccpolicy.store import DuckDB

SHOWN = 5
"""Places named for each finding; the rest is counted."""

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
    selection: int
    """Number of the selection in which it was found."""

    @property
    def message(self) -> Message:
        """Return the finding in words."""
        return Message.of(MESSAGES[self.code], value=self.value, column=self.column)


def audit(store: DuckDB, inputs: Inputs, *, present: bool) -> list[Finding]:
    """Look through all that was staged and return what is found, at most `SHOWN` places of each."""
    rows = store.ask(
        f"""
        WITH found AS ({" UNION ALL ".join(_queries(inputs, present=present))}),
        ranked AS (
          SELECT code, selection, value, locator,
                 row_number() OVER (PARTITION BY code, selection ORDER BY locator, value) AS rank,
                 count(*) OVER (PARTITION BY code, selection) AS count
          FROM found
        )
        SELECT code, selection, value, locator, count
        FROM ranked
        WHERE rank <= {SHOWN}
        ORDER BY selection, code, rank
        """
    )
    parts = inputs.parts()
    findings = []
    for code, selection, value, locator, count in rows:
        part = parts[selection]
        column = part.selection.starts
        if code == "orphan":
            populations = part.rule.control.selections(part.rule.kind.population)
            column = " + ".join(sorted({each.dataset for each in populations}))
        control, dataset = part.rule.control.id, part.selection.dataset
        findings.append(Finding(code, control, dataset, value, column, locator, count, selection))
    return findings


def _queries(inputs: Inputs, *, present: bool) -> list[str]:
    """Write the queries, each of which returns (code, selection, value, locator)."""
    bounds = inputs.bounds
    parts = inputs.parts()
    # A record without its time is no event; but a subject or a record to be judged must have one.
    timed = [p.number for p in parts if (p.spec.planned or p.selection.good) and p.selection.starts]
    began = [part.number for part in parts if part.selection.starts]
    differing = [rule.number for rule in inputs.rules if rule.differs]
    own = [part.number for part in parts if part.selection.quantity and _gives_a_parameter(part)]
    return [
        "SELECT 'no_name' AS code, selection, NULL::VARCHAR AS value, locator FROM staged"
        " WHERE belongs AND name IS NULL AND known",
        "SELECT 'no_decision', selection, NULL, locator FROM staged"
        " WHERE population AND belongs IS NULL",
        "SELECT 'no_start', selection, NULL, locator FROM staged"
        f" WHERE selection IN ({_list(timed)}) AND belongs AND starts IS NULL AND day IS NULL",
        f"SELECT '{'future' if present else 'left_out'}', selection, NULL, locator FROM staged"
        f" WHERE NOT ahead AND belongs AND (starts > {bounds.latest} OR day > {bounds.latest_day})",
        "SELECT DISTINCT 'backwards', selection, NULL, locator FROM population"
        # What has no end is cut at the horizon, beyond which it may begin.
        f" WHERE ends < began AND ends < {bounds.horizon} AND selection IN ({_list(began)})",
        "SELECT DISTINCT 'no_class', selection, coalesce(class, ''), locator FROM population p"
        " WHERE NOT EXISTS"
        " (SELECT 1 FROM class c WHERE c.control = p.control AND c.class = p.class)",
        "SELECT 'two_classes', min(selection), name, min(locator) FROM population"
        f" WHERE control IN ({_list(differing)})"
        " GROUP BY control, name HAVING min(class) < max(class)",
        f"SELECT 'two_minimums', min(selection), name, min(locator) FROM population"
        f" WHERE selection IN ({_list(own)})"
        " GROUP BY control, name HAVING min(quantity) < max(quantity)",
        *_orphans(inputs),
        *_early(inputs),
    ]


def _gives_a_parameter(part: InputSelection) -> bool:
    """Whether the quantity of a subject is its own parameter, and not what was read."""
    parameters = part.rule.kind.parameters.values()
    return any(parameter.unless.get(part.input) == "quantity" for parameter in parameters)


def _orphans(inputs: Inputs) -> list[str]:
    """Records about a subject that is on no roster."""
    alone = [
        f"SELECT locator FROM {records_table(columns)} WHERE subject IS NULL"
        for columns in inputs.groups()
    ]
    if not alone:
        return []
    # Only of the few records that found no subject it is asked why.
    return [
        "SELECT 'orphan', selection, name, locator FROM (WITH alone AS MATERIALIZED"
        " (SELECT selection, family, name, locator FROM staged WHERE NOT known AND belongs"
        f" AND locator IN ({' UNION ALL '.join(alone)}))"
        " SELECT * FROM alone s WHERE NOT EXISTS (SELECT 1 FROM staged p"
        " WHERE p.population AND p.family = s.family AND p.name = s.name))"
    ]


def _early(inputs: Inputs) -> list[str]:
    """Closings before their opening."""
    if not any(part.spec.closes for part in inputs.parts()):
        return []
    return [
        "SELECT DISTINCT 'early', c.selection, s.name, c.locator FROM records_latest_selection c"
        " JOIN concerned o ON o.subject = c.subject JOIN subject s ON s.number = c.subject"
        " WHERE c.latest < o.starts"
    ]


def _list(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers)) or "-1"
