"""PostgreSQL's types of columns: which a contract may ask for, and the one text of each value."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ccpolicy.errors import DatabaseError, Locator
from ccpolicy.store.portable_sql import WHOLE
from ccpolicy.store.sql import identifier
from ccpolicy.store.tables import TableName, WantedColumn
from ccpolicy.time.epoch import LAST_DAY
from ccpolicy.vocabulary import ColumnType

_LARGEST = sys.float_info.max
_ENUM = "enum"
PADDED = "bpchar"
NAIVE = "timestamp"
_TEXTS = frozenset(["text", "varchar", PADDED, "name", "uuid", _ENUM])
_WHOLE = frozenset(["int2", "int4", "int8"])
_FITTING: Mapping[ColumnType, frozenset[str]] = {
    "text": _TEXTS,
    "integer": _WHOLE | {"numeric"},
    "number": _WHOLE | {"numeric", "float4", "float8"},
    "boolean": frozenset(["bool"]),
    "date": frozenset(["date"]),
    "instant": frozenset(["timestamptz", NAIVE]),
}
"""Type in the contract → PostgreSQL's types that hold such values."""
_ALL = frozenset[str]().union(*_FITTING.values())
_MICROSECONDS = 'YYYY-MM-DD"T"HH24:MI:SS.US'


class TableColumn(NamedTuple):
    """A column of a table, as the catalogue has it."""

    type: str
    """PostgreSQL's short name of its type, or of that which a domain is of; `enum` for all such."""
    shown: str
    """The type as SQL writes it."""
    is_readable: bool
    """Whether the role may read it."""


def check_columns(
    table: TableName, found: Mapping[str, TableColumn], wanted: Sequence[WantedColumn]
) -> None:
    """Check that a table has columns of the types that a contract asks for.

    Raises:
        DatabaseError: it has not, or the role may not read one.
    """
    place = Locator(table.shown)
    if missing := [each.name for each in wanted if each.name not in found]:
        raise DatabaseError(
            "the table has no column '{name}'",
            hint="name it as the table does, with 'from' in 'columns'; the table has: {known}",
            locator=place,
            name=missing[0],
            known=", ".join(found),
        )
    if hidden := [each.name for each in wanted if not found[each.name].is_readable]:
        raise DatabaseError(
            "the role may not read the column '{name}'",
            hint="let the table's owner say: GRANT SELECT ON {table} TO …, or grant the columns of"
            " the contract alone",
            locator=place,
            name=hidden[0],
            table=table.shown.partition(":")[2],
        )
    for each in wanted:
        _check_type(place, each, found[each.name])


def _check_type(place: Locator, wanted: WantedColumn, found: TableColumn) -> None:
    allowed = _ALL if wanted.is_read_otherwise else _FITTING[wanted.type]
    if found.type not in allowed:
        raise DatabaseError(
            "the column '{name}' is of the type {found}, and the contract asks for {type}",
            hint="correct the contract, or make a view in which the column is of another type",
            locator=place,
            name=wanted.name,
            found=found.shown,
            type=wanted.type,
        )
    if found.type == NAIVE and wanted.type == "instant" and not wanted.has_zone:
        raise DatabaseError(
            "the column '{name}' is a timestamp without a zone, and nothing says whose clock it is",
            hint="say it in the dataset, such as  zone: Asia/Shanghai",
            locator=place,
            name=wanted.name,
        )


def select_sql(
    table: TableName,
    found: Mapping[str, TableColumn],
    wanted: Sequence[WantedColumn],
    key: Sequence[str],
) -> str:
    """Write the query of all rows as text, ordered by the key and then by the other columns."""
    cells = ", ".join(
        f"{text_sql(identifier(each.name), found[each.name].type)} AS {identifier(each.name)}"
        for each in wanted
    )
    rest = [each.name for each in wanted if each.name not in key]
    order = ", ".join(f'found.{identifier(each)} COLLATE "C"' for each in (*key, *rest))
    source = f"{identifier(table.schema)}.{identifier(table.name)}"
    return f"SELECT * FROM (SELECT {cells} FROM {source}) found ORDER BY {order}"


def value_sql(name: str, kind: str, wanted: ColumnType) -> str:
    """Write a value as relations hold it; NULL if it is none of the type that is wanted."""
    match wanted:
        case "integer" if kind == "numeric":
            least, most = WHOLE["BIGINT"]
            is_whole = f"{name} = trunc({name}) AND {name} BETWEEN {least} AND {most}"
            return f"CASE WHEN {is_whole} THEN CAST({name} AS bigint) END"
        case "integer":
            return f"CAST({name} AS bigint)"
        case "number":
            # Of a short number the text is meant, and not what it comes to in more digits.
            number = f"CAST({name} AS text)" if kind == "float4" else name
            limit = f"CAST({_LARGEST!r} AS {'numeric' if kind == 'numeric' else 'float8'})"
            fits = f"{name} BETWEEN -{limit} AND {limit}"
            return f"CASE WHEN {fits} THEN CAST({number} AS float8) END"
        case "date":
            first = "CAST('1970-01-01' AS date)"
            fits = f"{name} BETWEEN {first} AND {first} + {LAST_DAY}"
            return f"CASE WHEN {fits} THEN {name} - {first} END"
        case "instant":
            moments = " AND ".join(f"'{_moment(day)}'" for day in (0, LAST_DAY))
            microseconds = f"CAST(extract(epoch FROM {name}) * 1000000 AS bigint)"
            return f"CASE WHEN {name} BETWEEN {moments} THEN {microseconds} END"
        case "boolean":
            return name
    return f"nullif(CAST({name} AS text), '')"


def _moment(day: int) -> str:
    return f"{datetime.date(1970, 1, 1) + datetime.timedelta(day)} 00:00:00+00"


def text_sql(name: str, kind: str) -> str:
    """Write a value as the one text that it has, whatever the server's settings are."""
    text = f"CAST({name} AS text)"
    match kind:
        case "numeric":
            return f"CAST(trim_scale({name}) AS text)"
        case "timestamptz":
            moment = f"to_char({name} AT TIME ZONE 'UTC', '{_MICROSECONDS}\"Z\"')"
        case "timestamp":
            moment = f"to_char({name}, '{_MICROSECONDS}')"
        case _:
            return text
    # Of years before 1 the form would leave out that they are.
    usual = f"isfinite({name}) AND {name} >= CAST('0001-01-01' AS {kind})"
    return f"CASE WHEN {usual} THEN {moment} ELSE {text} END"
