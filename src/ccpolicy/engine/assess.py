"""Judge a policy's controls."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ccpolicy.assessment.models import Assessment
from ccpolicy.engine.build import AssessmentBuilder, EvaluationRequest
from ccpolicy.engine.evaluation import Evaluation
from ccpolicy.engine.lapses import EvaluationTimes
from ccpolicy.engine.record_provenance import with_recorded
from ccpolicy.errors import EvidenceError, Locator, PolicyError, PolicyErrors
from ccpolicy.evidence import Table, load_evidence
from ccpolicy.evidence.expression_check import uncomputable
from ccpolicy.policy import FROM_GIT, Control, Policy, check_policy
from ccpolicy.policy.settings import FILE
from ccpolicy.provenance.models import Provenance
from ccpolicy.store import DuckDB, QueryError, StoreError, open_store
from ccpolicy.store.sql import identifier
from ccpolicy.time.calendar import Calendar, day_number, day_starts, instant, shift
from ccpolicy.time.durations import parse_duration
from ccpolicy.time.zones import time_zone

if TYPE_CHECKING:
    from ccpolicy.provenance.read import ProvenanceRequest

Provide = Callable[["ProvenanceRequest", DuckDB], Provenance]
"""Says what git knows of the evidence."""


def assess(
    content: Policy, question: EvaluationRequest, provide: Provide | None = None
) -> Assessment:
    """Evaluate the controls and return the assessment.

    What git knows is read from the repository unless somebody else is to `provide` it.

    Raises:
        PolicyErrors: the policy's files do not fit together.
    """
    with tempfile.TemporaryDirectory(prefix="ccpolicy-") as spill, open_store(Path(spill)) as store:
        columns = check_policy(content, store)
        controls = [content.controls[each] for each in question.controls]
        used = _used(content, controls, columns)
        provenance = _provenance(content, question, used, store, Path(spill), provide)
        root = content.root
        if provenance and provenance.commit and question.known_at and not provenance.is_told:
            from ccpolicy.git.snapshot import write_evidence

            root = Path(spill) / "known"
            write_evidence(root, content.root, content.settings.evidence, provenance.commit)
        evidence = load_evidence(
            store,
            root,
            content.settings.evidence,
            content.datasets,
            used,
            provenance.records() if provenance else None,
        )
        # From here on runs SQL that the policy brought along.
        store.lock()
        horizon = shift(question.as_of, parse_duration(content.settings.horizon), 1)
        times = EvaluationTimes(
            starts=instant(question.starts),
            ends=min(instant(question.ends), instant(question.as_of)),
            as_of=instant(question.as_of),
            horizon=instant(horizon),
            present=question.source == "now",
        )
        run = Evaluation(store, content, controls, evidence.tables, times)
        try:
            outcomes = run.outcome(sum(each.records for each in evidence.files))
        except PolicyError as failure:  # the plan's holidays are not known
            place = content.place("plan", content.plan.id, "holidays")
            raise failure.at(failure.locator or place) from None
        except StoreError:
            errors = list(_uncomputable(store, content, controls, evidence.tables))
            if errors := errors or list(_failing(store, content, run.spans_of)):
                raise PolicyErrors(errors) from None
            raise
        # The files are looked into for places, and so must still be there.
        writer = AssessmentBuilder(content, question, times, evidence, outcomes, provenance)
        result = writer.assessment(controls)
        if question.annex and controls:
            # Needed for reports to auditors alone.
            from ccpolicy.engine.audit_appendix import make_appendix

            result = result.model_copy(update={"annex": make_appendix(run, writer, controls)})
        if provenance:
            result = with_recorded(result, provenance, run, writer, writer.named)
    return result


def _provenance(
    content: Policy,
    question: EvaluationRequest,
    used: Mapping[str, set[str]],
    store: DuckDB,
    scratch: Path,
    provide: Provide | None,
) -> Provenance | None:
    """Read what git knows, if a control rests on it by now or somebody asks for it.

    Raises:
        EvidenceError: what is asked for is not so.
    """
    # A policy test gives itself what git would fill elsewhere.
    filled = any(content.datasets[each].format == "git" for each in used.keys() & set(FROM_GIT))
    tables = filled and _adopted(content) <= instant(question.as_of)
    if not (tables or question.provenance or question.needs_history):
        return None
    # Slow to import, and needed for this alone.
    from ccpolicy.provenance.read import read_provenance

    asked = replace(
        asked_of_git(content, question.as_of, scratch),
        known_at=question.known_at,
        ancestor=question.ancestor,
        tables=tables,
    )
    found = (provide or read_provenance)(asked, store)
    if question.needs_history and found.reason:
        raise EvidenceError(found.reason.template, hint=found.hint.template if found.hint else "")
    if question.require_clean and found.uncommitted:
        first, *more = [each.file for each in found.uncommitted]
        raise EvidenceError(
            "{count} files are not as committed: {files}",
            hint="commit them, or judge them without --require-clean",
            locator=Locator(first),
            count=len(more) + 1,
            files=", ".join([first, *more][:5]) + (", …" if len(more) > 4 else ""),
        )
    return found


def asked_of_git(content: Policy, as_of: datetime.datetime, scratch: Path) -> ProvenanceRequest:
    """Return what is asked of git if everything about the working tree is."""
    from ccpolicy.provenance.read import ProvenanceRequest

    settings = content.settings
    # Whose signatures count is said by the policy that judges, wherever that was read from.
    keys = scratch / "keys"
    keys.mkdir()
    for each, data in content.keys.items():
        (keys / each).write_bytes(data)
    return ProvenanceRequest(
        root=content.root,
        evidence=settings.evidence,
        policy=[FILE, settings.policy, settings.checks],
        datasets=content.datasets,
        calendar=Calendar(time_zone(content.plan.zone), content.plan.holidays),
        adopted=_adopted(content),
        as_of=instant(as_of),
        signers=keys,
        scratch=scratch,
    )


def _adopted(content: Policy) -> int:
    """Return the instant from which records are owed in time."""
    plan = content.plan
    return day_starts(day_number(plan.adopted_on or plan.effective_on), time_zone(plan.zone))


def _uncomputable(
    store: DuckDB,
    content: Policy,
    controls: Iterable[Control],
    tables: Mapping[str, Table],
) -> Iterator[PolicyError]:
    """Yield the predicates that cannot be computed over the records on file."""
    for control in controls:
        for input_name, given in control.inputs.items():
            for index, part in enumerate(control.selections(input_name)):
                path = ("inputs", input_name, *((index,) if isinstance(given, list) else ()))
                for role in ("where", "good"):
                    if not (predicate := getattr(part, role)):
                        continue
                    table = identifier(tables[part.dataset].name)
                    place = content.place("control", control.id, *path, role)
                    yield from uncomputable(store, predicate, table, place)


def _failing(store: DuckDB, content: Policy, queries: Mapping[str, str]) -> Iterator[PolicyError]:
    """Yield the check kinds whose queries cannot be computed over their inputs."""
    for kind, query in queries.items():
        try:
            store.ask(f"SELECT count(part), sum(starts), sum(ends) FROM ({query})")
        except QueryError as failure:
            yield PolicyError(
                "the check kind's query cannot be computed: {reason}",
                hint="work out one of its examples by hand: ccpolicy explain {kind}",
                locator=Locator(content.kinds[kind].source.file),
                kind=kind,
                reason=str(failure).partition("\n")[0],
            )


def _used(
    content: Policy, controls: Iterable[Control], columns: Mapping[str, frozenset[str]]
) -> dict[str, set[str]]:
    """Return each table's columns that the controls need."""
    used: dict[str, set[str]] = {}
    for control in controls:
        for input_name in control.inputs:
            for part in control.selections(input_name):
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
