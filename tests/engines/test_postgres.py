"""PostgreSQL as a store: what it says as DuckDB does, what it refuses, and how it fails."""

from __future__ import annotations

import _thread
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import ccpolicy
from ccpolicy.cli.program import program
from ccpolicy.errors import CcpolicyError, DatabaseError
from ccpolicy.store import QueryError, ValueFault, open_engine, open_store
from ccpolicy.store.portable_sql import NotSaid
from ccpolicy.store.postgres import PostgreSQL, open_postgres
from ccpolicy.store.postgres_sql import postgres_sql
from git_command import commit, git
from postgres_server import Server
from small_centre import CONTROLS, change, lay

from .queries import ALIKE, COLUMNS, TEXTS, TYPES, UNPORTABLE


@pytest.fixture
def there(postgres: Server) -> Iterator[PostgreSQL]:
    assert postgres.folder.is_dir()
    with open_postgres() as store:
        yield store


@pytest.mark.parametrize("query", ALIKE)
def test_it_answers_as_duckdb_does(query: str, there: PostgreSQL) -> None:
    with open_store() as here:
        answers = []
        for store in (here, there):
            store.fill("r", TYPES, COLUMNS)
            answers.append(store.ask(query))
    assert answers[0] == answers[1]
    assert [list(map(type, row)) for row in answers[0]] == [
        list(map(type, row)) for row in answers[1]
    ]
    assert answers[0]


def test_rows_that_are_handed_over(there: PostgreSQL) -> None:
    columns = [*COLUMNS[:2], ["\t", "\n", "\r\n", "\\", "\\t", "\\N", *TEXTS[6:]], COLUMNS[3]]
    with open_store() as here:
        here.fill("r", TYPES, columns)
        there.load("r", TYPES, here.lines("r", TYPES))
        query = "SELECT n, d, t, b FROM r ORDER BY t, n"
        assert there.ask(query) == here.ask(query)


def test_relations(there: PostgreSQL) -> None:
    there.fill("r", TYPES, [[] for _ in TYPES])
    there.fill("r", TYPES, [[1], [2], ["x"], [True]])
    there.fill("r", TYPES, [[2], [3], ["x"], [None]])
    assert there.create("made", "SELECT n, t FROM r WHERE n = ?", [2]) == 1
    there.define("shown", "SELECT t, sum(n) AS n, 'x' AS x FROM r GROUP BY t")
    assert there.ask("SELECT n FROM shown") == [(3,)]
    assert there.describe("SELECT n, t, n > 1 AS b FROM r") == {
        "n": "BIGINT",
        "t": "VARCHAR",
        "b": "BOOLEAN",
    }
    there.drop("shown", "made", "never there", "r")
    with pytest.raises(QueryError):
        there.ask("SELECT n FROM r")
    # What failed before keeps nothing from being asked.
    assert there.ask("SELECT 1 AS one") == [(1,)]


def test_a_table_of_others_is_never_meant(there: PostgreSQL) -> None:
    """There is a table `spans` in the schema that everybody may use."""
    with pytest.raises(QueryError):
        there.ask("SELECT kind FROM spans")


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("SELECT 1 // (n - n) AS q FROM r WHERE n = 1", "a number is divided by zero"),
        ("SELECT n * n AS q FROM r", "a number is out of range"),
        ("SELECT CAST(t AS INTEGER) AS q FROM r", "a value cannot be computed with"),
        ("SELECT other FROM r", "PostgreSQL does not accept it: UndefinedColumn 42703"),
    ],
)
def test_a_query_that_fails(query: str, reason: str, there: PostgreSQL) -> None:
    there.fill("r", TYPES, COLUMNS)
    with pytest.raises(ValueFault) as raised:
        there.ask(query)
    assert raised.value.reason.text() == reason
    assert "Z" not in str(raised.value)


@pytest.mark.parametrize(
    "query",
    [*UNPORTABLE, f"SELECT n AS {'x' * 64} FROM r", "SELECT r.ctid FROM r"],
)
def test_what_may_be_read_otherwise_is_refused(query: str) -> None:
    with pytest.raises(NotSaid) as raised:
        postgres_sql(query)
    assert "PostgreSQL might read it otherwise" in raised.value.reason.text()


def test_a_fraction_is_never_rounded(there: PostgreSQL) -> None:
    there.fill("r", TYPES, COLUMNS)
    with pytest.raises(DatabaseError) as raised:
        there.ask("SELECT n * 1.5 AS more FROM r WHERE abs(n) < 100")
    assert raised.value.message.code == "US549"


@pytest.mark.parametrize("is_handed_over", [False, True])
def test_a_text_that_it_cannot_hold(is_handed_over: bool, there: PostgreSQL) -> None:
    types = {"t": "VARCHAR"}
    with open_store() as here:
        here.create("r", "SELECT 'a' || chr(0) || 'b' AS t")
        lines = list(here.lines("r", types))
    with pytest.raises(DatabaseError) as raised:
        there.load("r", types, lines) if is_handed_over else there.fill("r", types, [["a\0b"]])
    assert raised.value.message.code == "EV730"


def test_nothing_is_left(tmp_path: Path, postgres: Server) -> None:
    repository = ccpolicy.load(lay(tmp_path))
    assert repository.check(ccpolicy.EvaluationRequest(engine="postgres")).gate.passed
    assert postgres.run("SELECT count(*) FROM pg_class WHERE relpersistence = 't'") == "0\n"


def refused(tmp_path: Path, *more: str) -> str:
    """Judge the small centre there, and return what is said when it is refused."""
    result = CliRunner().invoke(
        program, ["check", str(lay(tmp_path)), "--engine", "postgres", *more]
    )
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    return result.stderr


@pytest.mark.parametrize(
    ("named", "code", "said"),
    [
        ({"PGUSER": "reader"}, "US542", "standby"),
        ({"PGUSER": "nobody_special"}, "US546", "GRANT CONNECT, TEMPORARY"),
        ({"PGUSER": "nobody at all"}, "US541", "PGSERVICE"),
        ({"PGDATABASE": "somewhere"}, "US541", "the database"),
        ({"PGDATABASE": "ascii"}, "US544", "SQL_ASCII"),
        ({"PGHOST": "/nowhere"}, "US541", "cannot be reached"),
        ({"CCPOLICY_POSTGRES": "host=/nowhere password=hush"}, "US541", "cannot be reached"),
        ({"CCPOLICY_POSTGRES": "postgres://me:hush@[/x"}, "US541", "cannot be reached"),
        ({"PGOPTIONS": "-c default_transaction_isolation=nonsense"}, "US541", "cannot be reached"),
    ],
)
def test_a_server_that_cannot_be_used(
    named: dict[str, str],
    code: str,
    said: str,
    tmp_path: Path,
    postgres: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if "ascii" in named.values():
        postgres.run(
            "DROP DATABASE IF EXISTS ascii;"
            "CREATE DATABASE ascii TEMPLATE template0 ENCODING SQL_ASCII"
            " LOCALE_PROVIDER libc LOCALE 'C'"
        )
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    text = refused(tmp_path)
    assert f"error: {code}" in text
    assert said in text
    for secret in ("hush", str(postgres.folder), "nowhere", "somewhere", "judge"):
        assert secret not in text


def test_a_statement_that_takes_too_long(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    assert postgres.folder.is_dir()
    monkeypatch.setenv("PGOPTIONS", "-c statement_timeout=200")
    with open_postgres() as store:
        store.fill("r", {"n": "INTEGER"}, [range(1000)])
        with pytest.raises(DatabaseError) as raised:
            store.ask("SELECT count(*) FROM r a, r b, r c, r d")
    assert raised.value.message.code == "US545"


def test_an_interruption(there: PostgreSQL) -> None:
    there.fill("r", {"n": "INTEGER"}, [range(1000)])
    threading.Timer(1, _thread.interrupt_main).start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        there.ask("SELECT count(*) FROM r a, r b, r c, r d")
    assert time.monotonic() - began < 60


def _cutting(server: Server, point: int) -> Callable[..., Any]:
    """Return what runs statements until the server ends the connection before one of them."""
    run, count = PostgreSQL._run, iter(range(10_000))

    def cut(self: PostgreSQL, *arguments: Any, **options: Any) -> Any:
        if next(count) == point:
            pid = self._connection.info.backend_pid
            server.run(f"SELECT pg_terminate_backend({pid}, 5000)")
        return run(self, *arguments, **options)

    return cut


@pytest.mark.parametrize("point", [0, 1, 7, 14, 21, 28, 35, 48, 60, 70])
def test_a_connection_that_is_cut(
    point: int, tmp_path: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PostgreSQL, "_run", _cutting(postgres, point))
    text = refused(tmp_path, "--format", "json")
    assert "error: US543 the connection to PostgreSQL was lost, and nothing was judged" in text
    assert str(postgres.folder) not in text


def test_rows_whose_connection_is_cut(there: PostgreSQL, postgres: Server) -> None:
    def lines() -> Iterator[str]:
        yield "1\n"
        postgres.run(f"SELECT pg_terminate_backend({there._connection.info.backend_pid}, 5000)")
        for _ in range(100):
            yield "2\n" * 10_000

    with pytest.raises(DatabaseError) as raised:
        there.load("r", {"n": "BIGINT"}, lines())
    assert raised.value.message.code == "US543"


def test_a_package_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.delitem(sys.modules, "ccpolicy.store.postgres")
    with pytest.raises(CcpolicyError) as raised, open_engine("postgres"):
        pass
    assert raised.value.message.code == "US540"
    assert "ccpolicy[postgres]" in str(raised.value)


def with_own_kind(folder: Path) -> Path:
    """Lay the small centre with a check kind of its own."""
    lay(folder)
    own = (Path(__file__).parents[2] / "checks/recurrence.sql").read_text("utf-8")
    (folder / "checks").mkdir()
    (folder / "checks/own.sql").write_text(own, "utf-8")
    change(folder, CONTROLS, "check: recurrence", "check: own")
    return folder


def test_foreign_sql(tmp_path: Path, postgres: Server) -> None:
    assert postgres.folder.is_dir()
    folder = with_own_kind(tmp_path / "centre")
    asked = ["check", str(folder), "--engine", "postgres"]
    result = CliRunner().invoke(program, asked)
    assert result.exit_code == 2
    assert "checks/own.sql: error: US547" in result.stderr
    assert "--policy-from origin/main" in result.stderr
    allowed = CliRunner().invoke(program, [*asked, "--allow-foreign-sql", "--format", "json"])
    assert allowed.exit_code == 0, allowed.stderr
    git(folder, "init", "-q", "-b", "main")
    commit(folder)
    reviewed = CliRunner().invoke(program, [*asked, "--policy-from", "main"])
    assert reviewed.exit_code == 0, reviewed.stderr
    here = CliRunner().invoke(program, ["check", str(folder), "--format", "json"])
    assert here.stdout == allowed.stdout


def test_a_foreign_query_with_what_is_there_alone(tmp_path: Path, postgres: Server) -> None:
    """DuckDB knows no such column, so that the query is not sent."""
    assert postgres.folder.is_dir()
    folder = with_own_kind(tmp_path)
    path = folder / "checks/own.sql"
    head, _, _ = path.read_text("utf-8").partition("*/")
    path.write_text(
        f"{head}*/\nSELECT s.control, 'duty' AS part, s.subject, s.starts, s.ends, s.locator"
        " FROM subjects s JOIN after a ON a.hash_record > 0\n",
        "utf-8",
    )
    result = CliRunner().invoke(
        program, ["check", str(folder), "--engine", "postgres", "--allow-foreign-sql"]
    )
    assert result.exit_code == 2
    assert "checks/own.sql: error: " in result.stderr
    assert "hash_record" in result.stderr


def test_a_foreign_query_that_it_cannot_say(tmp_path: Path, postgres: Server) -> None:
    assert postgres.folder.is_dir()
    folder = with_own_kind(tmp_path)
    path = folder / "checks/own.sql"
    head, _, _ = path.read_text("utf-8").partition("*/")
    path.write_text(
        f"{head}*/\nSELECT control, 'duty' AS part, subject, starts, ends,"
        " CAST(starts < ends AS BIGINT) * locator AS locator FROM subjects\n",
        "utf-8",
    )
    result = CliRunner().invoke(
        program, ["check", str(folder), "--engine", "postgres", "--allow-foreign-sql"]
    )
    assert result.exit_code == 2
    assert "checks/own.sql: error: " in result.stderr
    assert "PostgreSQL does not accept it: CannotCoerce 42846" in result.stderr
