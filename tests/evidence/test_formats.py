"""What is so in every format: the same records make the same table, and the same problems."""

from __future__ import annotations

from pathlib import Path

import pytest

from ccpolicy.evidence_formats import Format
from ccpolicy.store import open_store
from message_text import Said, coded

from .conftest import (
    BOOLEAN,
    DATE,
    FORMATS,
    INTEGER,
    NUMBER,
    TEXT,
    TIME,
    Desk,
    Loaded,
    Row,
    day,
    encode,
    instant,
    log,
    parquet,
)

ALL = {"n": INTEGER, "x": NUMBER, "b": BOOLEAN, "d": DATE, "t": TIME, "note": TEXT}
GOOD: list[Row] = [
    {
        "id": "A-1",
        "n": -(2**31),
        "x": 2.5,
        "b": True,
        "d": "2026-02-28",
        "t": "2026-01-31T18:05:00+08:00",
        "note": '灭火器, "ABC"\nline 2',
    },
    {"id": "A 2", "n": 0, "x": -0.125, "b": False, "d": "1970-01-01", "t": "2199-12-31T23:59:59Z"},
    {"id": "Ä3", "t": "2026-01-31t10:05:00.123456z", "note": "it's"},
]


def places(kind: Format, numbers: list[int], rows: list[Row] | None = None) -> list[str]:
    """Return where the records of these numbers, from 0, stand in what `encode` writes."""
    below = 1 if rows and kind in ("csv", "log") else 0
    first = {"csv": 2, "json": 2, "xml": 2, "xlsx": 2}.get(kind, 1)
    sheet = "Log!" if kind == "xlsx" else ""
    return [f".{kind}:{sheet}{first + number + (below if number else 0)}" for number in numbers]


def read(desk: Desk, kind: Format, rows: list[Row], **more: object) -> Loaded:
    return desk.read(encode(kind, rows, desk.root), log(kind, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", FORMATS)
def test_good_records(desk: Desk, kind: Format) -> None:
    loaded = read(desk, kind, GOOD, properties=ALL)
    assert loaded.said == []
    assert loaded.counts == [(f"evidence/log.{kind}", 3, 0)]
    # The first record's note has a newline, which in CSV alone takes a line of its own.
    assert loaded.places == places(kind, [0, 1, 2], GOOD)
    assert loaded.column("id") == ["A-1", "A 2", "Ä3"]
    assert loaded.column("n") == [-(2**31), 0, None]
    assert loaded.column("x") == [2.5, -0.125, None]
    assert loaded.column("b") == [True, False, None]
    assert loaded.column("d") == [day("2026-02-28"), 0, None]
    assert loaded.column("t") == [
        instant("2026-01-31T10:05:00+00:00"),
        instant("2199-12-31T23:59:59+00:00"),
        instant("2026-01-31T10:05:00.123456+00:00"),
    ]
    assert loaded.column("note") == ['灭火器, "ABC"\nline 2', None, "it's"]
    assert loaded.evidence.tables["log"].ambiguous_times == frozenset()


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(
    ("spec", "good", "bad", "said"),
    [
        (DATE, "2024-02-29", "2023-02-29", "a day that exists, as YYYY-MM-DD, is expected for 'v'"),
        (DATE, "2199-12-31", "2200-01-01", "a day that exists, as YYYY-MM-DD, is expected for 'v'"),
        (TIME, "2026-01-31T23:00:00Z", "2026-01-31T24:00:00Z", "a time such as"),
        (TIME, "2026-01-31T00:00:00-23:59", "2026-01-31T00:00:00+24:00", "a time such as"),
        (TIME, "2026-01-31T00:00:00Z", "2026-02-30T00:00:00Z", "a time such as"),
        (TIME, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00+00:01", "a time such as"),
        (TEXT | {"enum": ["a", "b'c"]}, "b'c", "c", '\'v\' must be one of "a", "b\'c", not "c"'),
        (TEXT | {"const": "a"}, "a", "b", "'v' must be a, not \"b\""),
        (TEXT | {"pattern": r"^\d{2}-\w+$"}, "12-a", "12-é", "not a proper 'v': it must match"),
        (TEXT | {"pattern": "^a$"}, "a", "a\n", "not a proper 'v': it must match ^a$"),
        (TEXT | {"minLength": 2}, "äö", "ä", "'v' must have 2 or more characters: \"ä\""),
        (TEXT | {"maxLength": 2}, "äö", "äöü", "'v' must have 2 or fewer characters: \"äöü\""),
        (INTEGER, 2**40, 2.5, "a whole number is expected for 'v', not 2.5"),
        (INTEGER | {"minimum": 3}, 3, 2, "'v' must be at least 3, not 2"),
        (INTEGER | {"maximum": 3}, 3, 4, "'v' must be at most 3, not 4"),
        (INTEGER | {"enum": [1, 2]}, 2, 3, "'v' must be one of 1, 2, not 3"),
        (NUMBER | {"exclusiveMinimum": 0}, 0.5, 0, "'v' must be more than 0, not 0"),
        (NUMBER | {"exclusiveMaximum": 0.5}, 0.25, 0.5, "'v' must be less than 0.5, not 0.5"),
        (NUMBER, 0.5, "much", "a number is expected for 'v', not \"much\""),
        (BOOLEAN, True, "yes", "true or false is expected for 'v', not \"yes\""),
        (BOOLEAN | {"const": True}, True, False, "'v' must be True, not false"),
    ],
)
def test_invalid_record(
    desk: Desk, kind: Format, spec: Row, good: object, bad: object, said: str
) -> None:
    def column(value: object) -> object:
        # A column of Parquet has one type.
        mixed = kind == "parquet" and type(good) is not type(bad)
        return str(value).lower() if mixed else value

    rows: list[Row] = [
        {"id": "1", "v": column(good)},
        {"id": "2", "v": column(bad)},
        {"id": "3"},
    ]
    loaded = read(desk, kind, rows, properties={"v": spec})
    assert loaded.column("id") == ["1", "3"]
    assert loaded.column("v")[1] is None
    assert loaded.counts == [(f"evidence/log.{kind}", 3, 1)]
    [problem] = loaded.said
    [place] = places(kind, [1])
    assert problem.startswith(f"evidence/log{place}: ")
    # What is no number in a cell is told as text.
    assert said in problem or said in problem.replace('"2.5"', "2.5").replace("0.0", "0"), problem


@pytest.mark.parametrize("kind", FORMATS)
def test_required(desk: Desk, kind: Format) -> None:
    rows: list[Row] = [{"id": "1", "n": 1}, {"id": "2"}, {"n": 3}, {"id": "", "n": 4}]
    loaded = read(desk, kind, rows, properties={"n": INTEGER}, required=["n"])
    assert loaded.column("id") == ["1"]
    assert loaded.counts == [(f"evidence/log.{kind}", 4, 3)]
    where = [f"evidence/log{place}" for place in places(kind, [1, 2, 3])]
    assert loaded.said == [
        f"{where[0]}: " + coded("FI302", "n"),
        f"{where[1]}: " + coded("FI302", "id"),
        f"{where[2]}: " + coded("FI302", "id"),
    ]


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(
    ("key", "said"),
    [
        (" 1", "begins or ends with white space"),
        ("1\u3000", "begins or ends with white space"),
        ("1\u200b2", "a character that cannot be seen"),
        ("1 × 2", "holds ' × '"),
    ],
)
@pytest.mark.parametrize("other", ["12", "1\xa02"])
def test_improper_key(desk: Desk, kind: Format, key: str, said: str, other: str) -> None:
    loaded = read(desk, kind, [{"id": key}, {"id": other}])
    assert loaded.column("id") == [other]
    [problem] = loaded.said
    assert "'id' belongs to the key" in problem
    assert said in problem
    assert loaded.counts == [(f"evidence/log.{kind}", 2, 1)]


@pytest.mark.parametrize("kind", FORMATS)
def test_key_that_stands_twice(desk: Desk, kind: Format) -> None:
    rows: list[Row] = [
        {"id": "1", "d": "2026-01-01", "t": "2026-01-01T00:00:00Z"},
        {"id": "1", "d": "2026-01-02", "t": "2026-01-01T00:00:00Z"},
        {"id": "1", "d": "2026-01-01", "t": "2026-01-01T08:00:00+08:00"},
    ]
    loaded = read(desk, kind, rows, properties={"d": DATE, "t": TIME}, key=["id", "d", "t"])
    first, last = (f"evidence/log{place}" for place in places(kind, [0, 2]))
    assert loaded.said == [
        f"{last}: " + coded("EV309", '"1 × 2026-01-01 × 2026-01-01T00:00:00+00:00"', f"{first}")
    ]
    assert loaded.counts == [(f"evidence/log.{kind}", 3, 0)]
    assert len(loaded.tables["log"]) == 3


@pytest.mark.parametrize("kind", FORMATS)
def test_many_invalid_and_many_twice(desk: Desk, kind: Format) -> None:
    rows: list[Row] = [{"id": f"{number}", "n": -1} for number in range(30)]
    rows += [{"id": "twice", "n": 1} for _ in range(30)]
    loaded = read(desk, kind, rows, properties={"n": INTEGER | {"minimum": 0}})
    assert loaded.counts == [(f"evidence/log.{kind}", 60, 30)]
    said = loaded.said
    assert len(said) == 42
    assert said[0].startswith(f"evidence/log{places(kind, [0])[0]}: 'n' must be at least 0, not -1")
    assert said[19].startswith(f"evidence/log{places(kind, [19])[0]}: ")
    assert said[20] == "None: " + coded("EV310", "10")
    assert said[21].startswith(f"evidence/log{places(kind, [31])[0]}: EV309 ")
    assert said[41] == "None: " + coded("EV311", "9")


ZONES = [
    ("Europe/Berlin", "2026-10-25T02:30:00", "+01:00", "+02:00"),
    ("Europe/Berlin", "2026-10-25T02:00:00", "+01:00", "+02:00"),
    ("Europe/Berlin", "2026-10-25T03:00:00", "+01:00", "+01:00"),
    ("Europe/Berlin", "2026-10-25T01:59:59.999999", "+02:00", "+02:00"),
    ("Europe/Berlin", "2026-03-29T03:00:00", "+02:00", "+02:00"),
    ("Australia/Lord_Howe", "2026-04-05T01:45:00", "+10:30", "+11:00"),
    ("Australia/Lord_Howe", "2026-04-05T01:30:00", "+10:30", "+11:00"),
    ("Australia/Lord_Howe", "2026-04-05T02:00:00", "+10:30", "+10:30"),
    ("Australia/Lord_Howe", "2026-10-04T02:30:00", "+11:00", "+11:00"),
    ("Asia/Shanghai", "1991-09-15T01:30:00", "+08:00", "+09:00"),
    ("Asia/Shanghai", "2026-01-31T18:05:00", "+08:00", "+08:00"),
]


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(("zone", "text", "late", "early"), ZONES)
def test_time_without_offset(
    desk: Desk, kind: Format, zone: str, text: str, late: str, early: str
) -> None:
    rows: list[Row] = [{"id": "1", "t": text}, {"id": "2", "t": "2026-01-01T00:00:00Z"}]
    loaded = read(desk, kind, rows, properties={"t": TIME}, zone=zone)
    assert loaded.said == []
    assert loaded.evidence.tables["log"].ambiguous_times == {"t"}
    sure = instant("2026-01-01T00:00:00+00:00")
    assert loaded.column("t") == [instant(text + late), sure]
    assert loaded.column("t__early") == [instant(text + early), sure]


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(
    ("zone", "text", "hint"),
    [
        ("Europe/Berlin", "2026-03-29T02:30:00", "never showed this time"),
        ("Australia/Lord_Howe", "2026-10-04T02:15:00", "never showed this time"),
        (None, "2026-03-29T02:30:00", "write the offset from UTC, as +08:00"),
    ],
)
def test_time_that_means_nothing(
    desk: Desk, kind: Format, zone: str | None, text: str, hint: str
) -> None:
    loaded = read(desk, kind, [{"id": "1", "t": text}], properties={"t": TIME}, zone=zone)
    [problem] = loaded.said
    assert f"is expected for 't', not \"{text}\"" in problem
    assert hint in loaded.hints[0]
    assert loaded.tables["log"] == []
    assert loaded.counts == [(f"evidence/log.{kind}", 1, 1)]


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("reason", [None, {"en": "Quiet.", "zh": "无。"}])
def test_file_without_records(desk: Desk, kind: Format, reason: object) -> None:
    content = encode(kind, [{"id": "1"}], desk.root)
    empty = {"csv": b"id\n", "json": b"[]", "jsonl": b"\n \n", "yaml": b"# none\n[]\n"}.get(kind)
    empty = {"xml": b"<log/>", "log": b"\n"}.get(kind, empty)
    if kind == "xlsx":
        empty = encode("xlsx", [{"id": None}], desk.root)
    if kind == "parquet":
        empty = _no_rows(desk.root)
    assert empty is not None
    desk.write(f"log.{kind}", content)
    desk.write(f"log2.{kind}", empty)
    loaded = desk.load(log(kind, may_be_empty=reason))
    file = f"evidence/log2.{kind}"
    assert loaded.said == ([] if reason else [f"{file}: EV101 "])
    assert loaded.counts == [(f"evidence/log.{kind}", 1, 0), (file, 0, 0)]
    assert loaded.column("id") == ["1"]


def _no_rows(folder: Path) -> bytes:
    with open_store() as store:
        return parquet(store, "SELECT 'x' AS id WHERE false", folder)


@pytest.mark.parametrize("kind", [each for each in FORMATS if each not in ("xml", "log")])
def test_headings_of_its_own(desk: Desk, kind: Format) -> None:
    rows: list[Row] = [{"编号": "1", "Rating %": 5}, {"编号": "2", "Rating %": 11}]
    headings = {"id": "编号", "n": "Rating %"}
    properties = {"n": INTEGER | {"maximum": 10}}
    loaded = read(desk, kind, rows, properties=properties, columns=headings)
    assert (loaded.column("id"), loaded.column("n")) == (["1"], [5])
    [place] = places(kind, [1])
    assert loaded.said == [f"evidence/log{place}: 'Rating %' must be at most 10, not 11"]


@pytest.mark.parametrize("kind", [each for each in FORMATS if each != "log"])
def test_unknown_field(desk: Desk, kind: Format) -> None:
    rows: list[Row] = [{"id": "1", "nots": "x", "zzz": "w"}]
    loaded = read(desk, kind, rows, properties={"note": TEXT})
    names = [Said(problem.partition(": ")[2]) for problem in loaded.said]
    what = "column" if kind in ("csv", "xlsx", "parquet") else "field"
    assert names == [f"unknown {what} 'nots'", f"unknown {what} 'zzz'"]
    assert "did you mean 'note'?" in loaded.hints
    assert loaded.tables["log"] == []
    loaded = read(desk, kind, rows, properties={"note": TEXT}, additionalProperties=True)
    assert loaded.said == []
    assert loaded.tables["log"][0] == {"place": loaded.column("place")[0], "id": "1", "note": None}


@pytest.mark.parametrize("kind", FORMATS)
def test_several_files(desk: Desk, kind: Format) -> None:
    desk.write(f"log2.{kind}", encode(kind, [{"id": "1"}, {"id": "3"}], desk.root))
    desk.write(f"log1.{kind}", encode(kind, [{"id": "1"}, {"id": "2 "}], desk.root))
    loaded = desk.load(log(kind))
    first, second = f"evidence/log1.{kind}", f"evidence/log2.{kind}"
    assert loaded.counts == [(first, 2, 1), (second, 2, 0)]
    one, two = (each.removeprefix(f".{kind}:") for each in places(kind, [0, 1]))
    assert loaded.column("place") == [f"{first}:{one}", f"{second}:{one}", f"{second}:{two}"]
    assert len(loaded.said) == 2
    assert loaded.said[0].startswith(f"{first}:{two}: 'id' belongs to the key")
    assert loaded.said[1] == f"{second}:{one}: " + coded("EV309", '"1"', f"{first}:{one}")
