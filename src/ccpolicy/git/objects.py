"""The repository that holds the evidence: its objects as git keeps them, and nothing of its own.

Objects are read by one `git cat-file --batch` process, which no setting, attribute, alias or
replacement reference of the repository leads astray.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

from ccpolicy.errors import EvidenceError
from ccpolicy.git.checkout import checkout_of

if TYPE_CHECKING:
    import git

State = Literal["known", "no_git", "no_repository", "no_commit", "shallow", "partial"]
STATE_MESSAGES: dict[State, str] = {
    "no_git": "git is not installed",
    "no_repository": "the evidence does not lie in a git repository",
    "no_commit": "the repository has no commit yet",
    "shallow": "the repository is a shallow clone, whose history is cut off",
    "partial": "the repository lacks objects of its history",
}
"""Why nothing is known about who put the evidence on file, in words."""
HINT_MESSAGES: dict[State, str] = {
    "no_git": "install git",
    "no_repository": "put the evidence under version control: git init, git add, git commit",
    "no_commit": "commit the evidence",
    "shallow": "fetch all of it: git fetch --unshallow, or fetch-depth: 0 in CI",
    "partial": "fetch all of it: git fetch --refetch --no-filter",
}


_PIPE = 1 << 20
"""Bytes of objects that git may have ready before they are taken."""


class NoHistory(EvidenceError):
    """There is no history to read, or not all of it."""

    def __init__(self, state: State) -> None:
        self.state = state
        super().__init__(STATE_MESSAGES[state], hint=HINT_MESSAGES[state])


@dataclass(frozen=True, slots=True)
class Blob:
    """A file in a tree."""

    id: str
    is_link: bool
    """Whether it is a symbolic link, and no file."""


@dataclass
class ObjectReader:
    """Reads the objects of one repository."""

    git: git.Git = field(repr=False)
    folder: Path
    """The working tree's root."""
    common: Path
    """The folder of what all working trees share; the cache is kept there."""
    is_shallow: bool
    trees: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict, repr=False)
    """Tree → its entries (mode, name, id)."""
    ahead: dict[str, bytes] = field(default_factory=dict, repr=False)
    """Objects that were read before they are asked for, each for once."""
    awaited: dict[str, None] = field(default_factory=dict, repr=False)
    """Objects that are on their way."""
    _coming: Any = field(default=None, repr=False)
    """The process that they come from."""
    _below: dict[tuple[str, str], tuple[str, str | None]] = field(default_factory=dict, repr=False)

    def resolve(self, revision: str) -> str:
        """Return the id of the commit that a revision names.

        Raises:
            EvidenceError: there is none.
        """
        try:
            if "\n" in revision or revision.startswith("-"):
                raise ValueError(revision)
            found: Any = self.git.get_object_header(f"{revision}^{{commit}}")
        except ValueError as failure:
            raise EvidenceError(
                "there is no commit '{name}' here",
                hint="fetch it first, if it stands elsewhere",
                name=revision,
            ) from failure
        return str(found[0], "ascii")  # bytes, whatever its type says

    def read(self, id_: str) -> bytes:
        """Return the content of an object.

        Raises:
            NoHistory: it is not here.
            EvidenceError: it is not what its id says.
        """
        while id_ in self.awaited and id_ not in self.ahead:
            self._take()
        if id_ in self.ahead:
            return self.ahead.pop(id_)
        try:
            found: Any = self.git.get_object_data(id_)
        except ValueError as failure:
            raise NoHistory("partial") from failure
        return _proper(id_, found[1], bytes(found[3]))

    def expect(self, ids: Iterable[str]) -> None:
        """Say which objects will be asked for, in about this order, so that they are on their way.

        Those of an earlier call that nobody has asked for yet are no longer expected.
        """
        self._stop()
        self.awaited = {id_: None for id_ in ids if id_ not in self.ahead}
        if not self.awaited:
            return
        with tempfile.TemporaryFile() as asked:  # a pipe would fill up
            asked.write("".join(f"{id_}\n" for id_ in self.awaited).encode())
            asked.seek(0)
            self._coming = self._start(["git", "cat-file", "--batch", "--buffer"], asked)

    def _take(self) -> None:
        """Take the next object that is on its way.

        Raises:
            NoHistory: it is not here.
        """
        stream: Any = self._coming.stdout
        parts = stream.readline().split()
        if len(parts) != 3:
            raise NoHistory("partial")
        size = int(parts[2])
        data = stream.read(size)
        if len(data) != size or stream.read(1) != b"\n":
            raise NoHistory("partial")
        id_ = parts[0].decode()
        self.ahead[id_] = _proper(id_, parts[1], data)
        del self.awaited[id_]

    def _stop(self) -> None:
        """End the process that objects are coming from."""
        if self._coming is not None:
            self._coming.stdout.close()
            self._coming.terminate()
            self._coming.proc.wait()
            self._coming = None
        self.awaited = {}

    def read_ahead(self, ids: Iterable[str]) -> None:
        """Read objects that will be asked for, all in one go.

        Raises:
            NoHistory: one of them is not here.
        """
        self.expect(ids)
        while self.awaited:
            self._take()

    def read_trees_ahead(self, trees: Iterable[str], path: str) -> None:
        """Read the trees on the way to a path, and all below it, level by level."""
        found = list(dict.fromkeys(trees))
        for part in path.split("/") if path else ():
            self.read_ahead(each for each in found if each not in self.trees)
            found = list(
                dict.fromkeys(
                    id_
                    for tree in found
                    for mode, name, id_ in self.entries(tree)
                    if name == part and mode == "40000"
                )
            )
        while found:
            self.read_ahead(each for each in found if each not in self.trees)
            found = list(
                dict.fromkeys(
                    id_
                    for tree in found
                    for mode, _, id_ in self.entries(tree)
                    if mode == "40000" and id_ not in self.trees
                )
            )

    def list_commits(self, head: str) -> list[str]:
        """List the commits that lead to a head.

        Raises:
            NoHistory: one of them is not here.
        """
        return self._run(["git", "rev-list", head]).decode().split()

    def _run(self, command: list[str]) -> bytes:
        import git

        try:
            said: Any = self.git.execute(
                command, stdout_as_string=False, strip_newline_in_stdout=False
            )
        except git.GitCommandError as failure:
            raise NoHistory("partial") from failure
        return bytes(said)

    def _start(self, command: list[str], stdin: BinaryIO) -> Any:
        started: Any = self.git.execute(command, istream=stdin, as_process=True)
        with suppress(OSError, AttributeError):  # a system may allow less, or know no size
            fcntl.fcntl(started.stdout, fcntl.F_SETPIPE_SZ, _PIPE)
        return started

    def entries(self, tree: str) -> list[tuple[str, str, str]]:
        """Return the entries of a tree: mode, name, id."""
        if tree not in self.trees:
            self.trees[tree] = list(_entries(self.read(tree), len(tree) // 2))
        return self.trees[tree]

    def below(self, tree: str, path: str) -> str | None:
        """Return the id of what stands at a path in a tree; None if nothing does."""
        if not path:
            return tree
        return self._entry_at(tree, path)[1]

    def folder_below(self, tree: str, path: str) -> str | None:
        """Return the tree that stands at a path in a tree; None if there is no folder."""
        if not path:
            return tree
        mode, id_ = self._entry_at(tree, path)
        return id_ if mode == "40000" else None

    def _entry_at(self, tree: str, path: str) -> tuple[str, str | None]:
        """Return mode and id of what stands at a path in a tree."""
        if (tree, path) not in self._below:
            folder, _, last = path.rpartition("/")
            above = self.folder_below(tree, folder)
            self._below[tree, path] = next(
                (
                    (mode, id_)
                    for mode, name, id_ in (self.entries(above) if above else ())
                    if name == last and mode != "160000"
                ),
                ("", None),
            )
        return self._below[tree, path]

    def files(self, tree: str, above: str = "") -> Iterator[tuple[str, Blob]]:
        """Yield the files below a tree, with their paths."""
        for mode, name, id_ in self.entries(tree):
            path = f"{above}/{name}" if above else name
            if mode == "40000":
                yield from self.files(id_, path)
            elif mode != "160000":
                yield path, Blob(id_, mode == "120000")

    @cached_property
    def head(self) -> str:
        """The commit that is checked out.

        Raises:
            NoHistory: there is none yet.
        """
        try:
            return self.resolve("HEAD")
        except EvidenceError as failure:
            raise NoHistory("no_commit") from failure

    def id_of(self, content: bytes) -> str:
        """Return the id that a file of this content has in this repository."""
        return _digest(b"blob", content, len(self.head))

    def close(self) -> None:
        """End the processes that read objects, and forget these; both come back if need be."""
        self._stop()
        self.trees.clear()
        self._below.clear()
        self.git.clear_cache()


def open_repository(folder: Path) -> ObjectReader:
    """Open the innermost repository that holds a folder, in whichever of its working trees.

    Raises:
        NoHistory: there is none, or git is missing.
    """
    try:
        import git
    except ImportError as failure:
        raise NoHistory("no_git") from failure
    top = checkout_of(folder.resolve())
    if top is None:
        raise NoHistory("no_repository")
    try:
        with git.Repo(top, expand_vars=False) as repo:
            root = repo.working_tree_dir
            common = Path(repo.common_dir)
            own = str(repo.git_dir)
    except (git.InvalidGitRepositoryError, git.NoSuchPathError) as failure:
        raise NoHistory("no_repository") from failure
    if root is None:
        raise NoHistory("no_repository")
    process = git.Git(root)
    process.update_environment(
        # Whatever a hook or a user has set, it is this repository and its own objects.
        GIT_DIR=own,
        GIT_NO_REPLACE_OBJECTS="1",
        GIT_NO_LAZY_FETCH="1",
        GIT_ALLOW_PROTOCOL="none",  # older versions of git know no other way to stay off the net
        GIT_OPTIONAL_LOCKS="0",
        GIT_GRAFT_FILE=os.devnull,
        LC_ALL="C",
    )
    shallow = common / "shallow"
    return ObjectReader(
        git=process,
        folder=Path(root).resolve(),
        common=common,
        is_shallow=shallow.is_file() and shallow.stat().st_size > 0,
    )


def _digest(kind: bytes, content: bytes, size: int) -> str:
    """Return the id of an object, which has so many hexadecimal digits."""
    made = hashlib.sha1 if size == 40 else hashlib.sha256
    found = made(b"%s %d\0" % (kind, len(content)), usedforsecurity=False)
    found.update(content)
    return found.hexdigest()


def _proper(id_: str, kind: bytes | str, content: bytes) -> bytes:
    """Return an object's content, which git hands out whatever it is.

    Raises:
        EvidenceError: it is not what its id says.
    """
    if _digest(kind.encode() if isinstance(kind, str) else kind, content, len(id_)) != id_:
        raise EvidenceError(
            "object {id} of the repository was tampered with",
            hint="look at what git fsck says, and fetch the repository anew",
            id=id_,
        )
    return content


def _entries(data: bytes, size: int) -> Iterator[tuple[str, str, str]]:
    """Take a tree apart."""
    at = 0
    while at < len(data):
        space = data.index(b" ", at)
        end = data.index(b"\0", space)
        name = data[space + 1 : end].decode("utf-8", "surrogateescape")
        yield data[at:space].decode(), name, data[end + 1 : end + 1 + size].hex()
        at = end + 1 + size
