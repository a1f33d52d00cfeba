"""Reads the folders of a commit: entries of trees, and what lies at a path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ccpolicy.files.limits import Limits
from ccpolicy.git.errors import damaged_object
from ccpolicy.git.objects import ObjectReader

_LIMITS = Limits()
"""Those of every repository: what was once committed does not change with `ccpolicy.toml`."""
TREE = "40000"
LINK = "120000"
SUBMODULE = "160000"
"""Modes of entries that are no file."""


class TreeEntry(NamedTuple):
    """One line of a tree."""

    mode: str
    name: str
    id: str


class Blob(NamedTuple):
    """A file in a tree."""

    id: str
    is_link: bool
    """Whether it is a symbolic link."""


class TreeReader:
    """Reads trees, each of them once."""

    def __init__(self, objects: ObjectReader) -> None:
        self._objects = objects
        self._trees: dict[str, list[TreeEntry]] = {}
        self._at_path: dict[tuple[str, str], TreeEntry | None] = {}
        """Tree and path → entry; submodules are left out."""

    def entries(self, tree: str) -> list[TreeEntry]:
        """Return the entries of a tree.

        Raises:
            NoHistory: it is missing.
            EvidenceError: it is no tree.
        """
        if tree not in self._trees:
            try:
                self._trees[tree] = list(_parse(self._objects.read(tree), len(tree) // 2))
            except ValueError as failure:
                raise damaged_object(tree) from failure
        return self._trees[tree]

    def find(self, tree: str, path: str) -> str | None:
        """Return the id of the file or folder at a path in a tree; None if there is none."""
        if not path:
            return tree
        found = self._entry(tree, path)
        return found.id if found else None

    def find_folder(self, tree: str, path: str) -> str | None:
        """Return the id of the folder at a path in a tree; None if there is none."""
        if not path:
            return tree
        found = self._entry(tree, path)
        return found.id if found and found.mode == TREE else None

    def files(self, tree: str | None) -> Iterator[tuple[str, Blob]]:
        """Yield path and file for all files below a tree; nothing if there is no tree.

        A few trees that hold one another many times can stand for more files than any disk has.

        Raises:
            LimitError: there are too many, or folders are nested too deeply.
        """
        waiting = [("", iter([TreeEntry(TREE, "", tree)] if tree else []))]
        names = 0
        while waiting:
            above, entries = waiting[-1]
            entry = next(entries, None)
            if entry is None:
                waiting.pop()
                continue
            path = f"{above}/{entry.name}" if above else entry.name
            if entry.mode == TREE:
                below = self.entries(entry.id)
                names += len(below)
                _LIMITS.check_folder(path, names)
                waiting.append((path, iter(below)))
            elif entry.mode != SUBMODULE:
                yield path, Blob(entry.id, entry.mode == LINK)

    def read_ahead(self, trees: Iterable[str], path: str) -> None:
        """Read the trees on the way to a path, and all below it, one batch per level."""
        level = list(dict.fromkeys(trees))
        for part in path.split("/") if path else ():
            self._read_level(level)
            level = self._subtrees(level, part)
        while level:
            self._read_level(level)
            level = [each for each in self._subtrees(level) if each not in self._trees]

    def close(self) -> None:
        """Forget all trees."""
        self._trees.clear()
        self._at_path.clear()

    def _read_level(self, trees: Iterable[str]) -> None:
        self._objects.read_ahead(each for each in trees if each not in self._trees)

    def _subtrees(self, trees: Iterable[str], name: str | None = None) -> list[str]:
        """Return the folders in some trees, or only those of one name."""
        found = dict.fromkeys(
            each.id
            for tree in trees
            for each in self.entries(tree)
            if each.mode == TREE and name in (None, each.name)
        )
        return list(found)

    def _entry(self, tree: str, path: str) -> TreeEntry | None:
        if (tree, path) not in self._at_path:
            folder, _, last = path.rpartition("/")
            above = self.find_folder(tree, folder)
            found = (
                each
                for each in (self.entries(above) if above else ())
                if each.name == last and each.mode != SUBMODULE
            )
            self._at_path[tree, path] = next(found, None)
        return self._at_path[tree, path]


def _parse(data: bytes, id_size: int) -> Iterator[TreeEntry]:
    """Yield the entries of a tree, whose ids have so many bytes.

    Raises:
        ValueError: it is malformed.
    """
    at = 0
    while at < len(data):
        space = data.index(b" ", at)
        end = data.index(b"\0", space)
        name = data[space + 1 : end].decode("utf-8", "surrogateescape")
        yield TreeEntry(data[at:space].decode(), name, data[end + 1 : end + 1 + id_size].hex())
        at = end + 1 + id_size
