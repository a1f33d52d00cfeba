"""Take in the records that are read here: judge them, and stage them with those nested in them."""

from __future__ import annotations

import dataclasses
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.evidence import values
from ccpolicy.evidence.contract import Contract
from ccpolicy.evidence.explain import Explainer
from ccpolicy.evidence.key_check import KeyCheck
from ccpolicy.evidence.models import ORDINAL_BITS, RecordContent, RecordSource
from ccpolicy.evidence.problems import ProblemLog
from ccpolicy.evidence.readers import Opened, Parsed, Record, Reject
from ccpolicy.evidence.readers.interface import held
from ccpolicy.evidence.staging import StagingTable, is_text
from ccpolicy.evidence.table_plan import TablePlan

Times = dict[tuple[str, str], dict[str, Any]]
"""Path of nested records and name of a column → text → day, or readings of an instant."""

_BATCH = 10_000
"""Records judged at once."""


@dataclass(frozen=True, slots=True)
class NestedSource:
    """Finds nested records again by the record around them; see `RecordSource`."""

    around: Parsed
    path: str
    table: str
    records: array[int] = field(default_factory=lambda: array("Q"))
    """For each nested record, the number of the record around it."""
    places: array[int] = field(default_factory=lambda: array("Q"))
    """For each nested record, its place in the list."""

    def add(self, record: int, place: int) -> int:
        """Note a nested record, and return its number."""
        self.records.append(record)
        self.places.append(place)
        return len(self.records)

    def locate(self, ordinals: Sequence[int]) -> dict[int, Locator]:
        """See `RecordSource.locate`."""
        around = self.around.locate(sorted({self.records[number - 1] for number in ordinals}))
        return {
            number: nested_place(
                around[self.records[number - 1]], (self.path, self.places[number - 1])
            )
            for number in ordinals
        }

    def contents(self, ordinals: Sequence[int]) -> dict[int, RecordContent]:
        """See `RecordSource.contents`."""
        wanted = {
            (self.records[number - 1], self.places[number - 1]): number for number in ordinals
        }
        found: dict[int, RecordContent] = {}
        for entry in self.around.records():
            if isinstance(entry, Record):
                for place, part in enumerate(entry.value.get(self.path, ())):
                    if number := wanted.get((entry.ordinal, place)):
                        around = held(self.table, entry.value, [self.path]).fields
                        found[number] = replace(held(self.table, part), around=around)
        return found


@dataclass
class DocumentLoader:
    """Takes in the files of one dataset."""

    contract: Contract
    plans: Sequence[TablePlan]
    """The dataset's table, and those of the records nested in its records."""
    keys: Sequence[KeyCheck]
    stages: Sequence[StagingTable]
    faults: ProblemLog
    add_source: Callable[[RecordSource], int]
    """Registers a source, and returns its number."""

    def __post_init__(self) -> None:
        import jsonschema_rs

        # The formats are judged by reading the values, which is done anyway.
        self.validator = jsonschema_rs.Draft202012Validator(
            {"type": "array", "items": self.contract.schema()}, validate_formats=False
        )
        nested = [(child.path, child.columns) for child in self.contract.children]
        self.times = {
            path: [each for each in columns if each.type in ("date", "instant")]
            for path, columns in [("", self.contract.columns), *nested]
        }
        paths = ["", *(path for path, _ in nested)]
        self.writers = [_Writer(*each) for each in zip(self.plans, paths, strict=True)]
        self.explainer: Explainer | None = None

    def read(self, file: Opened, parsed: Parsed) -> tuple[int, int]:
        """Take in a file, and return how many records it has and how many are invalid.

        Raises:
            EvidenceError: the file is not what it should be.
        """
        count = invalid = 0
        nested = [
            NestedSource(parsed, child.path, f"{self.contract.dataset.id}.{child.name}")
            for child in self.contract.children
        ]
        numbers = [file.number, *(self.add_source(source) for source in nested)]
        entries = parsed.records()
        while batch := list(islice(entries, _BATCH)):
            count += len(batch)
            records = [entry for entry in batch if isinstance(entry, Record)]
            if len(records) == len(batch) and self._take(records, nested, numbers):
                continue
            for entry in batch:
                if isinstance(entry, Reject) or not self._take([entry], nested, numbers):
                    invalid += 1
                    self._refuse(parsed, entry)
        return count, invalid

    def _take(
        self, records: list[Record], nested: Sequence[NestedSource], numbers: Sequence[int]
    ) -> bool:
        """Stage records with those nested in them, if all of them are valid."""
        around = [record.value for record in records]
        times = self._times(around) if self._are_valid(around) else None
        if times is None:
            return False
        parts = [
            [
                (part, record, place)
                for record in records
                for place, part in enumerate(record.value.get(source.path, ()))
            ]
            for source in nested
        ]
        columns = [self.writers[0].columns(around, around, times)]
        for writer, found in zip(self.writers[1:], parts, strict=True):
            own = [part for part, _, _ in found]
            columns.append(writer.columns(own, [record.value for _, record, _ in found], times))
        if None in columns:
            return False
        ordinals = [[record.ordinal for record in records]]
        for source, found in zip(nested, parts, strict=True):
            ordinals.append([source.add(record.ordinal, place) for _, record, place in found])
        for number, each, cells, keys, stage in zip(
            numbers, ordinals, columns, self.keys, self.stages, strict=True
        ):
            assert cells is not None
            keys.add(cells)
            stage.add([[number << ORDINAL_BITS | ordinal for ordinal in each], *cells])
        return True

    def _are_valid(self, records: list[dict[str, Any]]) -> bool:
        try:
            return self.validator.is_valid(records)
        except UnicodeEncodeError:
            return False

    def _times(self, records: list[dict[str, Any]]) -> Times | None:
        """Read all times of records; None if one of them is none."""
        found: Times = {}
        for path, columns in self.times.items():
            rows = records
            if path:
                rows = [part for record in records for part in record.get(path, ())]
            for column in columns:
                texts = {row[column.name] for row in rows if column.name in row}
                readings = (
                    values.days(texts)
                    if column.type == "date"
                    else values.all_instants(texts, self.contract.zone)
                )
                if readings is None:
                    return None
                found[path, column.name] = readings
        return found

    def _refuse(self, parsed: Parsed, entry: Record | Reject) -> None:
        """Say why a record is invalid, or count it."""
        if not self.faults.room:
            self.faults.unexplained += 1
            return
        place = parsed.locate([entry.ordinal])[entry.ordinal]
        if isinstance(entry, Reject):
            self.faults.record(place, [entry.error])
            return
        self.explainer = self.explainer or Explainer(self.contract)
        faults = self.explainer.faults(entry.value)
        errors = [error.at(nested_place(place, path)) for path, error in faults]
        if not errors:
            errors = [EvidenceError("a text holds a character that no text may hold")]
        self.faults.record(place, errors)


def nested_place(place: Locator, path: Sequence[str | int]) -> Locator:
    """Return the place of what is nested in the record at a place."""
    below = "/".join([*([place.path] if place.path else []), *map(str, path)])
    return dataclasses.replace(place, path=below) if below else place


class _Writer:
    """Writes records as the columns that a table is made from."""

    def __init__(self, plan: TablePlan, path: str) -> None:
        columns = [(each, 0) for each in plan.cells()]
        columns += [(each, 1) for each in plan.early_cells()]
        self.cells = [
            (each, path if each.name in plan.own else "", reading) for each, reading in columns
        ]

    def columns(
        self,
        own: Sequence[Mapping[str, Any]],
        around: Sequence[Mapping[str, Any]],
        times: Times,
    ) -> list[list[Any]] | None:
        """Write records, given the records around them for the columns that are theirs.

        None if a text cannot be written.
        """
        columns = []
        for column, path, reading in self.cells:
            name = column.name
            found = [record.get(name) for record in (own if path else around)]
            match column.type:
                case "date":
                    read = times[path, name]
                    found = [None if text is None else read[text] for text in found]
                case "instant":
                    read = times[path, name]
                    found = [None if text is None else read[text][reading] for text in found]
                case "integer":
                    found = [None if number is None else int(number) for number in found]
                case "number":
                    found = [None if number is None else float(number) for number in found]
                case "text" if column.is_list:
                    found = [None if each is None else values.list_text(each) for each in found]
            if column.type == "text" and not is_text(found):
                return None
            columns.append(found)
        return columns
