"""Stores: what runs SQL. No other package knows an engine."""

from ccpolicy.store.duckdb import DuckDB, open_store
from ccpolicy.store.interface import (
    Interrupted,
    QueryError,
    Row,
    Store,
    StoreError,
    Unreadable,
    ValueFault,
)

__all__ = [
    "DuckDB",
    "Interrupted",
    "QueryError",
    "Row",
    "Store",
    "StoreError",
    "Unreadable",
    "ValueFault",
    "open_store",
]
