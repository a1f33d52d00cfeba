"""Whether the evidence that a lapse is said to have begun and ended with can have been that."""

from __future__ import annotations

import csv
import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ccpolicy.assessment.models import Control, Lapse

from .model import Row, Setting, World
from .repository import DATASETS
from .times import DAY, Clock, micros

CLOSING = ("events", "closings", "readings", "records")
"""Inputs whose records can end a lapse by happening."""


class Places:
    """The records of a repository by file and line."""

    def __init__(self, folder: Path, shared: Setting) -> None:
        self.shared, self.clock = shared, Clock(shared.zone, None)
        self.records: dict[str, dict[str, Any]] = {}
        for dataset in sorted({*DATASETS.values(), "events"}):
            path = f"evidence/{dataset}/all.{shared.format}"
            with (folder / path).open(encoding="utf-8", newline="") as file:
                if shared.format == "csv":
                    # One line for the headings, and no value holds a line's end.
                    found = dict(enumerate(csv.DictReader(file), 2))
                else:
                    found = dict(enumerate(map(json.loads, file), 1))
            self.records.update({f"{path}:{line}": record for line, record in found.items()})

    def wrong(self, world: World, found: Control) -> Iterator[str]:
        """Yield what is wrong with the places of a control's lapses."""
        for lapse in found.lapses:
            if lapse.opened_by and not self._mine(world, lapse, lapse.opened_by):
                yield f"opened by another's record: {lapse}"
            elif lapse.opened_by and self._began(lapse.opened_by) > _micros(lapse.starts):
                yield f"opened by a later record: {lapse}"
            elif lapse.opened_by and self._was_good(world, lapse.opened_by):
                yield f"opened by a good record: {lapse}"
            if lapse.closed_by and not self._mine(world, lapse, lapse.closed_by):
                yield f"closed by another's record: {lapse}"
            elif lapse.closed_by and lapse.ends and _micros(lapse.ends) not in self._times(lapse):
                yield f"closed by a record of another time: {lapse}"
            elif lapse.ends and not lapse.closed_by and self._happened(world, lapse):
                yield f"closed by nothing, though something happened then: {lapse}"

    def _happened(self, world: World, lapse: Lapse) -> bool:
        """Say whether a record alone can have ended a lapse: no plan, waiver or revision."""
        assert lapse.ends
        ends = _micros(lapse.ends)
        clock = self.clock
        edges = {clock.begins(revision.first) for revision in world.revisions if revision.first}
        for waiver in world.waivers:
            edges |= {clock.begins(waiver.first), clock.begins(waiver.last + DAY)}
        for rows in world.inputs.values():
            edges |= {clock.end(row.ends) for row in rows if row.ends}
        return ends not in edges and any(
            row.starts and clock.start(row.starts) == ends and self._named(world, row, lapse)
            for name in CLOSING
            for row in world.inputs.get(name, [])
        )

    def _named(self, world: World, row: Row, lapse: Lapse) -> bool:
        name = " × ".join([*(row.key or [self.shared.subject]), *([row.item] if row.item else [])])
        return world.prefix + name == lapse.subject

    def _mine(self, world: World, lapse: Lapse, place: str) -> bool:
        record = self.records[place]
        key = [value for value in (record.get("a"), record.get("b")) if value]
        name = " × ".join(key or [self.shared.subject])
        subjects = {
            world.prefix + " × ".join([name, *([item] if item else [])])
            for item in world.items or [""]
        }
        return record["world"] == world.name and lapse.subject in subjects

    def _was_good(self, world: World, place: str) -> bool:
        return world.kind == "record" and self.records[place]["outcome"] == "good"

    def _began(self, place: str) -> int:
        record = self.records[place]
        if at := record.get("starts_at"):
            return self._instant(at)
        return (
            self.clock.begins(datetime.date.fromisoformat(record["starts_on"]))
            if record.get("starts_on")
            else 0
        )

    def _times(self, lapse: Lapse) -> set[int]:
        assert lapse.closed_by
        record = self.records[lapse.closed_by]
        times = {self._began(lapse.closed_by)}
        if at := record.get("ends_at"):
            times.add(self._instant(at))
        if on := record.get("ends_on"):
            times.add(self.clock.end(datetime.date.fromisoformat(on)))
        return times

    def _instant(self, text: str) -> int:
        moment = datetime.datetime.fromisoformat(text)
        return micros(moment if moment.tzinfo else moment.replace(tzinfo=self.clock.zone))


def _micros(text: str) -> int:
    return micros(datetime.datetime.fromisoformat(text))
