"""The contract of a dataset: where its files are, how they are written, and what a record is."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field, model_validator

from ccpolicy.evidence_formats import Format
from ccpolicy.policy.base_model import STRICT, Name, PolicyModel, TableName
from ccpolicy.policy.column_reading import ColumnSource, Marks
from ccpolicy.policy.decoding import Decoding
from ccpolicy.policy.labels import Labels
from ccpolicy.policy.reshape import Reshape
from ccpolicy.policy.table_source import TableSource, describe_source, with_source
from ccpolicy.texts import Label, Line, WrittenText

Amendable = Literal["append_only", "with_reason", "freely"]


class Recording(PolicyModel):
    """How records are filed, which git knows."""

    happened: list[Name] = Field(default=[])
    """Columns that say when something happened, each of which is to be on file in time."""
    within: Line | None = None
    """How soon after it happened a record is filed, as a duration."""
    amendable: Amendable
    """Whether a record may be changed or deleted once it is on file: not at all, in a commit whose
    message gives a line `Reason: …`, or freely. With a reason or without, what was left empty may
    be filled in, unless it is `append_only`. Deleting is free once the retention is over."""
    by: list[Line] = Field(default=[])
    """Addresses of those who may file records, as commits name them; `*` stands for any
    part. Both author and committer must be among them. Without it anybody may."""
    signed: bool = False
    """Whether the commit must carry a signature by a key that the policy lists."""


class Reference(PolicyModel):
    """What a column's values must name: a record of a dataset, if need be one in force that day."""

    dataset: TableName
    """A dataset, or `dataset.child`. Several of its records may have the same value: one will do.
    Those that are invalid do not count."""
    key: Name
    """Column of that dataset that holds the value."""
    match: dict[Name, Name] = Field(default={})
    """Further columns of that dataset → columns of this one that hold the same."""
    during: list[Name] | None = Field(default=None, min_length=1, max_length=2)
    """Columns of that dataset: from when and until when its record is in force. A date belongs to
    it whole; where there is no end, or none is on file, it is in force ever since."""
    at: Name | None = None
    """Column of this dataset: the day or moment on which that record must be in force. Where it is
    empty, the record need only exist."""


class Child(Labels, PolicyModel):
    """Records nested in a document, unfolded into a table with the parent's key columns."""

    path: Line
    """Name of the list inside the record, such as `notices`."""
    key: list[Name] = Field(min_length=1)
    """Columns that tell one record from another, the parent's among them."""
    columns: dict[Name, ColumnSource] = Field(default={})
    """Name used here → the field's name, or its path, in a nested record, or how its values are
    written."""
    references: dict[Name, Reference] = Field(default={})
    """Column of the nested record → what its values must name."""
    recording: Recording | None = None
    """How they are filed; without it they are not followed through history."""


class Lookup(PolicyModel):
    """A column brought in from another dataset by key."""

    dataset: Name
    key: list[Name] = Field(min_length=1)
    """Columns of this dataset whose values are the other dataset's key."""
    column: Name


class Dataset(Decoding, Labels, PolicyModel):
    """What counts as evidence of one kind: `policy/datasets/<id>.yaml`."""

    model_config = ConfigDict(**STRICT, json_schema_extra=describe_source)

    id: Name
    title: WrittenText
    owner: Label
    """Role that keeps these records."""
    written_by: Literal["people", "tool"] = "people"
    """Who writes them: what a tool writes is not recorded by hand."""
    files: Line
    """Files below the evidence folder, such as `inspections/*.csv`."""
    format: Format
    source: TableSource | None = None
    """Table whose rows are the records, in place of `files` and `format`."""
    key: list[Name] = Field(min_length=1)
    """Columns that tell one record from another."""
    zone: Line | None = None
    """IANA zone of times written without an offset; without it such a time is an error."""
    retention: Line
    """How long records are kept, as a duration."""
    record: dict[str, Any]
    """JSON Schema of one record, over the names used here. A text with `format: attachment` is the
    path of a file that belongs to the record, from the evidence folder on."""
    columns: dict[Name, ColumnSource] = Field(default={})
    """Name used here → the column's heading, or the path in a document, such as `summary.end`, or
    how its cells are written. What begins with `/` is a JSON Pointer from the document's top, for
    fields around the records."""
    empty: Marks | None = None
    """Texts that mean in any column that there is no value, such as `N/A`."""
    reshape: Reshape | None = None
    """How records are made of rows, where a row is not a record."""
    children: dict[Name, Child] = Field(default={})
    references: dict[Name, Reference] = Field(default={})
    """Column → what its values must name; of a list, each entry. A record that names what is not
    there is invalid; an empty cell names nothing."""
    lookups: dict[Name, Lookup] = Field(default={})
    derive: dict[Name, Line] = Field(default={})
    """New column → SQL expression over the record's columns."""
    recording: Recording | None = None
    """How records are filed; without it they are not followed through history."""
    may_be_empty: WrittenText | None = None
    """Why it is all right that a file holds no record. A missing file never is."""

    _with_source = model_validator(mode="before")(with_source)

    @property
    def is_filed(self) -> bool:
        """Whether its records are in files of the evidence folder."""
        return self.format not in ("git", "table")

    def heading(self, name: str) -> str:
        """Return what a column is called on file, as the contract says."""
        reading = self.columns.get(name)
        return (reading.from_ if reading else None) or name

    @property
    def all_references(self) -> list[tuple[str, str, Reference]]:
        """Return table, column and reference of each column that refers, nested records' too."""
        found = [(self.id, column, each) for column, each in self.references.items()]
        for name, child in self.children.items():
            table = f"{self.id}.{name}"
            found += [(table, column, each) for column, each in child.references.items()]
        return found

    @property
    def sources(self) -> list[str]:
        """Return the datasets whose records decide about its own: looked up, or referred to."""
        looked_up = [each.dataset for each in self.lookups.values()]
        referred = [each.dataset.partition(".")[0] for *_, each in self.all_references]
        return list(dict.fromkeys([*looked_up, *referred]))
