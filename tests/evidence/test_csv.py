"""CSV: where records stand, and what is refused about the form."""

from __future__ import annotations

import json

import pytest

from ccpolicy.evidence.readers import csv as reader
from ccpolicy.evidence.readers import text
from message_text import coded

from .conftest import INTEGER, NUMBER, TEXT, Desk, log

CSV = log("csv", {"n": INTEGER, "note": TEXT})
ONE = log("csv")


@pytest.mark.parametrize(
    ("content", "places", "notes"),
    [
        ("id,note\na,x\nb,y", [".csv:2", ".csv:3"], ["x", "y"]),
        ("\ufeffid,note\na,x\nb,y\n", [".csv:2", ".csv:3"], ["x", "y"]),
        ('\ufeff"id","note"\r\na,"x\r\n1"\r\nb,y\r\n', [".csv:2", ".csv:4"], ["x\r\n1", "y"]),
        ("id,note\n\n\na,x\n\nb,y\n\n", [".csv:4", ".csv:6"], ["x", "y"]),
        ("id,note\r\na,x\r\n\r\nb,y\r\n", [".csv:2", ".csv:4"], ["x", "y"]),
        ('id,note\na,"1\n\n""2"",\n"\nb,y\n', [".csv:2", ".csv:6"], ['1\n\n"2",\n', "y"]),
        ('id,note\n"a",""""\n"b","""x"\n', [".csv:2", ".csv:3"], ['"', '"x']),
        ('id,note\n"a","x"\n\n"b","\n\n"\n', [".csv:2", ".csv:4"], ["x", "\n\n"]),
        ('"id","note"\na,"x,""\n"",y"\nb,\n', [".csv:2", ".csv:4"], ['x,"\n",y', None]),
        ("note,id\nx,a\n y ,b\n", [".csv:2", ".csv:3"], ["x", " y "]),
        ('id,note\na,5" pipe\nb,y\n', [".csv:2", ".csv:3"], ['5" pipe', "y"]),
        ('id,note\na," ""hello"""\nb,y\n', [".csv:2", ".csv:3"], [' "hello"', "y"]),
        ('id,note\na," "", ""x"""\nb,"\n ""y"\n', [".csv:2", ".csv:3"], [' ", "x"', '\n "y']),
        ('id,note\na,"x;\ny,"\nb,\n', [".csv:2", ".csv:4"], ["x;\ny,", None]),
    ],
)
def test_places(desk: Desk, content: str, places: list[str], notes: list[str]) -> None:
    loaded = desk.read(content, CSV)
    assert loaded.said == []
    assert loaded.column("id") == ["a", "b"]
    assert loaded.column("note") == notes
    assert loaded.places == places


def test_places_of_some(desk: Desk) -> None:
    desk.write("log.csv", 'id,note\na,"\n"\n\nb,x\nc,y\n')
    loaded = desk.load(CSV, used={"log": {"id"}})
    assert loaded.places == [".csv:2", ".csv:5", ".csv:6"]
    assert set(loaded.tables["log"][0]) == {"place", "id"}


def test_heading_over_two_lines(desk: Desk) -> None:
    contract = log("csv", {"note": TEXT}, columns={"note": "Note\n(short)"})
    loaded = desk.read('id,"Note\n(short)"\na,x\nb,y\n', contract)
    assert (loaded.said, loaded.places) == ([], [".csv:3", ".csv:4"])
    assert loaded.column("note") == ["x", "y"]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_delimiter(desk: Desk, delimiter: str) -> None:
    content = f"id{delimiter}note\na{delimiter}x,y\n"
    loaded = desk.read(content, log("csv", {"note": TEXT}, delimiter=delimiter))
    assert (loaded.said, loaded.column("note")) == ([], ["x,y"])
    loaded = desk.read(content, CSV)
    assert loaded.said == [
        f'evidence/log.csv:1: the columns are separated by {json.dumps(delimiter)}, not by ","'
    ]
    assert loaded.hints == [f"add to the dataset:  delimiter: {json.dumps(delimiter)}"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", ": FI102 "),
        ("\n\n", ":1: EV202 "),
        ("id,note\na,x\nb\n", ":3: " + coded("EV206", "1", "2")),
        ("id,note\na,x,y\n", ":2: " + coded("EV206", "3", "2")),
        ('id,note\na,"x\n1"\n\nb,x,y\n', ":5: " + coded("EV206", "3", "2")),
        ('id,note\na,"x\nb,y\n', ":2: EV204 "),
        ('id,note\na,"x"y\n', ":2: EV204 "),
        ('"id,note\na,x\n', ":1: EV204 "),
        ("id,note\na,x,\n", ":2: " + coded("EV206", "3", "2")),
        ("id,note\na,x\nb,y,", ":3: " + coded("EV206", "3", "2")),
        ('id,note\r\na,"x\r\n",\r\n', ":2: " + coded("EV206", "3", "2")),
        ("id,note,\na,x,\n", ":1: " + coded("EV121", "3")),
        ('id,note\na,"x" \n', ":2: EV204 "),
        ('id,note\na," ""x"""\nb, "y"\n', ":3: EV205 "),
        ('id,note\na, "x"\n', ":2: EV205 "),
        ('id,note\na,x\nb, "y, z"\n', ":3: EV205 "),
        ("id,note\na,x\r\nb,y\n", ":2: EV222 "),
        ("id,note\r\na,x\nb,y\r\n", ":2: EV222 "),
        (b"id,note\na,\xff\n", ":2: " + coded("EV221", "0xff", "3")),
        ("id,note\na,灭\n".encode("gb18030"), ":2: " + coded("EV221", "0xc3", "3")),
        (b"id,\xffnote\na,x\n", ":1: " + coded("EV221", "0xff", "4")),
        ("id,note\na,x\n".encode("utf-16"), ":1: EV219 "),
        ("id,note\na,x\0\n", ":2: EV219 "),
        ("id,note\na,x\ry\n", ":2: EV220 "),
        ("id,note\na,x\r", ":2: EV220 "),
        (
            "id,note\na," + "x" * text.MAX_LINE + "\n",
            ":2: " + coded("FI202", f"{text.MAX_LINE >> 10}"),
        ),
    ],
)
def test_file_that_is_refused(desk: Desk, content: str | bytes, said: str) -> None:
    loaded = desk.read(content, CSV)
    [problem] = loaded.said
    assert problem.startswith(f"evidence/log.csv{said}"), problem
    assert loaded.tables["log"] == []
    assert loaded.counts == [("evidence/log.csv", 0, 0)]


def test_one_file_of_two_is_refused(desk: Desk) -> None:
    desk.write("log1.csv", "id,note\na,x\n")
    desk.write("log2.csv", "id,note\nb\n")
    desk.write("log3.csv", "id,note\nc,z\n")
    loaded = desk.load(CSV)
    assert loaded.said == ["evidence/log2.csv:2: " + coded("EV206", "1", "2")]
    assert loaded.places == ["1.csv:2", "3.csv:2"]
    assert [count for _, count, _ in loaded.counts] == [1, 0, 1]


def test_errors_of_the_header(desk: Desk) -> None:
    contract = log("csv", {"note": TEXT, "n": INTEGER}, required=["n"])
    loaded = desk.read("ID,note,note,\na,x,y,\n", contract)
    where = "evidence/log.csv:1: "
    assert loaded.said == [
        f"{where}unknown column 'ID'",
        f"{where}two columns are called 'note'",
        f"{where}column 4 has no heading",
        f"{where}the column 'id' is missing",
        f"{where}the column 'n' is missing",
    ]


@pytest.mark.parametrize(
    ("cell", "kind", "value"),
    [
        ("-0.5e-3", NUMBER, -0.0005),
        ("1E2", NUMBER, 100.0),
        ("9223372036854775807", INTEGER, 2**63 - 1),
        ("-9223372036854775808", INTEGER, -(2**63)),
    ],
)
def test_number(desk: Desk, cell: str, kind: dict[str, str], value: float) -> None:
    loaded = desk.read(f"id,v\na,{cell}\n", log("csv", {"v": kind}))
    assert (loaded.said, loaded.column("v")) == ([], [value])


@pytest.mark.parametrize(
    "cell", ["+1", "01", "1.0", "1e3", " 1", "-0", "9223372036854775808", "_1"]
)
def test_no_integer(desk: Desk, cell: str) -> None:
    loaded = desk.read(f"id,v\na,{cell}\n", log("csv", {"v": INTEGER}))
    assert len(loaded.said) == 1
    assert loaded.said[0].startswith("evidence/log.csv:2: ")
    assert loaded.tables["log"] == []


@pytest.mark.parametrize("cell", [".5", "5.", "1e999", "nan", "inf", "0x1", "1 ", "٣"])
def test_no_number(desk: Desk, cell: str) -> None:
    loaded = desk.read(f"id,v\na,{cell}\n", log("csv", {"v": NUMBER}))
    assert len(loaded.said) == 1
    assert "a number is expected for 'v'" in loaded.said[0]
    assert loaded.tables["log"] == []


def test_name_that_is_no_pattern(desk: Desk) -> None:
    desk.write("log[1].csv", "id\na\n")
    desk.write("log1.csv", "id\nb\n")
    loaded = desk.load(ONE)
    assert [(row["place"], row["id"]) for row in loaded.tables["log"]] == [
        ("evidence/log1.csv:2", "b"),
        ("evidence/log[1].csv:2", "a"),
    ]


def test_file_that_the_engine_alone_refuses(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "form_fault", lambda file: None)
    loaded = desk.read("id,note\na,x\nb\n", CSV)
    assert loaded.said == ["evidence/log.csv:3: EV201 "]
