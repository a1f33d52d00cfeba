"""A Spark of the tests' own, in a process that starts sooner than it computes."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
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
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    # As somebody may have set it who lets numbers wrap around; ours is put back in its place.
    "spark.sql.ansi.enabled": "false",
    "spark.sql.caseSensitive": "true",
}


def lacks() -> str | None:
    """Return what is missing for a Spark, if anything."""
    if importlib.util.find_spec("pyspark") is None:
        return "the package pyspark: make spark"
    return None if shutil.which("java") else "a Java: the package openjdk-17-jre-headless"


def require() -> None:
    """Skip a test for want of a Spark, or fail it where there must be one."""
    if lacking := lacks():
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


def environment() -> dict[str, str]:
    """Return the environment of a program that is to start its own."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SPARK_")}
