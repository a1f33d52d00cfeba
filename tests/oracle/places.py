"""Whether the evidence that a lapse is said to have begun and ended with can have been that."""

from __future__ import annotations

import csv
import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .model import Row, Setting, Time, World
from .moments import happened, has_happened, judged_at, state_end
from .repository import DATASETS
from .zone_calendar import DAY, Calendar, micros

CLOSING = ("events", "closings", "readings", "records")
"""Inputs whose records can end a lapse by happening."""


class Places:
    """The records of a repository by file and line."""

    def __init__(self, folder: Path, shared: Setting) -> None:
        self.shared, self.calendar = shared, Calendar(shared.zone, None)
        self.as_of = judged_at(shared.as_of, self.calendar)
        self.records: dict[str, dict[str, Any]] = {}
        for dataset in DATASETS:
            path = f"evidence/{dataset}/all.{shared.format}"
            with (folder / path).open(encoding="utf-8", newline="") as file:
                if shared.format == "csv":
                    # One line for the headings, and no value holds a line's end.
                    found = dict(enumerate(csv.DictReader(file), 2))
                else:
                    found = dict(enumerate(map(json.loads, file), 1))
            self.records.update({f"{path}:{line}": record for line, record in found.items()})

    def wrong(self, world: World, found: Any) -> Iterator[str]:
        """Yield what is wrong with the places of a control's lapses."""
        for lapse in found.lapses:
            if lapse.opened_by and not self._mine(world, lapse, lapse.opened_by):
                yield f"opened by another's record: {lapse}"
            elif lapse.opened_by and min(self._times(lapse.opened_by)) > self._micros(lapse.starts):
                yield f"opened by a later record: {lapse}"
            elif lapse.opened_by and self._was_good(world, lapse.opened_by):
                yield f"opened by a good record: {lapse}"
            if lapse.closed_by and not self._mine(world, lapse, lapse.closed_by):
                yield f"closed by another's record: {lapse}"
            elif lapse.closed_by and lapse.ends:
                if self._micros(lapse.ends) not in self._times(lapse.closed_by):
                    yield f"closed by a record of another time: {lapse}"
            elif lapse.ends and self._was_closed(world, lapse):
                yield f"closed by nothing, though something happened then: {lapse}"

    def _was_closed(self, world: World, lapse: Any) -> bool:
        """Say whether a record alone can have ended a lapse: no plan, waiver or revision."""
        if world.kind == "share":  # a whole period ends it
            return False
        ends = self._micros(lapse.ends)
        calendar = self.calendar
        edges = {calendar.begins(revision.first) for revision in world.revisions if revision.first}
        for waiver in world.waivers:
            edges |= {calendar.begins(waiver.first), calendar.begins(waiver.last + DAY)}
        for rows in world.inputs.values():
            times = [row.ends for row in rows if row.ends]
            edges |= {state_end(time, calendar, early=True) for time in times}
            edges |= {happened(time, calendar, self.as_of).latest for time in times}
        return ends not in edges and any(
            self._closes(row, ends) and self._named(world, row, lapse)
            for name in CLOSING
            for row in world.inputs.get(name, [])
        )

    def _closes(self, row: Row, ends: int) -> bool:
        """Say whether a record's help began when a lapse ended."""
        if row.starts is None or row.status != "final" or not row.good:
            return False
        if not has_happened(row.starts, self.calendar, self.as_of):
            return False
        at = happened(row.starts, self.calendar, self.as_of)
        return ends == (at.earliest if row.state else at.latest)

    def _named(self, world: World, row: Row, lapse: Any) -> bool:
        name = " × ".join([*(row.key or [self.shared.subject]), *([row.item] if row.item else [])])
        return bool(world.prefix + name == lapse.subject)

    def _mine(self, world: World, lapse: Any, place: str) -> bool:
        record = self.records[place]
        key = [value for value in (record.get("a"), record.get("b")) if value]
        name = " × ".join(key or [self.shared.subject])
        subjects = {
            world.prefix + " × ".join([name, *([item] if item else [])])
            for item in world.items or [""]
        }
        return record["world"] == world.name and lapse.subject in subjects

    def _was_good(self, world: World, place: str) -> bool:
        return world.kind == "record" and self.records[place].get("outcome") == "good"

    def _times(self, place: str) -> set[int]:
        """Return every instant at which a record begins or ends, as each may be read."""
        record, found = self.records[place], set()
        for column in ("starts", "ends"):
            time: Time | None = None
            if at := record.get(f"{column}_at"):
                time = datetime.datetime.fromisoformat(at)
            elif on := record.get(f"{column}_on"):
                time = datetime.date.fromisoformat(on)
            if time is not None:
                at_ = happened(time, self.calendar, self.as_of)
                found |= {at_.earliest, at_.latest}
                found |= {state_end(time, self.calendar, early=early) for early in (True, False)}
        # Without a beginning it always was.
        return found if record.get("starts_at") or record.get("starts_on") else {*found, 0}

    def _micros(self, text: str) -> int:
        """Read an instant of the report; as-of there is the instant at which is judged."""
        at = micros(datetime.datetime.fromisoformat(text))
        # Compared as instants: a local time that happens twice equals none of another zone.
        return self.as_of if at == micros(self.shared.as_of) else at
