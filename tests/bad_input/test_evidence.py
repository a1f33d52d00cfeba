"""Evidence that cannot be believed makes its control unknown, never green, and says where."""

from __future__ import annotations

import datetime
import os
import shutil
from typing import Any

import pytest

from message_text import coded, said_in

from .conftest import CONTROLS, EVENTS, EVENTS_POLICY, FILES, ROSTER, ROSTER_POLICY, Office, packed

HEADER = FILES[EVENTS].partition("\n")[0] + "\n"
NOTHING = coded("EV421").partition("…")[0]
"""With the line that it asks for."""
E2 = "E2,2026-03-03T09:00:00+08:00,pass,"


def test_missing_folder(office: Office) -> None:
    shutil.rmtree(office.root / "evidence")
    office.doubts("evidence: EV107 ", "hint: make the folder and put records there")
    office.write("evidence", "no folder")
    office.doubts("evidence: EV107 ")


@pytest.mark.parametrize("name", [EVENTS, ROSTER])
def test_missing_file(office: Office, name: str) -> None:
    (office.root / name).unlink()
    office.doubts(
        "evidence: " + coded("EV106", f"{name.rpartition('/')[2]}"), "hint: put the records"
    )


@pytest.mark.parametrize(
    "name", ["inspections.CSV", "2026.xlsx", "faults.yml", "photo.jpg", ".x.csv", "a/b.csv"]
)
def test_file_that_no_dataset_reads(office: Office, name: str) -> None:
    """The very record that would not pass may stand in it."""
    office.write(f"evidence/{name}", "unit\n")
    for arguments in ([], ["--control", "FIRE-1"], ["--fail-on", "critical"]):
        result = office.run("check", *arguments)
        assert result.exit_code == 1, result.output
        said = f"evidence/{name}: EV110 "
        assert said_in(packed(said), packed(result.stdout)), result.stdout
        assert packed("hint: rename it so that 'files' of a") in packed(result.stdout)


@pytest.mark.parametrize("name", ["README.md", "a/README.zh.md", "~$2026.xlsx", "a/.gitkeep"])
def test_files_beside_the_records_are_fine(office: Office, name: str) -> None:
    office.write(f"evidence/{name}", "unit\n")
    office.passes()


@pytest.mark.parametrize("name", [EVENTS, ROSTER])
def test_empty_file(office: Office, name: str) -> None:
    office.write(name, "")
    office.doubts(f"{name}: FI102 ", "hint: the first line names the columns: unit, ")
    office.write(name, "\n\n")
    office.doubts(f"{name}:1: EV202 ")


@pytest.mark.parametrize("name", [EVENTS, ROSTER])
def test_header_only(office: Office, name: str) -> None:
    office.write(name, FILES[name].partition("\n")[0] + "\n")
    office.doubts(f"{name}: EV101 ", "hint: if that is all right, say why")


def test_roster_that_may_be_empty(office: Office) -> None:
    office.write(ROSTER, "unit,installed_on\n")
    office.change(ROSTER_POLICY, "retention", "may_be_empty: {en: None., zh: 暂无。}\nretention")
    office.doubts(f"{EVENTS}:2: " + coded("EV410", "E1", "extinguishers"))


def test_roster_of_which_none_is_chosen(office: Office) -> None:
    office.change(CONTROLS, "installed_on}", "installed_on, where: \"unit = 'E9'\"}")
    office.doubts(NOTHING)


def test_roster_of_those_who_left_before_the_plan_was_in_force(office: Office) -> None:
    """They stood on it within the period, and owed nothing."""
    removed = "removed_on: {type: string, format: date}"
    office.change(ROSTER_POLICY, "installed_on: {", f"{removed}\n    installed_on: {{")
    office.change(CONTROLS, "installed_on}", "installed_on, ends: removed_on}")
    rows = "E1,2025-01-01,2025-06-30\nE2,2026-04-01,\n"
    office.write(ROSTER, f"unit,installed_on,removed_on\n{rows}")
    office.doubts(NOTHING)


def test_roster_on_which_everybody_is_still_to_come(office: Office) -> None:
    office.write(EVENTS, HEADER)
    office.change(EVENTS_POLICY, "retention", "may_be_empty: {en: None., zh: 暂无。}\nretention")
    office.write(ROSTER, "unit,installed_on\nE1,2026-04-01\nE2,2026-04-01\n")
    office.doubts(NOTHING)
    office.write(ROSTER, "unit,installed_on\nE1,2026-03-31\nE2,2026-04-01\n")
    office.passes()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ((HEADER + "灭火器" + E2).encode("gb18030"), "2: not UTF-8 text: byte"),
        (FILES[EVENTS].encode("utf-16"), "1: EV219 "),
        (FILES[EVENTS].replace("pass,\n", "pass,a\0b\n").encode(), "2: EV219 "),
        (FILES[EVENTS].replace("\n", "\r").encode(), "1: EV220 "),
        (
            (FILES[EVENTS] + E2.replace("-03T", "-04T") + "x" * 10_000_000 + "\n").encode(),
            "4: " + coded("FI202", "1024"),
        ),
    ],
    ids=["gb18030", "utf-16", "nul", "cr", "10MB"],
)
def test_bytes_that_are_no_text(office: Office, content: bytes, said: str) -> None:
    office.write(EVENTS, content)
    office.doubts(f"{EVENTS}:{said}")


def test_another_encoding_in_a_column_that_no_control_uses(office: Office) -> None:
    office.write(EVENTS, FILES[EVENTS].replace("pass,\n", "pass,压力正常\n").encode("gb18030"))
    office.doubts(f"{EVENTS}:2: EV221 ")


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b""])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_byte_order_marks_and_line_ends_are_fine(office: Office, mark: bytes, end: str) -> None:
    for name in (ROSTER, EVENTS):
        office.write(name, mark + FILES[name].replace("\n", end).encode())
    office.passes()
    spoilt = FILES[EVENTS].replace("E2,2026-03-03", "E2,2026-03-33")
    office.write(EVENTS, mark + spoilt.replace("\n", end).encode())
    office.doubts(f"{EVENTS}:3: a time such as", '"2026-03-33T09:00:00+08:00"')


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (",note", ",nte", "1: " + coded("PL204", "nte")),
        (",note", ",result", "1: " + coded("EV211", "result")),
        (E2, "E2,2026-03-03T09:00:00+08:00", "3: " + coded("EV206", "2", "4")),
        (E2, E2 + "a,b", "3: " + coded("EV206", "5", "4")),
        (E2, E2.replace("pass", "passed"), "3: EV318 "),
        (E2, E2.replace("pass", ""), "3: " + coded("FI302", "result")),
        ("E2,2026-03-03T", "E2,2026-02-30T", "3: a time such as"),
        ("E2,2026-03-03T09", "E2,2026-03-03T25", "3: a time such as"),
        (E2, E2.replace("+08:00", ""), "3: a time such as"),
    ],
)
def test_record_that_breaks_its_contract(office: Office, old: str, new: str, said: str) -> None:
    office.change(EVENTS, old, new)
    office.doubts(f"{EVENTS}:{said}")


def test_time_without_a_zone(office: Office) -> None:
    office.change(EVENTS, E2, E2.replace("+08:00", ""))
    office.doubts(
        f"{EVENTS}:3: a time such as", "hint: write the offset from UTC, as +08:00, or say in the"
    )
    office.change(EVENTS_POLICY, "retention", "zone: America/New_York\nretention")
    office.change(EVENTS, "E2,2026-03-03T09", "E2,2026-03-08T02")  # the clock was put forward
    office.doubts(f"{EVENTS}:3: a time such as", "hint: the clock was put forward then")


@pytest.mark.parametrize("day", ["2026-02-30", "2026-2-3", "0001-01-01", "9999-12-31", "soon"])
def test_impossible_day(office: Office, day: str) -> None:
    office.change(ROSTER, "E2,2026-02-01", f"E2,{day}")
    office.doubts(f"{ROSTER}:3: EV304 ", f'not "{day}"')


def test_duty_that_begins_beyond_the_horizon(office: Office) -> None:
    office.change(ROSTER, "E2,2026-02-01", "E2,2036-02-01")
    office.passes()
    removed = "removed_on: {type: string, format: date}"
    office.change(ROSTER_POLICY, "installed_on: {", f"{removed}\n    installed_on: {{")
    office.change(CONTROLS, "installed_on}", "installed_on, ends: removed_on}")
    office.change(ROSTER, "installed_on\n", "installed_on,removed_on\n")
    office.change(ROSTER, "E1,2026-02-01", "E1,2026-02-01,")
    office.change(ROSTER, "E2,2036-02-01", "E2,2026-02-01,2026-01-29")
    office.doubts(f"{ROSTER}:3: EV406 ")


def test_future_event(office: Office) -> None:
    """As of the present it is invalid; as of a named moment it had not happened yet."""
    now = datetime.datetime.now(datetime.UTC)
    day = (now - datetime.timedelta(days=2)).date()
    office.write("ccpolicy.toml", "")
    office.write(ROSTER, f"unit,installed_on\nE1,{day}\nE2,{day}\n")
    good = f"E1,{now - datetime.timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ},pass,\n"
    ahead = f"{now + datetime.timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    office.write(EVENTS, HEADER + good)
    office.passes()
    office.write(EVENTS, f"{HEADER}{good}E2,{ahead},pass,\n")
    office.doubts(f"{EVENTS}:3: EV412 ", 'empty: "2099-12-31"  to column inspected_at')
    office.write("ccpolicy.toml", f'as_of = "{now:%Y-%m-%dT%H:%M:%SZ}"\nas_of_reason = "A."\n')
    office.passes()


@pytest.mark.parametrize(
    ("name", "more", "said"),
    [
        (EVENTS, E2.replace("pass", "fail"), "4: error: EV309"),
        (EVENTS, "E2,2026-03-03T01:00:00Z,pass,", "4: error: EV309"),
        (ROSTER, "E1,2026-02-20", "4: " + coded("EV309", '"E1"', "evidence/extinguishers.csv:2")),
    ],
)
def test_key_that_stands_twice(office: Office, name: str, more: str, said: str) -> None:
    office.write(name, f"{FILES[name]}{more}\n")
    office.doubts(f"{name}:{said}", "is already at")


def test_subject_that_no_roster_knows(office: Office) -> None:
    office.write(EVENTS, FILES[EVENTS] + "E9,2026-03-04T09:00:00+08:00,pass,\n")
    office.doubts(f"{EVENTS}:4: " + coded("EV410", "E9", "extinguishers"))


@pytest.mark.parametrize("target", ["../../inspections.csv", "nowhere", "inspections.csv"])
def test_links_are_not_followed(office: Office, target: str) -> None:
    (office.root / EVENTS).rename(office.root.parent / "inspections.csv")
    (office.root / EVENTS).symlink_to(target)
    office.doubts(f"{EVENTS}: FI101 ", "hint: put the file itself there")


def test_file_that_cannot_be_read(office: Office) -> None:
    (office.root / EVENTS).unlink()
    (office.root / EVENTS).mkdir()
    office.doubts(f"{EVENTS}: FI105 ")
    (office.root / EVENTS).rmdir()
    os.mkfifo(office.root / EVENTS)
    office.doubts(f"{EVENTS}: FI105 ")


def test_file_without_permission(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may read every file is shown a file that may not be."""
    open_file: Any = os.open

    def refuse(path: str | os.PathLike[str], flags: int, *rest: int, **more: int | None) -> int:
        if os.fspath(path).endswith(EVENTS):
            raise PermissionError(13, "Permission denied")
        found: int = open_file(path, flags, *rest, **more)
        return found

    monkeypatch.setattr(os, "open", refuse)
    office.doubts(f"{EVENTS}: " + coded("FI103", "Permission denied"))


def test_in_chinese(office: Office) -> None:
    office.write(EVENTS, FILES[EVENTS].replace("pass,\n", "pass,a\0b\n"))
    result = office.run("check", "--lang", "zh")
    assert result.exit_code == 1
    assert said_in(f"{EVENTS}:2:该行含有零字节", packed(result.stdout))
