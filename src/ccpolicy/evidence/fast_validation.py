"""A quick proof that the records of a small file are valid, a column at a time.

It says nothing about a file that it cannot prove: then the engine judges record by record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from ccpolicy.evidence import values
from ccpolicy.evidence.contract import BIGINT, Column, Contract
from ccpolicy.policy.record_schema import ends_strictly, portable

Readings = Sequence[Mapping[str, Any]]
"""Text → value, and for an instant that may have happened twice text → earlier reading."""


class CsvValidator:
    """Proves the records of one dataset."""

    def __init__(self, contract: Contract) -> None:
        self.columns = [(each, _reader(each, contract.zone)) for each in contract.columns]

    def values(self, columns: Sequence[Sequence[str]]) -> list[list[Any]] | None:
        """Return columns of text as the values that they stand for, earlier readings last.

        None if a record may be invalid.
        """
        found, early = [], []
        for cells, (column, read) in zip(columns, self.columns, strict=True):
            texts = set(cells)
            if column.required and "" in texts:
                return None
            texts.discard("")
            readings = read(texts)
            if readings is None:
                return None
            found.append([readings[0].get(cell) for cell in cells])
            early += [[reading.get(cell) for cell in cells] for reading in readings[1:]]
        return [*found, *early]


def _reader(column: Column, zone: ZoneInfo | None) -> Callable[[Collection[str]], Readings | None]:
    """Return what reads the different texts of a column; it returns None for doubtful ones."""
    fits = _fits(column.schema)

    def times(texts: Collection[str]) -> Readings | None:
        found = values.all_instants(texts, zone)
        if found is None:
            return None
        later = {text: readings[0] for text, readings in found.items()}
        return [later, {text: readings[1] for text, readings in found.items()}] if zone else [later]

    def days(texts: Collection[str]) -> Readings | None:
        found = values.days(texts)
        return None if found is None else [found]

    def others(texts: Collection[str]) -> Readings | None:
        # Text that is no number or truth value stays text, and so is of the wrong type.
        found = {text: values.value_of(text, column.type) for text in texts}
        is_typed = column.type == "text" or not any(isinstance(v, str) for v in found.values())
        return [found] if is_typed and all(map(fits, found.values())) else None

    return {"instant": times, "date": days}.get(column.type, others)


def _fits(schema: Mapping[str, Any]) -> Callable[[Any], bool]:
    """Return what tells whether a value of the right type is within a schema's limits."""
    tests = [_test(keyword, limit) for keyword, limit in schema.items() if keyword in _TESTS]
    if schema.get("type") == "integer":
        tests.append(lambda number: BIGINT[0] <= number <= BIGINT[1])
    return tests[0] if len(tests) == 1 else lambda value: all(test(value) for test in tests)


def _test(keyword: str, limit: Any) -> Callable[[Any], bool]:
    if keyword == "pattern":
        search = re.compile(ends_strictly(portable(limit))).search
        return lambda text: search(text) is not None
    test = _TESTS[keyword]
    return lambda value: test(value, limit)


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "enum": lambda value, limit: value in limit,
    "const": lambda value, limit: bool(value == limit),
    "pattern": lambda text, limit: re.search(limit, text) is not None,
    "minLength": lambda text, limit: len(text) >= limit,
    "maxLength": lambda text, limit: len(text) <= limit,
    "minimum": lambda number, limit: bool(number >= limit),
    "maximum": lambda number, limit: bool(number <= limit),
    "exclusiveMinimum": lambda number, limit: bool(number > limit),
    "exclusiveMaximum": lambda number, limit: bool(number < limit),
}
