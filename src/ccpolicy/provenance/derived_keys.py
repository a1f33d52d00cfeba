"""Computes the derived columns that are part of a dataset's key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ccpolicy.checks.sql_guard import expression_sql
from ccpolicy.evidence import record_sql, values
from ccpolicy.evidence.contract import Contract
from ccpolicy.store import DuckDB
from ccpolicy.store.sql import identifier
from ccpolicy.time.zones import time_zone


class DerivedKeys:
    """Evaluates the expressions of one dataset."""

    def __init__(self, contract: Contract, store: DuckDB) -> None:
        dataset = contract.dataset
        self.expressions = {
            each: expression_sql(store, text)
            for each, text in dataset.derive.items()
            if each in dataset.key
        }
        """Column → its vetted SQL, in brackets."""
        self._contract, self._store = contract, store

    def of(self, records: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """Return the derived columns of each record, as text."""
        if not (self.expressions and records):
            return [{}] * len(records)
        columns = self._contract.columns
        cells = ", ".join(
            f"unnest(CAST(${index} AS {record_sql.TYPES[column.type]}[]))"
            f" AS {identifier(column.name)}"
            for index, column in enumerate(columns, 1)
        )
        derived = ", ".join(
            f"CAST(try({text}) AS VARCHAR) AS {identifier(each)}"
            for each, text in self.expressions.items()
        )
        given = [[_cell(record.get(column.name)) for record in records] for column in columns]
        for column, each in zip(columns, given, strict=True):
            if column.type == "instant":
                read = [
                    values.instants(str(text), time_zone(column.zone) if column.zone else None)
                    for text in each
                ]
                each[:] = [found[0] if found else None for found in read]
            elif column.type == "date":
                each[:] = [values.day(str(text)) for text in each]
        rows = self._store.ask(f"SELECT {derived} FROM (SELECT {cells})", given)
        return [dict(zip(self.expressions, row, strict=True)) for row in rows]


def _cell(value: Any) -> Any:
    return values.list_text(value) if isinstance(value, list) else value
