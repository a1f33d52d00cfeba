"""What happened to every record: one walk over the commits, parents first.

A record is known by its dataset and key, so that files may be renamed and rows may move. A commit
changes a record if it holds what no parent holds, or gives up what a parent had newly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from ccpolicy.git.commits import Commit, ancestry
from ccpolicy.git.trees import Blob
from ccpolicy.provenance.file_versions import (
    FileVersionReader,
    Key,
    KeyedContent,
    Place,
    Unreadable,
)
from ccpolicy.provenance.tracked import Tracked, tracked_tables

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
    since: tuple[str, ...]
    """For each time that says when something happened, the commit since which it is as it is."""
    path: str
    """File below the evidence folder in which the record stands, or stood."""
    restores: bool
    """Whether it brings back what was deleted."""


class RecordState(NamedTuple):
    """What a commit holds of one key."""

    contents: tuple[str, ...]
    """Empty once it is deleted."""
    commit: str | None
    """The commit that made it so; None if there never was such a record."""
    since: tuple[str, ...]
    """See `Event`."""
    path: str
    """See `Event`."""


NO_RECORD = RecordState((), None, (), "")


class EarlierEvents(Protocol):
    """The events of an earlier walk."""

    def of_keys(self, keys: Collection[Key]) -> Iterable[Event]:
        """Return the events of some records."""
        ...

    def keys_of(self, commits: Collection[str]) -> Iterable[Key]:
        """Return the records that some commits changed."""
        ...


@dataclass
class CommitState:
    """All that a commit holds."""

    entries: dict[Key, RecordState]
    """Of what the earlier walk found, only what was asked for."""
    files: Files
    base: str = WORKING
    """The last commit of the earlier walk that it rests on, if any."""


@dataclass(slots=True)
class ContentDelta:
    """What two commits hold of one key, and not in common."""

    gone: list[str] = field(default_factory=list)
    come: list[str] = field(default_factory=list)
    path: str = ""
    """File in which it stands, or stood."""

    def applied(self, contents: tuple[str, ...]) -> tuple[str, ...]:
        """Return the contents that the later commit holds."""
        if not self.gone and not contents:
            return (self.come[0],) if len(self.come) == 1 else tuple(sorted(self.come))
        left = Counter(contents) - Counter(self.gone) + Counter(self.come)
        return tuple(sorted(left.elements()))


@dataclass
class RecordHistory:
    """The events of a history, and what its head holds."""

    tracked: Sequence[Tracked]
    versions: Mapping[str, FileVersionReader]
    """Dataset → what reads its files."""
    read: Callable[[str], bytes]
    """Reads a blob."""
    commits: Mapping[str, Commit]
    """Parents first."""
    times: Mapping[str, int]
    """Commit → when it was made at the earliest, in seconds since 1970."""
    earlier: EarlierEvents
    unreadable: dict[str, dict[str, str | None]] = field(default_factory=dict)
    """Commit → its files that cannot be read → the last version of them that could, if any."""
    contents: dict[str, bytes] = field(default_factory=dict)
    """Blob → content, of what is not committed."""
    recent: dict[str, bytes] = field(default_factory=dict)
    """Blob → content, of those that were read last and so will soon be compared with."""
    events: list[Event] = field(default_factory=list)
    """Of this walk."""
    _held_bytes: int = 0
    _touched: dict[str, slice] = field(default_factory=dict)
    """Commit of this walk → its events."""
    _known: dict[Key, list[Event]] = field(default_factory=dict)
    """Record → its events of the earlier walk."""
    _ancestors: dict[str, set[str]] = field(default_factory=dict)
    _held: dict[str, bool] = field(default_factory=dict)
    _broken: set[tuple[str, str | None, str | None]] = field(default_factory=set)
    """Files, and two versions each of which one cannot be read."""

    def __post_init__(self) -> None:
        self.happened = {u.name: tuple(u.recording.happened) for u in tracked_tables(self.tracked)}
        self.reader = {
            unit.name: self.versions[each.dataset.id]
            for each in self.tracked
            for unit in each.units
        }

    def choose(self, files: Iterable[tuple[str, Blob]]) -> dict[str, str]:
        """Return the files that belong to a dataset, by path."""
        return {path: blob.id for path, blob in files if not blob.is_link and self._holds(path)}

    def _holds(self, path: str) -> bool:
        if path not in self._held:
            self._held[path] = any(each.holds(path) for each in self.tracked)
        return self._held[path]

    def step(
        self, commit: str, parents: Sequence[tuple[str, CommitState]], files: Files
    ) -> CommitState:
        """Return what a commit holds, given what its parents hold, and note what it changed.

        The entries of the first parent are used up.
        """
        parents = parents or [(WORKING, CommitState({}, {}))]
        compared = [self.compare(state.files, files) for _, state in parents]
        nets = [net for net, _ in compared]
        readable = compared[0][1]
        if readable != files:
            self.unreadable[commit] = {
                path: readable.get(path) for path in files if readable.get(path) != files[path]
            }
        first = parents[0][1]
        keys: Collection[Key] = nets[0]
        if len(parents) > 1:
            keys = self._beside([each for each, _ in parents]).union(*nets)
        for _, state in parents:
            self._fetch(state, keys)
        noted = len(self.events)
        is_only = len(parents) == 1
        for key in sorted(keys):
            if is_only and key not in first.entries and not (made := nets[0][key]).gone:
                # As most are.
                first.entries[key] = self._note(commit, key, NO_RECORD, made.applied(()), made.path)
                continue
            before = [(parent, state.entries.get(key, NO_RECORD)) for parent, state in parents]
            held = [
                net[key].applied(entry.contents) if key in net else entry.contents
                for (_, entry), net in zip(before, nets, strict=True)
            ]
            path = next((net[key].path for net in nets if key in net), "")
            first.entries[key] = self._entry(commit, key, before, held[0], path)
        self._touched[commit] = slice(noted, len(self.events))
        return CommitState(first.entries, readable, first.base)

    def _entry(
        self,
        commit: str,
        key: Key,
        before: Sequence[tuple[str, RecordState]],
        held: tuple[str, ...],
        path: str,
    ) -> RecordState:
        """Return what a commit holds of a key that differs from one of its parents."""
        same = [each for each in before if each[1].contents == held]
        if not same:
            entries = [entry for _, entry in before]
            ever = [each for each in entries if each.commit is not None]
            had = next((each for each in ever if each.contents), next(iter(ever), NO_RECORD))
            return self._note(commit, key, had, held, path)
        for _, other in before:
            if other.contents == held or other.commit is None:
                continue
            if not any(other.commit in self._reached(parent) for parent, _ in same):
                # The other side's change was given up: without this, a merge could undo anything.
                return self._note(commit, key, other, held, path or other.path)
        settled = self._settled(before)
        if settled.contents != held:  # as no parents' histories should leave it
            return self._note(commit, key, settled, held, path)
        return settled

    def _settled(self, before: Sequence[tuple[str, RecordState]]) -> RecordState:
        """Return which of the parents' entries a commit holds that made none of its own.

        What one parent has, and another has gone on from, is past. Of the same change made on both
        sides the earlier one counts: the record is on file since then.
        """
        entries = list(dict.fromkeys(entry for _, entry in before if entry.commit is not None))
        if len(entries) > 1:
            latest = [
                each
                for each in entries
                if not any(
                    entry != each and each.commit in self._reached(parent)
                    for parent, entry in before
                )
            ]
            entries = latest or entries
        return min(entries, key=self._age, default=NO_RECORD)

    def _age(self, entry: RecordState) -> tuple[list[int], int, str]:
        made = entry.commit or WORKING
        return [self.times[each] for each in entry.since], self.times[made], made

    def _reached(self, commit: str) -> set[str]:
        """Return a commit with all that it rests on; that of a few is kept."""
        if commit not in self._ancestors:
            if len(self._ancestors) > 8:
                self._ancestors.clear()
            self._ancestors[commit] = ancestry(self.commits, [commit])
        return self._ancestors[commit]

    def _beside(self, parents: Sequence[str]) -> set[Key]:
        """Return the records that were changed on other sides than the first parent's."""
        sides = set[str]().union(*map(self._reached, parents[1:])) - self._reached(parents[0])
        none = slice(0)
        found = {
            event.key for each in sides for event in self.events[self._touched.get(each, none)]
        }
        return found.union(self.earlier.keys_of(sides - self._touched.keys()))

    def _note(
        self, commit: str, key: Key, had: RecordState, after: tuple[str, ...], path: str
    ) -> RecordState:
        restores = not had.contents and had.commit is not None
        since = (commit,) * len(self.happened[key[0]])
        if had.contents and after:
            since = self._since(commit, key[0], had, after)
        self.events.append(Event(commit, key, had.contents, after, since, path, restores))
        return RecordState(after, commit, since, path)

    def _since(
        self, commit: str, unit: str, had: RecordState, after: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Return for each time since when it is as it is."""
        happened = self.happened[unit]
        read = self.reader[unit].fields
        old, new = read(had.contents[0]), read(after[0])
        return tuple(
            kept if old.get(column) == new.get(column) else commit
            for column, kept in zip(happened, had.since, strict=True)
        )

    def _fetch(self, state: CommitState, keys: Iterable[Key]) -> None:
        """Have a state hold what the earlier walk found of some records."""
        wanted = [key for key in keys if key not in state.entries] if state.base else []
        if not wanted:
            return
        missing = [key for key in wanted if key not in self._known]
        self._known |= {key: [] for key in missing}
        for event in self.earlier.of_keys(missing):
            self._known[event.key].append(event)
        among = self._reached(state.base)
        for key in wanted:
            # The walk may have gone on from there: only what this commit rests on is its own.
            events = {each.commit: each for each in self._known[key] if each.commit in among}
            state.entries[key] = self._replayed(events, among)

    def _replayed(self, events: Mapping[str, Event], among: set[str]) -> RecordState:
        """Return the entry that the events of one record have led to."""
        if len(events) < 2:
            return next(map(_made, events.values()), NO_RECORD)
        held: dict[str, RecordState] = {}
        last = NO_RECORD
        for id_, commit in self.commits.items():
            if id_ in among:
                event = events.get(id_)
                last = held[id_] = (
                    _made(event)
                    if event
                    else self._settled([(each, held[each]) for each in commit.parents])
                )
        return last

    def compare(self, old: Files, new: Files) -> tuple[dict[Key, ContentDelta], Files]:
        """Return what changed between the files of two commits, and the readable ones of these."""
        nets: dict[Key, ContentDelta] = {}
        if old == new:
            return nets, new
        kept = dict(new)
        for path in sorted(old.keys() | new.keys()):
            if old.get(path) == new.get(path):
                continue
            found = self._changes(path, old, new)
            if found is None:
                # Nobody can say what it holds; what was on file before stays so until it is mended.
                kept.pop(path, None)
                if path in old:
                    kept[path] = old[path]
                continue
            for gone, come in found:
                for key, content in gone:
                    net = nets.setdefault(key, ContentDelta())
                    net.gone.append(content)
                    net.path = net.path or path
                for key, content in come:
                    if key not in nets:
                        nets[key] = ContentDelta([], [content], path)
                        continue
                    net = nets[key]
                    net.come.append(content)
                    net.path = path
        return nets, kept

    def _changes(
        self, path: str, old: Files, new: Files
    ) -> list[tuple[list[KeyedContent], list[KeyedContent]]] | None:
        """Return what changed in a file, by dataset; None if it cannot be read.

        What cannot is not tried again for every commit that leaves it so.
        """
        versions = path, old.get(path), new.get(path)
        if versions in self._broken:
            return None
        try:
            return [
                _compared(self.versions[each.dataset.id], *self._contents(path, old, new))
                for each in self.tracked
                if each.holds(path)
            ]
        except Unreadable:
            self._broken.add(versions)
            return None

    def forget(self) -> None:
        """Let go of what happened, once it is written down; what can be read stays."""
        self.events.clear()
        self._touched.clear()
        self._known.clear()
        self._ancestors.clear()

    def _contents(self, path: str, old: Files, new: Files) -> tuple[bytes | None, bytes | None]:
        return (
            self.content(old[path]) if path in old else None,
            self.content(new[path]) if path in new else None,
        )

    def content(self, id_: str) -> bytes:
        """Return the content of a file's version."""
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
                for place in self.versions[each.dataset.id].places(self.content(id_))
            ]
        except Unreadable:
            return []


def _made(event: Event) -> RecordState:
    return RecordState(event.after, event.commit, event.since, event.path)


def _compared(
    versions: FileVersionReader, before: bytes | None, after: bytes | None
) -> tuple[list[KeyedContent], list[KeyedContent]]:
    if before is None:
        return [], versions.items(after or b"")
    if after is None:
        return versions.items(before), []
    return versions.changes(before, after)
