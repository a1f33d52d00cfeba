"""Computes the derived columns that are part of a dataset's key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ccpolicy.checks.sql_guard import expression_sql
from ccpolicy.evidence import record_sql, values
from ccpolicy.evidence.cell_readings import MISREAD, CellReadings
from ccpolicy.evidence.contract import Column, Contract
from ccpolicy.store import DuckDB
from ccpolicy.store.sql import identifier


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
        self._readings = CellReadings(store)

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
        given = [self._cells(column, records) for column in columns]
        rows = self._store.ask(f"SELECT {derived} FROM (SELECT {cells})", given)
        return [dict(zip(self.expressions, row, strict=True)) for row in rows]

    def _cells(self, column: Column, records: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Return a column as tables hold it; what cannot be read is missing."""
        raws = [record.get(column.name) for record in records]
        if column.type == "instant" or not column.reading.is_plain:
            read = self._readings.read(column, raws)
            found = [None if each is MISREAD else each for each in read]
            return [each[0] if isinstance(each, tuple) else each for each in found]
        if column.type == "date":
            return [values.day(str(text)) for text in raws]
        return [values.list_text(raw) if isinstance(raw, list) else raw for raw in raws]
