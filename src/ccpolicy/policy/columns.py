"""The columns that a dataset's contract promises, with their types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ccpolicy.policy.dataset import Dataset
from ccpolicy.vocabulary import ColumnType

_TYPES: dict[str, ColumnType] = {"integer": "integer", "number": "number", "boolean": "boolean"}


def columns(datasets: Mapping[str, Dataset], name: str) -> dict[str, ColumnType] | None:
    """Return the columns of a dataset or of a child table `dataset.child`; None if there is none.

    Derived columns count as text: what they hold is known when they are computed.
    """
    parent, _, child = name.partition(".")
    dataset = datasets.get(parent)
    if dataset is None or (child and child not in dataset.children):
        return None
    found = _properties(dataset.record)
    if child:
        items = (
            dataset.record.get("properties", {})
            .get(dataset.children[child].path, {})
            .get("items", {})
        )
        return {**found, **_properties(items)}
    for column in dataset.derive:
        found[column] = "text"
    for column, lookup in dataset.lookups.items():
        other = datasets.get(lookup.dataset)
        found[column] = _properties(other.record).get(lookup.column, "text") if other else "text"
    return found


def schema(datasets: Mapping[str, Dataset], table: str, column: str) -> Mapping[str, Any]:
    """Return what the contract says of a column that is on file."""
    parent, _, child = table.partition(".")
    properties: Mapping[str, Any] = datasets[parent].record.get("properties", {})
    if child:
        items = properties.get(datasets[parent].children[child].path, {}).get("items", {})
        properties = {**properties, **items.get("properties", {})}
    found: Mapping[str, Any] = properties.get(column, {})
    return found


def attachments(dataset: Dataset) -> list[tuple[str, str]]:
    """Return table and column of each column whose values name files, nested records' too."""
    found = _attachments(dataset.id, dataset.record)
    for name, child in dataset.children.items():
        nested = dataset.record.get("properties", {}).get(child.path, {}).get("items", {})
        found += _attachments(f"{dataset.id}.{name}", nested)
    return found


def _attachments(table: str, schema: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (table, name)
        for name, spec in schema.get("properties", {}).items()
        if holds_attachments(spec)
    ]


def holds_attachments(spec: Mapping[str, Any]) -> bool:
    """Whether the values of a column, or the entries of a list, are paths of attachments."""
    return "attachment" in (spec.get("format"), spec.get("items", {}).get("format"))


def _properties(schema: Mapping[str, Any]) -> dict[str, ColumnType]:
    return {
        name: _type(spec)
        for name, spec in schema.get("properties", {}).items()
        if not (spec.get("type") == "array" and spec.get("items", {}).get("type") == "object")
    }


def _type(spec: Mapping[str, Any]) -> ColumnType:
    match spec.get("format"):
        case "date":
            return "date"
        case "date-time":
            return "instant"
    kind = spec.get("type", "string")
    return _TYPES.get(kind, "text") if isinstance(kind, str) else "text"
