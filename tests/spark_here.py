"""A Spark of the tests' own, and a server of one, which start sooner than they compute."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_SETTINGS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.shuffle.partitions": "2",
    # What is computed is little, and each query another: to compile it takes longer.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xss16m",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    # As somebody may have set it who lets numbers wrap around; ours is put back in its place.
    "spark.sql.ansi.enabled": "false",
    "spark.sql.caseSensitive": "true",
}


_CLIENT = ("grpc", "grpc_status", "google.rpc", "pandas", "pyarrow")
"""Packages by which pyspark speaks with a server."""
_SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"
_STARTED = re.compile(r"Spark Connect server started at: (\S+:[1-9][0-9]*)")


def lacks(*packages: str) -> str | None:
    """Return what is missing for a Spark, if anything; it needs packages beside its own."""
    for each in ("pyspark", *packages):
        if not _has(each):
            return f"the package {each}: make spark"
    return None if shutil.which("java") else "a Java: the package openjdk-17-jre-headless"


def _has(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:  # of the package around it
        return False


def require(*packages: str) -> None:
    """Skip a test for want of a Spark, or fail it where there must be one."""
    if lacking := lacks(*packages):
        if os.environ.get("CCPOLICY_SPARK") == "required":
            pytest.fail(f"no Spark: nothing was judged by it; it needs {lacking}")
        pytest.skip(f"NO SPARK: NOTHING IS JUDGED BY IT; it needs {lacking}")


@contextmanager
def session() -> Iterator[SparkSession]:
    """Start Spark, and stop it at the end. Numbers wrap around in it unless that is forbidden."""
    from pyspark.sql import SparkSession

    handler = signal.getsignal(signal.SIGINT)
    with tempfile.TemporaryDirectory(prefix="spark-", ignore_cleanup_errors=True) as folder:
        builder = SparkSession.builder.master("local[2]").appName("tests")
        for name, value in _SETTINGS.items():
            builder = builder.config(name, value)
        builder = builder.config("spark.local.dir", folder)
        found = builder.config("spark.sql.warehouse.dir", f"{folder}/warehouse").getOrCreate()
        signal.signal(signal.SIGINT, handler)
        found.sparkContext.setLogLevel("OFF")
        try:
            yield found
        finally:
            found.stop()


def require_server() -> None:
    """Skip a test for want of a server of Spark Connect, or fail it where there must be one."""
    require(*_CLIENT)


@contextmanager
def server() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Start a server of Spark Connect; return its address and its process, and end it."""
    import pyspark

    with tempfile.TemporaryDirectory(prefix="spark-", ignore_cleanup_errors=True) as folder:
        settings = {
            **_SETTINGS,
            "spark.connect.grpc.binding.address": "127.0.0.1",
            "spark.connect.grpc.binding.port": "0",
            "spark.local.dir": folder,
            "spark.sql.warehouse.dir": f"{folder}/warehouse",
        }
        given = [f"--conf={name}={value}" for name, value in settings.items()]
        submit, log = Path(pyspark.__path__[0], "bin/spark-submit"), Path(folder, "log")
        with log.open("wb") as written:
            process = subprocess.Popen(
                [submit, "--master=local[2]", f"--class={_SERVER}", *given, "spark-internal"],
                env=environment(),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=written,
            )
        try:
            while not (found := _STARTED.search(log.read_text("utf-8"))):
                assert process.poll() is None, log.read_text("utf-8")
                time.sleep(0.2)
            yield f"sc://{found[1]}", process
        finally:
            process.kill()
            process.wait()


def environment() -> dict[str, str]:
    """Return the environment of a program that is to start its own."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SPARK_")}
