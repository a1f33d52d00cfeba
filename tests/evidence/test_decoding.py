"""How files are written is said by the contract: each shape is read rightly, or refused."""

from __future__ import annotations

import csv as csv_module
import gzip
import io
import stat
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccpolicy.errors import LimitError
from ccpolicy.evidence import load
from ccpolicy.evidence.readers import csv
from ccpolicy.evidence_formats import ENCODINGS

from .conftest import DATE, INTEGER, TEXT, TIME, Desk, Loaded, log, workbook

FIELDS = {"n": INTEGER, "note": TEXT}
ROWS = "id,n,note\na,1,x\nb,2,y\n"


def table(**more: Any) -> Any:
    properties = FIELDS | more.pop("properties", {})
    return log("csv", properties, required=["n"], **more)


def expect(loaded: Loaded, *rows: tuple[str, int, str]) -> None:
    """Hold what was read to rows: place, number, note."""
    assert loaded.said == []
    found = zip(loaded.places, loaded.column("n"), loaded.column("note"), strict=True)
    assert list(found) == list(rows)


def refused(loaded: Loaded, code: str, hint: str = "") -> None:
    """Hold what was read to one problem, of which the hint names the line to add."""
    assert [each.message.code for each in loaded.evidence.problems["log"]] == [code]
    assert any(hint in each for each in loaded.hints) or not hint, loaded.hints


def noted(loaded: Loaded) -> list[str]:
    return [note.code for file in loaded.evidence.files for note in file.notes]


GOOD: dict[str, tuple[str, dict[str, Any], list[tuple[str, int, str]]]] = {
    "title row": (f"Log\n{ROWS}", {"header": 2}, [(".csv:3", 1, "x"), (".csv:4", 2, "y")]),
    "blank line above": (f"Log\n\n{ROWS}", {"header": 3}, [(".csv:4", 1, "x"), (".csv:5", 2, "y")]),
    "title of two lines": (
        f'"Log\nof March",,\n{ROWS}',
        {"header": 3},
        [(".csv:4", 1, "x"), (".csv:5", 2, "y")],
    ),
    "separator": (
        "sep=;\r\nid;n;note\r\na;1;x\r\n",
        {"header": 2, "delimiter": ";"},
        [(".csv:3", 1, "x")],
    ),
    "no headings": (
        "a,1,x\nb,2,y\n",
        {"header": "none", "columns": {"id": "A", "n": "2", "note": "C"}},
        [(".csv:1", 1, "x"), (".csv:2", 2, "y")],
    ),
    "lost headings": (
        "id,,\na,1,x\n",
        {"header": "none", "range": "A2", "columns": {"id": "A", "n": "B", "note": "C"}},
        [(".csv:2", 1, "x")],
    ),
    "two rows of headings": (
        "Asset,Check,\n,count,result\na,1,x\n",
        {
            "header": [1, 2],
            "columns": {"id": "Asset", "n": "Check count", "note": "Check result"},
        },
        [(".csv:3", 1, "x")],
    ),
    "heading with a line break": (
        'id,"n\nof items",note \na,1,x\n',
        {"columns": {"n": "n\nof items", "note": "note "}},
        [(".csv:3", 1, "x")],
    ),
    "totals": (f"{ROWS}Total,3,\n", {"footer": "^Total"}, [(".csv:2", 1, "x"), (".csv:3", 2, "y")]),
    "totals and a signature": (
        f"{ROWS}Total,3,\n,,\nsigned,,\n",
        {"footer": "^Total"},
        [(".csv:2", 1, "x"), (".csv:3", 2, "y")],
    ),
    "comments and repeated headings": (
        "# made by x\nid,n,note\na,1,x\n# new page\nid,n,note\nb,2,y\n",
        {"header": 2, "skip": ["^#", "^id$"]},
        [(".csv:3", 1, "x"), (".csv:6", 2, "y")],
    ),
    "rows of empty cells": (
        "id,n,note\na,1,x\n,,\nb,2,y\n",
        {"skip": ["^$"]},
        [
            (".csv:2", 1, "x"),
            (".csv:4", 2, "y"),
        ],
    ),
    "notes beside": (
        "id,n,note,,legend\na,1,x,,1 is good\nb,2,y,,\n",
        {"range": "A1:C"},
        [(".csv:2", 1, "x"), (".csv:3", 2, "y")],
    ),
    "a range": (
        "t,,,\n,id,n,note\n,a,1,x\n,b,2,y\nend,,,\n",
        {"range": "B2:D4"},
        [(".csv:3", 1, "x"), (".csv:4", 2, "y")],
    ),
    "line breaks in cells": (
        'Log\nid,n,note\na,1,"x\ny"\nb,2,z\nTotal,3,\n',
        {"header": 2, "footer": "^Total"},
        [(".csv:3", 1, "x\ny"), (".csv:5", 2, "z")],
    ),
    "cell above": (
        f"As of 2026-03-01,,\n{ROWS}",
        {"header": 2, "around": {"day": {"cell": "A1", "match": "As of (.*)"}}},
        [(".csv:3", 1, "x"), (".csv:4", 2, "y")],
    ),
}


@pytest.mark.parametrize("shape", GOOD)
@pytest.mark.parametrize("way", ["small", "large", "read again"])
def test_tables(desk: Desk, monkeypatch: pytest.MonkeyPatch, shape: str, way: str) -> None:
    content, keys, rows = GOOD[shape]
    if way == "large":
        monkeypatch.setattr(csv, "_parse_small", lambda _: None)
        monkeypatch.setattr(load, "KEPT", 0)
    day = {"day": DATE} if "around" in keys else {}
    loaded = desk.read(content, table(properties=day, **keys))
    expect(loaded, *rows)
    if way == "read again":
        [source] = loaded.evidence.places.sources
        wanted = [source << 40 | int(place.rpartition(":")[2]) for place, *_ in rows]
        found = loaded.evidence.places.contents(wanted)
        assert [each.fields["note"] for each in found.values()] == [note for *_, note in rows]


BAD: dict[str, tuple[str | bytes, dict[str, Any], str, str]] = {
    "title row": (f"Log\n{ROWS}", {}, "EV120", "header: 2"),
    "separator": ("sep=;\nid;n;note\na;1;x\n", {}, "EV203", 'header: 2  and  delimiter: ";"'),
    "semicolons": ("id;n;note\na;1;x\n", {}, "EV203", 'delimiter: ";"'),
    "header beyond the file": (ROWS, {"header": 9}, "EV529", "'header'"),
    "totals": ("id,n,note\na,1,x\nTotal,3\n", {}, "EV206", "'skip'"),
    "no footer": (ROWS, {"footer": "^Total"}, "EV530", "'skip'"),
    "record below the footer": (f"{ROWS}Total,3,\nc,3,z\n", {"footer": "^Total"}, "EV531", ""),
    "record below the range": (f"{ROWS}c,3,z\n", {"range": "A1:C3"}, "EV531", ""),
    "range outside": (ROWS, {"range": "F1:H"}, "EV529", "'range'"),
    "no cell above": (
        f",,\n{ROWS}",
        {"header": 2, "around": {"day": {"cell": "A1"}}, "properties": {"day": DATE}},
        "EV535",
        "'around'",
    ),
    "GB18030": (
        "编号,n,note\na,1,好\n".encode("gb18030"),
        {"columns": {"id": "编号"}},
        "EV221",
        "dataset:  encoding: GB18030",
    ),
    "GB18030 in a column that may be empty": (
        "id,n,备注\na,1,好\n".encode("gb18030"),
        {"columns": {"note": "备注"}},
        "EV221",
        "dataset:  encoding: GB18030",
    ),
    "Big5": (
        "編號,n,note\na,1,好\n".encode("big5"),
        {"columns": {"id": "編號"}},
        "EV221",
        "encoding: Big5",
    ),
    "Big5 as GB18030": (
        "編號,n,note\na,1,x\n".encode("big5"),
        {"columns": {"id": "編號"}, "encoding": "GB18030"},
        "PL204|EV520|EV521",
        "",
    ),
    "UTF-8 as GB18030": ("id,n,note\na,1,好\n", {"encoding": "GB18030"}, "EV522", "'encoding'"),
    "UTF-16 without a mark": (
        ROWS.encode("utf-16-le"),
        {"encoding": "UTF-16"},
        "EV520",
        "UTF-16LE",
    ),
    "Windows-1252 as ISO-8859-1": (
        b"id,n,note\na,1,\x80\n",
        {"encoding": "ISO-8859-1"},
        "EV521",
        "'encoding'",
    ),
    "no gzip": (ROWS, {"compression": "gzip"}, "EV523", "'compression'"),
    "gzip cut off": (gzip.compress(ROWS.encode())[:-9], {"compression": "gzip"}, "EV523", ""),
    "gzip that is not declared": (
        gzip.compress(ROWS.encode()),
        {},
        "EV2",
        "compression: gzip",
    ),
}


@pytest.mark.parametrize("shape", BAD)
def test_refused(desk: Desk, shape: str) -> None:
    content, keys, codes, hint = BAD[shape]
    loaded = desk.read(content, table(**keys))
    assert loaded.tables["log"] == []
    said = [each.message.code for each in loaded.evidence.problems["log"]]
    assert any(code.startswith(each) for each in codes.split("|") for code in said), said
    assert any(hint in each for each in loaded.hints) or not hint, loaded.hints


@pytest.mark.parametrize("name", ENCODINGS)
def test_encodings(desk: Desk, name: str) -> None:
    for text in ("检查", "検査", "검사", "Prüfung", "проверка", "ตรวจ", "check"):
        try:
            content = f"{text},n,note\na,1,{text}\n".encode(ENCODINGS[name])
        except UnicodeEncodeError:
            continue
        contract = table(encoding=name, columns={"id": text})
        expect(desk.read(content, contract), (".csv:2", 1, text))


@pytest.mark.parametrize("kind", ["json", "jsonl", "yaml", "log", "xml"])
def test_encoding_of_other_formats(desk: Desk, kind: Any) -> None:
    text = {
        "json": '[{"id": "a", "note": "检查"}]',
        "jsonl": '{"id": "a", "note": "检查"}',
        "yaml": "- {id: a, note: 检查}",
        "log": "id=a; note=检查;",
        "xml": '<?xml version="1.0" encoding="GBK"?><log><entry><id>a</id><note>检查</note></entry>'
        "</log>",
    }[kind]
    loaded = desk.read(text.encode("gb18030"), log(kind, {"note": TEXT}, encoding="GB18030"))
    assert (loaded.said, loaded.column("note")) == ([], ["检查"])


def packed(*files: tuple[str | zipfile.ZipInfo, str | bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files:
            archive.writestr(name, text)
    return content.getvalue()


@pytest.mark.parametrize("small", [True, False])
def test_archives(desk: Desk, monkeypatch: pytest.MonkeyPatch, *, small: bool) -> None:
    if not small:
        monkeypatch.setattr(csv, "_parse_small", lambda _: None)
        monkeypatch.setattr(load, "KEPT", 0)
    desk.write("log.csv.gz", gzip.compress(ROWS.encode()))
    loaded = desk.load(table(files="log.csv.gz", compression="gzip"))
    expect(loaded, (".csv.gz:2", 1, "x"), (".csv.gz:3", 2, "y"))
    files = [("b/2.csv", "id,n,note\nc,3,z\n"), ("a.csv", ROWS), ("readme", "!")]
    desk.write("log.zip", packed(*files))
    contract = table(
        files="log.zip",
        compression="zip",
        member="*.csv",
        around={"of": {"part": "([^/]*)[.]csv$"}},
        properties={"of": TEXT},
    )
    loaded = desk.load(contract)
    rows = [(".zip:a.csv!2", 1, "x"), (".zip:a.csv!3", 2, "y"), (".zip:b/2.csv!2", 3, "z")]
    expect(loaded, *rows)
    assert loaded.column("of") == ["a", "a", "2"]
    assert loaded.counts == [("evidence/log.zip", 3, 0)]
    assert noted(loaded) == ["EV527"]


def odd(name: str, mode: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


@pytest.mark.parametrize(
    "files",
    [
        [("../a.csv", ROWS)],
        [("/a.csv", ROWS)],
        [("x\\a.csv", ROWS)],
        [("C:/a.csv", ROWS)],
        [("a.csv", ROWS), ("A.csv", ROWS)],
        [(odd("a.csv", stat.S_IFLNK | 0o777), "b.csv")],
        [("a\u200b.csv", ROWS)],
    ],
)
def test_archives_that_nobody_should_unpack(desk: Desk, files: list[Any]) -> None:
    desk.write("log.zip", packed(*files))
    refused(desk.load(table(files="log.zip", compression="zip")), "EV524")


def test_archives_without_what_is_wanted(desk: Desk) -> None:
    desk.write("log.zip", packed(("a.txt", ROWS)))
    refused(desk.load(table(files="log.zip", compression="zip", member="*.csv")), "EV525", "a.txt")
    desk.write("log.zip", packed(("a.csv", ROWS), ("b.CSV", ROWS)))
    refused(desk.load(table(files="log.zip", compression="zip", member="*.csv")), "EV672", "member")
    desk.write("log.zip", packed(("a.csv", ROWS))[:-30])
    refused(desk.load(table(files="log.zip", compression="zip")), "EV523")
    content = packed(("a.csv", ROWS))
    for place in (40, content.index(b"PK\1\2") + 16):  # of what is packed, and of its checksum
        damaged = content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]
        desk.write("log.zip", damaged)
        refused(desk.load(table(files="log.zip", compression="zip")), "EV523")
    desk.write("log.zip", packed(("a.csv", "\0" * (20 << 20))))
    with pytest.raises(LimitError) as caught:
        desk.load(table(files="log.zip", compression="zip"))
    assert caught.value.message.code == "EV526"


def sheet(**more: Any) -> Any:
    return log("xlsx", FIELDS, required=["n"], **more)


SHEET: list[list[Any]] = [["id", "n", "note"], ["a", 1, "x"], ["b", 2, "y"]]


def test_sheets_with_more_around_the_table(desk: Desk) -> None:
    rows = [("!4", 1, "x"), ("!5", 2, "y")]
    wanted = [(f".xlsx:Log{place}", n, note) for place, n, note in rows]
    titled = workbook([["Log"], [], *SHEET, ["Total", 3]])
    expect(desk.read(titled, sheet(header=3, footer="^Total")), *wanted)
    loaded = desk.read(titled, sheet(header=3, skip=["^Total"]))
    expect(loaded, *wanted)
    assert noted(loaded) == ["EV528"]
    refused(desk.read(titled, sheet()), "EV120", "header: 3")
    beside = workbook([[], ["", "t"], *([None, *row, None, 7] for row in SHEET)])
    expect(desk.read(beside, sheet(range="B3:D")), *wanted)
    refused(desk.read(beside, sheet(range="B3:D4")), "EV531")
    places = {"id": "B", "n": "3", "note": "D"}
    expect(desk.read(beside, sheet(range="B4:D", header="none", columns=places)), *wanted)


def test_errors_in_rows_that_are_no_records(desk: Desk) -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        page = book.add_worksheet("Log")
        for number, row in enumerate(SHEET):
            page.write_row(number, 0, row)
        page.write_row(3, 0, ["Total"])
        page.write_formula(3, 1, "=1/0", None, "#DIV/0!")
    rows = [(".xlsx:Log!2", 1, "x"), (".xlsx:Log!3", 2, "y")]
    expect(desk.read(content.getvalue(), sheet(footer="^Total")), *rows)
    refused(desk.read(content.getvalue(), sheet()), "EV225")


def test_several_sheets(desk: Desk) -> None:
    content = workbook(SHEET, **{"2026-01": SHEET[:2], "2026-02": [SHEET[0], ["c", 3, "z"]]})
    contract = sheet(sheet="2026-*", around={"note": {"part": "2026-(..)"}})
    assert {
        each.message.code for each in desk.read(content, contract).evidence.problems["log"]
    } == {"PL204"}
    rows: list[list[Any]] = [["id", "n"], ["a", 1]]
    content = workbook(SHEET, **{"2026-01": rows, "2026-02": [rows[0], ["c", 3]]})
    loaded = desk.read(content, contract)
    expect(loaded, (".xlsx:2026-01!2", 1, "01"), (".xlsx:2026-02!2", 3, "02"))
    assert (loaded.counts, noted(loaded)) == ([("evidence/log.xlsx", 2, 0)], ["EV243"])
    refused(desk.read(content, sheet(sheet=["2026-01", "May"])), "EV233", "2026-02")


def test_merged_and_hidden(desk: Desk) -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        page = book.add_worksheet("Log")
        page.merge_range("A1:C1", "Log of March")
        for number, row in enumerate([*SHEET, ["c", 3, None], ["d", 4, "w"]], 1):
            page.write_row(number, 0, row)
        page.merge_range("C4:C5", "y")
        page.set_row(5, None, None, {"hidden": True})
        book.define_name("March", "=Log!$A$2:$C$6")
    data = content.getvalue()
    refused(desk.read(data, sheet(header=2)), "EV532", "merged: fill")
    loaded = desk.read(data, sheet(header=2, merged="fill"))
    assert (loaded.said, loaded.column("note")) == ([], ["x", "y", "y", "w"])
    assert noted(loaded) == ["EV241"]
    loaded = desk.read(data, sheet(range="March", merged="first", hidden="skip"))
    assert (loaded.said, loaded.column("note")) == ([], ["x", "y", None])
    assert noted(loaded) == ["EV528"]
    refused(desk.read(data, sheet(header=2, merged="fill", hidden="refuse")), "EV533", "hidden:")
    refused(desk.read(data, sheet(range="April")), "EV534", "March")


REPORT = """\
{"At": "2026-03-01T00:00:00Z", "Results": [
 {"Target": "a", "Found": [
   {"ID": "v1", "Pkg": {"Name": "p"}},
   {"ID": "v2"}]},
 {"Target": "b"},
 {"Target": "c", "Found": null},
 {"Target": "d", "Found": [{"ID": "v3"}]}
]}
"""
MAPPED: dict[str, Any] = {
    "columns": {"id": "ID", "pkg": "Pkg.Name", "of": "/Results/*/Target", "at": "/At"},
    "properties": {"pkg": TEXT, "of": TEXT, "at": TIME},
}


@pytest.mark.parametrize("kind", ["json", "yaml"])
def test_records_within_lists(desk: Desk, kind: Any) -> None:
    contract = log(
        kind, MAPPED["properties"], columns=MAPPED["columns"], records="/Results/*/Found?"
    )
    loaded = desk.read(REPORT, contract)
    assert loaded.said == []
    assert loaded.places == [f".{kind}:3", f".{kind}:4", f".{kind}:7"]
    assert loaded.column("id") == ["v1", "v2", "v3"]
    assert loaded.column("of") == ["a", "a", "d"]
    assert len(set(loaded.column("at"))) == 1
    assert noted(loaded) == ["EV538"]
    strict = contract.model_copy(update={"records": "/Results/*/Found"})
    refused(desk.read(REPORT, strict), "EV210", "?")
    misspelt = contract.model_copy(update={"records": "/Results/*/found?"})
    refused(desk.read(REPORT, misspelt), "EV210", "Found")


def test_documents_of_other_shapes(desk: Desk) -> None:
    single = log("json", FIELDS, records="document")
    loaded = desk.read('\n{"id": "a", "n": 1}', single)
    assert (loaded.said, loaded.places) == ([], [".json:2"])
    refused(desk.read('[{"id": "a", "n": 1}]', single), "EV539", "records: document")
    refused(desk.read('{"id": "a"}', log("json", FIELDS)), "EV208", "records: document")
    lists = log("json", FIELDS, records="/v", columns={"id": "0", "n": "1"})
    loaded = desk.read('{"v": [["a", 3], ["b", 4]]}', lists)
    assert (loaded.said, loaded.column("n")) == ([], [3, 4])
    refused(desk.read('[["a", 3]]', log("json", FIELDS)), "EV209", "'columns'")


def test_names_in_nested_records(desk: Desk) -> None:
    contract = log(
        "json",
        {
            "parts": {
                "type": "array",
                "items": {"type": "object", "properties": {"name": TEXT, "n": INTEGER}},
            }
        },
        columns={"parts": "Parts"},
        children={
            "part": {
                "path": "parts",
                "key": ["id", "name"],
                "columns": {"name": "PkgName", "n": "Size.Bytes"},
            }
        },
    )
    text = '[{"id": "a", "Parts": [{"PkgName": "p", "Size": {"Bytes": %s}}]}]'
    loaded = desk.read(text % "3", contract)
    assert (loaded.said, loaded.column("n", "log.part")) == ([], [3])
    loaded = desk.read(text % '"x"', contract)
    assert loaded.said == [
        "evidence/log.json:1#parts/0: a whole number is expected for 'Size.Bytes', not \"x\""
    ]


XML = """\
<?xml version="1.0"?>
<!DOCTYPE scan>
<scan start="170">
 <host><address addr="h1"/><ports>
   <port id="22"><state>open</state></port>
   <port id="23"><state/></port></ports></host>
 <host><address addr="h2"/><ports><port id="80"><state>open</state></port></ports></host>
 <host><address addr="h3"/><ports/></host>
</scan>
"""


def test_xml(desk: Desk) -> None:
    contract = log(
        "xml",
        {"host": TEXT, "state": TEXT, "at": INTEGER},
        key=["host", "id"],
        records="/scan/host/*/ports/port",
        columns={
            "id": "@id",
            "host": "/scan/host/*/address/@addr",
            "at": "/scan/@start",
        },
    )
    loaded = desk.read(XML, contract)
    assert loaded.said == []
    assert loaded.places == [".xml:5", ".xml:6", ".xml:7"]
    assert loaded.column("host") == ["h1", "h1", "h2"]
    assert loaded.column("state") == ["open", None, "open"]
    assert loaded.column("at") == [170] * 3
    for bad in (
        XML.replace("</scan>", ""),
        XML.replace("<!DOCTYPE scan>", '<!DOCTYPE scan [<!ENTITY a "b">]>'),
        XML.replace(">open<", ">&a;<"),
        "",
    ):
        loaded = desk.read(bad, contract)
        assert [each.message.code for each in loaded.evidence.problems["log"]] == ["EV537"]
        assert loaded.tables["log"] == []


def test_logs(desk: Desk) -> None:
    line = log("log", FIELDS, pattern=r"\S+ (?P<id>\w+) (?P<n>\d+)(?: (?P<note>.*))?", skip=["^#"])
    loaded = desk.read("10:00 a 1 x\n# c\n\n11:00 b 2\noops\n", line)
    assert loaded.said == [
        "evidence/log.log:5: the record does not match the pattern as a whole: 'oops'"
    ]
    assert (loaded.places, loaded.column("n")) == ([".log:1", ".log:4"], [1, 2])
    assert noted(loaded) == ["EV528"]
    block = log(
        "log",
        FIELDS,
        starts="^Start:",
        pattern=r"Start: (?P<id>\w+)\n(?:Install: (?P<note>.*)\n)?End: (?P<n>\d+)",
    )
    text = "\nStart: a\nInstall: x\nEnd: 1\n\nStart: b\nEnd: 2\n"
    loaded = desk.read(text, block)
    assert (loaded.said, loaded.places) == ([], [".log:2", ".log:6"])
    assert loaded.column("note") == ["x", None]
    refused(desk.read(text[:-7], block), "EV536", "'pattern'")
    refused(desk.read("lost\n" + text, block), "EV536")


cells = st.text("aé灭\",;\n '", max_size=5).map(str.strip)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    notes=st.lists(cells, min_size=1, max_size=6),
    above=st.integers(0, 3),
    wraps=st.lists(
        st.sampled_from(["footer", "skip", "range", "gzip", "zip", "encoding"]), unique=True
    ),
    large=st.booleans(),
)
def test_all_ways_agree(notes: list[str], above: int, wraps: list[str], *, large: bool) -> None:
    plain = io.StringIO(newline="")
    writer = csv_module.writer(plain, lineterminator="\n")
    writer.writerow(["id", "n", "note"])
    writer.writerows([f"r{number}", number, note] for number, note in enumerate(notes))
    text, keys = plain.getvalue(), dict[str, Any]()
    if above:
        text, keys["header"] = "title,,\n" * above + text, above + 1
    if "footer" in wraps:
        text, keys["footer"] = f"{text}Total,,\n", "^Total$"
    if "skip" in wraps:
        text, keys["skip"] = text + "# end,,\n", ["^#"]
    if "range" in wraps:
        keys["range"] = f"A{above + 1}:C"
    content = text.encode("gb18030" if "encoding" in wraps else "utf-8")
    if "encoding" in wraps:
        keys["encoding"] = "GB18030"
    if "gzip" in wraps:
        content, keys["compression"] = gzip.compress(content), "gzip"
    elif "zip" in wraps:
        content, keys["compression"] = packed(("a.csv", content)), "zip"
    is_utf8 = "encoding" in wraps and _is_utf8(text.encode("gb18030"))
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        if large:
            patch.setattr(csv, "_parse_small", lambda _: None)
            patch.setattr(load, "KEPT", 0)
        desk = Desk(Path(folder))
        expected = desk.read(plain.getvalue(), table())
        found = desk.read(content, table(**keys))
    if is_utf8:
        assert [each.message.code for each in found.evidence.problems["log"]] == ["EV522"]
        return
    assert found.said == expected.said == []
    for name in ("id", "n", "note"):
        assert found.column(name) == expected.column(name), name
    lines = [int(place.rpartition(":")[2].rpartition("!")[2]) for place in expected.places]
    moved = [int(place.rpartition(":")[2].rpartition("!")[2]) for place in found.places]
    assert moved == [line + above for line in lines]


def _is_utf8(content: bytes) -> bool:
    try:
        return not content.isascii() and bool(content.decode())
    except UnicodeDecodeError:
        return False


def test_fields_of_the_path(desk: Desk) -> None:
    desk.write("rosters/SHA/2026-03.csv", "id,n\na,1\n")
    contract = table(
        files="rosters/*/*.csv",
        around={
            "note": {"file": "^rosters/([A-Z]{3})/"},
            "month": {"file": "([0-9-]+)[.]csv$"},
            "source": {"value": "it's"},
        },
        properties={"month": TEXT, "source": TEXT},
    )
    loaded = desk.load(contract)
    assert (loaded.said, loaded.column("note")) == ([], ["SHA"])
    assert (loaded.column("month"), loaded.column("source")) == (["2026-03"], ["it's"])
    desk.write("rosters/hq1/2026-03.csv", "id,n\nb,1\n")
    refused(desk.load(contract), "EV535", "[A-Z]{3}")
