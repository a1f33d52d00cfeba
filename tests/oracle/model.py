"""A control and its evidence as the oracle sees them: plain values, nothing of the engine's."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal

Time = datetime.date | datetime.datetime
"""A day in the plan's zone, or an instant with its offset."""
Value = str | int | Decimal


@dataclass(frozen=True)
class Row:
    """A record as an input of a check kind sees it."""

    key: tuple[str, ...] = ()
    """Values of the key columns; none where the control is about the whole."""
    starts: Time | None = None
    ends: Time | None = None
    item: str = ""
    by: str | None = None
    quantity: Decimal | None = None
    good: bool = True


@dataclass(frozen=True)
class Revision:
    """Parameters and the first day on which they hold."""

    parameters: dict[str, Value | dict[str, Value]]
    first: datetime.date | None = None
    """Without one, the plan's first day."""


@dataclass(frozen=True)
class Waiver:
    """An accepted lapse of one subject, first and last day included."""

    id: str
    subject: str
    first: datetime.date
    last: datetime.date


@dataclass(frozen=True)
class World:
    """One control with its evidence."""

    name: str
    kind: str
    inputs: dict[str, list[Row]]
    revisions: list[Revision]
    items: list[str] = field(default_factory=list)
    """Required items; none where the subject itself is what must be covered."""
    waivers: list[Waiver] = field(default_factory=list)
    prefix: str = ""
    """Put before every subject's name."""
    items_on_file: bool = False
    """Whether the items are records, too, instead of a list in the policy."""
    spoiled: str = ""
    """What is wrong with the evidence, if anything: then nobody can say how things stand."""
    spans: bool = False
    """Whether the readings of a level are spans that add up."""


@dataclass(frozen=True)
class Setting:
    """What the controls of one policy repository share."""

    zone: str
    effective_on: datetime.date
    as_of: datetime.datetime
    window: tuple[datetime.datetime, datetime.datetime]
    horizon: datetime.datetime
    country: str | None = None
    """Whose public holidays business days skip."""
    subject: str = "centre"
    """What a control without subjects of its own is about."""
    format: str = "csv"
    """Format of the evidence: `csv` or `jsonl`."""
    local: bool = False
    """Whether times are written without an offset where that is not ambiguous."""


@dataclass(frozen=True, order=True)
class Piece:
    """A span in which a subject lapses, all of it waived or all of it not."""

    subject: str
    starts: int
    """Microseconds since 1970, UTC."""
    ends: int | None
    """None while open at as-of."""
    waived: bool


@dataclass(frozen=True)
class Answer:
    """What is to be said about a world."""

    pieces: list[Piece]
    """Those that touch the time from the window's start to as-of, by subject and time."""
    subjects: dict[str, str]
    """Subject whose duty touches the window or comes after → verdict now, or `ended`."""
    now: str
    period: str
    due: dict[str, int] = field(default_factory=dict)
    """Subject → when it lapses next after as-of."""
    left_out: int = 0
    """Records later than as-of, which had not happened yet."""
    certain: bool = True
    """Whether every time can be said; if not, the verdicts alone are given."""
