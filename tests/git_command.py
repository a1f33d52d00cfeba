"""Git as nobody in particular, whatever the machine is set to."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

_CLERK = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "clerk",
    "GIT_AUTHOR_EMAIL": "clerk@example.org",
    "GIT_COMMITTER_NAME": "clerk",
    "GIT_COMMITTER_EMAIL": "clerk@example.org",
}


def git(folder: Path, *arguments: str, input: str = "", **environment: str) -> str:
    """Run git in a folder, perhaps with some input, and return what it says."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(
        ["git", "-c", "protocol.file.allow=always", *arguments],
        cwd=folder,
        env={**own, **_CLERK, **environment},
        input=input,
        capture_output=True,
        check=False,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def commit(folder: Path) -> str:
    """Commit all that is there, and return the commit's id."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "as it is")
    return git(folder, "rev-parse", "HEAD")


def copied(repository: Path, folder: Path) -> Path:
    """Copy a repository; git will look at every file anew, as it does after a commit just made."""
    return Path(shutil.copytree(repository, folder, symlinks=True))
