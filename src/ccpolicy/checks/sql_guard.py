"""Let through SQL expressions of a policy: what runs is written anew from their parse tree.

The tree is that of the very parser that will run it. Each of its nodes is either on the list here
or refused, and only what the list knows is written, so that nothing of the policy's own text
reaches the engine but names of columns and literals.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ccpolicy.checks.refusal import SqlError, SqlRefusal
from ccpolicy.checks.sql_tree import all_nodes, children, is_deeper_than, planned_node_count
from ccpolicy.checks.sql_writer import write_expression
from ccpolicy.errors import Message
from ccpolicy.store import VettingStore

MOST_CHARACTERS = 10_000
"""Of one expression."""
MOST_LEVELS = 100
"""Of parts in parts."""
MOST_PLANNED = 20_000
"""Nodes that the engine plans."""
MOST_GROWTH = 100
"""How many times as long as its columns together a text may become."""

# On lines of its own, so that a comment cannot swallow what follows.
_BEFORE = "SELECT 1 FROM record WHERE\n"
_QUOTED = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*\"""")
_PLAIN_NODE: dict[str, Any] = {
    "modifiers": [],
    "cte_map": {"map": []},
    "group_expressions": [],
    "group_sets": [],
    "having": None,
    "sample": None,
    "qualify": None,
}


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression over a record's columns that is safe to run."""

    text: str
    """As the policy writes it."""
    sql: str
    """Written anew, in brackets: this is what runs."""
    columns: frozenset[str]
    tree: dict[str, Any]
    """What the parser made of it."""

    def source(self, part: dict[str, Any]) -> str:
        """Return the text of a part of the tree."""
        # An operator's place begins at its sign; what it is given stands before that.
        places = [
            (each["query_location"], each["query_location"] + each["query_location_length"])
            for each in all_nodes(part)
            if each.get("query_location_length")
        ]
        starts = min(first for first, _ in places) - len(_BEFORE)
        ends = max(last for _, last in places) - len(_BEFORE)
        found = self.text.encode()[starts:ends].decode(errors="replace")
        # Brackets of the source belong to no part.
        return found if found.count("(") == found.count(")") else self.text.strip()


_vetted: dict[str, Expression | SqlRefusal] = {}
"""What was vetted before: an expression is the same wherever it runs."""


def vet_expressions(
    store: VettingStore, expressions: Sequence[str]
) -> list[Expression | SqlRefusal]:
    """Let through what is one plain expression over columns, and say why not for the rest."""
    new = [text for text in dict.fromkeys(expressions) if text not in _vetted]
    parsed = [text for text in new if len(text) <= MOST_CHARACTERS]
    trees = store.parse([f"{_BEFORE}{text}\n" for text in parsed]) if parsed else []
    _vetted.update((text, _vet(text, tree)) for text, tree in zip(parsed, trees, strict=True))
    limit = Message.of("an expression has at most {limit} characters", limit=MOST_CHARACTERS)
    return [_vetted.get(text, SqlRefusal(limit)) for text in expressions]


def expression_sql(store: VettingStore, text: str) -> str:
    """Return the SQL that runs for an expression of a policy, in brackets.

    Raises:
        PolicyError: without a place: it is not let through.
    """
    [vetted] = vet_expressions(store, [text])
    if isinstance(vetted, SqlRefusal):
        raise vetted.error()
    return vetted.sql


def _vet(text: str, tree: dict[str, Any]) -> Expression | SqlRefusal:
    if tree.get("error_type") == "not implemented":  # another statement than a SELECT
        return SqlRefusal(Message.of("the text is not a single SQL expression"))
    if tree["error"]:
        return SqlRefusal(
            Message.of("not an SQL expression: {reason}", reason=tree["error_message"])
        )
    node = tree["statements"][0]["node"] if len(tree["statements"]) == 1 else {}
    plain = _QUOTED.sub("''", text)
    if (
        node.get("type") != "SELECT_NODE"
        or any(node.get(name) != empty for name, empty in _PLAIN_NODE.items())
        or node["from_table"].get("table_name") != "record"
        or "--" in plain
        or "/*" in plain
        or any(ord(each) < 32 and each not in "\n\t" for each in text)
    ):
        return SqlRefusal(Message.of("the text is not a single SQL expression"))
    columns: set[str] = set()
    try:
        check_size(node["where_clause"])
        if _growth(node["where_clause"]) > MOST_GROWTH:
            raise SqlError(
                "the text could become more than {limit} times as long as what it is made of",
                hint="replace by shorter texts, or fewer times",
                limit=MOST_GROWTH,
            )
        sql = write_expression(node["where_clause"], columns)
    except SqlError as failure:
        return failure.refusal
    return Expression(text, f"({sql})", frozenset(columns), node["where_clause"])


def check_size(tree: dict[str, Any]) -> None:
    """Check that the engine can plan a tree.

    Raises:
        SqlError: it is too deep, or comes to too much.
    """
    if is_deeper_than(tree, MOST_LEVELS):
        raise SqlError("nested in more levels than {limit}", limit=MOST_LEVELS)
    if planned_node_count(tree) > MOST_PLANNED:
        raise SqlError(
            "written out, the SQL has more than {limit} parts",
            hint="do not put nullif(), split_part(), IN and BETWEEN into one another so often",
            limit=MOST_PLANNED,
        )


def _growth(part: dict[str, Any]) -> float:
    """Return how many times as long as a column the text of an expression may be."""
    name = part.get("function_name")
    if name == "replace" and len(part["arguments"]) == 3:
        text, old, new = (each["expression"] for each in part["arguments"])
        if any(each["class"] != "CONSTANT" for each in (old, new)):
            raise SqlError(
                "what replace() looks for, and what it puts there, must be written out",
                hint="write texts in quotes",
            )
        lengths = [len(each["literal"]["text"]) for each in (old, new)]
        return _growth(text) * max(1, lengths[1] / max(1, lengths[0]))
    inner = [_growth(each) for each in children(part)]
    return sum(inner) if name in ("||", "concat") else max(inner, default=1)
