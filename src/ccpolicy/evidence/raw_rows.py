"""The rows of files as they are, all cells as text: what a contract's `reshape` reads."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

from ccpolicy.evidence.cell_readings import cell_text
from ccpolicy.evidence.contract import Column, Contract
from ccpolicy.evidence.places import FileRecords
from ccpolicy.evidence.problems import ProblemLog
from ccpolicy.evidence.readers import ReadingNote, Record, Reject, Scanner, find_reader, place_of
from ccpolicy.evidence.record_sources import NUMBER_BITS
from ccpolicy.policy import Dataset
from ccpolicy.policy.column_reading import ColumnReading
from ccpolicy.policy.reshape import PLACE
from ccpolicy.store import DuckDB, StoreError, ValueFault
from ccpolicy.store.sql import identifier, literal

_BATCH = 10_000
_TYPES = ("BIGINT", "VARCHAR", "VARCHAR")
HIDDEN_PLACE = ("_place", "_file", "_sheet")
"""What no column of a dataset can be called, since names begin with a letter."""


def raw_relation(dataset: str) -> str:
    """Return the name of the relation that `rows` is."""
    return f"evidence.raw/{dataset}"


def raw_contract(dataset: Dataset) -> Contract:
    """Return the contract of rows: what stands below the headings are columns of text."""
    reshape = dataset.reshape
    assert reshape
    cells = reshape.cells
    properties = {name: {"type": "string"} for name in (*cells, *dataset.around)}
    more = dataset.record.get("additionalProperties", False)
    record = {"type": "object", "properties": properties, "additionalProperties": more}
    sources = {
        name: ColumnReading.model_validate({"from": heading})
        for name, heading in cells.items()
        if name != heading
    }
    plain = dataset.model_copy(update={"columns": sources, "record": record})
    columns = tuple(
        Column(name, "text", cells.get(name) in reshape.columns, spec)
        for name, spec in properties.items()
    )
    return Contract(plain, columns, ())


class RawRows:
    """Gathers the rows of one dataset's files in the store.

    `place` is what the columns are called that say where a row stands.
    """

    def __init__(
        self,
        contract: Contract,
        store: DuckDB,
        problems: ProblemLog,
        place: tuple[str, str, str] = PLACE,
    ) -> None:
        self.contract, self.store, self.problems = contract, store, problems
        self.place = place[0]
        self.relation = raw_relation(contract.dataset.id)
        self.names = [column.name for column in contract.columns]
        self.counts: dict[int, int] = {}
        """Source → rows read."""
        self.types = dict(zip(place, _TYPES, strict=True)) | dict.fromkeys(self.names, "VARCHAR")
        store.fill(self.relation, self.types, [[] for _ in self.types])

    def add(self, source: FileRecords, number: int) -> None:
        """Add the rows of a file, given the number of its source.

        Raises:
            EvidenceError: the file is not what it should be.
            OSError: it cannot be read.
        """
        reader = find_reader(self.contract.dataset.format)
        if not isinstance(reader, Scanner):
            self._add_records(source, number)
            return
        rows = reader.rows(source.file)
        if rows is None:
            self._scan(reader, source, number)
            return
        count = self.counts[number] = len(rows.lines)
        cells = [[text or None for text in rows.columns[name]] for name in self.names]
        places = [number << NUMBER_BITS | line for line in rows.lines]
        around: list[list[Any]] = [
            [source.file.name] * count,
            [source.sheet or source.file.part] * count,
        ]
        self.store.fill(self.relation, self.types, [places, *around, *cells])

    def _scan(self, scanner: Scanner, source: FileRecords, number: int) -> None:
        scan = scanner.scan(source.file, self.store)
        cells = ", ".join(map(identifier, self.names))
        first = (number << NUMBER_BITS) + scan.first
        query = (
            f"SELECT {first} + {self.place}, {literal(source.file.name)},"
            f" {literal(source.sheet or source.file.part)}, {cells}"
            f" FROM (SELECT {scan.index} AS {self.place}, {scan.cells} FROM {scan.rows})"
        )
        try:
            [[count]] = self.store.run(f"INSERT INTO {identifier(self.relation)} {query}")
        except StoreError as failure:
            said = failure.engine_text if isinstance(failure, ValueFault) else str(failure)
            raise scanner.explain(source.file, said) from failure
        self.counts[number] = int(count)
        if fault := scanner.skipped(source.file, int(count)):
            first = number << NUMBER_BITS
            self.store.run(
                f"DELETE FROM {identifier(self.relation)} WHERE {self.place} >> {NUMBER_BITS} ="
                f" {first >> NUMBER_BITS}"
            )
            del self.counts[number]
            raise fault
        source.scanned_lines = scanner.lines(source.file, int(count))

    def _add_records(self, source: FileRecords, number: int) -> None:
        entries = find_reader(self.contract.dataset.format).read(source.file)
        self.counts[number] = 0
        while found := list(islice(entries, _BATCH)):
            source.notes += [each.message for each in found if isinstance(each, ReadingNote)]
            batch = [each for each in found if not isinstance(each, ReadingNote)]
            source.keep_places(batch)
            records = []
            for each in batch:
                if isinstance(each, Reject):
                    self.problems.record(place_of(source.file, each), [each.error])
                else:
                    records.append(each)
            self.counts[number] += len(records)
            self._fill(source, number, records)

    def _fill(self, source: FileRecords, number: int, records: list[Record]) -> None:
        places = [number << NUMBER_BITS | each.number for each in records]
        sheets = [each.sheet or source.file.part for each in records]
        cells = [[_text(each.value.get(name)) for each in records] for name in self.names]
        around: list[list[Any]] = [[source.file.name] * len(records), sheets]
        self.store.fill(self.relation, self.types, [places, *around, *cells])


def _text(raw: Any) -> str | None:
    """Return what a value is as a cell; a list or an object is the text of its JSON."""
    if isinstance(raw, list | dict):
        return json.dumps(raw, ensure_ascii=False)
    return cell_text(raw) if isinstance(raw, str | bool | int | float) else raw and str(raw)
