"""A connection to tables that is cut at ten points: exit code 2, a code, a hint, and no file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from engines.warehouse import run
from postgres_server import Server

POINTS = 10


class Cutter:
    """Counts what is asked of the database, and has its server end the connection before one."""

    def __init__(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        self.server, self.count, self.point = server, 0, -1
        for owner, name in ((psycopg.Connection, "execute"), (psycopg.Copy, "read")):
            monkeypatch.setattr(owner, name, self._counted(getattr(owner, name)))

    def _counted(self, ask: Callable[..., Any]) -> Callable[..., Any]:
        def asked(owner: Any, *arguments: Any, **options: Any) -> Any:
            if self.count == self.point:
                self.server.run(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                    " WHERE usename = 'judge'"
                )
            self.count += 1
            return ask(owner, *arguments, **options)

        return asked


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_a_connection_that_is_cut(
    engine: str, centre: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    cutter = Cutter(postgres, monkeypatch)
    target = centre / "out/result.json"
    target.parent.mkdir()
    command = ("check", centre, "--allow-tables", "--engine", engine, "-o", target)
    status, said = run(*command, "--format", "json")
    assert (status, target.is_file()) == (0, True), said
    total = cutter.count
    assert total > POINTS
    target.unlink()
    for number in range(POINTS):
        cutter.point, cutter.count = number * (total - 1) // (POINTS - 1), 0
        status, said = run(*command, "--format", "json")
        assert (number, status) == (number, 2), said
        assert "error: US543 the connection to PostgreSQL was lost, and nothing was judged" in said
        assert "hint: judge again" in said
        assert str(postgres.folder) not in said
        assert list(target.parent.iterdir()) == []
