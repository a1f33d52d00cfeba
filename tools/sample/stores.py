"""The spare parts that the sample centre keeps, and how they are counted."""

from __future__ import annotations

from sample.chance import between, pick
from sample.clock import DAY, by_hand, day, months_after, workday_until
from sample.equipment import TECHNICIANS
from sample.files import Row, numbered

_PARTS = {  # part: asset class, minimum at Shanghai and at Chengdu, days from order to delivery
    "gateway_card": ("telephony", 2, 2, 21),
    "psu_1u": ("telephony", 3, 2, 14),
    "ups_battery": ("power", 6, 4, 21),
    "starter_battery": ("power", 1, 1, 7),
    "contactor": ("power", 1, 1, 14),
    "access_switch": ("network", 2, 1, 14),
    "core_psu": ("network", 2, 1, 14),
    "sfp": ("network", 6, 4, 7),
    "headset": ("seat", 20, 15, 10),
    "terminal": ("seat", 4, 3, 14),
    "disk": ("recording", 4, 3, 7),
    "air_filter": ("environment", 4, 3, 5),
    "smoke_detector": ("environment", 4, 3, 10),
    "leak_cable": ("environment", 2, 1, 10),
}
# Counts that did not go as usual: site, part, month of the usual count, counts made instead
_SHORT: dict[tuple[str, str, str], list[tuple[str, int]]] = {
    # Used up by two replacements, and filled up within a week.
    ("CTU", "ups_battery", "2026-08"): [("2026-08-11", 3), ("2026-08-18", 6), ("2026-08-26", 6)],
    # A delivery was bad and of no use until it was exchanged (incident INC-2026-05).
    ("CTU", "headset", "2026-05"): [("2026-05-22", 19), ("2026-05-27", 4), ("2026-05-29", 22)],
    # A batch was withdrawn, and its replacement has not come yet; a waiver says so.
    ("SHA", "headset", "2026-10"): [("2026-10-12", 7), ("2026-10-26", 6)],
    # Forgotten, and counted three days after the last count had run out.
    ("SHA", "disk", "2026-02"): [("2026-03-03", 5)],
}


def spare_minimums() -> list[Row]:
    """Return the minimum stock of each part at each site."""
    return [
        {
            "site": site,
            "part": part,
            "asset_class": kind,
            "minimum": (shanghai, chengdu)[site == "CTU"],
            "lead_time_days": days,
            "starts_on": day("2025-06-01"),
        }
        for site in ("SHA", "CTU")
        for part, (kind, shanghai, chengdu, days) in _PARTS.items()
    ]


_MORE = {("CTU", "headset"): (day("2026-10-01"), 32)}
"""Parts of which a site keeps so many from a day on, to help out the other (waiver W-2026-02)."""


def spare_counts() -> list[Row]:
    """Return the monthly counts of the spares."""
    rows = []
    for number in range(18):
        month = months_after(day("2025-05-24"), number)
        for least in spare_minimums():
            site, part = least["site"], least["part"]
            usual = workday_until(month + between(0, 2, "count", site, number) * DAY)
            stock = least["minimum"] + between(0, least["minimum"], "stock", site, part, number)
            since, more = _MORE.get((site, part), (None, 0))
            stock = more if since and usual >= since else stock
            key = (site, part, usual.isoformat()[:7])
            for on, count in _SHORT.get(key, [(usual.isoformat(), stock)]):
                rows.append(
                    {
                        "site": site,
                        "part": part,
                        "on_hand": count,
                        "counted_at": by_hand(day(on), site, opens=10, closes=11),
                        "counted_by": pick(TECHNICIANS[site], "counted by", site, on),
                    }
                )
    return numbered(rows, "K{:04}", "count_id", "counted_at", "site")
