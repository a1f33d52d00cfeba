"""Let through SQL expressions of a policy: what runs is written anew from their parse tree.

The tree is that of the very parser that will run it. Each of its nodes is either on the list here
or refused, and only what the list knows is written, so that nothing of the policy's own text
reaches the engine but names of columns and literals.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ccpolicy.checks.patterns import hint, is_portable
from ccpolicy.errors import Locator, Message, PolicyError
from ccpolicy.store import Store
from ccpolicy.store.sql import identifier, literal

_OPERATORS = frozenset(["+", "-", "*", "/", "%", "||", "~~", "!~~", "~~*", "!~~*"])
_PATTERNS = frozenset(["regexp_extract", "regexp_matches", "regexp_full_match"])
FUNCTIONS = (
    _OPERATORS
    | _PATTERNS
    | frozenset(
        [
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
        ]
    )
)
"""Pure functions of one record's columns."""
COMPARISONS = {
    "COMPARE_EQUAL": "=",
    "COMPARE_NOTEQUAL": "<>",
    "COMPARE_LESSTHAN": "<",
    "COMPARE_GREATERTHAN": ">",
    "COMPARE_LESSTHANOREQUALTO": "<=",
    "COMPARE_GREATERTHANOREQUALTO": ">=",
    "COMPARE_DISTINCT_FROM": "IS DISTINCT FROM",
    "COMPARE_NOT_DISTINCT_FROM": "IS NOT DISTINCT FROM",
}
CASTS = frozenset(["BOOLEAN", "VARCHAR", "BIGINT", "DOUBLE"])
_SPELLINGS = {
    "~~": "LIKE",
    "!~~": "NOT LIKE",
    "~~*": "ILIKE",
    "!~~*": "NOT ILIKE",
}
_DIVISIONS = ("/", "%")
MOST_CHARACTERS = 10_000
"""Of one expression."""
MOST_LEVELS = 100
"""Of parts in parts."""
MOST_GROWTH = 100
"""How many times as long as its columns together a text may become."""

# On lines of its own, so that a comment cannot swallow what follows.
_BEFORE = "SELECT 1 FROM record WHERE\n"
_QUOTED = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*\"""")
_WHOLE = re.compile(r"-?[0-9]{1,19}")
_DECIMAL = re.compile(r"-?(?=\.?[0-9])[0-9]{0,18}\.?[0-9]{0,18}([eE][+-]?[0-9]{1,3})?")
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
    hint: Message = field(default_factory=lambda: Message(""))

    def error(self, place: Locator | None = None) -> PolicyError:
        """Return it as an error of the policy."""
        error = PolicyError.of(self.message, place)
        error.hint = self.hint
        return error


class SqlError(Exception):
    """A part of a tree is not let through."""

    def __init__(self, template: str, *, hint: str = "", **values: object) -> None:
        self.refusal = Refusal(Message.of(template, **values), Message.of(hint, **values))
        super().__init__(template)


_vetted: dict[str, Expression | Refusal] = {}
"""What was vetted before: an expression is the same wherever it runs."""


def vet_expressions(store: Store, expressions: Sequence[str]) -> list[Expression | Refusal]:
    """Let through what is one plain expression over columns, and say why not for the rest."""
    new = [text for text in dict.fromkeys(expressions) if text not in _vetted]
    parsed = [text for text in new if len(text) <= MOST_CHARACTERS]
    trees = store.parse([f"{_BEFORE}{text}\n" for text in parsed]) if parsed else []
    _vetted.update((text, _vet(text, tree)) for text, tree in zip(parsed, trees, strict=True))
    limit = Message.of("an expression has at most {limit} characters", limit=MOST_CHARACTERS)
    return [_vetted.get(text, Refusal(limit)) for text in expressions]


def expression_sql(store: Store, text: str) -> str:
    """Return the SQL that runs for an expression of a policy, in brackets.

    Raises:
        PolicyError: without a place: it is not let through.
    """
    [vetted] = vet_expressions(store, [text])
    if isinstance(vetted, Refusal):
        raise vetted.error()
    return vetted.sql


def _vet(text: str, tree: dict[str, Any]) -> Expression | Refusal:
    if tree.get("error_type") == "not implemented":  # another statement than a SELECT
        return Refusal(Message.of("not one plain expression"))
    if tree["error"]:
        return Refusal(Message.of("not an SQL expression: {reason}", reason=tree["error_message"]))
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
        return Refusal(Message.of("not one plain expression"))
    columns: set[str] = set()
    try:
        if is_deeper(node["where_clause"], MOST_LEVELS):
            raise SqlError("nested deeper than {limit} levels", limit=MOST_LEVELS)
        if _growth(node["where_clause"]) > MOST_GROWTH:
            raise SqlError(
                "the text could become more than {limit} times as long as what it is made of",
                hint="replace by shorter texts, or fewer times",
                limit=MOST_GROWTH,
            )
        sql = _Writer(columns).write(node["where_clause"])
    except SqlError as failure:
        return failure.refusal
    return Expression(text, f"({sql})", frozenset(columns), node["where_clause"])


def is_deeper(tree: Any, levels: int) -> bool:
    """Whether nodes of a tree are in more nodes than so many."""
    waiting = [(tree, 0)]
    while waiting:
        part, level = waiting.pop()
        if isinstance(part, dict):
            level += "type" in part
            waiting += [(each, level) for each in part.values()]
        elif isinstance(part, list):
            waiting += [(each, level) for each in part]
        if level > levels:
            return True
    return False


def _expressions(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        if "class" in tree:
            yield tree
        for value in tree.values():
            yield from _expressions(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _expressions(value)


def _children(part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the expressions just below one."""
    for value in part.values():
        waiting = [value]
        while waiting:
            each = waiting.pop()
            if isinstance(each, list):
                waiting += each
            elif isinstance(each, dict):
                if "class" in each:
                    yield each
                else:
                    waiting += each.values()


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
    inner = [_growth(each) for each in _children(part)]
    return sum(inner) if name in ("||", "concat") else max(inner, default=1)


class _Writer:
    """Writes the SQL of a tree, and notes the columns in it."""

    def __init__(self, columns: set[str]) -> None:
        self.columns = columns

    def write(self, part: dict[str, Any]) -> str:
        """Write an expression.

        Raises:
            SqlError: a part of it is not on the list.
        """
        write: Callable[[dict[str, Any]], str] | None = {
            "COLUMN_REF": self._column,
            "CONSTANT": constant,
            "COMPARISON": self._comparison,
            "CONJUNCTION": self._conjunction,
            "BETWEEN": self._between,
            "OPERATOR": self._operator,
            "FUNCTION": self._function,
            "CASE": self._case,
            "CAST": self._cast,
        }.get(part["class"])
        if part["class"] == "SUBQUERY":
            raise SqlError("a subquery is not allowed here")
        if write is None:
            raise SqlError("{kind} is not allowed here", kind=part["class"].lower())
        return write(part)

    def _all(self, parts: Sequence[dict[str, Any]]) -> list[str]:
        return [self.write(each) for each in parts]

    def _column(self, part: dict[str, Any]) -> str:
        names = part["column_names"]
        if len(names) != 1:
            raise SqlError("name the column alone, without a table: {name}", name=".".join(names))
        self.columns.add(names[0])
        return identifier(names[0])

    def _comparison(self, part: dict[str, Any]) -> str:
        sign = COMPARISONS.get(part["type"])
        if sign is None:
            raise SqlError("{kind} is not allowed here", kind=part["type"].lower())
        return f"({self.write(part['left'])} {sign} {self.write(part['right'])})"

    def _conjunction(self, part: dict[str, Any]) -> str:
        word = {"CONJUNCTION_AND": " AND ", "CONJUNCTION_OR": " OR "}[part["type"]]
        return f"({word.join(self._all(part['children']))})"

    def _between(self, part: dict[str, Any]) -> str:
        value, lower, upper = self._all([part["input"], part["lower"], part["upper"]])
        return f"({value} BETWEEN {lower} AND {upper})"

    def _operator(self, part: dict[str, Any]) -> str:
        first, *rest = self._all(part["children"])
        others = ", ".join(rest)
        written = {
            "OPERATOR_NOT": f"(NOT {first})",
            "OPERATOR_IS_NULL": f"({first} IS NULL)",
            "OPERATOR_IS_NOT_NULL": f"({first} IS NOT NULL)",
            "OPERATOR_COALESCE": f"coalesce({', '.join([first, *rest])})",
            "OPERATOR_NULLIF": f"nullif({first}, {others})",
            "COMPARE_IN": f"({first} IN ({others}))",
            "COMPARE_NOT_IN": f"({first} NOT IN ({others}))",
        }.get(part["type"])
        if written is None:
            raise SqlError("{kind} is not allowed here", kind=part["type"].lower())
        return written

    def _case(self, part: dict[str, Any]) -> str:
        branches = " ".join(
            f"WHEN {self.write(each['when_expr'])} THEN {self.write(each['then_expr'])}"
            for each in part["case_checks"]
        )
        other = part.get("else_expr")
        return f"CASE {branches}{f' ELSE {self.write(other)}' if other else ''} END"

    def _cast(self, part: dict[str, Any]) -> str:
        name = "TRY_CAST" if part["try_cast"] else "CAST"
        kind = cast_type(part)
        written = f"{name}({self.write(part['child'])} AS {kind})"
        return _finite(written) if kind == "DOUBLE" else written

    def _function(self, part: dict[str, Any]) -> str:
        name = plain_function(part, FUNCTIONS)
        if part["filter"] or part["order_bys"]["orders"] or part["distinct"]:
            raise SqlError("{kind} is not allowed here", kind="filter, distinct, order by")
        given = [each["expression"] for each in part["arguments"]]
        if name in _PATTERNS:
            _check_pattern(given)
        written = self._all(given)
        if name not in _OPERATORS:
            return f"{name}({', '.join(written)})"
        sign = _SPELLINGS.get(name, name)
        if len(given) != 2:
            return f"({sign}{written[0]})"
        if name in _DIVISIONS:
            # The engine would make it NaN, which is greater than every number, or infinite.
            written[1] = f"nullif({written[1]}, 0)"
        return f"({written[0]} {sign} {written[1]})"


def _finite(number: str) -> str:
    """Write a number so that it is NULL where the text of a record says `nan` or `inf`.

    As NaN is greater than every number, it would be enough of anything.
    """
    for text in ("nan", "inf", "-inf"):
        number = f"nullif({number}, CAST('{text}' AS DOUBLE))"
    return number


def _check_pattern(given: Sequence[dict[str, Any]]) -> None:
    """Check the regular expression that a function is given, and how it is to be matched.

    Raises:
        SqlError: it is not written out, or is not one that every engine reads alike.
    """
    if any(each["class"] != "CONSTANT" for each in given[1:]):
        raise SqlError(
            "a regular expression must be written out here, not taken from a column",
            hint="write it in quotes",
        )
    texts = [each["literal"]["text"] for each in given[1:]]
    if texts and not is_portable(texts[0]):
        raise SqlError(
            "the regular expression {pattern} cannot be used",
            hint=hint(texts[0]),
            pattern=texts[0][:100],
        )


def plain_function(part: dict[str, Any], known: frozenset[str]) -> str:
    """Return the name of a function that is on a list.

    Raises:
        SqlError: it is not, or belongs to a schema, or names its arguments.
    """
    if len(part["qualified_name"]["path"]) != 1:
        raise SqlError("a function of a schema is not allowed here")
    name: str = part["function_name"]
    named = any(each.get("name") for each in part.get("arguments", []))
    if name not in known or named:
        raise SqlError("the function {name} is not allowed here", name=name)
    return name


def cast_type(part: dict[str, Any], known: frozenset[str] = CASTS) -> str:
    """Return the type that a cast asks for.

    Raises:
        SqlError: it is not on the list.
    """
    kind = part["type_expr"]
    name = str(kind.get("type_name", "")).upper()
    if name not in known or kind["children"] or len(kind["qualified_name"]["path"]) != 1:
        raise SqlError("a cast to this type is not allowed here")
    return name


def constant(part: dict[str, Any]) -> str:
    """Write a literal.

    Raises:
        SqlError: it is of no type that a column can have.
    """
    kind, text = part["literal"]["kind"], part["literal"]["text"]
    match kind:
        case "STRING":
            return literal(text)
        # In brackets, since two signs in a row would begin a comment.
        case "INTEGER" if _WHOLE.fullmatch(text) and -(2**63) < int(text) < 2**63:
            return f"({text})" if text.startswith("-") else str(text)
        case "NUMERIC" if _DECIMAL.fullmatch(text) and math.isfinite(float(text)):
            return f"({text})" if text.startswith("-") else str(text)
        case "BOOLEAN" if text in ("true", "false"):
            return str(text)
        case "NULL_LITERAL":
            return "NULL"
    if kind in ("INTEGER", "NUMERIC"):
        raise SqlError("the number {number} is too large or too long", number=text[:40])
    raise SqlError("{kind} is not allowed here", kind=kind.lower())
