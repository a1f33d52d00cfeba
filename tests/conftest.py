"""What holds for all tests."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import zoneinfo
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest

import postgres_server as there
import spark_here
from ccpolicy.vocabulary import Engine
from git_command import commit, git
from small_centre import lay

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from pyspark.sql import SparkSession

FOLDERS = {"bombs", "engines", "faults", "fuzz", "metamorphic", "mutation", "pipeline"}
PROGRAMS = {"browser", "postgres_server", "spark_session"}
"""Fixtures that start a program beside Python and git."""
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]

# What a test expects of a zone rests on the same rules as what it tries, on every machine.
zoneinfo.reset_tzpath([])

# Where a shell runs the tests in the background, they and what they start would hear no Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


# The modules and thousands of tests that are collected stay: to look through them again and again
# for what could go takes a third of the collection and much of the rest.
gc.disable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs other programs, and what attacks at length."""
    for item in items:
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        if folder in FOLDERS or PROGRAMS & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.integration)


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def small_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small centre in a repository, committed on the branch main: to be copied."""
    folder = lay(tmp_path_factory.mktemp("repository") / "centre")
    git(folder, "init", "-q", "-b", "main")
    commit(folder)
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Run one browser: a process can have no second."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if not program:
        if os.environ.get("CI"):
            pytest.fail("no Chromium: the report was not opened in a browser")
        pytest.skip("NO CHROMIUM: THE REPORT IS NOT OPENED IN A BROWSER")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[there.Server]:
    """A PostgreSQL, once for all tests of a process."""
    binaries = there.programs()
    if binaries is None:
        if os.environ.get("CI"):
            pytest.fail("no PostgreSQL: nothing was judged by it")
        pytest.skip("NO POSTGRESQL: NOTHING IS JUDGED BY IT; install the package postgresql")
    with there.server(binaries) as found:
        yield found


@pytest.fixture
def postgres(postgres_server: there.Server, monkeypatch: pytest.MonkeyPatch) -> there.Server:
    """The PostgreSQL, which the environment names."""
    for name in [each for each in os.environ if each.startswith(("PG", "CCPOLICY_POSTGRES"))]:
        monkeypatch.delenv(name)
    for name, value in postgres_server.environment().items():
        monkeypatch.setenv(name, value)
    return postgres_server


@pytest.fixture(scope="session")
def spark_session() -> Iterator[SparkSession]:
    """A Spark, once for all tests of a process."""
    spark_here.require()
    with spark_here.session() as found:
        yield found


@pytest.fixture
def spark(spark_session: SparkSession, monkeypatch: pytest.MonkeyPatch) -> SparkSession:
    """The Spark, which is there for whoever asks for one."""
    monkeypatch.delenv("SPARK_REMOTE", raising=False)
    return spark_session


@pytest.fixture(scope="session")
def spark_server() -> Iterator[str]:
    """The address of a server of Spark Connect, once for all tests of a process."""
    spark_here.require_server()
    with spark_here.server() as (address, _):
        yield address


@pytest.fixture
def far_away(spark_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of the server, which the environment names; no session is there."""
    monkeypatch.setenv("SPARK_REMOTE", spark_server)
    monkeypatch.setenv("SPARK_CONNECT_MODE_ENABLED", "1")
    return spark_server


@pytest.fixture
def spark_far_away(far_away: str) -> Iterator[SparkSession]:
    """A session of the server, which is there for whoever asks for one."""
    from pyspark.sql import SparkSession

    gc.collect()  # an earlier one ends, when it is collected, what all of them share
    session = SparkSession.builder.remote(far_away).create()
    yield session
    session.stop()


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Engine:
    """An engine elsewhere that a test is given by its name, and that is there."""
    request.getfixturevalue(request.param)
    name: Engine = request.param
    return name


@pytest.fixture
def judged_there(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An engine elsewhere, which judges whatever is judged."""
    _have_judge(engine, monkeypatch)
    return engine


@pytest.fixture(autouse=True)
def judge(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have another engine judge in every test if `CCPOLICY_JUDGE` names one."""
    for name in get_args(Engine):
        if os.environ.get("CCPOLICY_JUDGE") == name != "duckdb":
            request.getfixturevalue(name)
            _have_judge(name, monkeypatch)


def _have_judge(name: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from ccpolicy.engine import assess
    from ccpolicy.store import open_engine

    monkeypatch.setattr(assess, "open_engine", lambda _: open_engine(name))
