"""What is known of records and of who recorded them: the rows of the datasets that git fills."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ccpolicy.evidence import values
from ccpolicy.git.commits import Commit
from ccpolicy.policy import EVIDENCE_CHANGES, RECORDINGS
from ccpolicy.provenance.file_versions import Key, to_json
from ccpolicy.provenance.record_history import WORKING, Event, RecordHistory, RecordState
from ccpolicy.provenance.tracked import Tracked, TrackedTable
from ccpolicy.time.calendar import Calendar
from ccpolicy.time.durations import parse_duration
from ccpolicy.time.epoch import SECOND

STORED_COLUMNS = {
    RECORDINGS: {
        "unit": "VARCHAR",
        "commit": "INTEGER",
        "number": "INTEGER",
        "event": "VARCHAR",
        "owed": "BOOLEAN",
        "copies": "BIGINT",
        "path": "VARCHAR",
        "record": "VARCHAR",
        "happened_at": "BIGINT",
        "due_at": "BIGINT",
    },
    EVIDENCE_CHANGES: {
        "unit": "VARCHAR",
        "commit": "INTEGER",
        "change": "VARCHAR",
        "changed_at": "BIGINT",
        "owed": "BOOLEAN",
        "permitted": "BOOLEAN",
        "path": "VARCHAR",
        "record": "VARCHAR",
        "before": "VARCHAR",
        "after": "VARCHAR",
    },
}
"""Columns of what is known of records by itself: commits as numbers, empty while uncommitted."""
RAW_SHARED = {RECORDINGS: 7, EVIDENCE_CHANGES: 7}
"""So many of them are alike for most records of a commit."""
MAKERS = {
    "unit": "VARCHAR",
    "commit": "INTEGER",
    "at": "BIGINT",
    "reason": "VARCHAR",
    "merged_at": "BIGINT",
    "authored_at": "BIGINT",
    "id": "VARCHAR",
    "author": "VARCHAR",
    "committer": "VARCHAR",
    "recorder_permitted": "BOOLEAN",
    "signature": "VARCHAR",
    "signature_sufficient": "BOOLEAN",
    "with_policy": "BOOLEAN",
}
_WHO = """m.merged_at, m.authored_at, m.id AS commit, m.author, m.committer, m.recorder_permitted,
    m.signature, m.signature_sufficient, m.with_policy, path"""
VIEW_SQL = {
    RECORDINGS: f"""
        SELECT row_number() OVER (ORDER BY r.unit, record, number) AS ordinal, r.unit AS dataset,
            record, event, happened_at, due_at, owed, copies, m.at AS recorded_at, {_WHO}""",
    EVIDENCE_CHANGES: f"""
        SELECT row_number() OVER (ORDER BY r.unit, record, m.at NULLS LAST, m.id) AS ordinal,
            r.unit AS dataset, record, change, changed_at, owed, before, after, m.reason,
            permitted, {_WHO}""",
}
"""The rows as controls see them, each with its number and the file in which the record stood."""


@dataclass(frozen=True)
class RecordRows:
    """Makes rows of what a history says by itself, whoever is trusted; see `STORED_COLUMNS`."""

    calendar: Calendar
    """The plan's."""
    adopted: int
    """Instant from which records are owed in time."""
    as_of: int
    """Moment judged, at which what is not committed counts as changed."""
    history: RecordHistory
    merged: Mapping[str, int]
    """Commit → when it came into the line that is judged, in seconds since 1970."""
    made: dict[str, tuple[int | None, bool]] = field(default_factory=dict)
    """Commit → its number, and whether it came to be on file since the plan was adopted."""

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Commit → its number."""
        return {id_: number for number, id_ in enumerate(self.history.commits)}

    @cached_property
    def units(self) -> dict[str, tuple[TrackedTable, Tracked]]:
        """Every unit by its name, and the dataset that it belongs to."""
        return {unit.name: (unit, each) for each in self.history.tracked for unit in each.units}

    def recordings(self, entries: Mapping[Key, RecordState]) -> Iterator[tuple[object, ...]]:
        """Yield rows about records on file: one for each time at which something happened.

        There is one for a record that says no time, too.
        """
        of_unit: dict[str, list[tuple[Key, RecordState]]] = {}
        for key, entry in entries.items():
            if entry.contents:
                of_unit.setdefault(key[0], []).append((key, entry))
        for name, found in of_unit.items():
            unit, tracked = self.units[name]
            columns = unit.recording.happened
            contents = [entry.contents[0] for _, entry in found]
            texts = self.history.reader[name].cells(contents, columns)
            instants = self._instants({each for row in texts for each in row}, tracked)
            within = parse_duration(unit.recording.within) if unit.recording.within else None
            dues: dict[int, int] = {}
            for (key, entry), row in zip(found, texts, strict=True):
                timed = [number for number, text in enumerate(row) if text is not None]
                for number in timed or [-1]:
                    at = instants[row[number]] if timed else None
                    made = (entry.since[number] if timed else entry.commit) or WORKING
                    commit, is_recent = self.made.get(made) or self._commit(made)
                    is_owed = is_recent or (at is not None and at >= self.adopted)
                    due = None
                    if within is not None and at is not None and is_owed:
                        if at not in dues:
                            # Contracts do not count it in business days, so it is certain.
                            dues[at] = self.calendar.due(at, within).at
                        due = dues[at]
                    yield (
                        name,
                        commit,
                        number,
                        columns[number] if timed else "record",
                        is_owed,
                        len(entry.contents),
                        entry.path,
                        key[1],
                        at,
                        due,
                    )

    def _commit(self, made: str) -> tuple[int | None, bool]:
        """Return a commit's number, and whether it came to be on file since the plan was adopted.

        What came to be on file afterwards cannot escape by a date of the time before, nor by a
        branch that begins before.
        """
        is_recent = made == WORKING or self.merged[made] * SECOND >= self.adopted
        self.made[made] = self.numbers.get(made), is_recent
        return self.made[made]

    def _instants(self, texts: Collection[Any], tracked: Tracked) -> dict[Any, int | None]:
        """Read times, most of which are written alike."""
        found = None
        if all(isinstance(each, str) for each in texts):
            found = values.all_instants(texts, tracked.contract.zone)
        if found is None:
            return {each: self._instant(each, tracked) for each in texts}
        return {text: readings[1] for text, readings in found.items()}

    def changes(self, events: Iterable[Event]) -> Iterator[tuple[object, ...]]:
        """Yield what is known of the changes of what was on file."""
        for event in events:
            if event.before or event.restores:
                yield self._change(event)

    def _change(self, event: Event) -> tuple[object, ...]:
        unit, tracked = self.units[event.key[0]]
        kind = "amended" if event.before and event.after else "deleted"
        at = self._time(event.commit)
        number, is_recent = self._commit(event.commit)
        read = self.history.reader[unit.name].fields
        before, after = [list(map(read, each)) for each in (event.before, event.after)]
        return (
            event.key[0],
            number,
            "restored" if event.restores else kind,
            self.as_of if at is None else at,
            is_recent,
            self._permits(
                before,
                after,
                self.as_of if at is None else at,
                self.history.commits.get(event.commit),
                unit,
                tracked,
            ),
            event.path,
            event.key[1],
            " ".join(map(to_json, before)) or None,
            " ".join(map(to_json, after)) or None,
        )

    def _permits(
        self,
        before: Sequence[Mapping[str, Any]],
        after: Sequence[Mapping[str, Any]],
        at: int,
        commit: Commit | None,
        unit: TrackedTable,
        tracked: Tracked,
    ) -> bool | None:
        """Whether the contract allows a change; None if that rests on holidays nobody knows."""
        if unit.recording.amendable == "freely":
            return True
        is_over: bool | None = False
        if not after:
            found = [self._instant(before[0].get(e), tracked) for e in unit.recording.happened]
            is_over = self._retention_is_over([e for e in found if e is not None], at, tracked)
        if unit.recording.amendable == "append_only":
            return is_over
        return bool(commit and commit.reason) or _only_fills_in(before, after) or is_over

    def _retention_is_over(self, happened: Sequence[int], at: int, tracked: Tracked) -> bool | None:
        """Whether a record with these times need not be kept any longer; None if nobody knows."""
        retention = parse_duration(tracked.dataset.retention)
        dues = [self.calendar.due(each, retention) for each in happened]
        # An uncertain one may run out later than it says, and no sooner.
        if not dues or max(due.at for due in dues) > at:
            return False
        return True if all(due.is_certain for due in dues) else None

    def _time(self, commit: str) -> int | None:
        return self.history.times[commit] * SECOND if commit else None

    def _instant(self, text: object, tracked: Tracked) -> int | None:
        """Read a time; a day is its beginning in the plan's zone."""
        if not isinstance(text, str):
            return None
        day = values.day(text) if len(text) == len("2026-01-31") else None
        if day is not None:
            return self.calendar.starts(day)
        found = values.instants(text, tracked.contract.zone)
        # Of two readings the earlier one: what may have happened early is due early.
        return found[1] if found else None


def _only_fills_in(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a change leaves alone whatever was not empty."""
    if len(before) != 1 or len(after) != 1:
        return False
    return all(name in after[0] and after[0][name] == value for name, value in before[0].items())


@dataclass(frozen=True)
class CommitAttribution:
    """Says who made each commit, and whether they may."""

    history: RecordHistory
    commits: Sequence[Commit]
    """By number."""
    with_policy: set[str]
    """Commits that changed the policy too; `WORKING` among them if what is not committed does."""
    merged: Mapping[str, int]
    """Commit → when it came into the line that is judged, in seconds since 1970."""
    judge: Callable[[Collection[str]], Mapping[str, str]]
    """Judges the signatures of commits."""

    def rows(self, pairs: Iterable[tuple[str, int | None]]) -> list[tuple[object, ...]]:
        """Return a row for each unit and commit, by its number."""
        units = {unit.name: unit for each in self.history.tracked for unit in each.units}
        named = [
            (units[each], None if number is None else self.commits[number])
            for each, number in pairs
        ]
        signatures = self.judge(
            {commit.id for unit, commit in named if commit and unit.recording.signed}
        )
        return [
            self._row(unit, number, commit, signatures)
            for (unit, commit), (_, number) in zip(named, pairs, strict=True)
        ]

    def _row(
        self,
        unit: TrackedTable,
        number: int | None,
        commit: Commit | None,
        signatures: Mapping[str, str],
    ) -> tuple[object, ...]:
        if commit is None:
            # Nothing is claimed yet about who will commit it.
            with_policy = WORKING in self.with_policy
            return (unit.name, *(None,) * 8, True, "uncommitted", True, with_policy)
        recording = unit.recording
        unasked = "unchecked" if commit.is_signed else "none"
        signature = signatures[commit.id] if recording.signed else unasked
        permitted = not recording.by or all(
            _among(each, recording.by) for each in (commit.author, commit.committer)
        )
        return (
            unit.name,
            number,
            self.history.times[commit.id] * SECOND,
            commit.reason or None,
            self.merged[commit.id] * SECOND,
            commit.authored * SECOND,
            commit.id,
            commit.author,
            commit.committer,
            permitted,
            signature,
            not recording.signed or signature == "good",
            commit.id in self.with_policy,
        )


def _among(address: str, known: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(address.casefold(), each.casefold()) for each in known)
