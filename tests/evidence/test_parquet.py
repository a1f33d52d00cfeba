"""Parquet: the types of its columns become the text that the other formats hold."""

from __future__ import annotations

from typing import Any

import pytest

from ccpolicy.store import open_store
from message_text import coded

from .conftest import (
    BOOLEAN,
    DATE,
    INTEGER,
    NUMBER,
    TEXT,
    TIME,
    Desk,
    Loaded,
    day,
    instant,
    log,
    parquet,
)


def read(desk: Desk, query: str, **properties: Any) -> Loaded:
    with open_store() as store:
        store.run("SET TimeZone = 'Asia/Shanghai'")
        content = parquet(store, query, desk.root)
    zone = "Asia/Shanghai" if properties.pop("zoned", False) else None
    columns = properties.pop("columns", {})
    return desk.read(content, log("parquet", properties, zone=zone, columns=columns))


WHOLE = ["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"]
LOCAL = ["TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"]


@pytest.mark.parametrize("kind", WHOLE)
def test_whole_numbers(desk: Desk, kind: str) -> None:
    loaded = read(desk, f"SELECT 'a' AS id, 100::{kind} AS n, 3::{kind} AS x", n=INTEGER, x=NUMBER)
    assert (loaded.said, loaded.column("n"), loaded.column("x")) == ([], [100], [3.0])
    assert loaded.places == [".parquet:1"]


@pytest.mark.parametrize("kind", ["DOUBLE", "FLOAT", "DECIMAL(9,3)", "DECIMAL(30,10)"])
def test_numbers(desk: Desk, kind: str) -> None:
    query = f"SELECT 'a' AS id, 100::{kind} AS n, -2.5::{kind} AS x, 10.25::{kind} AS note"
    loaded = read(desk, query, n=INTEGER, x=NUMBER, note=TEXT)
    assert (loaded.said, loaded.column("n"), loaded.column("x")) == ([], [100], [-2.5])
    [note] = loaded.column("note")
    assert float(note) == 10.25


@pytest.mark.parametrize("fraction", ["9999999", "999999999", "9999995"])
def test_nanoseconds_are_left_out_as_those_of_a_text(desk: Desk, fraction: str) -> None:
    """Rounded, what happened on the last day of a month would have happened in the next one."""
    text = f"2026-10-31T23:59:59.{fraction}"
    found = [
        read(desk, f"SELECT 'a' AS id, {cell} AS at", at=TIME, zoned=True).column("at")
        for cell in (f"TIMESTAMP_NS '{text}'", f"'{text}+08:00'")
    ]
    assert found == [[instant("2026-10-31T23:59:59.999999+08:00")]] * 2


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_no_number(desk: Desk, text: str) -> None:
    loaded = read(desk, f"SELECT 'a' AS id, '{text}'::DOUBLE AS x", x=NUMBER)
    assert loaded.tables["log"] == []
    assert loaded.said[0].startswith("evidence/log.parquet:1: FI306 ")


@pytest.mark.parametrize("kind", LOCAL)
def test_times_without_offset(desk: Desk, kind: str) -> None:
    query = f"SELECT 'a' AS id, '2026-01-31 18:05:00'::{kind} AS t"
    loaded = read(desk, query, t=TIME, zoned=True)
    assert (loaded.said, loaded.column("t")) == ([], [instant("2026-01-31T10:05:00+00:00")])
    loaded = read(desk, query, t=TIME)
    assert "is expected for 't', not \"2026-01-31T18:05:00" in loaded.said[0]
    assert loaded.hints[0].startswith("write the offset from UTC")


def test_other_types(desk: Desk) -> None:
    query = (
        "SELECT 'a' AS id, '2026-01-31 18:05:00.25+08'::TIMESTAMPTZ AS t, DATE '2026-01-31' AS d,"
        " true AS b, '' AS note UNION ALL SELECT 'b', NULL, NULL, NULL, 'x'"
    )
    loaded = read(desk, query, t=TIME, d=DATE, b=BOOLEAN, note=TEXT)
    assert loaded.said == []
    assert loaded.column("t") == [instant("2026-01-31T10:05:00.25+00:00"), None]
    assert loaded.column("d") == [day("2026-01-31"), None]
    assert loaded.column("b") == [True, None]
    assert loaded.column("note") == [None, "x"]


@pytest.mark.parametrize("value", ["['x']", "{'a': 1}", "'x'::BLOB", "TIME '12:00:00'"])
def test_type_that_no_column_has(desk: Desk, value: str) -> None:
    loaded = read(desk, f"SELECT 'a' AS id, {value} AS note", note=TEXT)
    [problem] = loaded.said
    assert problem.startswith("evidence/log.parquet: EV218 ")
    assert loaded.counts == [("evidence/log.parquet", 0, 0)]


def test_columns(desk: Desk) -> None:
    loaded = read(desk, "SELECT 1 AS ids, 2 AS n", n=INTEGER)
    assert loaded.said == [
        "evidence/log.parquet:1: " + coded("PL204", "ids"),
        "evidence/log.parquet:1: " + coded("EV212", "id"),
    ]


def test_a_column_that_is_called_as_the_database_calls_its_numbers_of_rows(desk: Desk) -> None:
    columns = {"n": {"from": "file_row_number", "number": {}}}
    query = "SELECT 'a' AS id, 700 AS file_row_number UNION ALL SELECT 'b', 800"
    loaded = read(desk, query, n=INTEGER, columns=columns)
    assert (loaded.said, loaded.column("n")) == ([], [700, 800])
    assert loaded.places == [".parquet:1", ".parquet:2"]
    # It is not made up where the file lacks it, nor passed over where the contract does.
    loaded = read(desk, "SELECT 'a' AS id", n=INTEGER, columns=columns)
    assert (loaded.said, loaded.column("n")) == ([], [None])
    loaded = read(desk, query)
    assert loaded.said == ["evidence/log.parquet:1: " + coded("PL204", "file_row_number")]


@pytest.mark.parametrize("content", [b"", b"id\na\n", b"PAR1" + b"\0" * 40 + b"PAR1"])
def test_no_parquet(desk: Desk, content: bytes) -> None:
    loaded = desk.read(content, log("parquet"))
    [problem] = loaded.said
    assert problem.startswith("evidence/log.parquet: EV217 ")
    assert str(desk.root) not in problem
    assert loaded.tables["log"] == []


def test_damaged_data(desk: Desk) -> None:
    desk.write("log1.parquet", b"")
    with open_store() as store:
        query = "SELECT 'number ' || (n * 7919 % 10007) AS id FROM range(9000) r(n)"
        content = parquet(store, query, desk.root)
        good = parquet(store, "SELECT 'a' AS id", desk.root)
    # The footer tells of columns that are no longer there.
    desk.write("log2.parquet", content[:4] + b"\xff" * 4000 + content[4004:])
    desk.write("log3.parquet", good)
    loaded = desk.load(log("parquet"))
    assert [problem.partition(": ")[0] for problem in loaded.said] == [
        "evidence/log1.parquet",
        "evidence/log2.parquet",
    ]
    assert all("this is not Parquet" in problem for problem in loaded.said)
    assert loaded.column("place") == ["evidence/log3.parquet:1"]
    assert loaded.hints == ["write the file again", "write the file again"]
