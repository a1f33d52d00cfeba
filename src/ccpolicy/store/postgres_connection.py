"""Connect to a PostgreSQL; where it is and who asks say the environment or libpq's own files."""

from __future__ import annotations

import os
from typing import Any

import psycopg
from psycopg.adapt import Loader
from psycopg.rows import tuple_row

from ccpolicy.deadline import GRACE, current
from ccpolicy.store.interface import Row
from ccpolicy.store.postgres_errors import connection_error

ADDRESS = "CCPOLICY_POSTGRES"
"""Variable of the environment with a connection string, if libpq's own do not say it all."""
_LONGEST = 2**31 - 1
"""Milliseconds that PostgreSQL can be told; 24 days."""


class _Whole(Loader):
    """Reads a sum, which is of a type that may have decimals."""

    def load(self, data: bytes | bytearray | memoryview) -> int:
        return int(bytes(data))


def time_limit() -> dict[str, str]:
    """Return the setting that ends a statement which takes longer than the command may."""
    deadline = current.get()
    if deadline is None:
        return {}
    milliseconds = int((deadline.rest + GRACE) * 1000)
    return {"statement_timeout": str(min(milliseconds, _LONGEST))}


def connect(address: str, **given: Any) -> psycopg.Connection[Row]:
    """Connect to a database, in transactions of one snapshot.

    What neither the connection string nor `given` says is for libpq to find.

    Raises:
        DatabaseError: it cannot be reached.
    """
    # A server that does not answer is not waited for as long as the system would.
    patience: dict[str, Any] = (
        {} if "PGCONNECT_TIMEOUT" in os.environ else {"connect_timeout": "20"}
    )
    try:
        connection = psycopg.connect(
            address,
            cursor_factory=psycopg.RawCursor,
            row_factory=tuple_row,
            prepare_threshold=None,
            application_name="ccpolicy",
            client_encoding="UTF8",
            **{**patience, **given},
        )
    except psycopg.Error:  # its text may show the address, and says no code
        raise connection_error() from None
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.adapters.register_loader("numeric", _Whole)
    return connection
