"""Each engine says in the same words why a value cannot be computed with."""

from __future__ import annotations

import pytest

from ccpolicy.store.value_faults import STATES, value_fault


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("22003", "a number is out of range"),
        ("22012", "a number is divided by zero"),
        ("22P02", "a value cannot be computed with"),
        ("42703", "Spark does not accept it: SOME_CONDITION 42703"),
        ("0A000", "Spark does not accept it: SOME_CONDITION 0A000"),
    ],
)
def test_states(state: str, said: str) -> None:
    assert state.startswith(STATES)
    assert value_fault("Spark", state, "SOME_CONDITION").reason.text("en") == said


def test_the_engine_is_named_in_chinese_too() -> None:
    fault = value_fault("PostgreSQL", "42703", "UndefinedColumn")
    assert fault.reason.text("zh") == "PostgreSQL 不接受：UndefinedColumn 42703"
    assert fault.engine_text == "UndefinedColumn"
