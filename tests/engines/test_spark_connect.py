"""A server of Spark Connect: it judges as DuckDB does, and what fails ends in a code.

What one of its sessions answers is held to DuckDB in test_spark.
"""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

import spark_here
from ccpolicy.checks.kinds import Kind
from ccpolicy.checks.shipped_kinds import shipped_kinds
from ccpolicy.cli.program import program
from ccpolicy.engine.examples import run_example
from ccpolicy.errors import DatabaseError
from small_centre import lay

from .test_conformance import LONG
from .test_spark import started

NOBODY = "sc://127.0.0.1:1"
WITHOUT = "import sys; sys.modules[{!r}] = None"
"""Makes a process one without a package that is installed."""
KINDS = shipped_kinds().values() if LONG else [shipped_kinds()["record"]]


@pytest.mark.usefixtures("far_away")
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_worked_case(kind: Kind) -> None:
    example = kind.examples()[0]
    assert run_example(kind, example, engine="spark") == (example.lapses, example.unknown)


def test_the_server_judges(far_away: str, tmp_path: Path) -> None:
    lay(tmp_path)
    here, there = (
        CliRunner().invoke(program, ["check", str(tmp_path), "--engine", each, "--format", "json"])
        for each in ("duckdb", "spark")
    )
    assert (there.exit_code, there.output) == (here.exit_code, here.output)
    assert there.exit_code == 0
    assert far_away.removeprefix("sc://") not in there.output


def test_the_process_speaks_with_no_server_afterwards(
    far_away: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pyspark says of a whole process that it is a client, which a later Spark is not."""
    from ccpolicy.store.spark import open_spark

    monkeypatch.delenv("SPARK_CONNECT_MODE_ENABLED")
    monkeypatch.setattr("ccpolicy.store.spark_session._active", lambda: None)
    for _ in range(2):  # one after the other
        with open_spark() as store:
            assert store.ask("SELECT 1 AS n") == [(1,)]
        assert "SPARK_CONNECT_MODE_ENABLED" not in os.environ


@pytest.mark.parametrize(
    "address",
    [
        "sc://nobody.invalid/;token=hidden",
        *([NOBODY] if LONG else []),  # each is waited for
        *("http://hidden", "local[1]", ""),
    ],
)
def test_a_server_that_is_not_there(address: str, tmp_path: Path) -> None:
    """What does not answer is given up before anybody asks whether the command hangs."""
    spark_here.require_server()
    began = time.monotonic()
    code, errors = refused(started(tmp_path, SPARK_REMOTE=address))
    assert (code, "error: US574" in errors) == (2, True), errors
    assert not any(each in errors for each in ("127.0.0.1", "nobody", "hidden"))
    assert time.monotonic() - began < 120


def test_a_server_that_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ccpolicy.store.spark import open_spark

    spark_here.require_server()
    with spark_here.server() as (address, process):
        monkeypatch.setenv("SPARK_REMOTE", address)
        monkeypatch.setattr("ccpolicy.store.spark_session._active", lambda: None)
        with open_spark() as store:
            store.fill("r", {"n": "INTEGER"}, [[1, 2]])
            for number in range(8):
                assert store.create(f"r{number}", "SELECT n FROM r") == 2
            process.kill()
            began = time.monotonic()
            for number in range(8):
                with pytest.raises(DatabaseError) as raised:
                    store.ask(f"SELECT n FROM r{number}")
                assert raised.value.message.code == "US568"
    assert time.monotonic() - began < 60


@pytest.mark.parametrize("package", ["grpc", "pandas", "pyarrow"])
def test_a_client_that_is_not_whole(package: str, tmp_path: Path) -> None:
    code, errors = refused(started(tmp_path, WITHOUT.format(package), SPARK_REMOTE=NOBODY))
    assert (code, "error: US576" in errors) == (2, True), errors


def test_a_client_without_a_server(tmp_path: Path) -> None:
    code, errors = refused(started(tmp_path, WITHOUT.format("pyspark.core")))
    assert (code, "error: US575" in errors) == (2, True), errors


def refused(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for a program that judges nothing; return its exit code and what it says."""
    output, errors = process.communicate(timeout=300)
    assert output == ""
    assert "Traceback" not in errors
    return process.returncode, errors
