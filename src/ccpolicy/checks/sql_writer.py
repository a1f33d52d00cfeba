"""Write SQL from the syntax tree of an expression: of each node what a list knows, or nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

from ccpolicy.checks.patterns import hint, is_portable
from ccpolicy.checks.refusal import SqlError
from ccpolicy.checks.time_formats import TimeFormat, time_format
from ccpolicy.errors import PolicyError
from ccpolicy.store.sql import identifier, literal
from ccpolicy.time.epoch import DAY, SECOND

_OPERATORS = frozenset(["+", "-", "*", "/", "%", "||", "~~", "!~~", "~~*", "!~~*"])
_TIMES = frozenset(["strptime", "try_strptime"])
LENGTHS = {"to_hours": 3600 * SECOND, "to_minutes": 60 * SECOND, "to_seconds": SECOND}
"""Function → how many microseconds one of what it counts lasts."""
_PATTERNS = frozenset(["regexp_extract", "regexp_matches", "regexp_full_match"])
FUNCTIONS = (
    _OPERATORS
    | _PATTERNS
    | _TIMES
    | LENGTHS.keys()
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
_ARITHMETIC = ("+", "-", "*", "/", "%")
_DIVISIONS = ("/", "%")
_SIGNS = ("+", "-")
_EXTREMES = {"least": "list_min", "greatest": "list_max"}
"""Functions that pass over what is missing → functions of a list that has nothing missing."""
_WHOLE = re.compile(r"-?[0-9]{1,19}")
_DECIMAL = re.compile(r"-?(?=\.?[0-9])[0-9]{0,18}\.?[0-9]{0,18}([eE][+-]?[0-9]{1,3})?")


def write_expression(tree: dict[str, Any], columns: set[str]) -> str:
    """Write the SQL of an expression, and add the columns in it.

    Raises:
        SqlError: a part of it is not on the list.
    """
    return _SqlWriter(columns).write(tree)


class _SqlWriter:
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
        name, given = _call(part)
        if name in _PATTERNS:
            _check_pattern(given)
        if name in _ARITHMETIC:
            return _finite(self._arithmetic(part))
        written = self._all(given)
        if name in _TIMES:
            return _time(name, written[0], time_format_of(part))
        if name in LENGTHS and len(written) == 1:
            return f"CAST(round({written[0]} * CAST({LENGTHS[name]} AS BIGINT)) AS BIGINT)"
        if name in _EXTREMES:
            values = f"[{', '.join(written)}]"
            return f"{_EXTREMES[name]}({_only(values, 'len(v) = list_count(v)')})"
        if name == "concat":
            texts = [f"CAST({each} AS VARCHAR)" for each in written]
            return f"({' || '.join(texts)})"
        if name not in _OPERATORS:
            return f"{name}({', '.join(written)})"
        return _operation(name, written)

    def _arithmetic(self, part: dict[str, Any]) -> str:
        """Write a calculation whose result may not be finite.

        What is not finite stays so, whatever is added to it or multiplied with it: it is enough to
        ask at the end. Divided by it, a number is 0, and it is asked before.
        """
        name, given = _call(part)
        is_inner = [each.get("function_name") in _ARITHMETIC for each in given]
        if name in _DIVISIONS:
            is_inner[1:] = [False for _ in is_inner[1:]]
        written = [
            self._arithmetic(each) if inner else self.write(each)
            for each, inner in zip(given, is_inner, strict=True)
        ]
        if given and all(map(_is_whole, given)):  # or else the engine takes 32 bits for them
            written[0] = f"CAST({written[0]} AS BIGINT)"
        if name == "%":  # the engine refuses to divide whole numbers by 0
            written[1:] = [_only(each, "v <> 0") for each in written[1:]]
        return _operation(name, written)


def _call(part: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    """Return the name of the function that is called, and what it is given.

    Raises:
        SqlError: it is not on the list, or called with more than arguments.
    """
    name = plain_function(part, FUNCTIONS)
    if part["filter"] or part["order_bys"]["orders"] or part["distinct"]:
        raise SqlError("{kind} is not allowed here", kind="filter, distinct, order by")
    return name, [each["expression"] for each in part["arguments"]]


def _operation(name: str, written: Sequence[str]) -> str:
    """Write an operator between what it is given, or before it."""
    match written:
        case [value] if name in _SIGNS:
            return f"({name}{value})"
        case [left, right]:
            return f"({left} {_SPELLINGS.get(name, name)} {right})"
    # Operators can be called as functions are.
    raise SqlError("the function {name} is not allowed here", name=name)


def _is_whole(part: dict[str, Any]) -> bool:
    """Whether a part is a whole number that is written out."""
    return bool(part["class"] == "CONSTANT" and part["literal"]["kind"] == "INTEGER")


def _finite(number: str) -> str:
    """Write a number so that it is NULL where it is NaN or infinite.

    As NaN is greater than every number, it would be enough of anything.
    """
    return _only(number, "isfinite(v)")


def _only(value: str, condition: str) -> str:
    """Write a value `v` so that it is NULL unless a condition holds.

    CASE and nullif() would have the engine write it out twice, and in one another very often.
    """
    return f"list_filter([{value}], lambda v: {condition})[1]"


def time_format_of(part: dict[str, Any]) -> TimeFormat:
    """Return the format by which a part, a call of `strptime`, reads a day or a moment.

    Raises:
        SqlError: it is none, or leaves open which moment it is.
    """
    given = [each["expression"] for each in part["arguments"]]
    if len(given) != 2 or given[1]["class"] != "CONSTANT":
        raise SqlError(
            "{name} needs a text, and a format that is written out",
            hint="write for example  strptime(day, '%d.%m.%Y')",
            name=part["function_name"],
        )
    text = str(given[1]["literal"]["text"])
    try:
        found = time_format(text)
    except PolicyError as failure:
        raise SqlError.of(failure.message, failure.hint) from failure
    if found.has_clock and not found.has_offset:
        raise SqlError(
            "the format '{format}' says the hour without its offset from UTC",
            hint="put it behind the text, such as  strptime(x || '+0800', '{format}%z') ; where"
            " clocks are changed, join the texts in 'reshape', and say 'time' and 'zone' of the"
            " column",
            format=text,
        )
    if not found.codes:
        raise SqlError(
            "'{format}' is not a format in the codes of strptime",
            hint="read the column by  time: {format}",
            format=text,
        )
    return found


def _time(name: str, text: str, form: TimeFormat) -> str:
    """Write the SQL that parses a text to days or microseconds since 1970.

    The text's own SQL occurs once in it, however long it is. A text in another format fails, except
    in `try_strptime`, which gives NULL.
    """
    moment = form.microseconds("v")
    value = moment if form.has_clock else f"CAST(floor({moment} / {DAY}) AS INTEGER)"
    if name == "strptime":
        kind = "BIGINT" if form.has_clock else "INTEGER"
        fault = f"CAST(v || {literal(f' is not written as {form.text}')} AS {kind})"
        value = f"coalesce({value}, {fault})"
    return f"list_transform([{text}], lambda v: {value})[1]"


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
        case "INTEGER" | "NUMERIC":
            if not _fits(kind, text):
                raise SqlError("the number {number} is too large or too long", number=text[:40])
            # In brackets, since two signs in a row would begin a comment.
            return f"({text})" if text.startswith("-") else str(text)
        case "BOOLEAN" if text in ("true", "false"):
            return str(text)
        case "NULL_LITERAL":
            return "NULL"
    raise SqlError("{kind} is not allowed here", kind=kind.lower())


def _fits(kind: str, number: str) -> bool:
    """Whether a column can hold a number that is written out."""
    if kind == "INTEGER":
        return bool(_WHOLE.fullmatch(number)) and -(2**63) < int(number) < 2**63
    return bool(_DECIMAL.fullmatch(number)) and math.isfinite(float(number))
