"""How many calls the sample centre had each day, and how many it answered in time."""

from __future__ import annotations

from functools import cache

from sample.chance import between
from sample.clock import DAY, LAST, Date, day
from sample.files import Row

_FIRST = day("2025-05-01")
_SITES = {"SHA": (2_750, 3_150), "CTU": (2_050, 2_450)}
_HEAT = ("CTU", day("2026-07-09"), day("2026-07-24"))
"""Mains power was short and half of the floor dark; too many calls stayed at this site."""


@cache
def call_traffic() -> list[Row]:
    """Return the export of each day."""
    rows = []
    on = _FIRST
    while on < LAST:
        rows += [_traffic(site, on) for site in _SITES]
        on += DAY
    return rows


def _traffic(site: str, on: Date) -> Row:
    offered = between(*_SITES[site], "offered", site, on)
    if on.weekday() > 4:
        offered = offered * 4 // 5
    is_short = site == _HEAT[0] and _HEAT[1] <= on <= _HEAT[2]
    in_time, lost = ((480, 640), (80, 125)) if is_short else ((800, 905), (15, 38))
    return {
        "site": site,
        "day": on,
        "offered": offered,
        "answered": offered - offered * between(*lost, "gave up", site, on) // 1000,
        "answered_within_20s": offered * between(*in_time, "in time", site, on) // 1000,
    }


def month(period: str) -> tuple[int, float]:
    """Return the calls offered in a month, and the share that was answered within 20 seconds."""
    rows = [row for row in call_traffic() if row["day"].isoformat()[:7] == period]
    offered = sum(row["offered"] for row in rows)
    return offered, round(sum(row["answered_within_20s"] for row in rows) / offered, 3)
