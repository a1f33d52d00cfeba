"""What a query is in PostgreSQL's SQL, written without a server."""

from __future__ import annotations

import pytest

from ccpolicy.store.postgres_sql import matching_sql, postgres_sql


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT n FROM r WHERE n < ? AND d = ?", "SELECT n FROM r WHERE n < $1 AND d = $2"),
        # Texts compare by their code points, also those that are made of something else.
        ("SELECT n FROM r WHERE t = 'a'", "SELECT n FROM r WHERE t = 'a' COLLATE \"C\""),
        (
            "SELECT min(CAST(n // 7 AS VARCHAR)) AS t FROM r",
            'SELECT MIN(CAST(CAST(DIV(n, 7) AS BIGINT) AS TEXT) COLLATE "C") AS t FROM r',
        ),
        # A backslash is a character as any other.
        (
            r"SELECT n FROM r WHERE t LIKE 'a\%'",
            r"""SELECT n FROM r WHERE t LIKE 'a\%' COLLATE "C" ESCAPE ''""",
        ),
    ],
)
def test_what_it_would_read_otherwise_is_written_otherwise(query: str, expected: str) -> None:
    assert postgres_sql(query) == expected


@pytest.mark.parametrize(
    ("kind", "written", "lowest", "highest"),
    [
        ("SMALLINT", "SMALLINT", -32_768, 32_767),
        ("INTEGER", "INT", -2_147_483_648, 2_147_483_647),
        ("BIGINT", "BIGINT", -9_223_372_036_854_775_808, 9_223_372_036_854_775_807),
    ],
)
def test_what_does_not_fit_is_cast_to_nothing(
    kind: str, written: str, lowest: int, highest: int
) -> None:
    fits = f"CASE WHEN n BETWEEN {lowest} AND {highest} THEN CAST(n AS {written}) END"
    assert postgres_sql(f"SELECT TRY_CAST(n AS {kind}) AS i FROM r") == f"SELECT {fits} AS i FROM r"


def test_a_dot_of_a_pattern_is_no_line_feed() -> None:
    found = matching_sql(r"SELECT n FROM r WHERE regexp_matches(t, '^a.b[.]\.$')")
    assert found == "SELECT n FROM r WHERE t ~ '^a[^\n]b[.]\\.$' COLLATE \"C\""
