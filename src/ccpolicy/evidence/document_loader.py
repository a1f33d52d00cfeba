"""Check the records of documents, and stage them with the records nested in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from ccpolicy.errors import EvidenceError
from ccpolicy.evidence import values
from ccpolicy.evidence.contract import Contract
from ccpolicy.evidence.explain import Explainer, nested_place
from ccpolicy.evidence.models import NUMBER_BITS
from ccpolicy.evidence.places import FileRecords, Places, nested_parts
from ccpolicy.evidence.problems import ProblemLog
from ccpolicy.evidence.readers import Record, Reject, find_reader, place_of
from ccpolicy.evidence.staging import StagingTable, is_storable

Times = dict[tuple[str, str], dict[str, Any]]
"""Path of nested records ('' for the records themselves) and name of a column → text → day, or
later and earlier reading of an instant."""
Numbers = Mapping[str, Mapping[int, int]]
"""Path of nested records → number of the record around them → number of the first of them."""

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
    ) -> None:
        import jsonschema_rs

        self.contract, self.stages = contract, stages
        self.problems, self.places = problems, places
        # Formats are checked by reading the values, which has to be done anyway.
        self.validator = jsonschema_rs.Draft202012Validator(
            {"type": "array", "items": contract.schema()}, validate_formats=False
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
        sources = {"": number}
        for child in self.contract.children:
            sources[child.path] = self.places.add(FileRecords(source.file, child, is_placed=True))
        last = dict.fromkeys(sources, 0)
        count = invalid = 0
        entries = find_reader(self.contract.dataset.format).read(source.file)
        while batch := list(islice(entries, _BATCH)):
            count += len(batch)
            source.sheet, source.is_placed = batch[0].sheet, batch[0].line is not None
            records = [each for each in batch if isinstance(each, Record)]
            firsts = {path: _number_nested(records, path, last) for path in sources if path}
            if len(records) == len(batch) and self._stage(records, sources, firsts):
                continue
            for each in batch:
                if isinstance(each, Reject) or not self._stage([each], sources, firsts):
                    invalid += 1
                    self._refuse(source, each)
        return count, invalid

    def _stage(
        self, records: Sequence[Record], sources: Mapping[str, int], firsts: Numbers
    ) -> bool:
        """Stage records with those nested in them, if all of them are valid."""
        values_around = [record.value for record in records]
        times = self._times(values_around) if self._are_valid(values_around) else None
        if times is None:
            return False
        tables = []
        for stage, path in zip(self.stages, sources, strict=True):
            if not path:
                rows = [(record.number, record.value, record, "") for record in records]
            else:
                rows = [
                    (firsts[path][record.number] + index, part, record, f"{path}/{index}")
                    for record in records
                    for index, part in enumerate(record.value.get(path, ()))
                ]
            cells = _cells(stage, path, [row[1] for row in rows], [row[2] for row in rows], times)
            if cells is None:
                return False
            tables.append((rows, cells))
        for stage, (path, source), (rows, cells) in zip(
            self.stages, sources.items(), tables, strict=True
        ):
            locators = [source << NUMBER_BITS | number for number, _, _, _ in rows]
            stage.add(locators, cells)
            if path or records[0].line is not None:
                self.places.note(
                    locators,
                    [each.number if each.line is None else each.line for _, _, each, _ in rows],
                    [_join(each.path, below) for _, _, each, below in rows],
                )
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
                readings = (
                    values.days(texts)
                    if column.type == "date"
                    else values.all_instants(texts, self.contract.zone)
                )
                if readings is None:
                    return None
                times[path, column.name] = readings
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
        self.explainer = self.explainer or Explainer(self.contract)
        faults = self.explainer.faults(entry.value)
        errors = [error.at(nested_place(place, path)) for path, error in faults]
        if not errors:
            errors = [EvidenceError("a text holds a character that no text may hold")]
        self.problems.record(place, errors)


def _join(path: str | None, below: str) -> str | None:
    return f"{path}/{below}" if path and below else path or below or None


def _number_nested(records: Sequence[Record], path: str, last: dict[str, int]) -> dict[int, int]:
    """Number the records nested in others, after the last of the file; see `nested_records`.

    Return the number of a record → that of the first record nested in it.
    """
    firsts = {}
    for record in records:
        firsts[record.number] = last[path] + 1
        last[path] += len(nested_parts(record, path))
    return firsts


def _cells(
    stage: StagingTable,
    path: str,
    own: Sequence[Mapping[str, Any]],
    around: Sequence[Record],
    times: Times,
) -> list[list[Any]] | None:
    """Return the columns that are staged of records, which are nested at a path of others.

    None if a text cannot be stored.
    """
    columns = []
    for staged in stage.columns:
        column, name = staged.column, staged.column.name
        is_own = not path or name in stage.plan.own
        records = own if is_own else [record.value for record in around]
        cells = [record.get(name) for record in records]
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
