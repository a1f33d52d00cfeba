"""Business time from the policy to the verdict: hours, sites, and years that nobody knows."""

from __future__ import annotations

from pathlib import Path

import pytest

import ccpolicy
from ccpolicy.engine import evaluation
from ccpolicy.time.public_holidays import known_years
from message_text import coded
from service_desk import change, judged, lapses, write_desk

YEAR = known_years("CN").stop
"""The first year whose working days nobody knows."""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    write_desk(tmp_path)
    return tmp_path


def test_open_time_alone_counts(desk: Path) -> None:
    control = judged(
        desk,
        "T-1,,2026-03-06T16:30:00+08:00,2026-03-09T11:30:00+08:00",
        "T-2,,2026-03-06T16:30:00+08:00,2026-03-09T11:30:01+08:00",
        # On a Saturday that is worked for the Spring Festival, by Monday's hours.
        "T-3,,2026-02-28T08:00:00+08:00,2026-02-28T14:00:01+08:00",
    )
    assert lapses(control) == [
        ("T-2", "2026-03-09T11:30:00+08:00"),
        ("T-3", "2026-02-28T14:00:00+08:00"),
    ]
    assert control.now == "pass"


@pytest.mark.parametrize("limit", ["4 business hours", "1 business day"])
def test_each_site_counts_by_its_own_clock(desk: Path, limit: str) -> None:
    change(desk, "policy/controls/desk.yaml", "opened_at}", "opened_at, calendar: site}")
    change(desk, "policy/controls/desk.yaml", "4 business hours", limit)
    # Clocks in New York went forward on Sunday 8 March 2026.
    control = judged(
        desk,
        "T-1,shanghai,2026-03-06T16:30:00+08:00,",
        "T-2,new-york,2026-03-06T16:30:00-05:00,",
    )
    expected = {
        "4 business hours": ["2026-03-09T11:30:00+08:00", "2026-03-10T00:30:00+08:00"],
        "1 business day": ["2026-03-10T00:00:00+08:00", "2026-03-10T12:00:00+08:00"],
    }
    assert lapses(control) == list(zip(["T-1", "T-2"], expected[limit], strict=True))


def test_a_site_that_is_no_calendar(desk: Path) -> None:
    change(desk, "policy/controls/desk.yaml", "opened_at}", "opened_at, calendar: site}")
    control = judged(
        desk,
        "T-1,paris,2026-03-06T16:30:00+08:00,2026-03-06T16:40:00+08:00",
        "T-2,,2026-03-06T16:30:00+08:00,2026-03-06T16:40:00+08:00",
        "T-3,shanghai,2026-03-06T16:30:00+08:00,2026-03-06T16:40:00+08:00",
    )
    assert control.now == "unknown"
    found = {(each.locator, f"{each.code} {each.message.text('en')}") for each in control.problems}
    assert found == {
        ("evidence/tickets.csv:2", coded("EV471", "site", "paris")),
        ("evidence/tickets.csv:3", coded("EV471", "site", "")),
    }
    assert all(
        each.hint and "shanghai, new-york" in each.hint.text("en") for each in control.problems
    )


OPENED = f"{YEAR - 1}-12-31T10:00:00+08:00"


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    ("answered", "as_of", "expected"),
    [
        # Two business days may be over at the end of 2 January, if both days are worked.
        ("", f"{YEAR}-01-03T00:00:00+08:00", "pass"),
        ("", f"{YEAR}-01-03T00:00:00.000001+08:00", "unknown"),
        ("", f"{YEAR}-06-30T00:00:00+08:00", "unknown"),
        (f"{YEAR}-01-02T20:00:00+08:00", f"{YEAR}-06-30T00:00:00+08:00", "pass"),
        (f"{YEAR}-01-08T20:00:00+08:00", f"{YEAR}-06-30T00:00:00+08:00", "unknown"),
    ],
)
def test_a_year_that_nobody_knows_matters_where_something_depends_on_it(
    desk: Path,
    answered: str,
    as_of: str,
    expected: str,
    streamed: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if streamed:
        monkeypatch.setattr(evaluation, "STREAMED", -1)
    change(desk, "policy/controls/desk.yaml", "4 business hours", "2 business days")
    change(desk, "ccpolicy.toml", "2026-03-10T18:00:00+08:00", as_of)
    early = "T-0,,2026-03-02T10:00:00+08:00,2026-03-03T10:00:00+08:00"
    control = judged(desk, early, f"T-1,,{OPENED},{answered}")
    assert (control.now, control.period) == (expected, expected)
    if expected == "pass":
        assert control.problems == []
        return
    [problem] = control.problems
    assert problem.locator == "policy/calendars.yaml:2:5"
    assert f"{problem.code} {problem.message.text('en')}" == coded(
        "EV470", "T-1", "SD-1", "shanghai", YEAR
    )
    assert problem.hint
    assert "policy/calendars.yaml" in problem.hint.text("en")
    assert (control.subjects.passed, control.subjects.unknown) == (1, 1)
    # Where its days are written, the same is known.
    calendars = "policy/calendars.yaml"
    written = f"written_years: [{YEAR}]\n    closed: [{{day: {YEAR}-01-01, reason: New Year}}]"
    change(desk, calendars, "holidays: CN", f"holidays: CN\n    {written}")
    control = judged(desk, early, f"T-1,,{OPENED},{answered}")
    assert control.problems == []
    # 2 and 3 January are a weekend, so that they end with 5 January.
    assert YEAR == 2027
    late = as_of > f"{YEAR}-01-06"
    assert lapses(control) == ([("T-1", f"{YEAR}-01-06T00:00:00+08:00")] if late else [])


def test_business_hours_of_a_year_that_nobody_knows(desk: Path) -> None:
    # Open until noon and from one to six: the four hours end on the same day.
    known = f"T-1,,{OPENED},"
    unknown = f"T-2,,{YEAR - 1}-12-31T16:00:00+08:00,"
    as_of = f"{YEAR}-01-01T09:00:00+08:00"
    change(desk, "ccpolicy.toml", "2026-03-10T18:00:00+08:00", as_of)
    control = judged(desk, known, unknown)
    assert lapses(control) == [("T-1", f"{YEAR - 1}-12-31T15:00:00+08:00")]
    assert control.problems == []
    change(desk, "ccpolicy.toml", as_of, f"{YEAR}-01-01T12:00:00+08:00")
    control = judged(desk, known, unknown)
    assert lapses(control) == [("T-1", f"{YEAR - 1}-12-31T15:00:00+08:00")]
    assert [each.code for each in control.problems] == ["EV470"]


def test_a_revision_counts_on_its_own_calendar(desk: Path) -> None:
    change(
        desk,
        "policy/controls/desk.yaml",
        "    parameters:\n      limit: {value: 4 business hours}\n",
        "    revisions:\n"
        "      - {version: 1, parameters: {limit: {value: 4 business hours}}}\n"
        "      - version: 2\n        from: 2026-03-09\n        calendar: new-york\n"
        "        parameters: {limit: {value: 4 business hours}}\n",
    )
    control = judged(
        desk,
        "T-1,,2026-03-05T09:00:00+08:00,2026-03-06T15:00:00+08:00",
        "T-2,,2026-03-09T09:00:00+08:00,",
    )
    assert lapses(control) == [
        ("T-1", "2026-03-05T14:00:00+08:00"),
        # 9 in the morning in New York is 9 in the evening in Shanghai, since it is summer time.
        ("T-2", "2026-03-10T01:00:00+08:00"),
    ]


def test_a_class_and_a_site_together(desk: Path) -> None:
    control = "policy/controls/desk.yaml"
    change(desk, control, "opened_at}", "opened_at, by: level, calendar: site}")
    change(desk, control, "value: 4 business hours", "value: {high: 1 business hour, low: 4 hours}")
    dataset = "policy/datasets/tickets.yaml"
    change(desk, dataset, "    site:", "    level: {type: string}\n    site:")
    (desk / "evidence").mkdir()
    tickets = [
        "T-1,high,shanghai,2026-03-06T17:30:00+08:00",
        "T-2,low,shanghai,2026-03-06T17:30:00+08:00",
        "T-3,high,new-york,2026-03-06T17:30:00+08:00",
        "T-4,medium,new-york,2026-03-06T17:30:00+08:00",
        "T-5,high,nowhere,2026-03-06T17:30:00+08:00",
    ]
    lines = "\n".join(["ticket,level,site,opened_at", *tickets])
    (desk / "evidence" / "tickets.csv").write_text(f"{lines}\n", "utf-8")
    [found] = ccpolicy.load(desk).check().controls
    assert lapses(found) == [
        ("T-1", "2026-03-09T09:30:00+08:00"),
        ("T-2", "2026-03-06T21:30:00+08:00"),
        # In winter 9 in the morning in New York is 10 in the evening in Shanghai.
        ("T-3", "2026-03-06T23:00:00+08:00"),
    ]
    assert [f"{each.code} {each.message.text('en')}" for each in found.problems] == [
        coded("EV471", "site", "nowhere"),
        coded("EV407", "medium", "level"),
    ]
