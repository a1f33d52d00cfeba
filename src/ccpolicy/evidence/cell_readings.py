"""Read single values of documents as the SQL of `cell_sql` reads columns of text."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from ccpolicy.checks.patterns import portable
from ccpolicy.checks.time_formats import dated_formats
from ccpolicy.evidence import values
from ccpolicy.evidence.contract import Column
from ccpolicy.evidence.typed_sql import EARLY, create_zones, typed_rows
from ccpolicy.store import DuckDB
from ccpolicy.store.sql import identifier
from ccpolicy.time.zones import time_zone

_MOST_DIGITS = 10**15


class Misread:
    """Returned instead of a value for text that is not written as the contract says."""


MISREAD = Misread()


class CellReadings:
    """Reads values of columns whose contract says how they are written."""

    def __init__(self, store: DuckDB) -> None:
        self._store = store
        self._zones: set[str] = set()

    def read(self, column: Column, raws: Sequence[Any]) -> list[Any]:
        """Return the value of each: None if there is none, `MISREAD` if it cannot be read.

        A date is days since 1970, an instant its later and its earlier reading in microseconds. A
        value that is none of a cell, such as a list, is returned as it is.
        """
        texts = [cell_text(raw) for raw in raws]
        known = self.texts(column, set(texts))
        return [
            _typed(column, raw) if _is_typed(column, raw) else known[text]
            for raw, text in zip(raws, texts, strict=True)
        ]

    def matches(self, column: Column, text: str) -> int:
        """Return how many different results the pattern of a column has in a text."""
        pattern = portable(column.reading.extract or "")
        found = "list_distinct(regexp_extract_all(?::VARCHAR, ?, 1))"
        [(count,)] = self._store.ask(f"SELECT len({found})", [text, pattern])
        return int(count)

    def texts(self, column: Column, texts: Collection[str | None]) -> Mapping[str | None, Any]:
        """Return text → value; see `read`."""
        given = list(texts)
        self._make_zones([column])
        query = _query(column, f"unnest(range({len(given)}))", "unnest(?::VARCHAR[])")
        return {
            given[number]: _value(column, *found)
            for number, *found in self._store.ask(query, [given])
        }

    def alternatives(self, columns: Sequence[Column], text: str) -> list[Any]:
        """Return the value of a text by each of several columns of one type; see `read`."""
        self._make_zones(columns)
        queries = [_query(each, str(number), "$1::VARCHAR") for number, each in enumerate(columns)]
        if not queries:
            return []
        # To ask once takes half as long.
        rows = self._store.ask(f"{' UNION ALL '.join(queries)} ORDER BY ALL", [text])
        return [_value(each, *found) for each, (_, *found) in zip(columns, rows, strict=True)]

    def _make_zones(self, columns: Iterable[Column]) -> None:
        missing = {each.zone for each in columns if each.zone} - self._zones
        create_zones(self._store, missing)
        self._zones |= missing


def _query(column: Column, number: str, text: str) -> str:
    """Write SQL for numbers, later and earlier readings of texts, and whether they are any."""
    name = identifier(column.name)
    # Whether it is valid otherwise is judged elsewhere.
    alone = dataclasses.replace(column, required=False, schema={})
    early = identifier(column.name + EARLY) if alone.is_ambiguous else name
    rows = typed_rows([alone], f"SELECT {number} AS locator, {text} AS {name}")
    return f"SELECT locator, {name}, {early}, _valid FROM ({rows})"


def _value(column: Column, later: Any, earlier: Any, is_valid: bool) -> Any:
    if not is_valid:
        return MISREAD
    return (later, earlier) if later is not None and column.type == "instant" else later


def cell_text(raw: Any) -> str | None:
    """Return the text that a value would be in a cell; None if there is none."""
    match raw:
        case bool():
            return "true" if raw else "false"
        case float() if raw.is_integer() and abs(raw) < _MOST_DIGITS:
            return str(int(raw))
        case int() | float():
            return repr(raw)
        case str() if raw:
            return raw
    return None


def _is_typed(column: Column, raw: Any) -> bool:
    """Whether a value is of the column's type by itself, and not a text to be read."""
    reading = column.reading
    match raw:
        case None | str():
            return False
        case bool():
            return column.type == "boolean"
        case int() | float():
            is_number = column.type in ("integer", "number")
            is_marked = cell_text(raw) in (reading.empty or ())
            return is_number and not (is_marked or reading.values or reading.duration)
    return True


def _typed(column: Column, raw: Any) -> Any:
    is_marked = isinstance(raw, datetime.date) and not _day_texts(raw).isdisjoint(
        column.reading.empty or ()
    )
    return None if is_marked else _value_of_cell(column, raw)


def _value_of_cell(column: Column, raw: Any) -> Any:
    match raw, column.type:
        case datetime.datetime(), "instant":
            zone = time_zone(column.zone) if column.zone else None
            return values.instants(raw.isoformat(), zone) or MISREAD
        case datetime.datetime(), "date" if raw.time() == datetime.time():
            return _day(raw.date())
        case datetime.date(), "date":
            return MISREAD if isinstance(raw, datetime.datetime) else _day(raw)
        case datetime.date(), "instant" if dated_formats(column.reading.time):
            return _whole_day(raw, column)
        case datetime.timedelta(), "integer" | "number" if column.reading.duration:
            return raw.total_seconds() if column.type == "number" else raw // _SECOND
        case datetime.time(), "integer" | "number" if column.reading.duration:
            return (raw.hour * 60 + raw.minute) * 60 + raw.second
        case ((datetime.date() | datetime.time() | datetime.timedelta()), _):
            return MISREAD
    return raw


def _day(day: datetime.date) -> Any:
    """Return days since 1970, if a record may name the day."""
    number = values.day(day.isoformat())
    return MISREAD if number is None else number


def _day_texts(cell: datetime.date) -> set[str]:
    """Return how the cell of a day or moment may be written among the marks of no value."""
    texts = {cell.isoformat()}
    if isinstance(cell, datetime.datetime):
        texts.add(cell.isoformat(" "))
        if cell.time() == datetime.time():
            texts.add(cell.date().isoformat())
    return texts


_SECOND = datetime.timedelta(seconds=1)


def _whole_day(day: datetime.date, column: Column) -> Any:
    """Return the last and the first moment of a day."""
    zone = time_zone(column.zone) if column.zone else None
    first = values.instants(f"{day}T00:00:00", zone)
    last = values.instants(f"{day}T23:59:59.999999", zone)
    return (last[0], first[1]) if first and last else MISREAD
