"""Hold check kinds to the SQL that every engine reads alike.

`python -m ccpolicy.checks.portable [FOLDER]` prints what is not portable, and exits 1 if there is
anything. Engines differ in their time functions, in lists and structs and in what they name their
own; comparisons, integer arithmetic, joins and a few window functions are the same in all.
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
"""Engines into whose SQL every kind must go over without a loss."""

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


def unportable(kind: Kind) -> Iterator[str]:
    """Yield what stands in a kind's query that not every engine reads alike."""
    tree = sqlglot.parse_one(kind.query, dialect="duckdb")
    for node in tree.walk():
        if isinstance(node, exp.Func) and not isinstance(node, FUNCTIONS):
            yield f"{kind.name}.sql: {node.sql(dialect='duckdb')} is not a portable function"
        elif isinstance(node, exp.Cast | exp.Interval | exp.Lambda | exp.Bracket | exp.Star):
            if not (isinstance(node, exp.Star) and isinstance(node.parent, exp.Select)):
                yield f"{kind.name}.sql: {node.sql(dialect='duckdb')} is not portable"
        elif isinstance(node, exp.Select) and any(
            node.args.get(part) for part in ("qualify", "windows", "sample", "distinct_on")
        ):
            yield f"{kind.name}.sql: a clause of one engine's own"
    for dialect in DIALECTS:
        try:
            tree.sql(dialect=dialect, unsupported_level=sqlglot.ErrorLevel.RAISE)
        except sqlglot.errors.UnsupportedError as failure:
            yield f"{kind.name}.sql: {dialect}: {failure}"


def main(arguments: list[str]) -> int:
    """Print what is not portable in a folder's kinds; 1 if there is anything."""
    folder = Path(arguments[0]) if arguments else shipped_folder("checks")
    kinds = load_kinds(FolderFiles(folder.resolve().parent), folder.resolve().name)
    found = [line for kind in kinds.values() for line in unportable(kind)]
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
