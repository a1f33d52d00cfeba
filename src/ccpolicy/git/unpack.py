"""Unpack a history that is shipped as a git bundle."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from ccpolicy.errors import CcpolicyError

BRANCH = "main"


def unpack_history(bundle: Path, folder: Path) -> None:
    """Make an empty folder a git repository with the bundle's branch `main` checked out.

    The user's settings play no part: the repository is the same everywhere.

    Raises:
        CcpolicyError: git is not installed, or cannot do it.
    """
    reference = f"refs/heads/{BRANCH}"
    for arguments in (
        ["init", "--quiet", "--template=", f"--initial-branch={BRANCH}", "--object-format=sha1"],
        ["fetch", "--quiet", "--update-head-ok", str(bundle), f"{reference}:{reference}"],
        ["fsck", "--strict", "--no-progress"],
        ["-c", "core.autocrlf=false", "read-tree", "--reset", "-u", BRANCH],
    ):
        _git(folder, arguments)
    (folder / ".git" / "FETCH_HEAD").unlink(missing_ok=True)


def _git(folder: Path, arguments: list[str]) -> None:
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    try:
        done = subprocess.run(
            ["git", "-c", "core.logAllRefUpdates=false", *arguments],  # noqa: S607  user's own git
            cwd=folder,
            env=environment,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as failure:
        raise CcpolicyError("git is not installed", hint="install git") from failure
    if done.returncode:
        raise CcpolicyError(
            "git cannot unpack the sample's history: {reason}",
            reason=done.stderr.decode("utf-8", "replace").strip(),
        )
