"""What went wrong with PostgreSQL, in words that show neither a record's value nor an address."""

from __future__ import annotations

from typing import NoReturn

import psycopg

from ccpolicy.errors import CcpolicyError, DatabaseError
from ccpolicy.store.interface import StoreError
from ccpolicy.store.value_faults import STATES, value_fault

_LOST = ("08", "57P")
"""How the codes of a server begin that goes away."""


def connection_error() -> DatabaseError:
    """Make the error of a server that cannot be reached."""
    return DatabaseError(
        "PostgreSQL cannot be reached, or refuses the role, its password or the database",
        hint="say where it is by PGHOST, PGDATABASE and the other variables of libpq, PGSERVICE or"
        " CCPOLICY_POSTGRES, and keep the password in ~/.pgpass; psql reads the same",
    )


def statement_error(failure: psycopg.Error, *, is_lost: bool) -> CcpolicyError | StoreError:
    """Make the error of a statement that failed, or of a connection that was cut."""
    state = failure.sqlstate or ""
    condition = type(failure).__name__
    match state:
        case _ if is_lost or state.startswith(_LOST):
            return DatabaseError(
                "the connection to PostgreSQL was lost, and nothing was judged",
                hint="judge again; if it is cut again, the server's log says by whom",
            )
        case "57014":
            return DatabaseError(
                "PostgreSQL stopped a statement, and nothing was judged",
                hint="it took longer than --max-seconds or the server's statement_timeout allows,"
                " or somebody cancelled it",
            )
        case "42501":
            return no_privilege()
        case "22021" | "22P05":
            return _no_text()
        case _ if state.startswith(STATES):
            return value_fault("PostgreSQL", state, condition)
    if not state and isinstance(failure, psycopg.DataError):
        return _no_text()
    return DatabaseError(
        "PostgreSQL failed, and nothing was judged: {condition}",
        hint="the server's log says more; it may have run out of memory or of room for temporary"
        " files",
        condition=f"{condition} {state}".strip(),
    )


def no_privilege() -> DatabaseError:
    """Make the error of a role that may make nothing."""
    return DatabaseError(
        "PostgreSQL does not let the role make temporary tables",
        hint="let its owner say: GRANT CONNECT, TEMPORARY ON DATABASE … TO …",
    )


def _no_text() -> DatabaseError:
    return DatabaseError(
        "a text holds a character that PostgreSQL cannot hold, such as NUL",
        hint="take it out of the evidence, or judge with --engine duckdb",
    )


def refuse(kind: str) -> NoReturn:
    """Refuse a type, or texts that compare by a language's rules.

    Raises:
        DatabaseError: always.
    """
    raise DatabaseError(
        "PostgreSQL made a relation of the type {type}, which has no counterpart here",
        hint="judge with --engine duckdb; if the check kinds are ccpolicy's own, report it",
        type=kind,
    )
