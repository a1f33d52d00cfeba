"""Where the git checkout around a folder begins.

What a commit holds must not decide which repository is asked: a folder that looks like git's own
store can be committed, and so can a link to a folder with a policy of another kind.
"""

from __future__ import annotations

import os
from pathlib import Path


def checkout_of(folder: Path) -> Path | None:
    """Return the top of the checkout that holds a folder; it is where `.git` stands.

    No commit can hold an entry of that name.
    """
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)


def link_on_the_way(path: Path) -> Path | None:
    """Return a symbolic link on the way to a path that some checkout holds, if there is one."""
    written = Path(os.path.normpath(_here() / path))
    for each in (written, *written.parents):
        if each.is_symlink() and checkout_of(each.parent.resolve()):
            return each
    return None


def _here() -> Path:
    """Return the current folder, as the shell came to it where that is known."""
    here = Path.cwd()
    said = Path(os.environ.get("PWD", ""))
    return said if said.is_absolute() and said.exists() and said.samefile(here) else here
