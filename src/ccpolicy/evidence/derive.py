"""The types of derived columns, which the database infers from their expressions."""

from __future__ import annotations

from collections.abc import Mapping

from ccpolicy.checks.sql_guard import Expression, expression_sql, vet_expressions
from ccpolicy.errors import PolicyError
from ccpolicy.evidence import record_sql
from ccpolicy.evidence.contract import make_contract
from ccpolicy.policy import Dataset, columns
from ccpolicy.policy.expression_types import Family, TypedColumn, family_of
from ccpolicy.store import DuckDB, StoreError
from ccpolicy.store.sql import identifier
from ccpolicy.vocabulary import ColumnType

_TYPES: dict[str, ColumnType] = {
    "BOOLEAN": "boolean",
    "DOUBLE": "number",
    "FLOAT": "number",
    "DECIMAL": "number",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "HUGEINT": "integer",
}
"""SQL type → type of a column; any other is text."""
_TIMES: dict[Family | None, ColumnType] = {"date": "date", "date-time": "instant"}


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
    cells = ", ".join(
        f"NULL::{record_sql.TYPES[kind]} AS {identifier(each)}" for each, kind in on_file.items()
    )
    known = {each: TypedColumn.of(kind, {}) for each, kind in on_file.items()}
    for column, text in derive.items():
        query = f"DESCRIBE SELECT {expression_sql(store, text)} AS x FROM (SELECT {cells})"
        try:
            [row] = store.ask(query)
        except StoreError as failure:
            raise PolicyError(
                "the derived column '{name}' cannot be computed: {reason}",
                name=column,
                reason=failure.reason,
            ) from failure
        # Tables hold days and moments as whole numbers: what they mean is known by the expression.
        [vetted] = vet_expressions(store, [text])
        assert isinstance(vetted, Expression)
        sql_type = str(row[1]).partition("(")[0]
        derived[column] = _TIMES.get(family_of(vetted, known), _TYPES.get(sql_type, "text"))
    return derived
