"""Write down what git knew, and take it from what was written down."""

from __future__ import annotations

from ccpolicy.assessment import models
from ccpolicy.assessment.provenance import SCHEMA_VERSION, ExportedTable, ProvenanceExport
from ccpolicy.errors import EvidenceError
from ccpolicy.evidence import record_sql
from ccpolicy.evidence.contract import Column, make_contract
from ccpolicy.evidence.models import GitTable
from ccpolicy.git.errors import NoHistory
from ccpolicy.policy import FROM_GIT
from ccpolicy.policy.git_datasets import dataset_from_git
from ccpolicy.provenance.models import Provenance, Uncommitted
from ccpolicy.provenance.record_locator import ImportedSource
from ccpolicy.provenance.relations import make_relation
from ccpolicy.store import DuckDB
from ccpolicy.store.sql import identifier

_PLACE = {"file": "VARCHAR", "line": "BIGINT", "sheet": "VARCHAR", "below": "VARCHAR"}
_PLACE_SHOWN = ["file", "line", "sheet", "path"]
_TYPES = {"text": str, "boolean": bool}


def export_provenance(found: Provenance, store: DuckDB) -> ProvenanceExport:
    """Write down what git knows, with the place of each record."""
    tables = None
    if found.tables is not None:
        tables = {each: _table(each, filled, store) for each, filled in found.tables.items()}
    return ProvenanceExport(
        schema_version=SCHEMA_VERSION,
        state=found.state,
        commit=found.commit,
        tree=found.tree,
        committed_at=found.committed_at,
        uncommitted=[
            models.Uncommitted(file=each.file, change=each.change, sha256=each.sha256)
            for each in found.uncommitted
        ],
        tables=tables,
    )


def _table(table: str, filled: GitTable, store: DuckDB) -> ExportedTable:
    columns = [each.name for each in _columns(table)]
    cells = ", ".join(map(identifier, columns))
    query = f"SELECT ordinal, {cells} FROM {identifier(filled.relation)} ORDER BY ordinal"
    rows = store.ask(query)
    places = filled.source.locate([row[0] for row in rows])
    return ExportedTable(
        columns=[*columns, *_PLACE_SHOWN],
        rows=[
            [*row[1:], place.file, place.line, place.sheet, place.path]
            for row in rows
            for place in [places[row[0]]]
        ],
    )


def import_provenance(told: ProvenanceExport, store: DuckDB) -> Provenance:
    """Take what git knew from what was written down.

    Raises:
        EvidenceError: it is not what git can know.
    """
    if told.state != "known":
        failure = NoHistory(told.state)
        return Provenance(told.state, failure.message, failure.hint)
    tables = None
    if told.tables is not None:
        if set(told.tables) != set(FROM_GIT):
            raise _unfit(", ".join(sorted(told.tables)))
        tables = {each: _recalled(each, table, store) for each, table in told.tables.items()}
    return Provenance(
        told.state,
        commit=told.commit,
        tree=told.tree,
        committed_at=told.committed_at,
        uncommitted=[Uncommitted(each.file, each.change, each.sha256) for each in told.uncommitted],
        tables=tables,
        is_told=True,
    )


def _recalled(table: str, told: ExportedTable, store: DuckDB) -> GitTable:
    columns = _columns(table)
    if told.columns != [*(each.name for each in columns), *_PLACE_SHOWN]:
        raise _unfit(table)
    kinds = [_TYPES.get(each.type, int) for each in columns] + [str, int, str, str]
    contract = dataset_from_git(table)[1]
    # Not all of the key: what is not committed has no commit.
    needed = [each in ("file", *contract.record["required"]) for each in told.columns]
    key = [told.columns.index(each) for each in contract.key]
    seen = set()
    for row in told.rows:
        if len(row) != len(kinds) or not all(
            type(cell) is kind or (cell is None and not must)
            for cell, kind, must in zip(row, kinds, needed, strict=True)
        ):
            raise _unfit(table)
        parts = tuple(row[each] for each in key)
        if parts in seen:
            raise _unfit(table)
        seen.add(parts)
    types = {each.name: record_sql.TYPES[each.type] for each in columns}
    relation = f"git.{table}"
    make_relation(
        store,
        relation,
        {"ordinal": "BIGINT", **types, **_PLACE},
        [(number, *row) for number, row in enumerate(told.rows, 1)],
    )
    return GitTable(relation, ImportedSource(store, relation, table))


def _columns(table: str) -> tuple[Column, ...]:
    return make_contract(dataset_from_git(table)[1]).columns


def _unfit(table: str) -> EvidenceError:
    return EvidenceError("'{name}' does not hold what git can know", name=table)
