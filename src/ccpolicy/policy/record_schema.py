"""The part of JSON Schema in which a dataset describes its records, and nothing beyond it.

What stands here is decided in bulk and explained one by one, and both must say the same. So a
keyword that only one of them knows is refused, rather than passed over in silence.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ccpolicy.errors import Locator, PolicyError
from ccpolicy.policy.models import Dataset
from ccpolicy.policy.names import unknown

Place = Callable[..., Locator | None]
"""Tells where a part of the dataset's file stands, such as `place("record", "required", 0)`."""

TABULAR = frozenset(["csv", "xlsx", "parquet"])
"""Formats whose records are rows of cells, which hold no lists."""
RESERVED = frozenset(["locator"])
"""Columns that every table has anyhow."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_ANNOTATIONS = frozenset(["title", "description", "$comment", "examples"])
_OBJECT = frozenset(["type", "properties", "required", "additionalProperties"])
_TEXT = frozenset(["enum", "const", "pattern", "minLength", "maxLength"])
_NUMBER = frozenset(["enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"])
_KEYWORDS = {
    "string": _TEXT,
    "integer": _NUMBER,
    "number": _NUMBER,
    "boolean": frozenset(["enum", "const"]),
    "array": frozenset(["items", "minItems", "maxItems", "uniqueItems"]),
}
_FORMATS = ("date", "date-time")
_COUNTS = frozenset(["minLength", "maxLength", "minItems", "maxItems"])

# Of regular expressions only what every engine reads in the same way: no look-around, no
# back-references, no classes whose members depend on Unicode's edition, anchors at the ends alone.
_ESCAPE = r"\\[dw.*+?()\[\]{}|^$/\\-]"
_CLASS = rf"\[\^?(?:{_ESCAPE}|(?!--)[^\[\]\\&~|])+\]"
_ATOM = rf"(?:{_CLASS}|{_ESCAPE}|\(\?:|\((?!\?)|[^\\\[\]^$*+?{{}}(])"
_REPEAT = r"(?:[*+?]|\{[0-9]{1,3}(?:,[0-9]{0,3})?\})?"
_PATTERN = re.compile(rf"\^?(?:{_ATOM}{_REPEAT})*\$?", re.DOTALL)
_MOST_REPEATS = 1000
"""What RE2 takes, with repetitions inside repetitions multiplied."""


def check_schema(dataset: Dataset, place: Place) -> Iterator[PolicyError]:
    """Yield what a dataset's `record` and `children` say that cannot be or is not known here."""
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
                "the column '{name}' is already there",
                locator=place("derive" if column in dataset.derive else "lookups", column),
                name=column,
            )


def _is_nested(spec: Any) -> bool:
    """Whether a property is a list of records."""
    items = spec.get("items") if isinstance(spec, Mapping) else None
    return isinstance(items, Mapping) and items.get("type") == "object"


def _scalars(properties: Any) -> set[str]:
    if not isinstance(properties, Mapping):
        return set()
    return {name for name, spec in properties.items() if not _is_nested(spec)}


def _object(
    dataset: Dataset, schema: Mapping[str, Any], path: tuple[str, ...], place: Place
) -> Iterator[PolicyError]:
    """Check the schema of a record, or of a record nested in it."""
    if schema.get("type") != "object":
        yield PolicyError("a record is of type object", locator=place(*path, "type"))
    for keyword in schema:
        if keyword not in _OBJECT | _ANNOTATIONS:
            yield unknown(
                "'{name}' is not known in the schema of a record",
                keyword,
                _OBJECT,
                place(*path, keyword),
            )
    if not isinstance(schema.get("additionalProperties", False), bool):
        yield PolicyError(
            "'additionalProperties' is true or false",
            locator=place(*path, "additionalProperties"),
        )
    properties = schema.get("properties")
    if not isinstance(properties, Mapping) or not properties:
        yield PolicyError("a record needs properties", locator=place(*path, "properties"))
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
        if _is_nested(spec) and len(path) == 1 and dataset.format not in TABULAR:
            yield from _keywords(spec, _KEYWORDS["array"] | {"type"}, below, place)
            yield from _object(dataset, spec["items"], (*below, "items"), place)
        elif isinstance(spec, Mapping):
            yield from _value(dataset, spec, below, place)
        else:
            yield PolicyError("a schema is a mapping", locator=place(*below))


def _required(
    required: Any, properties: Mapping[str, Any], path: tuple[str, ...], place: Place
) -> Iterator[PolicyError]:
    if not isinstance(required, list):
        yield PolicyError("'required' is a list of columns", locator=place(*path, "required"))
        return
    for index, name in enumerate(required):
        if not isinstance(name, str) or name not in properties:
            yield unknown(
                "unknown column '{name}'", str(name), properties, place(*path, "required", index)
            )


def _value(
    dataset: Dataset, spec: Mapping[str, Any], path: tuple[str, ...], place: Place
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
        if dataset.format in TABULAR:
            yield PolicyError(
                "a row of cells cannot hold a list", locator=place(*path, "type"), hint=""
            )
        items = spec.get("items")
        if isinstance(items, Mapping) and items.get("type") not in ("object", "array"):
            yield from _value(dataset, items, (*path, "items"), place)
        else:
            yield PolicyError(
                "the items of this list must be texts, numbers or booleans",
                locator=place(*path, "items"),
            )


_HINT_MESSAGES = {
    "pattern": "use letters, digits, [...], \\d, \\w, (?:...), *, +, ?, {{n,m}}, and ^ and $ at the"
    " ends alone",
    "enum": "a list of values, none of them twice, all of the column's type",
}


def _keywords(
    spec: Mapping[str, Any], known: frozenset[str], path: tuple[str, ...], place: Place
) -> Iterator[PolicyError]:
    """Check that each keyword of a schema is known and has a value that it may have."""
    for keyword, given in spec.items():
        if keyword in _ANNOTATIONS:
            continue
        if keyword not in known:
            yield unknown(
                "'{name}' is not known for a value of this type",
                keyword,
                known,
                place(*path, keyword),
            )
        elif not _is_proper(spec["type"], keyword, given):
            yield PolicyError(
                "'{keyword}' cannot be {value} here",
                hint=_HINT_MESSAGES.get(keyword, ""),
                locator=place(*path, keyword),
                keyword=keyword,
                value=str(given),
            )


def _is_proper(kind: str, keyword: str, given: Any) -> bool:
    """Whether a keyword's value is one that it may have."""
    if keyword == "enum":
        return (
            isinstance(given, list)
            and len({str(value) for value in given}) == len(given) > 0
            and all(_is_of(kind, value) for value in given)
        )
    if keyword == "const":
        return _is_of(kind, given)
    if keyword in _NUMBER:
        return _is_of(kind, given)
    if keyword in _COUNTS:
        return _is_of("integer", given) and given >= 0
    if keyword == "uniqueItems":
        return isinstance(given, bool)
    if keyword == "pattern":
        return isinstance(given, str) and is_portable(given)
    return True


def _is_of(kind: str, value: Any) -> bool:
    match kind:
        case "string":
            return isinstance(value, str) and value != ""
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return (
                isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63
            )
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_portable(pattern: str) -> bool:
    """Whether a regular expression means the same in every engine that reads it."""
    if not _PATTERN.fullmatch(pattern):
        return False
    counts = [int(count) for count in re.findall(r"([0-9]+),?\}", _bare(pattern))]
    if math.prod(max(count, 1) for count in counts) > _MOST_REPEATS:
        return False
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _bare(pattern: str) -> str:
    """Leave out classes and escapes, in which every sign stands for itself."""
    return re.sub(rf"{_CLASS}|\\.", "a", pattern, flags=re.DOTALL)


def portable(pattern: str) -> str:
    """Spell out the classes whose members differ between Python, Rust and RE2."""
    return re.sub(rf"{_CLASS}|\\.", lambda part: _spelled(part[0]), pattern, flags=re.DOTALL)


def ends_strictly(pattern: str) -> str:
    """Write a portable pattern for Python, where `$` alone also stands before a last newline."""
    return f"{pattern}(?!\\n)" if _bare(pattern).endswith("$") else pattern


def _spelled(part: str) -> str:
    inside = part.startswith("[")
    digits, word = ("0-9", "0-9A-Za-z_") if inside else ("[0-9]", "[0-9A-Za-z_]")
    classes = {"d": digits, "w": word}
    return re.sub(r"\\(.)", lambda sign: classes.get(sign[1], sign[0]), part, flags=re.DOTALL)
