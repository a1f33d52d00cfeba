"""Hold check kinds, and the engine's own queries, to the SQL that every engine reads alike.

`python -m ccpolicy.checks.portable [FOLDER]` prints what is not portable in a folder's kinds, and
exits 1 if there is anything. What is portable, `store/portable_sql.py` says.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sqlglot.errors import ParseError

from ccpolicy.checks.kinds import Kind, load_kinds
from ccpolicy.files.policy_files import FolderFiles
from ccpolicy.shipped import shipped_folder
from ccpolicy.store.portable_sql import (
    ENGINE_FUNCTIONS,
    FUNCTIONS,
    lost_in,
    parse,
    unportable_parts,
)

if TYPE_CHECKING:
    from sqlglot import exp

DIALECTS = ("postgres", "spark")
"""Engines into whose SQL every query must be translated without a loss."""


def unportable(kind: Kind) -> Iterator[str]:
    """Yield what is in a kind's query that not every engine reads alike."""
    return unportable_query(f"{kind.name}.sql", kind.query, FUNCTIONS)


def unportable_query(
    name: str, query: str, functions: tuple[type[exp.Expr], ...] = ENGINE_FUNCTIONS
) -> Iterator[str]:
    """Yield what is in a query that not every engine reads alike, beside some functions."""
    try:
        tree = parse(query)
    except ParseError as failure:
        yield f"{name}: cannot be parsed: {failure}"
        return
    for node, reason in unportable_parts(tree, functions):
        yield f"{name}: {node.sql(dialect='duckdb')} {reason}"
    for dialect in DIALECTS:
        if lost := lost_in(tree, dialect):
            yield f"{name}: {dialect}: {lost}"


def main(arguments: list[str]) -> int:
    """Print what is not portable in a folder's kinds; 1 if there is anything."""
    folder = Path(arguments[0]) if arguments else shipped_folder("checks")
    kinds = load_kinds(FolderFiles(folder.resolve().parent), folder.resolve().name)
    found = [line for kind in kinds.values() for line in unportable(kind)]
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
