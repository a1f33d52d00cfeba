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
_ONE_ENGINE = ("qualify", "windows", "sample")


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
        "is not portable": isinstance(node, exp.Interval | exp.Lambda | exp.Bracket)
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
