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
from ccpolicy.store.tables import InPlaceTables, JudgesTables, TableStore
from ccpolicy.vocabulary import Engine, StoreKind

__all__ = [
    "DuckDB",
    "EngineStore",
    "FileAccessFailed",
    "InPlaceTables",
    "Interrupted",
    "JudgesTables",
    "QueryError",
    "Row",
    "Store",
    "StoreError",
    "TableStore",
    "ValueFault",
    "VettingStore",
    "open_engine",
    "open_store",
    "open_tables",
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
    with _installed(name):
        opened = _opened(name)
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


@contextmanager
def open_tables(
    store: str, kind: StoreKind, service: str | None, prefix: str | None
) -> Iterator[TableStore]:
    """Open a store of tables that are evidence, all of which are read in one snapshot.

    A service of its client's says where it is, or variables of the environment that begin with the
    prefix, or without either the client's own.

    Raises:
        CcpolicyError: its package is not installed.
        DatabaseError: it cannot be reached or used.
    """
    with _installed(kind):
        from ccpolicy.store.postgres_tables import open_postgres_tables
    with open_postgres_tables(store, service, prefix) as tables:
        yield tables


@contextmanager
def _installed(name: str) -> Iterator[None]:
    """Say what to install where a package is missing."""
    try:
        yield
    except ImportError:
        raise CcpolicyError(
            "the engine {engine} needs a package that is not installed",
            hint="install ccpolicy again as you did, with its extra: ccpolicy[{engine}]",
            engine=name,
        ) from None
