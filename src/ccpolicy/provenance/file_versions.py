"""The records that a version of a file holds, and what two versions have not in common."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.evidence import record_sql, values
from ccpolicy.evidence.contract import Contract
from ccpolicy.evidence.readers import Record, Scanner, SourceFile, find_reader, place_of
from ccpolicy.evidence.readers.csv_form import CsvFault, csv_rows
from ccpolicy.files.finder import fingerprint
from ccpolicy.provenance.tracked import Tracked, TrackedTable
from ccpolicy.store import DuckDB, StoreError, open_store
from ccpolicy.store.sql import identifier
from ccpolicy.vocabulary import KEY_SEPARATOR

Key = tuple[str, str]
"""A unit's name, and the record's key as one text."""
KeyedContent = tuple[Key, str]
"""A record in one version of a file, and its own content; see `FileVersionReader.fields`."""


class Place(NamedTuple):
    """Where in its file a record stands."""

    line: int | None
    sheet: str | None
    path: str | None


class Unreadable(Exception):
    """A version of a file that holds no records as the contract has them."""


class FileVersionReader:
    """Reads versions of the files of one dataset."""

    def __init__(self, tracked: Tracked, store: DuckDB, folder: Path) -> None:
        self.tracked = tracked
        self.file = folder / f"version.{tracked.dataset.format}"
        self.keys = _Keys(tracked.contract, store)
        self.is_flat = not tracked.contract.children
        self.is_csv = tracked.dataset.format == "csv"
        self.columns = [column.name for column in tracked.contract.columns]

    def items(self, content: bytes) -> list[KeyedContent]:
        """Return the records of a version.

        Raises:
            Unreadable: it is not what the contract says.
        """
        if self.is_csv and not self.keys.derive and b'"' not in content:
            return self._plain_items(_text(content))
        return [item for item, _ in self._found(content, placed=False)]

    def places(self, content: bytes) -> list[tuple[Key, Place]]:
        """Return where the records of a version stand.

        Raises:
            Unreadable: it is not what the contract says.
        """
        return [(key, place) for (key, _), place in self._found(content, placed=True)]

    def changes(self, old: bytes, new: bytes) -> tuple[list[KeyedContent], list[KeyedContent]]:
        """Return what an earlier version had, and what a later one has, that the other has not.

        Raises:
            Unreadable: the later one is not what the contract says.
        """
        if self.is_csv and (lines := _changed_lines(old, new)):
            header, gone, come = lines
            return self.items(header + gone) if gone else [], self.items(header + come)
        before, after = Counter(self.items(old)), Counter(self.items(new))
        return list((before - after).elements()), list((after - before).elements())

    def fields(self, content: str) -> dict[str, Any]:
        """Return the fields of a record, without what is empty.

        Its content is the line of a CSV file, in the contract's order of columns; or JSON, which
        has quotation marks where such a line has none.
        """
        if self.is_csv and '"' not in content:
            cells = content.split(self.tracked.dataset.delimiter)
            return {each: cell for each, cell in zip(self.columns, cells, strict=True) if cell}
        found: dict[str, Any] = json.loads(content)
        return found

    def cells(self, contents: Sequence[str], columns: Sequence[str]) -> list[list[Any]]:
        """Return some fields of records, record by record; None for each that is empty."""
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
        """Write a record's own content; see `fields`."""
        if self.is_csv:
            delimiter = self.tracked.dataset.delimiter
            cells = [record.get(each, "") for each in self.columns]
            line = delimiter.join(cells)
            if '"' not in line and "\n" not in line and line.count(delimiter) == len(cells) - 1:
                return line
        return to_json(record)

    def _plain_items(self, text: str) -> list[KeyedContent]:
        """Take a CSV file without quotation marks apart."""
        dataset = self.tracked.dataset
        delimiter = dataset.delimiter
        header, *lines = [line for line in text.split("\n") if line] or [""]
        heading = _Heading.of(self.tracked.contract, header.split(delimiter))
        [unit] = self.tracked.units
        place = {column: index for index, column in heading.named}
        key = [place[each] for each in dataset.key]
        order = [place.get(each, -1) for each in self.columns]
        is_whole = order == list(range(heading.count))
        is_single = len(key) == 1
        found: list[KeyedContent] = []
        for line in lines:
            cells = line.split(delimiter)
            if len(cells) != heading.count:
                raise Unreadable
            if is_single:
                named = cells[key[0]]
            else:
                parts = [cells[each] for each in key]
                named = KEY_SEPARATOR.join(parts) if all(parts) else ""
            if named:
                content = line
                if not is_whole:
                    content = delimiter.join([cells[at] if at >= 0 else "" for at in order])
                found.append(((unit.name, named), content))
        return found

    def _found(self, content: bytes, *, placed: bool) -> list[tuple[KeyedContent, Place]]:
        try:
            if self.is_csv:
                rows = list(_rows(self.tracked.contract, content))
                places = [Locator("", line) for line, _ in rows]
                return self._of_records([value for _, value in rows], places)
            self.file.unlink(missing_ok=True)  # to write over a file makes the disk wait
            self.file.write_bytes(content)
            opened = SourceFile(self.tracked.contract, "", self.file, fingerprint(self.file))
            reader = find_reader(self.tracked.dataset.format)
            if isinstance(reader, Scanner):
                return self._of_table(opened, reader)
            records = [each for each in reader.read(opened) if isinstance(each, Record)]
            places = [place_of(opened, each) if placed else _NOWHERE for each in records]
            return self._of_records([each.value for each in records], places)
        except (EvidenceError, OSError, StoreError, UnicodeEncodeError) as failure:
            raise Unreadable from failure

    @cached_property
    def _reader(self) -> DuckDB:
        """A store that may read files, also once the policy's SQL was let into the other."""
        return open_store()

    def _of_table(self, file: SourceFile, scanner: Scanner) -> list[tuple[KeyedContent, Place]]:
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
    ) -> list[tuple[KeyedContent, Place]]:
        """Take records apart into those of each unit."""
        found = []
        nested = [child.path for child in self.tracked.contract.children]
        for record, parts, place in zip(records, self.keys.of(records), places, strict=True):
            for unit in self.tracked.units:
                entries: list[tuple[dict[str, Any], dict[str, Any], str | None]]
                if not unit.path:
                    own = {each: record[each] for each in record if each not in nested}
                    entries = [(own, own, None)]
                else:
                    listed = record.get(unit.path, ())
                    entries = [
                        (part, {**record, **part}, f"{unit.path}/{number}")
                        for number, part in enumerate(listed if isinstance(listed, list) else ())
                        if isinstance(part, dict)
                    ]
                for own, around, path in entries:
                    key = _key(unit, parts, around)
                    if key is not None:
                        item = (unit.name, key), self._content(own)
                        f"{key}{item[1]}".encode()  # JSON may escape what is no text
                        below = "/".join(filter(None, (place.path, path))) or None
                        found.append((item, Place(place.line, place.sheet, below)))
        return found


_NOWHERE = Locator("")
to_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=str).encode
"""Write a record as JSON, in an order that is always the same."""


def _key(unit: TrackedTable, derived: Mapping[str, Any], record: Mapping[str, Any]) -> str | None:
    """Return the key of a record as one text; None if a part of it is missing."""
    if len(unit.key) == 1 and not derived:
        key = record.get(unit.key[0])
        return None if key is None else str(key)
    parts = [derived.get(each, record.get(each)) for each in unit.key]
    return None if None in parts else KEY_SEPARATOR.join(map(str, parts))


class _Keys:
    """Computes the derived columns that belong to a dataset's key."""

    def __init__(self, contract: Contract, store: DuckDB) -> None:
        self.contract, self.store = contract, store
        dataset = contract.dataset
        self.derive = {each: text for each, text in dataset.derive.items() if each in dataset.key}

    def of(self, records: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """Return the derived columns of records."""
        if not (self.derive and records):
            return [{}] * len(records)
        columns = self.contract.columns
        cells = ", ".join(
            f"unnest(CAST(${index} AS {record_sql.TYPES[column.type]}[]))"
            f" AS {identifier(column.name)}"
            for index, column in enumerate(columns, 1)
        )
        made = ", ".join(
            f"CAST(try(({text}\n)) AS VARCHAR) AS {identifier(each)}"
            for each, text in self.derive.items()
        )
        given = [[_cell(record.get(column.name)) for record in records] for column in columns]
        for column, each in zip(columns, given, strict=True):
            if column.type == "instant":
                read = [values.instants(str(text), self.contract.zone) for text in each]
                each[:] = [found[0] if found else None for found in read]
            elif column.type == "date":
                each[:] = [values.day(str(text)) for text in each]
        rows = self.store.ask(f"SELECT {made} FROM (SELECT {cells})", given)
        return [dict(zip(self.derive, row, strict=True)) for row in rows]


def _cell(value: Any) -> Any:
    return values.list_text(value) if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class _Heading:
    """The first line of a CSV file."""

    count: int
    named: list[tuple[int, str]]
    """Those of its columns that the contract knows."""

    @classmethod
    def of(cls, contract: Contract, header: Sequence[str]) -> _Heading:
        """Read the header.

        Raises:
            Unreadable: a column of the key is missing, or a column is there twice.
        """
        known = {contract.heading(column.name): column.name for column in contract.columns}
        named = [(index, known[each]) for index, each in enumerate(header) if each in known]
        names = {each for _, each in named}
        is_ambiguous = len(names) < len(named)
        if is_ambiguous or not set(contract.dataset.key) <= {*contract.dataset.derive, *names}:
            raise Unreadable
        return cls(len(header), named)


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as failure:
        raise Unreadable from failure


def _rows(contract: Contract, content: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the rows of a CSV file, each with its line.

    Raises:
        Unreadable: it is not CSV with the contract's columns.
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
                raise Unreadable
            yield number, {column: row[index] for index, column in heading.named if row[index]}
    except (UnicodeDecodeError, CsvFault) as failure:
        raise Unreadable from failure


def _changed_lines(old: bytes, new: bytes) -> tuple[bytes, bytes, bytes] | None:
    """Return the header, and the lines that stand in one version alone.

    None where a line may not be a record of its own.
    """
    head = new[: new.find(b"\n") + 1]
    if old.endswith(b"\n") and b'"' not in head and new.startswith(old):
        # As most do. The earlier version could be read, and so ended with a record.
        return head, b"", new[len(old) :]
    if not head or not old.startswith(head) or _is_intricate(old) or _is_intricate(new):
        return None
    first = _common(old, new)
    first = new.rfind(b"\n", 0, first) + 1
    rest = min(len(old), len(new)) - first
    last = _common_end(old, new, rest)
    # Begin the common end with a whole line.
    cut = new.find(b"\n", len(new) - last)
    last = len(new) - cut - 1 if last and cut >= 0 else 0
    gone = Counter(old[first : len(old) - last].splitlines(keepends=True))
    come = Counter(new[first : len(new) - last].splitlines(keepends=True))
    return head, _joined(gone - come), _joined(come - gone)


def _is_intricate(content: bytes) -> bool:
    """Whether the end of a line may not be that of a record, or the other way round."""
    returns = content.count(b"\r")
    return b'"' in content or bool(returns and returns != content.count(b"\r\n"))


def _joined(lines: Counter[bytes]) -> bytes:
    return b"".join(line if line.endswith(b"\n") else line + b"\n" for line in lines.elements())


def _common(old: bytes, new: bytes) -> int:
    """Count the bytes with which both begin."""
    low, high = 0, min(len(old), len(new))
    if old[:high] == new[:high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if old[low:middle] == new[low:middle] else (low, middle)
    return low


def _common_end(old: bytes, new: bytes, most: int) -> int:
    """Count the bytes with which both end, up to so many."""
    low, high = 0, most
    if high and old[-high:] == new[-high:]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        same = old[len(old) - middle : len(old) - low] == new[len(new) - middle : len(new) - low]
        low, high = (middle, high) if same else (low, middle)
    return low
