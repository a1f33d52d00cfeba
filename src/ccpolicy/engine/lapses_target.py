"""Where lapses go that are more than an assessment lists."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class LapsesTarget:
    """The file of all lapses, which is written if there are too many to be listed."""

    file: Path | None
    """Without one they are only counted and digested."""
    name: str | None
    """What the assessment calls it: its path from the assessment's folder; null if nobody keeps
    it."""
