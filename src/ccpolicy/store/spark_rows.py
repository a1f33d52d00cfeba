"""Rows on their way to Spark: written as text here, in pieces, and read by its executors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ccpolicy.errors import DatabaseError
from ccpolicy.store.sql import identifier

_PIECE = 1 << 20
"""Bytes of rows that are put into one cell on their way."""
_CHUNK = 32
"""Pieces that are handed over at a time."""
_TYPES = {
    "BOOLEAN": "boolean",
    "SMALLINT": "smallint",
    "INTEGER": "int",
    "BIGINT": "bigint",
    "VARCHAR": "string",
}
"""SQL type of a relation's column → what Spark calls it."""


def nothing(types: Mapping[str, str]) -> str:
    """Write the query of no rows."""
    cells = (f"CAST(NULL AS {kind}) AS {identifier(each)}" for each, kind in types.items())
    return f"SELECT {', '.join(cells)} WHERE false"


def written(value: object) -> str:
    """Write a value as `VettingStore.lines` has it."""
    match value:
        case None:
            return "\\N"
        case bool():
            return str(value).lower()
        case str():
            text = value.replace("\\", "\\\\").replace("\t", "\\t")
            return text.replace("\n", "\\n").replace("\r", "\\r")
    return str(value)


def _name(column: str) -> str:
    """Write a column's name, quoted."""
    return "`" + column.replace("`", "``") + "`"


def _utf8(text: str) -> bytes:
    """Write a text in UTF-8.

    Raises:
        DatabaseError: it cannot be.
    """
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise DatabaseError(
            "a text holds half of a surrogate pair, which stands for no character",
            hint="correct it where the policy or the evidence is written",
        ) from None


def read_cell(at: int, column: str, kind: str) -> str:
    r"""Write the expression of a cell's value.

    A cell has no tab and no end of line of its own, so that these may stand for something else:
    first `\\` becomes a return, then `\t` and `\n` what they are, so that a backslash is left of
    `\r` alone. Of that a single one remains, which at last changes places with the return.
    """
    cell = f"cells[{at}]"
    text = cell
    if kind == "VARCHAR":
        slash = "char(92)"
        text = f"replace({text}, {slash} || {slash}, char(13))"
        text = f"replace(replace({text}, {slash} || 't', char(9)), {slash} || 'n', char(10))"
        text = f"replace({text}, {slash} || 'r', {slash})"
        text = f"translate({text}, char(13) || {slash}, {slash} || char(13))"
        text = f"CASE WHEN contains({cell}, {slash}) THEN {text} ELSE {cell} END"
    value = f"CASE WHEN {cell} <> char(92) || 'N' THEN CAST({text} AS {_TYPES[kind]}) END"
    return f"{value} AS {_name(column)}"


def encoded(lines: Iterable[str]) -> Iterator[bytes]:
    """Yield pieces of rows as bytes, without the end of the last line.

    Raises:
        DatabaseError: a text cannot be written in UTF-8.
    """
    piece, size = [], 0
    for each in lines:
        piece.append(line := _utf8(each))
        size += len(line)
        if size >= _PIECE:
            yield b"".join(piece)[:-1]
            piece, size = [], 0
    if piece:
        yield b"".join(piece)[:-1]


def chunks(pieces: Iterator[bytes]) -> Iterator[list[bytes]]:
    """Yield pieces in lists that both sides can hold at a time."""
    chunk = []
    for each in pieces:
        chunk.append(each)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
