"""Patterns of files that nobody reads, for a reason that is written down."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable

from ccpolicy.evidence_formats import FORMATS
from ccpolicy.files.finder import name_fault

_HIDDEN = (".", "~$")
"""Beginnings of names that a wildcard does not stand for: a pattern must write them out."""


def ignores(pattern: str, path: str) -> bool:
    """Whether a pattern fits a file, by its path below the evidence folder.

    A pattern without `/` fits a name in any folder; any other fits the whole path, in which `**`
    stands for any number of folders.
    """
    names = path.split("/")
    parts = [part for part in pattern.split("/") if part not in ("", ".")]
    if any(map(name_fault, names)):
        return False
    if len(parts) == 1 and parts[0] != "**":
        return _fits(names[-1], parts[0])
    if parts[-1:] == ["**"]:
        parts.append("*")
    # The parts that may come next, so that the time grows with the product of both lengths only.
    following = _skipping(parts, [0])
    for name in names:
        reached = []
        for index in following - {len(parts)}:
            if parts[index] == "**" and _fits(name, "*"):
                reached.append(index)
            elif parts[index] != "**" and _fits(name, parts[index]):
                reached.append(index + 1)
        following = _skipping(parts, reached)
    return len(parts) in following


def ignores_everything(pattern: str) -> bool:
    """Whether a pattern fits files of every format, whatever they are called."""
    suffixes = [each.suffixes[0] for each in FORMATS.values()]
    return any(
        all(ignores(pattern, f"{folder}0z{suffix}") for suffix in suffixes)
        for folder in ("", "0z/", "0z/0z/")
    )


def _skipping(parts: list[str], reached: Iterable[int]) -> set[int]:
    """Add what comes next where `**` stands for no folder."""
    found = set()
    for each in reached:
        found.add(each)
        for index in range(each, len(parts)):
            if parts[index] != "**":
                break
            found.add(index + 1)
    return found


def _fits(name: str, part: str) -> bool:
    hidden = next((each for each in _HIDDEN if name.startswith(each)), "")
    return part.startswith(hidden) and fnmatch.fnmatchcase(name, part)
