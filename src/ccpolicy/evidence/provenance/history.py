"""What happened to every record: one walk over the commits, parents first.

A record is known by its dataset and key, so that files may be renamed and rows may move. A commit
changes a record if it holds what no parent holds, or gives up what a parent had newly.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ccpolicy.evidence.provenance.commits import Commit, ancestry
from ccpolicy.evidence.provenance.repository import Blob
from ccpolicy.evidence.provenance.tracked import Tracked, units_of
from ccpolicy.evidence.provenance.versions import Item, Key, Place, Unreadable, Versions

WORKING = ""
"""Stands for what is not committed yet where a commit is named."""
Files = Mapping[str, str]
"""Path below the evidence folder → the blob that holds its last readable version."""


_RECENT = 64 << 20
"""Bytes of blobs that are kept for comparison."""


class Event(NamedTuple):
    """A change of one record."""

    commit: str
    """Its commit; empty for what is not committed."""
    key: Key
    before: tuple[str, ...]
    """Contents with this key before; several only where a key stands twice."""
    after: tuple[str, ...]
    path: str
    """File below the evidence folder in which the record stands, or stood."""


class Entry(NamedTuple):
    """What a commit holds of one key."""

    contents: tuple[str, ...]
    """Empty once it is deleted."""
    event: int
    """Number of the event that made it so."""
    since: tuple[int, ...]
    """For each time that says when something happened, the event since which it is as it is."""


@dataclass
class State:
    """All that a commit holds."""

    entries: dict[Key, Entry]
    files: Files


@dataclass(slots=True)
class Net:
    """What two commits hold of one key, and not in common."""

    gone: list[str] = field(default_factory=list)
    come: list[str] = field(default_factory=list)
    path: str = ""
    """File in which it stands, or stood."""

    def applied(self, contents: tuple[str, ...]) -> tuple[str, ...]:
        """Return the contents that the later commit holds."""
        if not self.gone and not contents:
            return tuple(sorted(self.come))
        left = Counter(contents) - Counter(self.gone) + Counter(self.come)
        return tuple(sorted(left.elements()))


@dataclass
class History:
    """The events of a history, and what its head holds."""

    tracked: Sequence[Tracked]
    versions: Mapping[str, Versions]
    """Dataset → what reads its files."""
    read: Callable[[str], bytes]
    """Reads a blob."""
    recent: dict[str, bytes] = field(default_factory=dict)
    """Blob → content, of those that were read last and so will soon be compared with."""
    _held_bytes: int = 0
    contents: dict[str, bytes] = field(default_factory=dict)
    """Blob → content, of what is not committed."""
    events: list[Event] = field(default_factory=list)
    commits: Mapping[str, Commit] = field(default_factory=dict)
    kept: dict[str, dict[str, str | None]] = field(default_factory=dict)
    """Commit → its files that cannot be read → the last version of them that could, if any."""
    _ancestors: dict[str, set[str]] = field(default_factory=dict)
    _held: dict[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.happened = {u.name: tuple(u.recording.happened) for u in units_of(self.tracked)}

    def choose(self, files: Iterable[tuple[str, Blob]]) -> dict[str, str]:
        """Return the files that belong to a dataset, by path."""
        return {path: blob.id for path, blob in files if not blob.is_link and self._holds(path)}

    def _holds(self, path: str) -> bool:
        if path not in self._held:
            self._held[path] = any(each.holds(path) for each in self.tracked)
        return self._held[path]

    def step(self, commit: str, parents: Sequence[tuple[str, State]], files: Files) -> State:
        """Return what a commit holds, given what its parents hold, and note what it changed.

        The entries of the first parent are used up.
        """
        if not parents:
            parents = [("", State({}, {}))]
        compared = [self._compared(state.files, files) for _, state in parents]
        nets = [net for net, _ in compared]
        readable = compared[0][1]
        if readable != files:
            self.kept[commit] = {
                path: readable.get(path) for path in files if readable.get(path) != files[path]
            }
        had = [state.entries for _, state in parents]
        made = {}
        for key in sorted({key for net in nets for key in net}):
            before = [entries.get(key, _NEVER) for entries in had]
            net = next(net[key] for net in nets if key in net)
            held = [
                net[key].applied(entry.contents) if key in net else entry.contents
                for entry, net in zip(before, nets, strict=True)
            ]
            made[key] = self._entry(
                commit, key, [each for each, _ in parents], before, held[0], net
            )
        entries = had[0]
        entries.update(made)
        return State(entries, readable)

    def _entry(
        self,
        commit: str,
        key: Key,
        parents: Sequence[str],
        before: Sequence[Entry],
        held: tuple[str, ...],
        net: Net,
    ) -> Entry:
        """Return what a commit holds of a key that differs from one of its parents."""
        same = [number for number, entry in enumerate(before) if entry.contents == held]
        if not same:
            had = next((each for each in before if each.contents), before[0])
            return self._note(commit, key, had, held, net.path)
        for other in before:
            if other.contents == held or other.event < 0:
                continue
            made = self.events[other.event].commit
            if not any(made in self._reached(parents[number]) for number in same):
                # The other side's change was given up: without this, a merge could undo anything.
                return self._note(commit, key, other, held, net.path)
        return before[same[0]]

    def _reached(self, commit: str) -> set[str]:
        """Return a commit with all that it rests on; that of a few is kept."""
        if commit not in self._ancestors:
            if len(self._ancestors) > 8:
                self._ancestors.clear()
            self._ancestors[commit] = ancestry(self.commits, [commit])
        return self._ancestors[commit]

    def _note(
        self, commit: str, key: Key, before: Entry, after: tuple[str, ...], path: str
    ) -> Entry:
        self.events.append(Event(commit, key, before.contents, after, path))
        return self.follow(len(self.events) - 1, before)

    def follow(self, number: int, before: Entry) -> Entry:
        """Return what an event makes of an entry."""
        event = self.events[number]
        happened = self.happened.get(event.key[0], ())
        if not happened or not before.contents or not event.after:
            return Entry(event.after, number, (number,) * len(happened))
        old, new = _fields(before.contents), _fields(event.after)
        since = tuple(
            kept if old.get(column) == new.get(column) else number
            for column, kept in zip(happened, before.since, strict=True)
        )
        return Entry(event.after, number, since)

    def replay(self, among: set[str], count: int) -> dict[Key, Entry]:
        """Return the entries that the first events make, as far as they are of some commits."""
        entries: dict[Key, Entry] = {}
        for number, event in enumerate(self.events[:count]):
            if event.commit in among:
                entries[event.key] = self.follow(number, entries.get(event.key, _NEVER))
        return entries

    def _compared(self, old: Files, new: Files) -> tuple[dict[Key, Net], Files]:
        """Return what changed between the files of two commits, and the readable ones of these."""
        nets: dict[Key, Net] = {}
        if old == new:
            return nets, new
        kept = dict(new)
        for path in sorted(old.keys() | new.keys()):
            if old.get(path) == new.get(path):
                continue
            try:
                found = [
                    _compared(self.versions[each.dataset.id], *self._contents(path, old, new))
                    for each in self.tracked
                    if each.holds(path)
                ]
            except Unreadable:
                # Nobody can say what it holds; what was on file before stays so until it is mended.
                kept.pop(path, None)
                if path in old:
                    kept[path] = old[path]
                continue
            for gone, come in found:
                for item in gone:
                    net = nets.setdefault(item.key, Net())
                    net.gone.append(item.content)
                    net.path = net.path or path
                for item in come:
                    net = nets.setdefault(item.key, Net())
                    net.come.append(item.content)
                    net.path = path
        return nets, kept

    def _contents(self, path: str, old: Files, new: Files) -> tuple[bytes | None, bytes | None]:
        return (
            self._content(old[path]) if path in old else None,
            self._content(new[path]) if path in new else None,
        )

    def _content(self, id_: str) -> bytes:
        if id_ in self.contents:
            return self.contents[id_]
        if id_ not in self.recent:
            self.recent[id_] = self.read(id_)
            self._held_bytes += len(self.recent[id_])
            while self._held_bytes > _RECENT and len(self.recent) > 2:
                self._held_bytes -= len(self.recent.pop(next(iter(self.recent))))
        return self.recent[id_]

    def places(self, path: str, id_: str) -> list[tuple[Key, Place]]:
        """Return where the records of a version of a file stand; none if it cannot be read."""
        try:
            return [
                place
                for each in self.tracked
                if each.holds(path)
                for place in self.versions[each.dataset.id].places(self._content(id_))
            ]
        except Unreadable:
            return []


_NEVER = Entry((), -1, ())


def _compared(
    versions: Versions, before: bytes | None, after: bytes | None
) -> tuple[list[Item], list[Item]]:
    if before is None:
        return [], versions.items(after or b"")
    if after is None:
        return versions.items(before), []
    return versions.changes(before, after)


def _fields(contents: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(contents[0])
    return found
