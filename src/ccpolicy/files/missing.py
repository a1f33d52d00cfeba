"""A file that somebody named and that is not there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

from ccpolicy.errors import CcpolicyError, Locator
from ccpolicy.near_names import nearest

_SHOWN = 8
"""Names of a folder's files that a hint lists."""
_MOST = 2000
"""Names that are looked through."""

Error = TypeVar("Error", bound=CcpolicyError)


def missing_file(path: Path, error: type[Error]) -> Error:
    """Make the error for a file that is not there, with what its folder holds instead."""
    folder = path.parent
    names: list[str] = []
    if folder.is_dir():
        try:
            names = sorted(name for name in os.listdir(folder) if not name.startswith("."))[:_MOST]
        except OSError:
            names = []
    close = nearest(path.name, names)
    if close:
        hint = close.hint
    elif names:
        hint = "the folder '{folder}' holds: {known}"
    elif folder.is_dir():
        hint = "the folder '{folder}' is empty"
    else:
        hint = "the folder '{folder}' is not there either"
    more = ["…"] if len(names) > _SHOWN else []
    return error(
        "there is no such file",
        hint=hint,
        locator=Locator(str(path)),
        close=close.name if close else "",
        folder=str(folder),
        known=", ".join([*names[:_SHOWN], *more]),
    )
