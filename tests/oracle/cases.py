"""Cases worked out by hand: what is on file, and the lapses that follow up to as-of."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .model import Answer, Parameters, Revision, Row, Setting, Time, Waiver, World
from .oracle import answer
from .zone_calendar import EPOCH, MICROSECOND, Office, micros, time_zone


def at(text: str) -> Time:
    """Read a day, a local time of the case's zone, or an instant with an offset."""
    if len(text) == len("2025-01-31"):
        return datetime.date.fromisoformat(text)
    return datetime.datetime.fromisoformat(text)


def rows(*texts: str, key: str = "A", **fields: Any) -> list[Row]:
    """Make records of one subject: `start`, `start/end`, `start/` or `/end`."""
    found = []
    for text in texts:
        starts, _, ends = text.partition("/")
        times = (at(starts) if starts else None, at(ends) if ends else None)
        found.append(Row((key,) if key else (), *times, **fields))
    return found


def counts(given: Mapping[str, float | str], key: str = "A") -> list[Row]:
    """Make readings: time → quantity."""
    return [Row((key,), at(text), quantity=Decimal(str(many))) for text, many in given.items()]


@dataclass(frozen=True)
class Case:
    """What is on file, and what follows from it."""

    kind: str
    inputs: dict[str, list[Row]]
    parameters: Parameters
    lapses: list[tuple[str, str | None]]
    """Of subject `A` (or its item), in the case's zone; no end where one is open at as-of."""
    as_of: str = "2025-12-31T18:00"
    zone: str = "Asia/Shanghai"
    item: str = ""
    items: list[str] = field(default_factory=list)
    revised: list[Revision] = field(default_factory=list)
    window: tuple[str, str] = ("1900-01-02T00:00", "")
    """Without an end, to as-of."""
    effective: str = "1900-01-01"
    waivers: list[Waiver] = field(default_factory=list)
    now: str = ""
    """Verdict now; without one, fail if a lapse is open, and otherwise pass, or unknown where all
    subjects have been retired."""
    period: str = ""
    """Verdict for the period; without one, whether there is a lapse says it."""
    fault: bool = False
    """Whether some of the evidence is invalid or undecided."""
    spans: bool = False
    filtered: bool = False
    may_be_empty: bool = False
    office: Office | None = None

    def answer(self) -> Answer:
        """Ask the oracle."""
        return answer(self.setting(), self.world())

    def moment(self, text: str) -> datetime.datetime:
        """Read a moment of the case's zone."""
        moment = datetime.datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=time_zone(self.zone))

    def setting(self) -> Setting:
        """Return what surrounds the world."""
        as_of = self.moment(self.as_of)
        starts, ends = self.window
        return Setting(
            zone=self.zone,
            effective_on=datetime.date.fromisoformat(self.effective),
            as_of=as_of,
            window=(self.moment(starts), self.moment(ends) if ends else as_of),
            horizon=as_of + datetime.timedelta(days=730),
            office=self.office,
        )

    def world(self) -> World:
        """Return the world."""
        return World(
            "W",
            self.kind,
            self.inputs,
            [Revision(self.parameters), *self.revised],
            self.items,
            self.waivers,
            spans=self.spans,
            filtered=self.filtered,
            may_be_empty=self.may_be_empty,
        )

    def check(self) -> None:
        """Compare what the oracle says with what was worked out."""
        found = self.answer()
        subject = " × ".join(["A", *([self.item] if self.item else [])])
        told = [
            (self.text(piece.starts), None if piece.ends is None else self.text(piece.ends))
            for piece in found.pieces
            if piece.subject == subject
        ]
        expected = [
            (self.same(starts), self.same(ends) if ends else None) for starts, ends in self.lapses
        ]
        assert told == expected, f"{found.faults}\nfound    {told}\nexpected {expected}"
        assert bool(found.faults) == bool(self.fault), found.faults
        is_open = any(ends is None for _, ends in self.lapses)
        nows = ("fail",) if is_open else ("pass", "unknown")
        assert found.now in ((self.now,) if self.now else nows)
        assert found.period == (self.period or ("fail" if self.lapses else "pass"))

    def micros(self, text: str) -> int:
        """Return microseconds since 1970 of a moment of the case's zone."""
        return micros(self.moment(text))

    def same(self, text: str) -> str:
        """Write a moment as `text` does."""
        return self.text(self.micros(text))

    def text(self, instant: int) -> str:
        """Write an instant in the case's zone."""
        return (EPOCH + instant * MICROSECOND).astimezone(time_zone(self.zone)).isoformat()
