"""What is told of an incident of the sample centre."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Incident:
    """What happened in an incident; minutes run from its detection."""

    number: str
    site: str
    kind: str
    severity: int
    detected: str
    scope: tuple[int, int, int, int]
    """Seats affected, calls lost, customers affected, minutes in which callers got no answer."""
    assessed: int
    contained: int
    restored: int | None
    """Nothing while it is open."""
    reviewed: str | None
    """Day of its own review; lesser ones may be left to the monthly one."""
    cause: str | None = None
    lessons: str | None = None
    asks_plan_change: bool | None = None
    actions: tuple[tuple[str, str, str, str | None], ...] = ()
    """What, owner, day due, day done."""
    mobilized: int | None = None
    measures: tuple[tuple[int, str, str], ...] = ()
    """Minute, what was done to contain it, by whom."""
    management: int = 0
    """Minutes until management had a notice, if it took longer than usual."""
    silence: int = 0
    """Minutes that customers once waited for news, if longer than allowed."""
    recovery_told: int = 0
    """Minutes after recovery at which customers were told of it, if it took longer than usual."""
    lower_grade: tuple[str, str] | None = None
    """Why it was graded lower than the criteria say, and who else agreed."""
    leak: tuple[int, str, str] | None = None
    """For a leak of personal data: minute of the decision on reporting it, decision, reasons."""
