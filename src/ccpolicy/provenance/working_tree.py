"""Compares the files on disk with those of a commit.

Contents are compared, not the index, which can be told to ignore changes.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from ccpolicy.errors import EvidenceError
from ccpolicy.files.atomic import digest
from ccpolicy.files.bounded import read_bounded
from ccpolicy.files.finder import Finder, fits_path, name_fault
from ccpolicy.files.limits import MIB, Limits
from ccpolicy.git.commits import Commit
from ccpolicy.git.objects import MOST_BYTES
from ccpolicy.git.repository import GitRepository
from ccpolicy.git.trees import Blob
from ccpolicy.provenance.models import Uncommitted


class WorkingTree:
    """The files of a policy repository on disk."""

    def __init__(self, repository: GitRepository, root: Path, limits: Limits) -> None:
        self.contents: dict[str, bytes] = {}
        """Blob → content, of evidence that is not committed."""
        self._repository, self._root, self._limits = repository, root, limits

    def evidence(
        self, folder: str, patterns: Collection[str], committed: Mapping[str, Blob], *, whole: bool
    ) -> tuple[dict[str, Blob], list[Uncommitted]]:
        """Return the evidence on disk, by path below its folder, and what is not committed.

        Evidence is the files that fit the patterns, or with `whole` every file of the folder.
        """
        finder = Finder(self._root, self._limits)
        paths = {
            path
            for pattern in patterns
            for path in finder.find(folder, pattern)
            if isinstance(path, str)
        }
        if whole:
            paths |= {*self._all_files(folder)}
        files: dict[str, Blob] = {}
        uncommitted = []
        for path in sorted(paths):
            below = Path(path).relative_to(folder).as_posix()
            content = self._content(path)
            files[below] = self._blob(content)
            change = _compare(path, content, files[below], committed.get(below))
            if change:
                uncommitted.append(change)
                self.contents[files[below].id] = content
        uncommitted += [
            Uncommitted(f"{folder}/{below}", "deleted", None)
            for below in committed.keys() - files.keys()
            if whole or any(fits_path(below, pattern) for pattern in patterns)
        ]
        return files, uncommitted

    def _content(self, name: str) -> bytes:
        most = min(MOST_BYTES, self._limits.file_size << MIB)
        return read_bounded(self._root / name, most, EvidenceError, name=name)

    def _all_files(self, folder: str) -> Iterator[str]:
        """Yield the files below a folder by path from the root, without links and git's own."""
        for above, folders, names in os.walk(self._root / folder):
            folders[:] = [each for each in folders if each != ".git"]
            for name in names:
                path = Path(above, name)
                is_readable = path.is_file() and not path.is_symlink() and not name_fault(name)
                if is_readable and name != ".git":
                    yield path.relative_to(self._root).as_posix()

    def policy(self, commit: Commit, names: Sequence[str]) -> Iterator[Uncommitted]:
        """Yield which of the policy's files and folders are not as in a commit."""
        trees = self._repository.trees
        for name, inside in zip(names, self.paths_in_git(names), strict=False):
            path = self._root / name
            if path.is_file():
                id_ = trees.find(commit.tree, inside)
                on_disk, committed = {""}, {"": Blob(id_, is_link=False)} if id_ else {}
            else:
                on_disk = {
                    each.relative_to(path).as_posix() for each in path.rglob("*") if each.is_file()
                }
                committed = dict(trees.files(trees.find_folder(commit.tree, inside)))
            for below in sorted(on_disk):
                file = f"{name}/{below}" if below else name
                content = self._content(file)
                change = _compare(file, content, self._blob(content), committed.get(below))
                if change:
                    yield change
            for below in committed.keys() - on_disk:
                yield Uncommitted(f"{name}/{below}", "deleted", None)

    def paths_in_git(self, names: Sequence[str]) -> list[str]:
        """Return files and folders from the root of the git repository; nothing if outside it."""
        root = self._repository.path_inside(self._root)
        if root is None:
            return []
        return [f"{root}/{name}" if root else name for name in names]

    def _blob(self, content: bytes) -> Blob:
        return Blob(self._repository.id_of(content), is_link=False)


def _compare(name: str, content: bytes, blob: Blob, committed: Blob | None) -> Uncommitted | None:
    """Return how a file differs from the committed one, if it does."""
    if blob == committed:
        return None
    return Uncommitted(name, "changed" if committed else "added", digest(content))
