"""Find the expressions that the engine cannot compute, before any record is there."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from ccpolicy.errors import Locator, PolicyError
from ccpolicy.evidence import record_sql
from ccpolicy.evidence.contract import make_contract
from ccpolicy.evidence.derive import column_types, derived_types
from ccpolicy.evidence.record_sql import name
from ccpolicy.policy import Policy
from ccpolicy.policy.consistency import expressions


def failing_expressions(
    connection: duckdb.DuckDBPyConnection, content: Policy
) -> Iterator[PolicyError]:
    """Yield what cannot be computed over empty tables made from the contracts."""
    derived = [each for each in expressions(content) if each.derives]
    errors = []
    for each in derived:
        dataset = content.datasets[each.table]
        on_file = {column.name: column.type for column in make_contract(dataset).columns}
        try:
            derived_types(connection, on_file, {each.derives or "": each.text})
        except PolicyError as failure:
            errors.append(failure.at(each.place))
    if errors:  # without their types nothing can be said of what rests on them
        yield from errors
        return
    tables = column_types(connection, content.datasets)
    for each in expressions(content):
        if each.derives:
            continue
        cells = ", ".join(
            f"NULL::{record_sql.TYPES[kind]} AS {name(column)}"
            for column, kind in tables[each.table].items()
        )
        table = f"(SELECT {cells} WHERE false)"
        yield from uncomputable(connection, each.text, table, each.place)


def uncomputable(
    connection: duckdb.DuckDBPyConnection, predicate: str, table: str, place: Locator
) -> Iterator[PolicyError]:
    """Yield why a predicate cannot be computed over a table, if so."""
    try:
        connection.execute(
            f"SELECT count(*) FILTER (WHERE ({predicate}\n)) FROM {table}"
        ).fetchall()
    except (duckdb.DataError, duckdb.ProgrammingError) as failure:
        yield PolicyError(
            "the predicate cannot be computed: {reason}",
            hint="compare a column with a value of its own type; a time is no text",
            locator=place,
            reason=str(failure).partition("\n")[0],
        )
