"""The files of a policy repository in one commit, read without a checkout."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ccpolicy.errors import EvidenceError, Locator, PolicyError
from ccpolicy.files.yaml_document import MAX_BYTES
from ccpolicy.git.checkout import checkout_of, link_on_the_way
from ccpolicy.git.commits import read_commit
from ccpolicy.git.repository import GitRepository, open_repository
from ccpolicy.git.trees import LINK, SUBMODULE, TREE, TreeEntry


@dataclass(frozen=True)
class CommitFiles:
    """The files below a folder of one commit. See `PolicyFiles`."""

    name: str
    """As the user wrote it, such as `origin/main`."""
    id: str
    """The commit's full id."""
    folder: str
    """The policy repository, from the root of the git repository; empty if they are one."""
    repository: GitRepository = field(repr=False)
    tree: str
    """The commit's tree."""

    def place(self, name: str) -> str:
        """See `PolicyFiles.place`."""
        return f"{self.name}:{name}"

    def holds(self, folder: str) -> bool:
        """See `PolicyFiles.holds`."""
        path = posixpath.normpath(folder)
        return "\0" not in folder and path != ".." and not path.startswith(("/", "../"))

    def entries(self, folder: str) -> list[str]:
        """See `PolicyFiles.entries`."""
        found = self._find(folder)
        if found is not None and found.mode == LINK:
            raise self._link(folder)
        if found is None or found.mode != TREE:
            return []
        return sorted(each.name for each in self._entries(found, folder))

    def is_link(self, name: str) -> bool:
        """See `PolicyFiles.is_link`."""
        found = self._find(name)
        return found is not None and found.mode == LINK

    def read(self, name: str) -> bytes:
        """See `PolicyFiles.read`."""
        found = self._find(name)
        if found is None or found.mode == TREE:
            raise PolicyError(
                "no such file in {revision}", revision=self.name, locator=self._at(name)
            )
        if found.mode == LINK:
            raise self._link(name)
        try:
            return self.repository.objects.read_start(found.id, MAX_BYTES + 1)
        except EvidenceError as failure:
            raise _as_policy_error(failure, self._at(name)) from failure

    def _find(self, name: str) -> TreeEntry | None:
        """Return what lies at a path, without leaving the commit.

        Raises:
            PolicyError: a link or a submodule lies on the way, or objects cannot be read.
        """
        if not self.holds(name):
            raise PolicyError("the file lies outside the repository", locator=self._at(name))
        path = posixpath.normpath(posixpath.join(self.folder, name))
        found: TreeEntry | None = TreeEntry(TREE, "", self.tree)
        for part in path.split("/") if path != "." else ():
            if found is not None and found.mode == LINK:
                raise self._link(name)
            if found is None or found.mode != TREE:
                return None
            found = next((each for each in self._entries(found, name) if each.name == part), None)
            if found is not None and found.mode == SUBMODULE:
                raise PolicyError(
                    "'{part}' is a submodule, whose files this commit does not hold",
                    hint="keep the policy in the repository itself",
                    part=part,
                    locator=self._at(name),
                )
        return found

    def _entries(self, folder: TreeEntry, name: str) -> list[TreeEntry]:
        try:
            return self.repository.trees.entries(folder.id)
        except EvidenceError as failure:
            raise _as_policy_error(failure, self._at(name)) from failure

    def _link(self, name: str) -> PolicyError:
        return PolicyError(
            "symbolic links are not followed",
            hint="put the file itself there",
            locator=self._at(name),
        )

    def _at(self, name: str) -> Locator:
        return Locator(self.place(name))


@contextmanager
def find_revision(path: Path, name: str) -> Iterator[CommitFiles]:
    """Open the policy repository at a path as it is in a revision; closed with the context.

    Raises:
        PolicyError: there is no git repository, or no such revision in it.
    """
    if not path.is_dir():
        raise PolicyError("no such folder: {path}", path=str(path))
    if link := link_on_the_way(path):
        raise PolicyError(
            "'{link}' is a symbolic link, and the checkout decides where it leads",
            hint="name the folder itself",
            link=str(link),
        )
    if checkout_of(path.resolve()) is None:
        raise PolicyError(
            "not in a git repository: {path}",
            hint="a revision can only be read in a checkout, where the files are kept in git",
            path=str(path),
        )
    try:
        repository = open_repository(path)
    except EvidenceError as failure:
        raise _as_policy_error(failure) from failure
    with repository:
        try:
            found = _revision(repository, path, name)
        except EvidenceError as failure:
            raise _as_policy_error(failure) from failure
        yield found


def _revision(repository: GitRepository, path: Path, name: str) -> CommitFiles:
    repository.refuse_foreign_owner()
    if _is_submodule(repository.folder):
        raise PolicyError(
            "'{path}' is a submodule, whose content the repository around it decides",
            hint="clone its repository by itself, and give the path of that clone",
            path=str(repository.folder),
        )
    commit = read_commit(repository, repository.resolve(name))
    folder = repository.path_inside(path.resolve()) or ""
    return CommitFiles(name, commit.id, folder, repository, commit.tree)


def _is_submodule(top: Path) -> bool:
    """Whether the repository around a checkout holds it as a submodule."""
    if checkout_of(top.parent) is None:
        return False
    with open_repository(top.parent) as around:
        around.refuse_foreign_owner()
        return around.is_submodule(top)


def _as_policy_error(failure: EvidenceError, locator: Locator | None = None) -> PolicyError:
    """Return the same error about a policy."""
    message = failure.message
    hint = failure.hint.template
    return PolicyError(message.template, hint=hint, locator=locator, **dict(message.values))
