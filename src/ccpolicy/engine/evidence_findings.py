"""Find evidence that cannot be right, so that it is never taken for good evidence.

What is found here makes a control `unknown`; nothing in it changes a lapse.
"""

from __future__ import annotations

from dataclasses import dataclass

from ccpolicy.engine.input_sql import InputQueries, InputSelection
from ccpolicy.errors import Message
from ccpolicy.store import Store

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


def find_faults(store: Store, inputs: InputQueries) -> list[Finding]:
    """Look through all selected records and return what is wrong, with `SHOWN` places at most."""
    rows = store.ask(
        f"""
        WITH found AS ({" UNION ALL ".join(_queries(inputs))}),
        ranked AS (
          SELECT code, selection, value, locator,
                 row_number() OVER (PARTITION BY code, selection ORDER BY locator, value) AS place,
                 count(*) OVER (PARTITION BY code, selection) AS records
          FROM found
        )
        SELECT code, selection, value, locator, records
        FROM ranked
        WHERE place <= {SHOWN}
        ORDER BY selection, code, place
        """
    )
    findings = []
    for code, number, value, locator, count in rows:
        selected = inputs.selections[number]
        revision, selection = selected.revision, selected.selection
        column = selection.starts
        if code == "orphan":
            populations = revision.control.selections(revision.kind.population)
            column = " + ".join(sorted({each.dataset for each in populations}))
        findings.append(
            Finding(
                code,
                revision.control.id,
                selection.dataset,
                value,
                column,
                locator,
                count,
                number,
            )
        )
    return findings


def _queries(inputs: InputQueries) -> list[str]:
    """Write the queries, each of which returns (code, selection, value, locator)."""
    times = inputs.times
    selections = inputs.selections
    # A record without its time is no event; but a subject or a record to be judged must have one.
    timed = [
        each.number
        for each in selections
        if (each.spec.planned or each.selection.good) and each.selection.starts
    ]
    began = [each.number for each in selections if each.selection.starts]
    with_classes = [each.number for each in inputs.revisions if each.has_classes]
    own = [e.number for e in selections if e.selection.quantity and _gives_a_parameter(e)]
    return [
        "SELECT 'no_name' AS code, selection, CAST(NULL AS VARCHAR) AS value, locator"
        " FROM selected_records WHERE belongs AND subject_key IS NULL AND subject_known",
        "SELECT 'no_decision', selection, NULL, locator FROM selected_records"
        " WHERE names_subject AND belongs IS NULL",
        "SELECT 'no_start', selection, NULL, locator FROM selected_records"
        f" WHERE selection IN ({_list(timed)}) AND belongs AND starts IS NULL AND day IS NULL",
        f"SELECT '{'future' if times.present else 'left_out'}', selection, NULL, locator"
        " FROM selected_records WHERE NOT planned AND belongs"
        f" AND (starts > {times.latest} OR day > {inputs.latest_day})",
        "SELECT DISTINCT 'backwards', selection, NULL, locator FROM subject_records"
        # What has no end is cut at the horizon, beyond which it may begin.
        f" WHERE ends < recorded_start AND ends < {times.horizon}"
        f" AND selection IN ({_list(began)})",
        "SELECT DISTINCT 'no_class', selection, coalesce(class, ''), locator FROM subject_records p"
        " WHERE NOT EXISTS (SELECT 1 FROM parameter_class c"
        " WHERE c.revision = p.revision AND c.class = p.class)",
        "SELECT 'two_classes', min(selection), name, min(locator) FROM subject_records"
        f" WHERE revision IN ({_list(with_classes)})"
        " GROUP BY revision, name HAVING min(class) < max(class)",
        "SELECT 'two_minimums', min(selection), name, min(locator) FROM subject_records"
        f" WHERE selection IN ({_list(own)})"
        " GROUP BY revision, name HAVING min(quantity) < max(quantity)",
        *_orphans(inputs),
        *_early(inputs),
    ]


def _gives_a_parameter(selected: InputSelection) -> bool:
    """Whether the quantity of a subject is its own parameter, and not what was read."""
    parameters = selected.revision.kind.parameters.values()
    return any(parameter.unless.get(selected.input) == "quantity" for parameter in parameters)


def _orphans(inputs: InputQueries) -> list[str]:
    """Records about a subject that is on no roster."""
    without_subject = [
        f"SELECT locator FROM {relation.name} WHERE subject IS NULL"
        for relation, _ in inputs.record_groups
    ]
    if not without_subject:
        return []
    # DISTINCT changes nothing, but has the few records that found no subject looked up alone.
    return [
        "SELECT 'orphan', s.selection, s.subject_key, s.locator"
        " FROM (SELECT DISTINCT selection, control_number, subject_key, locator"
        " FROM selected_records WHERE NOT subject_known AND belongs"
        f" AND locator IN ({' UNION ALL '.join(without_subject)})) s"
        " WHERE NOT EXISTS (SELECT 1 FROM selected_records p WHERE p.names_subject"
        " AND p.control_number = s.control_number AND p.subject_key = s.subject_key)"
    ]


def _early(inputs: InputQueries) -> list[str]:
    """Closings before their opening."""
    return [
        f"SELECT DISTINCT 'early', c.selection, s.name, c.locator FROM {relation.name} c"
        " JOIN subject_duty o ON o.subject = c.subject JOIN subject s ON s.number = c.subject"
        " WHERE c.latest < o.starts"
        for relation, _ in inputs.record_groups
        if "latest" in relation.columns
    ]


def _list(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers)) or "-1"
