"""Records that name what does not exist, or did not on that day."""

from __future__ import annotations

import datetime
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ccpolicy.errors import PolicyError
from ccpolicy.evidence import load_evidence, values
from ccpolicy.evidence_formats import Format
from ccpolicy.policy.dataset import Dataset
from ccpolicy.time.zones import time_zone
from fresh_store import fresh_store
from message_text import coded

from .conftest import DATE, FORMATS, INTEGER, NUMBER, TEXT, TIME, Desk, Loaded, Row, encode, log

WHO = {"dataset": "staff", "key": "person"}
THEN = WHO | {"during": ["hired_on", "left_on"], "at": "done_on"}
PEOPLE = {"person": TEXT, "hired_on": DATE, "left_on": DATE, "site": TEXT}
DONE = {"who": TEXT, "done_on": DATE, "done_at": TIME, "site": TEXT}
ROSTER: Sequence[Row] = [
    {"id": "1", "person": "P0001", "hired_on": "2024-02-29", "left_on": "2024-12-31", "site": "A"},
    {"id": "2", "person": "P0001", "hired_on": "2026-01-15", "left_on": "", "site": "B"},
    {"id": "3", "person": "P0002", "hired_on": "", "left_on": "", "site": "A"},
]


def staff(kind: Format = "csv", **more: Any) -> Dataset:
    """Make the contract of a roster, in which a person stands again who comes back."""
    return log(kind, more.pop("properties", PEOPLE), id="staff", files=f"staff*.{kind}", **more)


def done(reference: Mapping[str, Any], kind: Format = "csv", **more: Any) -> Dataset:
    """Make the contract of what was done, and by whom."""
    return log(kind, more.pop("properties", DONE), references={"who": reference}, **more)


def fill(desk: Desk, name: str, rows: Sequence[Row], kind: Format = "csv") -> None:
    """File records; in text what is empty is left out where a format has no empty cells."""
    if kind != "csv":
        rows = [{key: value for key, value in row.items() if value != ""} for row in rows]
    desk.write(f"{name}.{kind}", encode(kind, rows, desk.root))


def judge(desk: Desk, reference: Mapping[str, Any], rows: Sequence[Row]) -> Loaded:
    """File a roster and what was done, and judge it."""
    fill(desk, "staff", ROSTER)
    fill(desk, "log", [{"id": str(number), **row} for number, row in enumerate(rows, 1)])
    return desk.load(done(reference), staff())


@pytest.mark.parametrize("kind", FORMATS)
def test_unknown_names_are_told_with_place_and_near_match(desk: Desk, kind: Format) -> None:
    fill(desk, "staff", ROSTER, kind)
    rows = [{"id": "1", "who": "P0001"}, {"id": "2", "who": "P1"}, {"id": "3", "who": "X"}]
    fill(desk, "log", rows, kind)
    properties = {"who": TEXT}
    people = {name: PEOPLE[name] for name in ("person", "hired_on", "left_on", "site")}
    found = desk.load(done(WHO, kind, properties=properties), staff(kind, properties=people))
    assert found.column("id") == ["1"]
    assert [each.partition(": ")[2] for each in found.said] == [
        coded("EV330", "who", '"P1"', "staff"),
        coded("EV330", "who", '"X"', "staff"),
    ]
    assert found.hints == [
        "did you mean 'P0001'? only leading zeros differ",
        "add it to 'staff', or correct it here",
    ]
    assert found.counts == [(f"evidence/log.{kind}", 3, 2), (f"evidence/staff.{kind}", 3, 0)]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("p0001", "P0001"),
        ("Ｐ０００１", "P0001"),
        ("P 0001", "P0001"),
        ("P0001\u00a0", "P0001"),
        ("P0001\u200b", "P0001"),
        ("P1", "P0001"),
        ("P00002", "P0002"),
        ("P0003", ""),
        ("Person0001", ""),
        ("PO0001", "P0001"),
        ("P9 × A", ""),
        ("Q", ""),
    ],
)
def test_near_matches(desk: Desk, name: str, meant: str) -> None:
    found = judge(desk, WHO, [{"who": name, "done_on": "2024-03-01"}])
    message = coded("EV330", "who", values.shown(name), "staff")
    assert found.said == [f"evidence/log.csv:2: {message}"]
    hint = f"did you mean '{meant}'?" if meant else "add it to 'staff', or correct it here"
    assert [each.split("? only")[0].rstrip("?") for each in found.hints] == [hint.rstrip("?")]


def test_a_decomposed_letter_is_near(desk: Desk) -> None:
    fill(desk, "staff", [{"id": "1", "person": "Zoë"}])
    fill(desk, "log", [{"id": "1", "who": "Zoe\u0308"}])
    found = desk.load(done(WHO, properties={"who": TEXT}), staff(properties={"person": TEXT}))
    assert found.hints == ["did you mean 'Zoë'? only the encoding of accents differs (NFC and NFD)"]


DAYS = {
    "the day before the first": ("2024-02-28", False),
    "the first, a leap day": ("2024-02-29", True),
    "the last": ("2024-12-31", True),
    "the day after the last": ("2025-01-01", False),
    "between": ("2025-06-01", False),
    "the first day again": ("2026-01-15", True),
    "long after, without an end": ("2199-12-31", True),
    "no day": ("", True),
}


@pytest.mark.parametrize("case", DAYS)
def test_days(desk: Desk, case: str) -> None:
    at, holds = DAYS[case]
    found = judge(desk, THEN, [{"who": "P0001", "done_on": at}])
    assert found.column("id") == (["1"] if holds else [])
    if not holds:
        message = coded("EV331", "who", '"P0001"', "staff", at)
        assert found.said == [f"evidence/log.csv:2: {message}"]
        assert found.hints == ["there it is in force: 2024-02-29/2024-12-31, 2026-01-15/…"]


MOMENTS = {
    # Shanghai is eight hours ahead of UTC, New York up to five behind it.
    "Asia/Shanghai": [
        ("2024-02-28T15:59:59Z", False),
        ("2024-02-28T16:00:00Z", True),
        ("2024-12-31T15:59:59.999999Z", True),
        ("2024-12-31T16:00:00Z", False),
        ("2026-01-15T00:00:00+08:00", True),
    ],
    "America/New_York": [
        ("2024-02-29T04:59:59Z", False),
        ("2024-02-29T05:00:00Z", True),
        ("2025-01-01T04:59:59Z", True),
        ("2025-01-01T05:00:00Z", False),
    ],
}


@pytest.mark.parametrize("zone", MOMENTS)
def test_moments_are_of_days_in_the_zone_of_the_plan(desk: Desk, zone: str) -> None:
    desk = replace(desk, zone=zone)
    rows = [{"who": "P0001", "done_at": text} for text, _ in MOMENTS[zone]]
    found = judge(desk, THEN | {"at": "done_at"}, rows)
    holding = [str(number) for number, (_, holds) in enumerate(MOMENTS[zone], 1) if holds]
    assert found.column("id") == holding
    assert len(found.said) == len(rows) - len(holding)


def test_moments_are_compared_with_days_of_which_there_are_none(desk: Desk) -> None:
    fill(desk, "staff", [{"id": "3", "person": "P0002", "hired_on": "", "left_on": ""}])
    fill(desk, "log", [{"id": "1", "who": "P0002", "done_at": "2024-03-01T09:00:00Z"}])
    found = desk.load(done(THEN | {"at": "done_at"}), staff())
    assert found.column("id") == []
    assert "EV331" in found.said[0]


def test_a_time_that_happened_twice_takes_the_kinder_reading(desk: Desk) -> None:
    desk = replace(desk, zone="Europe/Berlin")
    shift = {"person": TEXT, "from": TIME, "to": TIME}
    reference = WHO | {"during": ["from", "to"], "at": "done_at"}
    span = {"from": "2024-10-27T00:30:00Z", "to": "2024-10-27T00:45:00Z"}  # 02:30 to 02:45 summer
    fill(desk, "staff", [{"id": "1", "person": "P1", **span}])
    times = ["2024-10-27T02:40:00", "2024-10-27T02:50:00", "2024-10-27T02:45:00"]
    fill(desk, "log", [{"id": t[14:16], "who": "P1", "done_at": t} for t in times])
    contract = done(reference, zone="Europe/Berlin", properties={"who": TEXT, "done_at": TIME})
    found = desk.load(contract, staff(properties=shift))
    assert found.column("id") == ["40", "45"]  # the very moment of the end is kind, too


def test_who_has_no_first_day_exists_and_was_never_in_force(desk: Desk) -> None:
    rows = [{"who": "P0002", "done_on": "2024-03-01"}, {"who": "P0002", "done_on": ""}]
    found = judge(desk, THEN, rows)
    assert found.column("id") == ["2"]
    assert found.hints == ["there it is in force: …/…"]


def test_an_empty_cell_names_nothing(desk: Desk) -> None:
    found = judge(desk, THEN, [{"who": "", "done_on": "2024-03-01"}])
    assert found.column("id") == ["1"]
    assert found.said == []


def test_what_must_match_together(desk: Desk) -> None:
    rows = [
        {"who": "P0001", "site": "A", "done_on": "2024-06-01"},
        {"who": "P0001", "site": "B", "done_on": "2024-06-01"},
        {"who": "P0001", "site": "C", "done_on": "2024-06-01"},
        {"who": "P0001", "site": "", "done_on": "2024-06-01"},
    ]
    found = judge(desk, THEN | {"match": {"site": "site"}}, rows)
    assert found.column("id") == ["1", "4"]
    assert found.said == [
        "evidence/log.csv:3: " + coded("EV331", "who", '"P0001 × B"', "staff", "2024-06-01"),
        "evidence/log.csv:4: " + coded("EV330", "who", '"P0001 × C"', "staff"),
    ]


@pytest.mark.parametrize("kind", [INTEGER, NUMBER])
def test_numbers(desk: Desk, kind: Mapping[str, str]) -> None:
    fill(desk, "staff", [{"id": "1", "person": 7}], "json")
    fill(desk, "log", [{"id": "1", "who": 7}, {"id": "2", "who": 8}], "json")
    contract = done(WHO, "json", properties={"who": kind})
    found = desk.load(contract, staff("json", properties={"person": INTEGER}))
    assert found.column("id") == ["1"]


def test_types_that_cannot_be_equal_are_refused_where_only_the_engine_knows(desk: Desk) -> None:
    fill(desk, "staff", ROSTER)
    fill(desk, "log", [{"id": "1", "who": "P0001"}])
    contract = log("csv", {"who": TEXT}, derive={"n": "length(who)"}, references={"n": WHO})
    with pytest.raises(
        PolicyError, match=coded("PL233", "n", "integer", "person", "staff", "text")
    ):
        desk.load(contract, staff())


LISTS = {
    "type": "object",
    "additionalProperties": False,
    "required": [],
    "properties": {
        "id": TEXT,
        "done_on": DATE,
        "led_by": {"type": "array", "items": TEXT},
        "parts": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["n"],
                "properties": {"n": INTEGER, "who": TEXT, "with": {"type": "array", "items": TEXT}},
            },
        },
    },
}


@pytest.mark.parametrize("kind", ["json", "jsonl", "yaml"])
def test_lists_and_nested_records(desk: Desk, kind: Format) -> None:
    fill(desk, "staff", ROSTER)
    on = {"done_on": "2024-06-01"}
    rows: list[Row] = [
        {"id": "1", **on, "led_by": ["P0001", "P9"], "parts": [{"n": 1, "who": "P0001"}]},
        {"id": "2", **on, "led_by": ["P0001"], "parts": [{"n": 1}, {"n": 2, "who": "P8"}]},
        {"id": "3", **on, "led_by": [], "parts": [{"n": 1, "who": "P0001"}, {"n": 2}]},
        {"id": "4", "done_on": "2025-06-01", "parts": [{"n": 1, "with": ["P0001"]}]},
        {"id": "5", **on},
    ]
    fill(desk, "log", rows, kind)
    part = {"path": "parts", "key": ["id", "n"], "references": {"who": THEN, "with": THEN}}
    contract = log(kind, record=LISTS, references={"led_by": WHO}, children={"parts": part})
    found = desk.load(contract, staff())
    assert found.column("id") == ["3", "5"]
    assert found.column("id", "log.parts") == ["3", "3"]
    codes = [each.split()[1] for each in found.said]
    assert codes == ["EV330", "EV330", "EV331"]
    places = [each.split(": ")[0] for each in found.said]
    assert [place.partition("#")[2] for place in places] == ["", "parts/1", "parts/0"]
    assert found.counts[0][1:] == (5, 3)


def test_a_name_that_a_list_has_twice_is_told_once(desk: Desk) -> None:
    fill(desk, "staff", ROSTER)
    fill(desk, "log", [{"id": "1", "led_by": ["P9", "P9", "P0001", "P8"]}], "json")
    names = {"led_by": {"type": "array", "items": TEXT}}
    found = desk.load(log("json", names, references={"led_by": WHO}), staff())
    assert [each.partition(": ")[2] for each in found.said] == [
        coded("EV330", "led_by", '"P8"', "staff"),
        coded("EV330", "led_by", '"P9"', "staff"),
    ]


def test_records_that_name_an_invalid_one_are_told_in_one_message(desk: Desk) -> None:
    roster = [*ROSTER, {"id": "4", "person": "P0004", "hired_on": "soon"}]
    fill(desk, "staff", roster)
    rows = [{"id": str(n), "who": "P0004" if n % 2 else "P0001"} for n in range(5_000)]
    fill(desk, "log", rows)
    found = desk.load(done(WHO, properties={"who": TEXT}), staff())
    assert len(found.column("id")) == 2_500
    assert [each.split()[1] for each in found.said] == ["EV332", "EV304"]
    assert found.said[0].startswith("evidence/log.csv:3: ")
    assert coded("EV332", "who", "staff", "2500", '"P0004"') in found.said[0]
    assert found.counts[0][1:] == (5_000, 2_500)


def test_a_target_that_cannot_be_read_is_told_in_one_message(desk: Desk) -> None:
    fill(desk, "log", [{"id": str(n), "who": f"P{n}"} for n in range(50)])
    found = desk.load(done(WHO, properties={"who": TEXT}), staff())
    assert found.column("id") == []
    shown = '"P0", "P1", "P10", …'
    assert coded("EV332", "who", "staff", "50", shown) in found.said[0]


def test_what_names_an_invalid_record_is_invalid_itself(desk: Desk) -> None:
    # A chain: the log names a person, who names a site, which names a region that is not there.
    fill(desk, "log", [{"id": "1", "who": "P1"}, {"id": "2", "who": "P2"}])
    fill(desk, "staff", [{"id": "P1", "site": "A"}, {"id": "P2", "site": "B"}])
    fill(desk, "sites", [{"id": "A", "region": "X"}, {"id": "B", "region": "N"}])
    fill(desk, "regions", [{"id": "N"}])
    to = {"key": "id"}
    found = desk.load(
        log("csv", {"who": TEXT}, references={"who": to | {"dataset": "staff"}}),
        log("csv", {"site": TEXT}, id="staff", files="staff.csv",
            references={"site": to | {"dataset": "sites"}}),
        log("csv", {"region": TEXT}, id="sites", files="sites.csv",
            references={"region": to | {"dataset": "regions"}}),
        log("csv", id="regions", files="regions.csv"),
    )  # fmt: skip
    assert found.column("id") == ["2"]
    codes = {each.split(":")[0]: each.split()[1] for each in found.said}
    assert codes == {
        "evidence/log.csv": "EV332",
        "evidence/staff.csv": "EV332",
        "evidence/sites.csv": "EV330",
    }


@pytest.mark.parametrize("kind", FORMATS)
def test_references_in_a_circle(desk: Desk, kind: Format) -> None:
    # Teams have a lead, and people a team: as long as each is there, all is well.
    def load(lead: str) -> Loaded:
        fill(desk, "log", [{"id": "T1", "lead": "P1"}, {"id": "T2", "lead": lead}], kind)
        people = [{"id": f"P{n}", "team": f"T{n}", "boss": "P2"} for n in (1, 2)]
        fill(desk, "staff", people, kind)
        return desk.load(
            log(kind, {"lead": TEXT}, references={"lead": {"dataset": "staff", "key": "id"}}),
            log(kind, {"team": TEXT, "boss": TEXT}, id="staff", files=f"staff.{kind}", references={
                "team": {"dataset": "log", "key": "id"}, "boss": {"dataset": "staff", "key": "id"}
            }),
        )  # fmt: skip

    assert load("P2").said == []
    assert load("P2").column("id") == ["T1", "T2"]
    # Without its lead the second team falls, with it who is in it, whose boss is theirs, …
    assert load("P3").column("id") == []


def test_nothing_is_left_of_what_was_asked_on_the_way(desk: Desk) -> None:
    """Else the next that are asked would compare with the days of these."""
    fill(desk, "staff", ROSTER)
    fill(desk, "log", [{"id": "1", "who": "P0001", "done_at": "2024-03-01T00:00:00Z"}])
    datasets = {each.id: each for each in (done(THEN | {"at": "done_at"}), staff())}
    zone = time_zone("UTC")
    with fresh_store() as store:
        found = load_evidence(store, desk.root, "evidence", datasets, {"log": {"who"}}, zone)
        assert not found.problems
        left = store.ask("SELECT table_name FROM information_schema.tables")
        assert {name for (name,) in left} == {table.name for table in found.tables.values()}


def test_many_that_are_unknown_are_counted(desk: Desk) -> None:
    rows = [{"who": f"Q{number}", "done_on": "2024-03-01"} for number in range(30)]
    found = judge(desk, WHO, rows)
    assert len(found.said) == 21
    assert found.said[20] == f"None: {coded('EV310', '10')}"


@pytest.mark.parametrize("small", [True, False])
def test_large_files_are_judged_alike(
    desk: Desk, small: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not small:
        monkeypatch.setattr("ccpolicy.evidence.load.LARGE", 0)
        monkeypatch.setattr("ccpolicy.files.finder.SMALL", 16)
    rows = [{"who": "P0001" if n % 3 else "P0007", "done_on": "2024-03-01"} for n in range(60)]
    found = judge(desk, THEN, rows)
    assert found.column("id") == [str(n + 1) for n in range(60) if n % 3]
    assert len(found.said) == 20
    assert found.said[1].startswith("evidence/log.csv:5: EV330")


def test_brute_force(desk: Desk) -> None:
    draw = random.Random(20)
    zones = ["UTC", "Asia/Shanghai", "America/New_York", "Pacific/Apia", "Europe/Berlin"]
    for zone in zones:
        _try(replace(desk, zone=zone), draw, ZoneInfo(zone))


def _try(desk: Desk, draw: random.Random, zone: ZoneInfo) -> None:
    """Draw a roster and what was done around its edges, and judge both by other means."""
    base = draw.choice([datetime.date(2024, 2, 27), datetime.date(2011, 12, 28)])

    def day(spread: int) -> str:
        return (base + datetime.timedelta(draw.randrange(spread))).isoformat()

    def moment(spread: int) -> str:
        clock = draw.choice(["00:00:00", "23:59:59", "12:00:00", "10:00:00"])
        offset = draw.choice(["Z", "+08:00", "-05:00", "+14:00"])
        return f"{day(spread)}T{clock}{offset}"

    roster: list[dict[str, Any]] = []
    for number in range(40):
        first = draw.choice([day(9), ""]) if draw.random() < 0.2 else day(9)
        row = {"id": str(number), "person": f"P{draw.randrange(12)}", "hired_on": first}
        roster.append(row | {"left_on": draw.choice([day(9), day(9), ""])})
    rows = [
        {"id": str(number), "who": draw.choice([f"P{draw.randrange(14)}", ""])}
        | {"done_on": draw.choice([day(12), day(12), ""])}
        | {"done_at": draw.choice([moment(12), moment(12), ""])}
        for number in range(200)
    ]
    fill(desk, "staff", roster)
    fill(desk, "log", rows)
    for at in ("done_on", "done_at"):
        properties = {"who": TEXT, "done_on": DATE, "done_at": TIME}
        people = {"person": TEXT, "hired_on": DATE, "left_on": DATE}
        contract = done(THEN | {"at": at}, properties=properties)
        found = desk.load(contract, staff(properties=people))
        expected = [row["id"] for row in rows if _holds(row["who"], row[at], roster, zone)]
        assert 20 < len(expected) < 190
        assert found.column("id") == expected, (zone, at)


def _holds(who: str, at: str, roster: Sequence[Row], zone: ZoneInfo) -> bool:
    """Say whether somebody was there, row by row and in local days."""
    there = [row for row in roster if row["person"] == who]
    if not who or (not at and there):
        return True
    local = at
    if len(at) > 10:
        local = datetime.datetime.fromisoformat(at).astimezone(zone).date().isoformat()
    return any(
        row["hired_on"] and row["hired_on"] <= local <= (row["left_on"] or "9") for row in there
    )
