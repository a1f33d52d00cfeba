"""The evidence as a commit has it."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ccpolicy.errors import EvidenceError, Locator
from ccpolicy.git.commits import read_commit, recorded_times, walk
from ccpolicy.git.objects import NoHistory, ObjectReader, open_repository


def known_at(repository: ObjectReader, asked: str) -> str:
    """Return the commit that a revision names, or the last one that was made by a moment.

    Only commits that the checked out one follows in a line, parent by first parent, count as what
    was on file: what a branch held was not on file before it was merged.

    Raises:
        EvidenceError: there is none.
    """
    moment = _moment(asked)
    if moment is None:
        return repository.resolve(asked)
    if repository.is_shallow:
        raise NoHistory("shallow")
    order = walk(repository, repository.head, {})
    times = recorded_times(order)
    commits = {commit.id: commit for commit in order}
    id_ = repository.head
    while times[id_] > moment:
        if not commits[id_].parents:
            raise EvidenceError("nothing was on file by {time}", time=asked)
        id_ = commits[id_].parents[0]
    return id_


def _moment(asked: str) -> float | None:
    """Read a moment; None if it is something else, and so a revision."""
    if not re.match(r"\d{4}-\d{2}-\d{2}", asked):
        return None
    try:
        moment = datetime.datetime.fromisoformat(asked)
    except ValueError:
        return None
    if moment.tzinfo is None:
        raise EvidenceError(
            "'{text}' has no offset from UTC", hint="add one, such as +08:00 or Z", text=asked
        )
    return moment.timestamp()


class EvidenceCommit(NamedTuple):
    """A commit that changed what was on file."""

    id: str
    time: int
    """When it was made at the earliest, in seconds since 1970."""


@dataclass(frozen=True)
class CommitLine:
    """Commits in a line, parent by first parent, oldest first."""

    common: Path
    """Folder of the repository for what is kept beside it."""
    commits: Sequence[EvidenceCommit]


def evidence_commits(root: Path, evidence: str, end: str, start: str | None) -> CommitLine:
    """Return the commits after `start`, up to `end`, that changed the evidence.

    Raises:
        EvidenceError: there is no history, or no such commit.
    """
    folder = (root / evidence).resolve()
    repository = open_repository(folder)
    try:
        if repository.is_shallow:
            raise NoHistory("shallow")
        prefix = folder.relative_to(repository.folder).as_posix().removeprefix(".")
        last = known_at(repository, end)
        first = known_at(repository, start) if start else None
        order = walk(repository, last, {})
        times = recorded_times(order)
        commits = {commit.id: commit for commit in order}
        found: list[EvidenceCommit] = []
        id_: str | None = last
        while id_ is not None and id_ != first:
            parent = commits[id_].parents[0] if commits[id_].parents else None
            tree = repository.folder_below(commits[id_].tree, prefix)
            if parent is None or repository.folder_below(commits[parent].tree, prefix) != tree:
                found.append(EvidenceCommit(id_, times[id_]))
            id_ = parent
        if first is not None and id_ is None:
            raise EvidenceError("{start} does not lead to {end}", start=start, end=end)
        return CommitLine(repository.common, found[::-1])
    finally:
        repository.close()


def committed_files(root: Path, evidence: str, commit: str) -> dict[str, str]:
    """Return path → SHA-256 of the evidence that a commit holds, if it leads to the present one.

    Raises:
        EvidenceError: it does not, or there is no history.
    """
    folder = (root / evidence).resolve()
    repository = open_repository(folder)
    try:
        if repository.is_shallow:
            raise NoHistory("shallow")
        order = {each.id: each for each in walk(repository, repository.head, {})}
        if commit not in order:
            raise EvidenceError(
                "commit {commit} does not lead to what is checked out there", commit=commit[:12]
            )
        prefix = folder.relative_to(repository.folder).as_posix().removeprefix(".")
        tree = repository.folder_below(order[commit].tree, prefix)
        return {
            f"{evidence}/{path}": hashlib.sha256(repository.read(blob.id)).hexdigest()
            for path, blob in (repository.files(tree) if tree else ())
            if not blob.is_link
        }
    finally:
        repository.close()


def write_evidence(root: Path, policy_root: Path, evidence: str, commit: str) -> None:
    """Write the evidence folder as a commit has it below another root.

    Raises:
        NoHistory: a part of it is not here.
        EvidenceError: a name that leads elsewhere.
    """
    folder = policy_root / evidence
    repository = open_repository(folder)
    try:
        prefix = folder.resolve().relative_to(repository.folder).as_posix()
        tree = repository.folder_below(
            read_commit(repository, commit).tree, prefix.removeprefix(".")
        )
        (root / evidence).mkdir(parents=True)
        for path, blob in repository.files(tree) if tree else ():
            if {"..", ".git", ""} & set(path.split("/")):
                raise EvidenceError("the name leads elsewhere", locator=Locator(path))
            target = root / evidence / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if blob.is_link:
                target.symlink_to("nowhere")  # it is refused, wherever it leads
            else:
                target.write_bytes(repository.read(blob.id))
    finally:
        repository.close()
