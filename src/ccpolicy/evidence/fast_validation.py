"""Type and check the cells of a small CSV file, a column at a time.

Columns that may hold an invalid cell are left to SQL, which judges record by record.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from ccpolicy.evidence import values
from ccpolicy.evidence.contract import Column, Contract
from ccpolicy.policy.keywords import BIGINT, KEYWORDS
from ccpolicy.time.zones import time_zone

TypedColumns = dict[tuple[str, bool], list[Any]]
"""Column, and whether these are the earlier readings of its times → a value for each record."""


def typed_columns(contract: Contract, texts: Mapping[str, Sequence[str]]) -> TypedColumns | None:
    """Return columns of text as typed values; None if a cell may be invalid.

    Where the dataset has a zone, the earlier readings of its times are columns of their own.
    """
    typed: TypedColumns = {}
    if not all(column.reading.is_plain for column in contract.columns):
        return None  # only SQL knows how the others are read
    for column in contract.columns:
        cells = texts[column.name]
        distinct = set(cells)
        if column.required and "" in distinct:
            return None
        distinct.discard("")
        readings = _read(column, distinct, time_zone(column.zone) if column.zone else None)
        if readings is None:
            return None
        for is_earlier, reading in enumerate(readings):
            typed[column.name, bool(is_earlier)] = [reading.get(cell) for cell in cells]
    return typed


def _read(
    column: Column, texts: Collection[str], zone: ZoneInfo | None
) -> Sequence[Mapping[str, Any]] | None:
    """Return text → value, and with a zone text → earlier reading; None if a text is invalid."""
    if column.type == "instant":
        instants = values.all_instants(texts, zone)
        if instants is None:
            return None
        later = {text: readings[0] for text, readings in instants.items()}
        earlier = {text: readings[1] for text, readings in instants.items()}
        return [later, earlier] if zone else [later]
    if column.type == "date":
        days = values.days(texts)
        return None if days is None else [days]
    read: dict[str, Any] = {text: values.value_of(text, column.type) for text in texts}
    # Text that is no number or truth value stays text.
    if column.type != "text" and any(isinstance(value, str) for value in read.values()):
        return None
    if column.type == "integer" and not all(BIGINT[0] <= n <= BIGINT[1] for n in read.values()):
        return None
    for name, limit in column.schema.items():
        keyword = KEYWORDS.get(name)
        if keyword and keyword.test and not all(map(keyword.test(limit), read.values())):
            return None
    return [read]
