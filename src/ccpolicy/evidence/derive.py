"""The types of derived columns, which the database infers from their expressions."""

from __future__ import annotations

from collections.abc import Mapping

from ccpolicy.checks.sql_guard import expression_sql
from ccpolicy.errors import PolicyError
from ccpolicy.evidence import record_sql
from ccpolicy.evidence.contract import make_contract
from ccpolicy.policy import ColumnType, Dataset, columns
from ccpolicy.store import DuckDB, StoreError
from ccpolicy.store.sql import identifier

_TYPES: dict[str, ColumnType] = {
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "instant",
    "DOUBLE": "number",
    "FLOAT": "number",
    "DECIMAL": "number",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "HUGEINT": "integer",
}
"""SQL type → type of a column; any other is text."""


def column_types(
    store: DuckDB, datasets: Mapping[str, Dataset]
) -> dict[str, dict[str, ColumnType]]:
    """Return the columns of every table, `<dataset>` or `<dataset>.<child>`, from contracts alone.

    Raises:
        PolicyError: a derived column that does not fit the columns of its record.
    """
    tables: dict[str, dict[str, ColumnType]] = {}
    for each, dataset in datasets.items():
        on_file = {column.name: column.type for column in make_contract(dataset).columns}
        tables[each] = on_file | derived_types(store, on_file, dataset.derive)
        for child in dataset.children:
            tables[f"{each}.{child}"] = columns(datasets, f"{each}.{child}") or {}
    for each, dataset in datasets.items():
        for column, lookup in dataset.lookups.items():
            tables[each][column] = tables[lookup.dataset].get(lookup.column, "text")
    return tables


def derived_types(
    store: DuckDB,
    on_file: Mapping[str, ColumnType],
    derive: Mapping[str, str],
) -> dict[str, ColumnType]:
    """Return the types of expressions over the columns on file.

    Raises:
        PolicyError: an expression that does not fit the columns.
    """
    derived: dict[str, ColumnType] = {}
    # Dates and instants are tried as such first, so that the later of two instants is an instant.
    meanings = {**record_sql.TYPES, "date": "DATE", "instant": "TIMESTAMP"}
    for column, text in derive.items():
        for types in (meanings, dict(record_sql.TYPES)):
            cells = ", ".join(
                f"NULL::{types[kind]} AS {identifier(each)}" for each, kind in on_file.items()
            )
            query = f"DESCRIBE SELECT {expression_sql(store, text)} AS x FROM (SELECT {cells})"
            try:
                [row] = store.ask(query)
            except StoreError as failure:
                reason = failure.reason
            else:
                derived[column] = _TYPES.get(str(row[1]).partition("(")[0], "text")
                break
        else:
            raise PolicyError(
                "the derived column '{name}' cannot be computed: {reason}",
                name=column,
                reason=reason,
            )
    return derived
