"""How a contract says that cells are written: every way of reading takes a text alike."""

from __future__ import annotations

import datetime
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ccpolicy.errors import Locator
from ccpolicy.evidence_formats import Format
from ccpolicy.policy.column_checks import check_columns
from message_text import Said

from .conftest import BOOLEAN, DATE, INTEGER, NUMBER, TEXT, TIME, Desk, day, instant, log, workbook
from .test_ways import read

few = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
BAD = object()
RESULT = TEXT | {"enum": ["pass", "fail"]}

Spec = Mapping[str, Any]


def cells(spec: Spec, reading: Spec, texts: list[str], **more: Any) -> dict[str, Any]:
    """Return text → value in all ways: a CSV file small and large, JSON Lines and a workbook."""
    contract = log("csv", {"v": spec}, columns={"v": reading}, **more)
    rows = [(f"r{number}", text) for number, text in enumerate(texts)]
    lines = [f'{id_},"{text.replace(chr(34), chr(34) * 2)}"' for id_, text in rows]
    loaded = [read("\n".join(["id,v", *lines]), contract)]
    others: dict[Format, str | bytes] = {
        "jsonl": "".join(json.dumps({"id": id_, "v": text}) + "\n" for id_, text in rows),
        "xlsx": workbook([["id", "v"], *map(list, rows)]),
    }
    for kind, content in others.items():
        other = log(kind, {"v": spec}, columns={"v": reading}, **more)
        with tempfile.TemporaryDirectory() as folder:
            loaded.append(Desk(Path(folder)).read(content, other))
    found = []
    for each in loaded:
        taken = {row["id"]: (row["v"], row.get("v__early")) for row in each.tables["log"]}
        found.append({text: taken.get(id_, (BAD, BAD)) for id_, text in rows})
        # What is wrong is said once for each, and nothing else is.
        assert len(each.said) == sum(value[0] is BAD for value in found[-1].values())
    assert found[1] == found[0], "JSON Lines read otherwise"
    assert found[2] == found[0], "a workbook reads otherwise"
    return {
        text: value[0] if value[0] == value[1] or value[1] is None else value
        for text, value in found[0].items()
    }


SHANGHAI = {"zone": "Asia/Shanghai"}
AT = instant("2026-03-01T09:05:00+08:00")
CASES: dict[str, tuple[Spec, Spec, dict[str, Any]]] = {
    "day first": (
        TIME,
        {"time": "%d-%m-%Y %H:%M", **SHANGHAI},
        {
            "01-03-2026 09:05": AT,
            "1-3-2026 9:05": AT,
            "29-02-2026 09:05": BAD,
            "13-13-2026 09:05": BAD,
            "01-03-2026 24:00": BAD,
            "01-03-2026 09:05 ": BAD,
            " 01-03-2026 09:05": BAD,
            "01-03-2026 09:05:00": BAD,
            "2026-03-01T09:05:00": BAD,
            "01-03-1969 09:05": BAD,
            "": None,
        },
    ),
    "half days": (
        TIME,
        {"time": ["%m/%d/%Y %I:%M:%S %p", "%Y/%m/%d %p %I:%M"], **SHANGHAI},
        {
            "03/01/2026 09:05:00 AM": AT,
            "3/1/2026 9:05:00 am": AT,
            "03/01/2026 13:05:00 PM": BAD,
            "03/01/2026 09:05:00": BAD,
            "2026/3/1 上午 9:05": AT,
            "2026/3/1 下午 9:05": AT + 12 * 3_600_000_000,
        },
    ),
    "Chinese": (
        TIME,
        {"time": ["%Y年%m月%d日 %H:%M", "%Y年%m月%d日%H时%M分"], **SHANGHAI},
        {
            "2026年3月1日 9:05": AT,
            "2026年03月01日 09:05": AT,
            "2026年3月1日9时5分": AT,
            "2026年3月1日": BAD,
        },
    ),
    "offsets": (
        TIME,
        {"time": "%Y-%m-%d %H:%M:%S%z"},
        {
            "2026-03-01 09:05:00+0800": AT,
            "2026-03-01 09:05:00+08:00": AT,
            "2026-03-01 01:05:00Z": AT,
            "2026-03-01 09:05:00+08": AT,
            "2026-03-01 09:05:00+2500": BAD,
            "2026-03-01 09:05:00": BAD,
        },
    ),
    "the zone's name": (
        TIME,
        {"time": "%Y-%m-%d %H:%M UTC", "zone": "UTC"},
        {"2026-03-01 01:05 UTC": AT, "2026-03-01 01:05 GMT": BAD},
    ),
    "fractions": (
        TIME,
        {"time": ["%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S,%f"], **SHANGHAI},
        {
            "2026-03-01 09:05:00.5": AT + 500_000,
            "2026-03-01 09:05:00,123": AT + 123_000,
            "2026-03-01 09:05:00.1234567": AT + 123_456,
            "2026-03-01 09:05:00.": BAD,
        },
    ),
    "named months": (
        TIME,
        {"time": ["%d %b %Y %H:%M", "%a, %d %B %Y %H:%M"], **SHANGHAI},
        {
            "1 Mar 2026 9:05": AT,
            "01  MAR 2026 09:05": AT,
            "Sun, 1 March 2026 9:05": AT,
            "1 Mrz 2026 9:05": BAD,
        },
    ),
    "two digits of the year": (
        DATE,
        {"time": "%d.%m.%y"},
        {"1.3.26": day("2026-03-01"), "1.3.99": day("1999-03-01"), "1.3.2026": BAD},
    ),
    "epoch": (
        TIME,
        {"time": "epoch"},
        {
            str(AT // 10**6): AT,
            f"{AT // 10**6}.25": AT + 250_000,
            "-1": BAD,
            "1e9": BAD,
            "999999999999": BAD,
        },
    ),
    "milliseconds": (TIME, {"time": "epoch_ms"}, {str(AT // 1000): AT, "x": BAD}),
    "serial days": (
        TIME,
        {"time": "excel", **SHANGHAI},
        {
            "46082.378472222": AT,
            "46082": (
                instant("2026-03-02T00:00:00+08:00") - 1,
                instant("2026-03-01T00:00:00+08:00"),
            ),
        },
    ),
    "serial dates": (DATE, {"time": "excel"}, {"46082": day("2026-03-01"), "1": BAD}),
    "a day among moments": (
        TIME,
        {"time": ["%Y-%m-%d %H:%M", "%Y-%m-%d"], **SHANGHAI},
        {
            "2026-03-01 09:05": AT,
            "2026-03-01": (
                instant("2026-03-02T00:00:00+08:00") - 1,
                instant("2026-03-01T00:00:00+08:00"),
            ),
        },
    ),
    "either order": (
        DATE,
        {"time": ["%d/%m/%Y", "%m/%d/%Y"]},
        {"03/04/2026": BAD, "13/04/2026": day("2026-04-13"), "04/04/2026": day("2026-04-04")},
    ),
    "iso beside another": (
        TIME,
        {"time": ["iso", "%d.%m.%Y %H:%M"], **SHANGHAI},
        {"2026-03-01T09:05:00": AT, "2026-03-01T01:05:00Z": AT, "01.03.2026 09:05": AT},
    ),
    "packed": (
        TIME,
        {"time": "%Y%m%d%H%M", **SHANGHAI},
        {"202603010905": AT, "20263010905": BAD, "2026030109050": BAD},
    ),
    "an hour that came twice": (
        TIME,
        {"time": "%d.%m.%Y %H:%M", "zone": "Europe/Berlin"},
        {
            "25.10.2026 02:30": (
                instant("2026-10-25T02:30:00+01:00"),
                instant("2026-10-25T02:30:00+02:00"),
            ),
            "29.03.2026 02:30": BAD,
        },
    ),
    "marks": (
        DATE,
        {"empty": ["-", "N/A", "无"]},
        {"-": None, "N/A": None, "无": None, "n/a": BAD, "2026-03-01": day("2026-03-01")},
    ),
    "a mark that is a day": (DATE, {"empty": "9999-12-31"}, {"9999-12-31": None}),
    "words": (
        RESULT,
        {"values": {"合格": "pass", "不合格": "fail"}},
        {"合格": "pass", "不合格": "fail", "pass": BAD, "合格 ": BAD, "": None},
    ),
    "truth": (
        BOOLEAN,
        {"values": {"是": True, "否": False}},
        {"是": True, "否": False, "true": BAD},
    ),
    "a tick or nothing": (
        BOOLEAN,
        {"values": {"✓": True, "": False}},
        {"✓": True, "": False, "x": BAD},
    ),
    "words for numbers": (INTEGER, {"values": {"P1": 1, "P2": 2}}, {"P1": 1, "P2": 2, "1": BAD}),
    "thousands": (
        NUMBER,
        {"number": {"thousands": ","}},
        {
            "1,234.5": 1234.5,
            "1234.5": 1234.5,
            "12,34": BAD,
            "1,234,567": 1234567.0,
            "-1,234": -1234.0,
            "1.5e3": BAD,
            "01": BAD,
        },
    ),
    "decimal comma": (
        NUMBER,
        {"number": {"decimal": ",", "thousands": "."}},
        {"1.234,5": 1234.5, "1234,5": 1234.5, "1.5": BAD, "1.500": 1500.0},
    ),
    "units": (
        NUMBER,
        {"number": {"unit": ["￥", "¥"], "thousands": ","}},
        {"￥1,200": 1200.0, "¥ 5": 5.0, "-￥5": -5.0, "5": 5.0, "$5": BAD, "5 ￥": 5.0},
    ),
    "percent": (
        NUMBER,
        {"number": {"percent": True}},
        {"12 %": 0.12, "12.5%": 0.125, "12": BAD, "5％": 0.05},
    ),
    "leading zeros": (
        INTEGER,
        {"number": {"leading_zeros": True}},
        {"007": 7, "0": 0, "-07": -7, "5.0": 5, "5.5": BAD, "9223372036854775808": BAD},
    ),
    "an id that became a number": (
        TEXT,
        {"number": {}},
        {"67372.0": "67372", "67372": "67372", "67372.5": BAD, "A1": BAD},
    ),
    "clock durations": (
        INTEGER,
        {"duration": "%H:%M:%S"},
        {"3:43:00": 13380, "100:00:01": 360001, "1:60:00": BAD, "3:43": BAD},
    ),
    "Chinese durations": (
        INTEGER,
        {"duration": ["%H小时%M分钟", "%M分钟", "%H小时"]},
        {"6小时30分钟": 23400, "90分钟": 5400, "2小时": 7200, "6小时90分钟": BAD},
    ),
    "days and hours": (INTEGER, {"duration": "%d d %H h"}, {"27 d 19 h": 2401200, "1 d 24 h": BAD}),
    "seconds": (NUMBER, {"duration": "%S"}, {"90": 90.0, "-1": BAD, "1.5": BAD}),
    "forms that differ": (INTEGER, {"duration": ["%H:%M", "%M:%S"]}, {"3:43": BAD, "0:00": 0}),
    "a part": (INTEGER, {"extract": "^([0-9]+) - "}, {"3 - Moderate": 3, "Moderate": BAD}),
    "a part of a text": (
        TEXT | {"enum": ["P4"]},
        {"extract": "'name': '([^']*)'"},
        {"{'name': 'P4'}": "P4", "{'name': 'P5'}": BAD, "{'name': ''}": BAD},
    ),
    "a part that is a word": (
        RESULT,
        {"extract": "^([a-z]+)", "values": {"ok": "pass"}},
        {"ok (2)": "pass", "no": BAD},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_all_ways_agree(name: str) -> None:
    spec, reading, expected = CASES[name]
    assert cells(spec, reading, list(expected)) == expected


FORMATS = ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%Y-%m-%d %H:%M:%S", "%d %b %Y %I:%M %p"]
moments = st.datetimes(datetime.datetime(1970, 1, 2), datetime.datetime(2199, 12, 30))  # noqa: DTZ001


@few
@given(
    texts=st.lists(
        st.builds(lambda moment, form: moment.strftime(form), moments, st.sampled_from(FORMATS)),
        min_size=1,
        max_size=8,
        unique=True,
    ),
    formats=st.lists(st.sampled_from(FORMATS), min_size=1, max_size=3, unique=True),
    zone=st.sampled_from(["UTC", "Asia/Shanghai", "America/New_York"]),
)
@example(["03/04/2026 10:00"], ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"], "UTC")
def test_formats_by_brute_force(texts: list[str], formats: list[str], zone: str) -> None:
    def by_python(text: str) -> Any:
        found = set()
        for form in formats:
            try:
                local = datetime.datetime.strptime(text, form)  # noqa: DTZ007
            except ValueError:
                continue
            found.add(local)
        if len(found) != 1:
            return BAD
        [local] = found
        both = {local.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1)}
        shown = {each.astimezone(datetime.UTC) for each in both}
        real = [
            each for each in shown if each.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local
        ]
        instants = sorted(instant(each.isoformat()) for each in real)
        if not instants:
            return BAD
        return instants[0] if len(instants) == 1 else (instants[-1], instants[0])

    expected = {text: by_python(text) for text in texts}
    assert cells(TIME, {"time": formats, "zone": zone}, texts) == expected


def test_an_empty_required_cell_is_missing() -> None:
    contract = log("csv", {"v": DATE}, columns={"v": {"empty": "-"}}, required=["v"])
    assert read("id,v\na,-\nb,2026-03-01\n", contract).said == [
        "evidence/log.csv:2: FI302 'v' is missing"
    ]


def test_marks_of_all_columns_and_of_one() -> None:
    contract = log("csv", {"v": DATE, "w": DATE}, columns={"w": {"empty": "?"}}, empty="N/A")
    loaded = read("id,v,w\na,N/A,?\nb,N/A,N/A\n", contract)
    assert loaded.column("v") == [None]
    assert loaded.said == [
        "evidence/log.csv:3: EV304 a day that exists, as YYYY-MM-DD, is expected for 'w', not"
        ' "N/A"'
    ]


def test_cells_that_say_their_type(desk: Desk) -> None:
    properties = {"at": TIME, "on": DATE, "n": NUMBER, "b": BOOLEAN, "d": INTEGER, "s": TIME}
    columns = {
        "at": {"time": "%d.%m.%Y %H:%M", **SHANGHAI},
        "on": {"time": "%d.%m.%Y"},
        "n": {"number": {"decimal": ",", "thousands": "."}},
        "b": {"values": {"ja": True}},
        "d": {"duration": "%H:%M:%S"},
        "s": {"time": "excel", **SHANGHAI},
    }
    moment = datetime.datetime(2026, 3, 1, 9, 5)  # noqa: DTZ001
    row = [
        "a",
        moment,
        moment.date(),
        1.234,
        True,
        datetime.timedelta(hours=3, minutes=43),
        46082.378472222,
    ]
    content = workbook([["id", *properties], row])
    loaded = desk.read(content, log("xlsx", properties, columns=columns))
    assert loaded.said == []
    [found] = loaded.tables["log"]
    assert [found[name] for name in properties] == [
        AT,
        day("2026-03-01"),
        1.234,
        True,
        13380,
        AT,
    ]


def test_numbers_and_truth_of_json(desk: Desk) -> None:
    properties = {"at": TIME, "n": NUMBER, "b": BOOLEAN, "w": INTEGER, "e": INTEGER}
    columns = {
        "at": {"time": "epoch_ms"},
        "n": {"number": {"decimal": ",", "thousands": "."}},
        "b": {"values": {"1": True, "0": False}},
        "w": {"values": {"1": 10}},
        "e": {"empty": "-1"},
    }
    row = {"id": "a", "at": AT // 1000, "n": 1.234, "b": 0, "w": 1, "e": -1}
    loaded = desk.read(json.dumps(row) + "\n", log("jsonl", properties, columns=columns))
    assert loaded.said == []
    [found] = loaded.tables["log"]
    assert [found[name] for name in properties] == [AT, 1.234, False, 10, None]


def test_nested_records(desk: Desk) -> None:
    nested = {
        "type": "object",
        "additionalProperties": False,
        "required": ["n", "sent_at"],
        "properties": {"n": INTEGER, "sent_at": TIME},
    }
    contract = log(
        "jsonl",
        {"parts": {"type": "array", "items": nested}},
        children={
            "parts": {
                "path": "parts",
                "key": ["id", "n"],
                "columns": {"sent_at": {"time": "%d.%m.%Y %H:%M", **SHANGHAI}},
            }
        },
    )
    parts = [{"n": 1, "sent_at": "01.03.2026 09:05"}]
    bad = [{"n": 1, "sent_at": "01.03.2026 09:05"}, {"n": 2, "sent_at": "2026"}]
    rows = [{"id": "a", "parts": parts}, {"id": "b", "parts": bad}, {"id": "c"}]
    loaded = desk.read("".join(json.dumps(row) + "\n" for row in rows), contract)
    assert [row["sent_at"] for row in loaded.tables["log.parts"]] == [AT]
    assert loaded.said == [
        "evidence/log.jsonl:2#parts/1: EV540 'sent_at' must be a time written as"
        ' "%d.%m.%Y %H:%M": "2026"'
    ]


@pytest.mark.parametrize(
    ("spec", "text", "hint"),
    [
        (TIME, "29-02-2016 01:16", 'add  time: "%d-%m-%Y %H:%M", zone: "…"  to column v'),
        (
            TIME,
            "03-02-2016 01:16",
            'which is meant? add  time: "%d-%m-%Y %H:%M", zone: "…"  or  time: "%m-%d-%Y %H:%M",'
            ' zone: "…"  to column v',
        ),
        (TIME, "2016-02-03 01:16 UTC", 'add  time: "%Y-%m-%d %H:%M UTC", zone: "UTC"  to column v'),
        (TIME, "1456708560", 'add  time: "epoch"  to column v'),
        (DATE, "13/04/2026", 'add  time: "%d/%m/%Y"  to column v'),
        (BOOLEAN, "是", 'add  values: {"是": true, "否": false}  to column v'),
        (BOOLEAN, "Yes", 'add  values: {"Yes": true, "No": false}  to column v'),
        (DATE, "N/A", 'add  empty: "N/A"  to column v'),
        (INTEGER, "5.0", 'add  number: {decimal: "."}  to column v'),
        (INTEGER, "3:43:00", 'add  duration: "%H:%M:%S"  to column v'),
        (NUMBER, "￥1,200", 'add  number: {unit: "￥", thousands: ","}  to column v'),
    ],
)
def test_the_hint_is_the_line_to_add(spec: Spec, text: str, hint: str) -> None:
    loaded = read(f'id,v\na,"{text}"\n', log("csv", {"v": spec}))
    assert [each.split("if files are written so, ")[-1] for each in loaded.hints] == [hint]


def test_the_hint_adds_to_what_is_declared() -> None:
    contract = log("csv", {"v": DATE}, columns={"v": {"time": "%d.%m.%Y", "empty": "-"}})
    loaded = read("id,v\na,2026/3/1\nb,N/A\n", contract)
    assert loaded.hints == [
        'add  time: ["%d.%m.%Y", "%Y/%m/%d"]  to column v',
        'add  empty: ["-", "N/A"]  to column v',
    ]


def codes(properties: Spec, **more: Any) -> list[str]:
    contract = log("csv", properties, **more)

    def place(*path: str | int) -> Locator:
        return Locator("x", path="/".join(map(str, path)))

    return [
        str(Said(f"{e.locator} {e.message.coded()}")).split()[1]
        for e in check_columns(contract, place)
    ]


@pytest.mark.parametrize(
    ("spec", "reading", "code"),
    [
        (DATE, {"time": "%Y-%m"}, "PL720"),
        (TIME, {"time": "%Y-%m-%d %I:%M", **SHANGHAI}, "PL720"),
        (TIME, {"time": "%Y-%m-%d %H", **SHANGHAI}, "PL720"),
        (TIME, {"time": "%Y-%m-%d %H:%M %Z", **SHANGHAI}, "PL721"),
        (DATE, {"time": "%-d.%m.%Y"}, "PL721"),
        (DATE, {"time": "%d-%d-%Y"}, "PL722"),
        (TIME, {"time": "%d-%m-%Y %H:%M"}, "PL723"),
        (DATE, {"time": "epoch"}, "PL724"),
        (INTEGER, {"duration": "%M:%H"}, "PL725"),
        (INTEGER, {"duration": "%S", "number": {}}, "PL726"),
        (TEXT, {"time": "%Y-%m-%d"}, "PL727"),
        (DATE, {"zone": "UTC"}, "PL727"),
        (RESULT, {"values": {"ok": "good"}}, "PL729"),
        (BOOLEAN, {"values": {"ja": "true"}}, "PL729"),
        (RESULT, {"values": {"-": "pass"}, "empty": "-"}, "PL730"),
        (DATE, {"time": ["%Y-%m-%d", "%Y-%m-%d"]}, "PL731"),
        (NUMBER, {"number": {"thousands": "."}}, "PL732"),
        (NUMBER, {"number": {"unit": "%"}}, "PL732"),
        (TEXT, {"extract": "[0-9]+"}, "PL733"),
        (TEXT, {"extract": "(a)(b)"}, "PL733"),
        (TEXT, {"extract": "(?=a)(b)"}, "PL733"),
        (TIME, {"zone": "Asia/Peking"}, "PL203"),
    ],
)
def test_contracts_that_cannot_be(spec: Spec, reading: Spec, code: str) -> None:
    assert codes({"v": spec}, columns={"v": reading}) == [code]


def test_two_columns_from_one() -> None:
    assert codes({"v": TEXT, "w": TEXT}, columns={"v": "A", "w": "A"}) == ["PL728"]
    assert codes({"v": TEXT, "w": TEXT}, columns={"v": "w"}) == ["PL728"]


def test_a_list_is_read_as_it_is() -> None:
    contract = log("jsonl", {"v": {"type": "array", "items": TEXT}}, columns={"v": {"empty": "-"}})
    [error] = check_columns(contract, lambda *_: None)
    assert error.message.code == "PL734"
