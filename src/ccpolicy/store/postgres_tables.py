"""Tables of a PostgreSQL as evidence: read in one snapshot, by a transaction that cannot write."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import psycopg
from psycopg.pq import Conninfo

from ccpolicy.errors import CcpolicyError, DatabaseError, Locator, Message
from ccpolicy.store.interface import Row, StoreError
from ccpolicy.store.postgres_columns import PADDED, TableColumn, check_columns, select_sql
from ccpolicy.store.postgres_connection import ADDRESS, connect, time_limit
from ccpolicy.store.postgres_errors import statement_error
from ccpolicy.store.tables import Snapshot, TableName, TableRows, WantedColumn

READING = {
    # What hides rows from the role makes reading fail.
    "row_security": "off",
    "DateStyle": "ISO, YMD",
    "TimeZone": "UTC",
    "extra_float_digits": "1",
}
"""Settings by which every value has one text, and by which no row is left out in silence."""
_OLDEST = 130_000
_DENIED = "42501"
_CATALOGUE = """
    WITH RECURSIVE base AS (
      SELECT t.oid AS first, t.oid AS type FROM pg_type t
      UNION ALL
      SELECT b.first, t.typbasetype FROM base b JOIN pg_type t ON t.oid = b.type
      WHERE t.typtype = 'd'
    )
    SELECT a.attname, CASE WHEN t.typtype = 'e' THEN 'enum' ELSE t.typname END,
           format_type(a.atttypid, a.atttypmod),
           has_column_privilege(a.attrelid, a.attnum, 'SELECT')
    FROM pg_attribute a
    JOIN base b ON b.first = a.atttypid
    JOIN pg_type t ON t.oid = b.type AND t.typtype <> 'd'
    WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum
"""


_REPLACED = """
    SELECT 1
    FROM pg_locks l
    LEFT JOIN pg_class c ON c.oid = l.relation
    WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.database <> 0
      AND (c.oid IS NULL
           OR (c.relkind IN ('r', 'm') AND c.relfilenode <> 0
               AND pg_relation_filenode(c.oid) IS DISTINCT FROM c.relfilenode))
    LIMIT 1
"""
"""A relation that was read, but is not the one of the snapshot: emptied, rewritten or made anew.

What is read stays locked to the end, views' tables too. `pg_class` is read by the snapshot, and the
function tells the present.
"""


class PostgresTables:
    """See `TableStore`."""

    settings: Mapping[str, str] = {"search_path": "pg_catalog", "work_mem": "64MB", **READING}

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self.connection = connection
        self.snapshot = self._start()

    def _start(self) -> Snapshot:
        """Begin the transaction, and take its snapshot.

        Raises:
            DatabaseError: the server is too old, or holds no Unicode.
        """
        [(number, version, encoding)] = self.ask(
            "SELECT current_setting('server_version_num')::int,"
            " split_part(current_setting('server_version'), ' ', 1),"
            " current_setting('server_encoding')"
        )
        if number < _OLDEST:
            raise DatabaseError(
                "tables are read from PostgreSQL 13 on, and the server is {version}",
                hint="read a newer server, or put the rows on file",
                version=version,
            )
        if encoding != "UTF8":
            raise DatabaseError(
                "the database keeps texts in {encoding}, not in UTF8",
                hint="name a database that was created with ENCODING 'UTF8'",
                encoding=encoding,
            )
        for name, value in {**self.settings, **time_limit()}.items():
            self.ask("SELECT set_config($1, $2, true)", name, value)
        [(snapshot, taken_at)] = self.ask(
            "SELECT pg_current_snapshot()::text,"
            " (extract(epoch FROM transaction_timestamp()) * 1000000)::bigint"
        )
        return Snapshot(f"PostgreSQL {version}", snapshot, taken_at)

    def rows(
        self, table: TableName, columns: Sequence[WantedColumn], key: Sequence[str]
    ) -> TableRows:
        """See `TableStore.rows`."""
        found = self.columns(table)
        check_columns(table, found, columns)
        rows = self._copy(table, select_sql(table, found, columns, key))
        return TableRows(rows, padding_notes(found, columns))

    def columns(self, table: TableName) -> dict[str, TableColumn]:
        """Return the columns of a table or view by name.

        Raises:
            DatabaseError: there is none, or the role sees some of its rows alone.
        """
        place = Locator(table.shown)
        found = self.ask(
            "SELECT c.oid, row_security_active(c.oid) FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
            " AND has_schema_privilege(n.oid, 'USAGE')",
            table.schema,
            table.name,
        )
        if not found:
            raise DatabaseError(
                "the store has no such table, or the role may not look into its schema",
                hint="see which there are with psql as the same role: \\dt {schema}.*; the schema's"
                " owner may have to say: GRANT USAGE ON SCHEMA … TO …",
                locator=place,
                schema=table.schema,
            )
        [(number, is_filtered)] = found
        if is_filtered:
            raise _filtered(place)
        rows = self.ask(_CATALOGUE, number)
        if any(readable is None for *_, readable in rows):  # since the snapshot it is gone
            raise _changed(place)
        return {name: TableColumn(kind, shown, readable) for name, kind, shown, readable in rows}

    def _copy(self, table: TableName, query: str) -> Generator[bytes]:
        command = f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER, FORCE_QUOTE *, ENCODING 'UTF8')"
        sent = -1
        with self.failing_well(Locator(table.shown)):
            cursor = self.connection.cursor()
            with cursor.copy(command) as copy:
                for piece in copy:  # one for each row, and one for the headings
                    sent += 1
                    yield bytes(piece)
        if sent != cursor.rowcount:
            raise _changed(Locator(table.shown))
        self.check_unchanged(table)

    def check_unchanged(self, table: TableName) -> None:
        """Check that what was read is what the snapshot has.

        Raises:
            DatabaseError: it was emptied, rewritten or made anew.
        """
        if self.ask(_REPLACED):
            raise _changed(Locator(table.shown))

    def ask(self, statement: str, *parameters: object) -> list[Row]:
        """Return the rows of a statement of PostgreSQL's own.

        Raises:
            DatabaseError: it cannot run.
        """
        with self.failing_well(None):
            return self.connection.execute(statement, parameters).fetchall()

    @contextmanager
    def failing_well(self, place: Locator | None) -> Iterator[None]:
        """Make of what fails an error that shows neither a value nor an address."""
        try:
            yield
        except psycopg.Error as failure:
            raise self._ours(failure, place) from None

    def _ours(self, failure: psycopg.Error, place: Locator | None) -> CcpolicyError:
        if place and failure.sqlstate == _DENIED:
            return _filtered(place)
        error = statement_error(failure, is_lost=self.connection.closed)
        if isinstance(error, StoreError):
            return DatabaseError(
                "a row of the table cannot be computed: {condition}",
                hint="SELECT all of it as the same role; if it is a view, one of its expressions"
                " fails",
                locator=place,
                condition=type(failure).__name__,
            )
        return error.at(place) if place else error


def padding_notes(
    found: Mapping[str, TableColumn], columns: Iterable[WantedColumn]
) -> list[Message]:
    """Say of which columns the spaces at the end of texts are left out."""
    return [
        Message.of(
            "'{name}' is of the type {type}, and the spaces at the end of its texts are left out",
            name=each.name,
            type=found[each.name].shown,
        )
        for each in columns
        if found[each.name].type == PADDED
    ]


def _changed(place: Locator) -> DatabaseError:
    return DatabaseError(
        "not all rows of the table were read, and nothing was judged",
        hint="judge again when nobody empties or rewrites it, such as by TRUNCATE",
        locator=place,
    )


def _filtered(place: Locator) -> DatabaseError:
    return DatabaseError(
        "the role may not see all rows: row-level security hides some, or a view rests on what it"
        " may not read",
        hint="have the owner make a policy or a view that shows the role all that is evidence; a"
        " part of the rows would pass for the whole",
        locator=place,
    )


@contextmanager
def open_postgres_tables(
    store: str, service: str | None, prefix: str | None
) -> Iterator[PostgresTables]:
    """Open a transaction that only reads, in the database that the environment names.

    A service of libpq's says where it is, or variables that begin with the prefix, or without
    either libpq's own.

    Raises:
        DatabaseError: it cannot be reached, or not be read.
    """
    connection = connect_store(store, service, prefix)
    try:
        connection.read_only = True
        yield PostgresTables(connection)
    finally:
        connection.close()


def connect_store(store: str, service: str | None, prefix: str | None) -> psycopg.Connection[Row]:
    """Connect to where a store is; see `open_postgres_tables`.

    Raises:
        DatabaseError: it cannot be reached.
    """
    if service:
        return connect("", service=service)
    if not prefix:
        return connect(os.environ.get(ADDRESS, ""))
    given = {
        option.keyword.decode(): value
        for option in Conninfo.get_defaults()
        if option.envvar and (value := os.environ.get(prefix + option.envvar.decode()))
    }
    if not given.keys() & {"host", "hostaddr", "service"}:
        raise DatabaseError(
            "the environment does not say where the store '{name}' is",
            hint="set {prefix}PGHOST and {prefix}PGDATABASE, or {prefix}PGSERVICE",
            name=store,
            prefix=prefix,
        )
    return connect("", **given)
