"""Which tables of databases a judgement may read, and what its controls ask of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ccpolicy.checks.sql_guard import expression_sql
from ccpolicy.engine.question import ResolvedRequest
from ccpolicy.errors import CcpolicyError
from ccpolicy.evidence.exported_tables import TableFiles
from ccpolicy.evidence.in_place import TableUse
from ccpolicy.evidence.table_sources import TableSources
from ccpolicy.policy import Control, Policy, Selection
from ccpolicy.store import DuckDB, EngineStore


def table_sources(
    policy: Policy,
    question: ResolvedRequest,
    controls: Iterable[Control],
    store: DuckDB,
    engine: EngineStore | None,
    scratch: Path,
    files: TableFiles | None,
    *,
    is_past: bool,
) -> TableSources:
    """Return what reads the tables that datasets name, or refuses to."""
    if files and files.are_read:
        return TableSources({}, scratch, files=files)
    is_trusted = policy.revision is not None or question.request.allow_tables
    is_past = is_past or question.request.known_at is not None
    refusal = None if is_trusted else _not_trusted
    if is_past or question.request.require_clean:
        refusal = _no_past if is_past else _not_committed
    uses = _uses(policy, controls, store)
    stores, as_of = policy.settings.stores, question.as_of
    return TableSources(stores, scratch, refusal, as_of, engine, uses, files)


def _uses(policy: Policy, controls: Iterable[Control], store: DuckDB) -> dict[str, TableUse]:
    """Return what is asked of the datasets whose records are rows of a table."""
    chosen: dict[str, list[Selection]] = {}
    for control in controls:
        for name in control.inputs:
            for part in control.selections(name):
                if policy.datasets[part.dataset.partition(".")[0]].source:
                    chosen.setdefault(part.dataset, []).append(part)
    return {
        dataset: TableUse(
            frozenset(expression_sql(store, p) for part in parts for p in part.predicates.values()),
            frozenset(
                each for part in parts for each in (*part.key, *part.group, *part.roles.values())
            ),
        )
        for dataset, parts in chosen.items()
    }


def _no_past() -> CcpolicyError:
    return CcpolicyError(
        "a table does not keep what was known earlier, as git does of files",
        hint="judge the present rows, without --known-at, or put the rows on file",
    )


def _not_committed() -> CcpolicyError:
    return CcpolicyError(
        "the rows of a table are in no commit, and --require-clean asks for evidence that is",
        hint="judge without --require-clean, or put the rows on file",
    )


def _not_trusted() -> CcpolicyError:
    return CcpolicyError(
        "the table is not read for a policy that anybody may have proposed",
        hint="judge by the protected branch's policy: --policy-from origin/main, or say"
        " --allow-tables where whoever wrote it may see all that the role may",
    )
