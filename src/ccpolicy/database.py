"""Databases in memory: opened without extensions, and locked before a policy's queries run."""

from __future__ import annotations

from pathlib import Path

import duckdb


def connect(spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Open a database in memory, in UTC, that loads no extension.

    What does not fit into memory goes to the folder `spill`, which nothing else may use: of all
    files, a locked database still reaches those of this folder. Without one nothing is spilled.
    """
    connection = duckdb.connect(
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "temp_directory": str(spill or ""),
        }
    )
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def lock(connection: duckdb.DuckDBPyConnection) -> None:
    """Keep all SQL that follows from files, the network, extensions and settings, for good."""
    connection.execute("SET enable_external_access = false; SET lock_configuration = true")
