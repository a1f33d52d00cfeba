"""Judge new records by the readers and validators of `check`, before anything is written."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.evidence import Evidence, Problem, load_evidence, values
from ccpolicy.evidence.record_sources import NUMBER_BITS
from ccpolicy.policy import Policy
from ccpolicy.record.errors import InvalidRecords
from ccpolicy.record.form_fields import RecordForm
from ccpolicy.record.spelling import Speller
from ccpolicy.record.target import TargetFile
from ccpolicy.store import DuckDB, open_store
from ccpolicy.store.sql import identifier
from ccpolicy.time.zones import time_zone

_SHOWN = 1000
"""Problems listed before and after recording; comparing the two lists finds the new ones."""


@contextmanager
def trial_file(target: TargetFile, content: bytes) -> Iterator[Mapping[str, Path]]:
    """Write a content where only this run reads it, and yield it as `load_evidence` takes it."""
    with tempfile.TemporaryDirectory(prefix="ccpolicy-") as folder:
        apart = Path(folder) / target.path.name
        apart.write_bytes(content)
        yield {target.name: apart}


def judge(
    policy: Policy,
    form: RecordForm,
    target: TargetFile,
    records: Sequence[Mapping[str, Any]],
    instead: Mapping[str, Path],
    lines: int,
) -> None:
    """Hold a file with new records at its end to the contract; `lines` were there before.

    Raises:
        InvalidRecords: something is wrong that was not before, or a record is not read as meant.
    """
    memory = policy.settings.limits.memory
    with open_store(memory=memory) as store:
        after = _load(policy, form, store, instead)
        problems = after.problems.get(form.dataset.id, [])
        if problems:
            with open_store(memory=memory) as other:
                before = _load(policy, form, other, None).problems.get(form.dataset.id, [])
            known = {(each.message, each.locator) for each in before}
            problems = [each for each in problems if (each.message, each.locator) not in known]
        if problems:
            raise InvalidRecords([_error(each) for each in problems])
        if errors := list(_misread(form, target, records, after, store, policy, lines)):
            raise InvalidRecords(errors)


def _load(
    policy: Policy, form: RecordForm, store: DuckDB, instead: Mapping[str, Path] | None
) -> Evidence:
    evidence = load_evidence(
        store,
        policy.root,
        policy.settings.evidence,
        policy.datasets,
        {form.dataset.id: {each.name for each in form.contract.columns}},
        time_zone(policy.plan.zone),
        None,
        _SHOWN,
        policy.settings.limits,
        instead,
    )
    # What is asked from here on computes what the policy derives.
    store.lock()
    return evidence


def _error(problem: Problem) -> EvidenceError:
    error = EvidenceError.of(problem.message, problem.locator)
    if problem.hint:
        error.hint = problem.hint
    return error


def _misread(
    form: RecordForm,
    target: TargetFile,
    records: Sequence[Mapping[str, Any]],
    evidence: Evidence,
    store: DuckDB,
    policy: Policy,
    lines: int,
) -> Iterator[EvidenceError]:
    """Yield what is read otherwise than it was meant, though it is valid."""
    table = evidence.tables[form.dataset.id]
    sources = [
        number
        for number, source in evidence.places.sources.items()
        if getattr(getattr(source, "file", None), "name", "") == target.name
    ]
    names = [each.name for each in form.fields]
    rows = store.ask(
        f"SELECT locator, {', '.join(map(identifier, names))} FROM {identifier(table.name)}"
        f" WHERE locator >> {NUMBER_BITS} = ? ORDER BY locator DESC LIMIT {len(records)}",
        [sources[0] if sources else 0],
    )
    speller = Speller(store, time_zone(policy.plan.zone))
    places = evidence.places.locate([locator for locator, *_ in rows])
    if sum((each.line or 0) > lines for each in places.values()) < len(records):
        yield EvidenceError(
            "a line of the new records is passed over when the file is read",
            hint="look at 'skip' in the dataset",
            locator=Locator(target.name),
        )
        return
    for record, (_, *row) in zip(records, reversed(rows), strict=True):
        for field, found in zip(form.fields, row, strict=True):
            wanted = speller.typed(field.column, record.get(field.name))
            if isinstance(wanted, tuple):
                wanted = wanted[0]
            elif isinstance(wanted, list):
                wanted = values.list_text(wanted)
            if field.column.reading.extract is None and found != wanted:
                yield EvidenceError(
                    "'{name}' is read as {found}, and {value} was meant",
                    locator=Locator(target.name),
                    name=field.name,
                    found=values.shown(found),
                    value=values.shown(record.get(field.name)),
                )
