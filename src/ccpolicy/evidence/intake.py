"""Take in the records that are read here: judge each, and stage it with those nested in it."""

from __future__ import annotations

import dataclasses
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.evidence import values
from ccpolicy.evidence.contract import Column, Contract
from ccpolicy.evidence.explain import Explainer
from ccpolicy.evidence.faults import Faults
from ccpolicy.evidence.models import ORDINAL_BITS, Source
from ccpolicy.evidence.readers import Opened, Parsed, Record, Reject
from ccpolicy.evidence.stage import Stage
from ccpolicy.evidence.tables import Plan


@dataclass(frozen=True, slots=True)
class NestedSource:
    """Finds nested records again by the record around them; see `Source`."""

    around: Source
    path: str
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
        """See `Source.locate`."""
        around = self.around.locate(sorted({self.records[number - 1] for number in ordinals}))
        return {
            number: dataclasses.replace(
                around[self.records[number - 1]], path=f"{self.path}/{self.places[number - 1]}"
            )
            for number in ordinals
        }


@dataclass
class Intake:
    """Takes in the files of one dataset."""

    contract: Contract
    plan: Plan
    children: list[Plan]
    stage: Stage
    faults: Faults
    add_source: Callable[[Source], int]
    """Registers a source, and returns its number."""

    def __post_init__(self) -> None:
        import jsonschema_rs

        zone = self.contract.zone
        self.is_valid = jsonschema_rs.Draft202012Validator(
            self.contract.schema(),
            validate_formats=True,
            formats={
                "date": lambda text: values.day(text) is not None,
                "date-time": lambda text: values.instants(text, zone) is not None,
            },
        ).is_valid
        self.writers = [_Writer(plan) for plan in (self.plan, *self.children)]
        self.explainer: Explainer | None = None

    def read(self, file: Opened, parsed: Parsed) -> tuple[int, int]:
        """Take in a file, and return how many records it has and how many are invalid.

        Raises:
            EvidenceError: the file is not what it should be.
        """
        count = invalid = 0
        nested = [NestedSource(parsed, child.path) for child in self.contract.children]
        numbers = [self.add_source(source) for source in nested]
        for entry in parsed.records():
            count += 1
            if isinstance(entry, Record) and self._take(file.number, entry, nested, numbers):
                continue
            invalid += 1
            self._refuse(parsed, entry)
        return count, invalid

    def _take(
        self, number: int, record: Record, nested: Sequence[NestedSource], numbers: Sequence[int]
    ) -> bool:
        """Stage a record with its nested ones if it is valid."""
        value = record.value
        try:
            if not self.is_valid(value):
                return False
        except UnicodeEncodeError:
            return False
        locator = number << ORDINAL_BITS | record.ordinal
        if not self.stage.add(self.writers[0].table, locator, self.writers[0].cells(value, value)):
            return False
        for writer, source, child in zip(self.writers[1:], nested, numbers, strict=True):
            for place, part in enumerate(value.get(source.path, ())):
                locator = child << ORDINAL_BITS | source.add(record.ordinal, place)
                if not self.stage.add(writer.table, locator, writer.cells(part, value)):
                    return False
        return True

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
    below = "/".join(str(part) for part in path)
    return dataclasses.replace(place, path=below) if below else place


class _Writer:
    """Writes records as the cells that a table is made from."""

    def __init__(self, plan: Plan) -> None:
        assert plan.staged is not None
        self.table = plan.staged
        self.zone = plan.zone_info
        columns = plan.cells()
        self.columns = [(column, column.name in plan.own) for column in columns]
        self.early = [pair for pair in self.columns if pair[0] in plan.early]

    def cells(self, own: dict[str, Any], around: dict[str, Any]) -> list[str]:
        """Return the cells of a record, given the record around it for the columns that are its."""
        cells = [
            self._cell(column, (own if is_own else around).get(column.name))
            for column, is_own in self.columns
        ]
        for column, is_own in self.early:
            text = (own if is_own else around).get(column.name)
            found = values.instants(text, self.zone) if text else None
            cells.append(str(found[1]) if found else "")
        return cells

    def _cell(self, column: Column, value: Any) -> str:
        if value is None:
            return ""
        match column.type:
            case "date":
                return str(values.day(value))
            case "instant":
                found = values.instants(value, self.zone)
                assert found is not None
                return str(found[0])
        return values.text_of(value, column.type)
