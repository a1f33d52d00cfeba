"""A database for one test: a catalog of its own in a DuckDB that stays.

To start DuckDB takes twenty times as long, which counts where a test tries hundreds of examples.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import duckdb

from ccpolicy.store import DuckDB, open_store


@cache
def _running() -> duckdb.DuckDBPyConnection:
    return open_store()._connection


class _FreshStore(DuckDB):
    def lock(self) -> None:
        """See `VettingStore.lock`: it locks the whole engine, so that the next test has another."""
        super().lock()
        _running.cache_clear()


@contextmanager
def fresh_store() -> Iterator[DuckDB]:
    """Open a database in memory that holds nothing yet."""
    store = _FreshStore(_running().cursor)
    store.run("RESET threads; SET TimeZone = 'UTC'; ATTACH ':memory:' AS fresh; USE fresh")
    try:
        yield store
    finally:
        store.run("USE memory; DETACH fresh")
        store.close()
