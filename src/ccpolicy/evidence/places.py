"""Where records are on file.

A record's locator is one integer: the number of its source (a file, or the nested records of one),
and in the low bits the record's number in that source. Its number is its line or row where each
record has one of its own. Otherwise records are counted from 1, and the source keeps as integers
what the reader said of their places.
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from ccpolicy.errors import Locator, Message
from ccpolicy.evidence.contract import Nested
from ccpolicy.evidence.explain_record import nested_place
from ccpolicy.evidence.readers import Record, Reject, SourceFile, find_reader, path_on_line
from ccpolicy.evidence.readers.interface import ScannedLines
from ccpolicy.evidence.record_sources import NUMBER_BITS, RecordContent, RecordSource
from ccpolicy.files.finder import printable
from ccpolicy.vocabulary import KEY_SEPARATOR


@dataclass
class FileRecords:
    """The records of a file. See `RecordSource`."""

    file: SourceFile
    sheet: str | None = None
    """Sheet on which they are, once they are read."""
    counted_lines: array[int] | None = None
    """Line of each record, where they are counted from 1."""
    notes: list[Message] = field(default_factory=list)
    """What should be known of how it was read."""
    scanned_lines: ScannedLines | None = None
    """Finds the lines of the records, where DuckDB could only number them."""

    def keep_places(self, batch: Sequence[Record | Reject]) -> None:
        """Keep the places of records that their numbers do not tell."""
        if not batch:
            return
        self.sheet = batch[0].sheet
        lines = [each.line for each in batch if each.line is not None]
        if lines:
            self.counted_lines = self.counted_lines or array("Q")
            self.counted_lines.extend(lines)

    def locate(self, numbers: Sequence[int]) -> dict[int, Locator]:
        """See `RecordSource.locate`."""
        name, counted = self.file.name, self.counted_lines
        sheet = self.sheet or self.file.part
        if counted is not None:
            return {
                number: Locator(
                    name,
                    counted[number - 1],
                    sheet=sheet,
                    path=path_on_line(counted, number - 1),
                )
                for number in numbers
            }
        lines = self._lines(numbers)
        return {number: Locator(name, lines[number], sheet=sheet) for number in numbers}

    def contents(self, numbers: Sequence[int]) -> dict[int, RecordContent]:
        """See `RecordSource.contents`; the file is read again."""
        contract = self.file.contract
        nested = {child.path for child in contract.children}
        return {
            number: record_content(contract.dataset.id, record.value, nested)
            for number, record in self.read(numbers).items()
        }

    def read(self, numbers: Collection[int]) -> dict[int, Record]:
        """Read some records again."""
        wanted = {line: number for number, line in self._lines(numbers).items()}
        records = find_reader(self.file.contract.dataset.format).read(self.file, wanted.keys())
        return {
            wanted[record.number]: record
            for record in records
            if isinstance(record, Record) and record.number in wanted
        }

    def _lines(self, numbers: Collection[int]) -> Mapping[int, int]:
        """Return number → number as the reader counts, which is the line in a scanned file."""
        if self.scanned_lines:
            return self.scanned_lines.of(numbers)
        return dict(zip(numbers, numbers, strict=True))


class TableRecords(FileRecords):
    """The rows of a table, which are found by their keys. See `RecordSource`."""

    def locate(self, numbers: Sequence[int]) -> dict[int, Locator]:
        """See `RecordSource.locate`."""
        key = self.file.contract.dataset.key
        return {
            number: Locator(
                self.file.name,
                key=KEY_SEPARATOR.join(printable(record.value.get(part, "")) for part in key),
            )
            for number, record in self.read(numbers).items()
        }


@dataclass
class NestedRecords:
    """The records nested in those of a file, counted from 1. See `RecordSource`."""

    around: FileRecords
    child: Nested
    parents: array[int] = field(default_factory=lambda: array("Q"))
    """Number of each record that has nested records."""
    firsts: array[int] = field(default_factory=lambda: array("Q"))
    """Number of the first record nested in it."""
    count: int = 0

    def add(self, parent: int, count: int) -> int:
        """Count so many records nested in a record, and return the number of the first."""
        first = self.count + 1
        if count:
            self.parents.append(parent)
            self.firsts.append(first)
            self.count += count
        return first

    def parent(self, number: int) -> int:
        """Return the number of the record around a nested one."""
        return self._item(number)[0]

    def within(self, parent: int) -> range:
        """Return the numbers of the records nested in one."""
        index = bisect_left(self.parents, parent)
        if index == len(self.parents) or self.parents[index] != parent:
            return range(0)
        following = [*self.firsts[index + 1 : index + 2], self.count + 1][0]
        return range(self.firsts[index], following)

    def locate(self, numbers: Sequence[int]) -> dict[int, Locator]:
        """See `RecordSource.locate`."""
        items = {number: self._item(number) for number in numbers}
        places = self.around.locate(sorted({parent for parent, _ in items.values()}))
        return {
            number: nested_place(places[parent], (self.child.path, index))
            for number, (parent, index) in items.items()
        }

    def contents(self, numbers: Sequence[int]) -> dict[int, RecordContent]:
        """See `RecordSource.contents`; the file is read again."""
        dataset = self.around.file.contract.dataset.id
        items = {number: self._item(number) for number in numbers}
        records = self.around.read({parent for parent, _ in items.values()})
        contents = {}
        for number, (parent, index) in items.items():
            value = records[parent].value
            around = record_content(dataset, value, [self.child.path]).fields
            part = value[self.child.path][index]
            contents[number] = record_content(f"{dataset}.{self.child.name}", part, around=around)
        return contents

    def _item(self, number: int) -> tuple[int, int]:
        """Return the number of the record around a nested one, and its index in the list."""
        index = bisect_right(self.firsts, number) - 1
        return self.parents[index], number - self.firsts[index]


class Places:
    """All sources by number, and the places of their records."""

    def __init__(self) -> None:
        self.sources: dict[int, RecordSource] = {}

    def add(self, source: RecordSource) -> int:
        """Add a source, and return its number."""
        number = len(self.sources) + 1
        self.sources[number] = source
        return number

    def locate(self, locators: Collection[int]) -> dict[int, Locator]:
        """Return locator → place."""
        places: dict[int, Locator] = {}
        for source, numbers in _by_source(locators).items():
            found = self.sources[source].locate(numbers)
            places |= {source << NUMBER_BITS | number: found[number] for number in numbers}
        return places

    def contents(self, locators: Collection[int]) -> dict[int, RecordContent]:
        """Return locator → content of a valid record."""
        contents: dict[int, RecordContent] = {}
        for source, numbers in _by_source(locators).items():
            found = self.sources[source].contents(numbers)
            contents |= {source << NUMBER_BITS | number: each for number, each in found.items()}
        return contents


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
