"""A control and its evidence as the oracle sees them: plain values, nothing of the program's."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from .zone_calendar import Office

Time = datetime.date | datetime.datetime
"""A day in the plan's zone, an instant with its offset, or a local time without an offset, which
may have happened twice."""
Value = str | int | Decimal
Parameters = dict[str, Value | dict[str, Value]]
Key = tuple[str, ...]
REASONS = ("customer", "零件")
"""Why a clock may stand still."""
Status = Literal["final", "draft", ""]


@dataclass(frozen=True)
class Row:
    """A record as an input of a check kind sees it."""

    key: Key = ()
    """Values of the key columns; none where the control is about the whole."""
    starts: Time | None = None
    ends: Time | None = None
    item: str = ""
    by: str | None = None
    part: str = ""
    """Its own key, or that of what it closes, where `key` is the group for which it counts."""
    quantity: Decimal | None = None
    met: Decimal | None = None
    """How many of the quantity are good."""
    good: bool | None = True
    """Without a value the predicate that says whether the record is good has not decided."""
    state: bool = False
    """Whether the start of a coverage's record is `valid_from`, not when it was obtained."""
    reason: str = ""
    """Why the clock stands still, of a pause."""
    status: Status = "final"
    """The predicate of a filtered input leaves a draft out and is undecided without a status."""


@dataclass(frozen=True)
class Revision:
    """Parameters and the first day on which they hold."""

    parameters: Parameters
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
    spans: bool = False
    """Whether the readings of a level are states that add up."""
    filtered: bool = False
    """Whether every input has the predicate `status <> 'draft'`."""
    may_be_empty: bool = False
    width: int = 1
    """Columns in the key of a subject; 0 where the control is about the whole."""


@dataclass(frozen=True)
class Setting:
    """What the controls of one policy repository share."""

    zone: str
    effective_on: datetime.date
    as_of: datetime.datetime
    window: tuple[datetime.datetime, datetime.datetime]
    horizon: datetime.datetime
    office: Office | None = None
    """On whose calendar business time is counted."""
    subject: str = "centre"
    """What a control without subjects of its own is about."""
    format: str = "csv"
    """Format of the evidence: `csv` or `jsonl`."""
    local: bool = False
    """Whether the datasets declare the plan's zone, so that times may lack an offset."""
    together: bool = False
    """Whether one dataset holds all inputs, the subjects among them."""


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
    not_due: int = 0
    """Subjects whose due instant has not come."""
    left_out: int = 0
    """Records later than as-of, which had not happened yet."""
    faults: tuple[str, ...] = ()
    """Why nobody can say how things stand, if so; then the verdicts alone are given."""
