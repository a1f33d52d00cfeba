"""The session of Spark that judges: one that is there, one far away, or one started here."""

from __future__ import annotations

import gc
import logging
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from ccpolicy.errors import DatabaseError
from ccpolicy.store.spark_errors import FAILURES, connection_error

ADDRESS = "SPARK_REMOTE"
"""Spark's own variable of the environment, with the address of a server of Spark Connect."""
_SUBMITTED = "PYSPARK_GATEWAY_PORT"
"""What spark-submit sets for the program that it starts."""
_UNREACHED: tuple[type[Exception], ...] = (*FAILURES, ValueError)
"""What is raised where an address is none, or nobody answers there."""
_JAVA = (
    # Plans are worked through recursively; those of many controls are deep.
    "-Xss16m"
    # Ten times as often as usual must run what is compiled in the best and slowest way: what plans
    # does not come to that, and what computes with many rows soon does.
    " -XX:Tier4InvocationThreshold=50000 -XX:Tier4MinInvocationThreshold=6000"
    " -XX:Tier4CompileThreshold=150000 -XX:Tier4BackEdgeThreshold=400000"
)
_LEAST_MEMORY = 1 << 10
"""Mebibytes that Spark itself takes if it is told nothing."""
_CLIENT_MODE = "SPARK_CONNECT_MODE_ENABLED"
"""What pyspark sets in the environment once it speaks with a server, and leaves there."""
_RETRIES = 5
"""How often pyspark asks a server that does not answer: for 17 seconds, and not for ten minutes."""


@contextmanager
def spark_session() -> Iterator[SparkSession]:
    """Return a session, which is stopped at the end if it was started here.

    Raises:
        DatabaseError: there is none to be had.
    """
    with _without_a_log():
        if session := _active():
            yield session
        elif ADDRESS in os.environ:
            yield from _far_away()
        elif _SUBMITTED in os.environ:
            yield SparkSession.builder.appName("ccpolicy").getOrCreate()
        else:
            yield from _local()


@contextmanager
def _without_a_log() -> Iterator[None]:
    """Keep a program that logs nothing from logging the stack of a connection that is cut."""
    root, handler = logging.getLogger(), logging.NullHandler()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)


def _active() -> SparkSession | None:
    try:
        return SparkSession.getActiveSession()
    except FAILURES:  # it was stopped
        return None


def _far_away() -> Iterator[SparkSession]:
    mode = os.environ.get(_CLIENT_MODE)
    # A session that nobody needs any more ends, when it is collected, what all of them share.
    gc.collect()
    try:
        yield from _connected()
    finally:
        if mode is None:
            os.environ.pop(_CLIENT_MODE, None)


def _connected() -> Iterator[SparkSession]:
    session: Any = None
    try:
        session = SparkSession.builder.remote(os.environ[ADDRESS]).create()
        for policy in session.client.get_retry_policies():
            policy.max_retries = _RETRIES
        session.conf.get("spark.sql.ansi.enabled")
    except ImportError:
        raise DatabaseError(
            "a server of Spark Connect needs packages that are not installed",
            hint="install ccpolicy again as you did, with its extra: ccpolicy[spark-client]",
        ) from None
    except _UNREACHED:  # their texts may show the address and its token
        if session is not None:
            session.client.close()  # or else it would be taken for one that is there
        raise connection_error() from None
    try:
        yield session
    finally:
        with suppress(*FAILURES):
            session.stop()


def _local() -> Iterator[SparkSession]:
    """Start Spark in a process of its own, which writes into one folder, and that is removed."""
    try:
        from pyspark.core.context import SparkContext
        from pyspark.java_gateway import launch_gateway
    except ImportError:  # a client alone
        raise DatabaseError(
            "this package of Spark is a client alone, and {address} names no server",
            hint="set {address} to the address of a server of Spark Connect, or install pyspark",
            address=ADDRESS,
        ) from None
    _find_java()
    with tempfile.TemporaryDirectory(prefix="ccpolicy-spark-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        handler = signal.getsignal(signal.SIGINT)
        gateway: Any = None
        try:
            with (folder / "log").open("wb") as log:
                gateway = launch_gateway(
                    _Conf(_settings(folder)),
                    {"stdout": log, "stderr": log, "cwd": name},
                )
                context = SparkContext(gateway=gateway)
            session = SparkSession(context)
        except FAILURES:
            _stop(gateway)
            raise DatabaseError(
                "Spark could not be started",
                hint="it needs Java 17 or newer; start pyspark in a terminal to see what it says",
            ) from None
        finally:
            if threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGINT, handler)  # which Spark takes for itself
        try:
            yield session
        finally:
            with suppress(*FAILURES):
                session.stop()
            _stop(gateway)


class SessionControl:
    """What is asked of a session beside its queries, by whatever thread: tags, and its end.

    Under a tag that was added the jobs of a session can be stopped.
    """

    def __init__(self, session: SparkSession) -> None:
        self._session: Any = session
        if hasattr(session, "_jsparkSession"):
            # The tags of a session are those of one thread, other than when it is far away.
            # Asked of Java, they need no session of Python's, which somebody may have ended.
            self._context: Any = session.sparkContext._jsc
            self.add, self.remove = self._context.addJobTag, self._context.removeJobTag
            self.stop = self._context.cancelJobsWithTag
        else:
            self._context = None
            self.add, self.remove = session.addTag, session.removeTag
            self.stop = session.interruptTag

    def is_lost(self) -> bool:
        """Whether the session ended, or cannot be asked."""
        try:
            if self._context is None:
                return bool(self._session.is_stopped)
            return bool(self._context.sc().isStopped())
        except FAILURES:
            return True

    def give_up(self) -> None:
        """Ask nothing more of a server that was lost: to each question it would be waited for."""
        if self._context is None:
            self._session.client.close()


class _Conf:
    """Settings, as `launch_gateway` reads them."""

    def __init__(self, settings: dict[str, str]) -> None:
        self._settings = settings

    def getAll(self) -> list[tuple[str, str]]:  # noqa: N802
        """Return all of them."""
        return list(self._settings.items())


def _settings(folder: Path) -> dict[str, str]:
    """Return the settings of a session of our own."""
    cores = os.cpu_count() or 1
    settings = {
        "spark.master": "local[*]",
        "spark.app.name": "ccpolicy",
        # Nobody else is spoken with.
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.eventLog.enabled": "false",
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.shuffle.partitions": str(cores),
        "spark.driver.extraJavaOptions": f"{_JAVA} -Djava.io.tmpdir={folder}",
    }
    if "SPARK_DRIVER_MEMORY" not in os.environ and hasattr(os, "sysconf"):
        machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
        settings["spark.driver.memory"] = f"{max(machine // 4, _LEAST_MEMORY)}m"
    return settings


def _find_java() -> None:
    """Check that there is a Java.

    Raises:
        DatabaseError: there is none.
    """
    home = os.environ.get("JAVA_HOME")
    if not shutil.which("java", path=str(Path(home, "bin")) if home else None):
        raise DatabaseError(
            "Spark needs Java, which is not installed, or not where JAVA_HOME says",
            hint="install Java 17 or newer, such as openjdk-17-jre-headless, or set SPARK_REMOTE"
            " to the address of a server of Spark Connect",
        )


def _stop(gateway: Any) -> None:
    """End the process that was started."""
    from pyspark.core.context import SparkContext

    SparkContext._gateway = SparkContext._jvm = None
    if gateway is None:
        return
    with suppress(*FAILURES):
        gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait()
