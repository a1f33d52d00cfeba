"""Records are written as their contract says, or not at all."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ccpolicy.errors import CcpolicyError
from ccpolicy.policy import load_policy
from ccpolicy.record.errors import InvalidRecords
from ccpolicy.record.recorder import FilledRecord, Recorder
from small_centre import change

from .conftest import (
    CONTRACT,
    GIVEN,
    HEADINGS,
    NOW,
    PATROLS,
    READ,
    ROWS,
    Record,
    label_assets,
    lay_workbooks,
)

FULL = {
    "设备": "pbx-2",
    "walked_at": "2026/11/20 16:30",
    "结果": "不合格",
    "load": 1234.5,
    "用时": "90:05",
    "In order": "no",
    "note": 'a;"b"\nc\u2028d',
}


def test_it_is_written_in_the_contracts_own_spelling(centre: Path, record: Record) -> None:
    record(**FULL)
    line = 'X-0008;PBX-2;2026/11/20 16:30;不合格;1234,5;90:05;false;"a;""b""\nc\u2028d"'
    assert (centre / PATROLS).read_bytes().decode("gb18030") == f"{ROWS}\r\n{line}"


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_marks_and_line_ends_stay(centre: Path, record: Record, mark: bytes) -> None:
    contract = centre / "policy/datasets/patrols.yaml"
    contract.write_text(CONTRACT.replace("encoding: GB18030\n", ""), "utf-8")
    (centre / PATROLS).write_bytes(mark + ROWS.encode() + b"\r\n")
    record()
    line = "X-0008;PBX-2;2026/11/20 16:30;合格;无;无;无;无"
    assert (centre / PATROLS).read_bytes() == mark + f"{ROWS}\r\n{line}\r\n".encode()
    record(file="patrols/2027.csv", **GIVEN)
    new = (centre / "evidence/patrols/2027.csv").read_bytes()
    assert new.startswith(mark + f"{HEADINGS}\r\nX-0009;".encode())


def test_utf_16_keeps_its_mark_and_order(centre: Path, record: Record) -> None:
    contract = centre / "policy/datasets/patrols.yaml"
    contract.write_text(CONTRACT.replace("GB18030", "UTF-16"), "utf-8")
    (centre / PATROLS).write_bytes(codecs.BOM_UTF16_BE + ROWS.encode("utf-16-be"))
    record()
    text = (centre / PATROLS).read_bytes().decode("utf-16")
    assert text.count("X-0008") == 1
    assert text.count("\ufeff") == 0


def test_json_lines_keep_paths_and_spaces(centre: Path, record: Record) -> None:
    record("readings", asset_id="PBX-1", read_at="2026-11-20 10:00", volts="53.5", by="A, B")
    assert (centre / "evidence/readings/2026.jsonl").read_text("utf-8") == (
        READ + '{"asset_id": "PBX-1", "read_at": "2026-11-20T10:00:00+08:00",'
        ' "meter": {"volts": 53.5}, "by": ["A", "B"]}\n'
    )


def test_a_new_file_begins_as_the_last_one(centre: Path, record: Record) -> None:
    record(file="patrols/2027.csv")
    text = (centre / "evidence/patrols/2027.csv").read_bytes().decode("gb18030")
    assert text.splitlines()[0] == ROWS.splitlines()[0]
    assert text.startswith(ROWS[: ROWS.index("\n")])
    assert "X-0008;PBX-2" in text


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"asset_id": "PBX-9"}, "EV330"),
        ({"result": "so so"}, "EV318"),
        ({"result": ""}, "FI302"),
        ({"walked_at": "2026-11-20 18:30"}, "EV657"),
        ({"walked_at": "03/04/2026"}, "EV305"),
        ({"load": "-1"}, "EV322"),
        ({"patrol_id": "X-0007"}, "EV309"),
        ({"note": "☃\u0000"}, "EV521"),
        ({"colour": "red"}, "US450"),
        ({"note": "无"}, "EV653"),
        ({"asset_id": "cellar"}, "EV658"),
    ],
)
def test_nothing_invalid_is_written(
    centre: Path, record: Record, change: dict[str, Any], code: str
) -> None:
    before = (centre / PATROLS).read_bytes()
    with pytest.raises(InvalidRecords) as caught:
        record(**{**GIVEN, **change})
    assert [each.message.code for each in caught.value.errors] == [code]
    assert (centre / PATROLS).read_bytes() == before
    assert [each.name for each in (centre / PATROLS).parent.iterdir()] == ["2026.csv"]


def test_older_faults_do_not_stop_a_valid_record(centre: Path, record: Record) -> None:
    (centre / PATROLS).write_bytes((ROWS + "\r\nX-8;PBX-1;;合格;;;;").encode("gb18030"))
    record()
    assert "X-0008;PBX-2" in (centre / PATROLS).read_bytes().decode("gb18030")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("owner: facilities", "owner: facilities\nwritten_by: tool", "EV650"),
        ("files: patrols/*.csv\nformat: csv", "files: patrols/a.xlsx\nformat: xlsx", "EV651"),
        ("files: patrols/*.csv\nformat: csv", "files: patrols/*.xlsx\nformat: xlsx", "EV664"),
        ('delimiter: ";"', 'delimiter: ";"\nrange: A1:H', "EV652"),
    ],
)
def test_what_nobody_appends_to_is_refused(centre: Path, old: str, new: str, code: str) -> None:
    contract = CONTRACT.replace(old, new)
    if "xlsx" in new:
        contract = contract.replace("encoding: GB18030\n", "").replace('delimiter: ";"\n', "")
    (centre / "policy/datasets/patrols.yaml").write_text(contract, "utf-8")
    with pytest.raises(CcpolicyError) as caught:
        Recorder(load_policy(centre), "patrols")
    assert caught.value.message.code == code


@pytest.mark.parametrize(
    ("old", "new", "change", "code"),
    [
        ("GB18030", "GB2312", {"note": "☃"}, "EV654"),
        ('delimiter: ";"', 'delimiter: ";"\nskip: ["^X-0008"]', {}, "EV660"),
        ("zone: Asia/Shanghai", "zone: Europe/Berlin", {"walked_at": "2026-10-25 02:30"}, "EV659"),
    ],
)
def test_what_the_contract_cannot_hold_is_refused(
    centre: Path, record: Record, old: str, new: str, change: dict[str, Any], code: str
) -> None:
    contract = centre / "policy/datasets/patrols.yaml"
    contract.write_text(CONTRACT.replace(old, new), "utf-8")
    with pytest.raises(CcpolicyError) as caught:
        record(**{**GIVEN, **change})
    errors = caught.value.errors if isinstance(caught.value, InvalidRecords) else [caught.value]
    assert [each.message.code for each in errors] == [code]


def test_a_time_alone_is_that_of_the_day_where_the_times_are_written(
    centre: Path, record: Record
) -> None:
    """At 17:00 in Shanghai it is still the evening before in Honolulu."""
    contract = centre / "policy/datasets/patrols.yaml"
    contract.write_text(CONTRACT.replace("zone: Asia/Shanghai", "zone: Pacific/Honolulu"), "utf-8")
    record(**{**GIVEN, "walked_at": "22:30"})
    assert "2026/11/19 22:30" in (centre / PATROLS).read_bytes().decode("gb18030")


def test_the_first_file_is_named(centre: Path, record: Record) -> None:
    """Where no file tells how the others begin, the contract does."""
    (centre / PATROLS).unlink()
    with pytest.raises(CcpolicyError) as caught:
        record()
    assert caught.value.message.code == "EV656"
    record(file="evidence/patrols/2026.csv")
    assert (centre / PATROLS).read_bytes().decode("gb18030").splitlines() == [
        HEADINGS,
        "X-0001;PBX-2;2026/11/20 16:30;合格;无;无;无;无",
    ]


def test_records_of_workbooks_go_into_a_new_one(centre: Path, record: Record) -> None:
    """In the contract's own words and rows, and no workbook that is there is changed."""
    lay_workbooks(centre, "patrols/*.xlsx", "header: 3\nsheet: 巡查")
    (centre / PATROLS).unlink()
    full = {**GIVEN, **FULL, "walked_at": "2026-11-20 16:30", "note": "=1+1", "patrol_id": "X-0001"}
    record(
        file="patrols/new.xlsx", **{key: full[key] for key in full if key not in ("设备", "result")}
    )
    sheet = openpyxl.load_workbook(centre / "evidence/patrols/new.xlsx")["巡查"]
    assert [[cell.value for cell in row] for row in sheet] == [
        ["Patrols", *[None] * 7],
        [None] * 8,
        HEADINGS.split(";"),
        ["X-0001", "PBX-2", "2026/11/20 16:30", "不合格", "1234,5", "90:05", False, "=1+1"],
    ]
    assert sheet["H4"].data_type == "s"
    with pytest.raises(CcpolicyError) as caught:
        record(file="patrols/new.xlsx")
    assert caught.value.message.code == "EV664"
    assert record(file="patrols/newer.xlsx").records[0]["patrol_id"] == "X-0002"


def test_links_are_refused(centre: Path, record: Record) -> None:
    real = centre / "elsewhere.csv"
    (centre / PATROLS).rename(real)
    (centre / PATROLS).symlink_to(real)
    with pytest.raises(CcpolicyError) as caught:
        record()
    assert caught.value.message.code == "FI101"


def test_it_says_what_is_covered_and_until_when(centre: Path) -> None:
    recorder = Recorder(load_policy(centre), "patrols", now=NOW)
    effect = recorder.effect(recorder.draft([FilledRecord(GIVEN)]))
    assert effect
    [control] = effect.controls
    [subject] = control.subjects
    assert (control.control.id, control.before, control.control.now) == ("EM-2", "fail", "pass")
    assert (subject.subject, subject.before.since) == ("PBX-2", "2026-11-01T00:00:00+08:00")
    assert (subject.after.since, subject.after.until) == (None, "2026-12-21T00:00:00+08:00")


def test_it_names_lapses_that_are_revealed_and_who_still_fails(centre: Path) -> None:
    """A failed patrol of October that was made good is a lapse, though nothing else changes."""
    change(
        centre,
        "policy/controls/4.yaml",
        "    parameters:",
        "      failures: {dataset: patrols, key: [asset_id], starts: walked_at,"
        " where: \"result = 'fail'\"}\n    parameters:",
    )
    recorder = Recorder(load_policy(centre), "patrols", now=NOW)
    failed = {"asset_id": "PBX-1", "walked_at": "2026-10-20 09:00", "result": "fail"}
    effect = recorder.effect(recorder.draft([FilledRecord(failed)]))
    assert effect
    [control] = effect.controls
    [lapse] = control.lapses
    assert (lapse.subject, lapse.starts, lapse.ends) == (
        "PBX-1",
        "2026-10-20T09:00:00+08:00",
        "2026-11-01T09:00:00+08:00",
    )
    assert (control.subjects, control.failing, control.control.now) == ((), ("PBX-2",), "fail")


def test_numbers_go_on_where_others_wrote_meanwhile(centre: Path) -> None:
    policy = load_policy(centre)
    first, second = (Recorder(policy, "patrols", now=NOW) for _ in range(2))
    given = [FilledRecord(GIVEN), FilledRecord({**GIVEN, "walked_at": "2026-11-20 16:40"})]
    draft = first.draft(given)
    second.write(second.draft([FilledRecord(GIVEN)]), [FilledRecord(GIVEN)])
    written = first.write(draft, given)
    assert [each["patrol_id"] for each in draft.records] == ["X-0008", "X-0009"]
    assert [each["patrol_id"] for each in written.records] == ["X-0009", "X-0010"]
    assert (centre / PATROLS).read_bytes().decode("gb18030").count("\nX-") == 4


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("load", "1.234,5", 1234.5),
        ("load", "1.5", 1.5),
        ("load", "1234", 1234),
        ("load", "1.234", None),
        ("walked_at", "2026/11/04 09:00", "2026-11-04T09:00:00+08:00"),
        ("walked_at", "2026-11-04 09:00", None),
    ],
)
def test_what_means_something_else_in_the_files_is_refused(
    centre: Path, field: str, text: str, value: Any
) -> None:
    change(
        centre,
        "policy/datasets/patrols.yaml",
        '"%Y/%m/%d %H:%M"',
        '["%Y/%m/%d %H:%M", "%Y-%d-%m %H:%M"]',
    )
    recorder = Recorder(load_policy(centre), "patrols", now=NOW)
    given = [FilledRecord({**GIVEN, "walked_at": "2026/11/20 16:30", field: text})]
    if value is not None:
        assert recorder.draft(given).records[0][field] == value
        return
    with pytest.raises(InvalidRecords) as caught:
        recorder.draft(given)
    assert [error.message.code for error in caught.value.errors] == ["EV705"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12 %", 0.12),
        ("12%", 0.12),
        ("0", 0),
        ("12", "EV705"),
        ("0.12", "EV705"),
        ("0,12", "FI306"),
        (12, 12),
    ],
)
def test_a_percentage_has_its_sign(centre: Path, text: Any, expected: Any) -> None:
    """79 would be 7,900 %, above every minimum."""
    old = 'number: {decimal: ",", thousands: "."}'
    change(centre, "policy/datasets/patrols.yaml", old, "number: {percent: true}")
    (centre / PATROLS).write_bytes(ROWS.replace("1.234,5", "90 %").encode("gb18030"))
    recorder = Recorder(load_policy(centre), "patrols", now=NOW)
    given = [FilledRecord({**GIVEN, "load": text})]
    if isinstance(expected, str):
        with pytest.raises(InvalidRecords) as caught:
            recorder.draft(given)
        [error] = caught.value.errors
        assert error.message.code == expected
        return
    assert recorder.draft(given).records[0]["load"] == expected


def test_a_bare_number_is_no_duration_where_files_have_minutes_and_seconds(centre: Path) -> None:
    recorder = Recorder(load_policy(centre), "patrols", now=NOW)
    with pytest.raises(InvalidRecords) as caught:
        recorder.draft([FilledRecord({**GIVEN, "lasted": "120"})])
    [error] = caught.value.errors
    assert error.message.code == "EV762"
    assert "%M:%S" in error.diagnostics()
    [record] = recorder.draft([FilledRecord({**GIVEN, "lasted": "120:00"})]).records
    assert record["lasted"] == 7200


def test_now_is_written_as_the_files_have_it(centre: Path) -> None:
    """Their times have no seconds."""
    now = NOW.replace(second=58, microsecond=7)
    recorder = Recorder(load_policy(centre), "patrols", now=now)
    [record] = recorder.draft([FilledRecord({**GIVEN, "walked_at": "now"})]).records
    assert record["walked_at"] == NOW.isoformat()


def test_a_line_end_in_a_text_ends_no_record(centre: Path, record: Record) -> None:
    record(**{**GIVEN, "note": "one\ntwo"})
    text = (centre / PATROLS).read_bytes().decode("gb18030")
    assert text.endswith(';"one\ntwo"')


def test_a_duration_is_written_as_the_files_have_it(centre: Path) -> None:
    change(centre, "policy/datasets/patrols.yaml", 'duration: "%M:%S"', 'duration: "%M"')
    (centre / PATROLS).write_bytes(ROWS.replace("12:30", "12").encode("gb18030"))
    recorder = Recorder(load_policy(centre), "patrols", now=NOW)
    [record] = recorder.draft([FilledRecord({**GIVEN, "lasted": "120"})]).records
    assert record["lasted"] == 7200
    [record] = recorder.draft(
        [FilledRecord({**GIVEN, "lasted": 120})]
    ).records  # a number is of seconds
    assert record["lasted"] == 120


@pytest.mark.parametrize(
    "given", ["PBX-2", "主交换机", "Main exchange", "PBX-2 · 主交换机 · 地下室"]
)
def test_an_entry_is_meant_by_its_key_or_by_its_label(centre: Path, given: str) -> None:
    label_assets(centre)
    recorder = Recorder(load_policy(centre), "patrols", now=NOW)
    with recorder.answers() as answers:
        assert answers.value(recorder.form.by_name["asset_id"], given) == "PBX-2"
