"""Hold check kinds, and the engine's own queries, to the SQL that every engine reads alike.

`python -m ccpolicy.checks.portable [FOLDER]` prints what is not portable in a folder's kinds, and
exits 1 if there is anything. Engines differ in their time functions, in lists and structs and in
what they name their own; comparisons, integer arithmetic, joins and a few window functions are the
same in all.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import sqlglot
from sqlglot import exp

from ccpolicy.checks.kinds import Kind, load_kinds
from ccpolicy.files.policy_files import FolderFiles
from ccpolicy.shipped import shipped_folder

DIALECTS = ("postgres", "spark")
"""Engines into whose SQL every query must be translated without a loss."""

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
    exp.Round,
    exp.TryCast,
)
"""What the engine's own queries may call as well."""
TYPES = frozenset(["BOOLEAN", "SMALLINT", "INT", "BIGINT", "DOUBLE", "VARCHAR", "TEXT"])
_ONE_ENGINE = ("qualify", "windows", "sample", "distinct_on")


def unportable(kind: Kind) -> Iterator[str]:
    """Yield what is in a kind's query that not every engine reads alike."""
    return unportable_query(f"{kind.name}.sql", kind.query, FUNCTIONS)


def unportable_query(
    name: str, query: str, functions: tuple[type[exp.Expr], ...] = ENGINE_FUNCTIONS
) -> Iterator[str]:
    """Yield what is in a query that not every engine reads alike, beside some functions."""
    try:
        tree = sqlglot.parse_one(query, dialect="duckdb")
    except sqlglot.errors.ParseError as failure:
        yield f"{name}: cannot be parsed: {failure}"
        return
    for node in tree.walk():
        if reason := _reason(node, functions):
            yield f"{name}: {node.sql(dialect='duckdb')} {reason}"
    for dialect in DIALECTS:
        try:
            tree.sql(dialect=dialect, unsupported_level=sqlglot.ErrorLevel.RAISE)
        except sqlglot.errors.UnsupportedError as failure:
            yield f"{name}: {dialect}: {failure}"


def _reason(node: exp.Expr, functions: tuple[type[exp.Expr], ...]) -> str | None:
    """Say why not every engine reads a node of a query alike."""
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
        "has a clause of one engine's own": select
        and any(node.args.get(part) for part in _ONE_ENGINE),
    }
    return next((reason for reason, found in faults.items() if found), None)


def main(arguments: list[str]) -> int:
    """Print what is not portable in a folder's kinds; 1 if there is anything."""
    folder = Path(arguments[0]) if arguments else shipped_folder("checks")
    kinds = load_kinds(FolderFiles(folder.resolve().parent), folder.resolve().name)
    found = [line for kind in kinds.values() for line in unportable(kind)]
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
