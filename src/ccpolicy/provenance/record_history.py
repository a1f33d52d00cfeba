"""The history of every record: computed commit by commit, parents first.

A record is identified by its dataset and key, so that files may be renamed and rows may move. A
commit changes a record if its content differs from every parent's, or undoes a parent's change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from ccpolicy.git.commits import Commit, ancestry
from ccpolicy.provenance.file_versions import Key
from ccpolicy.provenance.record_states import (
    NO_RECORD,
    WORKING,
    CommitState,
    Event,
    Files,
    RecordState,
)
from ccpolicy.provenance.tracked_files import TrackedFiles

_ANCESTRIES_KEPT = 8


class EarlierEvents(Protocol):
    """The events of an earlier walk."""

    def of_keys(self, keys: Collection[Key]) -> Iterable[Event]:
        """Return the events of some records."""
        ...

    def keys_of(self, commits: Collection[str]) -> Iterable[Key]:
        """Return the records that some commits changed."""
        ...


class RecordHistory:
    """The events of a history, and what each commit holds."""

    def __init__(
        self,
        files: TrackedFiles,
        commits: Mapping[str, Commit],
        times: Mapping[str, int],
        earlier: EarlierEvents,
        unreadable: Mapping[str, dict[str, str | None]],
    ) -> None:
        self.files = files
        self.commits = commits
        """Parents first."""
        self.times = times
        """Commit → its earliest possible time, in seconds since 1970; see `recorded_times`."""
        self.unreadable = dict(unreadable)
        """Commit → its unreadable files → the last readable version of each, if any."""
        self.events: list[Event] = []
        """The events of this walk."""
        self._earlier = earlier
        self._happened = {
            name: tuple(table.recording.happened) for name, (table, _) in files.tables.items()
        }
        self._events_of: dict[str, slice] = {}
        """Commit of this walk → its part of `events`."""
        self._fetched: dict[Key, list[Event]] = {}
        """Record → its events of the earlier walk."""
        self._ancestries: dict[str, set[str]] = {}

    def apply_commit(
        self, commit: str, parents: Sequence[tuple[str, CommitState]], files: Files
    ) -> CommitState:
        """Return what a commit holds, given what its parents hold, and note its events.

        The first parent's records are changed in place.
        """
        parents = parents or [(WORKING, CommitState({}, {}))]
        compared = [self.files.compare(state.files, files) for _, state in parents]
        deltas = [delta for delta, _ in compared]
        readable = compared[0][1]
        if readable != files:
            self.unreadable[commit] = {
                path: readable.get(path) for path in files if readable.get(path) != files[path]
            }
        first = parents[0][1]
        keys: Collection[Key] = deltas[0]
        if len(parents) > 1:
            keys = self._changed_on_other_parents([each for each, _ in parents]).union(*deltas)
        for _, state in parents:
            self._fetch(state, keys)
        begin = len(self.events)
        is_only = len(parents) == 1
        for key in sorted(keys):
            if is_only and key not in first.records and not (delta := deltas[0][key]).gone:
                # A shortcut for the most frequent case, a new record.
                first.records[key] = self._note(
                    commit, key, NO_RECORD, delta.applied(()), delta.path
                )
                continue
            before = [(parent, state.records.get(key, NO_RECORD)) for parent, state in parents]
            contents = [
                delta[key].applied(record.contents) if key in delta else record.contents
                for (_, record), delta in zip(before, deltas, strict=True)
            ]
            path = next((delta[key].path for delta in deltas if key in delta), "")
            first.records[key] = self._state(commit, key, before, contents[0], path)
        self._events_of[commit] = slice(begin, len(self.events))
        return CommitState(first.records, readable, first.base)

    def _state(
        self,
        commit: str,
        key: Key,
        before: Sequence[tuple[str, RecordState]],
        contents: tuple[str, ...],
        path: str,
    ) -> RecordState:
        """Return the state of a record that differs from the state in one of the parents."""
        same = [each for each in before if each[1].contents == contents]
        if not same:
            states = [state for _, state in before]
            known = [each for each in states if each.commit is not None]
            had = next((each for each in known if each.contents), next(iter(known), NO_RECORD))
            return self._note(commit, key, had, contents, path)
        for _, other in before:
            if other.contents == contents or other.commit is None:
                continue
            if not any(other.commit in self._ancestry(parent) for parent, _ in same):
                # The merge discards this parent's change. If that were no event, a merge could
                # undo anything unseen.
                return self._note(commit, key, other, contents, path or other.path)
        inherited = self._inherited(before)
        if inherited.contents != contents:  # no history should lead here
            return self._note(commit, key, inherited, contents, path)
        return inherited

    def _inherited(self, before: Sequence[tuple[str, RecordState]]) -> RecordState:
        """Return which parent's state a merge inherits.

        A state from which another parent's history has moved on is obsolete. If both sides made
        the same change, the earlier one counts: the record has been on file since then.
        """
        states = list(dict.fromkeys(state for _, state in before if state.commit is not None))
        if len(states) > 1:
            latest = [
                each
                for each in states
                if not any(
                    state != each and each.commit in self._ancestry(parent)
                    for parent, state in before
                )
            ]
            states = latest or states
        return min(states, key=self._age, default=NO_RECORD)

    def _age(self, state: RecordState) -> tuple[list[int], int, str]:
        commit = state.commit or WORKING
        return [self.times[each] for each in state.since], self.times[commit], commit

    def _ancestry(self, commit: str) -> set[str]:
        """Return a commit and all its ancestors."""
        if commit not in self._ancestries:
            if len(self._ancestries) > _ANCESTRIES_KEPT:
                self._ancestries.clear()
            self._ancestries[commit] = ancestry(self.commits, [commit])
        return self._ancestries[commit]

    def _changed_on_other_parents(self, parents: Sequence[str]) -> set[Key]:
        """Return the records changed in commits that are no ancestors of the first parent."""
        others = set[str]().union(*map(self._ancestry, parents[1:])) - self._ancestry(parents[0])
        none = slice(0)
        found = {
            event.key for each in others for event in self.events[self._events_of.get(each, none)]
        }
        return found.union(self._earlier.keys_of(others - self._events_of.keys()))

    def _note(
        self, commit: str, key: Key, had: RecordState, after: tuple[str, ...], path: str
    ) -> RecordState:
        """Note an event, and return the state that it leads to."""
        restores = not had.contents and had.commit is not None
        since = (commit,) * len(self._happened[key[0]])
        if had.contents and after:
            since = self._since(commit, key[0], had, after)
        self.events.append(Event(commit, key, had.contents, after, since, path, restores))
        return RecordState(after, commit, since, path)

    def _since(
        self, commit: str, table: str, had: RecordState, after: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Return for each column of `recording.happened` which commit set its value."""
        fields = self.files.readers[table].fields
        old, new = fields(had.contents[0]), fields(after[0])
        return tuple(
            earlier if old.get(column) == new.get(column) else commit
            for column, earlier in zip(self._happened[table], had.since, strict=True)
        )

    def _fetch(self, state: CommitState, keys: Iterable[Key]) -> None:
        """Complete a state with records of the earlier walk."""
        wanted = [key for key in keys if key not in state.records] if state.base else []
        if not wanted:
            return
        missing = [key for key in wanted if key not in self._fetched]
        self._fetched |= {key: [] for key in missing}
        for event in self._earlier.of_keys(missing):
            self._fetched[event.key].append(event)
        among = self._ancestry(state.base)
        for key in wanted:
            # The earlier walk may have gone on from there: only ancestors count.
            events = {each.commit: each for each in self._fetched[key] if each.commit in among}
            state.records[key] = self._replay(events, among)

    def _replay(self, events: Mapping[str, Event], among: set[str]) -> RecordState:
        """Return the state that the events of one record lead to."""
        if len(events) < 2:
            return next((each.state for each in events.values()), NO_RECORD)
        states: dict[str, RecordState] = {}
        last = NO_RECORD
        for id_, commit in self.commits.items():
            if id_ in among:
                event = events.get(id_)
                last = states[id_] = (
                    event.state
                    if event
                    else self._inherited([(each, states[each]) for each in commit.parents])
                )
        return last

    def forget(self) -> None:
        """Forget all events, once they are written down."""
        self.events.clear()
        self._events_of.clear()
        self._fetched.clear()
        self._ancestries.clear()
