"""Check the part of JSON Schema in which a dataset describes its records.

A keyword that is not in the table of `policy.keywords` is refused rather than ignored, because
records are judged in bulk and explained one by one, and both must agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ccpolicy.checks import patterns
from ccpolicy.errors import LocateIfKnown, PolicyError
from ccpolicy.evidence_formats import FORMATS
from ccpolicy.policy.dataset import Dataset
from ccpolicy.policy.keywords import KEYWORDS
from ccpolicy.policy.names import unknown

RESERVED = frozenset(["locator", "rowid", "file_row_number"])
"""Columns that every table or file has besides those of its dataset: the last two are what the
database itself calls the numbers of rows."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_ANNOTATIONS = frozenset(["title", "description", "$comment", "examples"])
_OBJECT = frozenset(["type", "properties", "required", "additionalProperties"])
_KEYWORDS = {
    kind: frozenset(name for name, each in KEYWORDS.items() if kind in each.types)
    for kind in ("string", "integer", "number", "boolean", "array")
}
"""JSON type → keywords that a schema of it may have."""
_FORMATS = ("date", "date-time", "attachment")


def check_schema(dataset: Dataset, place: LocateIfKnown) -> Iterator[PolicyError]:
    """Yield what is impossible or unknown in a dataset's `record` and `children`."""
    record = dataset.record
    yield from _object(dataset, record, ("record",), place)
    properties = record.get("properties")
    if not isinstance(properties, Mapping):
        return
    for name, child in dataset.children.items():
        spec = properties.get(child.path)
        if spec is None or not _is_nested(spec):
            if spec is not None:
                yield PolicyError(
                    "'{name}' is not a list of records",
                    hint="a child needs a property of type array whose items are objects",
                    locator=place("children", name, "path"),
                    name=child.path,
                )
            continue
        for column in sorted(_scalars(properties) & _scalars(spec["items"].get("properties"))):
            yield PolicyError(
                "both the record and its '{path}' have a column '{name}'",
                locator=place("record", "properties", child.path, "items", "properties", column),
                path=child.path,
                name=column,
            )
    for column in [*dataset.derive, *dataset.lookups]:
        if column in properties or column in RESERVED:
            yield PolicyError(
                "the record already has a column '{name}'",
                locator=place("derive" if column in dataset.derive else "lookups", column),
                name=column,
            )


def _is_tabular(dataset: Dataset) -> bool:
    if dataset.format not in FORMATS:
        return dataset.format == "table"
    return FORMATS[dataset.format].is_tabular


def _is_nested(spec: Any) -> bool:
    """Whether a property is a list of records."""
    items = spec.get("items") if isinstance(spec, Mapping) else None
    return isinstance(items, Mapping) and items.get("type") == "object"


def _scalars(properties: Any) -> set[str]:
    if not isinstance(properties, Mapping):
        return set()
    return {name for name, spec in properties.items() if not _is_nested(spec)}


def _object(
    dataset: Dataset, schema: Mapping[str, Any], path: tuple[str, ...], place: LocateIfKnown
) -> Iterator[PolicyError]:
    """Check the schema of a record, or of a record nested in it."""
    if schema.get("type") != "object":
        yield PolicyError("the type of 'record' must be object", locator=place(*path, "type"))
    for keyword in schema:
        if keyword not in _OBJECT | _ANNOTATIONS:
            yield unknown(
                "the keyword '{name}' is not supported in the schema of a record",
                keyword,
                _OBJECT,
                place(*path, keyword),
            )
    if not isinstance(schema.get("additionalProperties", False), bool):
        yield PolicyError(
            "'additionalProperties' must be true or false",
            locator=place(*path, "additionalProperties"),
        )
    properties = schema.get("properties")
    if not isinstance(properties, Mapping) or not properties:
        yield PolicyError(
            "'record' must describe at least one column under 'properties'",
            locator=place(*path, "properties"),
        )
        return
    yield from _required(schema.get("required", []), properties, path, place)
    for name, spec in properties.items():
        below = (*path, "properties", name)
        if not _NAME.fullmatch(name) or name in RESERVED or name.endswith("__early"):
            yield PolicyError(
                "'{name}' cannot be the name of a column",
                hint="small letters, digits and _, beginning with a letter",
                locator=place(*below),
                name=name,
            )
        if _is_nested(spec) and len(path) == 1 and not _is_tabular(dataset):
            yield from _keywords(spec, _KEYWORDS["array"] | {"type"}, below, place)
            yield from _object(dataset, spec["items"], (*below, "items"), place)
        elif isinstance(spec, Mapping):
            yield from _value(dataset, spec, below, place)
        else:
            yield PolicyError(
                "a column must be described by a mapping of keywords", locator=place(*below)
            )


def _required(
    required: Any, properties: Mapping[str, Any], path: tuple[str, ...], place: LocateIfKnown
) -> Iterator[PolicyError]:
    if not isinstance(required, list):
        yield PolicyError("'required' must be a list of columns", locator=place(*path, "required"))
        return
    for index, name in enumerate(required):
        if not isinstance(name, str) or name not in properties:
            yield unknown(
                "unknown column '{name}'", str(name), properties, place(*path, "required", index)
            )


def _value(
    dataset: Dataset, spec: Mapping[str, Any], path: tuple[str, ...], place: LocateIfKnown
) -> Iterator[PolicyError]:
    """Check the schema of one value."""
    kind = spec.get("type")
    if not isinstance(kind, str) or kind not in _KEYWORDS:
        yield PolicyError(
            "the type must be one of {expected}",
            hint="a value that may be missing is one that is not in 'required'",
            locator=place(*path, "type"),
            expected=", ".join(_KEYWORDS),
        )
        return
    known = _KEYWORDS[kind] | {"type"}
    if "format" in spec and kind == "string":
        known = frozenset(["type", "format"])
        if spec["format"] not in _FORMATS:
            yield unknown(
                "unknown format '{name}'", str(spec["format"]), _FORMATS, place(*path, "format")
            )
    yield from _keywords(spec, known, path, place)
    if kind == "array":
        if _is_tabular(dataset):
            yield PolicyError(
                "a cell of a table cannot hold a list", locator=place(*path, "type"), hint=""
            )
        items = spec.get("items")
        if isinstance(items, Mapping) and items.get("type") not in ("object", "array"):
            yield from _value(dataset, items, (*path, "items"), place)
        else:
            yield PolicyError(
                "the items of this list must be texts, numbers or booleans",
                locator=place(*path, "items"),
            )


def _keywords(
    spec: Mapping[str, Any], known: frozenset[str], path: tuple[str, ...], place: LocateIfKnown
) -> Iterator[PolicyError]:
    """Check that each keyword of a schema is known and has a value that it may have."""
    for keyword, given in spec.items():
        if keyword in _ANNOTATIONS:
            continue
        if keyword not in known:
            yield unknown(
                "the keyword '{name}' is not supported for a value of this type",
                keyword,
                known,
                place(*path, keyword),
            )
        elif keyword in KEYWORDS and not KEYWORDS[keyword].is_proper(spec["type"], given):
            yield PolicyError(
                "'{keyword}' cannot be {value} here",
                hint=patterns.hint(str(given)) if keyword == "pattern" else KEYWORDS[keyword].hint,
                locator=place(*path, keyword),
                keyword=keyword,
                value=str(given)[:100],
            )
