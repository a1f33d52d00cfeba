"""A predicate is one plain expression over a record, and is never run if it is more."""

from __future__ import annotations

import pytest

from .conftest import CONTROLS, Office


@pytest.mark.parametrize(
    ("predicate", "said"),
    [
        ("unit IN (SELECT unit FROM extinguishers)", "a subquery is not allowed here"),
        ("EXISTS (FROM read_text('/etc/hosts'))", "a subquery is not allowed here"),
        ("getenv('HOME') = ''", "the function getenv is not allowed here"),
        ("nextval('s') = 1", "the function nextval is not allowed here"),
        ("length(read_text('/etc/hosts')) > 0", "the function read_text is not allowed here"),
        ("random() < 2", "the function random is not allowed here"),
        ("count(*) > 1", "the function count_star is not allowed here"),
        ("row_number() OVER () > 1", "window is not allowed here"),
        ("true; DROP TABLE record", 'not an SQL expression: syntax error at or near ";"'),
        ("true) OR (true -- ", "not one plain expression"),
        ("true) UNION SELECT (true", "not one plain expression"),
        ("result =", "not an SQL expression: "),
        ("result = ?", "parameter is not allowed here"),
        ("*", "star is not allowed here"),
        ("inspections.result = 'pass'", "name the column alone, without a table: "),
        ("(" * 2000 + "true" + ")" * 2000, "not an SQL expression: "),
    ],
)
def test_predicate_that_is_not_plain(office: Office, predicate: str, said: str) -> None:
    office.change(CONTROLS, "\"result = 'pass'\"", f'"{predicate}"')
    office.refuses(f"{CONTROLS}:16:9: {said}")


@pytest.mark.parametrize(
    "predicate",
    [
        "result",
        "result = 1",
        "CAST(result AS BIGINT) > 0",
        "inspected_at > '2026-01-01'",
        "regexp_matches(result, '(')",
        "substr(result, 99999999999) = 'a'",
    ],
)
def test_predicate_that_cannot_be_computed(office: Office, predicate: str) -> None:
    office.change(CONTROLS, "\"result = 'pass'\"", f'"{predicate}"')
    said = office.stops(f"{CONTROLS}:16:9: the predicate cannot be computed: ")
    assert "hint: compare a column with a value of its own type; a time is no text" in said
