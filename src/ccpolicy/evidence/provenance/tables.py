"""The datasets that git fills: who put what on file, and what was changed afterwards."""

from __future__ import annotations

import datetime
import fnmatch
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from ccpolicy.checks.durations import Duration, parse_duration
from ccpolicy.errors import Locator
from ccpolicy.evidence import values
from ccpolicy.evidence.provenance.commits import Commit
from ccpolicy.evidence.provenance.history import WORKING, Entry, Event, History
from ccpolicy.evidence.provenance.models import Row
from ccpolicy.evidence.provenance.tracked import Tracked, Unit
from ccpolicy.evidence.provenance.versions import Key, Place
from ccpolicy.policy import EVIDENCE_CHANGES, RECORDINGS

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_SECOND = 1_000_000
Found = list[tuple[Row, Locator]]


@dataclass(frozen=True)
class Tables:
    """Makes the rows."""

    folder: str
    """The evidence folder, from the policy repository's root."""
    zone: ZoneInfo
    """The plan's zone."""
    adopted: int
    """Instant from which records are owed in time."""
    history: History
    times: Mapping[str, int]
    """Commit → when it was made at the earliest, in seconds since 1970."""
    with_policy: set[str]
    """Commits that changed the policy too."""
    standing: Mapping[Key, tuple[str, Place]]
    """Record → the file in which it stands now, and where."""
    signatures: Mapping[str, str]
    """What was found of the signatures that a contract demands, by commit."""
    ends: dict[tuple[datetime.date, str], int] = field(default_factory=dict)
    """Day and duration → when it has run out."""
    makers: dict[tuple[str, str], Row] = field(default_factory=dict)
    """Commit and unit → what is known of who made it."""

    def rows(self, entries: Mapping[Key, Entry]) -> dict[str, Found]:
        """Return the records of each dataset, with their places."""
        units = {unit.name: (unit, each) for each in self.history.tracked for unit in each.units}
        recordings: Found = []
        for key, entry in sorted(entries.items()):
            if entry.contents and key in self.standing:
                recordings += self._recordings(key, entry, *units[key[0]])
        changes: Found = []
        seen: set[Key] = set()
        for event in self.history.events:
            if event.before or event.key in seen:
                changes.append(self._change(event, *units[event.key[0]]))
            seen.add(event.key)
        changes.sort(key=lambda each: [str(part) for part in each[0].values()])
        return {RECORDINGS: recordings, EVIDENCE_CHANGES: changes}

    def _recordings(
        self, key: Key, entry: Entry, unit: Unit, tracked: Tracked
    ) -> Iterator[tuple[Row, Locator]]:
        """Yield what is known of a record: once for each time at which something happened."""
        place = self._place(key)
        recording = unit.recording
        content = json.loads(entry.contents[0])
        happened = [(each, content.get(each), n) for n, each in enumerate(recording.happened)]
        events = [each for each in happened if each[1] is not None] or [("", None, -1)]
        for column, text, number in events:
            event = self.history.events[entry.since[number] if number >= 0 else entry.event]
            at = self._instant(text, tracked) if text is not None else None
            recorded = self._time(event)
            is_owed = self._is_owed(at, recorded)
            due = None
            if at is not None and recording.within and is_owed:
                due = self._after(at, parse_duration(recording.within))
            yield (
                {
                    "dataset": unit.name,
                    "record": key[1],
                    "event": column or "record",
                    "happened_at": at,
                    "due_at": due,
                    "owed": is_owed,
                    "copies": len(entry.contents),
                    "recorded_at": recorded,
                    **self._who(event, unit),
                },
                place,
            )

    def _change(self, event: Event, unit: Unit, tracked: Tracked) -> tuple[Row, Locator]:
        """Return a change of what was on file."""
        kind = "amended" if event.before and event.after else "deleted"
        if not event.before:
            kind = "restored"
        at = self._time(event)
        commit = self.history.commits.get(event.commit)
        is_owed = at is None or at >= self.adopted
        return (
            {
                "dataset": unit.name,
                "record": event.key[1],
                "change": kind,
                "changed_at": at,
                "owed": is_owed,
                "before": _shown(event.before),
                "after": _shown(event.after),
                "reason": commit.reason or None if commit else None,
                "permitted": self._permits(event, at, commit, unit, tracked),
                **self._who(event, unit),
            },
            self._place(event.key, event.path),
        )

    def _permits(
        self, event: Event, at: int | None, commit: Commit | None, unit: Unit, tracked: Tracked
    ) -> bool:
        """Whether the contract allows a change."""
        if unit.recording.amendable == "freely":
            return True
        if not event.after and at is not None:
            content = json.loads(event.before[0])
            found = [self._instant(content.get(e), tracked) for e in unit.recording.happened]
            ends = [
                self._after(each, parse_duration(tracked.dataset.retention))
                for each in found
                if each is not None
            ]
            if ends and max(ends) <= at:
                return True
        if unit.recording.amendable == "append_only":
            return False
        return bool(commit and commit.reason) or _only_fills_in(event)

    def _who(self, event: Event, unit: Unit) -> Row:
        if (event.commit, unit.name) not in self.makers:
            self.makers[event.commit, unit.name] = self._maker(event, unit)
        return self.makers[event.commit, unit.name]

    def _maker(self, event: Event, unit: Unit) -> Row:
        commit = self.history.commits.get(event.commit)
        if commit is None:
            # Nothing is claimed yet about what is not committed.
            names = ("authored_at", "commit", "author", "committer")
            return {
                **dict.fromkeys(names),
                "recorder_permitted": True,
                "signature": "uncommitted",
                "signature_sufficient": True,
                "with_policy": False,
            }
        recording = unit.recording
        unasked = "unchecked" if commit.is_signed else "none"
        signature = self.signatures[commit.id] if recording.signed else unasked
        return {
            "authored_at": commit.authored * _SECOND,
            "commit": commit.id,
            "author": commit.author,
            "committer": commit.committer,
            "recorder_permitted": not recording.by
            or all(_among(each, recording.by) for each in (commit.author, commit.committer)),
            "signature": signature,
            "signature_sufficient": not recording.signed or signature == "good",
            "with_policy": commit.id in self.with_policy,
        }

    def _is_owed(self, at: int | None, recorded: int | None) -> bool:
        """Whether it happened or was put on file since the plan was adopted.

        What came to be on file afterwards cannot escape by a date of the time before.
        """
        if recorded is None or recorded >= self.adopted:
            return True
        return at is not None and at >= self.adopted

    def _time(self, event: Event) -> int | None:
        return None if event.commit == WORKING else self.times[event.commit] * _SECOND

    def _place(self, key: Key, path: str = "") -> Locator:
        if key in self.standing:
            path, place = self.standing[key]
            return Locator(f"{self.folder}/{path}", place.line, sheet=place.sheet, path=place.path)
        return Locator(f"{self.folder}/{path}")

    def _instant(self, text: object, tracked: Tracked) -> int | None:
        """Read a time; a day is its beginning in the plan's zone."""
        if not isinstance(text, str):
            return None
        day = values.day(text) if len(text) == len("2026-01-31") else None
        if day is not None:
            return self._begins(datetime.date.fromordinal(day + _EPOCH.toordinal()))
        found = values.instants(text, tracked.contract.zone)
        # Of two readings the earlier one: what may have happened early is due early.
        return found[1] if found else None

    def _begins(self, day: datetime.date) -> int:
        begin = datetime.datetime.combine(day, datetime.time(), self.zone)
        return (begin - _EPOCH) // datetime.timedelta(microseconds=1)

    def _after(self, at: int, duration: Duration) -> int:
        """Return when a duration has run out: a calendar one at the end of its last day."""
        if duration.is_clock:
            return at + duration.microseconds
        moment = _EPOCH + datetime.timedelta(microseconds=at)
        day = moment.astimezone(self.zone).date()
        if (day, duration.text) not in self.ends:
            self.ends[day, duration.text] = self._last(day, duration)
        return self.ends[day, duration.text]

    def _last(self, day: datetime.date, duration: Duration) -> int:
        """Return the end of the last day of a calendar duration."""
        months = day.year * 12 + day.month - 1 + duration.months
        first = datetime.date(months // 12, months % 12 + 1, 1)
        following = datetime.date((months + 1) // 12, (months + 1) % 12 + 1, 1)
        last = min(first + datetime.timedelta(days=day.day - 1), following - datetime.timedelta(1))
        return self._begins(last + datetime.timedelta(days=duration.days + 1))


def _only_fills_in(event: Event) -> bool:
    """Whether a change leaves alone whatever was not empty."""
    if len(event.before) != 1 or len(event.after) != 1:
        return False
    before, after = json.loads(event.before[0]), json.loads(event.after[0])
    return all(name in after and after[name] == value for name, value in before.items())


def _among(address: str, known: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(address.casefold(), each.casefold()) for each in known)


def _shown(contents: Sequence[str]) -> str | None:
    return " ".join(contents) or None
