"""The layers of a contract together: how files and cells are written, and what is a record."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import Any

import pytest

from .conftest import DATE, INTEGER, TEXT, TIME, Desk, day, instant, log, workbook
from .test_ways import WAYS, way

AT = instant("2026-03-01T09:05:00+08:00")
RESULT = TEXT | {"enum": ["pass", "fail"]}
COLUMNS: dict[str, Any] = {
    "checked_at": {"from": "时间", "time": "%Y年%m月%d日 %H:%M", "zone": "Asia/Shanghai"},
    "result": {"from": "结果", "values": {"合格": "pass", "不合格": "fail"}},
}
PROPERTIES = {"checked_at": TIME, "result": RESULT}
REGISTER = "巡检记录,,\nid,时间,结果\na,2026年3月1日 9:05,合格\n合计,1,\n"


@pytest.mark.parametrize("name", WAYS)
def test_a_register_as_it_is_kept(desk: Desk, name: str) -> None:
    contract = log("csv", PROPERTIES, columns=COLUMNS, encoding="GB18030", header=2, footer="^合计")
    with way(name):
        loaded = desk.read(REGISTER.encode("gb18030"), contract)
    assert (loaded.said, loaded.places) == ([], [".csv:3"])
    assert (loaded.column("checked_at"), loaded.column("result")) == ([AT], ["pass"])


def test_a_workbook_with_a_title_row(desk: Desk) -> None:
    rows = [line.split(",") for line in REGISTER.splitlines()[:-1]]
    loaded = desk.read(workbook(rows), log("xlsx", PROPERTIES, columns=COLUMNS, header=2))
    assert (loaded.said, loaded.places) == ([], [".xlsx:Log!3"])
    assert (loaded.column("checked_at"), loaded.column("result")) == ([AT], ["pass"])


def test_packed_files(desk: Desk) -> None:
    plain = REGISTER.split("\n", 1)[1].rsplit("合计", 1)[0]
    loaded = desk.read(
        gzip.compress(plain.encode()), log("csv", PROPERTIES, columns=COLUMNS, compression="gzip")
    )
    assert (loaded.said, loaded.column("checked_at")) == ([], [AT])
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("march.csv", plain)
    contract = log("csv", PROPERTIES, columns=COLUMNS, compression="zip")
    loaded = desk.read(content.getvalue(), contract)
    assert (loaded.said, loaded.column("result")) == ([], ["pass"])
    assert loaded.places == [".csv:march.csv!2"]


def test_columns_by_letter(desk: Desk) -> None:
    columns = {
        "id": "A",
        "n": {"from": "C", "number": {"thousands": ","}},
        "on": {"from": "2", "time": "%d.%m.%Y"},
    }
    contract = log("csv", {"n": INTEGER, "on": DATE}, columns=columns, header="none")
    loaded = desk.read('a,1.3.2026,"1,200"\n', contract)
    assert (loaded.said, loaded.column("n")) == ([], [1200])
    assert loaded.column("on") == [day("2026-03-01")]


def test_a_log(desk: Desk) -> None:
    contract = log(
        "log",
        {"at": TIME, "result": RESULT},
        pattern=r"(?P<when>\S+ \S+) (?P<id>\w+) (?P<result>\w+)",
        columns={
            "at": {"from": "when", "time": "%d/%m/%Y %H:%M", "zone": "Asia/Shanghai"},
            "result": {"values": {"OK": "pass", "FAIL": "fail"}},
        },
    )
    loaded = desk.read("01/03/2026 09:05 a OK\n01/03/2026 09:06 b MAYBE\n", contract)
    assert (loaded.column("at"), loaded.column("result")) == ([AT], ["pass"])
    assert [each.message.code for each in loaded.evidence.problems["log"]] == ["EV542"]


def test_xml_and_fields_around(desk: Desk) -> None:
    contract = log(
        "xml",
        {"n": INTEGER, "at": TIME},
        records="/scan/port",
        columns={
            "id": "@id",
            "n": {"number": {"leading_zeros": True}},
            "at": {"from": "/scan/@time", "time": "epoch"},
        },
    )
    text = f'<scan time="{AT // 10**6}"><port id="a"><n>007</n></port></scan>'
    loaded = desk.read(text, contract)
    assert (loaded.said, loaded.column("n"), loaded.column("at")) == ([], [7], [AT])


def test_a_day_in_the_name_of_the_file_and_a_cell_above(desk: Desk) -> None:
    contract = log(
        "csv",
        {"on": DATE, "by": TEXT},
        files="log-*.csv",
        header=2,
        columns={"on": {"time": "%Y%m%d"}},
        around={"on": {"file": r"log-([0-9]+)\.csv$"}, "by": {"cell": "A1", "match": "by (.*)"}},
    )
    desk.write("log-20260301.csv", "by QA\nid\na\n")
    loaded = desk.load(contract)
    assert loaded.said == []
    assert (loaded.column("on"), loaded.column("by")) == ([day("2026-03-01")], ["QA"])


@pytest.mark.parametrize("name", WAYS)
def test_a_roster_of_a_month(desk: Desk, name: str) -> None:
    """Title, grid of days, the month above: a row for each shift."""
    contract = log(
        "csv",
        {"day": DATE, "shift": TEXT},
        record={
            "type": "object",
            "additionalProperties": False,
            "required": ["day", "shift"],
            "properties": {"id": TEXT, "day": DATE, "shift": TEXT},
        },
        key=["id", "day"],
        encoding="GB18030",
        header=2,
        around={"month": {"cell": "A1", "match": "(.*)排班"}},
        columns={"day": {"time": "%Y年%m月%d日"}},
        reshape={
            "columns": ["工号", "1", "2"],
            "optional": ["31"],
            "query": "SELECT place, \"工号\" AS id, month || d || '日' AS day, v AS shift"
            ' FROM rows UNPIVOT (v FOR d IN ("1", "2", "31"))',
        },
    )
    text = "2026年3月排班,,,\n工号,1,2,31\nP1,早,,晚\nP2,,早,\n"
    with way(name):
        loaded = desk.read(text.encode("gb18030"), contract)
    assert loaded.said == []
    assert [(row["id"], row["day"], row["shift"]) for row in loaded.tables["log"]] == [
        ("P1", day("2026-03-01"), "早"),
        ("P1", day("2026-03-31"), "晚"),
        ("P2", day("2026-03-02"), "早"),
    ]
    assert loaded.places == [".csv:3", ".csv:3", ".csv:4"]
