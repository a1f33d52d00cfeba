"""Why git cannot answer."""

from __future__ import annotations

from pathlib import Path

from ccpolicy.errors import EvidenceError
from ccpolicy.vocabulary import HistoryState

STATE_MESSAGES: dict[HistoryState, str] = {
    "no_git": "git is not installed",
    "no_repository": "the evidence does not lie in a git repository",
    "no_commit": "the repository has no commit yet",
    "shallow": "the repository is a shallow clone, whose history is cut off",
    "partial": "the repository lacks objects of its history",
}
HINT_MESSAGES: dict[HistoryState, str] = {
    "no_git": "install git",
    "no_repository": "put the evidence under version control: git init, git add, git commit",
    "no_commit": "commit the evidence",
    "shallow": "fetch all of it: git fetch --unshallow, or fetch-depth: 0 in CI",
    "partial": "fetch all of it: git fetch --refetch --no-filter",
}


class NoHistory(EvidenceError):
    """There is no history, or only a part of it."""

    def __init__(self, state: HistoryState) -> None:
        self.state = state
        super().__init__(STATE_MESSAGES[state], hint=HINT_MESSAGES[state])


class RevisionError(EvidenceError):
    """No commit has this name, or several have it."""


class GitError(EvidenceError):
    """A git command failed."""

    is_fatal = True
    """Whether git could not do its work, and did not merely answer no."""


def git_failure(folder: Path, failure: Exception) -> GitError:
    """Make an error of what a git command ended with: its first line on standard error."""
    text = getattr(failure, "stderr", "") or str(failure) or type(failure).__name__
    text = text.strip().removeprefix("stderr:").strip(" '\n")
    error = GitError(
        "git cannot read the repository at {path}: {reason}",
        path=str(folder),
        reason=text.partition("\n")[0].removeprefix("fatal: "),
    )
    error.is_fatal = not getattr(failure, "status", None) or "fatal: " in text
    return error


def damaged_object(id_: str) -> EvidenceError:
    """Make an error about an object that does not match its id, or is malformed."""
    return EvidenceError(
        "object {id} of the repository was tampered with",
        hint="look at what git fsck says, and fetch the repository anew",
        id=id_,
    )
