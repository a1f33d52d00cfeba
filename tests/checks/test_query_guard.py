"""A check kind's query reads its inputs and nothing else, whatever its names are called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest

from ccpolicy.checks.kinds import Kind, load_kinds
from ccpolicy.checks.query_guard import input_name, query_sql, vet_queries
from ccpolicy.checks.refusal import SqlRefusal
from ccpolicy.files.policy_files import FolderFiles
from ccpolicy.shipped import shipped_folder
from ccpolicy.store import DuckDB, open_store
from ccpolicy.store.sql import identifier


class OneQuery:
    """As much of a kind as the guard looks at."""

    def __init__(self, query: str) -> None:
        self.name, self.query = "own", query
        self.readable_relations = frozenset(["events", "after", "period", "parameters"])


@pytest.fixture(scope="module")
def store() -> Iterator[DuckDB]:
    with open_store() as store:
        for each in ("events", "parameters"):
            store.create(input_name(each), "SELECT 1 AS a, 2 AS b UNION ALL SELECT 3, 4")
        store.create("spans", "SELECT 4711 AS a")
        store.create("after", "SELECT 5 AS day")
        store.lock()
        yield store


def vet(store: DuckDB, query: str) -> str | SqlRefusal:
    return vet_queries(store, [cast(Kind, OneQuery(query))])["own"]


QUERY = "SELECT a, b FROM events"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        'SELECT * FROM "/etc/passwd"',
        "SELECT * FROM 'https://example.org/x.csv'",
        "SELECT * FROM '*.csv'",
        "FROM 's3://bucket/x.parquet'",
        "SELECT * FROM other",
        "SELECT * FROM spans",
        "SELECT * FROM main.events",
        "SELECT * FROM memory.main.spans",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM duckdb_settings",
        "SELECT * FROM duckdb_secrets()",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM pg_class",
        "SELECT * FROM pragma_table_info('spans')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "SELECT * FROM query('SELECT 1')",
        "SELECT * FROM query_table('spans')",
        "SELECT * FROM events, LATERAL query_table('spans')",
        "SELECT * FROM events POSITIONAL JOIN after",
        "SELECT * FROM events ASOF JOIN after ON events.a >= after.day",
        "SELECT * FROM events NATURAL JOIN after",
        "SELECT * FROM events TABLESAMPLE 10%",
        "SELECT * FROM events AT (VERSION => 1)",
        "SELECT * FROM range(10)",
        "SELECT * FROM (VALUES (1)) v(a)",
        "SELECT unnest([1])",
        "SELECT COLUMNS('a') FROM events",
        "SELECT COLUMNS(x -> true) FROM events",
        "SELECT list_transform([1], x -> x) FROM events",
        "SELECT [a][1] FROM events",
        "SELECT {'a': a} FROM events",
        "SELECT #1 FROM events",
        "SELECT $1 FROM events",
        "SELECT ? FROM events",
        "SELECT getenv('HOME') FROM events",
        "SELECT current_setting('temp_directory') FROM events",
        "SELECT current_date FROM events",
        "SELECT now() FROM events",
        "SELECT random() FROM events",
        'SELECT "current_user" FROM events',
        "SELECT main.abs(a) FROM events",
        "SELECT repeat('x', a) FROM events",
        "SELECT a::DATE FROM events",
        "SELECT a::DOUBLE FROM events",
        "SELECT a::VARCHAR FROM events",
        "SELECT a / b FROM events",
        "SELECT a * 0.5 FROM events",
        "SELECT a * 1e308 FROM events",
        "SELECT floor(a) FROM events",
        "SELECT round(a) FROM events",
        "SELECT avg(a) FROM events",
        "SELECT " + "nullif(" * 30 + "a" + ", 1)" * 30 + " FROM events",
        "SELECT " + "CASE " * 30 + "a" + " WHEN 1 THEN 2 WHEN 2 THEN 3 END" * 30 + " FROM events",
        "SELECT a::STRUCT(x INT) FROM events",
        "SELECT (SELECT count(*) FROM other) FROM events",
        "WITH x AS (SELECT * FROM other) SELECT * FROM x",
        "WITH RECURSIVE x AS (SELECT 1 UNION ALL SELECT * FROM x) SELECT * FROM x",
        "WITH x AS (SELECT * FROM x) SELECT * FROM x",
        "WITH x AS (SELECT * FROM y), y AS (SELECT 1) SELECT * FROM x",
        "WITH x AS (SELECT 1) SELECT * FROM main.x",
        'SELECT * FROM (WITH "spans" AS (SELECT 1) SELECT * FROM events) z, spans',
        'SELECT * FROM (WITH "/etc/passwd" AS (SELECT 1 AS a) SELECT * FROM events) z'
        ' WHERE 1 = (SELECT max(a) FROM "/etc/passwd" t)',
        "(WITH spans AS (SELECT 1 AS a) SELECT a FROM events) UNION ALL SELECT a FROM spans",
        "PIVOT events ON a",
        "UNPIVOT events ON a INTO NAME n VALUE v",
        "DESCRIBE events",
        "SUMMARIZE events",
        "FROM (DESCRIBE events)",
        "FROM (SHOW TABLES)",
        "SHOW ALL TABLES",
        "EXPLAIN SELECT 1",
        "CALL pragma_version()",
        "PRAGMA version",
        "SET memory_limit = '1TB'",
        "RESET lock_configuration",
        "INSTALL httpfs",
        "LOAD httpfs",
        "ATTACH 'x.db'",
        "USE other",
        "COPY events TO 'x.csv'",
        "COPY spans FROM 'x.csv'",
        "EXPORT DATABASE 'x'",
        "CREATE MACRO m() AS 1",
        "CREATE TABLE t AS SELECT 1",
        "DROP TABLE spans",
        "INSERT INTO spans VALUES (1)",
        "PREPARE p AS SELECT 1",
        "BEGIN",
        "VALUES (1)",
        "TABLE spans",
        f"{QUERY}; DROP TABLE events",
        f"{QUERY}; SELECT 1",
        "SELECT 99999999999999999999 FROM events",
        "SELECT * FROM \N{CYRILLIC SMALL LETTER IE}vents",
        "SELECT * FROM ev\N{ZERO WIDTH SPACE}ents",
        "SELECT * FROM events -- \n, spans",
        "SELECT * FROM events /* */, spans",
        "SELECT " + "(" * 200_000 + "1" + ")" * 200_000,
        "SELECT " + "1 + " * 500 + "1",
        "",
        "\x00",
    ],
)
def test_a_kind_reads_its_inputs_and_nothing_else(store: DuckDB, query: str) -> None:
    vetted = vet(store, query)
    assert isinstance(vetted, SqlRefusal), vetted
    assert vetted.message.code


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        (QUERY, [(1, 2), (3, 4)]),
        ("SELECT a FROM EVENTS", [(1,), (3,)]),
        ("SELECT a FROM events WHERE a = (SELECT max(a) FROM events)", [(3,)]),
        ("SELECT events.a FROM events", [(1,), (3,)]),
        ("SELECT e.x FROM events AS e(x, y)", [(1,), (3,)]),
        ("WITH x AS (SELECT a + 1 AS c FROM events) SELECT c FROM x UNION ALL SELECT c FROM x",
         [(2,), (2,), (4,), (4,)]),
        ("WITH x(c) AS (SELECT a FROM events) SELECT x.c FROM x", [(1,), (3,)]),
        # Names of files and of relations of the engine are names like any other.
        ('WITH "/etc/passwd" AS (SELECT a FROM events) SELECT * FROM "/etc/passwd"', [(1,), (3,)]),
        ("WITH spans AS (SELECT a FROM events) SELECT * FROM spans", [(1,), (3,)]),
        ("WITH Spans AS (SELECT a FROM events) SELECT spans.a FROM SPANS", [(1,), (3,)]),
        # One that has an input's name is that input until it is defined.
        ("WITH events AS (SELECT a FROM events WHERE a > 1) SELECT * FROM events", [(3,)]),
        ("SELECT a FROM (WITH events AS (SELECT 7 AS a) SELECT a FROM events) z"
         " UNION ALL SELECT a FROM events", [(1,), (3,), (7,)]),
        ("WITH x AS (WITH y AS (SELECT a FROM events) SELECT * FROM y) SELECT * FROM x",
         [(1,), (3,)]),
        ("SELECT max(a) OVER (ORDER BY b) FROM events", [(1,), (3,)]),
        ("SELECT e.a FROM events e JOIN after f ON f.day > e.a", [(1,), (3,)]),
        ("SELECT p.a FROM parameters p, events e WHERE p.a = e.a", [(1,), (3,)]),
        ("SELECT CASE WHEN a = -1 THEN 'it''s' ELSE 'cover' END AS part FROM events",
         [("cover",), ("cover",)]),
    ],
)  # fmt: skip
def test_names_are_those_in_scope(store: DuckDB, query: str, rows: list[tuple[Any, ...]]) -> None:
    vetted = vet(store, query)
    assert isinstance(vetted, str), vetted
    assert sorted(store.ask(vetted)) == rows


def test_what_runs_names_nothing_of_the_policys_choice(store: DuckDB) -> None:
    vetted = vet(store, 'WITH "/etc/passwd" AS (SELECT 1 AS a) SELECT * FROM "/etc/passwd"')
    assert isinstance(vetted, str)
    assert identifier("/etc/passwd") in vetted  # as an alias alone
    assert 'FROM "with 1 /etc/passwd"' in vetted


def test_the_shipped_kinds_pass(store: DuckDB) -> None:
    kinds = load_kinds(FolderFiles(shipped_folder().resolve()), "checks")
    assert len(kinds) >= 6
    for kind in kinds.values():
        assert query_sql(store, kind)


@pytest.mark.parametrize(
    "query", ["SELECT 'x\0y' AS part FROM events", 'SELECT a AS "\0" FROM events']
)
def test_what_the_engine_cannot_write_again_is_refused(store: DuckDB, query: str) -> None:
    vetted = vet(store, query)
    assert isinstance(vetted, SqlRefusal)
    assert vetted.message.code == "PL485"
