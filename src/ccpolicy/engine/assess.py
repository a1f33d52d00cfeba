"""Judge a policy's controls."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping

import duckdb

from ccpolicy.assessment.models import Assessment
from ccpolicy.checks.durations import parse_duration
from ccpolicy.engine.calendar import instant, shift
from ccpolicy.engine.run import Run, Times
from ccpolicy.engine.write import Question, Writer
from ccpolicy.evidence import load_evidence
from ccpolicy.policy import Content, Control, check_content


def assess(content: Content, question: Question) -> Assessment:
    """Evaluate the controls and return the assessment.

    Raises:
        PolicyErrors: the policy's files do not fit together.
    """
    with tempfile.TemporaryDirectory(prefix="ccpolicy-") as spill, duckdb.connect() as connection:
        connection.execute(f"SET TimeZone = 'UTC'; SET temp_directory = '{spill}'")
        columns = check_content(content, connection)
        controls = [content.controls[name] for name in question.controls]
        evidence = load_evidence(
            connection,
            content.root,
            content.settings.evidence,
            content.datasets,
            _used(content, controls, columns),
        )
        # From here on runs SQL that the policy brought along.
        connection.execute("SET enable_external_access = false; SET lock_configuration = true")
        horizon = shift(question.as_of, parse_duration(content.settings.horizon), 1)
        times = Times(
            starts=instant(question.starts),
            as_of=instant(question.as_of),
            horizon=instant(horizon),
            present=question.source == "now",
        )
        outcomes = Run(connection, content, controls, evidence.tables, times).outcome(
            sum(each.records for each in evidence.files)
        )
    return Writer(content, question, times, evidence, outcomes).assessment(controls)


def _used(
    content: Content, controls: Iterable[Control], columns: Mapping[str, frozenset[str]]
) -> dict[str, set[str]]:
    """Return each table's columns that the controls need."""
    used: dict[str, set[str]] = {}
    for control in controls:
        for name in control.inputs:
            for part in control.selections(name):
                wanted = used.setdefault(part.dataset, set())
                wanted.update(part.key)
                wanted.update(
                    each
                    for each in (part.starts, part.ends, part.item, part.by, part.quantity)
                    if each
                )
                for predicate in (part.where, part.good):
                    wanted.update(columns[predicate] if predicate else ())
    return used
