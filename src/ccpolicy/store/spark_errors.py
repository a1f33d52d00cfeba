"""What went wrong with Spark, in words that show neither a record's value nor an address."""

from __future__ import annotations

import importlib
import re
from contextlib import suppress
from typing import NoReturn

from pyspark.errors import PySparkException

from ccpolicy.errors import CcpolicyError, DatabaseError
from ccpolicy.store.interface import StoreError
from ccpolicy.store.value_faults import STATES, value_fault


class SessionLostError(DatabaseError):
    """The session ended."""


def _failures() -> tuple[type[Exception], ...]:
    """Return what is raised by Spark, and by what speaks with it, as far as it is installed."""
    found: list[type[Exception]] = [PySparkException, OSError, EOFError]
    for module, name in (("py4j.protocol", "Py4JError"), ("grpc", "RpcError")):
        with suppress(ImportError):
            found.append(getattr(importlib.import_module(module), name))
    return tuple(found)


FAILURES = _failures()
_LOST = (
    "SparkContext was shut down",
    "stopped SparkContext",
    "SparkContext has been shutdown",
    # A server that is spoken with from afar does not answer, or not as one does.
    "StatusCode.",
)
_TAKEN_AWAY = ("CHECKPOINT_RDD_BLOCK_ID_NOT_FOUND", "ExecutorLostFailure")
_PLANNING = ("StackOverflowError", "INTERNAL_ERROR")
_NAMED = re.compile(r"\[([A-Z_.]+)\]")
"""A condition in the text of a failure that has none of its own."""
_LOST_CONDITIONS = ("INVALID_HANDLE", "RETRIES_EXCEEDED", "NO_ACTIVE_SESSION")


def connection_error() -> DatabaseError:
    """Make the error of a server that cannot be reached."""
    return DatabaseError(
        "Spark cannot be reached, or refuses the session",
        hint="say where it is by SPARK_REMOTE, as sc://HOST:PORT; pyspark reads the same",
    )


def spark_error(failure: Exception) -> CcpolicyError | StoreError:
    """Make the error of a query that failed, or of a session that was lost."""
    if origin := getattr(failure, "java_exception", None):
        # The client shows the failure of a job as it is, and not as an exception of its own.
        from pyspark.errors.exceptions.captured import convert_exception

        failure = convert_exception(origin)
    state, condition, text = _details(failure)
    if "OutOfMemoryError" in text or condition.startswith("UNABLE_TO_ACQUIRE_MEMORY"):
        return DatabaseError(
            "Spark ran out of memory, and nothing was judged",
            hint="give it more: by SPARK_DRIVER_MEMORY, such as 8g, where it is started here, or"
            " by the memory of its executors",
        )
    if not isinstance(failure, PySparkException) or not _is_alive(condition, text):
        return session_lost()
    if any(each in f"{condition} {text}".lower() for each in ("canceled", "cancelled")):
        return DatabaseError(
            "Spark stopped a query, and nothing was judged",
            hint="it took longer than --max-seconds allows, or somebody cancelled it",
        )
    if state.startswith(STATES):
        return value_fault("Spark", state, condition)
    return _failed(condition, text, f"{condition} {state}".strip() or type(failure).__name__)


def session_lost() -> SessionLostError:
    """Make the error of a session that ended."""
    return SessionLostError(
        "the session of Spark was lost, and nothing was judged",
        hint="judge again; if it is lost again, Spark's log says why",
    )


def _failed(condition: str, text: str, shown: str) -> DatabaseError:
    """Make the error of what failed for a reason of Spark's own."""
    if "No space left on device" in text:
        return DatabaseError(
            "Spark ran out of room for temporary files, and nothing was judged",
            hint="make room where spark.local.dir says, or TMPDIR where Spark is started here",
        )
    if condition.startswith(_TAKEN_AWAY) or any(each in text for each in _TAKEN_AWAY):
        return DatabaseError(
            "an executor of Spark was lost with what it kept, and nothing was judged",
            hint="judge again, on executors that stay and have memory enough",
        )
    if "Job aborted" not in text and any(each in f"{condition} {text}" for each in _PLANNING):
        return DatabaseError(
            "Spark could not plan a query, and nothing was judged: {condition}",
            hint="judge with --engine duckdb; for a deep plan give the driver a larger stack"
            " (-Xss)",
            condition=shown,
        )
    return DatabaseError(
        "Spark failed, and nothing was judged: {condition}",
        hint="the log of Spark's driver says more",
        condition=shown,
    )


def _details(failure: Exception) -> tuple[str, str, str]:
    """Return the state of SQL, the condition, and the text, of what failed or what caused it."""
    if not isinstance(failure, PySparkException):
        return "", "", str(failure)
    state = condition = text = ""
    each: object = failure
    while isinstance(each, PySparkException):
        with suppress(*FAILURES):  # asking a process that is gone
            state = state or each.getSqlState() or ""
            condition = condition or each.getCondition() or ""
        text += f"{getattr(each, '_desc', '') or getattr(each, '_message', '')}\n"
        each = getattr(each, "_cause", None)
    if not condition and (named := _NAMED.search(text)):
        condition = named[1]
    return state, condition, text


def _is_alive(condition: str, text: str) -> bool:
    """Whether a session is still there after a failure."""
    return not (condition.startswith(_LOST_CONDITIONS) or any(each in text for each in _LOST))


def refuse(kind: str) -> NoReturn:
    """Refuse a type.

    Raises:
        DatabaseError: always.
    """
    raise DatabaseError(
        "Spark made a relation of the type {type}, which has no counterpart here",
        hint="judge with --engine duckdb; if the check kinds are ccpolicy's own, report it",
        type=kind,
    )
