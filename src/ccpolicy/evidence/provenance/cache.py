"""What was read from a history, kept beside it: safe to delete, and never trusted blindly.

It is made for one commit and one set of contracts, and serves a later commit alone that rests on
that one: a history that was written anew is read anew.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ccpolicy.evidence.provenance.commits import Commit
from ccpolicy.evidence.provenance.history import Event, History
from ccpolicy.evidence.provenance.tracked import Tracked
from ccpolicy.evidence.provenance.versions import Key, Place

VERSION = 1
"""Raised when what is kept, or what it means, changes."""


@dataclass
class Kept:
    """What the cache holds."""

    head: str = ""
    commits: dict[str, Commit] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    kept: dict[str, dict[str, str | None]] = field(default_factory=dict)
    places: dict[str, list[tuple[Key, Place]]] = field(default_factory=dict)
    """Blob → where its records stand."""
    with_policy: set[str] = field(default_factory=set)
    """Commits that changed the policy too."""


@dataclass(frozen=True)
class Cache:
    """A file of the cache."""

    file: Path

    @classmethod
    def of(
        cls, common: Path, folder: str, policy: Sequence[str], tracked: Iterable[Tracked]
    ) -> Cache:
        """Return the cache for an evidence folder, a policy's paths and its contracts."""
        said = json.dumps(
            [VERSION, folder, policy, [each.dataset.model_dump(mode="json") for each in tracked]],
            sort_keys=True,
        )
        name = hashlib.sha256(said.encode()).hexdigest()[:24]
        return cls(common / "ccpolicy" / f"provenance-{name}.json")

    def load(self) -> Kept:
        """Return what is kept; nothing if there is none, or if it was damaged."""
        try:
            digest, _, text = self.file.read_bytes().partition(b"\n")
            if hashlib.sha256(text).hexdigest().encode() != digest:
                return Kept()
            found = json.loads(text)
            order = [Commit._make([*row[:2], tuple(row[2]), *row[3:]]) for row in found["commits"]]
            return Kept(
                head=found["head"],
                commits={commit.id: commit for commit in order},
                events=_events(found["events"], order),
                kept=found["kept"],
                with_policy=set(found["with_policy"]),
                places={
                    blob: [((row[0], row[1]), Place(*row[2:])) for row in rows]
                    for blob, rows in found["places"].items()
                },
            )
        except (OSError, ValueError, LookupError, TypeError):
            return Kept()

    def save(
        self,
        head: str,
        order: Sequence[Commit],
        history: History,
        places: dict[str, list[tuple[Key, Place]]],
        with_policy: set[str],
    ) -> None:
        """Keep what was read; where nothing can be written, it is read again the next time."""
        numbers = {commit.id: number for number, commit in enumerate(order)}
        last: dict[Key, tuple[str, ...]] = {}
        events = []
        for event in history.events:
            follows = last.get(event.key, ()) == event.before
            before = None if follows else event.before
            events.append([numbers[event.commit], *event.key, before, event.after, event.path])
            last[event.key] = event.after
        found = {
            "head": head,
            "commits": order,
            "events": events,
            "kept": history.kept,
            "with_policy": sorted(with_policy),
            "places": {
                blob: [[*key, *place] for key, place in rows] for blob, rows in places.items()
            },
        }
        text = json.dumps(found, separators=(",", ":")).encode()
        beside = self.file.with_name(f".{self.file.name}.{os.getpid()}.tmp")
        with suppress(OSError):
            try:
                self.file.parent.mkdir(exist_ok=True)
                beside.write_bytes(hashlib.sha256(text).hexdigest().encode() + b"\n" + text)
                beside.replace(self.file)
            finally:
                beside.unlink(missing_ok=True)


def _events(rows: Iterable[Sequence[object]], order: Sequence[Commit]) -> list[Event]:
    last: dict[Key, tuple[str, ...]] = {}
    events = []
    for row in rows:
        number, unit, key, before, after, path = row
        assert isinstance(number, int)
        name = (str(unit), str(key))
        given = last.get(name, ()) if before is None else _texts(before)
        last[name] = _texts(after)
        events.append(Event(order[number].id, name, given, last[name], str(path)))
    return events


def _texts(found: object) -> tuple[str, ...]:
    assert isinstance(found, list)
    return tuple(map(str, found))
