"""Stores: what runs SQL. No other package knows an engine."""

from ccpolicy.store.duckdb import DuckDB, open_store
from ccpolicy.store.interface import (
    FileAccessFailed,
    Interrupted,
    QueryError,
    Row,
    Store,
    StoreError,
    ValueFault,
)

__all__ = [
    "DuckDB",
    "FileAccessFailed",
    "Interrupted",
    "QueryError",
    "Row",
    "Store",
    "StoreError",
    "ValueFault",
    "open_store",
]
