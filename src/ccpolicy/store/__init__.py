"""Stores: what runs SQL. No other package knows an engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ccpolicy.errors import CcpolicyError
from ccpolicy.store.duckdb import DuckDB, open_store
from ccpolicy.store.interface import (
    EngineStore,
    FileAccessFailed,
    Interrupted,
    QueryError,
    Row,
    Store,
    StoreError,
    ValueFault,
    VettingStore,
)
from ccpolicy.vocabulary import Engine

__all__ = [
    "DuckDB",
    "EngineStore",
    "FileAccessFailed",
    "Interrupted",
    "QueryError",
    "Row",
    "Store",
    "StoreError",
    "ValueFault",
    "VettingStore",
    "open_engine",
    "open_store",
]


@contextmanager
def open_engine(name: Engine) -> Iterator[EngineStore | None]:
    """Open the store that computes what is judged; None for the one that reads the evidence.

    Raises:
        CcpolicyError: its package is not installed.
        DatabaseError: it cannot be reached or used.
    """
    if name == "duckdb":
        yield None
        return
    if name != "postgres":
        raise ValueError(name)
    try:
        from ccpolicy.store.postgres import open_postgres
    except ImportError:
        raise CcpolicyError(
            "the engine {engine} needs a package that is not installed",
            hint="install ccpolicy again as you did, with its extra: ccpolicy[{engine}]",
            engine=name,
        ) from None
    with open_postgres() as store:
        yield store
