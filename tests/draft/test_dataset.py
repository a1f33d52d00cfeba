"""Contracts that are drafted from files: right at once, asked, or refused, and never wrong."""

from __future__ import annotations

import datetime
import gzip
import io
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ccpolicy.draft.contract_names import name_of
from ccpolicy.draft.dataset import draft_dataset
from ccpolicy.draft.drafted import DraftContext
from ccpolicy.draft.file_layout import file_layout
from ccpolicy.errors import CcpolicyError, EvidenceError
from ccpolicy.evidence_formats import FORMATS, Format
from ccpolicy.files.limits import Limits
from cli.conftest import Run
from evidence.conftest import encode, legacy_workbook
from message_text import coded
from small_centre import lay

AROUND = DraftContext(None, ("en",), "Asia/Shanghai")


def sheet(*rows: list[Any], title: str = "", beside: bool = False) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    if title:
        page.append([title])
        book.create_sheet("Other")
    for row in rows:
        page.append(([None, *row]) if beside else row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def sheets(pages: Mapping[str, list[list[Any]]], merged: str = "") -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for title, rows in pages.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
        if merged:
            page.merge_cells(merged)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


ROOMS, MONTHS = ["Room", "Checked on"], ["编号", "1月", "2月", "3月"]
NEXT = datetime.date(2026, 3, 2)
DAY, MOMENT = datetime.date(2026, 3, 1), datetime.datetime(2026, 3, 1, 9, 5)  # noqa: DTZ001
SITE: list[list[Any]] = [ROOMS, ["R1", DAY], ["R2", DAY]]
LOG: list[Any] = ["Log"]
NOTES: list[list[Any]] = [["Colour", "Meaning"], ["red", "bad"]]
RIGHT: dict[str, tuple[str, bytes, list[str]]] = {
    "plain": (
        "csv",
        b"id,day,n,at\nA1,2026-03-01,5,2026-03-01T09:05:00+08:00\nA2,2026-03-02,6,2026-03-01T09:05:00Z\n",
        [
            "key: [id]",
            "day: {type: string, format: date}",
            "n: {type: integer}",
            "at: {type: string, format: date-time}",
        ],
    ),
    "day first": (
        "csv",
        b"id,day\nA1,03/04/2026\nA2,25/06/2026\n",
        ['day: {time: "%d/%m/%Y"}', "day: {type: string, format: date}"],
    ),
    "month first, to the minute and to the second": (
        "csv",
        b"id,at\nA1,06/02/2015 02:39:15 PM\nA2,06/22/2015 02:39 PM\n",
        ['at: {time: ["%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p"]}'],
    ),
    "UTF-16 with tabs": (
        "tsv",
        "id\tday\nA\t2026-01-01\nB\t2026-01-02\n".encode("utf-16"),
        ["encoding: UTF-16", 'delimiter: "\\t"'],
    ),
    "sep= and decimal commas": (
        "csv",
        b"sep=;\nid;cost\nA;1.234,5\nB;12,0\n",
        ['delimiter: ";"', "header: 2", 'cost: {number: {decimal: ",", thousands: "."}}'],
    ),
    "words for yes, percent, ids with zeros, marks": (
        "csv",
        "id,ok,share,no,day\n1,是,12 %,007,2026/3/1\n2,否,5 %,011,-\n".encode(),
        [
            "ok: {values: {是: true, 否: false}}",
            "share: {number: {percent: true}}",
            "no: {type: string}",
            'day: {time: "%Y/%m/%d", empty: "-"}',
        ],
    ),
    "durations and money": (
        "csv",
        'id,took,cost\nA,6小时30分钟,"￥1,200.50"\nB,90分钟,￥3\n'.encode(),
        [
            'took: {duration: ["%H小时%M分钟", "%M分钟"]}',
            'cost: {number: {thousands: ",", unit: ["￥"]}}',
        ],
    ),
    "ids as decimals": ("csv", b"id,n\n7.0,1\n8.0,2\n", ["id: {number: {}}", "id: {type: string}"]),
    "closed lists, and what may be anything": (
        "csv",
        b"day,outcome,remark,course\n2026-01-13,passed,-,Fire\n2026-01-14,failed,low,Fire\n"
        b"2026-01-15,passed,-,Fire\n2026-01-16,passed,low,Fire\n",
        [
            "outcome: {type: string, enum: [passed, failed]}",
            "remark: {type: string}",
            "course: {type: string}",
        ],
    ),
    "what tells records apart is no closed list": (
        "csv",
        b"hydrant,day\nH1,2026-01-13\nH2,2026-01-13\nH1,2026-02-13\nH2,2026-02-13\n",
        ["hydrant: {type: string}", "key: [hydrant, day]"],
    ),
    "packed": ("csv.gz", gzip.compress(b"id,n\nA,1\nB,2\n"), ["compression: gzip"]),
    "JSON Lines": (
        "jsonl",
        b'{"id":"a","host":{"os":"x"},"ok":true}\n{"id":"b","host":{"os":"y"},"ok":false}\n',
        ["host_os: host.os", "ok: {type: boolean}"],
    ),
    "YAML": (
        "yaml",
        b"- {id: a, tags: [s, t]}\n- {id: b, tags: [u]}\n",
        ["tags: {type: array, items: {type: string}}"],
    ),
    "GB18030": (
        "csv",
        "设备编号,日期,结果\nE1,2026年3月1日,合格\nE2,2026年3月2日,不合格\n".encode("gb18030"),
        ["encoding: GB18030", 'date: {from: 日期, time: "%Y年%m月%d日"}'],
    ),
    "Big5": (
        "csv",
        "設備編號,日期,結果\nE1,2026/3/1,合格\nE2,2026/3/2,不合格\n".encode("big5"),
        ["encoding: Big5"],
    ),
    "a currency behind": (
        "csv",
        "id;cost\nA;7,50 €\nB;1.014,50 €\n".encode(),
        ['cost: {number: {decimal: ",", thousands: ".", unit: ["€"]}}'],
    ),
    "a letter alone is no yes or no": ("csv", b"id,site\nA,N\nB,N\n", ["site: {type: string}"]),
    "a title without a day, a total, comments": (
        "csv",
        b"Meters 2026,\n# by hand,\nid,m3\nA,1\n# late,\nB,2\nTotal,3\n",
        ["header: 3", 'skip: ["^#", "^Total"]', "# Above the table stands: Meters 2026"],
    ),
    "an empty column of remarks": ("csv", b"id,n,note\nA,1,\nB,2,\n", ["note: {type: string}"]),
    "a semicolon in cells is no delimiter": ("csv", b"id,who\nA,a;b\nB,c\n", ["key: [id]"]),
    "a subject and a day tell apart rather than a reading": (
        "csv",
        b"tank,day,pressure\nT1,2026-01-01,12 bar\nT2,2026-01-01,13 bar\nT1,2026-01-02,14 bar\n",
        ["key: [tank, day]", "pressure: {number: {unit: [bar]}}"],
    ),
    "a sheet for each site": (
        "xlsx",
        sheets({"Berlin": [ROOMS, ["R1", DAY]], "Bonn": SITE, "Empty": []}),
        ['sheet: "B*"', 'around: {sheet: {part: "(.*)"}}', "key: [room, sheet]"],
    ),
    "sheets of a merged title": (
        "xlsx",
        sheets({"A": [LOG, ROOMS, ["1", DAY]], "B": [LOG, ROOMS, ["2", DAY]]}, "A1:B1"),
        ["header: 2", 'sheet: "*"', "checked_on: {type: string, format: date}"],
    ),
    "workbook": (
        "xlsx",
        sheet(["Asset id", "Checked on", "Litres"], ["E1", DAY, 5.5], ["E2", DAY, 6]),
        [
            "asset_id: Asset id",
            "checked_on: {type: string, format: date}",
            "litres: {type: number}",
        ],
    ),
    "old workbook": (
        "xls",
        legacy_workbook([["Asset id", "Litres"], ["E1", 5.5], ["E2", 6]]),
        ["format: xlsx", "asset_id: Asset id", "litres: {type: number}"],
    ),
}
ASKED: dict[str, tuple[str, bytes, list[str]]] = {
    "dates of which some are typed": (
        "xlsx",
        sheet(["id", "day"], ["A1", DAY], ["A2", "2026.2.10"], ["A3", "-"]),
        [
            "# ? Some cells are dates, others texts such as 2026.2.10.",
            '    #     day: {time: ["%Y.%m.%d"]}',
            "    #     day: {type: string, format: date}",
            "day: {type: string}",
        ],
    ),
    "dates of which some are words": (
        "xlsx",
        sheet(["id", "at"], ["A1", MOMENT], ["A2", "later"]),
        ["such as later.", "    #     at: {type: string, format: date-time}"],
    ),
    "either order of day and month": (
        "csv",
        b"id,day\nA1,03/04/2026\nA2,05/06/2026\n",
        [
            "# ? In which order are day and month, such as in 03/04/2026?",
            "day: {type: string}",
            '#     day: {time: "%d/%m/%Y"}',
            '#     day: {time: "%m/%d/%Y"}',
        ],
    ),
    "two digits of a year": (
        "csv",
        b"id,day\nA,01.02.03\nB,05.06.07\n",
        ["# ? In which order", "day: {type: string}"],
    ),
    "either decimal mark": (
        "csv",
        b"id;cost\nA;1,234\nB;5,678\n",
        ["# ? Which sign is the decimal mark, such as in 1,234?", "cost: {type: string}"],
    ),
    "Latin": (
        "csv",
        "id,name\nA,Müller\nB,Café\n".encode("cp1252"),
        ["# ? Read as Windows-1252, the text has Müller | Café"],
    ),
    "titles above, totals below": (
        "csv",
        "登记表 2026年3月,,\n设备编号,日期,费用\nE1,2026/3/1,5\nE2,2026/3/2,6\n合计,,11\n"
        "未检两台,,\n".encode(),
        [
            "header: 2",
            'skip: ["^合计", "^未检两台"]',
            "# ? Rows that begin with these are passed over: 未检两台.",
            "# ? Above the table stands: 登记表 2026年3月. Does a column",
        ],
    ),
    "no headings": (
        "csv",
        b"A1,2026-01-01,5\nA2,2026-01-02,6\n",
        ["header: none", "b: B", "# ? Row 1 holds data"],
    ),
    "a heading twice": (
        "csv",
        b"id,day,id\nA1,2026-01-01,5\nA2,2026-01-02,6\n",
        ["range: A2", "# ? The heading 'id' is there twice"],
    ),
    "two rows of headings": (
        "xlsx",
        sheet(["Asset", None, "Check"], ["id", "site", "litres"], ["A", "S", 5], ["B", "S", 6]),
        ["header: [1, 2]", "asset_id: Asset id", "# ? Rows 1 and 2 are read as headings"],
    ),
    "beside the edge, times without an offset": (
        "xlsx",
        sheet(["id", "at"], ["A", MOMENT], ["B", MOMENT], title="Log", beside=True),
        ["range: B2", "zone: Asia/Shanghai", "# ? Times carry no offset."],
    ),
    "a list in a document": (
        "json",
        b'{"at":"2026-01-01T00:00:00Z","hosts":[{"id":"a","n":1},{"id":"b","n":2}]}',
        ['records: "/hosts"', "# ? The records are taken from /hosts."],
    ),
    "a time of the day, or how long": (
        "xlsx",
        sheet(["id", "took"], ["A1", datetime.time(0, 7, 10)], ["A2", datetime.time(0, 8)]),
        ["# ? Is 00:07:10 a time of the day", '#     took: {duration: "%H:%M:%S"}'],
    ),
    "serial numbers of days": (
        "csv",
        b"id,checked_on\nA1,46001\nA2,46002\n",
        ["#     checked_on: {time: excel}", "#     checked_on: {type: string, format: date}"],
    ),
    "several things in a cell, times of no form, different units": (
        "csv",
        b"id,who,date,p\nA,x;y,115/1/2,1 bar\nB,x;z,115/2/3,2 kPa\nC,y;z,115/3/4,3 kPa\n"
        b"D,q;z,115/3/5,4 bar\n",
        [
            "# ? Cells such as x;y hold several things.",
            "#     unnest(string_split(\"who\", ';')) AS who",
            "# ? No known form of times reads these, such as 115/1/2",
            "# ? These are numbers of different units, and therefore a text: bar | kPa.",
        ],
    ),
    "sheets of other headings": (
        "xlsx",
        sheets({"Notes": NOTES, "Log": [ROOMS, ["1", DAY], ["2", DAY]]}),
        ["sheet: Log", "# ? Is the table on the sheet 'Log'? There are also: Notes"],
    ),
    "merged cells among the records": (
        "xlsx",
        sheets({"A": [ROOMS, ["1", DAY], [None, NEXT], ["2", DAY]]}, "A2:A3"),
        ["merged: fill", "# ? Merged cells are read as if each had the text."],
    ),
    "months across, of which only the month is said": (
        "xlsx",
        sheets({"2026": [MONTHS, ["M1", "√", None, "-"], ["M2", "√", "×"]]}),
        [
            '  columns: [编号, "1月", "2月", "3月"]',
            '    FROM rows UNPIVOT (done FOR heading IN ("1月", "2月", "3月"))',
            "    WHERE done NOT IN ('-')",
            "key: [id, month]",
            'done: {values: {"√": true, "×": false}}',
            "#   month  2026-01-01",
            "# ? Each cell below 1月 to 3月 becomes a record, dated on the first day",
        ],
    ),
    "months of a year that nothing says": (
        "csv",
        b"Meter,Jan,Feb,Mar\nA,1,2,3\nB,4,5,6\n",
        [
            "# ? Each cell below Jan to Mar becomes a record. Of which year or month",
            "#     month: {type: string, format: date}",
            "    month: {type: string}",
            "value: {type: integer}",
        ],
    ),
    "quarters of a year above the table": (
        "csv",
        b"Training 2026,,\nName,Q1,Q2,Q3\nAnn,x,x,\nBo,x,,x\n",
        [
            "around: {above: {cell: A1}}",
            "mark: {type: string, enum: [x]}",
            "#   quarter  2026-01-01",
        ],
    ),
    "people across": (
        "csv",
        "Course,Held on,Ann,Bo,Cem\nFire,2026-01-02,✓,✗,✓\nAid,2026-02-03,✓,✓,\n".encode(),
        [
            "# ? Each cell below Ann to Cem becomes a record, with its heading as 'name'.",
            "key: [course, name]",
            "held_on: {type: string, format: date}",
        ],
    ),
    "a clock, a serial number, a tick": (
        "csv",
        "id,kept,created_at,done\nA,3:43:00,1772327100,✓\nB,27:10:00,1772327200,\n".encode(),
        [
            "# ? Is 3:43:00 a time of the day",
            "kept: {type: string}",
            "# ? Is this a time, such as 1772327100?",
            "# ? Does ✓ mean yes",
        ],
    ),
    "what a terminal or YAML would act on": (
        "csv",
        'id,"a: #\x1b[1m"\nA,"\x1b]0;x\x07 # \n y: 1"\nB,"- a\u202e"\n'.encode(),
        ['a_1m: "a: #\\u001b[1m"', "\\x1b]0;x\\x07 # \\n y: 1"],
    ),
}
REFUSED: dict[str, tuple[str, bytes, str]] = {
    "equal rows": ("csv", b"a,b\nx,1\nx,1\n", "US420"),
    "a log": ("log", b"2026-01-01 hello\n2026-01-02 other there\n", "US421"),
    "a damaged workbook": ("xlsx", b"PK\3\4nothing", "EV"),
    "nothing": ("csv", b" \n", "FI102"),
    "headings alone": ("csv", b"id,day\n", "EV"),
    "a damaged package": ("csv.gz", gzip.compress(b"id,n\nA,1\n")[:-6], "EV"),
    "a bomb": ("csv.gz", gzip.compress(b"0" * (32 << 20)), "EV"),
    "half a document": ("json", b'[{"id": 1}, {"id"', "EV"),
}


def drafted(folder: Path, suffix: str, content: bytes, name: str = "records") -> str:
    path = folder / f"{name}.{suffix}"
    path.write_bytes(content)
    # It reads the file by the draft, and fails if a record is invalid.
    _, text = draft_dataset([path], AROUND, "en")
    return text


@pytest.mark.parametrize("name", RIGHT)
def test_right_at_once(tmp_path: Path, name: str) -> None:
    suffix, content, expected = RIGHT[name]
    text = drafted(tmp_path, suffix, content)
    assert [line for line in expected if line not in text] == [], text
    usual = (
        "The files",
        "There is no",
        "Which role",
        "Does ",
        "Do ",
        "Times carry no offset",
    )
    asked = [line for line in text.splitlines() if line.strip().startswith("# ?")]
    assert [each for each in asked if not each.strip()[4:].startswith(usual)] == []


@pytest.mark.parametrize("name", ASKED)
def test_asked(tmp_path: Path, name: str) -> None:
    suffix, content, expected = ASKED[name]
    text = drafted(tmp_path, suffix, content)
    assert [line for line in expected if line not in text] == [], text
    assert all(each.isprintable() for each in text.splitlines())


@pytest.mark.parametrize("name", REFUSED)
def test_refused(tmp_path: Path, name: str) -> None:
    suffix, content, code = REFUSED[name]
    with pytest.raises(CcpolicyError) as refused:
        drafted(tmp_path, suffix, content)
    assert refused.value.message.code.startswith(code)


def test_the_name_of_the_file_says_the_month(tmp_path: Path) -> None:
    days = ",".join(map(str, range(1, 29)))
    rows = "".join(f"M{n},{','.join(['x'] * (28 - n))}\n" for n in range(4))
    text = drafted(tmp_path, "csv", f"Machine,{days}\n{rows}".encode(), "rounds 2026-02")
    assert "id: rounds\n" in text
    assert "key: [machine, day]" in text
    assert "day: {type: string, format: date}" in text
    assert "#   day      2026-02-" in text


def test_references_are_to_what_is_in_force(run: Run, centre: Path) -> None:
    rows = "person_id,hired_on,left_on\nA,2025-01-01,\nB,2025-01-01,2025-06-30\n"
    talks = "person_id,held_on\nA,2026-01-01\nB,2025-06-30\n"
    lay(centre, {"evidence/staff/1.csv": rows, "evidence/talks/1.csv": talks})

    def draft(name: str) -> str:
        made = run("draft", "dataset", centre / f"evidence/{name}/1.csv", "--repository", centre)
        assert made.exit_code == 0, made.output
        return made.stdout

    (centre / "policy/datasets/staff.yaml").write_text(draft("staff"), "utf-8")
    reference = "person_id: {dataset: staff, key: person_id, during: [hired_on, left_on], at: "
    assert f"\n  {reference}held_on}}\n" in draft("talks")
    lay(centre, {"evidence/talks/1.csv": talks.replace("2025-06-30", "2025-07-01")})
    asked = draft("talks")
    assert "\n  person_id: {dataset: staff, key: person_id}\n" in asked
    assert "# ? Some name what was not in 'staff' at the time. If" in asked
    assert f"\n    #     {reference}held_on}}\n" in asked


def test_fits_into_a_repository(run: Run, centre: Path) -> None:
    lay(
        centre,
        {
            "evidence/faults/2026.csv": "fault_id,asset_id,found_on\n"
            "F1,PBX-1,2026-11-01\nF2,PBX-2,2026-11-02\nF3,PBX-1,2026-11-03\n"
        },
    )
    file = centre / "evidence/faults/2026.csv"
    target = centre / "policy/datasets/faults.yaml"
    made = run("draft", "dataset", file, "--repository", centre, "-o", target)
    assert made.exit_code == 0, made.output
    text = target.read_text("utf-8")
    reference = "{dataset: assets, key: asset_id, during: [commissioned_on], at: found_on}"
    assert f"asset_id: {reference}" in text
    assert "title: {en: Faults, zh: Faults}" in text
    assert run("preview", file, centre).exit_code == 0
    again = run("draft", "dataset", file, "--repository", centre, "-o", target)
    assert (again.exit_code, target.read_text("utf-8")) == (2, text)
    assert coded("US410") in again.stderr
    assert "US424 " in run("draft", "dataset", file, "--repository", centre, "--lang", "zh").stderr


@pytest.mark.parametrize("lacking", [["datasets"], ["datasets", "controls"]])
def test_the_first_dataset_of_a_policy(run: Run, centre: Path, lacking: list[str]) -> None:
    lay(centre, {"evidence/visits.csv": "visit,day\nV1,2026-01-01\nV2,2026-01-02\n"})
    for name in lacking:
        shutil.rmtree(centre / "policy" / name)
    file = centre / "evidence/visits.csv"
    made = run("draft", "dataset", file, "--repository", centre)
    assert made.exit_code == 0, made.output
    assert "files: visits.csv\n" in made.stdout
    assert "There is no policy here" not in made.stdout
    assert run("check", centre).exit_code == 2
    (centre / "policy/plan.yaml").write_text("id: x\n", "utf-8")
    assert run("draft", "dataset", file, "--repository", centre).exit_code == 2


def test_several_files_of_one_form(run: Run, tmp_path: Path) -> None:
    lay(tmp_path, {"1.csv": "id,n\nA,1\n", "2.csv": "id,n\nB,2\n", "3.csv": "id,m\nC,3\n"})
    made = run("draft", "dataset", tmp_path / "1.csv", tmp_path / "2.csv")
    assert made.exit_code == 0, made.output
    assert "#   n   1                             2\n" in made.stdout
    other = run("draft", "dataset", tmp_path / "1.csv", tmp_path / "3.csv")
    assert other.exit_code == 2
    assert "US422 " in other.stderr


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Load kW", "load_kw"),
        ("assetId", "asset_id"),
        ("hostOS", "host_os"),
        ("mAh", "mah"),
        ("机房", "room"),
    ],
)
def test_names_of_headings(heading: str, name: str) -> None:
    assert name_of(heading) == name


@pytest.mark.parametrize("heading", ["Place", "位置", "file", "Sheet", "Rows", "Order", "locator"])
def test_a_matrix_beside_names_of_the_program(run: Run, centre: Path, heading: str) -> None:
    rows = f"Extinguisher,{heading},Jan,Feb,Mar\nFE-01,hall,√,√,√\nFE-02,attic,√,√,√\n"
    lay(centre, {"evidence/rounds/2026.csv": rows})
    file, target = centre / "evidence/rounds/2026.csv", centre / "policy/datasets/rounds.yaml"
    made = run("draft", "dataset", file, "--repository", centre, "-o", target)
    assert made.exit_code == 0, made.output
    text = target.read_text("utf-8")
    assert "key: [extinguisher, month]" in text
    shown = run("preview", "rounds", centre)
    assert (shown.exit_code, "hall" in shown.stdout) == (0, True), shown.output


def test_a_column_called_as_the_place_of_a_row_is_refused(run: Run, centre: Path) -> None:
    rows = "Extinguisher,Spot,Jan,Feb,Mar\nFE-01,hall,√,√,√\nFE-02,attic,√,√,√\n"
    lay(centre, {"evidence/rounds/2026.csv": rows})
    file, target = centre / "evidence/rounds/2026.csv", centre / "policy/datasets/rounds.yaml"
    run("draft", "dataset", file, "--repository", centre, "-o", target)
    target.write_text(target.read_text("utf-8").replace("spot", "place"), "utf-8")
    assert "PL224 'place'" in run("check", centre).stderr


def test_a_pipe_is_no_file_to_draft_from(run: Run, centre: Path) -> None:
    pipe = centre / "evidence/pipe.csv"
    os.mkfifo(pipe)
    ended = run("draft", "dataset", pipe, "--repository", centre)
    assert ended.exit_code == 2
    assert f"{pipe}: error: FI105 " in ended.stderr


@pytest.mark.parametrize("format_", FORMATS)
def test_formats_declare_whether_they_are_drafted(tmp_path: Path, format_: Format) -> None:
    rows = [{"id": "a", "note": "p"}, {"id": "b", "note": "q"}]
    file = tmp_path / f"log{FORMATS[format_].suffixes[0]}"
    file.write_bytes(encode(format_, rows, tmp_path))
    if FORMATS[format_].is_drafted:
        assert file_layout(file, Limits()).format == format_
        return
    with pytest.raises(EvidenceError) as caught:
        file_layout(file, Limits())
    assert caught.value.message.code == "US421"
