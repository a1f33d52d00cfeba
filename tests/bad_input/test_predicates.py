"""A predicate is one plain expression over a record, and is never run if it is more."""

from __future__ import annotations

import shutil

import pytest

from .conftest import CONTROLS, EVENTS_POLICY, Office


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


TYPES = "compare a column with a value of its own type; a time is no text"
SEE = "see the types in the dataset's 'record'"


@pytest.mark.parametrize(
    ("predicate", "said", "hint"),
    [
        ("result", "result is of type string, not true or false", "compare it with a value"),
        ("signed and note", "note is of type string, not true or", "compare it with a value"),
        ("not note", "note is of type string, not true or false", "compare it with a value"),
        ("result = 1", "result is of type string, and 1 of type number", TYPES),
        ("score > 'x'", "score is of type number, and 'x' of type string", TYPES),
        ("score in (1, '2')", "score is of type number, and '2' of type string", TYPES),
        ("score between 1 and 'x'", "score is of type number, and 'x' of type string", TYPES),
        ("signed = 2", "signed is of type boolean, and 2 of type number", TYPES),
        ("signed is distinct from 'y'", "signed is of type boolean, and 'y' of type", TYPES),
        (
            "inspected_at > '2026-01-01'",
            "inspected_at is of type date-time, and '2026-01-01' of type string",
            TYPES,
        ),
        (
            "inspected_at > due_on",
            "inspected_at is of type date-time, and due_on of type date",
            TYPES,
        ),
        (
            "case when signed then score else note end = 1",
            "score is of type number, and note of type string",
            TYPES,
        ),
        ("coalesce(score, '') = 1", "score is of type number, and '' of type string", TYPES),
        (
            "cast(score as varchar) = 1",
            "cast(score as varchar) is of type string, and 1 of type number",
            TYPES,
        ),
        ("lower(score) = 'a'", "lower(score) is given (number), but it is: lower(string)", SEE),
        (
            "substr(note) = 'a'",
            "substr(note) is given (string), but it is: substr(string, number[, number])",
            SEE,
        ),
        ("score like '1%'", "score like '1%' is given (number, string), but it is: ~~(", SEE),
        ("score + note = 1", "score + note is given (number, string), but it is: number + ", SEE),
        (
            "inspected_at - due_on > 1",
            "inspected_at - due_on is given (date-time, date), but it is: date-time - date-time",
            SEE,
        ),
        ("result = 'pas'", "the column result is never 'pas'", "did you mean 'pass'?"),
        ("result <> 'broken'", "the column result is never 'broken'", "known: fail, pass"),
        ("'pas' = result", "the column result is never 'pas'", "did you mean 'pass'?"),
        ("result in ('pass', 'fial')", "the column result is never 'fial'", "did you mean 'fail'?"),
    ],
)
def test_predicate_that_does_not_fit_the_contract(
    office: Office, predicate: str, said: str, hint: str
) -> None:
    """Lint finds it though there is no evidence at all, and check refuses the same."""
    office.change(
        EVENTS_POLICY,
        "    note: {type: string}\n",
        """\
    note: {type: string}
    score: {type: integer}
    signed: {type: boolean}
    due_on: {type: string, format: date}
""",
    )
    office.change(CONTROLS, "\"result = 'pass'\"", f'"{predicate}"')
    office.refuses(f"{CONTROLS}:16:9: {said}", f"hint: {hint}")
    shutil.rmtree(office.root / "evidence")
    found = office.run("lint")
    assert (found.exit_code, f"{CONTROLS}:16:9: {said}" in found.stderr) == (2, True)
    chinese = office.run("lint", "--lang", "zh").stderr
    assert f"{CONTROLS}:16:9: " in chinese
    assert said not in chinese


def test_column_that_is_derived_or_looked_up_has_its_own_type(office: Office) -> None:
    office.change(
        EVENTS_POLICY,
        "record:\n",
        "derive: {early: result = 'pass', size: length(note)}\n"
        "lookups: {since: {dataset: extinguishers, key: [unit], column: installed_on}}\n"
        "record:\n",
    )
    good = "result = 'pass' and not early and size >= 0 and since - 1 < since"
    office.change(CONTROLS, "\"result = 'pass'\"", f'"{good}"')
    found = office.run("lint")
    assert found.exit_code == 0, found.output
    for bad, said in (
        ("size = 'x'", "size is of type number, and 'x' of type string"),
        ("early > 1", "early is of type boolean, and 1 of type number"),
        ("since = inspected_at", "since is of type date, and inspected_at of type date-time"),
    ):
        office.change(CONTROLS, f'"{good}"', f'"{bad}"')
        office.refuses(f"{CONTROLS}:16:9: {said}")
        office.change(CONTROLS, f'"{bad}"', f'"{good}"')
    office.change(EVENTS_POLICY, "length(note)", "length(inspected_at)")
    office.refuses(
        f"{EVENTS_POLICY}:8:34: length(inspected_at) is given (date-time), but it is: length(str"
    )


def test_pattern_that_is_none(office: Office) -> None:
    """Lint finds what the engine refuses before any record is there."""
    office.change(CONTROLS, "\"result = 'pass'\"", "\"regexp_matches(note, '(')\"")
    office.refuses(f"{CONTROLS}:16:9: the predicate cannot be computed: ")


@pytest.mark.parametrize(
    "predicate", ["CAST(result AS BIGINT) > 0", "substr(result, 99999999999) = 'a'"]
)
def test_predicate_that_cannot_be_computed(office: Office, predicate: str) -> None:
    """Only a record shows it."""
    office.change(CONTROLS, "\"result = 'pass'\"", f'"{predicate}"')
    said = office.stops(f"{CONTROLS}:16:9: the predicate cannot be computed: ")
    assert f"hint: {TYPES}" in said
