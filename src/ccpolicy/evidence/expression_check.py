"""Find the expressions that cannot be computed, before any record is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ccpolicy.checks.sql_guard import expression_sql
from ccpolicy.errors import Locator, PolicyError
from ccpolicy.evidence import record_sql
from ccpolicy.evidence.contract import make_contract
from ccpolicy.evidence.derive import column_types, derived_types
from ccpolicy.policy import Policy
from ccpolicy.policy.consistency import expressions
from ccpolicy.store import DuckDB, Interrupted, StoreError, ValueFault
from ccpolicy.store.sql import identifier
from ccpolicy.vocabulary import ColumnType

_HINT_MESSAGES = {
    "input": "correct the regular expression or the option: it is read as RE2 reads it",
    "types": "compare a column with a value of its own type; a time is no text",
}


def failing_expressions(store: DuckDB, content: Policy) -> Iterator[PolicyError]:
    """Yield what cannot be computed over empty tables made from the contracts."""
    derived = [each for each in expressions(content) if each.derives]
    errors = []
    for each in derived:
        dataset = content.datasets[each.table]
        on_file = {column.name: column.type for column in make_contract(dataset).columns}
        try:
            derived_types(store, on_file, {each.derives or "": each.text})
            # The type may be known though it cannot run: a regular expression is read only then.
            store.ask(
                f"SELECT count({expression_sql(store, each.text)}) FROM {_empty_table(on_file)}"
            )
        except PolicyError as failure:
            errors.append(failure.at(each.place))
        except Interrupted:
            raise
        except StoreError as failure:
            errors.append(
                PolicyError(
                    "the derived column '{name}' cannot be computed: {reason}",
                    hint=_hint(failure),
                    locator=each.place,
                    name=each.derives,
                    reason=failure.reason,
                )
            )
    if errors:  # without their types, expressions over them cannot be checked
        yield from errors
        return
    tables = column_types(store, content.datasets)
    for each in expressions(content):
        if each.derives:
            continue
        yield from uncomputable(store, each.text, _empty_table(tables[each.table]), each.place)


def _hint(failure: StoreError) -> str:
    """Return what to do: without records, only what the expression writes out can be at fault."""
    return _HINT_MESSAGES["input" if isinstance(failure, ValueFault) else "types"]


def _empty_table(columns: Mapping[str, ColumnType]) -> str:
    cells = ", ".join(
        f"NULL::{record_sql.TYPES[kind]} AS {identifier(column)}"
        for column, kind in columns.items()
    )
    return f"(SELECT {cells} WHERE false)"


def uncomputable(
    store: DuckDB, predicate: str, table: str, place: Locator
) -> Iterator[PolicyError]:
    """Yield the reason why a predicate cannot be computed over a table, if there is one."""
    try:
        store.ask(f"SELECT count(*) FILTER (WHERE {expression_sql(store, predicate)}) FROM {table}")
    except Interrupted:
        raise
    except StoreError as failure:
        yield PolicyError(
            "the predicate cannot be computed: {reason}",
            hint=_HINT_MESSAGES["types"],
            locator=place,
            reason=failure.reason,
        )
