"""The rows of the datasets filled from git, as far as they depend on the history alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ccpolicy.evidence import values
from ccpolicy.git.commits import Commit
from ccpolicy.policy import EVIDENCE_CHANGES, RECORDINGS
from ccpolicy.provenance.file_versions import Key, to_json
from ccpolicy.provenance.record_history import RecordHistory
from ccpolicy.provenance.record_states import WORKING, Event, RecordState
from ccpolicy.provenance.tracked import Tracked, TrackedTable
from ccpolicy.time.calendar import Calendar
from ccpolicy.time.durations import parse_duration
from ccpolicy.time.epoch import SECOND
from ccpolicy.time.zones import time_zone

STORED_COLUMNS = {
    RECORDINGS: {
        "dataset": "VARCHAR",
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
        "dataset": "VARCHAR",
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
"""Commits as numbers, NULL for what is not committed; times in microseconds since 1970 UTC."""
SHARED_COLUMNS = {RECORDINGS: 7, EVIDENCE_CHANGES: 7}
"""How many of the first columns are equal for most records of a commit."""


@dataclass(frozen=True)
class RecordRows:
    """Makes the rows; see `STORED_COLUMNS`. Who made a commit is not part of them."""

    calendar: Calendar
    """The plan's."""
    adopted: int
    """Instant from which records must be recorded in time."""
    as_of: int
    """The moment of the assessment, which is the time of changes that are not committed."""
    history: RecordHistory
    merged: Mapping[str, int]
    """Commit → when it came into the assessed line, in seconds since 1970; see `merged_times`."""
    numbered: dict[str, tuple[int | None, bool]] = field(default_factory=dict)
    """Commit → its number, and whether it was merged since the plan was adopted."""

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Commit → its number."""
        return {id_: number for number, id_ in enumerate(self.history.commits)}

    def recordings(self, records: Mapping[Key, RecordState]) -> Iterator[tuple[object, ...]]:
        """Yield one row for each time that a record states, and one for a record without times."""
        by_table: dict[str, list[tuple[Key, RecordState]]] = {}
        for key, state in records.items():
            if state.contents:
                by_table.setdefault(key[0], []).append((key, state))
        for name, found in by_table.items():
            table, tracked = self.history.files.tables[name]
            columns = table.recording.happened
            contents = [state.contents[0] for _, state in found]
            texts = self.history.files.readers[name].cells(contents, columns)
            instants = [
                self._instants({row[index] for row in texts}, column, table, tracked)
                for index, column in enumerate(columns)
            ]
            within = parse_duration(table.recording.within) if table.recording.within else None
            dues: dict[int, int] = {}
            for (key, state), row in zip(found, texts, strict=True):
                timed = [number for number, text in enumerate(row) if text is not None]
                for number in timed or [-1]:
                    at = instants[number][row[number]] if timed else None
                    id_ = (state.since[number] if timed else state.commit) or WORKING
                    commit, is_recent = self.numbered.get(id_) or self._number(id_)
                    is_owed = is_recent or (at is not None and at >= self.adopted)
                    due = None
                    if within is not None and at is not None and is_owed:
                        if at not in dues:
                            # A contract cannot give it in business days, so it is certain.
                            dues[at] = self.calendar.due(at, within).at
                        due = dues[at]
                    yield (
                        name,
                        commit,
                        number,
                        columns[number] if timed else "record",
                        is_owed,
                        len(state.contents),
                        state.path,
                        key[1],
                        at,
                        due,
                    )

    def _number(self, commit: str) -> tuple[int | None, bool]:
        """Return a commit's number, and whether it was merged since the plan was adopted.

        The time of the merge counts, because a branch may claim any earlier time for itself.
        """
        is_recent = commit == WORKING or self.merged[commit] * SECOND >= self.adopted
        self.numbered[commit] = self.numbers.get(commit), is_recent
        return self.numbered[commit]

    def _instants(
        self, texts: Collection[Any], name: str, table: TrackedTable, tracked: Tracked
    ) -> dict[Any, int | None]:
        """Read the times of a column; all at once if they have the same format, as most do."""
        column = tracked.contract.column(name, table.path)
        found = None
        if column and column.reading.is_plain and all(isinstance(each, str) for each in texts):
            found = values.all_instants(texts, time_zone(column.zone) if column.zone else None)
        if found is None:
            return {each: self._instant(each, name, table, tracked) for each in texts}
        return {text: readings[1] for text, readings in found.items()}

    def changes(self, events: Iterable[Event]) -> Iterator[tuple[object, ...]]:
        """Yield one row for each change of a record that was on file."""
        for event in events:
            if event.before or event.restores:
                yield self._change(event)

    def _change(self, event: Event) -> tuple[object, ...]:
        table, tracked = self.history.files.tables[event.key[0]]
        kind = "amended" if event.before and event.after else "deleted"
        at = self._time(event.commit)
        number, is_recent = self._number(event.commit)
        read = self.history.files.readers[table.name].fields
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
                table,
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
        table: TrackedTable,
        tracked: Tracked,
    ) -> bool | None:
        """Whether the contract permits a change; None if nobody knows holidays that decide it."""
        if table.recording.amendable == "freely":
            return True
        is_over: bool | None = False
        if not after:
            found = [
                self._instant(before[0].get(each), each, table, tracked)
                for each in table.recording.happened
            ]
            is_over = self._retention_is_over([e for e in found if e is not None], at, tracked)
        if table.recording.amendable == "append_only":
            return is_over
        return bool(commit and commit.reason) or _only_fills_in(before, after) or is_over

    def _retention_is_over(self, happened: Sequence[int], at: int, tracked: Tracked) -> bool | None:
        """Whether the retention of a record with these times is over at an instant.

        None if that depends on holidays that are not known.
        """
        retention = parse_duration(tracked.dataset.retention)
        dues = [self.calendar.due(each, retention) for each in happened]
        # An uncertain due instant is the earliest possible one.
        if not dues or max(due.at for due in dues) > at:
            return False
        return True if all(due.is_certain for due in dues) else None

    def _time(self, commit: str) -> int | None:
        return self.history.times[commit] * SECOND if commit else None

    def _instant(self, raw: object, name: str, table: TrackedTable, tracked: Tracked) -> int | None:
        """Read a time; a day counts as its beginning in the plan's zone."""
        column = tracked.contract.column(name, table.path)
        if column is None:
            return None
        # The earlier of two readings (end of summer time), which is due earlier.
        [found] = self.history.files.readers[table.name].readings.read(column, [raw])
        match found:
            case (_, earlier):
                return int(earlier)
            case int() if column.type == "date":
                return self.calendar.starts(found)
        return None


def _only_fills_in(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a change only fills in empty fields."""
    if len(before) != 1 or len(after) != 1:
        return False
    return all(name in after[0] and after[0][name] == value for name, value in before[0].items())
