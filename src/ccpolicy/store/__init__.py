"""Stores: what runs SQL. No other package knows an engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Literal

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
    try:
        opened = _opened(name)
    except ImportError:
        raise CcpolicyError(
            "the engine {engine} needs a package that is not installed",
            hint="install ccpolicy again as you did, with its extra: ccpolicy[{engine}]",
            engine=name,
        ) from None
    with opened as store:
        yield store


def _opened(name: Literal["postgres", "spark"]) -> AbstractContextManager[EngineStore]:
    """Return what opens an engine elsewhere.

    Raises:
        ImportError: its package is not installed.
    """
    match name:
        case "postgres":
            from ccpolicy.store.postgres import open_postgres

            return open_postgres()
        case "spark":
            from ccpolicy.store.spark import open_spark

            return open_spark()
