"""Rows that are not records: one query makes the records, and keeps where they are on file."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from ccpolicy.evidence_formats import Format

from .conftest import DATE, INTEGER, TEXT, TIME, Desk, Loaded, Row, day, encode, instant, log
from .test_ways import WAYS, read, way

UTC = {"zone": "UTC"}


def made(
    rows: list[list[str]],
    query: str,
    properties: Row,
    *,
    optional: tuple[str, ...] = (),
    **more: Any,
) -> Loaded:
    """Read rows, headings first, in all ways: CSV small and large, JSON Lines, workbook."""
    header, *cells = rows
    reshape = {
        "columns": [each for each in header if each not in optional],
        "optional": list(optional),
        "query": query,
    }
    record = {
        "type": "object",
        "additionalProperties": False,
        "required": [],
        "properties": properties,
    }
    more = {"record": record, "reshape": reshape, "key": list(properties)[:1], **more}
    csv = "\n".join(",".join(row) for row in rows) + "\n"
    found = [read(csv, log("csv", **more))]
    records = [
        {name: text for name, text in zip(header, row, strict=True) if text} for row in cells
    ]
    kinds: tuple[Format, ...] = ("jsonl", "xlsx", "parquet")
    for kind in kinds:
        with tempfile.TemporaryDirectory() as folder:
            desk = Desk(Path(folder))
            (desk.root / "evidence").mkdir()
            wide = [dict.fromkeys(header) | row for row in records]
            content = encode(kind, wide if kind != "jsonl" else records, desk.root)
            found.append(desk.read(content, log(kind, **more)))
    for each in found[1:]:
        assert [without_place(row) for row in each.tables["log"]] == [
            without_place(row) for row in found[0].tables["log"]
        ]
        assert len(each.said) == len(found[0].said)
    return found[0]


def without_place(row: Row) -> Row:
    return {name: cell for name, cell in row.items() if name != "place"}


def test_a_grid_of_days() -> None:
    days = ["1", "2", "31"]
    loaded = made(
        [["who", *days], ["P1", "早", "", "晚"], ["P2", "", "早", ""], ["合计", "1", "1", "1"]],
        """
        SELECT place, who || '/' || d AS id, who AS person,
          regexp_extract(file, '^evidence/(log)', 1) || d AS stem, v AS shift
        FROM rows UNPIVOT (v FOR d IN ("1", "2", "30", "31")) WHERE who <> '合计'
        """,
        {"id": TEXT, "person": TEXT, "stem": TEXT, "shift": TEXT},
        optional=("30",),
    )
    assert [(row["id"], row["stem"], row["shift"]) for row in loaded.tables["log"]] == [
        ("P1/1", "log1", "早"),
        ("P1/31", "log31", "晚"),
        ("P2/2", "log2", "早"),
    ]
    assert loaded.places == [".csv:2", ".csv:2", ".csv:3"]
    [file] = loaded.evidence.files
    assert [note.code for note in file.notes] == ["EV548"]
    assert loaded.said == []


def test_rows_that_another_dataset_reads_are_not_passed_over(desk: Desk) -> None:
    """Where a query adds up the rows of a file that is read whole as well."""
    desk.write("log.csv", "id,site\na,SHA\nb,SHA\n")
    sums = log(
        "csv",
        id="sums",
        key=["site"],
        record={"type": "object", "properties": {"site": TEXT, "n": INTEGER}},
        reshape={
            "columns": ["id", "site"],
            "query": "SELECT max(place) AS place, site, count(*) AS n FROM rows GROUP BY site",
        },
    )
    whole = log("csv", {"site": TEXT})
    used = {"sums": {"site", "n"}, "log": {"id", "site"}}
    alone = desk.load(sums, used={"sums": used["sums"]})
    assert [note.code for file in alone.evidence.files for note in file.notes] == ["EV548"]
    both = desk.load(sums, whole, used=used)
    assert [note.code for file in both.evidence.files for note in file.notes] == []
    assert [row["n"] for row in both.tables["sums"]] == [2]


def test_fill_down_and_rows_to_pass_over() -> None:
    loaded = made(
        [["site", "id"], ["SHA", "a"], ["", "b"], ["site", "id"], ["PEK", "c"], ["", "d"]],
        """
        WITH own AS (SELECT * FROM rows WHERE id <> 'id')
        SELECT place, id,
          last_value(site IGNORE NULLS) OVER (PARTITION BY file ORDER BY place) AS site
        FROM own
        """,
        {"id": TEXT, "site": TEXT},
    )
    assert loaded.column("site") == ["SHA", "SHA", "PEK", "PEK"]
    assert loaded.places == [".csv:2", ".csv:3", ".csv:5", ".csv:6"]


def test_first_and_last_of_several_rows() -> None:
    loaded = made(
        [
            ["id", "when", "state"],
            ["a", "2026-03-01 10:00", "open"],
            ["b", "2026-03-01 11:00", "open"],
            ["a", "2026-03-01 12:00", "closed"],
        ],
        """
        SELECT max(place) AS place, id, min("when") AS opened_at, arg_max(state, place) AS state
        FROM rows GROUP BY id
        """,
        {"id": TEXT, "opened_at": TIME, "state": TEXT},
        columns={"opened_at": {"time": "%Y-%m-%d %H:%M", **UTC}},
    )
    assert [(row["place"][-1], row["id"], row["state"]) for row in loaded.tables["log"]] == [
        ("3", "b", "open"),
        ("4", "a", "closed"),
    ]
    assert loaded.column("opened_at")[1] == instant("2026-03-01T10:00:00Z")


@pytest.mark.parametrize("guide", ["columns.md", "columns.zh.md"])
def test_the_event_log_of_the_guide(desk: Desk, guide: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / guide).read_text("utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    [contract] = [each for each in blocks if "accepted_at" in each]
    properties = {"ticket": TEXT, "opened_at": TIME, "accepted_at": TIME, "closed_at": TIME}
    record = {"type": "object", "additionalProperties": False, "properties": properties}
    dataset = log("csv", record=record, **yaml.safe_load(contract))
    rows = [
        "a,2026-03-01 10:00,New",
        "b,2026-03-01 10:05,New",
        "a,2026-03-01 10:10,Accepted",
        "a,2026-03-01 11:00,Closed",
        "a,2026-03-01 12:00,Accepted",
        "c,2026-03-01 12:30,New",
        "b,2026-03-01 13:00,Closed",
        "c,2026/03/01 14:00,Closed",
    ]
    loaded = desk.read("\n".join(["ticket,changed,state", *rows]) + "\n", dataset)
    begun, accepted = (instant(f"2026-03-01T{hour}:00+08:00") for hour in ("10:00", "10:10"))
    found = {row["ticket"]: row for row in loaded.tables["log"]}
    assert found.keys() == {"a", "b"}
    names = ("opened_at", "accepted_at", "closed_at")
    assert [found["a"][each] for each in names] == [begun, accepted, None]
    assert found["b"]["closed_at"] == instant("2026-03-01T13:00:00+08:00")
    assert [(str(each.locator), each.message.code) for each in loaded.evidence.problems["log"]] == [
        ("evidence/log.csv:9", "EV540")
    ]


def test_several_things_in_a_cell() -> None:
    loaded = made(
        [["id", "v"], ["a", "8  15  19"], ["b", ""]],
        "SELECT place, unnest(regexp_extract_all(v, '[0-9]+')) AS v, id FROM rows",
        {"v": INTEGER, "id": TEXT},
    )
    assert loaded.column("v") == [15, 19, 8]
    assert set(loaded.places) == {".csv:2"}


def test_date_and_time_in_two_columns_and_a_night() -> None:
    loaded = made(
        [
            ["id", "d", "t"],
            ["a", "01.03.2026", "22:00"],
            ["b", "2.3.2026", "9:05"],
            ["c", "31.02.2026", "9:05"],
        ],
        "SELECT place, id, d || ' ' || t AS starts_at FROM rows",
        {"id": TEXT, "starts_at": TIME},
        columns={"starts_at": {"time": "%d.%m.%Y %H:%M", **UTC}},
    )
    assert loaded.column("starts_at") == [
        instant("2026-03-01T22:00:00Z"),
        instant("2026-03-02T09:05:00Z"),
    ]
    assert [each.split(" ")[1] for each in map(str, loaded.said)] == ["EV540"]


def test_a_log_without_years_over_new_year() -> None:
    loaded = made(
        [["id", "d"], ["a", "Dec 31"], ["b", "Jan 1"], ["c", "Mar 2"]],
        """
        WITH dated AS (
          SELECT *, try_strptime('2000 ' || d, '%Y %b %d') AS day FROM rows
        ),
        turned AS (
          SELECT *, CASE WHEN day < lag(day) OVER (ORDER BY place) THEN 1 ELSE 0 END AS turn
          FROM dated
        )
        SELECT place, id, (2025 + sum(turn) OVER (ORDER BY place ROWS UNBOUNDED PRECEDING))
          || ' ' || d AS happened_on
        FROM turned
        """,
        {"id": TEXT, "happened_on": DATE},
        columns={"happened_on": {"time": "%Y %b %d"}},
    )
    assert loaded.column("happened_on") == [
        day("2025-12-31"),
        day("2026-01-01"),
        day("2026-03-02"),
    ]


def test_a_year_of_the_republic_of_china() -> None:
    loaded = made(
        [["id", "d"], ["a", "115/3/1"]],
        """
        SELECT place, id, (CAST(split_part(d, '/', 1) AS BIGINT) + 1911)
          || substr(d, strpos(d, '/')) AS happened_on FROM rows
        """,
        {"id": TEXT, "happened_on": DATE},
        columns={"happened_on": {"time": "%Y/%m/%d"}},
    )
    assert loaded.column("happened_on") == [day("2026-03-01")]


def test_equal_rows_are_numbered() -> None:
    loaded = made(
        [["caller", "d"], ["x", "1"], ["x", "1"], ["y", "1"]],
        """
        SELECT place, caller || '-' || row_number() OVER (PARTITION BY caller, d ORDER BY place)
          AS id FROM rows
        """,
        {"id": TEXT},
    )
    assert loaded.column("id") == ["x-1", "x-2", "y-1"]


def test_values_of_the_query() -> None:
    """What is no text is written as a cell has it."""
    loaded = made(
        [["id", "v"], ["a", "2026-03-01 10:00"]],
        """
        SELECT place, id, strptime(v, '%Y-%m-%d %H:%M') AS t, CAST(strptime(v, '%Y-%m-%d %H:%M')
          AS DATE) + 1 AS d, length(v) AS n, v LIKE '2026%' AS b FROM rows
        """,
        {"id": TEXT, "t": TIME, "d": DATE, "n": INTEGER, "b": {"type": "boolean"}},
        zone="UTC",
    )
    assert [loaded.column(each)[0] for each in ("t", "d", "n", "b")] == [
        instant("2026-03-01T10:00:00Z"),
        day("2026-03-02"),
        16,
        True,
    ]


def test_keys_that_rows_of_one_place_share() -> None:
    loaded = made(
        [["id", "v"], ["a", "8 8"]],
        "SELECT place, unnest(string_split(v, ' ')) AS v FROM rows",
        {"v": TEXT},
    )
    assert ["already" in each for each in map(str, loaded.said)] == [True]


def test_what_a_record_of_a_report_shows(desk: Desk) -> None:
    reshape = {"columns": ["id", "v"], "query": "SELECT place, id, upper(v) AS v FROM rows"}
    loaded = desk.read("id,v\na,x\nb,y\n", log("csv", {"v": TEXT}, reshape=reshape))
    [number] = loaded.evidence.places.sources
    contents = loaded.evidence.places.sources[number]
    # The store is closed by now: what a report shows is asked for before.
    assert type(contents).__name__ == "ReshapedRecords"
    assert loaded.column("v") == ["X", "Y"]


@pytest.mark.parametrize("name", WAYS)
def test_headings_that_are_not_there(desk: Desk, name: str) -> None:
    reshape = {"columns": ["id", "w"], "query": "SELECT place, id FROM rows"}
    with way(name):
        loaded = desk.read("id,v\na,x\n", log("csv", reshape=reshape))
    assert loaded.tables["log"] == []
    assert any("'w' is missing" in each for each in map(str, loaded.said))
    assert any("'v'" in each for each in map(str, loaded.said)), "an unknown heading is refused"


def test_queries_that_fail_on_rows(desk: Desk) -> None:
    for query, code in [
        ("SELECT place, id, CAST(v AS BIGINT) AS v FROM rows", "EV546"),
        ("SELECT place, id, strptime(v, '%Y') AS v FROM rows", "EV546"),
        ("SELECT place + 1 AS place, id, v FROM rows", "EV547"),
        ("SELECT CASE WHEN id = 'b' THEN place END AS place, id, v FROM rows", "EV547"),
    ]:
        contract = log("csv", {"v": TEXT}, reshape={"columns": ["id", "v"], "query": query})
        loaded = desk.read("id,v\na,x\nb,2\n", contract)
        assert loaded.tables["log"] == []
        assert [each.split(" ")[1] for each in map(str, loaded.said)] == [code]


def test_more_rows_than_the_limit(desk: Desk) -> None:
    from ccpolicy.errors import LimitError

    query = "SELECT a.place, a.id || b.id || c.id AS id FROM rows a, rows b, rows c"
    contract = log("csv", reshape={"columns": ["id"], "query": query})
    lines = "".join(f"r{number}\n" for number in range(20))
    with pytest.raises(LimitError):
        desk.read(f"id\n{lines}", contract, rows=1000)


def test_large_and_small_files_beside_each_other(desk: Desk) -> None:
    desk.write("log1.csv", "id,v\na,1\n")
    desk.write("log2.csv", 'id,v\n"b\nb",2\nc,3\n')
    reshape = {"columns": ["id", "v"], "query": "SELECT place, v AS id FROM rows"}
    for name in WAYS:
        with way(name):
            loaded = desk.load(log("csv", files="log*.csv", reshape=reshape))
        assert loaded.places == ["1.csv:2", "2.csv:2", "2.csv:4"]
        assert loaded.counts == [("evidence/log1.csv", 1, 0), ("evidence/log2.csv", 2, 0)]


def test_documents_of_many_levels(desk: Desk) -> None:
    rows = [{"id": "a", "r": {"x": [1, 2]}, "n": 5}, {"id": "b", "n": True}]
    reshape = {
        "columns": ["id", "n"],
        "optional": ["r.x"],
        "query": 'SELECT place, id, n, "r.x" AS x FROM rows',
    }
    contract = log("jsonl", {"n": TEXT, "x": TEXT}, reshape=reshape)
    loaded = desk.read("".join(json.dumps(row) + "\n" for row in rows), contract)
    assert (loaded.column("n"), loaded.column("x")) == (["5", "true"], ["[1, 2]", None])
