"""The keywords of JSON Schema that limit a value: one row for each, from which all judges derive.

Lint checks the keyword's own value. Cells of a small file are tested in Python, those of a large
file in SQL, and documents by a compiled JSON Schema; the message explains a value that failed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ccpolicy.checks.patterns import is_portable, matcher, portable
from ccpolicy.store.sql import literal

BIGINT = (-(2**63), 2**63 - 1)
"""The range of whole numbers."""

Test = Callable[[Any], bool]
"""Tells whether a value of the right type is within a limit."""

_NUMBERS = frozenset(["integer", "number"])
_TEXTS = frozenset(["string"])
_SCALARS = _TEXTS | _NUMBERS | {"boolean"}
_LISTS = frozenset(["array"])


@dataclass(frozen=True, slots=True)
class Keyword:
    """One keyword; its limit is the value that a schema gives it."""

    types: frozenset[str]
    """JSON types whose values it may limit."""
    is_proper: Callable[[str, Any], bool]
    """Whether a schema of a type may give it a limit."""
    message: str = ""
    """The message for a value beyond the limit, with `name`, `value` and `limit`."""
    test: Callable[[Any], Test] | None = None
    """Limit → test of a value; None for lists, which no cell holds."""
    condition: Callable[[str, Any], str | None] | None = None
    """SQL of a value, and limit → SQL condition; None for one that always holds."""
    hint: str = ""
    """How to write a limit that is not proper."""


def is_of_type(kind: str, value: Any) -> bool:
    """Whether a value in YAML is one of a JSON type that a limit may have."""
    match kind:
        case "string":
            return isinstance(value, str) and value != ""
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            is_whole = isinstance(value, int) and not isinstance(value, bool)
            return is_whole and BIGINT[0] <= value <= BIGINT[1]
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_enum(kind: str, limit: Any) -> bool:
    return (
        isinstance(limit, list)
        and len({str(value) for value in limit}) == len(limit) > 0
        and all(is_of_type(kind, value) for value in limit)
    )


def _is_count(_: str, limit: Any) -> bool:
    return is_of_type("integer", limit) and limit >= 0


KEYWORDS: dict[str, Keyword] = {
    "const": Keyword(
        _SCALARS,
        is_of_type,
        message="'{name}' must be {limit}, not {value}",
        test=lambda limit: lambda value: bool(value == limit),
        condition=lambda value, limit: f"{value} = {literal(limit)}",
    ),
    "enum": Keyword(
        _SCALARS,
        _is_enum,
        message="'{name}' must be one of {limit}, not {value}",
        test=lambda limit: lambda value: value in limit,
        condition=lambda value, limit: f"{value} IN ({', '.join(map(literal, limit))})",
        hint="a list of values, none of them twice, all of the column's type",
    ),
    "minLength": Keyword(
        _TEXTS,
        _is_count,
        message="'{name}' must have {limit} or more characters: {value}",
        test=lambda limit: lambda text: len(text) >= limit,
        # An empty cell is no text, so every text has a character.
        condition=lambda text, limit: f"length({text}) >= {limit}" if limit > 1 else None,
    ),
    "maxLength": Keyword(
        _TEXTS,
        _is_count,
        message="'{name}' must have {limit} or fewer characters: {value}",
        test=lambda limit: lambda text: len(text) <= limit,
        condition=lambda text, limit: f"length({text}) <= {limit}",
    ),
    "pattern": Keyword(
        _TEXTS,
        lambda _, limit: isinstance(limit, str) and is_portable(limit),
        message="{value} is not a proper '{name}': it must match {limit}",
        test=matcher,
        condition=lambda text, limit: f"regexp_matches({text}, {literal(portable(limit))})",
    ),
    "minimum": Keyword(
        _NUMBERS,
        is_of_type,
        message="'{name}' must be at least {limit}, not {value}",
        test=lambda limit: lambda number: bool(number >= limit),
        condition=lambda number, limit: f"{number} >= {literal(limit)}",
    ),
    "maximum": Keyword(
        _NUMBERS,
        is_of_type,
        message="'{name}' must be at most {limit}, not {value}",
        test=lambda limit: lambda number: bool(number <= limit),
        condition=lambda number, limit: f"{number} <= {literal(limit)}",
    ),
    "exclusiveMinimum": Keyword(
        _NUMBERS,
        is_of_type,
        message="'{name}' must be more than {limit}, not {value}",
        test=lambda limit: lambda number: bool(number > limit),
        condition=lambda number, limit: f"{number} > {literal(limit)}",
    ),
    "exclusiveMaximum": Keyword(
        _NUMBERS,
        is_of_type,
        message="'{name}' must be less than {limit}, not {value}",
        test=lambda limit: lambda number: bool(number < limit),
        condition=lambda number, limit: f"{number} < {literal(limit)}",
    ),
    "minItems": Keyword(_LISTS, _is_count, message="'{name}' must have {limit} or more entries"),
    "maxItems": Keyword(_LISTS, _is_count, message="'{name}' must have {limit} or fewer entries"),
    "uniqueItems": Keyword(
        _LISTS,
        lambda _, limit: isinstance(limit, bool),
        message="'{name}' has an entry twice",
    ),
    # What the items are is a schema of its own.
    "items": Keyword(_LISTS, lambda _, __: True),
}
