"""Hold DuckDB's parser to syntax trees that fit into memory and can be read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import duckdb

from ccpolicy.errors import Message

MOST_WORDS = 100_000
"""Of a statement, as the parser reads it."""
_REASON_HINT_MESSAGES = {
    "depth": "nested too deeply",
    "length": "what a CASE compares would be written out too often; write CASE WHEN … = … THEN …",
}
_MAY_COMPARE = re.compile(r"case(?![ \t\r\n]+when[ \t\r\n(])", re.IGNORECASE)
"""A CASE that may be followed by what it compares: most are not, and this is fast."""
_WORD = re.compile(rb"\w+|.", re.DOTALL)


def too_long_tree() -> dict[str, Any]:
    """Return the error tree of a statement that is too long to be parsed."""
    return _error("length")


def _error(reason: str) -> dict[str, Any]:
    return {"error": True, "error_message": Message(_REASON_HINT_MESSAGES[reason])}


def read_tree(text: str) -> dict[str, Any]:
    """Read a syntax tree; one so deep that reading it would need too many calls is an error."""
    try:
        found: dict[str, Any] = json.loads(text)
    except RecursionError:
        return _error("depth")
    return found


def is_too_long(statement: str) -> bool:
    """Whether the parser would make too much of a statement.

    It reads `CASE x WHEN 1 … WHEN 2 …` as `CASE WHEN x = 1 … WHEN x = 2 …`: within one another,
    they double with every level.
    """
    if not _MAY_COMPARE.search(statement):
        return False
    open_cases: list[tuple[int, int, int]] = []  # words before it, words that it compares, WHENs
    size = 0
    for word in _words(statement):
        size += 1
        if word == "case":
            open_cases.append((size, 0, 0))
        elif word == "when" and open_cases:
            before, compared, whens = open_cases[-1]
            open_cases[-1] = (before, compared if whens else size - before - 1, whens + 1)
        elif word == "end" and open_cases:
            _, compared, whens = open_cases.pop()
            size += compared * max(0, whens - 1)
    size += sum(compared * whens for _, compared, whens in open_cases)
    return size > MOST_WORDS


def _words(statement: str) -> Iterator[str]:
    """Yield the words and signs of a statement; a name that is a word of the language is empty."""
    text, before = statement.encode(), ""
    for place, kind in duckdb.tokenize(statement):
        word = _WORD.match(text, place)
        if kind == duckdb.token_type.comment or not word:
            continue
        found = word[0].decode(errors="replace").lower()
        is_name = kind != duckdb.token_type.keyword or before in ("as", ".", "$")
        yield "" if is_name else found
        before = "" if kind == duckdb.token_type.identifier else found
