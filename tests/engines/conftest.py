"""The server of the tests, and judging by it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from ccpolicy.engine import assess
from ccpolicy.store import open_engine

from .postgres_server import Server, programs, server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A server, once for all tests of a process."""
    binaries = programs()
    if binaries is None:
        if os.environ.get("CI"):
            pytest.fail("no PostgreSQL: nothing was judged by it")
        pytest.skip("NO POSTGRESQL: NOTHING IS JUDGED BY IT; install the package postgresql")
    with server(binaries) as found:
        yield found


@pytest.fixture
def postgres(postgres_server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The server, which the environment names."""
    for name in [each for each in os.environ if each.startswith(("PG", "CCPOLICY_POSTGRES"))]:
        monkeypatch.delenv(name)
    for name, value in postgres_server.environment().items():
        monkeypatch.setenv(name, value)
    return postgres_server


@pytest.fixture
def judged_there(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The server, which judges whatever is judged."""
    monkeypatch.setattr(assess, "open_engine", lambda _: open_engine("postgres"))
    return postgres
