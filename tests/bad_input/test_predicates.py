"""A predicate is one plain expression over a record, and is never run if it is more."""

from __future__ import annotations

import shutil

import pytest

from message_text import coded, said_in

from .conftest import CONTROLS, EVENTS_POLICY, Office


@pytest.mark.parametrize(
    ("predicate", "said"),
    [
        ("unit IN (SELECT unit FROM extinguishers)", coded("PL407")),
        ("EXISTS (FROM read_text('/etc/hosts'))", coded("PL407")),
        ("getenv('HOME') = ''", coded("PL410", "getenv")),
        ("nextval('s') = 1", coded("PL410", "nextval")),
        ("length(read_text('/etc/hosts')) > 0", coded("PL410", "read_text")),
        ("random() < 2", coded("PL410", "random")),
        ("count(*) > 1", coded("PL410", "count_star")),
        ("row_number() OVER () > 1", coded("PL408", "window")),
        ("true; DROP TABLE record", coded("PL416")),
        ("true) OR (true -- ", coded("PL415", 'syntax error at or near ")"')),
        ("true) UNION SELECT (true", coded("PL415", 'syntax error at or near ")"')),
        ("result =", coded("PL415", "")),
        ("result = ?", coded("PL408", "parameter")),
        ("*", coded("PL408", "star")),
        ("inspections.result = 'pass'", coded("PL411", "")),
        ("(" * 2000 + "true" + ")" * 2000, coded("PL415", "")),
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
        ("result", coded("PL422", "result", "string"), "compare it with a value"),
        ("signed and note", coded("PL422", "note", "string"), "compare it with a value"),
        ("not note", coded("PL422", "note", "string"), "compare it with a value"),
        ("result = 1", coded("PL424", "result", "string", "1", "number"), TYPES),
        ("score > 'x'", coded("PL424", "score", "number", "'x'", "string"), TYPES),
        ("score in (1, '2')", coded("PL424", "score", "number", "'2'", "string"), TYPES),
        ("score between 1 and 'x'", coded("PL424", "score", "number", "'x'", "string"), TYPES),
        ("signed = 2", coded("PL424", "signed", "boolean", "2", "number"), TYPES),
        (
            "signed is distinct from 'y'",
            coded("PL424", "signed", "boolean", "'y'", "string"),
            TYPES,
        ),
        (
            "inspected_at > '2026-01-01'",
            coded("PL424", "inspected_at", "date-time", "'2026-01-01'", "string"),
            TYPES,
        ),
        (
            "inspected_at > due_on",
            coded("PL424", "inspected_at", "date-time", "due_on", "date"),
            TYPES,
        ),
        (
            "case when signed then score else note end = 1",
            coded("PL424", "score", "number", "note", "string"),
            TYPES,
        ),
        ("coalesce(score, '') = 1", coded("PL424", "score", "number", "''", "string"), TYPES),
        (
            "cast(score as varchar) = 1",
            coded("PL424", "cast(score as varchar)", "string", "1", "number"),
            TYPES,
        ),
        ("lower(score) = 'a'", coded("PL421", "lower(score)", "number", "lower(string)"), SEE),
        (
            "substr(note) = 'a'",
            coded("PL421", "substr(note)", "string", "substr(string, number[, number])"),
            SEE,
        ),
        ("score like '1%'", coded("PL421", "score like '1%'", "number, string", "~~("), SEE),
        ("score + note = 1", coded("PL421", "score + note", "number, string", "number + "), SEE),
        (
            "inspected_at - due_on > 1",
            coded("PL421", "inspected_at - due_on", "date-time, date", "date-time - date-time"),
            SEE,
        ),
        ("result = 'pas'", coded("PL423", "result", "pas"), "did you mean 'pass'?"),
        ("result <> 'broken'", coded("PL423", "result", "broken"), "known: fail, pass"),
        ("'pas' = result", coded("PL423", "result", "pas"), "did you mean 'pass'?"),
        ("result in ('pass', 'fial')", coded("PL423", "result", "fial"), "did you mean 'fail'?"),
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
    assert (found.exit_code, said_in(f"{CONTROLS}:16:9: {said}", found.stderr)) == (2, True)
    chinese = office.run("lint", "--lang", "zh").stderr
    assert f"{CONTROLS}:16:9: " in chinese
    assert not said_in(said, chinese)


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
        ("size = 'x'", coded("PL424", "size", "number", "'x'", "string")),
        ("early > 1", coded("PL424", "early", "boolean", "1", "number")),
        ("since = inspected_at", coded("PL424", "since", "date", "inspected_at", "date-time")),
    ):
        office.change(CONTROLS, f'"{good}"', f'"{bad}"')
        office.refuses(f"{CONTROLS}:16:9: {said}")
        office.change(CONTROLS, f'"{bad}"', f'"{good}"')
    office.change(EVENTS_POLICY, "length(note)", "length(inspected_at)")
    office.refuses("PL421 ")


def test_pattern_that_is_none(office: Office) -> None:
    """Lint finds what the engine refuses before any record is there."""
    office.change(CONTROLS, "\"result = 'pass'\"", "\"regexp_matches(note, '(')\"")
    office.refuses(f"{CONTROLS}:16:9: {coded('PL453', '(')}")


@pytest.mark.parametrize(
    "predicate", ["CAST(result AS BIGINT) > 0", "substr(result, 99999999999) = 'a'"]
)
def test_predicate_that_cannot_be_computed(office: Office, predicate: str) -> None:
    """Only a record shows it."""
    office.change(CONTROLS, "\"result = 'pass'\"", f'"{predicate}"')
    said = office.stops(f"{CONTROLS}:16:9: {coded('EV306', '')}")
    assert f"hint: {TYPES}" in said
