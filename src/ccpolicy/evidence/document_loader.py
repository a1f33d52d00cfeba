"""Check the records of documents, and stage them with the records nested in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, islice
from typing import Any

from ccpolicy.activity import watched
from ccpolicy.errors import EvidenceError
from ccpolicy.evidence import values
from ccpolicy.evidence.contract import Contract
from ccpolicy.evidence.explain_record import Explainer, nested_place
from ccpolicy.evidence.places import FileRecords, NestedRecords, Places
from ccpolicy.evidence.problems import ProblemLog
from ccpolicy.evidence.readers import ReadingNote, Record, Reject, find_reader, place_of
from ccpolicy.evidence.record_readings import RecordReadings, read_time
from ccpolicy.evidence.record_sources import NUMBER_BITS
from ccpolicy.evidence.staging import StagingTable, is_storable
from ccpolicy.store import DuckDB
from ccpolicy.time.zones import time_zone

Times = dict[tuple[str, str], dict[str, Any]]
"""Path of nested records ('' for the records themselves) and name of a column → text → day, or
later and earlier reading of an instant."""

_BATCH = 10_000
"""Records checked at once."""


class DocumentLoader:
    """Loads the documents of one dataset."""

    def __init__(
        self,
        contract: Contract,
        stages: Sequence[StagingTable],
        problems: ProblemLog,
        places: Places,
        store: DuckDB,
    ) -> None:
        import jsonschema_rs

        self.contract, self.stages = contract, stages
        self.problems, self.places, self.store = problems, places, store
        self.readings = RecordReadings(contract, store)
        # Formats are checked by reading the values, which has to be done anyway.
        self.validator = jsonschema_rs.Draft202012Validator(
            {"type": "array", "items": contract.schema()},
            validate_formats=False,
            pattern_options=jsonschema_rs.RegexOptions(),  # linear; the default may go back
        )
        nested = [(child.path, child.columns) for child in contract.children]
        self.times = {
            path: [each for each in columns if each.type in ("date", "instant")]
            for path, columns in [("", contract.columns), *nested]
        }
        self.explainer: Explainer | None = None

    def load(self, source: FileRecords, number: int) -> tuple[int, int]:
        """Load a file, given the number of its source.

        Return how many records it has, and how many of them are invalid.

        Raises:
            EvidenceError: the file is not what it should be.
            OSError: it cannot be read.
        """
        nested = [NestedRecords(source, child) for child in self.contract.children]
        numbers = [number, *(self.places.add(each) for each in nested)]
        count = invalid = 0
        activity = watched()
        entries = find_reader(self.contract.dataset.format).read(source.file)
        while found := list(islice(entries, _BATCH)):
            source.notes += [each.message for each in found if isinstance(each, ReadingNote)]
            batch = [each for each in found if not isinstance(each, ReadingNote)]
            if not batch:
                continue
            count += len(batch)
            activity.rows = count
            source.keep_places(batch)
            read = self.readings.of(batch)
            records = [each for each in read if isinstance(each, Record)]
            if len(records) == len(batch) and self._stage(records, nested, numbers):
                continue
            for each, record in zip(batch, read, strict=True):
                if record is None or not self._stage([record], nested, numbers):
                    invalid += 1
                    self._refuse(source, each)
        return count, invalid

    def _stage(
        self, records: Sequence[Record], nested: Sequence[NestedRecords], numbers: Sequence[int]
    ) -> bool:
        """Stage records with those nested in them, if all of them are valid.

        `numbers` are those of the sources: of the file, and of each kind of nested records.
        """
        own = [record.value for record in records]
        times = self._times(own) if self._are_valid(own) else None
        if times is None:
            return False
        parts = [[record.value.get(each.child.path, ()) for record in records] for each in nested]
        tables = [_cells(self.stages[0], "", own, own, times)]
        for stage, each, lists in zip(self.stages[1:], nested, parts, strict=True):
            around = [
                value for value, found in zip(own, lists, strict=True) for _ in range(len(found))
            ]
            items = list(chain.from_iterable(lists))
            tables.append(_cells(stage, each.child.path, items, around, times))
        counts = [[record.number for record in records]]
        if None in tables:
            return False
        for each, lists in zip(nested, parts, strict=True):
            firsts = [
                each.add(record.number, len(found))
                for record, found in zip(records, lists, strict=True)
            ]
            counts.append(list(range(firsts[0], each.count + 1)))
        for stage, number, own_numbers, cells in zip(
            self.stages, numbers, counts, tables, strict=True
        ):
            assert cells is not None
            stage.add([number << NUMBER_BITS | each for each in own_numbers], cells)
        return True

    def _are_valid(self, records: Sequence[dict[str, Any]]) -> bool:
        try:
            return self.validator.is_valid(records)
        except UnicodeEncodeError:
            return False

    def _times(self, records: Sequence[dict[str, Any]]) -> Times | None:
        """Read all times of records; None if one of them is invalid."""
        times: Times = {}
        for path, columns in self.times.items():
            rows = records
            if path:
                rows = [part for record in records for part in record.get(path, ())]
            for column in columns:
                texts = {row[column.name] for row in rows if column.name in row}
                readings: Mapping[str, Any] | None
                if not column.reading.is_plain:
                    readings = {text: read_time(text, column) for text in texts}
                elif column.type == "date":
                    readings = values.days(texts)
                else:
                    zone = time_zone(column.zone) if column.zone else None
                    readings = values.all_instants(texts, zone)
                if readings is None:
                    return None
                times[path, column.name] = dict(readings)
        return times

    def _refuse(self, source: FileRecords, entry: Record | Reject) -> None:
        """Explain why a record is invalid, or count it."""
        if not self.problems.room:
            self.problems.unexplained += 1
            return
        place = place_of(source.file, entry)
        if isinstance(entry, Reject):
            self.problems.record(place, [entry.error])
            return
        self.explainer = self.explainer or Explainer(self.contract, self.store)
        faults = self.explainer.row_faults(entry.value)
        errors = [error.at(nested_place(place, path)) for path, error in faults]
        if not errors:
            errors = [
                EvidenceError(
                    "the text contains an unpaired surrogate, which cannot be stored as UTF-8"
                )
            ]
        self.problems.record(place, errors)


def _cells(
    stage: StagingTable,
    path: str,
    own: Sequence[Mapping[str, Any]],
    around: Sequence[Mapping[str, Any]],
    times: Times,
) -> list[list[Any]] | None:
    """Return the columns that are staged of records, which are nested at a path of others.

    None if a text cannot be stored.
    """
    columns = []
    for staged in stage.columns:
        column, name = staged.column, staged.column.name
        is_own = not path or name in stage.plan.own
        cells = [record.get(name) for record in (own if is_own else around)]
        match column.type:
            case "date":
                days = times[path if is_own else "", name]
                cells = [None if text is None else days[text] for text in cells]
            case "instant":
                instants = times[path if is_own else "", name]
                cells = [
                    None if text is None else instants[text][staged.is_earlier] for text in cells
                ]
            case "integer":
                cells = [None if number is None else int(number) for number in cells]
            case "number":
                cells = [None if number is None else float(number) for number in cells]
            case "text" if column.is_list:
                cells = [None if each is None else values.list_text(each) for each in cells]
        if column.type == "text" and not is_storable(cells):
            return None
        columns.append(cells)
    return columns
