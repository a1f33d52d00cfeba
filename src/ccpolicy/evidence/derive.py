"""The types of derived columns, which only the engine can tell."""

from __future__ import annotations

from collections.abc import Mapping

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
"""Type in the engine → type of a column; any other is text."""


def column_types(
    store: DuckDB, datasets: Mapping[str, Dataset]
) -> dict[str, dict[str, ColumnType]]:
    """Return the columns of every table, `<dataset>` or `<dataset>.<child>`, from contracts alone.

    Raises:
        PolicyError: a derived column that does not fit the columns of its record.
    """
    found: dict[str, dict[str, ColumnType]] = {}
    for each, dataset in datasets.items():
        on_file = {column.name: column.type for column in make_contract(dataset).columns}
        found[each] = on_file | derived_types(store, on_file, dataset.derive)
        for child in dataset.children:
            found[f"{each}.{child}"] = columns(datasets, f"{each}.{child}") or {}
    for each, dataset in datasets.items():
        for column, lookup in dataset.lookups.items():
            found[each][column] = found[lookup.dataset].get(lookup.column, "text")
    return found


def derived_types(
    store: DuckDB,
    on_file: Mapping[str, ColumnType],
    derive: Mapping[str, str],
) -> dict[str, ColumnType]:
    """Ask the engine for the types of expressions over the columns on file.

    Raises:
        PolicyError: an expression that does not fit the columns.
    """
    found: dict[str, ColumnType] = {}
    # First with dates and instants as what they mean, so that one of two instants is one.
    meanings = {**record_sql.TYPES, "date": "DATE", "instant": "TIMESTAMP"}
    for column, text in derive.items():
        for types in (meanings, dict(record_sql.TYPES)):
            cells = ", ".join(
                f"NULL::{types[kind]} AS {identifier(each)}" for each, kind in on_file.items()
            )
            query = f"DESCRIBE SELECT ({text}\n) AS x FROM (SELECT {cells})"
            try:
                [row] = store.ask(query)
            except StoreError as failure:
                reason = str(failure).partition("\n")[0]
            else:
                found[column] = _TYPES.get(str(row[1]).partition("(")[0], "text")
                break
        else:
            raise PolicyError(
                "the derived column '{name}' cannot be computed: {reason}",
                name=column,
                reason=reason,
            )
    return found
