"""The check kinds as the design's words define them, by name."""

from __future__ import annotations

from ..judge import Judge
from .cadence import Cadence
from .coverage import Coverage
from .deadline import Deadline
from .level import Level
from .meter import Meter
from .record import Record
from .recurrence import Recurrence
from .share import Share

JUDGES: dict[str, type[Judge]] = {
    "recurrence": Recurrence,
    "coverage": Coverage,
    "deadline": Deadline,
    "cadence": Cadence,
    "level": Level,
    "meter": Meter,
    "record": Record,
    "share": Share,
}
