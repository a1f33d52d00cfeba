"""A check kind judges its own controls and the subjects that they name, and nobody else's."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import ccpolicy
from ccpolicy.assessment.models import Control
from ccpolicy.cli.program import program
from ccpolicy.engine import evaluation
from ccpolicy.evidence import load
from message_text import coded

from .conftest import CONTROLS, EVENTS, FILES, Office

KIND = """\
/*
summary: {en: Own, zh: 自有}
inputs:
  subjects:
    label: {en: who, zh: 对象}
    holds: state
    effect: harm
    population: true
    needs: [starts]
*/
"""
OWN = """\
SELECT control, 'duty' AS part, subject, starts, ends, locator FROM subjects
UNION ALL
SELECT control, 'cover', subject, starts, ends, locator FROM subjects
"""
CASE = {
    "control": "OWN-1",
    "name": "Covered",
    "as_of": "2026-03-31",
    "given": {"extinguishers": [{"unit": "E1", "installed_on": "2026-02-01"}]},
    "expect": {"now": "pass"},
}
NUMBERS = "(SELECT row_number() OVER () AS n FROM subjects a, subjects b)"
EVER = "-4611686018427387904, 4611686018427387904, NULL"
HUGE = "1000000000000000000"
ALWAYS = "starts = -4611686018427387904, ends = 4611686018427387904, locator = NULL"


@pytest.fixture
def two(office: Office) -> Office:
    """An office whose FIRE-1 fails, and whose OWN-1 is judged by a kind of its own."""
    office.change(EVENTS, "E2,2026-03-03T09:00:00+08:00,pass,\n", "")
    head = FILES[CONTROLS].partition("      events:")[0]
    own = head.replace("recurrence", "own").replace("FIRE-1", "OWN-1")
    office.write("policy/controls/own.yaml", own)
    write(office, OWN)
    return office


def write(office: Office, query: str) -> None:
    office.write("checks/own.sql", KIND + query)


def judged(office: Office) -> list[Control]:
    return list(ccpolicy.load(office.root).check().controls)


def test_a_kind_judges_its_own_control(two: Office) -> None:
    assert [(each.id, each.now) for each in judged(two)] == [("FIRE-1", "fail"), ("OWN-1", "pass")]


@pytest.mark.parametrize("locator", ["0", "1", "-1", "4611686018427387904", "locator + 1000000"])
def test_a_locator_is_that_of_a_record(two: Office, locator: str) -> None:
    write(
        two,
        "SELECT control, 'duty' AS part, subject, starts, ends,"
        f" {locator} AS locator FROM subjects",
    )
    two.stops("PL486 the check kind 'own' returns the locator ")


@pytest.mark.parametrize(
    ("stray", "control", "row"),
    [
        (f"1, 'cover', n, {EVER} FROM {NUMBERS}", "FIRE-1", f"subject = 1, {ALWAYS}"),
        (f"1, 'duty', n, {EVER} FROM {NUMBERS}", "FIRE-1", "part = 'duty', subject = 1, "),
        (f"1, 'cover', subject, {EVER} FROM subjects", "FIRE-1", "control = 1, part = 'cover', "),
        (f"control, 'cover', n, {EVER} FROM subjects, {NUMBERS}", "OWN-1", "control = 2, part = "),
        (f"control, 'cover', 99, {EVER} FROM subjects", "OWN-1", f"subject = 99, {ALWAYS}"),
        (f"control, 'cover', -1, {EVER} FROM subjects", "OWN-1", f"subject = -1, {ALWAYS}"),
        (f"control, 'cover', NULL, {EVER} FROM subjects", "OWN-1", f"subject = NULL, {ALWAYS}"),
        (f"99, 'cover', subject, {EVER} FROM subjects", "99", "control = 99, part = 'cover', "),
        (f"NULL, 'cover', subject, {EVER} FROM subjects", "NULL", "control = NULL, part = "),
        (f"control, NULL, subject, {EVER} FROM subjects", "OWN-1", "part = NULL, subject = "),
        (f"control, 'Duty', subject, {EVER} FROM subjects", "OWN-1", "part = 'Duty', subject = "),
        (f"control, '', subject, {EVER} FROM subjects", "OWN-1", "part = '', subject = "),
        (
            f"control, 'cover', 'x', {EVER} FROM subjects",
            "OWN-1",
            "part = 'cover', subject = '",
        ),
        (f"{HUGE}, 'cover', subject, {EVER} FROM subjects", HUGE, f"control = {HUGE}, part = "),
    ],
)
def test_a_span_that_is_not_its_own_is_refused(
    two: Office, stray: str, control: str, row: str
) -> None:
    write(two, f"{OWN}UNION ALL\nSELECT {stray}\n")
    said = two.stops(
        f"checks/own.sql: {coded('PL420', 'own', control, 'control = ')}",
        row,
    )
    assert "hint: return control and subject as they stand together in a row" in said


def test_a_span_that_is_not_its_own_is_refused_of_large_evidence(
    two: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation, "STREAMED", -1)
    monkeypatch.setattr(load, "LARGE", 0)
    write(two, f"{OWN}UNION ALL\nSELECT 1, 'cover', n, {EVER} FROM {NUMBERS}\n")
    two.stops(
        "for the control FIRE-1 a row whose control, subject or part is not valid: control = 1, "
    )


def test_a_span_that_is_not_its_own_is_refused_in_chinese(two: Office) -> None:
    write(two, f"{OWN}UNION ALL\nSELECT 1, 'cover', n, {EVER} FROM {NUMBERS}\n")
    result = two.run("check", "--lang", "zh")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "检查类型“own”" in result.stderr
    assert (
        "控制项 FIRE-1 返回的行中，控制项、对象或部分（part）无效：control = 1, part = 'cover'"
        in result.stderr
    )


def test_a_span_of_another_revision_is_refused(two: Office) -> None:
    text = (two.root / "policy/controls/own.yaml").read_text("utf-8")
    revisions = (
        "    revisions: [{version: 1}, {version: 2, from: 2026-03-01, reason: {en: New, zh: 新}}]\n"
    )
    two.write("policy/controls/own.yaml", text + revisions)
    assert [each.now for each in judged(two)] == ["fail", "pass"]
    write(two, OWN.replace("SELECT control, 'cover'", "SELECT 5 - control, 'cover'"))
    two.stops(
        "for the control OWN-1 a row whose control, subject or part is not valid: control = 2, "
    )


def test_types_that_a_kind_returns_change_no_other_control(two: Office) -> None:
    [before, own] = judged(two)
    # A sum is an integer of 128 bits.
    same = "control, subject, part, locator"
    sums = "sum(starts) AS starts, sum(ends) AS ends"
    write(two, f"SELECT {same}, {sums} FROM ({OWN}) GROUP BY {same}\n")
    assert judged(two) == [before, own]


@pytest.mark.parametrize("column", ["starts", "ends", "locator"])
def test_what_is_no_time_is_refused(two: Office, column: str) -> None:
    write(two, f"SELECT * REPLACE ('soon' AS {column}) FROM ({OWN})\n")
    two.stops(f"checks/own.sql: {coded('PL419', 'a value cannot be converted')}")


def test_policy_test_of_a_kind_with_a_stray_span(two: Office) -> None:
    two.write("policy/tests/own.yaml", json.dumps({"tests": [CASE]}))
    assert two.run("test").exit_code == 0
    write(two, f"{OWN}UNION ALL\nSELECT 2, 'cover', n, {EVER} FROM {NUMBERS}\n")
    result = two.run("test")
    assert result.exit_code == 2
    assert "PL420 the check kind 'own' returns for the control 2 a row" in result.stderr


FILE = """\
SELECT control, 'duty' AS part, subject, starts, ends, locator
FROM (WITH "{name}" AS (SELECT 1) SELECT * FROM subjects) z
WHERE 1 = (SELECT max(number) FROM "{name}" t)
"""
EXAMPLES = """\
examples:
  - title: {en: One, zh: 一}
    as_of: "2026-03-01T00:00+08:00"
    inputs: {subjects: [{subject: a, starts: "2026-01-01"}]}
    lapses: []
"""


@pytest.fixture(params=["file", "temporary", "http"])
def reaching(
    request: pytest.FixtureRequest, two: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    """An office whose own kind reads, by a name out of its scope, what is no input of it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / ".tmp").mkdir()
    for name in ("words.csv", ".tmp/words.csv"):
        (tmp_path / name).write_text("word,number\nsecret,4711\n", "utf-8")
    two.write("policy/tests/own.yaml", json.dumps({"tests": [CASE]}))
    two.write("checks/own.examples.yaml", EXAMPLES)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        places = {
            "file": str(tmp_path / "words.csv"),
            "temporary": ".tmp/words.csv",
            "http": f"http://127.0.0.1:{server.getsockname()[1]}/words.csv",
        }
        write(two, FILE.format(name=places[request.param]))
        yield two
        with pytest.raises(TimeoutError):  # nobody called
            server.accept()
    assert list((tmp_path / "home").iterdir()) == []


@pytest.mark.parametrize(
    ("command", "code"),
    [(["lint"], 2), (["test"], 2), (["check"], 2), (["check", "--control", "OWN-1"], 2)],
    ids=["lint", "test", "check", "one"],
)
def test_a_kind_reaches_no_file_and_no_network(
    reaching: Office, command: list[str], code: int
) -> None:
    result = reaching.run(*command)
    assert result.exit_code == code, result.output
    assert "checks/own.sql: error: PL417 " in result.output
    assert "secret" not in result.output
    assert "httpfs" not in result.output


@pytest.mark.parametrize("name", ["OWN-1", "own"])
def test_explaining_a_kind_reaches_no_file_and_no_network(reaching: Office, name: str) -> None:
    result = CliRunner().invoke(program, ["explain", name, str(reaching.root)])
    assert result.exit_code == 0, result.output
    assert "secret" not in result.output
    assert "httpfs" not in result.output
