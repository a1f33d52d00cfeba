"""Find the expressions that cannot be computed, before any record is read."""

from __future__ import annotations

from collections.abc import Iterator

from ccpolicy.checks.sql_guard import expression_sql
from ccpolicy.errors import Locator, PolicyError
from ccpolicy.evidence import record_sql
from ccpolicy.evidence.contract import make_contract
from ccpolicy.evidence.derive import column_types, derived_types
from ccpolicy.policy import Policy
from ccpolicy.policy.consistency import expressions
from ccpolicy.store import DuckDB, QueryError
from ccpolicy.store.sql import identifier


def failing_expressions(store: DuckDB, content: Policy) -> Iterator[PolicyError]:
    """Yield what cannot be computed over empty tables made from the contracts."""
    derived = [each for each in expressions(content) if each.derives]
    errors = []
    for each in derived:
        dataset = content.datasets[each.table]
        on_file = {column.name: column.type for column in make_contract(dataset).columns}
        try:
            derived_types(store, on_file, {each.derives or "": each.text})
        except PolicyError as failure:
            errors.append(failure.at(each.place))
    if errors:  # without their types, expressions over them cannot be checked
        yield from errors
        return
    tables = column_types(store, content.datasets)
    for each in expressions(content):
        if each.derives:
            continue
        cells = ", ".join(
            f"NULL::{record_sql.TYPES[kind]} AS {identifier(column)}"
            for column, kind in tables[each.table].items()
        )
        table = f"(SELECT {cells} WHERE false)"
        yield from uncomputable(store, each.text, table, each.place)


def uncomputable(
    store: DuckDB, predicate: str, table: str, place: Locator
) -> Iterator[PolicyError]:
    """Yield the reason why a predicate cannot be computed over a table, if there is one."""
    try:
        store.ask(f"SELECT count(*) FILTER (WHERE {expression_sql(store, predicate)}) FROM {table}")
    except QueryError as failure:
        yield PolicyError(
            "the predicate cannot be computed: {reason}",
            hint="compare a column with a value of its own type; a time is no text",
            locator=place,
            reason=failure.reason,
        )
