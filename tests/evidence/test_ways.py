"""A CSV file is read in one of three ways, by its size and form; nobody can tell which."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ccpolicy.evidence import load
from ccpolicy.files import finder
from ccpolicy.policy.dataset import Dataset
from message_text import coded

from .conftest import BOOLEAN, DATE, INTEGER, NUMBER, TEXT, TIME, Desk, Loaded, log

some = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))

WAYS = {
    "here": {},
    "by the engine": {"SMALL": 4, "PIECE": 4},
    "by the engine, with little memory": {"SMALL": 4, "PIECE": 4, "LARGE": 0},
}


@contextmanager
def way(name: str) -> Iterator[None]:
    with (
        mock.patch.object(finder, "SMALL", WAYS[name].get("SMALL", finder.SMALL)),
        mock.patch.object(finder, "PIECE", WAYS[name].get("PIECE", finder.PIECE)),
        mock.patch.object(load, "LARGE", WAYS[name].get("LARGE", load.LARGE)),
    ):
        yield


def read(content: str, contract: Dataset) -> Loaded:
    """Read a file in every way, and return what came of it in all of them."""
    found = []
    for name in WAYS:
        with way(name), tempfile.TemporaryDirectory() as folder:
            found.append(Desk(Path(folder)).read(content, contract))
    for other in found[1:]:
        assert other.tables == found[0].tables
        assert other.said == found[0].said
        assert other.hints == found[0].hints
        assert other.counts == found[0].counts
    return found[0]


CELLS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "id": (TEXT, ["a", "b", "c", "é", "灭", " a", "a ", "a × b", "×", "a\u200bb", "a\tb", ""]),
    "t": (TEXT | {"pattern": "^[a-c]+$", "maxLength": 3}, ["a", "abc", "abca", "d", "a\n", ""]),
    "e": (TEXT | {"enum": ["x", "y z"]}, ["x", "y z", "y", "X", ""]),
    "i": (INTEGER | {"minimum": -3, "maximum": 9}, ["0", "-3", "-4", "9", "10", "01", "1.0", ""]),
    "n": (NUMBER | {"exclusiveMinimum": 0}, ["0", "0.1", "1e5", "1e999", "-1", "NaN", "1,5", ""]),
    "b": (BOOLEAN, ["true", "FALSE", "True", "yes", "1", ""]),
    "d": (DATE, ["2026-02-28", "2026-02-29", "2200-01-01", "2026-2-8", "2026-02-28 ", ""]),
    "at": (
        TIME,
        [
            "2026-10-04T01:59:00",
            "2026-10-04T02:15:00",
            "2026-04-05T01:45:00.5",
            "2026-04-05T01:45:00.123456789Z",
            "2026-04-05T01:45:00+10:30",
            "2026-04-05t01:45:00z",
            "2026-04-05T24:00:00Z",
            "2026-04-05T01:45Z",
            "2026-04-05 01:45:00Z",
            "1969-12-31T23:59:59Z",
            "",
        ],
    ),
}
PROPERTIES = {name: spec for name, (spec, _) in CELLS.items() if name != "id"}
rows = st.lists(st.tuples(*(st.sampled_from(cells) for _, cells in CELLS.values())), max_size=6)
sound = st.lists(st.tuples(*(st.sampled_from(cells[:2]) for _, cells in CELLS.values())))


def as_csv(header: list[str], cells: list[tuple[str, ...]], end: str) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=end)
    writer.writerows([header, *cells])
    return text.getvalue()


@some
@given(
    cells=rows | sound,
    end=st.sampled_from(["\n", "\r\n"]),
    zone=st.sampled_from([None, "Australia/Lord_Howe"]),
)
@pytest.mark.parametrize("key", [["id"], ["id", "i"], ["at"], ["n"], ["d", "b"]])
def test_records(cells: list[tuple[str, ...]], end: str, zone: str | None, key: list[str]) -> None:
    contract = log("csv", PROPERTIES, key=key, zone=zone)
    read(as_csv(list(CELLS), cells, end), contract)


signs = st.lists(st.sampled_from([*'ab,,"\n\n é', "\r\n"]), max_size=14)


@settings(some, max_examples=60)
@given(signs.map("".join))
@example('"a\nb",x\n\nb,"y\r\nz"\na,1')
@example('a,"b" ,\n\nb,,,\n')
@example('a, "b\nc"\n')
@example('a,b"c\n"d""",e')
@example('"a" x,b\n')
@example("a\n")
@example("a,b\r\nc,d\n")
def test_forms(body: str) -> None:
    loaded = read(f"id,x\n{body}", log("csv", {"x": TEXT}))
    lines = f"id,x\n{body}".replace("\r\n", "\n").split("\n")
    rows = loaded.tables["log"]
    assert rows or loaded.said or not body.strip(), "nothing was read, and nothing said"
    for row in rows:
        # A record begins on its line with the first line of its key.
        line = lines[int(row["place"].rpartition(":")[2]) - 1]
        assert line.replace('"', "").startswith(row["id"].split("\n")[0].replace('"', ""))


def test_one_column() -> None:
    for text in ("id\na\n\nb", 'id\n"a"\n\n"b\nc"\nd\n', "id\n", "id", '"id\nx"\na\n'):
        read(text, log("csv"))


def test_heading_of_two_lines_behind_a_byte_order_mark() -> None:
    contract = log("csv", {"x": TEXT}, columns={"x": "x\ny"})
    loaded = read('\ufeff"id","x\ny"\na,1\n"b","2"\n', contract)
    assert (loaded.said, loaded.places) == ([], [".csv:3", ".csv:4"])
    assert loaded.column("x") == ["1", "2"]
    loaded = read('\ufeff"id","x\ny"\na,"1\n2"\n"b","2"\n', contract)
    assert (loaded.said, loaded.places) == ([], [".csv:3", ".csv:5"])


def test_order_of_many_records() -> None:
    """Rows that the engine numbers by their place are in the order of the file."""
    lines = [f"r{number:06},{'x' * (number % 97)}" for number in range(400_000)]
    # A quoted newline shifts all lines after it.
    lines[250_000] = '"r250000","x\ny"'
    with (
        way("by the engine, with little memory"),
        mock.patch.object(finder, "PIECE", 1 << 20),
        tempfile.TemporaryDirectory() as folder,
    ):
        desk = Desk(Path(folder))
        desk.write("log.csv", "\n".join(["id,x", *lines]))
        found = desk.load(log("csv", {"x": TEXT}), used={"log": {"id"}}).tables["log"]
    assert len(found) == len(lines)
    for number in (0, 1, 122_879, 122_880, 249_999, 250_000, 250_001, 399_999):
        line = number + 2 + (number > 250_000)
        assert found[number] == {"place": f"evidence/log.csv:{line}", "id": f"r{number:06}"}


@pytest.mark.parametrize("name", WAYS)
def test_files_of_different_headers(desk: Desk, name: str) -> None:
    desk.write("log1.csv", "x,id,n\nq,a,1\n")
    desk.write("log2.csv", "id,n\nb,2\nc,x\n")
    desk.write("log3.csv", 'n,id,x\n3,"d,e",\n4,a,\n')
    with way(name):
        loaded = desk.load(log("csv", {"x": TEXT, "n": INTEGER}, files="log*.csv"))
    assert [(row["place"], row["id"], row["n"], row["x"]) for row in loaded.tables["log"]] == [
        ("evidence/log1.csv:2", "a", 1, "q"),
        ("evidence/log2.csv:2", "b", 2, None),
        ("evidence/log3.csv:2", "d,e", 3, None),
        ("evidence/log3.csv:3", "a", 4, None),
    ]
    assert loaded.said == [
        "evidence/log2.csv:3: " + coded("FI305", "n", '"x"'),
        "evidence/log3.csv:3: " + coded("EV309", '"a"', "evidence/log1.csv:2"),
    ]
    assert [count[1:] for count in loaded.counts] == [(1, 0), (2, 1), (2, 0)]


@pytest.mark.parametrize("name", WAYS)
def test_file_that_the_engine_refuses_beside_others(desk: Desk, name: str) -> None:
    desk.write("log1.csv", "id,x\na,1\n")
    desk.write("log2.csv", "id,x\nb,2\nc\n")
    with way(name):
        loaded = desk.load(log("csv", {"x": TEXT}, files="log*.csv"))
        assert loaded.said == ["evidence/log2.csv:3: " + coded("EV206", "1", "2")]
        assert loaded.column("id") == ["a"]
        desk.write("log1.csv", 'id,x\na,"1\n')
        loaded = desk.load(log("csv", {"x": TEXT}, files="log*.csv"))
    assert len(loaded.said) == 2
    assert loaded.tables["log"] == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("id,note\na,x,\nb,y\n", ":2: " + coded("EV206", "3", "2")),
        ("id,note\r\na,x\r\nb,y,\r\n", ":3: " + coded("EV206", "3", "2")),
        ("id,note\na,x\nb,y,", ":3: " + coded("EV206", "3", "2")),
        # A blank line has as many delimiters too few.
        ("id,note\na,x,\n\nb,y\n", ":2: " + coded("EV206", "3", "2")),
        ('id,note\na,x,\nb,"y"\n', ":2: " + coded("EV206", "3", "2")),
        ('id,note\na,"x" \nb,y\n', ":2: EV204 "),
        ('id,note\na,"x\ny"\nb, "y"\n', ":4: EV205 "),
    ],
)
def test_loose_form(content: str, said: str) -> None:
    [problem] = read(content, log("csv", {"note": TEXT})).said
    assert problem.startswith(f"evidence/log.csv{said}")


def test_quotation_mark_behind_a_space_that_is_quoted() -> None:
    loaded = read('id,note\na," ""x"""\nb,"y, ""z"""\n', log("csv", {"note": TEXT}))
    assert (loaded.said, loaded.column("note")) == ([], [' "x"', 'y, "z"'])
