"""DuckDB, in this process: the store that needs no server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import duckdb

from ccpolicy.errors import CcpolicyError, DatabaseError, LimitError, Message
from ccpolicy.store.duckdb_trees import is_too_long, read_tree, too_long_tree
from ccpolicy.store.interface import (
    FileAccessFailed,
    Interrupted,
    QueryError,
    Row,
    StoreError,
    ValueFault,
)
from ccpolicy.store.sql import identifier

_ERRORS: tuple[tuple[type[duckdb.Error], type[StoreError]], ...] = (
    (duckdb.InterruptException, Interrupted),
    (duckdb.IOException, FileAccessFailed),
    # These show what a query says; the others below may show what a record holds.
    (duckdb.ParserException, QueryError),
    (duckdb.SyntaxException, QueryError),
    (duckdb.BinderException, QueryError),
    (duckdb.CatalogException, QueryError),
    (duckdb.PermissionException, QueryError),
    (duckdb.NotSupportedError, QueryError),
)
_REASON_HINT_MESSAGES: dict[type[duckdb.Error], str] = {
    duckdb.OutOfRangeException: "a number is out of range",
    duckdb.DataError: "a value cannot be converted to the type that is asked for",
    duckdb.ProgrammingError: "a value cannot be computed with",
}
"""What is said instead of the engine's message, by the first that fits."""
_ROWS = 10_000
"""Rows that are fetched at a time."""
_MOST_PARSED, _LONGEST_PARSED = 512, 10_000
"""How many statements are kept once they are parsed, and how many characters each has at most."""
_parsed: dict[str, list[duckdb.Statement]] = {}
"""Of all databases of the process: to parse a small statement takes a fifth of its time."""
_LOCK = "SET enable_external_access = false; SET lock_configuration = true"
ONE_THREAD = 64 << 20
"""Bytes. To share out less than this costs more than it saves, and the more the more cores."""
PLAINLY_PLANNED = 256 << 10
"""Bytes, of some 7,000 records: up to here these steps of planning take longer than they save."""
_STEPS_FOR_MANY_RECORDS = (
    "join_order",
    "statistics_propagation",
    "common_subplan",
    "join_filter_pushdown",
)


class DuckDB:
    """A database in memory, which is started for its first statement. See `Store`."""

    def __init__(self, start: Callable[[], duckdb.DuckDBPyConnection]) -> None:
        self._start = start
        self._filled: set[str] = set()
        self._is_locked = False

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        """The connection; to start a database takes as long as ten small statements."""
        connection = self._start()
        if self._is_locked:
            connection.execute(_LOCK)
        return connection

    def create(self, relation: str, query: str, parameters: Sequence[object] = ()) -> int:
        """See `Store.create`."""
        [[count]] = self.run(f"CREATE TABLE {identifier(relation)} AS {query}", parameters)
        return int(count)

    def define(self, relation: str, query: str) -> None:
        """See `Store.define`."""
        self.run(f"CREATE VIEW {identifier(relation)} AS {query}")

    def append(self, relation: str, query: str) -> None:
        """See `VettingStore.append`."""
        self.run(f"INSERT INTO {identifier(relation)} {query}")

    def fill(
        self, relation: str, types: Mapping[str, str], columns: Sequence[Sequence[object]]
    ) -> None:
        """See `Store.fill`."""
        # Lists are taken whole, which is faster than a row at a time by orders of magnitude.
        rows = "SELECT " + ", ".join(
            f"unnest(CAST(${number} AS {kind}[])) AS {identifier(column)}"
            for number, (column, kind) in enumerate(types.items(), 1)
        )
        if relation in self._filled:
            self.run(f"INSERT INTO {identifier(relation)} {rows}", columns)
        else:
            self.create(relation, rows, columns)
            self._filled.add(relation)

    def ask(self, query: str, parameters: Sequence[object] = ()) -> list[Row]:
        """See `Store.ask`."""
        return self.run(query, parameters)

    def stream(self, query: str) -> Iterator[Row]:
        """See `Store.stream`."""
        try:
            with self._connection.cursor() as cursor:
                [statement] = self._parse(query)
                found = cursor.execute(statement)
                while rows := found.fetchmany(_ROWS):
                    yield from rows
        except duckdb.Error as failure:
            raise _ours(failure) from failure

    def drop(self, *relations: str) -> None:
        """See `Store.drop`."""
        for relation in relations:
            try:
                self.run(f"DROP TABLE IF EXISTS {identifier(relation)}")
            except QueryError:  # it is a view; to look that up first takes 15 ms
                self.run(f"DROP VIEW IF EXISTS {identifier(relation)}")
            self._filled.discard(relation)

    def describe(self, query: str) -> dict[str, str]:
        """See `Store.describe`."""
        return {str(row[0]): str(row[1]) for row in self.run(f"DESCRIBE {query}")}

    def parse(self, statements: Sequence[str]) -> list[dict[str, Any]]:
        """See `VettingStore.parse`."""
        fit = [each for each in statements if not is_too_long(each)]
        rows = iter(
            self.run("SELECT json_serialize_sql(unnest(?::VARCHAR[]))", [fit]) if fit else ()
        )
        trees = {each: read_tree(text) for each, (text,) in zip(fit, rows, strict=True)}
        return [trees[each] if each in trees else too_long_tree() for each in statements]

    def write(self, trees: Sequence[dict[str, Any]]) -> list[str]:
        """See `VettingStore.write`."""
        texts = [json.dumps(tree) for tree in trees]
        rows = self.run("SELECT json_deserialize_sql(unnest(?::VARCHAR[]))", [texts])
        return [text for (text,) in rows]

    def lines(self, relation: str, types: Mapping[str, str]) -> Iterator[str]:
        """See `VettingStore.lines`."""
        cells = " || chr(9) || ".join(_cell(name, kind) for name, kind in types.items())
        query = f"SELECT {cells} || chr(10) FROM {identifier(relation)}"
        try:
            found = self._connection.execute(query)
            while rows := found.fetchmany(_ROWS):
                yield "".join(text for (text,) in rows)
        except duckdb.Error as failure:
            raise _ours(failure) from failure

    def prepare(self, size: int) -> None:
        """Choose settings by how many bytes of evidence will be read and judged."""
        if size <= ONE_THREAD:
            self.run("SET threads = 1")
        if size <= PLAINLY_PLANNED:
            self.run(f"SET disabled_optimizers = '{','.join(_STEPS_FOR_MANY_RECORDS)}'")

    def lock(self) -> None:
        """See `VettingStore.lock`."""
        if self._has_started and not self._is_locked:
            self.run(_LOCK)
        self._is_locked = True

    def close(self) -> None:
        """Forget everything."""
        if self._has_started:
            self._connection.close()

    @property
    def _has_started(self) -> bool:
        return "_connection" in vars(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, statement: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Run a statement of DuckDB's own, such as one that reads a file.

        Raises:
            StoreError: it cannot run.
            LimitError: it needs more memory than there is.
            DatabaseError: DuckDB itself failed.
        """
        try:
            *first, last = self._parse(statement)
            for each in first:
                self._connection.execute(each)
            return self._connection.execute(last, parameters or None).fetchall()
        except duckdb.Error as failure:
            raise _ours(failure) from failure

    def _parse(self, text: str) -> list[duckdb.Statement]:
        """Return the statements of a text."""
        if text in _parsed:
            return _parsed[text]
        statements = self._connection.extract_statements(text)
        if len(text) <= _LONGEST_PARSED:
            if len(_parsed) == _MOST_PARSED:
                _parsed.clear()
            _parsed[text] = statements
        return statements


def _ours(failure: duckdb.Error) -> StoreError | CcpolicyError:
    """Return the error of ours that an error of DuckDB is."""
    if isinstance(failure, duckdb.OutOfMemoryException):
        return LimitError("not enough memory", setting="memory")
    for theirs, ours in _ERRORS:
        if isinstance(failure, theirs):
            return ours(str(failure))
    for theirs, reason in _REASON_HINT_MESSAGES.items():
        if isinstance(failure, theirs):
            return ValueFault(str(failure), Message(reason))
    if isinstance(failure, (duckdb.InternalError, duckdb.FatalException)):
        return DatabaseError(
            "{engine} failed by a fault of its own, and nothing was judged",
            hint="take the newest version of the engine; if that fails too, report it"
            " with a policy and evidence that show it",
            engine=f"DuckDB {duckdb.__version__}",
        )
    return StoreError(f"the database failed: {type(failure).__name__}")


def _cell(name: str, kind: str) -> str:
    """Write a value as `VettingStore.lines` has it."""
    text = f"CAST({identifier(name)} AS VARCHAR)"
    if kind == "VARCHAR":
        for each, written in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
            text = f"replace({text}, chr({ord(each)}), '{written}')"
    return f"coalesce({text}, '\\N')"


def open_store(spill: Path | None = None, *, memory: int | None = None) -> DuckDB:
    """Open a database in memory, in UTC, that loads no extension.

    What does not fit into memory goes to the folder `spill`, which nothing else may use: of all
    files, a locked database still reaches those of this folder. Without one nothing is spilled.
    It holds at most `memory` mebibytes, by default four fifths of the machine's.
    Close it, or use it in a `with` statement.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "python_enable_replacements": "false",
        "temp_directory": str(spill or ""),
        **({"memory_limit": f"{memory}MiB"} if memory else {}),
    }

    def start() -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(config=config)
        connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        return connection

    return DuckDB(start)
