"""Export what git knows, so that it can be imported where the repository is not at hand."""

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
from ccpolicy.store import DuckDB
from ccpolicy.store.sql import identifier

_PLACE_TYPES = {"file": "VARCHAR", "line": "BIGINT", "sheet": "VARCHAR", "below": "VARCHAR"}
_PLACE_COLUMNS = ["file", "line", "sheet", "path"]
_TYPES = {"text": str, "boolean": bool}


def export_provenance(found: Provenance, store: DuckDB) -> ProvenanceExport:
    """Export what git knows, with the place of each record."""
    tables = None
    if found.tables is not None:
        tables = {
            each: _export_table(each, records, store) for each, records in found.tables.items()
        }
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


def _export_table(table: str, records: GitTable, store: DuckDB) -> ExportedTable:
    columns = [each.name for each in _columns(table)]
    cells = ", ".join(map(identifier, columns))
    query = f"SELECT ordinal, {cells} FROM {identifier(records.relation)} ORDER BY ordinal"
    rows = store.ask(query)
    places = records.source.locate([row[0] for row in rows])
    return ExportedTable(
        columns=[*columns, *_PLACE_COLUMNS],
        rows=[
            [*row[1:], place.file, place.line, place.sheet, place.path]
            for row in rows
            for place in [places[row[0]]]
        ],
    )


def import_provenance(exported: ProvenanceExport, store: DuckDB) -> Provenance:
    """Import what was exported, with relations in a store.

    Raises:
        EvidenceError: it cannot come from git.
    """
    if exported.state != "known":
        failure = NoHistory(exported.state)
        return Provenance(exported.state, failure.message, failure.hint)
    tables = None
    if exported.tables is not None:
        if set(exported.tables) != set(FROM_GIT):
            raise _unfit(", ".join(sorted(exported.tables)))
        tables = {
            each: _import_table(each, table, store) for each, table in exported.tables.items()
        }
    return Provenance(
        exported.state,
        commit=exported.commit,
        tree=exported.tree,
        committed_at=exported.committed_at,
        uncommitted=[
            Uncommitted(each.file, each.change, each.sha256) for each in exported.uncommitted
        ],
        tables=tables,
        imported=True,
    )


def _import_table(table: str, exported: ExportedTable, store: DuckDB) -> GitTable:
    columns = _columns(table)
    if exported.columns != [*(each.name for each in columns), *_PLACE_COLUMNS]:
        raise _unfit(table)
    kinds = [_TYPES.get(each.type, int) for each in columns] + [str, int, str, str]
    contract = dataset_from_git(table)[1]
    # Not the whole key, because an uncommitted change has no commit.
    needed = [each in ("file", *contract.record["required"]) for each in exported.columns]
    key = [exported.columns.index(each) for each in contract.key]
    seen = set()
    for row in exported.rows:
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
    cells = [list(column) for column in zip(*exported.rows, strict=True)]
    store.fill(
        relation,
        {"ordinal": "BIGINT", **types, **_PLACE_TYPES},
        [list(range(1, len(exported.rows) + 1)), *(cells or [[] for _ in exported.columns])],
    )
    return GitTable(relation, ImportedSource(store, relation, table))


def _columns(table: str) -> tuple[Column, ...]:
    return make_contract(dataset_from_git(table)[1]).columns


def _unfit(table: str) -> EvidenceError:
    return EvidenceError("'{name}' has columns that git cannot fill", name=table)
