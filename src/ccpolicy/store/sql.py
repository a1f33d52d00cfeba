"""Names and values as they are written in SQL."""

from __future__ import annotations

from collections.abc import Iterable


def identifier(name: str) -> str:
    """Write a name, quoted."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: object) -> str:
    """Write a text, number, boolean or NULL, with the type that it has as a value.

    Raises:
        TypeError: SQL has no such literal here.
    """
    match value:
        case None:
            return "NULL"
        case bool():
            return str(value).lower()
        case int():
            return f"CAST({value} AS BIGINT)"
        case float():
            return f"CAST({value!r} AS DOUBLE)"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case _:
            raise TypeError(type(value))


def literals(values: Iterable[object]) -> str:
    """Write values as a list, `(NULL)` for none, which no value is in."""
    return f"({', '.join(map(literal, values)) or 'NULL'})"
