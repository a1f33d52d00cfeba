"""Numbers that are not finite, or too large, never make a control pass."""

from __future__ import annotations

import duckdb
import pytest

from .conftest import CONTROLS, EVENTS, EVENTS_POLICY, FILES, Office

NUMBERS = "a: {type: number}\n    b: {type: number}"
HEADER = "unit,inspected_at,result,a,b\n"
E1, E2 = (f"{unit},2026-01-31T00:00:00+08:00,pass," for unit in ("E1", "E2"))


@pytest.fixture
def counting(office: Office) -> Office:
    """The office, where at least 5 of `a` are asked for."""
    level = FILES[CONTROLS].replace("check: recurrence", "check: level")
    office.write(
        CONTROLS,
        level.partition("      events:")[0]
        + "      readings: {dataset: inspections, key: [unit], starts: inspected_at, quantity: a}\n"
        "    parameters:\n      minimum: {value: 5, norm: monthly}\n",
    )
    office.change(EVENTS_POLICY, "note: {type: string}", NUMBERS)
    office.write(EVENTS, f"{HEADER}{E1}9000000000000,\n{E2}7,\n")
    office.passes()
    return office


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("9000000000000.5", "EV570"),
        ("1e308", "EV570"),
        ("-1e308", "EV570"),
        ("1e999", "FI306"),
        ("inf", "FI306"),
        ("4.9999999", "EV670"),
        ("0.00000001", "EV670"),
        ("nan", "FI306"),
        ("Infinity", "FI306"),
    ],
)
def test_a_quantity_that_cannot_be_compared(counting: Office, number: str, code: str) -> None:
    counting.write(EVENTS, f"{HEADER}{E1}{number},\n{E2}7,\n")
    counting.doubts(f"{EVENTS}:2: error: {code} ")


@pytest.mark.parametrize("number", ["5.1", "5.000001", "0.30000000000000004e2", "8999999999999.7"])
def test_how_a_computer_keeps_a_number_makes_it_no_finer(counting: Office, number: str) -> None:
    counting.write(EVENTS, f"{HEADER}{E1}{number},\n{E2}7,\n")
    counting.passes()


def test_whole_numbers_too(counting: Office) -> None:
    counting.change(EVENTS_POLICY, "a: {type: number}", "a: {type: integer}")
    counting.write(EVENTS, f"{HEADER}{E1}9223372036854775807,\n{E2}7,\n")
    counting.doubts(f"{EVENTS}:2: error: EV570 ")


@pytest.mark.parametrize("number", ["'nan'", "'inf'", "'-inf'"])
def test_a_quantity_in_parquet(counting: Office, number: str) -> None:
    path = (counting.root / EVENTS).with_suffix(".parquet")
    rows = ", ".join(
        f"('{unit}', TIMESTAMPTZ '2026-01-31T00:00:00+08:00', 'pass', CAST({value} AS DOUBLE), 1.0)"
        for unit, value in (("E1", number), ("E2", "7"))
    )
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT * FROM (VALUES {rows}) t({HEADER.strip()})) TO '{path}' (FORMAT parquet)"
        )
    (counting.root / EVENTS).unlink()
    counting.change(
        EVENTS_POLICY, "inspections.csv\nformat: csv", "inspections.parquet\nformat: parquet"
    )
    counting.doubts("inspections.parquet")


@pytest.mark.parametrize(
    ("predicate", "a", "b"),
    [
        ("a * b > 5", "1e308", "10"),
        ("a * b - a * b > 5", "1e308", "10"),
        ("a / b > 5", "1", "0"),
        ("b / (a * b) < 5", "1e308", "10"),
        ("not (a * b < 5)", "1e308", "10"),
        ("a * b in (a * b)", "1e308", "10"),
        ("greatest(a * b, 5) >= 5", "1e308", "10"),
    ],
)
def test_an_expression_over_what_is_not_finite_decides_nothing(
    office: Office, predicate: str, a: str, b: str
) -> None:
    office.change(EVENTS_POLICY, "note: {type: string}", NUMBERS)
    office.write(EVENTS, f"{HEADER}{E1}{a},{b}\n{E2}1e308,1e307\n")
    office.change(CONTROLS, "\"result = 'pass'\"", f'"{predicate}"')
    office.doubts(f"{EVENTS}:2: error: EV")


def test_a_derived_column_neither(office: Office) -> None:
    office.change(
        EVENTS_POLICY, "note: {type: string}", f'{NUMBERS}\nderive: {{enough: "a * b > 5"}}'
    )
    office.write(EVENTS, f"{HEADER}{E1}1e308,10\n{E2}1e308,1e307\n")
    office.change(CONTROLS, "\"result = 'pass'\"", "enough")
    office.doubts(f"{EVENTS}:2: error: EV")
