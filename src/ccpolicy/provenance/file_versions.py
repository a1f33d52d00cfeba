"""Reads the records in a version of a file, and compares two versions."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from ccpolicy.errors import EvidenceError, LimitError, Locator
from ccpolicy.evidence.cell_readings import CellReadings
from ccpolicy.evidence.contract import Contract
from ccpolicy.evidence.readers import Record, Scanner, SourceFile, find_reader, place_of
from ccpolicy.evidence.readers.csv_form import CsvFault, csv_rows
from ccpolicy.evidence.readers.decode import decode, is_plain
from ccpolicy.files.finder import fingerprint
from ccpolicy.provenance.derived_keys import DerivedKeys
from ccpolicy.provenance.line_diff import changed_lines
from ccpolicy.provenance.tracked import Tracked, TrackedTable
from ccpolicy.store import DuckDB, StoreError, open_store
from ccpolicy.vocabulary import KEY_SEPARATOR

Key = tuple[str, str]
"""Name of the record's table, and its key as one text."""
KeyedContent = tuple[Key, str]
"""A record's key and its content; see `FileVersionReader.fields`."""


class RecordPlace(NamedTuple):
    """Where in its file a record is."""

    line: int | None
    sheet: str | None
    path: str | None


class UnreadableVersion(Exception):
    """The version of a file does not hold records as the contract describes them."""


class FileVersionReader:
    """Reads versions of the files of one dataset."""

    def __init__(self, tracked: Tracked, store: DuckDB, folder: Path, memory: int | None) -> None:
        self.tracked, self.memory = tracked, memory
        self.file = folder / f"version.{tracked.dataset.format}"
        self.readings = CellReadings(store)
        self.derived = DerivedKeys(tracked.contract, store)
        self.is_csv = tracked.dataset.format == "csv" and is_plain(tracked.dataset)
        self.columns = [column.name for column in tracked.contract.columns]

    def items(self, path: str, content: bytes) -> list[KeyedContent]:
        """Return the records of a version of the file at a path below the evidence folder.

        Raises:
            UnreadableVersion: it does not fit the contract.
        """
        if self.is_csv and not self.derived.expressions and b'"' not in content:
            return self._plain_items(_text(content))
        return [item for item, _ in self._found(path, content, placed=False)]

    def places(self, path: str, content: bytes) -> list[tuple[Key, RecordPlace]]:
        """Return where in a version each record is.

        Raises:
            UnreadableVersion: it does not fit the contract.
        """
        return [(key, place) for (key, _), place in self._found(path, content, placed=True)]

    def changes(
        self, path: str, old: bytes, new: bytes
    ) -> tuple[list[KeyedContent], list[KeyedContent]]:
        """Return the records that only the old version has, and those that only the new one has.

        Raises:
            UnreadableVersion: the new one does not fit the contract.
        """
        if self.is_csv and (lines := changed_lines(old, new)):
            header, gone, come = lines
            gone_items = self.items(path, header + gone) if gone else []
            return gone_items, self.items(path, header + come)
        before, after = Counter(self.items(path, old)), Counter(self.items(path, new))
        return list((before - after).elements()), list((after - before).elements())

    def fields(self, content: str) -> dict[str, Any]:
        """Return the fields of a record that are not empty, given its content.

        The content is either a CSV line without quotation marks, in the contract's order of
        columns, or JSON, which always has quotation marks.
        """
        if self.is_csv and '"' not in content:
            cells = content.split(self.tracked.dataset.delimiter)
            return {each: cell for each, cell in zip(self.columns, cells, strict=True) if cell}
        found: dict[str, Any] = json.loads(content)
        return found

    def cells(self, contents: Sequence[str], columns: Sequence[str]) -> list[list[Any]]:
        """Return some fields of each record; None for an empty one."""
        delimiter = self.tracked.dataset.delimiter
        places = [self.columns.index(each) for each in columns] if self.is_csv else []
        found = []
        for content in contents:
            if self.is_csv and '"' not in content:
                cells = content.split(delimiter)
                found.append([cells[place] or None for place in places])
            else:
                fields = self.fields(content)
                found.append([fields.get(each) for each in columns])
        return found

    def _content(self, record: Mapping[str, Any]) -> str:
        """Return the content of a record; see `fields`."""
        if self.is_csv:
            delimiter = self.tracked.dataset.delimiter
            cells = [record.get(each, "") for each in self.columns]
            line = delimiter.join(cells)
            if '"' not in line and "\n" not in line and line.count(delimiter) == len(cells) - 1:
                return line
        return to_json(record)

    def _plain_items(self, text: str) -> list[KeyedContent]:
        """Return the records of a CSV file without quotation marks."""
        dataset = self.tracked.dataset
        delimiter = dataset.delimiter
        header, *lines = [line for line in text.split("\n") if line] or [""]
        heading = _Heading.of(self.tracked.contract, header.split(delimiter))
        [table] = self.tracked.tables
        place = {column: index for index, column in heading.named}
        key = [place[each] for each in dataset.key]
        order = [place.get(each, -1) for each in self.columns]
        is_in_order = order == list(range(heading.count))
        is_single = len(key) == 1
        found: list[KeyedContent] = []
        for line in lines:
            cells = line.split(delimiter)
            if len(cells) != heading.count:
                raise UnreadableVersion
            if is_single:
                key_text = cells[key[0]]
            else:
                parts = [cells[each] for each in key]
                key_text = KEY_SEPARATOR.join(parts) if all(parts) else ""
            if key_text:
                content = line
                if not is_in_order:
                    content = delimiter.join([cells[at] if at >= 0 else "" for at in order])
                found.append(((table.name, key_text), content))
        return found

    def _found(
        self, path: str, content: bytes, *, placed: bool
    ) -> list[tuple[KeyedContent, RecordPlace]]:
        try:
            if self.is_csv:
                rows = list(_rows(self.tracked.contract, content))
                places = [Locator("", line) for line, _ in rows]
                return self._of_records([value for _, value in rows], places)
            self.file.unlink(missing_ok=True)  # overwriting a file would wait for the disk
            self.file.write_bytes(content)
            opened = SourceFile(
                path, self.file, fingerprint(self.file), contract=self.tracked.contract
            )
            found = []
            for part in decode(opened):
                found += self._of_part(part, placed=placed)
            return found
        except (EvidenceError, LimitError, OSError, StoreError, UnicodeEncodeError) as failure:
            raise UnreadableVersion from failure

    def _of_part(self, file: SourceFile, *, placed: bool) -> list[tuple[KeyedContent, RecordPlace]]:
        reader = find_reader(self.tracked.dataset.format)
        if self.tracked.dataset.format == "parquet" and isinstance(reader, Scanner):
            return self._of_table(file, reader)
        records = [each for each in reader.read(file) if isinstance(each, Record)]
        places = [place_of(file, each) if placed else _NOWHERE for each in records]
        return self._of_records([each.value for each in records], places)

    @cached_property
    def _reader(self) -> DuckDB:
        """A store of its own, because the policy's store may be locked and then reads no files."""
        return open_store(memory=self.memory)

    def _of_table(
        self, file: SourceFile, scanner: Scanner
    ) -> list[tuple[KeyedContent, RecordPlace]]:
        scan = scanner.scan(file, self._reader)
        rows = self._reader.run(f"SELECT {scan.cells} FROM {scan.rows}")
        records = [
            {
                column: cell
                for column, cell in zip(self.columns, row, strict=True)
                if cell is not None
            }
            for row in rows
        ]
        return self._of_records(records, [Locator("", line) for line, _ in enumerate(rows, 1)])

    def _of_records(
        self, records: Sequence[dict[str, Any]], places: Sequence[Locator]
    ) -> list[tuple[KeyedContent, RecordPlace]]:
        """Return the records of each table that the records of a file contain."""
        found = []
        nested = [child.path for child in self.tracked.contract.children]
        for record, parts, place in zip(records, self.derived.of(records), places, strict=True):
            for table in self.tracked.tables:
                entries: list[tuple[dict[str, Any], dict[str, Any], str | None]]
                if not table.path:
                    own = {each: record[each] for each in record if each not in nested}
                    entries = [(own, own, None)]
                else:
                    listed = record.get(table.path, ())
                    entries = [
                        (part, {**record, **part}, f"{table.path}/{number}")
                        for number, part in enumerate(listed if isinstance(listed, list) else ())
                        if isinstance(part, dict)
                    ]
                for own, around, path in entries:
                    key = _key(table, parts, around)
                    if key is not None:
                        item = (table.name, key), self._content(own)
                        f"{key}{item[1]}".encode()  # refuses lone surrogates, which JSON escapes
                        below = "/".join(filter(None, (place.path, path))) or None
                        found.append((item, RecordPlace(place.line, place.sheet, below)))
        return found


_NOWHERE = Locator("")
to_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=str).encode
"""Write a record as JSON with sorted keys."""


def _key(table: TrackedTable, derived: Mapping[str, Any], record: Mapping[str, Any]) -> str | None:
    """Return the key of a record as one text; None if a part is missing."""
    if len(table.key) == 1 and not derived:
        key = record.get(table.key[0])
        return None if key is None else str(key)
    parts = [derived.get(each, record.get(each)) for each in table.key]
    return None if None in parts else KEY_SEPARATOR.join(map(str, parts))


@dataclass(frozen=True, slots=True)
class _Heading:
    """The first line of a CSV file."""

    count: int
    named: list[tuple[int, str]]
    """Index and name of the columns in the contract."""

    @classmethod
    def of(cls, contract: Contract, header: Sequence[str]) -> _Heading:
        """Read the header.

        Raises:
            UnreadableVersion: a column of the key is missing, or a column occurs twice.
        """
        known = {contract.heading(column.name): column.name for column in contract.columns}
        named = [(index, known[each]) for index, each in enumerate(header) if each in known]
        names = {each for _, each in named}
        is_ambiguous = len(names) < len(named)
        if is_ambiguous or not set(contract.dataset.key) <= {*contract.dataset.derive, *names}:
            raise UnreadableVersion
        return cls(len(header), named)


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as failure:
        raise UnreadableVersion from failure


def _rows(contract: Contract, content: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the rows of a CSV file with their line numbers.

    Raises:
        UnreadableVersion: it is not CSV with the contract's columns.
    """
    delimiter = contract.dataset.delimiter
    rows: Iterator[tuple[int, list[str]]]
    try:
        if b'"' in content:
            text = content.decode("utf-8-sig")
            rows = csv_rows(io.StringIO(text, newline=""), delimiter)
        else:
            lines = enumerate(_text(content).split("\n"), 1)
            rows = ((number, line.split(delimiter)) for number, line in lines if line)
        _, header = next(rows, (0, []))
        heading = _Heading.of(contract, header)
        for number, row in rows:
            if len(row) != heading.count:
                raise UnreadableVersion
            yield number, {column: row[index] for index, column in heading.named if row[index]}
    except (UnicodeDecodeError, CsvFault) as failure:
        raise UnreadableVersion from failure
