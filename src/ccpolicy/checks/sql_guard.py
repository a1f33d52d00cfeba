"""Vet SQL that a policy brings along, on the parse tree of the very parser that will run it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ccpolicy.errors import Message
from ccpolicy.store import DuckDB

FUNCTIONS = frozenset(
    [
        "+",
        "-",
        "*",
        "/",
        "%",
        "||",
        "~~",
        "!~~",
        "~~*",
        "!~~*",
        "lower",
        "upper",
        "trim",
        "length",
        "abs",
        "round",
        "floor",
        "least",
        "greatest",
        "nullif",
        "substr",
        "substring",
        "replace",
        "split_part",
        "starts_with",
        "ends_with",
        "contains",
        "concat",
        "regexp_extract",
        "regexp_matches",
        "regexp_full_match",
    ]
)
"""Pure functions of one record's columns. None can grow a value without bound."""
AGGREGATES = frozenset(
    ["min", "max", "sum", "count", "count_star", "row_number", "lag", "lead", "coalesce"]
)

_EXPRESSIONS = frozenset(
    [
        "COLUMN_REF",
        "CONSTANT",
        "COMPARISON",
        "CONJUNCTION",
        "BETWEEN",
        "OPERATOR",
        "FUNCTION",
        "CASE",
        "CAST",
        "TYPE",
    ]
)
_OPERATORS = frozenset(
    [
        "OPERATOR_NOT",
        "OPERATOR_IS_NULL",
        "OPERATOR_IS_NOT_NULL",
        "OPERATOR_COALESCE",
        "COMPARE_IN",
        "COMPARE_NOT_IN",
        "OPERATOR_NULLIF",
    ]
)
_CASTS = frozenset(["BOOLEAN", "VARCHAR", "BIGINT", "DOUBLE"])
_BEFORE = "SELECT 1 FROM record WHERE (\n"
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
    columns: frozenset[str]
    tree: dict[str, Any]
    """What the parser made of it."""

    def source(self, part: dict[str, Any]) -> str:
        """Return the text of a part of the tree."""
        # An operator's place begins at its sign; what it is given stands before that.
        places = [
            (each["query_location"], each["query_location"] + each["query_location_length"])
            for each in _expressions(part)
            if each.get("query_location_length")
        ]
        starts = min(first for first, _ in places) - len(_BEFORE)
        ends = max(last for _, last in places) - len(_BEFORE)
        found = self.text.encode()[starts:ends].decode(errors="replace")
        # Brackets of the source belong to no part.
        return found if found.count("(") == found.count(")") else self.text.strip()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a piece of SQL is not let through."""

    message: Message


def vet_expressions(store: DuckDB, expressions: Sequence[str]) -> list[Expression | Refusal]:
    """Return each text as an expression over columns, or the reason why it is refused."""
    if not expressions:
        return []
    # On a line of its own, so that a trailing comment cannot swallow the bracket.
    statements = [f"{_BEFORE}{text}\n)" for text in expressions]
    trees = store.parse(statements)
    return [_vet(text, tree) for text, tree in zip(expressions, trees, strict=True)]


def _vet(text: str, tree: dict[str, Any]) -> Expression | Refusal:
    if tree["error"]:
        return Refusal(Message.of("not an SQL expression: {reason}", reason=tree["error_message"]))
    node = tree["statements"][0]["node"] if len(tree["statements"]) == 1 else {}
    if (
        node.get("type") != "SELECT_NODE"
        or any(node.get(name) != empty for name, empty in _PLAIN_NODE.items())
        or node["from_table"].get("table_name") != "record"
        or "--" in text
        or "/*" in text
        or any(ord(each) < 32 and each not in "\n\t" for each in text)
    ):
        return Refusal(Message.of("not one plain expression"))
    columns: set[str] = set()
    for part in _expressions(node["where_clause"]):
        refusal = _refuse(part)
        if refusal:
            return Refusal(refusal)
        if part["class"] == "COLUMN_REF":
            columns.add(part["column_names"][0])
    return Expression(text, frozenset(columns), node["where_clause"])


def _expressions(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        if "class" in tree:
            yield tree
        for value in tree.values():
            yield from _expressions(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _expressions(value)


def _refuse(part: dict[str, Any]) -> Message | None:
    kind = part["class"]
    if kind == "SUBQUERY":
        return Message.of("a subquery is not allowed here")
    if kind not in _EXPRESSIONS:
        return Message.of("{kind} is not allowed here", kind=kind.lower())
    if kind == "OPERATOR" and part["type"] not in _OPERATORS:
        return Message.of("{kind} is not allowed here", kind=part["type"].lower())
    if kind == "FUNCTION" and part["qualified_name"]["path"][-1:] != part["qualified_name"]["path"]:
        return Message.of("a function of a schema is not allowed here")
    if kind == "FUNCTION" and part["function_name"] not in FUNCTIONS:
        return Message.of("the function {name} is not allowed here", name=part["function_name"])
    if kind == "COLUMN_REF" and len(part["column_names"]) != 1:
        return Message.of(
            "name the column alone, without a table: {name}", name=".".join(part["column_names"])
        )
    if kind == "TYPE" and part["qualified_name"]["path"][-1] not in _CASTS:
        return Message.of("a cast to this type is not allowed here")
    return None


def vet_query(store: DuckDB, query: str, relations: frozenset[str]) -> Message | None:
    """Say why a check kind's query may not run: it must be one SELECT over known relations."""
    [tree] = store.parse([query])
    if tree["error"]:
        return Message.of("not an SQL query: {reason}", reason=tree["error_message"])
    if len(tree["statements"]) != 1:
        return Message.of("more than one SQL statement")
    known = set(relations)
    for part in _nodes(tree):
        known.update(entry["key"] for entry in part.get("cte_map", {}).get("map", []))
    for part in _nodes(tree):
        kind = part["type"]
        if kind == "BASE_TABLE" and (
            part["table_name"] not in known or part["qualified_name"]["path"][1:]
        ):
            return Message.of(
                "the relation {name} is not an input of this check kind", name=part["table_name"]
            )
        if kind in (
            "TABLE_FUNCTION",
            "PIVOT",
            "SHOW_REF",
            "COLUMN_DATA",
            "RECURSIVE_CTE_NODE",
            "DELIM_GET",
        ):
            return Message.of("{kind} is not allowed in a check kind", kind=kind.lower())
        if part.get("function_name") and part["function_name"] not in FUNCTIONS | AGGREGATES:
            return Message.of("the function {name} is not allowed here", name=part["function_name"])
    return None


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        if "type" in tree and isinstance(tree["type"], str):
            yield tree
        for value in tree.values():
            yield from _nodes(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _nodes(value)
