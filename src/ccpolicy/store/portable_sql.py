"""The SQL that every engine reads alike, and how DuckDB's text is said in another dialect.

Engines differ in their time functions, in lists and structs and in what they name their own;
comparisons, integer arithmetic, joins and a few window functions are the same in all. Whatever is
not on the list here is refused, and not guessed at.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from ccpolicy.errors import Message
from ccpolicy.store.interface import QueryError

FUNCTIONS: tuple[type[exp.Expr], ...] = (
    exp.And,
    exp.Or,
    exp.Case,
    exp.If,
    exp.Coalesce,
    exp.Count,
    exp.Lag,
    exp.Lead,
    exp.Max,
    exp.Min,
    exp.RowNumber,
    exp.Sum,
)
"""What a check kind may call."""
ENGINE_FUNCTIONS = (
    *FUNCTIONS,
    exp.Abs,
    exp.Cast,
    exp.Exists,
    exp.Greatest,
    exp.IntDiv,
    exp.Least,
    exp.Right,
    exp.Round,
    exp.TryCast,
)
"""What the engine's own queries may call as well."""
TYPES = frozenset(["BOOLEAN", "SMALLINT", "INT", "BIGINT", "DOUBLE", "VARCHAR", "TEXT"])
WHOLE = {
    "SMALLINT": (-(2**15), 2**15 - 1),
    "INT": (-(2**31), 2**31 - 1),
    "BIGINT": (-(2**63), 2**63 - 1),
}
"""Type of whole numbers → the least and the greatest."""
TEXTS = frozenset(["VARCHAR", "TEXT"])
_CASTS = frozenset(["BOOLEAN", *WHOLE, *TEXTS])
_ONE_ENGINE = ("qualify", "windows", "sample")
_GIVEN_FUNCTIONS = (
    *(each for each in ENGINE_FUNCTIONS if each is not exp.Round),
    exp.Nullif,
)
_REASON_HINT_MESSAGES = {"not said": "{engine} might read it otherwise: {part}"}


class NotSaid(QueryError):
    """A query that another engine cannot be given as it is."""

    def __init__(self, engine: str, part: str) -> None:
        self._engine, self._part = engine, part
        super().__init__(part)

    @property
    def reason(self) -> Message:
        """See `StoreError.reason`."""
        return Message.of(_REASON_HINT_MESSAGES["not said"], engine=self._engine, part=self._part)


def vetted(query: str, engine: str, more: tuple[type[exp.Expr], ...] = ()) -> exp.Expr:
    """Parse a query for another engine, which is named as people know it.

    `more` are functions that this engine has alike, besides those that all have.

    Raises:
        NotSaid: a part of it is not certain to mean the same.
    """
    try:
        tree = parse(query)
    except SqlglotError as failure:
        raise NotSaid(engine, str(failure).partition("\n")[0]) from None
    for node, reason in unportable_parts(tree, (*_GIVEN_FUNCTIONS, *more)):
        raise NotSaid(engine, f"{node.sql(dialect='duckdb')[:100]} {reason}")
    for node in tree.walk():
        if not (more and _is_number(node)) and (fault := _not_whole(node)):
            raise NotSaid(engine, f"{node.sql(dialect='duckdb')[:100]} {fault}")
    return tree


def _not_whole(node: exp.Expr) -> str | None:
    """Return what is wrong with a part that converts or divides, if anything."""
    if isinstance(node, exp.Cast) and node.to.this.name not in _CASTS:
        return "is not of a type that both have"
    if isinstance(node, exp.Div):
        return "may be a fraction"
    if isinstance(node, exp.TryCast) and node.to.this.name not in WHOLE:
        return "is tried for no whole number"
    return None


def _is_number(cast: exp.Expr) -> bool:
    """Whether a number that is written out is cast to what it is."""
    if not isinstance(cast, exp.Cast):
        return False
    number = cast.this.this if isinstance(cast.this, exp.Neg) else cast.this
    return (
        cast.to.this.name == "DOUBLE" and isinstance(number, exp.Literal) and not number.is_string
    )


def unportable_parts(
    tree: exp.Expr, functions: tuple[type[exp.Expr], ...]
) -> Iterator[tuple[exp.Expr, str]]:
    """Yield each part of a query that not every engine reads alike, and what is wrong with it."""
    for node in tree.walk():
        if reason := _reason(node, functions):
            yield node, reason


def _reason(node: exp.Expr, functions: tuple[type[exp.Expr], ...]) -> str | None:
    star, window, select = (isinstance(node, kind) for kind in (exp.Star, exp.Window, exp.Select))
    faults = {
        "is not a portable function": isinstance(node, exp.Func)
        and not isinstance(node, functions),
        "is not of a portable type": isinstance(node, exp.Cast) and node.to.this.name not in TYPES,
        "is not portable": isinstance(
            node, exp.Interval | exp.Lambda | exp.Bracket | exp.IgnoreNulls | exp.RespectNulls
        )
        or (star and not isinstance(node.parent, exp.Select | exp.Count))
        or (star and any(node.args.get(part) for part in ("except_", "replace", "rename"))),
        # Joins in brackets need none.
        "has no alias": isinstance(node, exp.Subquery)
        and isinstance(node.this, exp.Select | exp.SetOperation)
        and isinstance(node.parent, exp.From | exp.Join)
        and not node.alias,
        "is said to be materialized or not": isinstance(node, exp.CTE)
        and node.args.get("materialized") is not None,
        "numbers rows in no order": window
        and isinstance(node.this, exp.RowNumber)
        and not node.args.get("order"),
        "has a clause of one engine's own": (
            select and any(node.args.get(part) for part in _ONE_ENGINE)
        )
        or (isinstance(node, exp.Distinct) and node.args.get("on") is not None),
    }
    return next((reason for reason, found in faults.items() if found), None)


def lost_in(tree: exp.Expr, dialect: str) -> str | None:
    """Return what of a query would be lost in a dialect, if anything."""
    try:
        tree.sql(dialect=dialect, unsupported_level=ErrorLevel.RAISE)
    except SqlglotError as failure:
        return str(failure).partition("\n")[0]
    return None


def parse(query: str) -> exp.Expr:
    """Parse a query as DuckDB reads it.

    Raises:
        SqlglotError: it cannot be parsed.
    """
    return sqlglot.parse_one(query, dialect="duckdb")
