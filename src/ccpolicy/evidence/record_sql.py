"""The contract as SQL over columns of text: the value of each, and whether it is valid."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from ccpolicy.evidence import values
from ccpolicy.evidence.contract import Column
from ccpolicy.policy.keywords import KEYWORDS
from ccpolicy.store.sql import identifier, literal
from ccpolicy.time.epoch import DAY, LAST_DAY
from ccpolicy.vocabulary import KEY_SEPARATOR, ColumnType

TYPES: dict[ColumnType, str] = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "INTEGER",
    "instant": "BIGINT",
}
"""Type of a column → its SQL type."""

_LARGEST = sys.float_info.max


def parse_text(column: Column, text: str) -> str:
    """Write the expression that turns the text of a column into its value; NULL if it is none.

    A time without an offset is none; see `parse_local_time`.
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
            # The two usual forms are matched more cheaply: strptime is strict where they fix the
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


def parse_local_time(text: str) -> str:
    """Write the value of a time without an offset, as if its zone were UTC."""
    return (
        f"CASE WHEN {_matches(text, values.LOCAL)}"
        f" THEN epoch_us(try_cast(upper({text}) AS TIMESTAMP)) END"
    )


def valid(column: Column, text: str, value: str, early: str | None = None) -> str | None:
    """Write the condition that a column is as its contract says, given its text and its value.

    It may be NULL instead of false. `early` is the earlier reading, where there are two. A column
    that may hold any text, or none, has no condition.
    """
    conditions = list(_conditions(column, value, early))
    if column.required:
        return " AND ".join(conditions or [f"{text} IS NOT NULL"])
    return f"({text} IS NULL OR {' AND '.join(conditions)})" if conditions else None


def _conditions(column: Column, value: str, early: str | None) -> Iterator[str]:
    match column.type:
        case "date":
            yield f"{value} BETWEEN 0 AND {LAST_DAY - 1}"
        case "instant":
            last = LAST_DAY * DAY - 1
            yield from (f"{each} BETWEEN 0 AND {last}" for each in (value, early) if each)
        case "number":
            # NaN is above all numbers here, and nowhere between two.
            yield f"{value} BETWEEN {literal(-_LARGEST)} AND {literal(_LARGEST)}"
        case "integer" | "boolean":
            yield f"{value} IS NOT NULL"
        case "text" if column.may_be_misread:
            yield f"{value} IS NOT NULL"
    for name, limit in column.schema.items():
        keyword = KEYWORDS.get(name)
        if keyword and keyword.condition:
            is_whole = column.type == "number" and isinstance(limit, int)
            condition = keyword.condition(value, float(limit) if is_whole else limit)
            if condition:
                yield condition


def valid_key_condition(value: str, kind: ColumnType) -> str:
    """Write the condition that a column may stand in a key; it may be NULL instead of false."""
    if kind != "text":
        return f"{value} IS NOT NULL"
    # What needs no escaping in a URL is fine, and is found three times faster than by the pattern.
    return (
        f"CASE WHEN url_encode({value}) = {value} THEN {value} <> ''"
        f" ELSE NOT regexp_matches({value}, {literal(values.UNFIT)}) END"
    )


def key_text(key: Iterable[str]) -> str:
    """Write a key as one text; NULL if a part of it is."""
    parts = [f"CAST({identifier(column)} AS VARCHAR)" for column in key]
    return f" || {literal(KEY_SEPARATOR)} || ".join(parts)


def _matches(text: str, pattern: str) -> str:
    return f"regexp_full_match({text}, {literal(pattern)})"
