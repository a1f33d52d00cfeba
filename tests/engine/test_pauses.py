"""Pauses from the policy to the report: cases of a service desk with their arithmetic."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

import ccpolicy
from ccpolicy.assessment.models import Assessment, Control
from ccpolicy.errors import PolicyErrors
from ccpolicy.reports import View, render
from ccpolicy.shipped import shipped_folder
from ccpolicy.time.public_holidays import known_years
from message_text import coded
from reports.html.unfolded import unfolded
from service_desk import change, lapses, write, write_desk

CONTROL, PAUSES = "policy/controls/desk.yaml", "policy/datasets/pauses.yaml"
AS_OF = "2026-03-10T18:00:00+08:00"
YEAR = known_years("CN").stop
"""The first year whose working days nobody knows."""
SELECTED = """\
      pauses:
        dataset: pauses
        key: [ticket]
        starts: paused_at
        ends: resumed_at
        reason: reason
"""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A desk whose tickets may wait for their customers, and for parts."""
    write_desk(tmp_path)
    change(tmp_path, CONTROL, "    parameters:\n", f"{SELECTED}    parameters:\n")
    limits = "value: 4 hours}\n      paused_at_most: {value: 24 hours}"
    change(tmp_path, CONTROL, "value: 4 business hours}", limits)
    write(
        tmp_path,
        PAUSES,
        """\
id: pauses
title: {en: Pauses, zh: 暂停}
owner: manager
files: pauses.csv
format: csv
key: [ticket, paused_at]
retention: 5 years
recording: {happened: [paused_at, resumed_at], within: 1 day, amendable: with_reason}
record:
  type: object
  required: [ticket, paused_at]
  properties:
    ticket: {type: string}
    paused_at: {type: string, format: date-time}
    resumed_at: {type: string, format: date-time}
    day: {type: string, format: date}
    reason: {type: string, enum: [customer, parts]}
""",
    )
    return tmp_path


def limits(desk: Path, limit: str, at_most: str) -> None:
    change(desk, CONTROL, "value: 4 hours", f"value: {limit}")
    change(desk, CONTROL, "value: 24 hours", f"value: {at_most}")


def assessed(
    desk: Path, tickets: list[str], pauses: list[str], as_of: str | None = AS_OF
) -> Assessment:
    """Judge tickets `ticket,opened_at,answered_at` with pauses `ticket,from,to,reason`."""
    lines = [",".join((a, "", *rest)) for a, *rest in (each.split(",") for each in tickets)]
    write(desk, "evidence/tickets.csv", "\n".join(["ticket,site,opened_at,answered_at", *lines]))
    rows = [each if each.count(",") > 2 else f"{each},customer" for each in pauses]
    write(desk, "evidence/pauses.csv", "\n".join(["ticket,paused_at,resumed_at,reason", *rows]))
    request = ccpolicy.EvaluationRequest(as_of=as_of, appendix=True)
    return ccpolicy.load(desk).check(request)


def judged(desk: Path, tickets: list[str], pauses: list[str], as_of: str | None = AS_OF) -> Control:
    [control] = assessed(desk, tickets, pauses, as_of).controls
    return control


def at(clock: str, day: int = 6) -> str:
    """Return a time in March 2026; the 6th is a Friday."""
    return f"2026-03-{day:02}T{clock}:00+08:00"


def ticket(name: str, opened: str, answered: str = "") -> str:
    return f"{name},{opened},{answered}"


def test_the_clock_stands_still_while_a_pause_lasts(desk: Path) -> None:
    # 9:00 and four hours: 13:00. Paused from 10:00 to 12:30: 13:00 + 2:30 = 15:30.
    control = judged(
        desk,
        [ticket("T-1", at("09:00"), at("15:30")), ticket("T-2", at("09:00"), at("15:31"))],
        [f"{each},{at('10:00')},{at('12:30')}" for each in ("T-1", "T-2")],
    )
    assert lapses(control) == [("T-2", at("15:30"))]
    assert control.lapses[0].paused == 2.5 * 3600
    assert control.pauses is not None
    assert (control.pauses.subjects, control.pauses.seconds) == (2, 5 * 3600)
    assert control.population is not None
    paused = {each.subject: each.paused for each in control.population if each.paused is not None}
    assert (len(paused), sum(paused.values())) == (2, 5 * 3600)


def test_a_kind_of_ones_own_may_ask_for_no_reason(desk: Path) -> None:
    kind = (shipped_folder("checks") / "deadline.sql").read_text("utf-8")
    assert kind.count("needs: [starts, reason]") == 1
    write(desk, "checks/waiting.sql", kind.replace("[starts, reason]", "[starts]"))
    change(desk, CONTROL, "check: deadline", "check: waiting")
    change(desk, CONTROL, "        reason: reason\n", "")
    control = judged(desk, [ticket("T-1", at("09:00"))], [f"T-1,{at('10:00')},{at('12:30')},"])
    assert lapses(control) == [("T-1", at("15:30"))]


def test_a_subject_that_was_not_paused_has_none(desk: Path) -> None:
    tickets = [ticket("T-1", at("09:00")), ticket("T-2", at("09:00"))]
    control = judged(desk, tickets, [f"T-1,{at('10:00')},{at('12:30')}"])
    paused = {each.subject: each.paused for each in control.population or []}
    assert paused == {"T-1": 2.5 * 3600, "T-2": None}


def test_overlapping_pauses_are_one(desk: Path) -> None:
    # 10:00–11:00, 10:30–11:30, 11:30–12:00 and, inside, 10:10–10:20 are 10:00–12:00: two hours.
    spans = [("10:00", "11:00"), ("10:30", "11:30"), ("11:30", "12:00"), ("10:10", "10:20")]
    control = judged(
        desk,
        [ticket("T-1", at("09:00"))],
        [f"T-1,{at(starts)},{at(ends)}" for starts, ends in spans],
    )
    assert lapses(control) == [("T-1", at("15:00"))]
    assert control.lapses[0].paused == 2 * 3600


def test_what_is_paused_beyond_the_maximum_counts(desk: Path) -> None:
    limits(desk, "4 hours", "90 minutes")
    # 13:00 + 1:30 = 14:30, though it was paused for 0:45 + 3:00 = 3:45.
    control = judged(
        desk,
        [ticket("T-1", at("09:00"))],
        [f"T-1,{at('09:30')},{at('10:15')}", f"T-1,{at('11:00')},{at('14:00')}"],
    )
    assert lapses(control) == [("T-1", at("14:30"))]
    assert control.lapses[0].paused == 3.75 * 3600


def test_a_pause_stops_no_lapse_that_has_begun(desk: Path) -> None:
    control = judged(
        desk,
        [ticket("T-1", at("09:00"), at("16:00")), ticket("T-2", at("09:00"), at("16:00"))],
        # At 13:00 the limit has run out. A pause a second earlier stops the clock: 14:00 + 0:00:01.
        [f"T-1,{at('13:00')},{at('14:00')}", f"T-2,2026-03-06T12:59:59+08:00,{at('14:00')}"],
    )
    assert lapses(control) == [("T-1", at("13:00")), ("T-2", "2026-03-06T14:00:01+08:00")]
    assert [each.paused for each in control.lapses] == [0, 3601]


def test_an_open_pause_lasts_to_as_of(desk: Path) -> None:
    tickets = [ticket("T-1", at("09:00"))]
    for ends in ("", at("09:00", 11)):  # what has not happened by as-of does not count
        control = judged(desk, tickets, [f"T-1,{at('12:00')},{ends}"], as_of=at("18:00"))
        # Three of four hours had passed. From as-of on the last one runs.
        assert (control.now, control.next_due) == ("pass", at("19:00"))
    control = judged(desk, tickets, [f"T-1,{at('12:00')},"], as_of=at("13:00", 7))
    # After 24 hours the maximum is reached: on Saturday at 12:00 the clock runs on, to 13:00.
    assert (control.now, lapses(control)) == ("fail", [("T-1", at("13:00", 7))])


def test_a_pause_that_is_still_to_come_is_left_out(desk: Path) -> None:
    control = judged(desk, [ticket("T-1", at("09:00"))], [f"T-1,{at('12:00')},"], as_of=at("11:00"))
    assert (control.left_out, control.next_due) == (1, at("13:00"))


def test_in_business_hours_a_pause_is_as_long_as_the_business_time_in_it(desk: Path) -> None:
    limits(desk, "4 business hours", "8 business hours")
    control = judged(
        desk,
        [
            # Friday 16:00–17:00 is the first of four hours. Paused until Monday 10:00: then three
            # are left, two to 12:00 and one from 13:00 to 14:00.
            ticket("T-1", at("16:00")),
            # Paused over the week-end alone, which is no business time: Friday 16:00–18:00, Monday
            # 9:00–11:00.
            ticket("T-2", at("16:00")),
            # Paused at midday, from 11:30 to 13:30: half an hour on each side of the break.
            ticket("T-3", at("09:00")),
        ],
        [
            f"T-1,{at('17:00')},{at('10:00', 9)}",
            f"T-2,{at('18:00')},{at('09:00', 9)}",
            f"T-3,{at('11:30')},{at('13:30')}",
        ],
    )
    assert lapses(control) == [
        ("T-1", at("14:00", 9)),
        ("T-2", at("11:00", 9)),
        ("T-3", at("15:00")),
    ]
    # One hour on Friday and one on Monday; none; half an hour twice.
    assert [each.paused for each in control.lapses] == [2 * 3600, 0, 3600]


def test_the_maximum_in_business_hours_is_one_of_business_time(desk: Path) -> None:
    limits(desk, "4 business hours", "3 business hours")
    control = judged(desk, [ticket("T-1", at("16:00"))], [f"T-1,{at('17:00')},{at('18:00', 10)}"])
    # One hour is used by 17:00. Paused for three: Friday 17:00–18:00, Monday 9:00–11:00. Then the
    # other three: Monday 11:00–12:00 and 13:00–15:00.
    assert lapses(control) == [("T-1", at("15:00", 9))]


def test_an_hour_that_the_clock_skips_is_not_paused(desk: Path) -> None:
    change(desk, "policy/plan.yaml", "zone: Asia/Shanghai", "zone: America/New_York")
    # Clocks went from 2:00 to 3:00 on 8 March 2026: from 1:00 to 4:00 are two hours.
    control = judged(
        desk,
        ["T-1,2026-03-08T00:30:00-05:00,"],
        ["T-1,2026-03-08T01:00:00-05:00,2026-03-08T04:00:00-04:00"],
    )
    assert lapses(control) == [("T-1", "2026-03-08T07:30:00-04:00")]


def test_a_local_time_that_happened_twice_pauses_for_as_short_as_it_can(desk: Path) -> None:
    change(desk, "policy/plan.yaml", "zone: Asia/Shanghai", "zone: America/New_York")
    change(desk, PAUSES, "format: csv\n", "format: csv\nzone: America/New_York\n")
    # 1:30 happened twice on 2 November 2025; the pause began by the second and ended at 3:00.
    change(desk, "policy/plan.yaml", "effective_on: 2026-01-01", "effective_on: 2025-01-01")
    control = judged(
        desk,
        ["T-1,2025-11-02T00:00:00-04:00,"],
        ["T-1,2025-11-02T01:30:00,2025-11-02T03:00:00"],
    )
    # Four hours from 0:00 -04:00 are 3:00 -05:00; paused for 1:30 that is 4:30.
    assert lapses(control) == [("T-1", "2025-11-02T04:30:00-05:00")]


def test_updates_come_within_unpaused_time(desk: Path) -> None:
    change(desk, CONTROL, "check: deadline", "check: cadence")
    change(desk, CONTROL, "closings:", "events:")
    change(desk, CONTROL, "limit: {value: 4 hours}", "every: {value: 2 hours}")
    change(desk, CONTROL, "value: 24 hours", "value: 3 hours")
    control = judged(
        desk,
        [ticket("T-1", at("09:00"), at("11:30"))],
        [f"T-1,{at('10:00')},{at('12:00')}", f"T-1,{at('13:00')},{at('18:00')}"],
        as_of=at("20:00"),
    )
    # From 9:00: an hour, two paused, another hour: 13:00. The update at 11:30 came while the clock
    # stood still: it runs from 12:00 to 13:00, stands still for the 2:30 that are left of three
    # hours to 15:30, and runs for another hour.
    assert lapses(control) == [("T-1", at("16:30"))]


def test_each_revision_has_its_own_maximum(desk: Path) -> None:
    change(
        desk,
        CONTROL,
        "    parameters:\n      limit: {value: 4 hours}\n      paused_at_most: {value: 24 hours}\n",
        "    revisions:\n      - version: 1\n        parameters:\n"
        "          limit: {value: 4 hours}\n          paused_at_most: {value: 24 hours}\n"
        "      - version: 2\n        from: 2026-03-07\n        parameters:\n"
        "          limit: {value: 4 hours}\n          paused_at_most: {value: 1 hour}\n",
    )
    # By the second revision it was due at 14:00 on the day before that came into force.
    control = judged(
        desk, [ticket("T-1", at("09:00"))], [f"T-1,{at('10:00')},{at('10:00', 7)}"], at("12:00", 7)
    )
    assert lapses(control) == [("T-1", at("00:00", 7))]


def test_a_pause_into_a_year_that_nobody_knows(desk: Path) -> None:
    limits(desk, "4 business hours", "400 business hours")
    change(desk, "ccpolicy.toml", AS_OF, f"{YEAR}-01-20T12:00:00+08:00")
    opened = f"{YEAR - 1}-12-30T16:00:00+08:00"

    def verdict(ends: str, answered: str = "") -> tuple[str, list[str]]:
        pause = f"T-1,{YEAR - 1}-12-30T17:00:00+08:00,{ends}"
        control = judged(desk, [f"T-1,{opened},{answered}"], [pause], as_of=None)
        return control.now, [each.code for each in control.problems]

    # It may have run out by now, or not, if the days after New Year were not worked.
    assert verdict(f"{YEAR}-01-04T10:00:00+08:00") == ("unknown", ["EV470"])
    # Answered before it can have.
    answered = f"{YEAR - 1}-12-30T16:30:00+08:00"
    assert verdict(f"{YEAR}-01-04T10:00:00+08:00", answered) == ("pass", [])
    # Still paused: whatever is worked, three hours are left.
    assert verdict("") == ("pass", [])


def test_the_report_shows_what_was_paused(desk: Path) -> None:
    result = assessed(desk, [ticket("T-1", at("09:00"))], [f"T-1,{at('10:00')},{at('12:30')}"])
    assert "paused for 2 h 30 min before" in render(result, "text", View("en", 200)).text
    assert "此前暂停计时 2 小时 30 分" in render(result, "text", View("zh", 200)).text
    content = render(result, "html", View("en")).content
    assert isinstance(content, bytes)
    page = unfolded(content).decode()
    assert "<rect class=paused " in page
    assert "data-k=9000><i>2 h 30 min</i>" in page
    assert result.annex is not None
    [timeline] = result.annex.controls[0].timelines
    [pause] = timeline.pauses
    assert (pause.starts, pause.ends) == (at("10:00"), at("12:30"))
    assert pause.record == "evidence/pauses.csv:2"
    assert timeline.paused == 2.5 * 3600


WRONG_EVIDENCE = {
    "begins before its opening": (at("08:59"), at("10:00"), "customer", coded("EV503", "T-1")),
    "ends before it begins": (at("10:00"), at("09:59"), "customer", "EV406"),
    "another reason": (at("10:00"), at("11:00"), "lunch", "EV"),
    "no reason": (at("10:00"), at("11:00"), "", coded("EV501", "reason")),
}


@pytest.mark.parametrize(
    ("starts", "ends", "reason", "said"), WRONG_EVIDENCE.values(), ids=WRONG_EVIDENCE
)
def test_a_pause_that_cannot_be(desk: Path, starts: str, ends: str, reason: str, said: str) -> None:
    control = judged(
        desk, [ticket("T-1", at("09:00"), at("09:30"))], [f"T-1,{starts},{ends},{reason}"]
    )
    assert control.now == "unknown"
    [problem] = control.problems
    assert f"{problem.code} {problem.message.text('en')}".startswith(said)
    assert problem.locator == "evidence/pauses.csv:2"


def test_the_control_may_list_the_reasons(desk: Path) -> None:
    change(desk, CONTROL, "reason: reason\n", "reason: reason\n        reasons: [parts]\n")
    tickets = [ticket("T-1", at("09:00"), at("09:30"))]
    [problem] = judged(desk, tickets, [f"T-1,{at('10:00')},,customer"]).problems
    assert f"{problem.code} {problem.message.text('en')}" == coded("EV500", "customer")
    assert problem.hint is not None
    assert problem.hint.text("en") == "the reasons permitted are: parts"
    assert judged(desk, tickets, [f"T-1,{at('10:00')},,parts"]).now == "pass"


def test_nobody_knows_beforehand_when_a_pause_ends(desk: Path) -> None:
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    change(desk, "ccpolicy.toml", f'as_of = "{AS_OF}"\n', "")

    def verdict(minutes: int) -> tuple[str, list[str]]:
        ends = now + datetime.timedelta(minutes=minutes)
        control = judged(
            desk,
            [ticket("T-1", (now - datetime.timedelta(hours=2)).isoformat())],
            [f"T-1,{(now - datetime.timedelta(hours=1)).isoformat()},{ends.isoformat()}"],
            as_of=None,
        )
        return control.now, [each.code for each in control.problems]

    assert verdict(-1) == ("pass", [])
    assert verdict(2) == ("pass", [])  # clocks may differ by five minutes
    assert verdict(60) == ("unknown", ["EV502"])


WRONG_POLICY = {
    "no maximum": ("      paused_at_most: {value: 24 hours}\n", "", "PL620"),
    "no pauses": (SELECTED, "", "PL701"),
    "a limit in days": ("value: 4 hours", "value: 2 days", coded("PL622", "limit")),
    "a limit in business days": ("value: 4 hours", "value: 2 business days", "PL622"),
    "a maximum in days": ("value: 24 hours", "value: 1 day", coded("PL622", "paused_at_most")),
    "a due date of its own": (
        "opened_at}\n",
        "opened_at, ends: answered_at}\n",
        "PL623",
    ),
    "another clock": (
        "value: 24 hours",
        "value: 8 business hours",
        coded("PL624", "paused_at_most", "limit"),
    ),
    "a date": ("starts: paused_at", "starts: day", coded("PL625", "day")),
    "an end that is a date": ("ends: resumed_at", "ends: day", coded("PL625", "day")),
    "no list of reasons": ("reason: reason", "reason: ticket", coded("PL626", "ticket")),
    "no reason": ("        reason: reason\n", "", coded("PL313", "reason")),
    "reasons of no pause": ("opened_at}", "opened_at, reasons: [parts]}", "PL627"),
    "a reason twice": (
        "reason: reason\n",
        "reason: reason\n        reasons: [parts, parts]\n",
        "PL628",
    ),
    "no reasons at all": ("reason: reason\n", "reason: reason\n        reasons: []\n", "FI"),
    "an item": ("reason: reason\n", "reason: reason\n        item: reason\n", "PL"),
    "valid from": ("starts: paused_at", "valid_from: paused_at", "PL"),
}


@pytest.mark.parametrize(("old", "new", "said"), WRONG_POLICY.values(), ids=WRONG_POLICY)
def test_a_policy_that_cannot_be(desk: Path, old: str, new: str, said: str) -> None:
    change(desk, CONTROL, old, new)
    if "ends:" in new and "answered_at" in new:
        change(desk, CONTROL, "      limit: {value: 4 hours}\n", "")
    with pytest.raises(ccpolicy.CcpolicyError) as failure:
        judged(desk, [], [])
    errors = failure.value.errors if isinstance(failure.value, PolicyErrors) else [failure.value]
    assert any(each.message.coded("en").startswith(said) for each in errors)
    for each in errors:
        assert each.locator is not None
        assert each.locator.file == CONTROL
        assert each.locator.line


def test_lint_asks_when_the_end_of_a_pause_was_filed(desk: Path) -> None:
    def findings() -> list[str]:
        found = ccpolicy.load(desk).lint()
        return [each.message.coded("en") for each in found if each.message.code == "LN210"]

    assert findings() == []
    change(desk, PAUSES, "[paused_at, resumed_at]", "[paused_at]")
    assert findings() == [coded("LN210", "resumed_at")]
