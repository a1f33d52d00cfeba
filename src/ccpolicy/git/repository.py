"""Opens a git repository: the one reader that every question to git goes through.

Only the repository's own objects count: no replacement reference, graft or hook environment, and
nothing is fetched.
"""

from __future__ import annotations

import os
import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from ccpolicy.git.checkout import checkout_of
from ccpolicy.git.errors import GitError, NoHistory, RevisionError, git_failure
from ccpolicy.git.objects import ObjectReader, object_id
from ccpolicy.git.trees import SUBMODULE, TreeReader

if TYPE_CHECKING:
    import git

_SUFFIX = re.compile(r"~|\^|:|@\{")
"""Begins the steps from a named commit to another, as in `main~1`."""
_ABBREVIATED = re.compile(r"[0-9a-fA-F]{4,39}")
_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_RULES = ("refs/{}", "refs/tags/{}", "refs/heads/{}", "refs/remotes/{}", "refs/remotes/{}/HEAD")
"""Where git looks for a name, in this order; see gitrevisions(7)."""


class GitRepository:
    """A repository and one of its working trees. Use it in a `with` statement."""

    def __init__(self, process: git.Git, folder: Path, common: Path) -> None:
        self.folder = folder
        """Root of the working tree."""
        self.common = common
        """Git's own folder, which all working trees share."""
        self.objects = ObjectReader(process)
        self.trees = TreeReader(self.objects)
        self._process = process

    @cached_property
    def is_shallow(self) -> bool:
        """Whether the history is cut off."""
        shallow = self.common / "shallow"
        return shallow.is_file() and shallow.stat().st_size > 0

    @cached_property
    def head(self) -> str:
        """The commit that is checked out.

        Raises:
            NoHistory: there is none yet.
        """
        try:
            return self.resolve("HEAD")
        except RevisionError as failure:
            raise NoHistory("no_commit") from failure

    def resolve(self, name: str) -> str:
        """Return the id of the commit that a revision names.

        Raises:
            RevisionError: it names no commit, or several.
            GitError: git cannot read the repository.
        """
        if not _ID.fullmatch(name):
            self._refuse_ambiguous(name)
        asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        try:
            found = self.run(*asked).strip()
        except GitError as failure:
            if failure.is_fatal:
                raise
            found = ""
        if not _ID.fullmatch(found):
            raise RevisionError(
                "unknown revision '{name}'",
                hint="this clone is shallow; fetch it first, such as with: git fetch origin {name}"
                if self.is_shallow
                else "name a branch, a tag or a commit that is in this clone, such as origin/main",
                name=name,
            )
        return found

    def _refuse_ambiguous(self, name: str) -> None:
        """Refuse a name that several commits have, of which git would silently choose one.

        Whoever may push a tag could name it like the protected branch, and git prefers tags.
        """
        first = _SUFFIX.split(name, maxsplit=1)[0]
        if not first or first == "HEAD" or "\n" in first:
            return
        candidates = [rule.format(first) for rule in _RULES]
        listed = self.run("for-each-ref", "--format=%(refname)", "--", *candidates).splitlines()
        references = [each for each in candidates if each in listed]
        commits = {self.run("rev-parse", "--verify", f"{each}^{{}}").strip() for each in references}
        if references and _ABBREVIATED.fullmatch(first):
            commits.update(self.run("rev-parse", f"--disambiguate={first}").split())
            references.append(first)
        if len(commits) > 1:
            raise RevisionError(
                "'{name}' could be any of: {known}",
                hint="write one of these in full",
                name=name,
                known=", ".join(references),
            )

    def list_commits(self, head: str) -> list[str]:
        """List a commit and all its ancestors.

        Raises:
            NoHistory: one of them is missing.
        """
        try:
            return self.run("rev-list", head).split()
        except GitError as failure:
            raise NoHistory("partial") from failure

    def path_inside(self, path: Path) -> str | None:
        """Return a path from the root of the working tree, empty for the root.

        None if it lies outside.
        """
        if not path.is_relative_to(self.folder):
            return None
        found = path.relative_to(self.folder).as_posix()
        return "" if found == "." else found

    def id_of(self, content: bytes) -> str:
        """Return the id that a file of this content has in this repository."""
        return object_id(b"blob", content, len(self.head))

    def refuse_foreign_owner(self) -> None:
        """Refuse a repository that belongs to another user, by git's own rule.

        Raises:
            GitError: it does, and `safe.directory` does not name it.
        """
        if "GIT_DIR" not in os.environ:  # in a hook git has checked it already
            with self._process.custom_environment(GIT_DIR=None):
                self.run("rev-parse", "--git-dir")

    def is_submodule(self, folder: Path) -> bool:
        """Whether a folder of this working tree is a submodule.

        Raises:
            GitError: git cannot read the repository.
        """
        return self.run("ls-files", "--stage", "--", str(folder)).startswith(SUBMODULE)

    def run(self, *arguments: str) -> str:
        """Run a git command, and return what it prints.

        Raises:
            GitError: it failed.
        """
        import git

        try:
            printed: Any = self._process.execute(
                ["git", *arguments], stdout_as_string=False, strip_newline_in_stdout=False
            )
        except (git.GitError, ValueError, OSError) as failure:
            raise git_failure(self.folder, failure) from failure
        return bytes(printed).decode("utf-8", "surrogateescape")

    def close(self) -> None:
        """End the processes that read objects, and forget these; both come back if need be."""
        self.objects.close()
        self.trees.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_repository(folder: Path) -> GitRepository:
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
        GIT_DIR=own,  # whatever repository a hook or a user has set
        GIT_NO_REPLACE_OBJECTS="1",
        GIT_NO_LAZY_FETCH="1",
        GIT_ALLOW_PROTOCOL="none",  # versions of git before 2.45 do not know the line above
        GIT_OPTIONAL_LOCKS="0",
        GIT_GRAFT_FILE=os.devnull,
        LC_ALL="C",
    )
    return GitRepository(process, Path(root).resolve(), common)
