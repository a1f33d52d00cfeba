"""When a record may be deleted: once its retention is over, by the plan's own calendar."""

from __future__ import annotations

import pytest

from ccpolicy.errors import PolicyError
from message_text import coded
from provenance.conftest import FIRST, SECOND, THIRD, Centre
from provenance.test_records import evidence_changes

CONTRACT = "policy/datasets/inspections.yaml"
RETENTION = "'retention'"
CALENDARS = "policy/calendars.yaml"
OFFICE = "calendars:\n  - id: office\n    weekend: [saturday, sunday]\n    holidays: {code}\n"


def keep_for(centre: Centre, retention: str, holidays: str = "CN") -> None:
    """Let the contract say how long inspections are kept, and a calendar whose holidays count."""
    contract = (centre.folder / CONTRACT).read_text("utf-8")
    centre.write(
        **{CONTRACT: contract.replace("retention: 5 years", f"retention: {retention}")},
        **({CALENDARS: OFFICE.format(code=holidays)} if holidays else {}),
    )
    centre.commit("2026-04-03T10:30:00+08:00", "Retention")


def delete(centre: Centre, when: str, *left: str) -> None:
    centre.put(*left)
    centre.commit(when, "Delete")


@pytest.mark.parametrize(
    ("retention", "early", "over"),
    [
        # Counted from 10 March 2026, a Tuesday.
        ("30 days", "2026-04-09T23:59:59", "2026-04-10T00:00:00"),
        ("4 weeks", "2026-04-07T23:59:59", "2026-04-08T00:00:00"),
        ("1 month", "2026-04-10T23:59:59", "2026-04-11T00:00:00"),
        ("P1M5D", "2026-04-15T23:59:59", "2026-04-16T00:00:00"),
        ("600 hours", "2026-04-04T08:59:59", "2026-04-04T09:00:00"),
        # Monday 6 April is a holiday; so is the Sunday before, for which nobody works.
        ("19 business days", "2026-04-07T23:59:59", "2026-04-08T00:00:00"),
        ("20 business days", "2026-04-08T23:59:59", "2026-04-09T00:00:00"),
    ],
)
def test_a_record_may_be_deleted_once_its_retention_is_over(
    centre: Centre, retention: str, early: str, over: str
) -> None:
    keep_for(centre, retention)
    begin = centre.git("rev-parse", "HEAD")
    delete(centre, f"{early}+08:00", SECOND, THIRD)
    assert centre.control("GV-4").now == "fail"
    centre.git("reset", "--quiet", "--hard", begin)
    delete(centre, f"{over}+08:00", SECOND, THIRD)
    assert [each["permitted"] for each in evidence_changes(centre)] == [True]
    assert centre.control("GV-4").now == "pass"


@pytest.mark.parametrize("retention", ["250 business days", "5 business days"])
def test_business_days_do_not_end_on_the_day_they_begin(empty: Centre, retention: str) -> None:
    keep_for(empty, retention)
    empty.put(FIRST, SECOND, THIRD)
    empty.commit("2026-04-03T10:40:00+08:00")
    delete(empty, "2026-04-03T11:00:00+08:00", FIRST, SECOND)
    control = empty.control("GV-4")
    assert control.now == "fail"
    assert [each.subject for each in control.lapses] == ["inspections × I3"]


def test_holidays_that_nobody_knows_yet_permit_nothing(centre: Centre) -> None:
    """If every day of the unknown years were worked, 8,000 business days would end in 2048."""
    keep_for(centre, "8000 business days")
    begin = centre.git("rev-parse", "HEAD")
    for when, permitted in (("2040-01-01", False), ("2058-01-01", None)):
        centre.git("reset", "--quiet", "--hard", begin)
        delete(centre, f"{when}T10:00:00+08:00", SECOND, THIRD)
        assert [each["permitted"] for each in evidence_changes(centre)] == [permitted]
        assert centre.control("GV-4", "2059-01-01").now not in ("pass", "not_applicable")


def test_other_holidays_are_not_answered_from_the_cache(centre: Centre) -> None:
    keep_for(centre, "19 business days")
    delete(centre, "2026-04-07T10:00:00+08:00", SECOND, THIRD)
    assert centre.control("GV-4").now == "fail"
    centre.write(**{CALENDARS: OFFICE.format(code="US")})
    assert [each["permitted"] for each in evidence_changes(centre)] == [True]


@pytest.mark.parametrize(
    ("retention", "holidays", "said"),
    [
        ("250 business days", "", f"{CONTRACT}:7:1: {coded('PL501')}"),
        ("250 business hours", "CN", f"{CONTRACT}:7:1: {coded('PL112', RETENTION)}"),
        ("250 business days", "XX", f"{CALENDARS}:4:5: {coded('PL502', 'XX')}"),
        ("250 business days", "__class__", f"{CALENDARS}:4:5: {coded('PL502', '__class__')}"),
    ],
)
def test_a_retention_in_business_days_needs_a_calendar(
    centre: Centre, retention: str, holidays: str, said: str
) -> None:
    keep_for(centre, retention, holidays)
    with pytest.raises(PolicyError) as caught:
        centre.check()
    assert said in str(caught.value)


def test_a_calendar_of_another_zone_counts_its_own_days(centre: Centre) -> None:
    keep_for(centre, "19 business days")
    office = (centre.folder / CALENDARS).read_text("utf-8")
    centre.write(**{CALENDARS: f"{office}    zone: America/New_York\n"})
    begin = centre.git("rev-parse", "HEAD")
    # The record is of 9 in the morning in Shanghai, which is the evening before in New York.
    for when, permitted in (("2026-04-04T11:59:59", False), ("2026-04-04T12:00:00", True)):
        centre.git("reset", "--quiet", "--hard", begin)
        centre.write(**{CALENDARS: f"{office}    zone: America/New_York\n"})
        delete(centre, f"{when}+08:00", SECOND, THIRD)
        assert [each["permitted"] for each in evidence_changes(centre)] == [permitted]
