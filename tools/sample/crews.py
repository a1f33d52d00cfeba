"""How many agents were logged in, shift by shift, as the telephone system exports it."""

from __future__ import annotations

from sample.chance import between
from sample.clock import DAY, LAST, Date, day
from sample.files import Row
from sample.people import staff

_TEAMS = 4
"""Teams of a site, of which three are on a day's shifts and one is off."""
_FIRST = day("2025-06-01")
_SHORT: dict[tuple[str, str], tuple[str, int]] = {
    # The flu at Spring Festival; and the heat wave in which the service level was missed.
    ("CTU", "2026-02-18"): ("night", 3),
    ("CTU", "2026-08-11"): ("early", 5),
    ("CTU", "2026-08-12"): ("late", 4),
}


def shift_crews() -> list[Row]:
    """Return for each day and site how many were logged in half an hour into each shift."""
    agents = [each for each in staff() if each["role"] == "agent"]
    rows = []
    on = _FIRST
    while on < LAST:
        for site in ("SHA", "CTU"):
            there = sum(_employed(each, site, on) for each in agents) // _TEAMS
            crew = {
                shift: there - between(0, 2, "absent", site, on, shift)
                for shift in ("early", "late", "night")
            }
            shift, short = _SHORT.get((site, on.isoformat()), ("early", crew["early"]))
            rows.append({"site": site, "day": on, **crew, shift: short})
        on += DAY
    return rows


def _employed(agent: Row, site: str, on: Date) -> bool:
    return bool(
        agent["site"] == site
        and agent["hired_on"] <= on
        and (agent["left_on"] is None or on <= agent["left_on"])
    )
