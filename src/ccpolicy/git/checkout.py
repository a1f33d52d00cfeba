"""Finds the git checkout that contains a folder.

Committed files must not decide which repository is read: a commit can contain a folder that looks
like a bare repository, or a link to a folder with another policy.
"""

from __future__ import annotations

import os
from pathlib import Path


def checkout_of(folder: Path) -> Path | None:
    """Return the root of the checkout that contains a folder: the nearest parent with `.git`.

    No commit can contain an entry of that name.
    """
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)


def link_on_the_way(path: Path) -> Path | None:
    """Return the first symbolic link on the way to a path that lies in a checkout, if any."""
    written = Path(os.path.normpath(_here() / path))
    for each in (written, *written.parents):
        if each.is_symlink() and checkout_of(each.parent.resolve()):
            return each
    return None


def _here() -> Path:
    """Return the current folder as the shell names it, with its links, if that is known."""
    here = Path.cwd()
    named = Path(os.environ.get("PWD", ""))
    return named if named.is_absolute() and named.exists() and named.samefile(here) else here
