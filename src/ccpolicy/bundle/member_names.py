"""Names of members that are safe to unpack anywhere."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from ccpolicy.errors import BundleError

LONGEST_NAME = 1024
LONGEST_PART = 255
"""Bytes that file systems take."""


def check_names(names: Iterable[str]) -> None:
    """Check the names of all members, in the archive's order.

    Raises:
        BundleError: a name leads elsewhere, stands twice, or cannot stand beside another.
    """
    before = ""
    alike: dict[str, str] = {}
    folders: dict[str, str] = {}
    for name in names:
        if fault := _fault(name):
            raise BundleError(_MESSAGES[fault], name=name)
        if name == before:
            raise BundleError("the archive holds '{name}' twice", name=name)
        if name < before:
            raise BundleError(
                "the archive's members are out of order: '{name}' after '{other}'",
                name=name,
                other=before,
            )
        before = name
        if other := alike.setdefault(_folded(name), "") or folders.get(_folded(name)):
            raise BundleError(
                "some file systems cannot hold both '{name}' and '{other}'",
                name=name,
                other=other,
            )
        alike[_folded(name)] = name
        parts = name.split("/")[:-1]
        for depth in range(1, len(parts) + 1):
            folder = "/".join(parts[:depth])
            spelled = folders.setdefault(_folded(folder), folder)
            if other := alike.get(_folded(folder)) or (spelled if spelled != folder else ""):
                raise BundleError(
                    "some file systems cannot hold both '{name}' and '{other}'",
                    name=name,
                    other=other,
                )


_MESSAGES = {
    "absolute": "the archive holds '{name}', which is not below its own folder",
    "outside": "the archive holds '{name}', which leads out of its own folder",
    "part": "the archive holds '{name}', which is no proper path",
    "unseen": "the archive holds a name with characters that cannot be seen: '{name}'",
    "long": "the archive holds a name that is too long: '{name}'",
}


def _fault(name: str) -> str:
    parts = name.split("/")
    if not name.isprintable():
        return "unseen"
    if name.startswith("/"):
        return "absolute"
    if ".." in parts:
        return "outside"
    if "" in parts or "." in parts or "\\" in name:
        return "part"
    longest = max(len(part.encode()) for part in parts)
    return "long" if longest > LONGEST_PART or len(name.encode()) > LONGEST_NAME else ""


def _folded(name: str) -> str:
    """Return what a file system that minds neither case nor composition takes for the name."""
    return unicodedata.normalize("NFC", name).casefold()
