"""How many calls the sample centre had each day, and how many it answered in time."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from sample.chance import between
from sample.clock import DAY, LAST, Date, day
from sample.files import Row

_FIRST = day("2025-05-01")
_SITES = {"SHA": (2_750, 3_150), "CTU": (2_050, 2_450)}
_SEASONS = [  # first and last day, and the calls of a usual day in percent
    (day("2025-06-10"), day("2025-06-20"), 122),
    (day("2025-10-01"), day("2025-10-08"), 78),
    (day("2025-11-01"), day("2025-11-14"), 131),
    (day("2026-02-12"), day("2026-02-23"), 48),
    (day("2026-06-10"), day("2026-06-20"), 124),
    (day("2026-10-01"), day("2026-10-07"), 80),
    (day("2026-11-01"), day("2026-11-14"), 133),
]
"""Sales in June and November, the spring festival, and the national holidays."""
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
    for first, last, percent in _SEASONS:
        if first <= on <= last:
            offered = offered * percent // 100
    is_short = site == _HEAT[0] and _HEAT[1] <= on <= _HEAT[2]
    in_time, lost = ((480, 640), (80, 125)) if is_short else ((800, 905), (15, 38))
    return {
        "site": site,
        "day": on,
        "offered": offered,
        "answered": offered - offered * between(*lost, "gave up", site, on) // 1000,
        "answered_within_20s": offered * between(*in_time, "in time", site, on) // 1000,
    }


class Figures(NamedTuple):
    """What came of the calls of a month."""

    offered: int
    service_level: float
    """Share that was answered within 20 seconds, to three decimals."""


def month(period: str, site: str = "") -> Figures:
    """Return the figures of a month, of one site or of all."""
    rows = [
        row
        for row in call_traffic()
        if row["day"].isoformat()[:7] == period and site in ("", row["site"])
    ]
    offered = sum(row["offered"] for row in rows)
    in_time = sum(row["answered_within_20s"] for row in rows)
    return Figures(offered, (2000 * in_time + offered) // (2 * offered) / 1000)
