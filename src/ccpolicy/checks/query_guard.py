"""Let through the query of a check kind: one SELECT over the kind's inputs and nothing else.

Every node of the engine's own parse tree is on the list here, or the query is refused. Names of
relations are resolved by scope, and each relation gets a name that nothing else has: a query that
the engine resolved otherwise would find nothing, and neither a file nor a relation of the engine's.
What runs is written by the engine from the renamed tree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ccpolicy.checks.kinds import TABLES, Kind
from ccpolicy.checks.refusal import SqlError, SqlRefusal
from ccpolicy.checks.sql_guard import check_size
from ccpolicy.checks.sql_tree import all_nodes
from ccpolicy.checks.sql_writer import (
    CASTS,
    COMPARISONS,
    cast_type,
    constant,
    plain_function,
)
from ccpolicy.errors import Locator, Message
from ccpolicy.store import VettingStore

FUNCTIONS = frozenset(
    [
        *("+", "-", "*", "//", "%", "abs", "least", "greatest", "nullif"),
        *("min", "max", "sum", "count", "count_star", "row_number", "lag", "lead", "coalesce"),
    ]
)
"""Of whole numbers: a kind's inputs hold nothing else, and none of these gives a fraction."""
_WHOLE_CASTS = frozenset(["BOOLEAN", "BIGINT"])
MOST_CHARACTERS = 100_000
"""Of one query."""

_RELATIONS = frozenset(["BASE_TABLE", "JOIN", "SUBQUERY", "EMPTY"])
TYPES = frozenset(
    [
        *_RELATIONS,
        *("SELECT_NODE", "SET_OPERATION_NODE"),
        *("ORDER_MODIFIER", "LIMIT_MODIFIER", "DISTINCT_MODIFIER"),
        *("ORDER_DEFAULT", "ASCENDING", "DESCENDING"),
        *("COLUMN_REF", "VALUE_CONSTANT", "STAR", "FUNCTION", "CASE_EXPR"),
        *("OPERATOR_CAST", "TYPE", "CONJUNCTION_AND", "CONJUNCTION_OR"),
        *("COMPARE_BETWEEN", "COMPARE_IN", "COMPARE_NOT_IN", *COMPARISONS),
        *("OPERATOR_NOT", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL"),
        *("OPERATOR_COALESCE", "OPERATOR_NULLIF"),
        *("WINDOW_AGGREGATE", "WINDOW_LAG", "WINDOW_LEAD", "WINDOW_ROW_NUMBER"),
    ]
)
"""What a tree may be made of."""
_JOINS = frozenset(["REGULAR", "CROSS"])
_AMBIENT = frozenset(
    [
        *("current_catalog", "current_date", "current_role", "current_schema", "current_time"),
        *("current_timestamp", "current_user", "localtime", "localtimestamp", "session_user"),
        *("user", "rowid"),
    ]
)
"""What reads like a column and is not one: the clock, and the engine itself."""

_PLACES = ("query_location", "query_location_length")
_UNSTABLE = SqlError(
    "the query, written anew, is not read as it was written",
    hint="take out what cannot be seen, such as a NUL in a name or a text",
).refusal

_REFUSED_MESSAGES = {
    "kind": "{kind} is not allowed in a check kind",
    "reshape": "{kind} is not allowed in 'reshape'",
}
_UNKNOWN_MESSAGES = {
    "kind": "the relation {name} is not an input of this check kind",
    "reshape": "the relation {name} is not 'rows', which 'reshape' reads",
}

_Scope = Mapping[str, str]
"""Name of a relation in lower case → the name that it gets."""


def input_name(name: str) -> str:
    """Return the name under which a vetted query reads an input."""
    return f"input {name}"


@dataclass(frozen=True)
class Rules:
    """What a query may be made of."""

    purpose: Literal["kind", "reshape"]
    functions: frozenset[str]
    types: frozenset[str]
    """Types of the parts of a tree."""
    casts: frozenset[str]
    ordered: frozenset[str] = frozenset()
    """Types of the windows whose result depends on an order, which must be said."""
    only_whole: bool = False
    """Whether all numbers are whole."""

    def refused(self, kind: str) -> SqlError:
        """Make the error for a part that is not let through."""
        return SqlError(_REFUSED_MESSAGES[self.purpose], kind=kind)

    def unknown(self, name: str) -> SqlError:
        """Make the error for a relation that is not there."""
        return SqlError(_UNKNOWN_MESSAGES[self.purpose], name=name)


_KIND = Rules("kind", FUNCTIONS, TYPES, CASTS, only_whole=True)
_vetted: dict[tuple[str, frozenset[str]], str | SqlRefusal] = {}
"""What was vetted before, by the query and what it may read."""


def vet_queries(store: VettingStore, kinds: Sequence[Kind]) -> dict[str, str | SqlRefusal]:
    """Return the SQL that runs for each kind by its name, or why there is none."""
    new = [each for each in kinds if (each.query, each.readable_relations) not in _vetted]
    short = [each for each in new if len(each.query) <= MOST_CHARACTERS]
    if short:
        _vet_new(store, short)
    limit = SqlRefusal(Message.of("a query has at most {limit} characters", limit=MOST_CHARACTERS))
    return {each.name: _vetted.get((each.query, each.readable_relations), limit) for each in kinds}


def query_sql(store: VettingStore, kind: Kind) -> str:
    """Return the SQL that runs for a kind's query.

    Raises:
        PolicyError: it is not let through.
    """
    vetted = vet_queries(store, [kind])[kind.name]
    if isinstance(vetted, SqlRefusal):
        raise vetted.error(Locator(kind.source.file))
    return vetted


def vet_query(store: VettingStore, query: str, readable: _Scope, rules: Rules) -> str:
    """Return the SQL that runs for one query, given the relations that it may read.

    Raises:
        PolicyError: without a place: it is not let through.
    """
    if len(query) > MOST_CHARACTERS:
        limit = Message.of("a query has at most {limit} characters", limit=MOST_CHARACTERS)
        raise SqlRefusal(limit).error()
    [tree] = store.parse([query])
    try:
        _vet(tree, readable, rules)
    except SqlError as failure:
        raise failure.refusal.error() from failure
    [text] = store.write([tree])
    if not _is_same(store.parse([text])[0], tree):
        raise _UNSTABLE.error()
    return text


def _vet_new(store: VettingStore, kinds: Sequence[Kind]) -> None:
    renamed = []
    for kind, tree in zip(kinds, store.parse([each.query for each in kinds]), strict=True):
        # These two are the same for every kind.
        common = TABLES - {"parameters"}
        known = {
            each.lower(): each if each in common else input_name(each)
            for each in kind.readable_relations
        }
        try:
            _vet(tree, known, _KIND)
            renamed.append((kind, tree))
        except SqlError as failure:
            _vetted[kind.query, kind.readable_relations] = failure.refusal
    written = store.write([tree for _, tree in renamed])
    for (kind, tree), text, again in zip(renamed, written, store.parse(written), strict=True):
        # The engine must read what it wrote as what it was given; of a NUL it writes nothing.
        _vetted[kind.query, kind.readable_relations] = text if _is_same(again, tree) else _UNSTABLE


def _is_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two trees differ in nothing but places in the text."""
    waiting: list[tuple[Any, Any]] = [(one, other)]
    while waiting:
        left, right = waiting.pop()
        if isinstance(left, dict) and isinstance(right, dict):
            if left.keys() != right.keys():
                return False
            pairs = [(left[key], right[key]) for key in left if key not in _PLACES]
        elif isinstance(left, list) and isinstance(right, list):
            if len(left) != len(right):
                return False
            pairs = list(zip(left, right, strict=True))
        else:
            return False
        for each, counterpart in pairs:
            if isinstance(each, dict | list):
                waiting.append((each, counterpart))
            elif each != counterpart:
                return False
    return True


def _vet(tree: dict[str, Any], readable: _Scope, rules: Rules) -> None:
    """Check a tree, and rename its relations in it.

    Raises:
        SqlError: it holds what is not on the list.
    """
    if tree["error"]:
        raise SqlError("not an SQL query: {reason}", reason=tree["error_message"])
    if len(tree["statements"]) != 1:
        raise SqlError("more than one SQL statement")
    check_size(tree)
    if tree["statements"][0]["named_param_map"]:
        raise rules.refused("parameter")
    for part in all_nodes(tree):
        _check(part, rules)
    _Renaming(rules).rename(tree["statements"][0]["node"], readable)


def _check(part: dict[str, Any], rules: Rules) -> None:
    """Check one node by itself.

    Raises:
        SqlError: it is not on the list.
    """
    kind = part.get("type")
    if kind not in rules.types | rules.ordered or part.get("sample") or part.get("at_clause"):
        raise rules.refused(str(kind).lower())
    if rules.only_whole and (fraction := _fraction(part)):
        # It may be NaN or infinite, which is greater than every number.
        raise SqlError(
            "a check kind counts in whole numbers: {part} is not allowed",
            hint="multiply the other side instead of dividing; quantities are in millionths",
            part=fraction,
        )
    if "function_name" in part:
        plain_function(part, rules.functions)
    if kind in rules.ordered and not part["orders"]:
        raise rules.refused(f"{part['function_name']}() over () without ORDER BY")
    match kind:
        case "OPERATOR_CAST":
            cast_type(part, rules.casts)
        case "VALUE_CONSTANT":
            constant(part)
        case "JOIN" if part["ref_type"] not in _JOINS:
            raise rules.refused(f"{part['ref_type']} join".lower())
        case "PIVOT" if part["aggregates"] or any(each["pivot_enum"] for each in part["pivots"]):
            raise rules.refused("pivot")
        case "STAR" if part["columns"] or part["expr"]:
            raise rules.refused("columns()")
        case "COLUMN_REF" if part["column_names"][-1].lower() in _AMBIENT:
            raise rules.refused(part["column_names"][-1].lower())
        case "BASE_TABLE" if len(part["qualified_name"]["path"]) != 1:
            raise rules.unknown(".".join(part["qualified_name"]["path"]))


def _fraction(part: dict[str, Any]) -> str | None:
    """Return what in a node may give a fraction."""
    if part.get("function_name") == "/":
        return "/"
    match part["type"]:
        case "OPERATOR_CAST" if (kind := cast_type(part)) not in _WHOLE_CASTS:
            return kind
        case "VALUE_CONSTANT" if part["literal"]["kind"] == "NUMERIC":
            return str(part["literal"]["text"])[:40]
    return None


class _Renaming:
    """Gives every relation of one query a name of its own."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.count = 0

    def rename(self, part: Any, scope: _Scope) -> None:
        """Rename in a part of a tree, given the relations that it may name.

        Raises:
            SqlError: it names another.
        """
        if isinstance(part, list):
            for each in part:
                self.rename(each, scope)
            return
        if not isinstance(part, dict):
            return
        if "cte_map" in part:
            scope = self._with(part["cte_map"]["map"], scope)
        if part.get("type") == "BASE_TABLE":
            name = part["table_name"]
            if name.lower() not in scope:
                raise self.rules.unknown(name)
            new = scope[name.lower()]
            part |= {
                "alias": part["alias"] or name,
                "table_name": new,
                "qualified_name": {"path": [new]},
            }
            return
        for key, each in part.items():
            if key != "cte_map":
                self.rename(each, scope)

    def _with(self, entries: list[dict[str, Any]], scope: _Scope) -> _Scope:
        """Rename common table expressions, each of which sees those before it."""
        for entry in entries:
            self.rename(entry["value"], scope)
            self.count += 1
            new = f"with {self.count} {entry['key']}"
            scope = {**scope, entry["key"].lower(): new}
            entry["key"] = new
        return scope
