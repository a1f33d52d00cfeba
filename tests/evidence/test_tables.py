"""What rests on records: derived and looked-up columns, keys of large tables, and contracts."""

from __future__ import annotations

from typing import Any

import pytest

from ccpolicy.errors import LimitError, PolicyError
from ccpolicy.evidence import load, problems, staging
from ccpolicy.evidence_formats import Format
from ccpolicy.files import finder
from message_text import coded

from .conftest import BOOLEAN, DATE, FORMATS, INTEGER, NUMBER, TEXT, TIME, Desk, day, encode, log

ROWS = [
    {"id": "a", "n": 1, "d": "2026-01-01", "t": "2026-01-01T00:00:00Z"},
    {"id": "b", "n": 2, "d": "2026-01-03", "t": "2026-01-03T00:00:00Z"},
]
PROPERTIES = {"n": INTEGER, "d": DATE, "t": TIME}


@pytest.mark.parametrize("kind", FORMATS)
def test_derived_columns(desk: Desk, kind: Format) -> None:
    derive = {
        "twice": "n * 2",
        "half": "n / 2.0",
        "many": "n > 1",
        "word": "upper(id)",
        "later": "greatest(d, d)",
        "moment": "least(t, t)",
        "some": "CASE WHEN n > 1 THEN n END",
    }
    desk.write(f"log.{kind}", encode(kind, ROWS, desk.root))
    loaded = desk.load(log(kind, PROPERTIES, derive=derive))
    assert loaded.said == []
    assert loaded.evidence.tables["log"].columns == {
        "id": "text",
        "n": "integer",
        "d": "date",
        "t": "instant",
        "twice": "integer",
        "half": "number",
        "many": "boolean",
        "word": "text",
        "later": "date",
        "moment": "instant",
        "some": "integer",
    }
    assert loaded.column("twice") == [2, 4]
    assert loaded.column("half") == [0.5, 1.0]
    assert loaded.column("many") == [False, True]
    assert loaded.column("word") == ["A", "B"]
    assert loaded.column("later") == [day("2026-01-01"), day("2026-01-03")]
    assert loaded.column("moment") == loaded.column("t")
    assert loaded.column("some") == [None, 2]


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_derived_key(desk: Desk, kind: Format) -> None:
    rows = [{"id": "a-1"}, {"id": "a-2"}, {"id": "-3"}]
    desk.write(f"log.{kind}", encode(kind, rows, desk.root))
    loaded = desk.load(log(kind, derive={"unit": "split_part(id, '-', 1)"}, key=["unit"]))
    first = 2 if kind == "csv" else 1
    assert loaded.said == [
        f"evidence/log.{kind}:{first + 2}: " + coded("EV313", "unit"),
        f"evidence/log.{kind}:{first + 1}: "
        + coded("EV309", '"a"', f"evidence/log.{kind}:{first}"),
    ]
    assert loaded.column("id") == ["a-1", "a-2"]


def test_derived_column_that_is_not_wanted(desk: Desk) -> None:
    desk.write("log.csv", "id\na\n")
    contract = log("csv", derive={"wrong": "nothing + 1"})
    assert desk.load(contract, used={"log": {"id"}}).said == []
    with pytest.raises(PolicyError, match="the derived column 'wrong' cannot be computed"):
        desk.load(contract)


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_derived_column_that_fails(desk: Desk, kind: Format) -> None:
    desk.write(f"log.{kind}", encode(kind, [{"id": "1"}, {"id": "x"}], desk.root))
    loaded = desk.load(log(kind, derive={"n": "CAST(id AS BIGINT)"}))
    [problem] = loaded.said
    assert problem.startswith("None: " + coded("EV312", "a value cannot be converted"))
    assert loaded.column("n") == [1, None]


@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
def test_lookups(desk: Desk, kind: Format) -> None:
    desk.write(
        f"log.{kind}", encode(kind, [{"id": "1", "u": "x"}, {"id": "2", "u": "z"}], desk.root)
    )
    desk.write("units.csv", "id,site,floor\nx,s1,3\nx,s0,2\ny,s2,4\n")
    desk.write("sites.jsonl", '{"id": "s0", "city": "Ulm"}\n{"id": "s1", "city": "Bonn"}\n')
    by = {"dataset": "units", "key": ["u"]}
    main = log(
        kind,
        {"u": TEXT},
        lookups={"city": by | {"column": "city"}, "floor": by | {"column": "floor"}},
    )
    units = log(
        "csv",
        {"site": TEXT, "floor": INTEGER},
        files="units.csv",
        id="units",
        lookups={"city": {"dataset": "sites", "key": ["site"], "column": "city"}},
    )
    sites = log("jsonl", {"city": TEXT}, files="sites.jsonl", id="sites")
    loaded = desk.load(main, units, sites)
    assert loaded.said == ["evidence/units.csv:3: " + coded("EV309", '"x"', "evidence/units.csv:2")]
    assert loaded.column("id") == ["1", "2"]
    assert loaded.column("city") == ["Bonn", None]
    assert loaded.column("floor") == [2, None]
    assert loaded.evidence.tables["log"].columns["floor"] == "integer"
    assert [each.dataset for each in loaded.evidence.files] == ["log", "sites", "units"]
    # What is not used is not read.
    alone = desk.load(main, units, sites, used={"log": {"u"}})
    assert set(alone.tables) == {"log"}


def test_lookups_in_a_circle(desk: Desk) -> None:
    by = {"dataset": "other", "key": ["id"], "column": "x"}
    one = log("csv", lookups={"x": by})
    other = log("csv", id="other", lookups={"x": by | {"dataset": "log"}})
    with pytest.raises(PolicyError, match=r"lookups refer to each other in a circle: .*other"):
        desk.load(one, other)


def test_columns_that_are_not_there(desk: Desk) -> None:
    with pytest.raises(PolicyError, match=r"unknown column 'log\.x'"):
        desk.load(log("csv"), used={"log": {"x"}})
    with pytest.raises(PolicyError, match="a cell of a table cannot hold a list"):
        desk.load(log("csv", {"x": {"type": "array", "items": TEXT}}))


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("key", [["id"], ["id", "n"], ["n"]])
@pytest.mark.parametrize("order", [1, -1])
def test_keys_of_large_tables(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, kind: Format, key: list[str], order: int
) -> None:
    monkeypatch.setattr(load, "LARGE", 0)
    rows = [{"id": f"{number:02}", "n": number} for number in range(5)][::order]
    file = f"log.{kind}"
    contract = log(kind, {"n": INTEGER | {"maximum": 10}}, key=key)
    desk.write(file, encode(kind, rows, desk.root))
    loaded = desk.load(contract)
    assert (loaded.said, loaded.column("n")) == ([], [row["n"] for row in rows])
    desk.write(file, encode(kind, [*rows, {"id": "99", "n": 99}, rows[1]], desk.root))
    loaded = desk.load(contract)
    assert loaded.counts == [(f"evidence/{file}", 7, 1)]
    invalid, twice = loaded.said
    assert "'n' must be at most 10, not 99" in invalid
    assert "is already at" in twice
    assert loaded.column("n") == [row["n"] for row in [*rows, rows[1]]]
    # Side by side, with all keys in order otherwise.
    desk.write(file, encode(kind, [*rows[:2], *rows[1:]], desk.root))
    [twice] = desk.load(contract).said
    assert "is already at" in twice


def test_many_records(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "_FLUSH", 100)
    rows = [{"id": f"{number}", "x": number / 2, "b": number % 2 == 0} for number in range(100)]
    desk.write("log.jsonl", encode("jsonl", rows, desk.root))
    loaded = desk.load(log("jsonl", {"x": NUMBER, "b": BOOLEAN}))
    assert loaded.said == []
    assert loaded.column("x") == [row["x"] for row in rows]
    assert loaded.column("b") == [row["b"] for row in rows]
    assert loaded.places == [f".jsonl:{number + 1}" for number in range(100)]


def test_engine_out_of_memory_is_no_problem_of_files(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> int:
        raise LimitError("not enough memory", setting="memory")

    desk.write("log.csv", "id\na\n")
    monkeypatch.setattr(finder, "SMALL", 1)
    monkeypatch.setattr("ccpolicy.evidence.table_plan.TablePlan.create", full)
    with pytest.raises(LimitError, match="US355"):
        desk.load(log("csv"))


def test_limit_of_problems(desk: Desk) -> None:
    errors = {f"c{number}": INTEGER for number in range(15)}
    rows = [{"id": f"{row}", **dict.fromkeys(errors, "x")} for row in range(3)]
    desk.write("log.jsonl", encode("jsonl", rows, desk.root))
    loaded = desk.load(log("jsonl", errors))
    assert len(loaded.said) == problems.SHOWN + 1
    assert loaded.said[-1] == "None: " + coded("EV310", "1")
    assert loaded.counts == [("evidence/log.jsonl", 3, 3)]
