"""Hold check kinds, and the engine's own queries, to the SQL that every engine reads alike.

`python -m ccpolicy.checks.portable [FOLDER]` prints what is not portable in a folder's kinds, and
exits 1 if there is anything. What is portable, `store/portable_sql.py` says.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from sqlglot import exp
from sqlglot.errors import ParseError

from ccpolicy.checks.kinds import Kind, load_kinds
from ccpolicy.files.policy_files import FolderFiles
from ccpolicy.shipped import shipped_folder
from ccpolicy.store.portable_sql import (
    ENGINE_FUNCTIONS,
    FUNCTIONS,
    NotSaid,
    parse,
    unportable_parts,
)
from ccpolicy.store.postgres_sql import postgres_sql
from ccpolicy.store.spark_sql import spark_sql


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
    found = [
        f"{name}: {node.sql(dialect='duckdb')} {reason}"
        for node, reason in unportable_parts(tree, functions)
    ]
    yield from found
    if found or tree.find(exp.Round):  # which rounds numbers as they are read, here alone
        return
    parameters = [None for _ in tree.find_all(exp.Placeholder)]
    for translate in (postgres_sql, partial(spark_sql, parameters=parameters)):
        try:
            translate(query)
        except NotSaid as refusal:
            yield f"{name}: {refusal.reason.text()}"


def main(arguments: list[str]) -> int:
    """Print what is not portable in a folder's kinds; 1 if there is anything."""
    folder = Path(arguments[0]) if arguments else shipped_folder("checks")
    kinds = load_kinds(FolderFiles(folder.resolve().parent), folder.resolve().name)
    found = [line for kind in kinds.values() for line in unportable(kind)]
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
