"""The evidence as it is in a commit."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.files.atomic import digest
from ccpolicy.git.commits import Commit, read_commit, recorded_times, walk
from ccpolicy.git.errors import NoHistory
from ccpolicy.git.repository import GitRepository, open_repository
from ccpolicy.git.trees import Blob
from ccpolicy.time.moments import read_moment


def commit_known_at(
    repository: GitRepository, asked: str, zone: ZoneInfo, *, last: bool = True
) -> str:
    """Return the commit that a revision names, or the last one made by a moment.

    A day is its end in the zone, or without `last` its beginning.

    For a moment only first-parent ancestors of the checked-out commit count, because the evidence
    of a branch is on file only once it is merged.

    Raises:
        EvidenceError: there is none.
        CcpolicyError: it looks like a moment, and is none.
    """
    moment = _moment(asked, zone, last=last)
    if moment is None:
        return repository.resolve(asked)
    found = _last_by(repository, moment)
    if found is None:
        raise EvidenceError("nothing was on file by {time}", time=asked)
    return found


def _last_by(repository: GitRepository, moment: float) -> str | None:
    """Return the last first-parent commit made by a moment, in seconds since 1970."""
    if repository.is_shallow:
        raise NoHistory("shallow")
    order = walk(repository, repository.head, {})
    times = recorded_times(order)
    commits = {commit.id: commit for commit in order}
    id_ = repository.head
    while times[id_] > moment:
        if not commits[id_].parents:
            return None
        id_ = commits[id_].parents[0]
    return id_


def _moment(asked: str, zone: ZoneInfo, *, last: bool) -> float | None:
    """Read a moment, as seconds since 1970; None if the text is a revision."""
    if not re.match(r"\d{4}-\d{2}-\d{2}", asked):
        return None
    try:
        datetime.datetime.fromisoformat(asked)
    except ValueError:
        return None
    return read_moment(asked, zone, last=last).timestamp()


class EvidenceCommit(NamedTuple):
    """A commit that changed the evidence."""

    id: str
    time: int
    """Its earliest possible time, in seconds since 1970; see `recorded_times`."""
    tree: str
    """The tree of its root."""


@dataclass(frozen=True)
class CommitLine:
    """First-parent commits, oldest first."""

    common: Path
    """Git's own folder, for caches."""
    commits: Sequence[EvidenceCommit]


def evidence_commits(
    root: Path, evidence: str, end: str, start: str | None, zone: ZoneInfo
) -> CommitLine:
    """Return the first-parent commits after `start`, up to `end`, that changed the evidence.

    Both are revisions or moments. A day is one of the plan's zone: from its beginning, or up to its
    end.

    Raises:
        EvidenceError: there is no history, or no such commit.
    """
    folder = (root / evidence).resolve()
    with open_repository(folder) as repository:
        if repository.is_shallow:
            raise NoHistory("shallow")
        last = commit_known_at(repository, end, zone)
        first = None
        if start:
            moment = _moment(start, zone, last=False)
            first = repository.resolve(start) if moment is None else _last_by(repository, moment)
        order = walk(repository, last, {})
        times = recorded_times(order)
        commits = {commit.id: commit for commit in order}
        found: list[EvidenceCommit] = []
        id_: str | None = last
        while id_ is not None and id_ != first:
            parent = commits[id_].parents[0] if commits[id_].parents else None
            tree = _evidence_tree(repository, commits[id_], folder)
            if parent is None or _evidence_tree(repository, commits[parent], folder) != tree:
                found.append(EvidenceCommit(id_, times[id_], commits[id_].tree))
            id_ = parent
        if first is not None and id_ is None:
            raise EvidenceError("{end} is not a descendant of {start}", start=start, end=end)
        return CommitLine(repository.common, found[::-1])


def committed_files(root: Path, evidence: str, commit: str) -> dict[str, str]:
    """Return path → SHA-256 of the evidence in a commit that the checked-out one descends from.

    Raises:
        EvidenceError: it does not descend from that commit, or there is no history.
    """
    folder = (root / evidence).resolve()
    with open_repository(folder) as repository:
        if repository.is_shallow:
            raise NoHistory("shallow")
        order = {each.id: each for each in walk(repository, repository.head, {})}
        if commit not in order:
            raise EvidenceError(
                "the checked-out commit is not a descendant of {commit}", commit=commit[:12]
            )
        tree = _evidence_tree(repository, order[commit], folder)
        return {
            f"{evidence}/{path}": digest(repository.objects.read(blob.id))
            for path, blob in repository.trees.files(tree)
            if not blob.is_link
        }


class EvidenceCheckout:
    """Writes out the evidence of one commit after another; of the next, only what differs."""

    def __init__(self, repository: GitRepository, prefix: str, folder: Path) -> None:
        """Write to `folder` what git has below `prefix`."""
        self._repository, self._prefix, self._folder = repository, prefix, folder
        self._written: dict[str, Blob] = {}

    def switch(self, tree: str) -> None:
        """Write out the evidence of a commit with such a tree, in place of what was there.

        Raises:
            NoHistory: a part of it is missing.
            EvidenceError: a file's name leads out of the folder.
        """
        trees = self._repository.trees
        files = dict(trees.files(trees.find_folder(tree, self._prefix)))
        self._folder.mkdir(parents=True, exist_ok=True)
        for path in [each for each, blob in self._written.items() if files.get(each) != blob]:
            self._remove(path)
        for path, blob in files.items():
            if path not in self._written:
                self._write(path, blob)

    def _write(self, path: str, blob: Blob) -> None:
        if {"..", ".git", ""} & set(path.split("/")):
            raise EvidenceError(
                "the name of the file leads out of the folder", locator=Locator(path)
            )
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if blob.is_link:
            target.symlink_to("nowhere")  # links are refused, wherever they lead
        else:
            target.write_bytes(self._repository.objects.read(blob.id))
        self._written[path] = blob

    def _remove(self, path: str) -> None:
        """Remove a file, and the folders that are empty without it: git knows of none."""
        del self._written[path]
        target = self._folder / path
        target.unlink()
        while target.parent != self._folder and not any(target.parent.iterdir()):
            target = target.parent
            target.rmdir()


def write_evidence(root: Path, policy_root: Path, evidence: str, commit: str) -> None:
    """Write the evidence folder of a commit below another root.

    Raises:
        NoHistory: a part of it is missing.
        EvidenceError: a file's name leads out of the folder.
    """
    folder = (policy_root / evidence).resolve()
    with open_repository(folder) as repository:
        prefix = repository.path_inside(folder) or ""
        checkout = EvidenceCheckout(repository, prefix, root / evidence)
        checkout.switch(read_commit(repository, commit).tree)


def _evidence_tree(repository: GitRepository, commit: Commit, folder: Path) -> str | None:
    """Return the tree of the evidence folder in a commit; None if there was none yet."""
    return repository.trees.find_folder(commit.tree, repository.path_inside(folder) or "")
