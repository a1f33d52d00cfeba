"""Check the types in SQL expressions against the contracts, without any records.

DuckDB converts the operands of a comparison silently. A comparison of different types would fail
only once there is a record, or be true or false for every record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ccpolicy.checks.sql_guard import Expression
from ccpolicy.checks.sql_writer import LENGTHS, time_format_of
from ccpolicy.errors import Locator, PolicyError
from ccpolicy.policy.names import unknown
from ccpolicy.vocabulary import ColumnType

Family = Literal["string", "number", "boolean", "date", "date-time", "duration"]
"""What a value is, in the words of a dataset's schema."""

_FAMILIES: dict[ColumnType, Family] = {
    "text": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "date": "date",
    "instant": "date-time",
}
_LITERALS: dict[str, Family] = {
    "STRING": "string",
    "INTEGER": "number",
    "NUMERIC": "number",
    "BOOLEAN": "boolean",
}
_CASTS: dict[str, Family] = {
    "BOOLEAN": "boolean",
    "VARCHAR": "string",
    "BIGINT": "number",
    "DOUBLE": "number",
}
SIGNATURES: dict[str, tuple[Family, tuple[Family, ...], tuple[Family, ...]]] = {
    "~~": ("boolean", ("string", "string"), ()),
    "!~~": ("boolean", ("string", "string"), ()),
    "~~*": ("boolean", ("string", "string"), ()),
    "!~~*": ("boolean", ("string", "string"), ()),
    "*": ("number", ("number", "number"), ()),
    "/": ("number", ("number", "number"), ()),
    "%": ("number", ("number", "number"), ()),
    "lower": ("string", ("string",), ()),
    "upper": ("string", ("string",), ()),
    "trim": ("string", ("string",), ("string",)),
    "length": ("number", ("string",), ()),
    "abs": ("number", ("number",), ()),
    "round": ("number", ("number",), ("number",)),
    "floor": ("number", ("number",), ()),
    "substr": ("string", ("string", "number"), ("number",)),
    "substring": ("string", ("string", "number"), ("number",)),
    "replace": ("string", ("string", "string", "string"), ()),
    "split_part": ("string", ("string", "string", "number"), ()),
    "starts_with": ("boolean", ("string", "string"), ()),
    "ends_with": ("boolean", ("string", "string"), ()),
    "contains": ("boolean", ("string", "string"), ()),
    "strptime": ("date-time", ("string", "string"), ()),
    "try_strptime": ("date-time", ("string", "string"), ()),
    **dict.fromkeys(LENGTHS, ("duration", ("number",), ())),
    "regexp_extract": ("string", ("string", "string"), ("number", "string")),
    "regexp_matches": ("boolean", ("string", "string"), ("string",)),
    "regexp_full_match": ("boolean", ("string", "string"), ("string",)),
}
"""Function → type of its result, types of its required arguments, types of its optional ones."""
ALIKE = ("least", "greatest", "nullif")
_CHOOSING = ("OPERATOR_COALESCE", "OPERATOR_NULLIF")
_TIMES = ("date", "date-time")


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """What an expression may know of a column."""

    family: Family | None
    """None if nobody can say."""
    values: frozenset[str] | None = None
    """The only values it has, where the contract lists them."""

    @classmethod
    def of(cls, type_: ColumnType, spec: Mapping[str, Any]) -> TypedColumn:
        """Take over what a contract says."""
        listed = spec.get("enum")
        given = frozenset(map(str, listed)) if listed and type_ == "text" else None
        return cls(_FAMILIES[type_], given)


def type_errors(
    expression: Expression, columns: Mapping[str, TypedColumn], place: Locator, *, decides: bool
) -> Iterator[PolicyError]:
    """Yield what does not go together; `decides` if the whole must be true or false."""
    reader = _ExpressionReader(expression, columns, place)
    family = reader.family(expression.tree)
    if decides:
        reader.decision(expression.tree, family)
    yield from reader.errors


def family_of(expression: Expression, columns: Mapping[str, TypedColumn]) -> Family | None:
    """Return what an expression yields."""
    return _ExpressionReader(expression, columns, Locator("")).family(expression.tree)


def _counted(family: Family) -> Family:
    """Return what a value is compared as: the difference of two times is a number, too."""
    return "number" if family == "duration" else family


class _ExpressionReader:
    """Reads one expression from the inside outwards."""

    def __init__(
        self, expression: Expression, columns: Mapping[str, TypedColumn], place: Locator
    ) -> None:
        self.expression, self.columns, self.place = expression, columns, place
        self.errors: list[PolicyError] = []

    def family(self, part: dict[str, Any]) -> Family | None:
        """Return what a part yields, and note what does not fit in it."""
        match part["class"]:
            case "COLUMN_REF":
                column = self.columns.get(part["column_names"][0])
                return column.family if column else None
            case "CONSTANT":
                return _LITERALS.get(part["literal"]["kind"])
            case "CASE":
                return self._case(part)
            case "CAST":
                self.family(part["child"])
                return _CASTS.get(part["type_expr"]["type_name"].upper())
            case "FUNCTION":
                return self._function(part)
            case "OPERATOR" if part["type"] in _CHOOSING:
                return self._compare(*part["children"])
        self._decide(part)
        return "boolean"

    def decision(self, part: dict[str, Any], family: Family | None) -> None:
        """Note a part that must be true or false, and is something else."""
        if family not in ("boolean", None):
            self.errors.append(
                PolicyError(
                    "{part} is of type {type}, not true or false",
                    hint="compare it with a value",
                    locator=self.place,
                    part=self.expression.source(part),
                    type=family,
                )
            )

    def _decisions(self, parts: list[dict[str, Any]]) -> None:
        for part in parts:
            self.decision(part, self.family(part))

    def _decide(self, part: dict[str, Any]) -> None:
        """Note what does not fit in a part that is true or false."""
        match part["type"]:
            case "COMPARE_BETWEEN":
                self._compare(part["input"], part["lower"], part["upper"])
            case "COMPARE_IN" | "COMPARE_NOT_IN":
                self._compare(*part["children"])
            case "CONJUNCTION_AND" | "CONJUNCTION_OR" | "OPERATOR_NOT":
                self._decisions(part["children"])
            case "OPERATOR_IS_NULL" | "OPERATOR_IS_NOT_NULL":
                self.family(part["children"][0])
            case _:
                self._compare(part["left"], part["right"])

    def _case(self, part: dict[str, Any]) -> Family | None:
        self._decisions([each["when_expr"] for each in part["case_checks"]])
        results = [each["then_expr"] for each in part["case_checks"]]
        return self._compare(*results, *([part["else_expr"]] if part.get("else_expr") else []))

    def _compare(self, *parts: dict[str, Any]) -> Family | None:
        """Note parts that are not of one type, and values that a column never has."""
        first: tuple[dict[str, Any], Family] | None = None
        for part in parts:
            family = self.family(part)
            if family is None:
                continue
            if first is None:
                first = part, family
            elif _counted(family) != _counted(first[1]):
                self.errors.append(
                    PolicyError(
                        "{left} is of type {left_type}, and {right} of type {right_type}",
                        hint="compare a column with a value of its own type; a time is no text",
                        locator=self.place,
                        left=self.expression.source(first[0]),
                        left_type=first[1],
                        right=self.expression.source(part),
                        right_type=family,
                    )
                )
        for part in parts:
            self._listed(part, parts)
        return first[1] if first else None

    def _listed(self, part: dict[str, Any], others: tuple[dict[str, Any], ...]) -> None:
        column = self.columns.get(part["column_names"][0]) if "column_names" in part else None
        if column is None or column.values is None:
            return
        for other in others:
            literal = other.get("literal", {})
            if literal.get("kind") == "STRING" and literal["text"] not in column.values:
                self.errors.append(
                    unknown(
                        "the column {column} is never '{name}'",
                        literal["text"],
                        column.values,
                        self.place,
                        column=part["column_names"][0],
                    )
                )

    def _function(self, part: dict[str, Any]) -> Family | None:
        name = part["function_name"]
        parts = [each["expression"] for each in part["arguments"]]
        if name in ALIKE:
            return self._compare(*parts)
        given = [self.family(each) for each in parts]
        if name in ("+", "-"):
            return self._sum(part, given)
        if name not in SIGNATURES:
            return "string"  # || and concat take anything
        result, needed, more = SIGNATURES[name]
        takes = needed + more
        if not len(needed) <= len(given) <= len(takes) or any(
            each not in (None, expected) for each, expected in zip(given, takes, strict=False)
        ):
            optional = f"[, {', '.join(more)}]" if more else ""
            self._misuse(part, given, f"{name}({', '.join(needed)}{optional})")
        if name.endswith("strptime") and not time_format_of(part).has_clock:
            return "date"
        return result

    def _sum(self, part: dict[str, Any], given: list[Family | None]) -> Family | None:
        """Add numbers, or take one time from another: days from dates, microseconds from times.

        A duration is a number of microseconds, which no day can be moved by.
        """
        if any(each in ("string", "boolean") for each in given):
            self._misuse(part, given, f"number {part['function_name']} number")
        times = [each for each in given if each in _TIMES]
        if len(times) == 2 and (times[0] != times[1] or part["function_name"] == "+"):
            self._misuse(part, given, f"{times[0]} - {times[0]}")
        if "duration" in given and ("date" in given or "number" in given):
            self._misuse(part, given, f"date-time {part['function_name']} duration")
        if len(times) == 1:
            return times[0]
        return None if None in given else "duration" if "duration" in given else "number"

    def _misuse(self, part: dict[str, Any], given: list[Family | None], expected: str) -> None:
        self.errors.append(
            PolicyError(
                "{part} gets ({given}), but needs: {expected}",
                hint="see the types in the dataset's 'record'",
                locator=self.place,
                part=self.expression.source(part),
                given=", ".join(each or "…" for each in given),
                expected=expected,
            )
        )
