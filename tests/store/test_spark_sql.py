"""What a query is in Spark's SQL, written without a Spark."""

from __future__ import annotations

import sqlglot
from sqlglot import exp

from ccpolicy.store.spark_sql import spark_sql


def depth(query: exp.Expr) -> int:
    """Return in how many unions a query of a union stands at most."""
    found = 0
    for select in query.find_all(exp.Select):
        above, levels = select.parent, 0
        while above is not None:
            levels += isinstance(above, exp.Union)
            above = above.parent
        found = max(found, levels)
    return found


def test_a_long_union_is_no_deeper_than_its_branches_can_be_halved() -> None:
    """Spark plans it recursively."""
    numbers = range(64)
    query = " UNION ALL ".join(f"SELECT {number} AS n" for number in numbers)
    found = sqlglot.parse_one(spark_sql(query).text, dialect="spark")
    assert depth(found) == 6
    assert [int(each.this) for each in found.find_all(exp.Literal, bfs=False)] == [*numbers]
