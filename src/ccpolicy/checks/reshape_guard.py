"""Let through the query of a contract's `reshape`: one SELECT over the rows of its own files.

It is vetted as a check kind's query is, with texts, lists of texts and times beside numbers. It
runs in a locked store, and sees one relation.
"""

from __future__ import annotations

from ccpolicy.checks.query_guard import FUNCTIONS as NUMBERS
from ccpolicy.checks.query_guard import TYPES as PLAIN_TYPES
from ccpolicy.checks.query_guard import Rules, vet_query
from ccpolicy.checks.sql_writer import CASTS
from ccpolicy.checks.sql_writer import FUNCTIONS as TEXTS
from ccpolicy.store import VettingStore

FUNCTIONS = (
    NUMBERS
    | TEXTS
    | frozenset(
        [
            *("ltrim", "rtrim", "left", "right", "strpos", "regexp_replace", "regexp_extract_all"),
            *("translate", "nfc_normalize"),
            *("string_split", "list_extract", "list_value", "unnest", "len"),
            *("strptime", "try_strptime", "strftime", "date_part", "date_trunc"),
            *("to_days", "to_hours", "to_minutes", "to_seconds", "trunc"),
            *("first_value", "last_value", "rank", "dense_rank", "arg_min", "arg_max"),
        ]
    )
) - {"/"}
"""Pure functions of texts, numbers and times, and aggregates that do not depend on an order.

None gives NaN or infinity of what stands in a file, which would be greater than every number.
"""
_RULES = Rules(
    "reshape",
    FUNCTIONS,
    (PLAIN_TYPES - {"LIMIT_MODIFIER", "WINDOW_LAG", "WINDOW_LEAD", "WINDOW_ROW_NUMBER"})
    | {"PIVOT", "ARRAY_EXTRACT"},
    CASTS - {"DOUBLE"} | {"DATE", "TIMESTAMP", "INTEGER"},
    ordered=frozenset(
        [
            *("WINDOW_LAG", "WINDOW_LEAD", "WINDOW_ROW_NUMBER", "WINDOW_FIRST_VALUE"),
            *("WINDOW_LAST_VALUE", "WINDOW_RANK", "WINDOW_RANK_DENSE"),
        ]
    ),
)


def reshape_sql(store: VettingStore, query: str, relation: str) -> str:
    """Return the SQL that runs for a query whose `rows` are a relation of the store.

    Raises:
        PolicyError: without a place: it is not let through.
    """
    return vet_query(store, query, {"rows": relation}, _RULES)
