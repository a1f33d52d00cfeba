"""Evaluate a policy's controls over the evidence."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ccpolicy.assessment.models import Assessment
from ccpolicy.checks.shipped_kinds import shipped_kinds
from ccpolicy.engine.build import AssessmentBuilder
from ccpolicy.engine.control_builder import LaterCover
from ccpolicy.engine.evaluation import Evaluation
from ccpolicy.engine.evaluation_times import EvaluationTimes
from ccpolicy.engine.kind_spans import typed
from ccpolicy.engine.lapses_target import LapsesTarget
from ccpolicy.engine.outcome import Outcome
from ccpolicy.engine.question import ResolvedRequest
from ccpolicy.engine.table_access import table_sources
from ccpolicy.errors import EvidenceError, Locator, PolicyError, PolicyErrors
from ccpolicy.evidence import Evidence, Table, load_evidence
from ccpolicy.evidence.exported_tables import TableFiles
from ccpolicy.evidence.expression_check import failing_expressions, uncomputable
from ccpolicy.evidence.problems import SHOWN
from ccpolicy.evidence.unread import find_unread
from ccpolicy.policy import FROM_GIT, Control, Policy, check_policy
from ccpolicy.policy.calendars import business_calendar, calendar_name
from ccpolicy.policy.columns import attachments
from ccpolicy.policy.settings import FILE, USUAL
from ccpolicy.provenance.models import Provenance
from ccpolicy.store import DuckDB, QueryError, Store, StoreError, open_engine, open_store
from ccpolicy.store.sql import identifier
from ccpolicy.time.calendar import Calendar, day_number, day_starts, instant, shift
from ccpolicy.time.durations import parse_duration
from ccpolicy.time.zones import time_zone

if TYPE_CHECKING:
    from ccpolicy.provenance.read import ProvenanceRequest

Provide = Callable[["ProvenanceRequest", DuckDB], Provenance]
"""Says what git knows of the evidence."""


def read_from_git(asked: ProvenanceRequest, store: DuckDB) -> Provenance:
    """Read what git knows from the repository."""
    # Slow to import, and needed for this alone.
    from ccpolicy.provenance.read import read_provenance

    return read_provenance(asked, store)


def assess(
    policy: Policy,
    question: ResolvedRequest,
    provide: Provide = read_from_git,
    later_cover: LaterCover | None = None,
    instead: Mapping[str, Path] | None = None,
    evidence_root: Path | None = None,
    lapses: LapsesTarget | None = None,
    table_files: TableFiles | None = None,
) -> Assessment:
    """Evaluate the controls and return the assessment.

    `provide` says what git knows of the evidence; `later_cover` knows what later commits cover,
    where an earlier one is judged. `instead` are files whose contents are taken from elsewhere; see
    `load_evidence`. `evidence_root` is the folder below which the evidence of that commit is, where
    it was written out before. `lapses` says where they go if they are more than the settings let
    an assessment list; without it, it lists all. `table_files` are what rows of tables are
    exported to, or read from.

    Raises:
        EvidenceError: the history is not as the request demands.
        PolicyErrors: the policy's files do not fit together, or its SQL cannot be computed.
    """
    with (
        tempfile.TemporaryDirectory(prefix="ccpolicy-") as folder,
        open_store(Path(folder) / "spill", memory=policy.settings.limits.memory) as store,
        open_engine(question.request.engine) as engine,
    ):
        scratch = Path(folder)
        columns = check_policy(policy, store)
        controls = [policy.controls[each] for each in question.controls]
        if engine and not question.request.allow_foreign_sql:
            _refuse_foreign_sql(policy, controls)
        used = _used(policy, controls, columns)
        provenance = _provenance(policy, question, used, store, scratch, provide)
        root = evidence_root or _evidence_root(policy, question, provenance, scratch)
        try:
            evidence = load_evidence(
                store,
                root,
                policy.settings.evidence,
                policy.datasets,
                _with_attachments(policy, used),
                time_zone(policy.plan.zone),
                provenance.records() if provenance else None,
                question.request.listed_problems or SHOWN,
                policy.settings.limits,
                instead,
                table_sources(
                    policy,
                    question,
                    controls,
                    store,
                    engine,
                    scratch,
                    table_files,
                    is_past=root != policy.root,
                ),
            )
        except (PolicyError, StoreError):
            _refuse_expressions(policy)
            raise
        # SQL that the policy brings along runs from here on.
        store.lock()
        evaluation = Evaluation(
            store,
            policy,
            controls,
            evidence.tables,
            _times(policy, question),
            question.request.listed_problems,
            engine,
            policy.settings.limits.lapses if lapses else None,
        )
        outcomes = _outcomes(store, evaluation, evidence)
        unread = find_unread(
            root,
            policy.settings.evidence,
            policy.datasets,
            policy.datasets_read(),
            evidence.found,
            [*USUAL, *policy.settings.ignore],
            [*policy.files, *(each.file for each in evidence.attachments)],
            evidence.of_invalid_records,
            policy.settings.limits,
        )
        # The builder looks up places in the files, so they must still be there.
        return AssessmentBuilder(
            question, evaluation, outcomes, evidence, unread, provenance, later_cover, lapses
        ).build()


def _refuse_foreign_sql(policy: Policy, controls: Iterable[Control]) -> None:
    """Keep the SQL of a proposed policy from a database that others use.

    Raises:
        PolicyErrors: a check kind is not a built-in one, and its policy is of no revision.
    """
    if policy.revision is not None:
        return
    shipped = shipped_kinds()
    used = {each.check: policy.kinds[each.check] for each in controls}
    if errors := [
        PolicyError(
            "the database is not given the SQL of the check kind '{kind}', which anybody may have"
            " proposed",
            hint="judge by the protected branch's policy: --policy-from origin/main, or say"
            " --allow-foreign-sql where whoever wrote it may run queries there",
            locator=Locator(kind.source.file),
            kind=name,
        )
        for name, kind in sorted(used.items())
        if name not in shipped or shipped[name].sql != kind.sql
    ]:
        raise PolicyErrors(errors)


def _refuse_expressions(policy: Policy) -> None:
    """Check the policy's expressions over empty tables.

    Raises:
        PolicyErrors: some of them cannot be computed.
    """
    with open_store(memory=policy.settings.limits.memory) as store:
        store.lock()
        if errors := list(failing_expressions(store, policy)):
            raise PolicyErrors(errors) from None


def _times(policy: Policy, question: ResolvedRequest) -> EvaluationTimes:
    horizon = shift(question.as_of, parse_duration(policy.settings.horizon), 1)
    return EvaluationTimes.of(
        question.as_of,
        (question.starts, question.ends),
        horizon,
        time_zone(policy.plan.zone),
        present=question.source == "now",
    )


def _evidence_root(
    policy: Policy, question: ResolvedRequest, provenance: Provenance | None, scratch: Path
) -> Path:
    """Return the folder below which the evidence is; that of a commit is written out first."""
    known_at = question.request.known_at
    if not (known_at and provenance and provenance.commit) or provenance.imported:
        return policy.root
    from ccpolicy.git.snapshot import write_evidence

    root = scratch / "known"
    write_evidence(root, policy.root, policy.settings.evidence, provenance.commit)
    return root


def _outcomes(store: DuckDB, evaluation: Evaluation, evidence: Evidence) -> dict[str, Outcome]:
    """Evaluate, and say what of the policy is at fault where that cannot be done.

    Raises:
        PolicyErrors: a predicate or a kind's query cannot be computed.
        PolicyError: a kind returned what is not its own.
    """
    policy = evaluation.policy
    try:
        return evaluation.outcome(sum(each.records for each in evidence.files))
    except StoreError:
        controls = list({each.control.id: each.control for each in evaluation.revisions}.values())
        errors = list(_uncomputable(store, policy, controls, evidence.tables))
        for each in dict.fromkeys([evaluation.reading, evaluation.store]):
            errors = errors or list(_failing(each, policy, evaluation.span_queries))
        if errors:
            raise PolicyErrors(errors) from None
        raise


def _provenance(
    policy: Policy,
    question: ResolvedRequest,
    used: Mapping[str, set[str]],
    store: DuckDB,
    scratch: Path,
    provide: Provide,
) -> Provenance | None:
    """Read what git knows, if a control depends on it or the request asks for it.

    Raises:
        EvidenceError: the history is not as the request demands.
    """
    request = question.request
    # A policy test gives itself what git would fill elsewhere.
    filled = any(policy.datasets[each].format == "git" for each in used.keys() & set(FROM_GIT))
    tables = filled and _adopted(policy) <= instant(question.as_of)
    if not (tables or request.provenance or request.needs_history):
        return None
    asked = replace(
        provenance_request(policy, question.as_of, scratch),
        known_at=request.known_at,
        ancestor=request.expect_ancestor,
        tables=tables,
        is_present=question.source == "now",
    )
    found = provide(asked, store)
    if request.needs_history and found.reason:
        raise EvidenceError(found.reason.template, hint=found.hint.template if found.hint else "")
    if request.require_clean and found.uncommitted:
        first, *more = [each.file for each in found.uncommitted]
        raise EvidenceError(
            "files that are not as committed, {count}: {files}",
            hint="commit them, or judge them without --require-clean",
            locator=Locator(first),
            count=len(more) + 1,
            files=", ".join([first, *more][:5]) + (", …" if len(more) > 4 else ""),
        )
    return found


def provenance_request(
    policy: Policy, as_of: datetime.datetime, scratch: Path
) -> ProvenanceRequest:
    """Return what is asked of git if everything about the working tree is."""
    from ccpolicy.provenance.read import ProvenanceRequest

    settings = policy.settings
    # Whose signatures count is said by the policy that judges, wherever that was read from.
    keys = scratch / "keys"
    keys.mkdir()
    for each, data in policy.keys.items():
        (keys / each).write_bytes(data)
    return ProvenanceRequest(
        root=policy.root,
        evidence=settings.evidence,
        policy=[FILE, settings.policy, settings.checks],
        datasets=policy.datasets,
        calendar=Calendar(
            time_zone(policy.plan.zone), business_calendar(policy, calendar_name(policy))
        ),
        adopted=_adopted(policy),
        as_of=instant(as_of),
        signers=keys,
        scratch=scratch,
        limits=settings.limits,
    )


def _adopted(policy: Policy) -> int:
    """Return the instant from which records are owed in time."""
    plan = policy.plan
    return day_starts(day_number(plan.adopted_on or plan.effective_on), time_zone(plan.zone))


def _uncomputable(
    store: DuckDB,
    policy: Policy,
    controls: Iterable[Control],
    tables: Mapping[str, Table],
) -> Iterator[PolicyError]:
    """Yield the predicates that cannot be computed over the records on file."""
    for control in controls:
        for input_name, given in control.inputs.items():
            for index, part in enumerate(control.selections(input_name)):
                if tables[part.dataset].is_in_place:  # its predicates only compare
                    continue
                path = ("inputs", input_name, *((index,) if isinstance(given, list) else ()))
                for role, predicate in part.predicates.items():
                    table = identifier(tables[part.dataset].name)
                    place = policy.place("control", control.id, *path, role)
                    yield from uncomputable(store, predicate, table, place)


def _failing(store: Store, policy: Policy, queries: Mapping[str, str]) -> Iterator[PolicyError]:
    """Yield the check kinds whose queries cannot be computed over their inputs."""
    for kind, query in queries.items():
        try:
            store.ask(
                "SELECT count(revision), count(is_cover), count(subject), sum(starts), sum(ends),"
                f" sum(locator) FROM ({typed(query)}) returned"
            )
        except QueryError as failure:
            yield PolicyError(
                "the check kind's query cannot be computed: {reason}",
                hint="work out one of its examples by hand: ccpolicy explain {kind}",
                locator=Locator(policy.kinds[kind].source.file),
                kind=kind,
                reason=failure.reason,
            )


def _with_attachments(policy: Policy, used: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Add the datasets of other controls whose records name files, which are not unread then."""
    naming = [each for each in policy.datasets_read() if attachments(policy.datasets[each])]
    return {**{each: set() for each in naming}, **used}


def _used(
    policy: Policy, controls: Iterable[Control], columns: Mapping[str, frozenset[str]]
) -> dict[str, set[str]]:
    """Return each table's columns that the controls need."""
    used: dict[str, set[str]] = {}
    for control in controls:
        for input_name in control.inputs:
            for part in control.selections(input_name):
                wanted = used.setdefault(part.dataset, set())
                wanted.update(part.key, part.group)
                wanted.update(part.roles.values())
                for predicate in part.predicates.values():
                    wanted.update(columns[predicate])
    return used
