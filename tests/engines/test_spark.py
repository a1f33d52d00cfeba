"""Spark as a store: what it says as DuckDB does, what it refuses, and how it fails."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

import ccpolicy
import spark_here
from ccpolicy.cli.program import program
from ccpolicy.errors import CcpolicyError, DatabaseError
from ccpolicy.store import QueryError, ValueFault, open_engine, open_store
from ccpolicy.store.portable_sql import NotSaid
from ccpolicy.store.spark_sql import spark_sql
from small_centre import CONTROLS, change, lay

from . import losing
from .queries import ALIKE, COLUMNS, TEXTS, TYPES, UNPORTABLE
from .test_conformance import LONG

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from ccpolicy.store.spark import Spark


@pytest.fixture(params=["spark", "spark_far_away"], ids=["here", "far_away"])
def session(request: pytest.FixtureRequest) -> SparkSession:
    """A session in a process of our own, or of a server of Spark Connect."""
    found: SparkSession = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def there(session: SparkSession) -> Iterator[Spark]:
    from ccpolicy.store.spark import open_spark

    assert session.conf.get("spark.sql.ansi.enabled") == "false"
    with open_spark() as store:
        yield store


def test_it_answers_as_duckdb_does(there: Spark) -> None:
    with open_store() as here:
        for store in (here, there):
            store.fill("r", TYPES, COLUMNS)
        for query in ALIKE:
            answers = [store.ask(query) for store in (here, there)]
            assert answers[0] == answers[1], query
            kinds = [[list(map(type, row)) for row in rows] for rows in answers]
            assert kinds[0] == kinds[1], query
            assert answers[0], query


@pytest.mark.parametrize("few", [0, 50_000])
def test_rows_that_are_handed_over(few: int, there: Spark, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is in a text stays as it is, and so it does where rows go over in many pieces."""
    from ccpolicy.store import spark as module
    from ccpolicy.store import spark_rows

    monkeypatch.setattr(module, "_FEW", few)
    monkeypatch.setattr(spark_rows, "_PIECE", 10)
    monkeypatch.setattr(spark_rows, "_CHUNK", 2)
    texts = ["\t", "\n", "\r\n", "\\", "\\t", "\\N", "\\\r\\\\r", "a\0b", "${env:HOME}", *TEXTS[9:]]
    columns = [*COLUMNS[:2], texts, COLUMNS[3]]
    with open_store() as here:
        here.fill("r", TYPES, columns)
        there.load("r", TYPES, here.lines("r", TYPES))
        query = "SELECT n, d, t, b FROM r ORDER BY t, n"
        assert there.ask(query) == here.ask(query)
        named = "SELECT n FROM r WHERE t IN ('${env:HOME}', '\\', '\\t') ORDER BY n"
        assert there.ask(named) == here.ask(named)
        assert len(there.ask(named)) == 3
    there.load("nothing", TYPES, [])
    assert there.ask("SELECT count(*) FROM nothing") == [(0,)]


def test_relations(there: Spark) -> None:
    there.fill("r", TYPES, [[] for _ in TYPES])
    there.fill("r", TYPES, [[1], [2], ["x"], [True]])
    there.fill("r", TYPES, [[2], [3], ["x"], [None]])
    assert there.create("made", "SELECT n, t FROM r WHERE n = ?", [2]) == 1
    there.define("shown", "SELECT t, sum(n) AS n, 'x' AS x FROM r GROUP BY t")
    assert there.ask("SELECT n FROM shown") == [(3,)]
    assert list(there.stream("SELECT n, t FROM r ORDER BY n")) == [(1, "x"), (2, "x")]
    assert there.describe("SELECT n, t, n > 1 AS b, sum(n) OVER (ORDER BY n) AS s FROM r") == {
        "n": "BIGINT",
        "t": "VARCHAR",
        "b": "BOOLEAN",
        "s": "HUGEINT",
    }
    # A part of a query may have the name of a relation, and two parts one name.
    assert there.ask(
        "SELECT * FROM (WITH made AS (SELECT n + 1 AS n FROM made) SELECT n FROM made) a"
        " UNION ALL SELECT * FROM (WITH made AS (SELECT n + 2 AS n FROM r) SELECT n FROM made) b"
        " ORDER BY n"
    ) == [(3,), (3,), (4,)]
    there.drop("shown", "made", "never there", "r")
    with pytest.raises(QueryError):
        there.ask("SELECT n FROM r")


@pytest.mark.parametrize("sign", ["", "NOT "])
@pytest.mark.parametrize(
    "condition",
    [
        "(false) AND i.n = r.n",
        "i.n = r.n AND (false OR NOT true)",
        "i.n = r.n OR true",
        "true AND i.n = r.n",
        "i.n = r.n AND (i.n > 1) = true",
        "i.n = r.n AND (i.n > 1) IS TRUE",
    ],
)
def test_a_constant_in_exists(condition: str, sign: str, there: Spark) -> None:
    query = f"SELECT n FROM r WHERE {sign}EXISTS (SELECT 1 FROM r i WHERE {condition}) ORDER BY n"
    with open_store() as here:
        for store in (here, there):
            store.fill("r", {"n": "INTEGER"}, [[1, 2]])
        assert there.ask(query) == here.ask(query)


def test_how_unions_are_halved() -> None:
    asked = "SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4"
    halved = "SELECT 1 AS `n` UNION ALL SELECT 2 UNION ALL (SELECT 3 UNION ALL SELECT 4)"
    assert spark_sql(asked).text == halved
    assert spark_sql(f"{asked} ORDER BY n").text == f"{halved} ORDER BY `n` NULLS LAST"
    assert spark_sql(f"{asked} UNION SELECT 4").text == f"{halved} UNION SELECT 4"
    first, others = asked.split(" UNION ALL ", 1)
    mixed = spark_sql(f"{first} UNION {others}").text
    # What is made distinct stays so, and nothing else.
    assert mixed == ("SELECT 1 AS `n` UNION SELECT 2 UNION ALL (SELECT 3 UNION ALL SELECT 4)")


def test_a_table_of_others_is_never_meant(there: Spark, session: SparkSession) -> None:
    session.sql("SELECT 1 AS kind").createOrReplaceTempView("spans")
    try:
        with pytest.raises(QueryError):
            there.ask("SELECT kind FROM spans")
        there.fill("spans", {"kind": "INTEGER"}, [[2]])
        assert there.ask("SELECT kind FROM spans") == [(2,)]
        assert session.table("spans").where("kind = 1").count() == 1
    finally:
        session.catalog.dropTempView("spans")


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("SELECT 1 // (n - n) AS q FROM r WHERE n = 1", "a number is divided by zero"),
        ("SELECT n * n AS q FROM r", "a number is out of range"),
        ("SELECT n * n AS q FROM r WHERE n > 9 GROUP BY n * n", "a number is out of range"),
        ("SELECT sum(n) * 4 // 2 AS q FROM r WHERE n > 9", "a number is out of range"),
        ("SELECT CAST(n AS INTEGER) AS q FROM r", "a number is out of range"),
        ("SELECT CAST(t AS INTEGER) AS q FROM r", "a value cannot be computed with"),
        ("SELECT other FROM r", "Spark does not accept it: UNRESOLVED_COLUMN"),
    ],
)
def test_a_query_that_fails(query: str, reason: str, there: Spark) -> None:
    there.fill("r", TYPES, COLUMNS)
    with pytest.raises(ValueFault) as raised:
        there.ask(query)
    assert raised.value.reason.text().startswith(reason)
    assert "Z" not in str(raised.value)
    with pytest.raises(ValueFault):
        there.create("made", query)


@pytest.mark.parametrize(
    "query",
    [
        *UNPORTABLE,
        "SELECT n FROM r WHERE t LIKE t || '%'",
        "SELECT n FROM r WHERE n > ANY(SELECT d FROM r)",
    ],
)
def test_what_may_be_read_otherwise_is_refused(query: str) -> None:
    with pytest.raises(NotSaid) as raised:
        spark_sql(query)
    assert "Spark might read it otherwise" in raised.value.reason.text()


def test_a_fraction_is_never_rounded(there: Spark) -> None:
    there.fill("r", TYPES, COLUMNS)
    with pytest.raises(DatabaseError) as raised:
        there.ask("SELECT n * 1.5 AS more FROM r WHERE abs(n) < 100")
    assert raised.value.message.code == "US572"


def test_a_setting_that_may_not_be_changed(there: Spark, monkeypatch: pytest.MonkeyPatch) -> None:
    """What queries need is asked for, and what only makes them fast is done without."""
    from ccpolicy.store import spark_settings

    fixed = {"spark.sql.warehouse.dir": "elsewhere"}
    monkeypatch.setattr(spark_settings, "_NEEDED", fixed)
    with pytest.raises(DatabaseError) as raised:
        there.start()
    assert raised.value.message.code == "US573"
    monkeypatch.setattr(spark_settings, "_FOR_FEW", fixed)
    assert there.ask("SELECT 1 AS n") == [(1,)]


def test_settings_for_few_rows_and_for_many(
    there: Spark, session: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ccpolicy.store import spark as module
    from ccpolicy.store.spark_settings import _FOR_FEW

    def shown() -> dict[str, str | None]:
        return {name: session.conf.get(name) for name in _FOR_FEW}

    before = shown()
    there.fill("r", {"n": "INTEGER"}, [[1, 2]])
    monkeypatch.setattr(module, "_FEW", 1)
    there.ask("SELECT n FROM r")
    assert shown() == {**before, "spark.sql.adaptive.enabled": "true"}
    monkeypatch.setattr(module, "_FEW", 2)
    there.ask("SELECT n FROM r")
    assert shown() == _FOR_FEW
    there._settings.restore()
    assert shown() == before


def test_half_a_surrogate_pair(there: Spark) -> None:
    with pytest.raises(DatabaseError) as raised:
        there.load("r", {"t": "VARCHAR"}, ["a\ud800\n"])
    assert raised.value.message.code == "EV761"
    with pytest.raises(DatabaseError) as raised:
        there.fill("r", {"t": "VARCHAR"}, [["a\ud800"]])
    assert raised.value.message.code == "EV761"


def _left(session: SparkSession) -> tuple[Any, ...]:
    views = [each.name for each in session.catalog.listTables()]
    settings = {**session.conf.getAll}
    if hasattr(session, "_jsparkSession"):
        jsc: Any = session.sparkContext._jsc
        kept, tags = jsc.getPersistentRDDs().size(), session.sparkContext.getJobTags()
    else:
        kept, tags = 0, session.getTags()
    return views, settings, kept, tags, [*Path.cwd().iterdir()]


def test_nothing_is_left(
    tmp_path: Path, session: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing in the session, and nothing in the folder."""
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    before = _left(session)
    repository = ccpolicy.load(lay(tmp_path / "centre"))
    here, there = (
        repository.check(ccpolicy.EvaluationRequest(engine=each)) for each in ("duckdb", "spark")
    )
    assert here == there
    assert here.gate.passed
    after = _left(session)
    assert after == before
    assert after[-1] == []


def test_an_interruption(there: Spark) -> None:
    there.fill("r", {"n": "INTEGER"}, [range(1000)])
    timer = threading.Timer(3, there._interrupt)
    timer.start()
    began = time.monotonic()
    with pytest.raises(DatabaseError) as raised:
        there.ask("SELECT count(*) FROM r a, r b, r c, r d WHERE a.n + b.n + c.n + d.n = -1")
    timer.join()
    assert raised.value.message.code == "US569"
    assert time.monotonic() - began < 120


@pytest.mark.parametrize(
    ("name", "state", "text", "code"),
    [
        ("PySparkException", None, "java.lang.OutOfMemoryError: Java heap space", "US571"),
        ("PySparkException", None, "Job 3 cancelled because SparkContext was shut down", "US568"),
        ("PySparkException", None, "Job aborted: Task 1 failed", "US570"),
        ("PySparkException", None, "Job aborted: No space left on device", "US523"),
        ("PySparkException", None, "Job aborted: ExecutorLostFailure (executor 2", "US524"),
        ("PySparkException", None, "[CHECKPOINT_RDD_BLOCK_ID_NOT_FOUND] Checkpoint", "US524"),
        ("PySparkException", None, "[INTERNAL_ERROR] The phase planning failed", "US525"),
        ("PySparkException", None, "java.lang.StackOverflowError", "US525"),
        ("PySparkException", None, "Job aborted: [INTERNAL_ERROR] a defect", "US570"),
        ("PySparkException", None, "[RETRIES_EXCEEDED] The maximum of retries", "US568"),
        ("PySparkException", None, "StatusCode.UNAVAILABLE: 127.0.0.1:4242", "US568"),
        ("PySparkException", None, "Job 3 cancelled part of cancelled job tags", "US569"),
        ("ConnectionRefusedError", None, "127.0.0.1:4242", "US568"),
    ],
)
def test_what_went_wrong(name: str, state: str, text: str, code: str) -> None:
    spark_here.require()
    from pyspark import errors

    from ccpolicy.store.spark_errors import spark_error

    kind = getattr(errors, name, None) or ConnectionRefusedError
    error = spark_error(kind(text))
    assert isinstance(error, DatabaseError)
    assert error.message.code == code
    assert text not in str(error)


def refused(tmp_path: Path) -> str:
    """Judge the small centre there, and return what is said when it is refused."""
    result = CliRunner().invoke(program, ["check", str(lay(tmp_path)), "--engine", "spark"])
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    return result.stderr


def test_a_package_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.startswith("ccpolicy.store.spark")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    with pytest.raises(CcpolicyError) as raised, open_engine("spark"):
        pass
    assert raised.value.message.code == "US540"
    assert "ccpolicy[spark]" in str(raised.value)


def test_foreign_sql(tmp_path: Path, spark: SparkSession) -> None:
    assert spark.version
    folder = lay(tmp_path / "centre")
    own = (Path(__file__).parents[2] / "checks/recurrence.sql").read_text("utf-8")
    (folder / "checks").mkdir()
    (folder / "checks/own.sql").write_text(own, "utf-8")
    change(folder, CONTROLS, "check: recurrence", "check: own")
    result = CliRunner().invoke(program, ["check", str(folder), "--engine", "spark"])
    assert result.exit_code == 2
    assert "checks/own.sql: error: US547" in result.stderr


def started(folder: Path, before: str = "", **environment: str) -> subprocess.Popen[str]:
    """Start the program over the small centre, in a process that starts its own Spark.

    Before that, the process executes a line of Python.
    """
    spark_here.require()
    run = f"{before}\nfrom ccpolicy.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", run, "check", str(lay(folder / "centre")), "--engine", "spark"],
        env={**spark_here.environment(), "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_machine_without_java(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with started(tmp_path, JAVA_HOME=str(tmp_path / "empty")) as process:
        output, errors = process.communicate(timeout=300)
    assert process.returncode == 2
    assert (output, "error: US566" in errors) == ("", True), errors


def test_a_java_that_does_nothing(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    java = tmp_path / "bin/java"
    java.write_text("#!/bin/sh\necho something that nobody asked for >&2\nexit 1\n")
    java.chmod(0o755)
    with started(tmp_path, JAVA_HOME=str(tmp_path)) as process:
        output, errors = process.communicate(timeout=300)
    assert process.returncode == 2
    assert output == ""
    assert "error: US567" in errors
    assert "nobody asked" not in errors


@pytest.mark.usefixtures("spark_session")
def test_a_spark_of_ones_own(tmp_path: Path) -> None:
    """It is started, asked, and ended, and writes nothing to the folder."""
    with started(tmp_path, TMPDIR=str(tmp_path / "tmp")) as process:
        (tmp_path / "tmp").mkdir(exist_ok=True)
        output, errors = process.communicate(timeout=600)
    assert process.returncode == 0, errors
    assert [each for each in errors.splitlines() if "US219" not in each] == []  # it is pinned
    assert "pass" in output
    assert sorted(each.name for each in tmp_path.iterdir()) == ["centre", "tmp"]
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.usefixtures("spark_session")
def test_a_spark_that_is_killed(tmp_path: Path) -> None:
    with started(tmp_path) as process:
        while process.poll() is None and not (java := _java_of(process.pid)):
            time.sleep(0.1)
        time.sleep(3)
        os.kill(java, signal.SIGKILL)
        output, errors = process.communicate(timeout=300)
    assert process.returncode == 2
    assert output == ""
    assert "error: US567" in errors or "error: US568" in errors
    assert "Traceback" not in errors


# At each a session is lost in a way of its own, as a statement begins or in its midst.
POINTS = [1, 2, 4, 8, 12, 17, 22, 28, 34, 40]


@pytest.mark.parametrize("number", POINTS if LONG else POINTS[4:5])
def test_a_session_that_is_lost(number: int, tmp_path: Path) -> None:
    """However far it had come, nothing is judged, and what is said is that it was lost."""
    at = POINTS.index(number)
    asked = f"{number}, {losing.WAYS[at % 3]!r}, is_later={at % 2 == 1}"
    with started(tmp_path, f"from engines import losing; losing.lose({asked})") as process:
        output, errors = process.communicate(timeout=1800)
    said = [line for line in errors.splitlines() if "US219" not in line]
    assert (process.returncode, output) == (2, ""), errors
    assert said[0] == f"lost at {number}"
    assert said[1].startswith("error: US568")
    assert said[2].startswith("  hint: judge again")
    assert len(said) == 3
    assert [each.name for each in tmp_path.iterdir()] == ["centre"]


def _java_of(parent: int) -> int:
    """Return the number of a process's Java, 0 while there is none."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text("utf-8")
        except OSError:
            continue
        name, _, rest = stat.rpartition(") ")
        if name.endswith("(java") and int(rest.split()[1]) == parent:
            return int(folder.name)
    return 0
