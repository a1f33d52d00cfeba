"""A file that somebody named and that is not there."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from ccpolicy.errors import CcpolicyError, Locator
from ccpolicy.near_names import nearest

_SHOWN = 8
"""Names of a folder's files that a hint lists."""
_MOST = 2000
"""Names that are looked through."""

Error = TypeVar("Error", bound=CcpolicyError)


def missing_file(path: Path, error: type[Error], name: str | None = None) -> Error:
    """Make the error for a file that is not there, with what its folder holds instead.

    Messages call the file `name`, by default as the path is written.
    """
    shown = Path(name or path)
    folder = path.parent
    names: list[str] = []
    if folder.is_dir():
        try:
            names = sorted(each.name for each in folder.iterdir() if each.name[0] != ".")[:_MOST]
        except OSError:
            names = []
    # A link that leads nowhere is listed in its folder by the very name that was asked for.
    names = [each for each in names if each != path.name]
    # Without suffixes, which would make all files of a folder alike.
    stems = {Path(name).stem: name for name in names}
    near = nearest(path.stem, stems)
    close = stems.get(path.stem) or (stems[near.name] if near else "")
    if path.is_symlink():
        hint = "the symbolic link leads to '{target}', which is not there"
    elif close:
        hint = near.hint if near and path.stem not in stems else "did you mean '{close}'?"
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
        locator=Locator(shown.as_posix()),
        target=str(path.readlink()) if path.is_symlink() else "",
        close=close,
        folder=shown.parent.as_posix(),
        known=", ".join([*names[:_SHOWN], *more]),
    )
