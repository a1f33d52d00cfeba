"""The query of a contract: one plain SELECT over its own rows, which keeps their places."""

from __future__ import annotations

import pytest

from .conftest import ALERTS, Draft

FILE = "policy/datasets/roster.yaml"
ROSTER = """\
id: roster
title: {{en: Roster, zh: 排班}}
owner: manager
files: roster/*.csv
format: csv
key: [person]
retention: 5 years
{more}reshape:
  columns: [who, "1"]
  query: {query}
record:
  type: object
  required: [person, shift]
  properties:
    person: {{type: string}}
    shift: {{type: string}}
"""
GOOD = 'SELECT place, who AS person, "1" AS shift FROM rows'


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (GOOD, None),
        ("WITH x AS (SELECT * FROM rows) SELECT place, who AS person, who AS shift FROM x", None),
        ("SELECT who AS person, who AS shift FROM rows", "PL738"),
        ("SELECT 'a' AS place, who AS person, who AS shift FROM rows", "PL738"),
        ("SELECT place, who AS person, who AS shift, who AS shfit FROM rows", "PL739"),
        ("SELECT place, who AS shift FROM rows", "PL740"),
        ("SELECT place, who AS person, [who] AS shift FROM rows", "PL743"),
        ("SELECT place, whom AS person, who AS shift FROM rows", "PL737"),
        ("SELECT place, who + 1 AS person, date_part('day', who) AS shift FROM rows", "PL737"),
        ("SELECT place, who AS person, who AS shift FROM alerts", "PL736"),
        ('SELECT place, who AS person, who AS shift FROM "evidence.raw/roster"', "PL736"),
        ("SELECT place, who AS person, who AS shift FROM main.rows", "PL736"),
        ("SELECT place, who AS person, who AS shift FROM read_csv('/etc/passwd')", "PL735"),
        ("SELECT place, who AS person, row_number() OVER () AS shift FROM rows", "PL735"),
        ("SELECT place, who AS person, current_date AS shift FROM rows", "PL735"),
        ("SELECT place, who AS person, who AS shift FROM rows LIMIT 1", "PL735"),
        ("SELECT place, who AS person, getenv('HOME') AS shift FROM rows", "PL410"),
        ("COPY rows TO '/tmp/x'", "PL413"),
        ("SELECT 1; SELECT 2", "PL414"),
    ],
)
def test_queries(draft: Draft, query: str, code: str | None) -> None:
    draft.write(FILE, ROSTER.format(query=f"'{query.replace(chr(39), chr(39) * 2)}'", more=""))
    found = [(error.message.code, error.locator and error.locator.line) for error in draft.errors()]
    assert found == ([(code, 10)] if code else [])


@pytest.mark.parametrize(
    "more",
    [
        "recording: {amendable: freely}\n",
        "columns: {person: who}\n",
    ],
)
def test_what_does_not_go_with_it(draft: Draft, more: str) -> None:
    draft.write(FILE, ROSTER.format(query=f"'{GOOD}'", more=more))
    assert [error.message.code for error in draft.errors()] == ["PL741"]


def test_a_heading_twice(draft: Draft) -> None:
    draft.write(FILE, ROSTER.format(query=f"'{GOOD}'", more="").replace('[who, "1"]', "[who, who]"))
    assert "PL731" in [error.message.code for error in draft.errors()]


def test_nothing_is_looked_up_in_it(draft: Draft) -> None:
    draft.write(FILE, ROSTER.format(query=f"'{GOOD}'", more=""))
    draft.change(
        (
            ALERTS,
            "lookups: {",
            "lookups: {shift: {dataset: roster, key: [review_id], column: shift}, ",
        )
    )
    assert [error.message.code for error in draft.errors()] == ["PL742"]
