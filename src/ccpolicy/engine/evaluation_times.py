"""The instants that one evaluation is about."""

from __future__ import annotations

from dataclasses import dataclass

from ccpolicy.time.epoch import CLOCK_TOLERANCE


@dataclass(frozen=True)
class EvaluationTimes:
    """The instants of one evaluation, in microseconds since 1970 UTC."""

    starts: int
    """Start of the window."""
    ends: int
    """End of the window, as-of at the latest."""
    as_of: int
    horizon: int
    present: bool
    """Whether as-of is the present moment."""

    @property
    def latest(self) -> int:
        """Events later than this are left out: they had not happened yet."""
        return self.as_of + (CLOCK_TOLERANCE if self.present else 0)

    @property
    def last(self) -> int:
        """The last instant of the window; as-of belongs to it."""
        return self.ends - 1 if self.ends < self.as_of else self.as_of
