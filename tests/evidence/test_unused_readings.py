"""Lint names what a contract says of cells and no file has."""

from __future__ import annotations

import pytest

import ccpolicy
from policy.conftest import Draft, draft

__all__ = ["draft"]

FILE = "policy/datasets/tickets.yaml"
TICKETS = """\
id: tickets
title: {en: Tickets, zh: 工单}
owner: manager
files: tickets/*.csv
format: csv
key: [id]
retention: 5 years
zone: Asia/Shanghai
empty: ["-", "N/A"]
columns:
  at: {from: 时间, time: ["%d.%m.%Y %H:%M", "%Y/%m/%d %H:%M"]}
  lasted: {duration: ["%H:%M:%S", "%M分钟"], empty: ["?", "无"]}
  result: {values: {合格: pass, 不合格: fail}}
record:
  type: object
  additionalProperties: false
  required: [id]
  properties:
    id: {type: string}
    at: {type: string, format: date-time}
    lasted: {type: integer}
    result: {type: string, enum: [pass, fail]}
"""


def found(draft: Draft) -> list[tuple[str, int | None]]:
    findings = ccpolicy.load(draft.root).lint()
    return [
        (each.message.code, each.locator.line)
        for each in findings
        if each.message.code in ("LN250", "LN251", "LN260")
    ]


def test_marks_and_formats_that_occur_nowhere(draft: Draft) -> None:
    draft.write(FILE, TICKETS)
    assert found(draft) == [], "there are no files yet"
    head = "id,时间,lasted,result\n"
    draft.write("evidence/tickets/1.csv", head + "a,1.3.2026 9:05,1:00:00,合格\nb,-,?,\n")
    assert found(draft) == [("LN250", 9), ("LN251", 11), ("LN251", 12), ("LN250", 12)]
    draft.write("evidence/tickets/2.csv", head + "c,2026/3/1 9:05,5分钟,\nd,N/A,无,\n")
    assert found(draft) == []


@pytest.mark.parametrize("name", ["place", "file", "sheet"])
def test_a_column_may_be_called_as_reshape_calls_its_own(draft: Draft, name: str) -> None:
    draft.write(FILE, TICKETS.replace("lasted", name))
    head = f"id,时间,{name},result\n"
    draft.write("evidence/tickets/1.csv", head + "a,1.3.2026 9:05,1:00:00,合格\nb,-,?,\n")
    assert found(draft) == [("LN250", 9), ("LN251", 11), ("LN251", 12), ("LN250", 12)]


def test_words_and_patterns_that_occur_nowhere(draft: Draft) -> None:
    words = "{合格: pass, OK: pass, 不合格: fail}}\nskip: [^#, ^Total]"
    draft.write(FILE, TICKETS.replace("{合格: pass, 不合格: fail}}", words))
    head = "id,时间,lasted,result\n"
    one, two = "a,1.3.2026 9:05,1:00:00,合格\n#,,,\n", "c,2026/3/1 9:05,5分钟,\nd,N/A,无,\n"
    draft.write("evidence/tickets/1.csv", head + one + two + "b,-,?,\n")
    # That nothing has failed yet is no fault of the contract; a spelling that nobody uses may be.
    assert found(draft) == [("LN251", 13), ("LN260", 14)]
    draft.write("evidence/tickets/2.csv", head + "e,,,OK\nTotal,,,\n")
    assert found(draft) == []


def test_patterns_of_a_log_that_no_line_has(draft: Draft) -> None:
    draft.write(
        FILE,
        """\
id: tickets
title: {en: Tickets, zh: 工单}
owner: manager
files: tickets/*.log
format: log
skip: [^started, ^stopped]
pattern: '(?P<id>[a-z]) (?P<at>.*)'
key: [id]
retention: 5 years
record:
  type: object
  required: [id]
  properties: {id: {type: string}, at: {type: string}}
""",
    )
    draft.write("evidence/tickets/1.log", "started at 9\na 9:05\n")
    assert found(draft) == [("LN260", 6)]


def test_files_that_cannot_be_read_say_nothing(draft: Draft) -> None:
    draft.write(FILE, TICKETS)
    draft.write("evidence/tickets/1.csv", "id,时间\na,1.3.2026 9:05,too many\n")
    assert found(draft) == []
