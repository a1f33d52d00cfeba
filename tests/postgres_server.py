"""A PostgreSQL of the tests' own: in a folder of its own, by a user who may do nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")
_ROLES = """
CREATE ROLE judge LOGIN;
CREATE ROLE nobody_special LOGIN;
CREATE ROLE reader LOGIN;
ALTER ROLE reader SET default_transaction_read_only = on;
REVOKE ALL ON DATABASE evidence FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE evidence TO judge, reader;
GRANT CONNECT ON DATABASE evidence TO nobody_special;
CREATE TABLE public.spans (kind integer, subject integer);
GRANT USAGE ON SCHEMA public TO judge;
GRANT SELECT ON public.spans TO judge;
"""
"""One who may do what the documentation asks for and no more, and two who may do less."""


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    folder: Path
    """Where its socket is."""
    owner: list[str]
    """What runs a command as its owner."""

    def environment(self, role: str = "judge", database: str = "evidence") -> dict[str, str]:
        """Return the variables by which a client finds it."""
        return {"PGHOST": str(self.folder), "PGUSER": role, "PGDATABASE": database}

    def run(self, statements: str, database: str = "evidence") -> str:
        """Run statements as its owner, and return what they print."""
        command = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        return subprocess.run(
            command,
            input=statements,
            env={**os.environ, **self.environment("owner", database)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout


def programs() -> Path | None:
    """Return the folder with `initdb` and `pg_ctl`, of the newest version that is installed."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = [path.parent for path in DEBIAN.glob("*/bin/initdb")]
    return max(versions, key=lambda path: int(path.parent.name), default=None)


@contextmanager
def server(binaries: Path) -> Iterator[Server]:
    """Start a server, and stop it at the end.

    Texts compare there by the rules of English, so that what relies on code points must say so.
    """
    # Short, since the name of a socket is.
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as name:
        folder = Path(name)
        owner: list[str] = []
        if os.geteuid() == 0:  # as whom it refuses to run
            shutil.chown(folder, "nobody")
            owner = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        data, log = str(folder / "data"), str(folder / "log")

        def run(program: str, *arguments: str) -> None:
            command = [*owner, str(binaries / program), "-D", data, *arguments]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)

        collation = ["--locale=C", "--locale-provider=icu", "--icu-locale=en-US"]
        run("initdb", "-U", "owner", "--auth=trust", "-E", "UTF8", "--no-sync", *collation)
        options = f"-c listen_addresses='' -k {folder} -c fsync=off -c shared_buffers=32MB"
        run("pg_ctl", "start", "-w", "-l", log, "-o", options)
        try:
            found = Server(folder, owner)
            found.run("CREATE DATABASE evidence", "postgres")
            found.run(_ROLES)
            yield found
        finally:
            run("pg_ctl", "stop", "-w", "-m", "immediate")
