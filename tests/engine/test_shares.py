"""Shares from files: what is wrong with the evidence, what is unknown, and what a lapse names."""

from __future__ import annotations

from pathlib import Path

import pytest

import ccpolicy
from ccpolicy.assessment.models import Control
from ccpolicy.reports import View, render
from message_text import coded
from small_centre import CLAUSE, CONTROLS, FILES, change, lay

CONTROL = f"""\
controls:
  - id: MI-3
    title: {{en: Tickets are answered in time, zh: 工单及时答复}}
    rule: {{en: Each month 75 % are answered within four hours., zh: 每月 75% 在四小时内答复。}}
    remediation: {{en: Answer them., zh: 及时答复。}}
    clauses: {{"3.1": {CLAUSE.digest}}}
    severity: high
    owner: facilities
    check: share
    inputs:
      subjects: {{dataset: sites, key: [site], starts: opened_on}}
      openings: {{dataset: tickets, key: [ticket], group: [site], starts: raised_at}}
      closings: {{dataset: answers, key: [ticket], starts: answered_at}}
    parameters:
      at_least: {{value: 75}}
      per: {{value: month}}
      limit: {{value: 4 hours}}
"""
RECORDS = """\
      records:
        {dataset: intervals, key: [site], starts: begins_at, met: answered, quantity: offered}
    parameters:
      at_least: {value: 90}
      per: {value: month}
"""


def dataset(name: str, *columns: str) -> str:
    formats = {
        "on": "{type: string, format: date}",
        "at": "{type: string, format: date-time}",
        "offered": "{type: integer}",
        "answered": "{type: integer}",
    }
    own = "".join(
        f"    {column}: {formats.get(column.rpartition('_')[2], '{type: string}')}\n"
        for column in columns
    )
    return (
        f"id: {name}\ntitle: {{en: {name}, zh: 记录}}\nowner: facilities\nfiles: {name}/*.csv\n"
        f"format: csv\nkey: [{columns[0]}]\nretention: 5 years\nzone: Asia/Shanghai\nrecord:\n"
        f"  type: object\n  required: [{columns[0]}]\n  properties:\n{own}"
    )


def line(number: int, month: int, day: int) -> tuple[str, str]:
    """Return a ticket and the answer that comes an hour later."""
    at = f"2026-{month:02}-{day:02}T"
    return f"T-{number},SHA,{at}09:00:00\n", f"T-{number},{at}10:00:00\n"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A site with a ticket a week from September on, each answered within an hour."""
    tickets, answers = zip(
        *(line(10 * month + day, month, day) for month in (9, 10, 11) for day in (1, 8, 15)),
        strict=True,
    )
    files = {name: text for name, text in FILES.items() if "/" not in name or name.count("/") == 1}
    files |= {
        CONTROLS: CONTROL,
        "policy/plan.yaml": FILES["policy/plan.yaml"].replace("2026-01-01", "2026-09-01"),
        "policy/datasets/sites.yaml": dataset("sites", "site", "opened_on"),
        "policy/datasets/tickets.yaml": dataset("tickets", "ticket", "site", "raised_at"),
        "policy/datasets/answers.yaml": dataset("answers", "ticket", "answered_at"),
        "evidence/sites/all.csv": "site,opened_on\nSHA,2026-01-01\n",
        "evidence/tickets/all.csv": "ticket,site,raised_at\n" + "".join(tickets),
        "evidence/answers/all.csv": "ticket,answered_at\n" + "".join(answers),
    }
    return lay(tmp_path / "desk", files)


def judged(desk: Path) -> Control:
    [control] = ccpolicy.load(desk).check().controls
    return control


def said(desk: Path) -> list[str]:
    return [f"{each.code} {each.message.text('en')}" for each in judged(desk).problems]


def test_answered_in_time(desk: Path) -> None:
    control = judged(desk)
    assert (control.now, control.period, control.lapses) == ("pass", "pass", [])
    assert control.subjects.total == 1


def test_a_lapse_names_the_worst(desk: Path) -> None:
    answers = "evidence/answers/all.csv"
    change(desk, answers, "T-101,2026-10-01T10:00:00\n", "")
    change(desk, answers, "T-115,2026-10-15T10", "T-115,2026-10-15T14")
    control = judged(desk)
    [lapse] = control.lapses
    assert (control.now, lapse.starts, lapse.ends) == ("fail", "2026-11-01T00:00:00+08:00", None)
    assert lapse.records == ["evidence/tickets/all.csv:5", "evidence/tickets/all.csv:7"]
    assert lapse.opened_by == lapse.records[0]


@pytest.mark.parametrize(
    ("format_", "words"),
    [
        ("text", "records behind it: evidence/tickets/all.csv:5, evidence/tickets/all.csv:7"),
        ("markdown", "records behind it: evidence/tickets/all.csv:5, evidence/tickets/all.csv:7"),
        ("html", "records behind it:"),
    ],
)
def test_reports_name_the_worst(desk: Path, format_: str, words: str) -> None:
    change(desk, "evidence/answers/all.csv", "T-101,2026-10-01T10:00:00\n", "")
    change(desk, "evidence/answers/all.csv", "T-115,2026-10-15T10", "T-115,2026-10-15T14")
    request = ccpolicy.EvaluationRequest(appendix=True)
    content = render(ccpolicy.load(desk).check(request), format_, View(columns=200)).content
    shown = content if isinstance(content, str) else content.decode()
    assert words in shown.replace("`", "").replace("\\", "")


def test_an_empty_month_is_unknown_and_the_next_is_not(desk: Path) -> None:
    tickets, answers = "evidence/tickets/all.csv", "evidence/answers/all.csv"
    for number, day in ((91, "01"), (98, "08"), (105, "15")):
        change(desk, tickets, f"T-{number},SHA,2026-09-{day}T09:00:00\n", "")
        change(desk, answers, f"T-{number},2026-09-{day}T10:00:00\n", "")
    control = judged(desk)
    assert (control.now, control.period) == ("pass", "unknown")
    reason = "fewer than `count` in the last whole period"
    span = "2026-10-01T00:00:00+08:00", "2026-11-01T00:00:00+08:00"
    assert said(desk) == [coded("EV517", "SHA", *span, reason)]
    change(desk, CONTROLS, "    inputs:", "    may_be_empty: {en: Quiet., zh: 清闲。}\n    inputs:")
    assert judged(desk).period == "pass"


def test_what_was_unknown_up_to_now_is_over(desk: Path) -> None:
    """A site without a ticket, which is closed at noon."""
    change(desk, CONTROLS, "starts: opened_on", "starts: opened_on, ends: closed_at")
    sites = dataset("sites", "site", "opened_on", "closed_at")
    lay(desk, {"policy/datasets/sites.yaml": sites})
    rows = "SHA,2026-01-01,\nSHB,2026-01-01,2026-10-20T12:00:00\n"
    lay(desk, {"evidence/sites/all.csv": f"site,opened_on,closed_at\n{rows}"})
    for clock, now in (("11:59:59", "unknown"), ("12:00:00", "pass")):
        request = ccpolicy.EvaluationRequest(as_of=f"2026-10-20T{clock}+08:00")
        [control] = ccpolicy.load(desk).check(request).controls
        assert (control.now, control.period) == (now, "unknown")


def test_too_few_in_the_last_month(desk: Path) -> None:
    change(desk, CONTROLS, "{value: 4 hours}", "{value: 4 hours}\n      count: {value: 4}")
    control = judged(desk)
    assert (control.now, control.period) == ("unknown", "unknown")
    assert (control.subjects.unknown, control.subjects.passed) == (1, 0)


def test_many_spans_that_are_unknown_are_counted(desk: Path) -> None:
    change(desk, CONTROLS, "{value: 4 hours}", "{value: 4 hours}\n      count: {value: 4}")
    sites = "".join(f"X-{number},2026-01-01\n" for number in range(9))
    change(desk, "evidence/sites/all.csv", "SHA,", f"{sites}SHA,")
    assert said(desk)[-1] == coded("EV518", 20)


def test_a_group_that_does_not_exist(desk: Path) -> None:
    change(desk, "evidence/tickets/all.csv", "T-91,SHA", "T-91,SHB")
    assert said(desk) == ["EV410 'SHB' is not in the dataset 'sites'"]
    assert judged(desk).now == "unknown"


def test_a_group_that_is_empty(desk: Path) -> None:
    change(desk, "evidence/tickets/all.csv", "T-91,SHA", "T-91,")
    assert judged(desk).now == "unknown"


def test_an_answer_to_nothing_and_one_too_early(desk: Path) -> None:
    answers = "evidence/answers/all.csv"
    change(desk, answers, "T-91,2026-09-01T10", "T-92,2026-09-01T10")
    change(desk, answers, "T-98,2026-09-08T10", "T-98,2026-09-08T08")
    assert sorted(said(desk)) == [
        "EV410 'T-92' is not in the dataset 'tickets'",
        "EV411 the record is earlier than the beginning of 'T-98'",
    ]


@pytest.mark.parametrize(
    ("answered", "offered", "code", "values"),
    [
        ("95", "100", None, ()),
        ("101", "100", "EV516", ("101.0 / 100.0",)),
        ("-1", "100", "EV516", ("-1.0 / 100.0",)),
        ("", "100", "EV515", ("answered",)),
        ("95", "", "EV515", ("offered",)),
    ],
)
def test_counts(
    desk: Path, answered: str, offered: str, code: str | None, values: tuple[str, ...]
) -> None:
    text = (desk / CONTROLS).read_text("utf-8")
    (desk / CONTROLS).write_text(text[: text.index("      openings:")] + RECORDS, "utf-8")
    text = dataset("intervals", "begins_at", "site", "answered", "offered")
    intervals = (
        "begins_at,site,answered,offered\n2026-09-05T09:00:00,SHA,95,100\n"
        f"2026-10-05T09:00:00,SHA,{answered},{offered}\n"
    )
    lay(desk, {"policy/datasets/intervals.yaml": text, "evidence/intervals/all.csv": intervals})
    for name in ("tickets", "answers"):
        (desk / f"policy/datasets/{name}.yaml").unlink()
        (desk / f"evidence/{name}/all.csv").unlink()
    assert said(desk) == ([coded(code, *values)] if code else [])
    assert judged(desk).now == ("unknown" if code else "pass")
