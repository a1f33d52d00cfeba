"""JSON, JSON Lines and YAML: whole documents and what is nested in them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ccpolicy.evidence import document_loader
from ccpolicy.evidence.readers import text
from ccpolicy.evidence_formats import Format
from message_text import Said, coded

from .conftest import DATE, INTEGER, NUMBER, TEXT, TIME, Desk, day, encode, log

NOTICES: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["to"],
        "properties": {"to": TEXT, "at": TIME, "n": INTEGER},
    },
}


@pytest.mark.parametrize(
    ("content", "places"),
    [
        ('[{"id": "a"}, {"id": "b"}]', [".json:1#0", ".json:1#1"]),
        ('\ufeff[\r\n\r\n{"id":\r\n"a"}\r\n,\r\n{"id": "b"}]\r\n', [".json:3", ".json:6"]),
        ('\n[\n  {\n    "id": "a",\n    "note": "],[{"\n  },{"id":"b"}\n]', [".json:3", ".json:6"]),
    ],
)
def test_places_in_json(desk: Desk, content: str, places: list[str]) -> None:
    loaded = desk.read(content, log("json", {"note": TEXT}))
    assert (loaded.said, loaded.column("id"), loaded.places) == ([], ["a", "b"], places)


@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_places_in_lines(desk: Desk, bom: str) -> None:
    loaded = desk.read(f'{bom}{{"id":"a"}}\r\n\r\n  \n{{"id":"b"}}', log("jsonl"))
    assert (loaded.said, loaded.places) == ([], [".jsonl:1", ".jsonl:4"])


def test_places_in_yaml(desk: Desk) -> None:
    content = "\ufeff# Log\n-\n  id: a\n  note: |\n    x\n\n- {id: b}\n- id: c\n"
    loaded = desk.read(content, log("yaml", {"note": TEXT}))
    assert (loaded.said, loaded.column("note")) == ([], ["x\n", None, None])
    assert loaded.places == [".yaml:3", ".yaml:7", ".yaml:8"]


@pytest.mark.parametrize("kind", ["json", "yaml"])
def test_pointer(desk: Desk, kind: str) -> None:
    content = (
        '{"x": {"y": [1]}, "a/b": [0, {"records": [],\n"~c": [\n{"id": "a"},\n\n{"id": "b"}]}]}\n'
    )
    contract = log(kind, records="/a~1b/1/~0c")  # type: ignore[arg-type]
    loaded = desk.read(content, contract)
    assert (loaded.said, loaded.places) == ([], [f".{kind}:3", f".{kind}:5"])


@pytest.mark.parametrize("kind", ["json", "yaml"])
@pytest.mark.parametrize(
    ("pointer", "said"),
    [
        ("/x", "there is nothing at /x"),
        ("/list/2", "there is nothing at /list/2"),
        ("/list/-1", "there is nothing at /list/-1"),
        ("/list/0", "a list of records is expected at /list/0"),
        ("", "a list of records is expected"),
    ],
)
def test_pointer_to_nothing(desk: Desk, kind: str, pointer: str, said: str) -> None:
    contract = log(kind, records=pointer)  # type: ignore[arg-type]
    loaded = desk.read('{"list": [{"id": "a"}, 1]}', contract)
    assert loaded.said == [f"evidence/log.{kind}:1: {said}"]
    assert loaded.counts == [(f"evidence/log.{kind}", 0, 0)]


def test_nothing_in_yaml(desk: Desk) -> None:
    loaded = desk.read("# Nothing yet.\n", log("yaml"))
    assert loaded.said == ["evidence/log.yaml: EV101 "]


def test_paths(desk: Desk) -> None:
    contract = log(
        "jsonl",
        {"start": TIME, "n": INTEGER},
        columns={"id": "head.id", "start": "head.span.start", "n": "n"},
    )
    good = {"head": {"id": "a", "span": {"start": "2026-01-01T00:00:00Z"}}, "n": 1}
    bad = {"head": {"id": "b", "span": {"start": "noon", "end": 1}, "to": {}}, "n": 2, "m": 3}
    flat = {"head": "c"}
    loaded = desk.read("\n".join(map(json.dumps, (good, bad, flat))), contract)
    assert (loaded.column("id"), loaded.column("n")) == (["a"], [1])
    second = "evidence/log.jsonl:2: "
    assert loaded.said == [
        f"{second}unknown field '/head/span/end'",
        f"{second}unknown field '/head/to'",
        f"{second}unknown field '/m'",
        f"{second}a time such as 2026-01-31T18:05:00+08:00 is expected for 'head.span.start',"
        ' not "noon"',
        "evidence/log.jsonl:3: " + coded("FI302", "head.id"),
    ]
    more = log("jsonl", {"n": INTEGER}, columns={"id": "head.id"}, additionalProperties=True)
    loaded = desk.read(json.dumps({"head": {"id": "a", "x": 1}, "y": 2}), more)
    assert (loaded.said, loaded.column("id")) == ([], ["a"])


def nested(kind: str, **more: Any) -> Any:
    return log(
        kind,  # type: ignore[arg-type]
        {"at0": TIME, "notices": NOTICES},
        children={"notice": {"path": "notices", "key": ["id", "to"]}},
        zone="Europe/Berlin",
        **more,
    )


@pytest.mark.parametrize("kind", ["json", "yaml"])
def test_nested_records(desk: Desk, kind: str) -> None:
    content = """[
{"id": "a", "at0": "2026-01-01T00:00:00Z", "notices": [
  {"to": "x", "at": "2026-10-25T02:30:00", "n": 1},
  {"to": "y", "n": null, "at": ""}
]},
{"id": "b"},
{"id": "c", "notices": []},
{"id": "d", "at0": "2026-10-25T02:30:00", "notices": [{"to": "x"}]}
]
"""
    loaded = desk.read(content, nested(kind))
    file = f"evidence/log.{kind}"
    assert loaded.said == []
    assert loaded.counts == [(file, 4, 0)]
    assert loaded.column("id") == ["a", "b", "c", "d"]
    rows = loaded.tables["log.notice"]
    assert [(row["place"], row["id"], row["to"], row["n"]) for row in rows] == [
        (f"{file}:2#notices/0", "a", "x", 1),
        (f"{file}:2#notices/1", "a", "y", None),
        (f"{file}:8#notices/0", "d", "x", None),
    ]
    hour = 3_600_000_000
    assert rows[0]["at"] - rows[0]["at__early"] == hour
    assert rows[2]["at0"] - rows[2]["at0__early"] == hour
    assert (rows[1]["at"], rows[1]["at__early"]) == (None, None)


def test_faults_of_nested_records(desk: Desk) -> None:
    records = [
        {"id": "a", "notices": [{"to": "x"}, {"n": 1.5, "too": 1}, {"to": "y"}]},
        {"id": "b", "notices": "none"},
        {"id": "c", "notices": [1]},
        {"id": "d", "notices": [{"to": "x"}, {"to": "x"}]},
        {"id": "e", "notices": [{"to": "x "}]},
    ]
    loaded = desk.read("\n".join(map(json.dumps, records)), nested("jsonl"))
    file = "evidence/log.jsonl"
    assert loaded.said == [
        f"{file}:1#notices/1: " + coded("FI302", "to"),
        f"{file}:1#notices/1: " + coded("FI303", "too"),
        f"{file}:1#notices/1: " + coded("FI305", "n", "1.5"),
        f"{file}:2: " + coded("FI308", "notices", '"none"'),
        f"{file}:3#notices/0: " + coded("EV303", "notices", "1"),
        f"{file}:5#notices/0: " + coded("EV314", "to"),
        f"{file}:4#notices/1: " + coded("EV309", '"d × x"', f"{file}:4#notices/0"),
    ]
    assert "did you mean 'to'?" in loaded.hints
    assert loaded.counts == [(file, 5, 3)]
    assert loaded.column("id") == ["d", "e"]
    assert [row["to"] for row in loaded.tables["log.notice"]] == ["x", "x"]


def test_lists_and_numbers(desk: Desk) -> None:
    contract = log(
        "jsonl",
        {
            "tags": {"type": "array", "items": TEXT, "minItems": 1, "uniqueItems": True},
            "few": {"type": "array", "items": INTEGER, "maxItems": 1},
            "n": INTEGER,
            "x": NUMBER,
        },
    )
    lines = [
        '{"id": "a", "tags": ["x", "灭"], "n": 2.0, "x": 3}',
        '{"id": "b", "tags": ["x", "x"]}',
        '{"id": "c", "tags": [], "few": [1, 2]}',
        '{"id": "d", "tags": [1]}',
        '{"id": "e", "n": 9223372036854775808}',
        '{"id": "f", "x": 1e999}',
        '{"id": 7}',
        '{"id": "h", "n": true}',
    ]
    loaded = desk.read("\n".join(lines), contract)
    assert loaded.column("id") == ["a"]
    assert loaded.tables["log"][0]["tags"] == '["x","灭"]'
    assert (loaded.column("n"), loaded.column("x")) == ([2], [3.0])
    assert [Said(problem.partition(".jsonl:")[2]) for problem in loaded.said] == [
        "2: " + coded("EV328", "tags"),
        "3: " + coded("EV327", "few", "1"),
        "3: " + coded("EV326", "tags", "1"),
        "4#tags/0: " + coded("FI304", "tags", "1"),
        "5: 'n' must be at most 9223372036854775807, not 9223372036854775808",
        "6: 'x' must be at most 1.7976931348623157e+308, not Infinity",
        "7: " + coded("FI304", "id", "7"),
        "8: " + coded("FI305", "n", "true"),
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "not JSON at column 2: Expecting property name"),
        ('{"id": "b",}', "not JSON at column"),
        ('{"id": "b"} x', "not JSON at column 13: Extra data"),
        ('{"id": "b", "id": "c"}', "duplicate name 'id'"),
        ('{"id": "b", "x": NaN}', "not a number in JSON: NaN"),
        ('{"id": "b", "x": -Infinity}', "not a number in JSON: -Infinity"),
        ("[1]", "a record is expected here, with a name for each value"),
        ("null", "a record is expected here, with a name for each value"),
        (
            '{"id": "\\ud800"}',
            "the text contains an unpaired surrogate, which cannot be stored as UTF-8",
        ),
        (
            '{"id": "b\\u001f"}',
            "'id' belongs to the key, and holds a character that cannot be seen",
        ),
    ],
)
def test_line_that_is_no_record(desk: Desk, line: str, said: str) -> None:
    loaded = desk.read(f'{{"id": "a"}}\n\n{line}\n{{"id": "z"}}\n', log("jsonl", {"x": NUMBER}))
    [problem] = loaded.said
    assert problem.startswith(f"evidence/log.jsonl:3: {said}"), problem
    assert loaded.column("id") == ["a", "z"]
    assert loaded.counts == [("evidence/log.jsonl", 3, 1)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"id": "a"}\n{"id": "\xff"}\n', ":2: " + coded("EV221", "0xff", "9")),
        (b'{"id": "a"}\n\0\n', ":2: EV219 "),
        (b'{"id": "a"}\r{"id": "b"}\n', ":1: EV220 "),
        (b'{"id": "a"}\r', ":1: EV220 "),
        (b'{"id": "a"}\n' + b" " * (text.MAX_LINE + 1), ":2: " + coded("FI202", "1024")),
    ],
)
def test_lines_that_are_no_text(desk: Desk, content: bytes, said: str) -> None:
    [problem] = desk.read(content, log("jsonl")).said
    assert problem.startswith(f"evidence/log.jsonl{said}"), problem


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", ": FI102 "),
        (" \n", ": FI102 "),
        ('[\n{"id": "a"},\n]', ":3: EV214 "),
        ('[\n{"id": "a"}\n', ":3: EV214 "),
        ('[\n{"id": "a"},\n{"id": "b", "id": "c"}]', ":3: " + coded("EV215", "id")),
        ('[\n{"id": "a"},\n\n{"id": NaN}]', ":4: " + coded("EV213", "NaN")),
        ('{"a": NaN, "b": 1}', ":1: " + coded("EV213", "NaN")),
        ("NaN", ":1: " + coded("EV213", "NaN")),
        ('[{"id":\n"灭"}'.encode("gb18030"), ":2: not UTF-8 text: byte 0xc3"),
    ],
)
def test_no_json(desk: Desk, content: str | bytes, said: str) -> None:
    loaded = desk.read(content, log("json"))
    assert loaded.said[0].startswith(f"evidence/log.json{said}"), loaded.said
    assert len(loaded.said) == 1
    assert loaded.tables["log"] == []


def test_duplicate_name_outside_the_records(desk: Desk) -> None:
    contract = log("json", records="/list")
    loaded = desk.read('{"list": [{"id": "a"}], "x": 1, "x": 2}', contract)
    assert loaded.said == ["evidence/log.json: " + coded("EV215", "x")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("- &x {id: a}\n- *x\n", "1:3: FI206 "),
        ("- id: a\n- id: !!str 1\n", "2:7: FI207 "),
        ("- id: a\n  id: b\n", "2:3: " + coded("FI210", "id")),
        ("- id: a\n - id: b\n", "2:"),
        ("- id: a\n---\n- id: b\n", "2:"),
        ("- id: no\n", "1:7: "),
        ("- id: a\n- id: \x07\n", "2: FI203 "),
        (b"- id: a\n- id: \xff\n", "2: FI204 "),
    ],
)
def test_no_yaml(desk: Desk, content: str | bytes, said: str) -> None:
    loaded = desk.read(content, log("yaml"))
    [problem] = loaded.said
    assert problem.startswith(f"evidence/log.yaml:{said}"), problem
    assert loaded.tables["log"] == []


@pytest.mark.parametrize("kind", ["json", "yaml", "jsonl"])
def test_places_of_records_in_several_batches(
    desk: Desk, kind: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document_loader, "_BATCH", 3)
    rows = [{"id": f"A-{number}"} for number in range(10)]
    loaded = desk.read(encode(kind, rows, desk.root), log(kind))
    first = 2 if kind == "json" else 1
    assert loaded.places == [f".{kind}:{first + number}" for number in range(10)]


@pytest.mark.parametrize(
    ("on", "at", "is_read"),
    [("31.01.2026", "01.02.2026", True), ("soon", "01.02.2026", False), ("31.01.2026", "x", False)],
)
def test_times_in_and_around_a_list_are_each_read(
    desk: Desk, on: str, at: str, is_read: bool
) -> None:
    notices = {
        "type": "array",
        "items": {"type": "object", "required": ["to"], "properties": {"to": TEXT, "at": DATE}},
    }
    time = {"time": "%d.%m.%Y"}
    contract = log(
        "json",
        {"on": DATE, "notices": notices},
        columns={"on": time},
        children={"notice": {"path": "notices", "key": ["id", "to"], "columns": {"at": time}}},
    )
    record = {"id": "1", "on": on, "notices": [{"to": "a", "at": at}]}
    loaded = desk.read(json.dumps([record]), contract)
    assert loaded.column("on") == ([day("2026-01-31")] if is_read else [])
    assert loaded.column("at", "log.notice") == ([day("2026-02-01")] if is_read else [])
    assert len(loaded.said) == (not is_read)
