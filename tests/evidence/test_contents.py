"""What records hold, found again in files of every format."""

from __future__ import annotations

import pytest

from ccpolicy.evidence.record_sources import RecordContent
from ccpolicy.files import finder

from .conftest import DATE, FORMATS, INTEGER, TEXT, Desk, encode, log
from .test_documents import NOTICES

ROWS = [
    {"id": "a", "note": "一", "n": 1, "on": "2026-01-02"},
    {"id": "b", "note": 'two\n"lines", <b>', "n": 22},
    {"id": "c", "n": 3, "on": "2026-02-28"},
]
FIELDS = {"note": TEXT, "n": INTEGER, "on": DATE}


@pytest.mark.parametrize("format_", FORMATS)
def test_contents(desk: Desk, format_: str) -> None:
    rows = [dict(row, note=str(row["note"])) if "note" in row else row for row in ROWS]
    content = encode(format_, rows, desk.root)  # type: ignore[arg-type]
    loaded = desk.read(content, log(format_, FIELDS))  # type: ignore[arg-type]
    assert loaded.said == []
    [source] = loaded.evidence.places.sources
    # A record's number is its line or row, where it has one of its own.
    numbers = {"csv": (2, 3, 5), "xlsx": (2, 3, 4), "log": (1, 2, 4)}.get(format_, (1, 2, 3))
    locators = [source << 40 | number for number in numbers]
    assert list(loaded.evidence.places.contents(locators[1:]).values()) == [
        RecordContent("log", {"id": "b", "note": 'two\n"lines", <b>', "n": "22"}),
        RecordContent("log", {"id": "c", "n": "3", "on": "2026-02-28"}),
    ]
    assert loaded.evidence.places.contents(locators[:1]) == {
        locators[0]: RecordContent("log", {"id": "a", "note": "一", "n": "1", "on": "2026-01-02"})
    }
    assert loaded.evidence.places.contents([]) == {}


@pytest.mark.parametrize("small", [1 << 20, 1])
def test_contents_of_csv_whose_lines_are_not_its_records(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, small: int
) -> None:
    """DuckDB numbers the records of a large file; their lines are found when somebody asks."""
    monkeypatch.setattr(finder, "SMALL", small)
    loaded = desk.read('note,id\n"x\ny",a\n\nz,b\n"1\n2",c\nw,d\n', log("csv", {"note": TEXT}))
    assert loaded.places == [".csv:2", ".csv:5", ".csv:6", ".csv:8"]
    places = loaded.evidence.places
    locators = [1 << 40 | number for number in ((2, 5, 6, 8) if small > 1 else (2, 3, 4, 5))]
    assert [str(each) for each in places.locate(locators).values()] == [
        f"evidence/log{place}" for place in loaded.places
    ]
    assert [each.fields for each in places.contents(locators[1:]).values()] == [
        {"note": "z", "id": "b"},
        {"note": "1\n2", "id": "c"},
        {"note": "w", "id": "d"},
    ]


def test_nested_records_stand_for_themselves(desk: Desk) -> None:
    contract = log(
        "json",
        {"notices": NOTICES, "note": TEXT},
        children={"notices": {"path": "notices", "key": ["id", "to"]}},
    )
    loaded = desk.read(
        '[{"id": "a", "note": "x", "notices": [{"to": "p", "n": 1}, {"to": "q"}]}]', contract
    )
    assert loaded.said == []
    assert [row["place"] for row in loaded.tables["log.notices"]] == [
        "evidence/log.json:1#notices/0",
        "evidence/log.json:1#notices/1",
    ]
    around, nested = sorted(loaded.evidence.places.sources)
    assert loaded.evidence.places.contents([around << 40 | 1, nested << 40 | 2]) == {
        around << 40 | 1: RecordContent("log", {"id": "a", "note": "x"}),
        nested << 40 | 2: RecordContent("log.notices", {"to": "q"}),
    }


def test_records_of_one_line_are_told_apart(desk: Desk) -> None:
    contract = log(
        "json",
        {"notices": NOTICES},
        children={"notices": {"path": "notices", "key": ["id", "to"]}},
    )
    loaded = desk.read(
        '[{"id": "a"}, {"id": "b", "notices": [{"to": "p"}]},\n{"id": "c"}]', contract
    )
    assert loaded.places == [".json:1#0", ".json:1#1", ".json:2"]
    assert [row["place"] for row in loaded.tables["log.notices"]] == [
        "evidence/log.json:1#1/notices/0"
    ]
