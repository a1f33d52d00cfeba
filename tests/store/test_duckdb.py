"""A locked database reaches no file, no network and no setting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

import ccpolicy
from ccpolicy.errors import DatabaseError, LimitError
from ccpolicy.store import DuckDB, StoreError, open_store
from ccpolicy.store import duckdb as store_duckdb

SOURCE = Path(ccpolicy.__file__).parent


@pytest.fixture(params=["while it runs", "before it starts"])
def locked(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DuckDB]:
    """A locked database that may spill, beside files in places that it might know."""
    monkeypatch.chdir(tmp_path)
    for name in ("here.csv", ".tmp/there.csv", "folder/keys/there.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("word\nsecret\n", "utf-8")
    with open_store(tmp_path / "folder/spill") as store:
        if request.param == "before it starts":
            store.lock()
        store.run("CREATE TABLE ours AS SELECT 1 AS one")
        store.lock()
        yield store


@pytest.mark.parametrize(
    "query",
    [
        'FROM "here.csv"',
        'FROM "*.csv"',
        'FROM "./.tmp/there.csv"',
        'FROM ".tmp/there.csv"',
        'FROM ".tmp/*.csv"',
        'FROM "folder/keys/there.csv"',
        'FROM "folder/spill/../keys/there.csv"',
        'FROM "http://127.0.0.1:9/there.csv"',
        'FROM "https://127.0.0.1:9/there.parquet"',
        'FROM "s3://bucket/there.parquet"',
        "FROM read_csv('here.csv')",
        "FROM read_text('.tmp/*')",
        "FROM glob('*')",
        "COPY ours TO 'away.csv'",
        "COPY ours TO '.tmp/away.csv'",
        "COPY ours FROM 'here.csv'",
        "ATTACH 'away.db'",
        "EXPORT DATABASE 'away'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SET temp_directory = '.'",
        "SET threads = 1",
        "RESET enable_external_access",
    ],
)
def test_locked(locked: DuckDB, tmp_path: Path, query: str) -> None:
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(StoreError) as raised:
        locked.run(query)
    assert re.search(r"disabled|locked", str(raised.value.__cause__))
    assert sorted(tmp_path.rglob("*")) == before


def test_locked_database_spills_to_its_folder(tmp_path: Path) -> None:
    with open_store(tmp_path / "spill") as store:
        store.run("SET memory_limit = '40MB'; SET threads = 1")
        store.lock()
        store.run("CREATE TABLE many AS SELECT hash(range) AS h FROM range(8000000)")
        assert store.run("SELECT count(*) FROM many") == [(8_000_000,)]
        assert list((tmp_path / "spill").iterdir())


def test_database_without_a_folder_leaves_memory_for_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with open_store() as store:
        store.run("SET memory_limit = '40MB'; SET threads = 1")
        store.lock()
        with pytest.raises(LimitError, match="US355"):
            store.run("CREATE TABLE many AS SELECT hash(range) AS h FROM range(8000000)")
    assert list(tmp_path.iterdir()) == []


def test_no_extension_is_sought_while_files_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with open_store() as store, pytest.raises(StoreError) as raised:
        store.run('FROM "https://127.0.0.1:9/there.csv"')
    assert "httpfs" in str(raised.value.__cause__)
    assert list(tmp_path.iterdir()) == []


def test_times_are_in_utc_wherever_it_runs_and_nothing_is_drawn() -> None:
    with open_store() as store:
        names = "current_setting('TimeZone'), current_setting('enable_progress_bar')"
        assert store.ask(f"SELECT {names}") == [("UTC", False)]


def test_a_database_that_is_asked_nothing_is_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(duckdb, "connect")
    with open_store() as store:
        store.lock()


@pytest.mark.parametrize(
    ("size", "threads", "is_plain"), [(0, 1, True), (1 << 20, 1, False), (1 << 27, None, False)]
)
def test_settings_are_chosen_by_size(size: int, threads: int | None, is_plain: bool) -> None:
    with open_store() as store:
        asked = "SELECT current_setting('threads'), current_setting('disabled_optimizers')"
        [(usual, _)] = store.ask(asked)
        store.prepare(size)
        [(chosen, steps)] = store.ask(asked)
        assert (chosen, "join_order" in steps) == (threads or usual, is_plain)


def test_every_database_is_opened_here() -> None:
    opened = [
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if "duckdb.connect(" in path.read_text("utf-8")
    ]
    assert opened == ["store/duckdb.py"]


def test_what_is_filled_in_parts_is_there_as_a_whole() -> None:
    with open_store() as store:
        for part in ([1, 2], [3]):
            store.fill("numbers", {"number": "BIGINT"}, [part])
        assert store.ask("SELECT number FROM numbers ORDER BY number") == [(1,), (2,), (3,)]


def test_what_was_parsed_for_one_database_runs_in_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_duckdb, "_parsed", {})
    answers = []
    for number in (1, 2):
        with open_store() as store:
            store.create("numbers", "SELECT CAST($1 AS BIGINT) AS number", [number])
            answers.append(store.ask("SELECT number + $1 FROM numbers", [number]))
            answers.append([*store.stream("SELECT number FROM numbers")])
    assert answers == [[(2,)], [(1,)], [(4,)], [(2,)]]
    assert "SELECT number FROM numbers" in store_duckdb._parsed


def test_what_is_parsed_is_kept_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[str, object] = {}
    monkeypatch.setattr(store_duckdb, "_parsed", kept)
    monkeypatch.setattr(store_duckdb, "_MOST_PARSED", 3)
    with open_store() as store:
        for number in range(8):
            assert store.ask(f"SELECT {number}") == [(number,)]
            assert len(kept) <= 3
        kept.clear()
        store.ask(f"SELECT '{'x' * store_duckdb._LONGEST_PARSED}'")
        assert kept == {}


@pytest.mark.parametrize("failure", [duckdb.InternalException, duckdb.FatalException])
def test_a_failure_of_duckdb_is_no_fault_of_a_query(
    failure: type[duckdb.Error], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_duckdb, "_parsed", {})

    class Broken:
        def extract_statements(self, _: str) -> list[str]:
            return ["SELECT 1"]

        def execute(self, *_: object) -> None:
            raise failure("a record's secret")

    with pytest.raises(DatabaseError) as caught:
        DuckDB(Broken).ask("SELECT 1")  # type: ignore[arg-type]
    assert caught.value.message.code == "US370"
    assert "secret" not in str(caught.value)
