"""A dataset's contract, prepared for readers: its columns, its nested records, its schema."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ccpolicy.checks.patterns import portable
from ccpolicy.checks.time_formats import time_format
from ccpolicy.evidence.values import value_of
from ccpolicy.policy import Dataset, columns
from ccpolicy.policy.column_reading import AS_IS, ColumnReading
from ccpolicy.policy.decoding import letters
from ccpolicy.policy.keywords import BIGINT
from ccpolicy.policy.record_schema import check_schema
from ccpolicy.vocabulary import ColumnType


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a record."""

    name: str
    type: ColumnType
    required: bool
    """Whether a record without it is invalid."""
    schema: Mapping[str, Any]
    """The JSON Schema of its values."""
    reading: ColumnReading = AS_IS
    """How its cells are written."""
    zone: str | None = None
    """IANA zone of an instant that is written without an offset."""

    def value(self, text: str) -> object:
        """Return the JSON value of a text; it stays a text if the contract gives reading rules."""
        return value_of(text, self.type) if self.reading.is_plain else text

    @property
    def may_be_misread(self) -> bool:
        """Whether a text of a column of texts may be none of those that its contract lists."""
        return bool(self.reading.values or self.reading.extract or self.reading.number)

    @property
    def is_ambiguous(self) -> bool:
        """Whether a text may have two readings, since its clock may have shown it twice."""
        if self.type != "instant" or not self.zone:
            return False
        formats = self.reading.time or ["iso"]
        return any(each == "iso" or not time_format(each).has_offset for each in formats)

    @property
    def is_list(self) -> bool:
        """Whether it holds a list, kept as the text of its JSON."""
        return self.schema.get("type") == "array"


@dataclass(frozen=True, slots=True)
class Nested:
    """Records nested in those of a document."""

    name: str
    path: str
    """Property of the record that lists them."""
    columns: tuple[Column, ...]
    """Their own columns, without those of the record around them."""
    key: tuple[str, ...]
    headings: Mapping[str, str]
    """Column → the field's name, or its path, where that is another."""

    def heading(self, name: str) -> str:
        """Return what a field is called on file."""
        return self.headings.get(name, name)


@dataclass(frozen=True)
class Contract:
    """A dataset as readers see it."""

    dataset: Dataset
    columns: tuple[Column, ...]
    """Columns on file: neither derived nor looked up."""
    children: tuple[Nested, ...]

    @property
    def allows_more(self) -> bool:
        """Whether a record may have more fields than the contract names."""
        return bool(self.dataset.record.get("additionalProperties", False))

    def column(self, name: str, path: str = "") -> Column | None:
        """Return a column on file of the records, or of those nested at a path, by its name."""
        nested = [child.columns for child in self.children if child.path == path]
        found = [*(nested[0] if nested else ()), *self.columns]
        return next((each for each in found if each.name == name), None)

    def heading(self, name: str) -> str:
        """Return what a column is called on file: a heading, a letter, or a path in a document."""
        heading = self.dataset.heading(name)
        if self.dataset.header == "none" and heading.isdecimal():
            return letters(int(heading))
        return heading

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema that documents are validated by, and all records explained by."""
        record = _closed(self.dataset.record)
        required = [*record.get("required", []), *self.dataset.key]
        named = [name for name in dict.fromkeys(required) if name in record["properties"]]
        return {**record, "required": named}


def make_contract(dataset: Dataset) -> Contract:
    """Make a dataset's contract.

    Raises:
        PolicyError: its schema of records is impossible or not supported.
    """
    for error in check_schema(dataset, lambda *_: None):
        raise error
    record = dataset.record
    return Contract(
        dataset=dataset,
        columns=tuple(_columns(dataset, dataset.id, record, dataset.key, dataset.columns)),
        children=tuple(
            Nested(
                name=name,
                path=child.path,
                columns=tuple(
                    _columns(
                        dataset,
                        f"{dataset.id}.{name}",
                        record["properties"][child.path]["items"],
                        child.key,
                        child.columns,
                    )
                ),
                key=tuple(child.key),
                headings={name: each.from_ or name for name, each in child.columns.items()},
            )
            for name, child in dataset.children.items()
        ),
    )


def _columns(
    dataset: Dataset,
    table: str,
    schema: Mapping[str, Any],
    key: list[str],
    sources: Mapping[str, ColumnReading],
) -> Iterator[Column]:
    types = columns({dataset.id: dataset}, table) or {}
    for name, spec in schema["properties"].items():
        if name in types:
            required = name in schema.get("required", []) or name in key
            reading = sources.get(name, AS_IS)
            if reading.empty is None and dataset.empty:
                reading = reading.model_copy(update={"empty": dataset.empty})
            zone = (reading.zone or dataset.zone) if types[name] == "instant" else None
            yield Column(name, types[name], required, spec, reading, zone)


def _closed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Write out the defaults of a schema, and bound numbers by the range of a column."""
    match schema.get("type"):
        case "object":
            properties = {name: _closed(spec) for name, spec in schema["properties"].items()}
            more = schema.get("additionalProperties", False)
            return {**schema, "properties": properties, "additionalProperties": more}
        case "array":
            return {**schema, "items": _closed(schema["items"])}
        case "integer":
            return {"minimum": BIGINT[0], "maximum": BIGINT[1], **schema}
        case "number":
            return {"minimum": -sys.float_info.max, "maximum": sys.float_info.max, **schema}
    if "pattern" in schema:
        return {**schema, "pattern": portable(schema["pattern"])}
    return dict(schema)
