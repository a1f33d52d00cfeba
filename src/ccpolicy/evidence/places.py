"""Where records are on file.

A record's locator is one integer: the number of its source (a file, or the nested records of one),
and in the low bits the record's number in that source. Its number is its line or row where each
record has one of its own; line and path of the others are in the relation `place.records`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ccpolicy.errors import Locator
from ccpolicy.evidence.contract import Nested
from ccpolicy.evidence.models import NUMBER_BITS, RecordContent, RecordSource
from ccpolicy.evidence.readers import Record, Reject, SourceFile, find_reader
from ccpolicy.evidence.readers.interface import ScannedLines
from ccpolicy.store import DuckDB
from ccpolicy.store.sql import identifier

_RELATION = "place.records"
_TYPES = {"locator": "BIGINT", "line": "BIGINT", "path": "VARCHAR"}
_FLUSH = 200_000
"""Rows to gather before they are written to the store."""


@dataclass
class FileRecords:
    """The records of a file, or those nested in them. See `RecordSource`."""

    file: SourceFile
    child: Nested | None = None
    sheet: str | None = None
    """Sheet on which the records are, once they are read."""
    is_placed: bool = False
    """Whether the places are in `place.records`."""
    scanned: ScannedLines | None = None
    """Finds the lines of the records, where DuckDB could only number them."""

    def locate(self, numbers: Sequence[int]) -> dict[int, Locator]:
        """See `RecordSource.locate`; the records' numbers are their lines or rows."""
        lines = self.scanned.of(numbers) if self.scanned else {each: each for each in numbers}
        return {
            number: Locator(self.file.name, line, sheet=self.sheet)
            for number, line in lines.items()
        }

    def contents(self, numbers: Sequence[int]) -> dict[int, RecordContent]:
        """See `RecordSource.contents`; the file is read again."""
        contract = self.file.contract
        lines = self.scanned.of(numbers) if self.scanned else {each: each for each in numbers}
        wanted = {line: number for number, line in lines.items()}
        nested = {child.path for child in contract.children}
        records = find_reader(contract.dataset.format).read(
            self.file, None if self.child else wanted.keys()
        )
        if self.child is None:
            return {
                wanted[record.number]: record_content(contract.dataset.id, record.value, nested)
                for record in records
                if isinstance(record, Record) and record.number in wanted
            }
        table = f"{contract.dataset.id}.{self.child.name}"
        return {
            number: record_content(
                table, part, around=record_content("", record.value, nested).fields
            )
            for number, _, part, record in nested_records(records, self.child)
            if number in wanted
        }


class Places:
    """All sources by number, and the places of their records."""

    def __init__(self, store: DuckDB) -> None:
        self.store = store
        self.sources: dict[int, RecordSource] = {}
        self._rows: list[list[object]] = [[] for _ in _TYPES]
        """Columns of `place.records` that are not in the store yet."""

    def add(self, source: RecordSource) -> int:
        """Add a source, and return its number."""
        number = len(self.sources) + 1
        self.sources[number] = source
        return number

    def note(
        self, locators: Sequence[int], lines: Sequence[int], paths: Sequence[str | None]
    ) -> None:
        """Keep the places of records whose numbers are not their lines."""
        for column, more in zip(self._rows, (locators, lines, paths), strict=True):
            column.extend(more)
        if len(self._rows[0]) >= _FLUSH:
            self.flush()

    def flush(self) -> None:
        """Write to the store what is kept."""
        if self._rows[0]:
            self.store.fill(_RELATION, _TYPES, self._rows)
            self._rows = [[] for _ in _TYPES]

    def locate(self, locators: Collection[int]) -> dict[int, Locator]:
        """Return locator → place."""
        places: dict[int, Locator] = {}
        placed: dict[int, FileRecords] = {}
        for number, ordinals in _by_source(locators).items():
            source = self.sources[number]
            if isinstance(source, FileRecords) and source.is_placed:
                placed |= {number << NUMBER_BITS | ordinal: source for ordinal in ordinals}
            else:
                found = source.locate(ordinals)
                places |= {number << NUMBER_BITS | ordinal: found[ordinal] for ordinal in ordinals}
        if placed:
            self.flush()
            rows = self.store.ask(
                f"SELECT {', '.join(_TYPES)} FROM {identifier(_RELATION)}"
                " WHERE locator IN (SELECT unnest(CAST($1 AS BIGINT[])))",
                [list(placed)],
            )
            for locator, line, path in rows:
                source = placed[locator]
                places[locator] = Locator(source.file.name, line, sheet=source.sheet, path=path)
        return places

    def contents(self, locators: Collection[int]) -> dict[int, RecordContent]:
        """Return locator → what a valid record holds on file."""
        contents: dict[int, RecordContent] = {}
        for number, ordinals in _by_source(locators).items():
            found = self.sources[number].contents(ordinals)
            contents |= {number << NUMBER_BITS | ordinal: each for ordinal, each in found.items()}
        return contents


def nested_records(
    records: Iterator[Record | Reject], child: Nested
) -> Iterator[tuple[int, int, dict[str, object], Record]]:
    """Yield the nested records of a file: number, index in the list, value, and record around it.

    They are numbered from 1 through all records of the file, the invalid ones too.
    """
    number = 0
    for record in records:
        if isinstance(record, Record):
            for index, part in enumerate(nested_parts(record, child.path)):
                number += 1
                yield number, index, part, record


def nested_parts(record: Record, path: str) -> list[dict[str, object]]:
    """Return the list of nested records in a record; empty if it has none."""
    parts = record.value.get(path)
    return parts if isinstance(parts, list) else []


def record_content(
    table: str,
    record: Mapping[str, object],
    nested: Collection[str] = (),
    around: Mapping[str, str] | None = None,
) -> RecordContent:
    """Write the values of a record as text, without the lists of nested records."""
    fields = {
        name: value
        if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False, default=str)
        for name, value in record.items()
        if name not in nested
    }
    return RecordContent(table, fields, around or {})


def _by_source(locators: Collection[int]) -> dict[int, list[int]]:
    """Return the records' numbers in each source, in ascending order."""
    found: dict[int, list[int]] = {}
    mask = (1 << NUMBER_BITS) - 1
    for locator in sorted(locators):
        found.setdefault(locator >> NUMBER_BITS, []).append(locator & mask)
    return found
