"""Tables of the PostgreSQL that judges: relations are made of their rows, which do not leave it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing

import psycopg

from ccpolicy.errors import Locator
from ccpolicy.store.interface import Row
from ccpolicy.store.portable_sql import NotSaid
from ccpolicy.store.postgres_columns import (
    NAIVE,
    TableColumn,
    check_columns,
    text_sql,
    value_sql,
)
from ccpolicy.store.postgres_sql import (
    MOST_BYTES,
    condition_sql,
    is_plain,
    matching_sql,
    postgres_sql,
)
from ccpolicy.store.postgres_tables import (
    READING,
    PostgresTables,
    connect_store,
    padding_notes,
)
from ccpolicy.store.sql import identifier
from ccpolicy.store.tables import (
    CopyReason,
    StagedTable,
    TableFacts,
    TableName,
    WantedColumn,
    text_column,
)
from ccpolicy.vocabulary import ColumnType

_TYPES: Mapping[ColumnType, str] = {
    "text": "text",
    "integer": "bigint",
    "number": "float8",
    "boolean": "boolean",
    "date": "integer",
    "instant": "bigint",
}
_BOOLEAN = 16
_MOST = 1024
"""Mebibytes that a value of PostgreSQL may have; the rows as CSV are one, for their digest."""
_REPEATS = identifier("=repeats")


class PostgresInPlace(PostgresTables):
    """See `InPlaceTables`; works in the engine's own transaction."""

    settings = READING

    def refusal(
        self,
        columns: Mapping[str, ColumnType],
        predicates: Iterable[str],
        conditions: Iterable[str],
        names: Iterable[str],
    ) -> str | None:
        """See `InPlaceTables.refusal`."""
        for each in names:
            if len(each.encode()) > MOST_BYTES:
                return each
        # With values, since over NULL alone no pattern is read.
        values = ", ".join(
            f"{_by_code_points(_value(kind), kind)} AS {identifier(name)}"
            for name, kind in columns.items()
        )
        own = ", ".join(f"({identifier(name)} IS NULL)" for name in columns)
        for text, is_predicate in [
            (own, True),
            *((each, True) for each in predicates),
            *((each, False) for each in conditions),
        ]:
            try:
                said = _predicate(text) if is_predicate else condition_sql(text)
                with self.connection.transaction():
                    found = self.connection.execute(f"SELECT {said} FROM (SELECT {values}) record")
            except (NotSaid, psycopg.DataError, psycopg.ProgrammingError):
                return text
            if any(each.type_code != _BOOLEAN for each in found.description or ()):
                return text
        return None

    def stage(
        self,
        table: TableName,
        columns: Mapping[str, WantedColumn],
        key: Sequence[str],
        staged: str,
        first: int,
        most: int,
    ) -> StagedTable | CopyReason:
        """See `InPlaceTables.stage`."""
        found = self.columns(table)
        check_columns(table, found, [*columns.values()])
        for each in columns.values():
            if found[each.name].type == NAIVE:
                return CopyReason("naive", each.name)
        kept = f"{staged}/kept"
        self._create(columns, staged, kept)
        with self.failing_well(Locator(table.shown)), self.connection.transaction():
            # Functions of a view may write nothing; only temporary tables can be filled now.
            self.connection.execute("SET LOCAL transaction_read_only = on")
            self.connection.execute(_fill_sql(table, found, columns, key, kept, first, most))
        self.check_unchanged(table)
        self.ask_nothing(f"ANALYZE {identifier(kept)}")
        return StagedTable(staged, padding_notes(found, columns.values()))

    def _create(self, columns: Mapping[str, WantedColumn], staged: str, kept: str) -> None:
        """Create the table that is filled, and the view in which every column has a value."""
        stored, shown = [], []
        for number, (name, each) in enumerate(columns.items()):
            text = identifier(text_column(number))
            stored.append(f'{text} text COLLATE "C"')
            if each.type == "text":
                shown.append(f"nullif({text}, '') AS {identifier(name)}")
            else:
                stored.append(f"{identifier(name)} {_TYPES[each.type]}")
                shown.append(identifier(name))
            shown.append(text)
        self.ask_nothing(
            f"CREATE TEMPORARY TABLE {identifier(kept)}"
            f" (locator bigint, {', '.join(stored)}, {_REPEATS} boolean)"
        )
        self.ask_nothing(
            f"CREATE TEMPORARY VIEW {identifier(staged)} AS"
            f" SELECT locator, {', '.join(shown)} FROM {identifier(kept)}"
        )

    def facts(self, staged: StagedTable, headings: Sequence[str]) -> TableFacts | CopyReason:
        """See `InPlaceTables.facts`."""
        nothing = ", ".join(f"NULL AS {identifier(each)}" for each in headings)
        with self.failing_well(None):
            head = f"COPY (SELECT {nothing} WHERE false) TO STDOUT (FORMAT csv, HEADER)"
            with self.connection.cursor().copy(head) as copy:
                line = b"".join(map(bytes, copy)).decode()
            try:
                with self.connection.transaction():
                    cursor = self.connection.execute(_facts_sql(staged, len(headings)), [line])
                    [(rows, size, longest, may_repeat, digest)] = cursor.fetchall()
            except psycopg.errors.ProgramLimitExceeded:
                return CopyReason("large", _MOST)
        return TableFacts(rows, size, longest, may_repeat, digest)

    def reject(self, relation: str, staged: str, condition: str) -> int:
        """See `InPlaceTables.reject`."""
        return self.ask_nothing(
            f"CREATE TEMPORARY TABLE {identifier(relation)} AS SELECT locator"
            f" FROM {identifier(staged)} WHERE NOT coalesce({condition_sql(condition)}, false)"
        )

    def reject_more(self, relation: str, query: str) -> int:
        """See `InPlaceTables.reject_more`."""
        return self.ask_nothing(f"INSERT INTO {identifier(relation)} {postgres_sql(query)}")

    def ask_matching(self, query: str) -> list[Row]:
        """See `InPlaceTables.ask_matching`."""
        return self.ask(matching_sql(query))

    def show(
        self, relation: str, staged: str, columns: Mapping[str, str], without: str | None
    ) -> None:
        """See `InPlaceTables.show`."""
        cells = "".join(f", {identifier(of)} AS {identifier(name)}" for name, of in columns.items())
        condition = (
            f" WHERE NOT EXISTS (SELECT 1 FROM {identifier(without)} w WHERE w.locator = s.locator)"
            if without
            else ""
        )
        self.ask_nothing(
            f"CREATE OR REPLACE TEMPORARY VIEW {identifier(relation)} AS"
            f" SELECT locator{cells} FROM {identifier(staged)} s{condition}"
        )

    def texts(self, staged: str, count: int, locators: Sequence[int]) -> list[Row]:
        """See `InPlaceTables.texts`."""
        cells = "".join(
            f", nullif({identifier(text_column(number))}, '')" for number in range(count)
        )
        return self.ask(
            f"SELECT locator{cells} FROM {identifier(f'{staged}/kept')}"
            " WHERE locator = ANY(CAST($1 AS bigint[]))",
            list(locators),
        )

    def ask_nothing(self, statement: str) -> int:
        """Run a statement that returns no rows, and return how many it made."""
        with self.failing_well(None):
            return self.connection.execute(statement).rowcount


def _predicate(expression: str) -> str:
    """Translate an expression of a policy.

    Raises:
        NotSaid: it does more than compare.
    """
    if not is_plain(expression):
        raise NotSaid("PostgreSQL", expression)
    return postgres_sql(f"SELECT {expression}").removeprefix("SELECT ")


def _value(kind: ColumnType) -> str:
    """Write a value of a type."""
    text = {"text": "a", "boolean": "true"}.get(kind, "1")
    return f"CAST('{text}' AS {_TYPES[kind]})"


def _by_code_points(value: str, kind: ColumnType) -> str:
    return f'{value} COLLATE "C"' if kind == "text" else value


def _fill_sql(
    table: TableName,
    found: Mapping[str, TableColumn],
    columns: Mapping[str, WantedColumn],
    key: Sequence[str],
    kept: str,
    first: int,
    most: int,
) -> str:
    """Write the statement that takes the rows in the order of `TableRows`, and numbers them."""
    texts = {name: identifier(text_column(number)) for number, name in enumerate(columns)}
    cells, taken = [], []
    for name, each in columns.items():
        source, kind = identifier(each.name), found[each.name].type
        cells.append(f'({text_sql(source, kind)}) COLLATE "C" AS {texts[name]}')
        taken.append(texts[name])
        if each.type != "text":
            cells.append(f"{value_sql(source, kind, each.type)} AS {identifier(name)}")
            taken.append(identifier(name))
    order = ", ".join(texts[each] for each in (*key, *(n for n in columns if n not in key)))
    again = " AND ".join(f"{texts[each]} = lag({texts[each]}) OVER numbered" for each in key)
    source = f"{identifier(table.schema)}.{identifier(table.name)}"
    return (
        f"INSERT INTO {identifier(kept)} (locator, {', '.join(taken)}, {_REPEATS})"
        f" SELECT {first - 1} + row_number() OVER numbered, {', '.join(taken)}, {again}"
        f" FROM (SELECT {', '.join(cells)} FROM {source} LIMIT {most + 1}) found"
        f" WINDOW numbered AS (ORDER BY {order})"
    )


def _facts_sql(staged: StagedTable, count: int) -> str:
    """Write the query of `TableFacts`, given the headings of so many columns as `$1`."""
    return (
        "SELECT count(*) - 1, sum(octet_length(line))::bigint, max(octet_length(line)),"
        " coalesce(bool_or(repeats), false),"
        " encode(sha256(convert_to(string_agg(line, '' ORDER BY locator), 'UTF8')), 'hex')"
        " FROM (SELECT 0 AS locator, $1 AS line, false AS repeats UNION ALL"
        f" SELECT locator, {_line_sql(count)}, {_REPEATS}"
        f" FROM {identifier(f'{staged.relation}/kept')}) lines"
    )


def _line_sql(count: int) -> str:
    r"""Write a row as a line of CSV, with `\n` behind."""
    cells = [identifier(text_column(number)) for number in range(count)]
    quoted = (f"coalesce('\"' || replace({each}, '\"', '\"\"') || '\"', '')" for each in cells)
    return " || ',' || ".join(quoted) + " || chr(10)"


def is_same_database(
    engine: psycopg.Connection[Row], store: str, service: str | None, prefix: str | None
) -> bool:
    """Whether a store is where the engine is, and is read by the same role.

    Raises:
        DatabaseError: the store cannot be reached.
    """
    if not (service or prefix):  # both are found by the same variables
        return True
    with closing(connect_store(store, service, prefix)) as other:
        return _address(engine) == _address(other)


def _address(connection: psycopg.Connection[Row]) -> tuple[object, ...]:
    info = connection.info
    return info.host, info.hostaddr, info.port, info.dbname, info.user
