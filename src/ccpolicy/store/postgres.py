"""PostgreSQL as the store: computes verdicts on a server, from records that were read locally.

Everything happens in one transaction that is rolled back at the end. Relations are temporary
tables, so nothing is left on the server. Address and credentials come from the environment or from
libpq's own files only, and no message repeats them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

import psycopg

from ccpolicy.errors import DatabaseError
from ccpolicy.store.interface import Row
from ccpolicy.store.postgres_connection import ADDRESS, connect, time_limit
from ccpolicy.store.postgres_errors import no_privilege, refuse, statement_error
from ccpolicy.store.postgres_in_place import PostgresInPlace, is_same_database
from ccpolicy.store.postgres_sql import TYPES, postgres_sql
from ccpolicy.store.sql import identifier
from ccpolicy.store.tables import InPlaceTables

_SETTINGS = {
    # Only what is made here can be meant, and the engine's own functions.
    "search_path": "pg_temp, pg_catalog",
    "standard_conforming_strings": "on",
    "transform_null_equals": "off",
    # Compiling takes longer than what it saves.
    "jit": "off",
    "temp_buffers": "64MB",
    "work_mem": "64MB",
}
_ROWS = 10_000
"""Rows that are fetched at a time."""
_OURS = {16: "BOOLEAN", 21: "SMALLINT", 23: "INTEGER", 20: "BIGINT", 25: "VARCHAR", 1700: "HUGEINT"}
"""PostgreSQL's number of a type → our name of it."""


class PostgreSQL:
    """A transaction of PostgreSQL. See `EngineStore`."""

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection
        self._tables: set[str] = set()
        self._views: set[str] = set()

    def create(self, relation: str, query: str, parameters: Sequence[object] = ()) -> int:
        """See `Store.create`."""
        made = f"CREATE TEMPORARY TABLE {identifier(relation)} AS {postgres_sql(query)}"
        count = self._run(made, parameters).rowcount
        self._tables.add(relation)
        self._check_columns(relation)
        self._analyse(relation)
        return count

    def define(self, relation: str, query: str) -> None:
        """See `Store.define`."""
        self._run(f"CREATE TEMPORARY VIEW {identifier(relation)} AS {postgres_sql(query)}")
        self._views.add(relation)
        self._check_columns(relation)

    def fill(
        self, relation: str, types: Mapping[str, str], columns: Sequence[Sequence[object]]
    ) -> None:
        """See `Store.fill`."""
        with self._filling(relation, types) as copy:
            for row in zip(*columns, strict=True):
                copy.write_row(row)

    def load(self, relation: str, types: Mapping[str, str], lines: Iterable[str]) -> None:
        """See `EngineStore.load`."""
        with self._filling(relation, types) as copy:
            for each in lines:
                copy.write(each)

    def ask(self, query: str, parameters: Sequence[object] = ()) -> list[Row]:
        """See `Store.ask`."""
        cursor = self._run(postgres_sql(query), parameters)
        for column in cursor.description or ():
            _ours(column.type_code)
        try:
            return cursor.fetchall()
        except ValueError:  # a number with decimals, where all are whole
            refuse("numeric")

    def stream(self, query: str) -> Iterator[Row]:
        """See `Store.stream`."""
        with (
            self._failing_well(),
            psycopg.RawServerCursor[Row](self._connection, "streamed") as cursor,
        ):
            cursor.execute(postgres_sql(query))
            for column in cursor.description or ():
                _ours(column.type_code)
            while rows := cursor.fetchmany(_ROWS):
                yield from rows

    def drop(self, *relations: str) -> None:
        """See `Store.drop`."""
        for relation in relations:
            kind = "VIEW" if relation in self._views else "TABLE"
            if relation in self._views | self._tables:
                self._run(f"DROP {kind} {identifier(relation)}")
            self._views.discard(relation)
            self._tables.discard(relation)

    def describe(self, query: str) -> dict[str, str]:
        """See `Store.describe`."""
        cursor = self._run(f"SELECT * FROM ({postgres_sql(query)}) described LIMIT 0")
        return {each.name: _ours(each.type_code) for each in cursor.description or ()}

    def tables_in_place(
        self, store: str, service: str | None, prefix: str | None
    ) -> InPlaceTables | None:
        """See `JudgesTables`."""
        if not is_same_database(self._connection, store, service, prefix):
            return None
        return PostgresInPlace(self._connection)

    def start(self) -> None:
        """Begin the transaction, and refuse a server that cannot do what is needed.

        Raises:
            DatabaseError: it lets nothing be made, or holds no Unicode.
        """
        [(encoding, is_standby, read_only, may_make)] = self._run(
            "SELECT current_setting('server_encoding'), pg_is_in_recovery(),"
            " current_setting('transaction_read_only'),"
            " has_database_privilege(current_database(), 'TEMPORARY')",
            opens=True,
        ).fetchall()
        if is_standby or read_only != "off":
            raise DatabaseError(
                "PostgreSQL lets nothing be written here, and the relations are temporary tables",
                hint="name the primary server, not a standby, and a role without"
                " default_transaction_read_only; no table of yours is ever written to",
            )
        if encoding != "UTF8":
            raise DatabaseError(
                "the database keeps texts in {encoding}, not in UTF8",
                hint="name a database that was created with ENCODING 'UTF8'",
                encoding=encoding,
            )
        if not may_make:
            raise no_privilege()
        settings = {**_SETTINGS, **time_limit()}
        for name, value in settings.items():
            self._run("SELECT set_config($1, $2, true)", [name, value])

    @contextmanager
    def _filling(self, relation: str, types: Mapping[str, str]) -> Iterator[psycopg.Copy]:
        """Take rows for a relation, which is created if need be."""
        name = identifier(relation)
        if relation not in self._tables:
            columns = ", ".join(f"{identifier(each)} {TYPES[kind]}" for each, kind in types.items())
            self._run(f"CREATE TEMPORARY TABLE {name} ({columns})")
            self._tables.add(relation)
        given = f"COPY {name} ({', '.join(map(identifier, types))}) FROM STDIN"
        with (
            self._failing_well(),
            self._connection.transaction(),
            self._connection.cursor().copy(given) as copy,
        ):
            yield copy
        self._analyse(relation)

    def _analyse(self, relation: str) -> None:
        # Nobody else counts the rows of a temporary table, by which joins are planned.
        self._run(f"ANALYZE {identifier(relation)}")

    def _check_columns(self, relation: str) -> None:
        """Check that a relation holds types of ours, and texts that compare by code points.

        Raises:
            DatabaseError: it does not.
        """
        rows = self._run(
            "SELECT atttypid::bigint, attcollation IN (0, '\"C\"'::regcollation)"
            " FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0",
            [f"pg_temp.{identifier(relation)}"],
        ).fetchall()
        for kind, is_binary in rows:
            _ours(kind)
            if not is_binary:
                refuse("text")

    def _run(
        self, statement: str, parameters: Sequence[object] = (), *, opens: bool = False
    ) -> psycopg.Cursor[Row]:
        """Run a statement of PostgreSQL's own; what fails leaves the transaction as it was."""
        with self._failing_well():
            if opens:
                return self._connection.execute(statement, parameters)
            with self._connection.transaction():
                return self._connection.execute(statement, parameters)

    @contextmanager
    def _failing_well(self) -> Iterator[None]:
        """Make of what fails an error that shows neither a value nor an address."""
        try:
            yield
        except psycopg.Error as failure:
            raise statement_error(failure, is_lost=self._connection.closed) from None


def _ours(kind: int) -> str:
    """Return our name of a type.

    Raises:
        DatabaseError: there is none.
    """
    if kind not in _OURS:
        refuse(str(kind))
    return _OURS[kind]


@contextmanager
def open_postgres() -> Iterator[PostgreSQL]:
    """Open a transaction of one snapshot, in the database that the environment names.

    Raises:
        DatabaseError: it cannot be reached, or not be used.
    """
    connection = connect(os.environ.get(ADDRESS, ""))
    try:
        store = PostgreSQL(connection)
        store.start()
        yield store
    finally:
        with suppress(psycopg.Error):
            connection.rollback()
        connection.close()
