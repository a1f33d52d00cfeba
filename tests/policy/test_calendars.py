"""Calendars that cannot be, and calendars that somebody should look at."""

from __future__ import annotations

import datetime
import json

import pytest

import ccpolicy
from ccpolicy.policy import diff
from ccpolicy.time.public_holidays import known_years
from message_text import coded

from .conftest import PLAN, REVIEW, REVIEWS, SETTINGS, Draft

CALENDARS = "policy/calendars.yaml"
EVERY = "value: 12 months"


def calendar(*lines: str, weekend: str = "[saturday, sunday]") -> str:
    own = "".join(f"    {line}\n" for line in lines)
    return f"calendars:\n  - id: office\n    weekend: {weekend}\n{own}"


def week(
    hours: str = '["09:00-17:00"]', days: str = "monday tuesday wednesday thursday friday"
) -> str:
    return f"hours: {{{', '.join(f'{day}: {hours}' for day in days.split())}}}"


WRONG = {
    "no calendars": ("calendars: []\n", f"1:1: {coded('FI312', 'calendars')}"),
    "no weekend": ("calendars:\n  - id: office\n", f"2:5: {coded('FI302', 'weekend')}"),
    "unknown weekday": (calendar(weekend="[saterday]"), "3:15: FI310"),
    "unknown weekday with hours": (
        calendar("hours: {mondays: [09:00-17:00]}"),
        f"4:13: {coded('FI303', 'mondays')}\nhint: did you mean 'monday'?",
    ),
    "weekday twice": (
        calendar(weekend="[sunday, sunday]"),
        f"3:23: {coded('PL577', 'sunday', 'policy/calendars.yaml:3:15')}",
    ),
    "no working day": (
        calendar(weekend="[monday, tuesday, wednesday, thursday, friday, saturday, sunday]"),
        f"3:5: {coded('PL571')}",
    ),
    "unknown country": (calendar("holidays: XX"), f"4:5: {coded('PL502', 'XX')}"),
    "unknown subdivision": (
        calendar("holidays: GB-XYZ"),
        f"4:5: {coded('PL570', 'GB-XYZ')}\nhint: known: GB, GB-ENG, GB-NIR, GB-SCT, GB-WLS",
    ),
    "unknown zone": (calendar("zone: Asia/Peking"), f"4:5: {coded('PL203', 'Asia/Peking')}"),
    "no hours": (calendar(week('["9-17"]')), f"4:22: {coded('PL574', '9-17')}"),
    "an hour that is none": (calendar(week('["09:00-25:00"]')), "4:22: PL574"),
    "hours that end before they begin": (
        calendar(week('["22:00-06:00"]')),
        f"4:22: {coded('PL575', '22:00-06:00')}"
        "\nhint: if they end on the next day, write 22:00-06:00+1",
    ),
    "hours that take no time": (calendar(week('["09:00-09:00"]')), "4:22: PL575"),
    "hours that overlap": (
        calendar(week('["13:00-18:00", "09:00-13:01"]')),
        f"4:22: {coded('PL576', '09:00-13:01', '13:00-18:00')}",
    ),
    "a night that overlaps the morning": (
        calendar(week('["05:00-08:00", "22:00-06:00+1"]')),
        f"4:110: {coded('PL576', '22:00-06:00+1', '05:00-08:00')}",
    ),
    "a night of Sunday that overlaps Monday": (
        calendar(
            'hours: {monday: ["05:00-08:00"], sunday: ["22:00-06:00+1"]}',
            weekend="[tuesday, wednesday, thursday, friday, saturday]",
        ),
        f"4:22: {coded('PL576', '22:00-06:00+1', '05:00-08:00')}",
    ),
    "hours on a weekend": (
        calendar(week(days="monday tuesday wednesday thursday friday sunday")),
        f"4:144: {coded('PL572', 'sunday')}",
    ),
    "a weekday without hours": (
        calendar(week(days="monday tuesday wednesday thursday")),
        f"4:5: {coded('PL573', 'friday')}",
    ),
    "a day twice": (
        calendar("closed:", "  - {day: 2026-05-04, reason: r}", "  - {day: 2026-05-04, reason: r}"),
        f"6:10: {coded('PL577', '2026-05-04', 'policy/calendars.yaml:5:10')}",
    ),
    "a day closed and worked": (
        calendar(
            "closed: [{day: 2026-05-01, until: 2026-05-05, reason: r}]",
            "worked: [{day: 2026-05-04, reason: r}]",
        ),
        f"5:15: {coded('PL577', '2026-05-04', 'policy/calendars.yaml:4:15')}",
    ),
    "no reason": (calendar("closed: [{day: 2026-05-01}]"), f"4:14: {coded('FI302', 'reason')}"),
    "days that end before they begin": (
        calendar("closed: [{day: 2026-05-05, until: 2026-05-01, reason: r}]"),
        f"4:32: {coded('PL579', 'day')}",
    ),
    "years of days": (
        calendar("closed: [{day: 2026-05-05, until: 2062-05-05, reason: r}]"),
        f"4:32: {coded('PL578', 366)}",
    ),
    "a calendar that ends before it begins": (
        calendar("from: 2026-05-05", "until: 2026-05-04"),
        f"5:5: {coded('PL579', 'from')}",
    ),
    "hours of a day where there are no others": (
        calendar('worked: [{day: 2026-05-05, hours: ["09:00-12:00"], reason: r}]'),
        f"4:32: {coded('PL473', 'office')}",
    ),
    "overlapping hours of a day": (
        calendar(
            week(), 'worked: [{day: 2026-05-05, hours: ["09:00-12:00", "11:00-13:00"], reason: r}]'
        ),
        f"5:55: {coded('PL576', '09:00-12:00', '11:00-13:00')}",
    ),
    "a year twice": (calendar("written_years: [2027, 2027]"), "4:27: PL577"),
    "no year": (calendar("written_years: [27]"), "4:21: "),
}


@pytest.mark.parametrize("name", WRONG)
def test_refused_with_its_place(draft: Draft, name: str) -> None:
    text, said = WRONG[name]
    draft.write(CALENDARS, text)
    draft.change((REVIEW, EVERY, "value: 5 business days"))
    errors = draft.errors()
    found = [each.diagnostics() for each in errors]
    assert any(each.startswith(f"{CALENDARS}:{said}") for each in found), found
    assert all(each.diagnostics("zh") for each in errors)


HALF = calendar("holidays: CN", week())

UNFIT = {
    "no file": ("", "value: 5 business days", [], "18:7: PL501"),
    "no hours": (calendar(), "value: 5 business hours", [], f"18:7: {coded('PL473', 'office')}"),
    "two calendars, none named": (
        HALF + "  - {id: paris, weekend: [sunday]}\n",
        "value: 5 business days",
        [],
        f"18:7: {coded('PL471', 'every')}",
    ),
    "an unknown one named": (
        HALF,
        "value: 5 business days",
        [(REVIEW, "    check: recurrence", "    calendar: ofice\n    check: recurrence")],
        f"14:5: {coded('PL470', 'ofice')}\nhint: did you mean 'office'?",
    ),
    "hours over dates": (HALF, "value: 5 business hours", [], "18:7: "),
}


@pytest.mark.parametrize("name", UNFIT)
def test_business_time_that_nothing_can_count(draft: Draft, name: str) -> None:
    text, value, changes, said = UNFIT[name]
    if text:
        draft.write(CALENDARS, text)
    draft.change((REVIEW, EVERY, value), *changes)
    found = [each.diagnostics() for each in draft.errors()]
    assert any(each.startswith(f"{REVIEW}:{said}") for each in found), found


def test_the_plan_says_no_longer_whose_holidays_count(draft: Draft) -> None:
    draft.change((PLAN, "zone: UTC", "zone: UTC\nholidays: CN"))
    [error] = draft.errors()
    assert error.diagnostics() == (
        f"{PLAN}:8:1: {coded('PL170')}\nhint: take it out here, and write in {CALENDARS}:"
        " calendars: [{id: office, weekend: [saturday, sunday], holidays: CN}]"
    )


def test_what_the_hint_says_can_be_written(draft: Draft) -> None:
    draft.write(CALENDARS, "calendars: [{id: office, weekend: [saturday, sunday], holidays: CN}]\n")
    draft.change((REVIEW, EVERY, "value: 200 business days"))
    assert draft.errors() == []


def test_a_calendar_that_nothing_counts_on(draft: Draft) -> None:
    before = draft.findings()
    draft.write(CALENDARS, HALF)
    found = [each for each in draft.findings() if each not in before]
    assert found == [
        f"{CALENDARS}:2:5: {coded('LN170', 'office')}"
        "\nname it with 'calendar' in a control, or take it out"
    ]
    # A retention is enough.
    draft.change((REVIEWS, "retention: 5 years", "retention: 900 business days"))
    assert draft.findings() == before


def test_a_year_that_is_soon_needed_and_not_known(draft: Draft) -> None:
    year = known_years("CN").stop
    draft.write(CALENDARS, HALF)
    draft.change(
        (REVIEW, EVERY, "value: 200 business days"),
        (SETTINGS, 'gate = "now"', f'gate = "now"\nas_of = "{year - 1}-12-17T00:00:00Z"'),
    )
    before = [each for each in draft.findings() if "LN17" in each]
    assert before == []
    draft.change((SETTINGS, f"{year - 1}-12-17", f"{year - 1}-12-18"))
    [found] = [each for each in draft.findings() if "LN17" in each]
    assert found.startswith(f"{CALENDARS}:2:5: {coded('LN171', 'office', year)}")
    draft.write(CALENDARS, HALF + f"    written_years: [{year}]\n")
    assert [each for each in draft.findings() if "LN17" in each] == []


def test_a_calendar_without_effect(draft: Draft) -> None:
    draft.write(CALENDARS, HALF)
    draft.change(
        (REVIEWS, "retention: 5 years", "retention: 900 business days"),
        (REVIEW, "    check: recurrence", "    calendar: office\n    check: recurrence"),
    )
    [found] = [each for each in draft.findings() if "LN17" in each]
    assert found.startswith(f"{REVIEW}:14:5: {coded('LN172')}")


HOURS = {
    "shorter": ('["10:00-17:00"]', "loosened"),
    "longer": ('["08:00-17:00", "18:00-19:00"]', "tightened"),
    "other": ('["10:00-18:00"]', "unordered"),
}


@pytest.mark.parametrize("name", HOURS)
def test_other_opening_hours(draft: Draft, name: str) -> None:
    hours, direction = HOURS[name]
    draft.write(CALENDARS, HALF)
    alert = "policy/controls/2-alert.yaml"
    draft.change(
        (alert, "high: 30 minutes, low: 2 hours", "high: 30 minutes, low: 2 business hours")
    )
    base = ccpolicy.load(draft.root).policy
    draft.write(CALENDARS, HALF.replace('friday: ["09:00-17:00"]', f"friday: {hours}"))
    head = ccpolicy.load(draft.root).policy
    assert draft.errors() == []
    found = diff.compare_policies(base, head, (None, None), datetime.date(2026, 11, 20))
    [told] = found.changes
    assert (told.direction, told.message.text("en")) == (direction, "opening hours on friday")
    assert told.controls == ["AL-1"]
    assert (told.before, told.after) == ("09:00-17:00", ", ".join(json.loads(hours)))


def test_records_kept_by_a_calendar_leave_no_way_that_is_plainly_stricter(draft: Draft) -> None:
    draft.write(CALENDARS, HALF)
    draft.change((REVIEWS, "retention: 5 years", "retention: 900 business days"))
    base = ccpolicy.load(draft.root).policy
    draft.write(CALENDARS, HALF + "    worked: [{day: 2026-11-14, reason: move}]\n")
    head = ccpolicy.load(draft.root).policy
    found = diff.compare_policies(base, head, (None, None), datetime.date(2026, 11, 20))
    assert [each.direction for each in found.changes] == ["unordered"]
    assert found.loosened
