"""The contract as SQL over columns of text: what each value is, and whether it may be so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ccpolicy.evidence import values
from ccpolicy.evidence.contract import Column
from ccpolicy.policy import ColumnType
from ccpolicy.policy.record_schema import portable
from ccpolicy.store.sql import identifier, literal
from ccpolicy.time.epoch import DAY, LAST_DAY
from ccpolicy.vocabulary import KEY_SEPARATOR

TYPES: dict[ColumnType, str] = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "INTEGER",
    "instant": "BIGINT",
}
"""Type of a column → its type in the engine."""
_BOUNDS = {"minimum": ">=", "maximum": "<=", "exclusiveMinimum": ">", "exclusiveMaximum": "<"}


def value(column: Column, text: str) -> str:
    """Write the expression that turns the text of a column into its value; NULL if it is none.

    A time without an offset is none; see `local`.
    """
    match column.type:
        case "integer":
            return f"CASE WHEN {_matches(text, values.INTEGER)} THEN try_cast({text} AS BIGINT) END"
        case "number":
            return f"CASE WHEN {_matches(text, values.NUMBER)} THEN try_cast({text} AS DOUBLE) END"
        case "boolean":
            return f"CASE lower({text}) WHEN 'true' THEN true WHEN 'false' THEN false END"
        case "date":
            day = f"CAST(try_cast({text} AS DATE) - DATE '1970-01-01' AS INTEGER)"
            return f"CASE WHEN {_matches(text, values.DATE)} THEN {day} END"
        case "instant":
            # The two usual forms are told by cheaper means: strptime is strict where they fix the
            # length. The cast by itself is too lenient: it takes 24:00, spaces and more.
            return (
                f"CASE WHEN {text} LIKE '____-__-__T__:__:___0_:00'"
                f" THEN epoch_us(try_strptime({text}, '%Y-%m-%dT%H:%M:%S%z'))"
                f" WHEN {text} LIKE '____-__-__T__:__:__Z'"
                f" THEN epoch_us(try_strptime({text}, '%Y-%m-%dT%H:%M:%SZ'))"
                f" WHEN {_matches(text, values.INSTANT)}"
                f" THEN epoch_us(try_cast(upper({text}) AS TIMESTAMPTZ)) END"
            )
    return text


def local(text: str) -> str:
    """Write the value of a time without an offset, as if its zone were UTC."""
    return (
        f"CASE WHEN {_matches(text, values.LOCAL)}"
        f" THEN epoch_us(try_cast(upper({text}) AS TIMESTAMP)) END"
    )


def valid(column: Column, text: str, found: str, early: str | None = None) -> str | None:
    """Write the condition that a column is as its contract says, given its text and its value.

    It may be NULL instead of false. `early` is the earlier reading, where there are two. A column
    that may hold any text, or none, has no condition.
    """
    conditions = list(_conditions(column, text, found, early))
    if column.required:
        return " AND ".join(conditions or [f"{text} IS NOT NULL"])
    return f"({text} IS NULL OR {' AND '.join(conditions)})" if conditions else None


def _conditions(column: Column, text: str, found: str, early: str | None) -> Iterator[str]:
    schema = column.schema
    match column.type:
        case "date":
            yield f"{found} BETWEEN 0 AND {LAST_DAY - 1}"
        case "instant":
            last = LAST_DAY * DAY - 1
            yield from (f"{each} BETWEEN 0 AND {last}" for each in (found, early) if each)
        case "number":
            yield f"isfinite({found})"
        case "integer" | "boolean":
            yield f"{found} IS NOT NULL"
    if "const" in schema:
        yield f"{found} = {literal(schema['const'])}"
    if "enum" in schema:
        yield f"{found} IN ({', '.join(literal(each) for each in schema['enum'])})"
    # An empty cell holds no text, so that the least length of 1 is had anyway.
    if schema.get("minLength", 0) > 1:
        yield f"length({text}) >= {schema['minLength']}"
    if "maxLength" in schema:
        yield f"length({text}) <= {schema['maxLength']}"
    if "pattern" in schema:
        yield f"regexp_matches({text}, {literal(portable(schema['pattern']))})"
    for keyword, sign in _BOUNDS.items():
        if keyword in schema:
            bound = float(schema[keyword]) if column.type == "number" else schema[keyword]
            yield f"{found} {sign} {literal(bound)}"


def proper_key(found: str, kind: ColumnType) -> str:
    """Write the condition that a column may stand in a key; it may be NULL instead of false."""
    if kind != "text":
        return f"{found} IS NOT NULL"
    # What needs no escaping in a URL is fine, and told three times faster than by the expression.
    return (
        f"CASE WHEN url_encode({found}) = {found} THEN {found} <> ''"
        f" ELSE NOT regexp_matches({found}, {literal(values.UNFIT)}) END"
    )


def key_text(key: Iterable[str]) -> str:
    """Write a key as one text; NULL if a part of it is."""
    parts = [f"CAST({identifier(column)} AS VARCHAR)" for column in key]
    return f" || {literal(KEY_SEPARATOR)} || ".join(parts)


def _matches(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, {literal(pattern)})"
