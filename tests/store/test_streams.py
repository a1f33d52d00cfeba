"""Rows that are read one after another, and files that hold them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ccpolicy.store import DuckDB, StoreError, open_store
from ccpolicy.store.parquet import read_parquet, write_parquet

TYPES = {"name": "VARCHAR", "days": "DOUBLE", "places": "VARCHAR[]", "paused": "BIGINT"}
ROWS = [
    ("b", 0.1 + 0.2, ["x:1", "y, 'z':2"], None),
    ("a", 1e-6, [], 7),
    ("机房\n\"'", 0.0, ["€"], -1),
]


@pytest.fixture
def locked() -> Iterator[DuckDB]:
    with open_store() as store:
        store.run("CREATE TABLE counted AS SELECT range AS number FROM range(25_000)")
        store.lock()
        yield store


def test_other_queries_run_in_between(locked: DuckDB) -> None:
    found = 0
    for expected, (number,) in enumerate(locked.stream("SELECT * FROM counted ORDER BY 1")):
        assert number == expected
        if number % 10_000 == 0:
            assert locked.ask("SELECT count(*) FROM counted") == [(25_000,)]
        found += 1
    assert found == 25_000


def test_fault_of_a_stream(locked: DuckDB) -> None:
    with pytest.raises(StoreError):
        next(locked.stream("SELECT * FROM nothing"))
    with pytest.raises(StoreError):
        list(locked.stream("SELECT CAST(CAST(number AS VARCHAR) || 'x' AS INT) FROM counted"))


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    file = tmp_path / "it's.parquet"
    write_parquet(file, tmp_path / "spill", TYPES, [ROWS[:1], ROWS[1:]])
    assert list(read_parquet(file, TYPES)) == ROWS
    again = tmp_path / "again.parquet"
    write_parquet(again, tmp_path / "spill", TYPES, [[row] for row in ROWS])
    assert again.read_bytes() == file.read_bytes()


def test_no_rows(tmp_path: Path) -> None:
    file = tmp_path / "none.parquet"
    write_parquet(file, tmp_path / "spill", TYPES, [])
    assert list(read_parquet(file, TYPES)) == []


@pytest.mark.parametrize(
    "types",
    [
        {**TYPES, "more": "VARCHAR"},
        {**TYPES, "days": "VARCHAR"},
        {name: kind for name, kind in TYPES.items() if name != "paused"},
        dict(reversed(TYPES.items())),
    ],
)
def test_other_columns_are_refused(tmp_path: Path, types: dict[str, str]) -> None:
    file = tmp_path / "rows.parquet"
    write_parquet(file, tmp_path / "spill", TYPES, [ROWS])
    with pytest.raises(StoreError):
        list(read_parquet(file, types))
