"""Records of documents with their values read as the contract says that they are written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ccpolicy.evidence.cell_readings import MISREAD, CellReadings
from ccpolicy.evidence.contract import Column, Contract
from ccpolicy.evidence.readers import Record, Reject
from ccpolicy.store import DuckDB


class RecordReadings:
    """Reads the records of one dataset, many at once."""

    def __init__(self, contract: Contract, store: DuckDB) -> None:
        self._cells = CellReadings(store)
        nested = [(child.path, child.columns) for child in contract.children]
        self.columns = {
            path: found
            for path, columns in [("", contract.columns), *nested]
            if (found := [each for each in columns if not each.reading.is_plain])
        }
        """Path of nested records ('' for the records themselves) → columns to be read."""

    def of(self, batch: Sequence[Record | Reject]) -> list[Record | None]:
        """Return each with its values in JSON; None if one of them cannot be read.

        A date or time is a text for `read_time`.
        """
        records = [each for each in batch if isinstance(each, Record)]
        read = iter(self._read([each.value for each in records]))
        found: list[Record | None] = []
        for each in batch:
            value = next(read) if isinstance(each, Record) else None
            if isinstance(each, Reject) or value is None:
                found.append(None)
            else:
                found.append(each._replace(value=value))
        return found

    def _read(self, given: Sequence[dict[str, Any]]) -> list[dict[str, Any] | None]:
        own = self._converted(given, self.columns.get("", []))
        for path, columns in self.columns.items():
            if not path:
                continue
            lists = [value.get(path) for value in given]
            parts = [
                part
                for listed in lists
                if isinstance(listed, list)
                for part in listed
                if isinstance(part, dict)
            ]
            read = iter(self._converted(parts, columns))
            for index, listed in enumerate(lists):
                if not isinstance(listed, list):
                    continue
                new = [next(read) if isinstance(part, dict) else part for part in listed]
                value = own[index]
                own[index] = None if value is None or None in new else {**value, path: new}
        return own

    def _converted(
        self, rows: Sequence[dict[str, Any]], columns: Sequence[Column]
    ) -> list[dict[str, Any] | None]:
        if not columns:
            return list(rows)
        found: list[dict[str, Any] | None] = [dict(row) for row in rows]
        for column in columns:
            name = column.name
            cells = self._cells.read(column, [row.get(name) for row in rows])
            for index, cell in enumerate(cells):
                row = found[index]
                if row is None:
                    continue
                if cell is MISREAD:
                    found[index] = None
                elif cell is None:
                    row.pop(name, None)
                elif column.type in ("date", "instant") and not isinstance(cell, list | dict):
                    row[name] = time_text(cell)
                else:
                    row[name] = cell
        return found


def time_text(time: Any) -> Any:
    """Write a date or an instant that was read as a text, which `read_time` reads."""
    return "/".join(map(str, time)) if isinstance(time, tuple) else str(time)


def read_time(text: str, column: Column) -> Any:
    """Return what `time_text` wrote."""
    numbers = [int(part) for part in text.split("/")]
    return numbers[0] if column.type == "date" else tuple(numbers)
