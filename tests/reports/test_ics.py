"""Calendars that other programs read."""

from __future__ import annotations

import datetime
from typing import Any

import icalendar

from ccpolicy.assessment.agenda import agenda
from ccpolicy.assessment.models import DueSubjects
from ccpolicy.reports import View

from .rendered import render
from .rich import ASSESSMENT, control

UNTIL = "2026-12-21T00:00:00+08:00"


def events(text: str) -> list[Any]:
    return list(icalendar.Calendar.from_ical(text).walk("VEVENT"))


def test_events_last_all_day_and_block_no_time() -> None:
    found = events(render(agenda(ASSESSMENT, UNTIL), "ics", View()))
    assert len(found) > 3
    for event in found:
        day = event["dtstart"].dt
        assert type(day) is datetime.date
        assert event["dtend"].dt - day == datetime.timedelta(days=1)
        assert event["transp"] == "TRANSPARENT"
        assert event["dtstamp"].dt == datetime.datetime(2026, 11, 20, 10, tzinfo=datetime.UTC)
        assert len(event.walk("VALARM")) == 1


def test_lines_are_folded_at_75_octets_and_end_in_crlf() -> None:
    text = render(agenda(ASSESSMENT, UNTIL), "ics", View(language="zh"))
    assert text.endswith("END:VCALENDAR\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")


def test_event_keeps_its_uid_and_a_later_run_is_its_newer_version() -> None:
    later = ASSESSMENT.model_copy(update={"as_of": "2026-11-21T09:00:00+08:00"})
    first = events(render(agenda(ASSESSMENT, UNTIL), "ics", View()))
    second = events(render(agenda(later, UNTIL), "ics", View(language="zh")))
    assert [event["uid"] for event in first] == [event["uid"] for event in second]
    assert len({event["uid"] for event in first}) == len(first)
    for old, new in zip(first, second, strict=True):
        assert old["sequence"] < new["sequence"]


def test_due_at_midnight_is_the_day_before_and_one_day_makes_one_event() -> None:
    judged = control(
        "X-1",
        "Title",
        "标题",
        "pass",
        due=[
            DueSubjects(at="2026-11-24T09:00:00+08:00", subjects=["A"]),
            DueSubjects(at="2026-11-24T21:00:00+08:00", subjects=["B"]),
            DueSubjects(at="2026-11-26T00:00:00+08:00", subjects=["C"]),
        ],
    )
    result = agenda(ASSESSMENT.model_copy(update={"controls": [judged]}), UNTIL)
    found = events(render(result, "ics", View()))
    assert [event["dtstart"].dt.day for event in found] == [24, 25]
    assert found[0]["summary"] == "X-1 due: Title (2)"
    assert found[0]["description"].endswith("\nA\nB")
    assert found[0]["categories"].cats == ["facilities"]
