"""Reads commits, and walks a history: parents first."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from ccpolicy.git.errors import damaged_object
from ccpolicy.git.repository import GitRepository
from ccpolicy.time.epoch import DAY, LAST_DAY, SECOND

_PERSON = re.compile(rb"(?P<name>.*?) ?<(?P<address>[^<>]*)> (?P<time>-?\d+) [+-]\d{4}", re.DOTALL)
_REASON = re.compile(r"^Reason:[ \t]*(\S.*)$", re.MULTILINE | re.IGNORECASE)
_LAST = LAST_DAY * DAY // SECOND
"""Seconds from 1970 to the end of 2199; later times are wrong."""


class Commit(NamedTuple):
    """The parts of a commit that matter here. Its names and times are claims of whoever made it."""

    id: str
    tree: str
    parents: tuple[str, ...]
    author: str
    """The author's address."""
    committer: str
    """The committer's address."""
    authored: int
    """Seconds since 1970, by the author's clock."""
    committed: int
    """Seconds since 1970, by the committer's clock."""
    is_signed: bool
    reason: str
    """Text after `Reason:` in the message; empty if there is none."""


def read_commit(repository: GitRepository, id_: str) -> Commit:
    """Read a commit.

    Raises:
        NoHistory: it is missing.
        EvidenceError: it is no commit.
    """
    head, _, message = repository.objects.read(id_).partition(b"\n\n")
    fields: dict[bytes, list[bytes]] = {}
    for line in head.split(b"\n"):
        name, _, value = line.partition(b" ")
        fields.setdefault(name, []).append(value)
    if b"tree" not in fields:
        raise damaged_object(id_)
    author, committer = (_PERSON.search(fields.get(each, [b""])[0]) for each in _ROLES)
    reason = _REASON.search(message.decode("utf-8", "replace"))
    return Commit(
        id=id_,
        tree=fields[b"tree"][0].decode(),
        parents=tuple(each.decode() for each in fields.get(b"parent", [])),
        author=author["address"].decode("utf-8", "replace") if author else "",
        committer=committer["address"].decode("utf-8", "replace") if committer else "",
        authored=_second(author),
        committed=_second(committer),
        is_signed=b"gpgsig" in fields or b"gpgsig-sha256" in fields,
        reason=reason[1].strip() if reason else "",
    )


_ROLES = (b"author", b"committer")


def _second(person: re.Match[bytes] | None) -> int:
    """Return a commit's time; a wrong one becomes the last possible, so that it is noticed."""
    second = int(person["time"]) if person else -1
    return second if 0 <= second < _LAST else _LAST - 1


def walk(repository: GitRepository, head: str, known: Mapping[str, Commit]) -> list[Commit]:
    """Return a commit and its ancestors, parents first; those `known` are not read again.

    Raises:
        NoHistory: a commit is missing.
    """
    if head not in known:
        listed = repository.list_commits(head)
        repository.objects.read_ahead(id_ for id_ in listed if id_ not in known)
    found: dict[str, Commit] = {}
    order: list[Commit] = []
    stack: list[tuple[str, bool]] = [(head, False)]
    while stack:
        id_, is_done = stack.pop()
        if is_done:
            order.append(found[id_])
            continue
        if id_ in found:
            continue
        found[id_] = known.get(id_) or read_commit(repository, id_)
        stack.append((id_, True))
        stack += [(parent, False) for parent in reversed(found[id_].parents)]
    return order


def recorded_times(order: Iterable[Commit]) -> dict[str, int]:
    """Return each commit's earliest possible time: its own, or a later one of its ancestors."""
    times: dict[str, int] = {}
    for commit in order:
        times[commit.id] = max(commit.committed, *(times[each] for each in commit.parents), 0)
    return times


def main_line(commits: Mapping[str, Commit], head: str) -> list[str]:
    """Return a head and its first-parent ancestors, latest first."""
    line = [head]
    while commits[line[-1]].parents:
        line.append(commits[line[-1]].parents[0])
    return line


def merged_times(
    commits: Mapping[str, Commit], times: Mapping[str, int], head: str
) -> dict[str, int]:
    """Return when each commit was merged into the first-parent line of a head.

    A branch can claim any time for its own commits after the one it starts from. The merge cannot
    be earlier than what the line already contained.
    """
    merged: dict[str, int] = {}
    for each in reversed(main_line(commits, head)):
        waiting = [each]
        while waiting:
            id_ = waiting.pop()
            if id_ not in merged:
                merged[id_] = times[each]
                waiting += commits[id_].parents
    return merged


def ancestry(commits: Mapping[str, Commit], heads: Collection[str]) -> set[str]:
    """Return some commits and all their ancestors."""
    found: set[str] = set()
    waiting = list(heads)
    while waiting:
        id_ = waiting.pop()
        if id_ not in found:
            found.add(id_)
            waiting += commits[id_].parents
    return found
