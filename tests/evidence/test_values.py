"""The forms of values: what is written twice says the same."""

from __future__ import annotations

import pytest

from ccpolicy.evidence import values
from ccpolicy.store import open_store
from ccpolicy.store.sql import literal
from ccpolicy.time.epoch import DAY, LAST_DAY


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1969-12-31T23:59:59.999999Z", None),
        ("1970-01-01T00:00:00Z", 0),
        ("2199-12-31T23:59:59.999999Z", LAST_DAY * DAY - 1),
        ("2200-01-01T00:00:00Z", None),
    ],
)
def test_times_are_from_1970_up_to_2200(text: str, number: int | None) -> None:
    one = None if number is None else (number, number)
    many = None if one is None else {text: one}
    assert values.instants(text, None) == one
    assert values.all_instants([text], None) == many


def test_what_is_unfit_is_the_same_without_classes_of_unicode() -> None:
    """Every character but NUL, alone, first, last and in between."""
    with open_store() as store:
        places = (
            "chr(n), chr(n) || 'a', 'a' || chr(n), 'a' || chr(n) || 'a', 'a ' || chr(n) || ' a'"
        )
        [(asked, unlike, found)] = store.ask(
            f"""
            SELECT count(*), count(*) FILTER (WHERE spelled <> known), count(*) FILTER (WHERE known)
            FROM (
              SELECT regexp_matches(text, {literal(values.UNFIT_SPELLED)}) AS spelled,
                     regexp_matches(text, {literal(values.UNFIT)}) OR text = '' AS known
              FROM (
                SELECT unnest([{places}]) AS text
                FROM (SELECT CAST(range AS INTEGER) AS n FROM range(1, 1114112))
                WHERE n NOT BETWEEN 55296 AND 57343
              )
            )
            """
        )
    assert (asked, unlike) == (5 * (1_114_111 - 2_048), 0)
    assert found > 500_000
