"""Policy files as a commit holds them, read from git's objects without a checkout."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from git.objects import Blob, Submodule
from git.objects import Tree as Objects

import git
from ccpolicy.errors import Locator, PolicyError
from ccpolicy.files.yaml_document import MAX_BYTES
from ccpolicy.git.checkout import checkout_of, link_on_the_way

_LINK = 0o120000
_SUFFIX = re.compile(r"~|\^|:|@\{")
"""Begins what git takes for steps from a named commit."""
_ABBREVIATED = re.compile(r"[0-9a-fA-F]{4,39}")
_RULES = ("refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD")
"""Where git looks for a name, in this order."""
_FAILURES = (git.exc.GitError, git.exc.GitCommandNotFound, ValueError, OSError)
"""What reading an object can end with; an object that is not there is a ValueError."""


@dataclass(frozen=True)
class Revision:
    """The files below a folder of one commit."""

    name: str
    """As it was asked for, such as `origin/main`."""
    commit: git.Commit = field(repr=False)
    folder: str
    """Path of the policy repository from the root of the git repository; empty if they are one."""

    @property
    def id(self) -> str:
        """Return the commit's full id."""
        return str(self.commit.hexsha)

    def place(self, name: str) -> str:
        """See `Tree.place`."""
        return f"{self.name}:{name}"

    def holds(self, folder: str) -> bool:
        """See `Tree.holds`."""
        path = posixpath.normpath(folder)
        return "\0" not in folder and path != ".." and not path.startswith(("/", "../"))

    def entries(self, folder: str) -> list[str]:
        """See `Tree.entries`."""
        found = self._find(folder)
        if found is not None and found.mode == _LINK:
            raise self._link(folder)
        if not isinstance(found, Objects):
            return []
        return sorted(posixpath.basename(str(each.path)) for each in found)

    def is_link(self, name: str) -> bool:
        """See `Tree.is_link`."""
        found = self._find(name)
        return found is not None and found.mode == _LINK

    def read(self, name: str) -> bytes:
        """See `Tree.read`."""
        found = self._find(name)
        if not isinstance(found, Blob):
            raise PolicyError(
                "no such file in {revision}", revision=self.name, locator=self._at(name)
            )
        if found.mode == _LINK:
            raise self._link(name)
        try:
            data: bytes = found.data_stream.read(MAX_BYTES + 1)
        except _FAILURES as failure:
            raise self._unreadable(name, failure) from failure
        return data

    @cached_property
    def _top(self) -> Objects:
        return self.commit.tree

    def _find(self, name: str) -> Blob | Objects | Submodule | None:
        """Walk to an entry; nothing on the way is followed out of the commit.

        Raises:
            PolicyError: a link or a submodule stands on the way, or the objects cannot be read.
        """
        if not self.holds(name):
            raise PolicyError("the file lies outside the repository", locator=self._at(name))
        path = posixpath.normpath(posixpath.join(self.folder, name))
        found: Blob | Objects | Submodule | None = self._top
        try:
            for part in path.split("/") if path != "." else ():
                if not isinstance(found, Objects):
                    if found is not None and found.mode == _LINK:
                        raise self._link(name)
                    return None
                found = next(
                    (each for each in found if posixpath.basename(str(each.path)) == part), None
                )
                if isinstance(found, Submodule):
                    raise PolicyError(
                        "'{part}' is a submodule, whose files this commit does not hold",
                        hint="keep the policy in the repository itself",
                        part=part,
                        locator=self._at(name),
                    )
        except _FAILURES as failure:
            raise self._unreadable(name, failure) from failure
        return found

    def _link(self, name: str) -> PolicyError:
        return PolicyError(
            "symbolic links are not followed",
            hint="put the file itself there",
            locator=self._at(name),
        )

    def _unreadable(self, name: str, failure: Exception) -> PolicyError:
        return PolicyError(
            "git cannot read the file: {reason}",
            hint="fetch the whole commit: a partial or damaged clone lacks some of its objects",
            reason=_reason(failure),
            locator=self._at(name),
        )

    def _at(self, name: str) -> Locator:
        return Locator(self.place(name))


@contextmanager
def find_revision(path: Path, name: str) -> Iterator[Revision]:
    """Find the policy repository at a path as it is in a revision, to be read here and now.

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
    top = checkout_of(path.resolve())
    if top is None:
        raise PolicyError(
            "not in a git repository: {path}",
            hint="a revision can only be read in a checkout, where the files are kept in git",
            path=str(path),
        )
    try:
        repository = _open(top)
    except _FAILURES as failure:
        raise _unknown(path, failure) from failure
    with repository:
        if _is_submodule(top, path):
            raise PolicyError(
                "'{path}' is a submodule, and the repository around it decides what it holds",
                hint="check it out by itself",
                path=str(path),
            )
        folder = path.resolve().relative_to(top).as_posix()
        yield Revision(name, _commit(repository, path, name), "" if folder == "." else folder)


def _is_submodule(top: Path, path: Path) -> bool:
    """Whether the repository around a checkout holds it as a submodule."""
    outer = checkout_of(top.parent)
    if outer is None:
        return False
    try:
        with _open(outer) as around:
            return bool(around.git.ls_files("--stage", "--", str(top)).startswith("160000"))
    except _FAILURES as failure:
        raise _unknown(path, failure) from failure


def _open(top: Path) -> git.Repo:
    """Open the repository of a checkout, and no other that git might find on its own."""
    repository = git.Repo(top, expand_vars=False)
    repository.git.update_environment(
        # No replacement or other parent that somebody keeps beside the objects.
        GIT_NO_REPLACE_OBJECTS="1",
        GIT_GRAFT_FILE=os.devnull,
        LC_ALL="C",
    )
    return repository


def _commit(repository: git.Repo, path: Path, name: str) -> git.Commit:
    try:
        _refuse_ambiguous(repository, name)
        wanted = ("--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        found = repository.git.rev_parse(*wanted)
        return repository.commit(found)
    except git.exc.GitCommandError as failure:
        if "fatal: " in failure.stderr:  # and not merely no such commit
            raise _unknown(path, failure) from failure
        shallow = repository.git.rev_parse("--is-shallow-repository") == "true"
        raise PolicyError(
            "unknown revision '{name}'",
            hint="this clone is shallow; fetch it first, such as with: git fetch origin {name}"
            if shallow
            else "name a branch, a tag or a commit that is in this clone, such as origin/main",
            name=name,
        ) from failure
    except _FAILURES as failure:
        raise _unknown(path, failure) from failure


def _refuse_ambiguous(repository: git.Repo, name: str) -> None:
    """Refuse a name that stands for several commits, of which git would silently choose one.

    Whoever may push a tag could name it as the protected branch, and git prefers tags.

    Raises:
        PolicyError: it does.
    """
    first = _SUFFIX.split(name, maxsplit=1)[0]
    if not first or first == "HEAD" or "\n" in first:
        return
    asked = [rule.format(first) for rule in _RULES]
    found = repository.git.for_each_ref("--format=%(refname)", "--", *asked).splitlines()
    references = [each for each in asked if each in found]
    commits = {repository.git.rev_parse("--verify", f"{each}^{{}}") for each in references}
    if references and _ABBREVIATED.fullmatch(first):
        commits.update(repository.git.rev_parse(f"--disambiguate={first}").split())
        references.append(first)
    if len(commits) > 1:
        raise PolicyError(
            "'{name}' could be any of: {known}",
            hint="write one of these in full",
            name=name,
            known=", ".join(references),
        )


def _unknown(path: Path, failure: Exception) -> PolicyError:
    return PolicyError(
        "git cannot read the repository at {path}: {reason}",
        path=str(path),
        reason=_reason(failure),
    )


def _reason(failure: Exception) -> str:
    """Return the first sentence of what git says."""
    said = getattr(failure, "stderr", "") or str(failure) or type(failure).__name__
    said = said.strip().removeprefix("stderr:").strip(" '\n")
    return said.partition("\n")[0].removeprefix("fatal: ")
