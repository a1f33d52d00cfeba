"""The fields of a dataset that a person fills in, as its contract describes them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ccpolicy.errors import EvidenceError, PolicyError
from ccpolicy.evidence.contract import Column, Contract, make_contract
from ccpolicy.policy import FROM_GIT, Dataset, Policy
from ccpolicy.policy.dataset import Reference
from ccpolicy.policy.labels import value_text
from ccpolicy.policy.names import unknown
from ccpolicy.texts import UNNAMED, Text

_HINT_MESSAGES = {
    "template": "fill in a form and copy its cells into the workbook:"
    " ccpolicy template {dataset} -o form.xlsx",
    "tool": "run the tool; to record by hand after all, take 'written_by' out of the dataset",
    "program": "such files are written by programs: put the program's next file there",
}
_TABLE_KEYS = ("compression", "reshape", "range", "footer", "children")
"""Keys of a contract with which a line below the last one is no record."""
_NO_SHEET = frozenset("[]:*?/\\'")
"""Characters that no name of a sheet has, or that make it a pattern."""
_LONGEST_SHEET = 31
"""Characters of a sheet's name."""
_YES_NO = {"true": Text({"en": "yes", "zh": "是"}), "false": Text({"en": "no", "zh": "否"})}


@dataclass(frozen=True, slots=True)
class AllowedValue:
    """A value of a closed list, and what people call it."""

    value: Any
    label: Text

    @property
    def text(self) -> str:
        """The value as a word."""
        return value_text(self.value)

    @property
    def names(self) -> tuple[str, ...]:
        """What people may write instead."""
        return tuple(self.label.root.values())

    def is_in_force(self, day: datetime.date) -> bool:
        """Whether it may be chosen on a day: always."""
        del day
        return True


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record that a person fills in."""

    column: Column
    label: Text
    description: Text | None
    """What the contract says of it beside its label."""
    choices: tuple[AllowedValue, ...]
    """The values of a closed list; empty where there is none."""
    reference: Reference | None
    is_happening: bool
    """Whether it says when something happened, which cannot lie in the future."""
    is_id: bool
    """Whether it is the number of the record itself, which goes on from the last one."""

    @property
    def name(self) -> str:
        """The column's name in the contract."""
        return self.column.name

    @property
    def is_measured(self) -> bool:
        """Whether its texts say the unit, so that a bare number is another value."""
        reading = self.column.reading
        return bool(reading.duration or (reading.number and reading.number.percent))

    @property
    def is_required(self) -> bool:
        """Whether a record without it is invalid."""
        return self.column.required


@dataclass(frozen=True)
class RecordForm:
    """What a person fills in for one record of a dataset."""

    dataset: Dataset
    contract: Contract
    fields: tuple[Field, ...]

    @property
    def by_name(self) -> Mapping[str, Field]:
        """The fields by the names of their columns."""
        return {each.name: each for each in self.fields}

    @property
    def id_field(self) -> Field | None:
        """The field with the record's own number, if it has one."""
        return next((each for each in self.fields if each.is_id), None)


def find_dataset(policy: Policy, name: str) -> Dataset:
    """Return a dataset by its name.

    Raises:
        PolicyError: there is none.
    """
    if name not in policy.datasets or name in FROM_GIT:
        known = [each for each in policy.datasets if each not in FROM_GIT]
        raise unknown("unknown dataset '{name}'", name, known, None)
    return policy.datasets[name]


def check_recordable(policy: Policy, dataset: Dataset, *, appends: bool = True) -> None:
    """Refuse a dataset to whose files a person adds no line; a workbook's rows may be copied.

    Raises:
        EvidenceError: a tool writes it, or a line cannot be appended to its files.
    """
    if dataset.source:
        raise EvidenceError(
            "the records of '{dataset}' are rows of a table, into which nothing is written from"
            " here",
            hint="write them by the program that fills the table",
            locator=policy.place("dataset", dataset.id, "source"),
            dataset=dataset.id,
        )
    if dataset.written_by == "tool":
        raise EvidenceError(
            "a tool writes the records of '{dataset}', and nobody by hand",
            hint=_HINT_MESSAGES["tool"],
            locator=policy.place("dataset", dataset.id, "written_by"),
            dataset=dataset.id,
        )
    if not appends:
        return
    if takes_new_workbook(dataset):
        return
    if dataset.format not in ("csv", "jsonl"):
        kind = "template" if dataset.format == "xlsx" else "program"
        raise EvidenceError(
            "no record can be appended to a file of the format {format}",
            hint=_HINT_MESSAGES[kind],
            locator=policy.place("dataset", dataset.id, "format"),
            format=dataset.format,
            dataset=dataset.id,
        )
    for key in _TABLE_KEYS:
        if getattr(dataset, key):
            raise EvidenceError(
                "no record can be appended to files whose contract has '{key}'",
                hint="write it into the file itself",
                locator=policy.place("dataset", dataset.id, key),
                key=key,
            )


def takes_new_workbook(dataset: Dataset) -> bool:
    """Whether records are written into a new workbook, since existing ones are never changed."""
    is_named = dataset.sheet is None or (
        isinstance(dataset.sheet, str)
        and len(dataset.sheet) <= _LONGEST_SHEET
        and not _NO_SHEET & {*dataset.sheet}
    )
    return (
        dataset.format == "xlsx"
        and any(sign in dataset.files for sign in "*?[")
        and isinstance(dataset.header, int)
        and is_named
        and not dataset.around
        and not any(getattr(dataset, key) for key in _TABLE_KEYS)
    )


def new_file_name(dataset: Dataset, name: str) -> str:
    """Return a path for a new file of a dataset, from the evidence folder on."""
    return dataset.files.replace("**/", "").replace("*", name)


def make_form(dataset: Dataset) -> RecordForm:
    """Return what a person fills in for a record of a dataset.

    Raises:
        PolicyError: its contract is impossible.
    """
    contract = make_contract(dataset)
    happened = dataset.recording.happened if dataset.recording else []
    fields = [
        Field(
            column=column,
            label=_label(dataset, column.name),
            description=_description(dataset, column),
            choices=tuple(_choices(dataset, column)),
            reference=dataset.references.get(column.name),
            is_happening=column.name in happened,
            is_id=dataset.key == [column.name] and _is_id(dataset, column),
        )
        for column in contract.columns
        if column.name not in dataset.around
    ]
    if not fields:
        raise PolicyError("'record' must describe at least one column under 'properties'")
    return RecordForm(dataset, contract, tuple(fields))


def _is_id(dataset: Dataset, column: Column) -> bool:
    is_closed = "enum" in column.schema or column.name in dataset.references
    return column.type == "text" and not is_closed and not column.reading.has_way


def _label(dataset: Dataset, name: str) -> Text:
    """Return what readers call a field: its label, or else its heading or its name in words."""
    if label := dataset.label(name):
        return label
    heading = dataset.heading(name)
    is_said = heading != name and not (heading.startswith("/") or heading.isdecimal())
    has_headings = dataset.format in ("csv", "xlsx") and dataset.header != "none"
    return Text({UNNAMED: heading if is_said and has_headings else name.replace("_", " ")})


def _description(dataset: Dataset, column: Column) -> Text | None:
    if described := dataset.descriptions.get(column.name):
        return described
    text = column.schema.get("description")
    return Text({UNNAMED: str(text)}) if text else None


def _choices(dataset: Dataset, column: Column) -> list[AllowedValue]:
    values = column.schema.get("enum") or ([True, False] if column.type == "boolean" else [])
    return [AllowedValue(value, _value_label(dataset, column, value)) for value in values]


def _value_label(dataset: Dataset, column: Column, value: Any) -> Text:
    if label := dataset.value_label(column.name, value):
        return label
    words = [word for word, each in (column.reading.values or {}).items() if each == value and word]
    if words:
        return Text({UNNAMED: words[0]})
    text = value_text(value)
    if isinstance(value, bool):
        return _YES_NO[text]
    return Text({UNNAMED: text.replace("_", " ")})
