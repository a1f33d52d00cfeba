"""What the sample centre has in store and in its books: spares, asset cards and contracts."""

from __future__ import annotations

from sample.chance import between, pick
from sample.clock import DAY, Date, by_hand, day, months_after, workday_from, workday_until
from sample.equipment import TECHNICIANS, assets
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


_SHELF_LIFE = {"ups_battery": 9, "starter_battery": 12}
"""Months for which a battery may lie on the shelf."""


def _usable_until(part: str, on: Date) -> Date | None:
    months = _SHELF_LIFE.get(part)
    if not months:
        return None
    # Bought anew every half-year.
    bought = day("2025-04-14")
    while months_after(bought, 6) <= on:
        bought = months_after(bought, 6)
    return months_after(bought, months)


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
                        "usable_until": _usable_until(part, day(on)),
                    }
                )
    return numbered(rows, "K{:04}", "count_id", "counted_at", "site")


_KINDS = {"TEL": "话务设备", "NET": "网络设备", "ROW": "座席", "REC": "录音设备", "ENV": "环境设备"}
_POWER_KINDS = {"UPS": "UPS", "GEN": "发电机组", "ATS": "切换开关"}


def asset_cards() -> list[Row]:
    """Return the ledger of fixed assets, in which finance enters what went into service."""
    numbers: dict[int, int] = {}
    rows = []
    for asset in sorted(assets(), key=lambda row: (row["commissioned_on"], row["asset_id"])):
        name = asset["asset_id"]
        entered = workday_from(asset["commissioned_on"] + between(1, 12, "entered", name) * DAY)
        numbers[entered.year] = numbers.get(entered.year, 0) + 1
        kind = name.split("-")[1]
        rows.append(
            {
                "card_id": f"GD{entered.year}-{numbers[entered.year]:04}",
                "asset_id": name,
                "site": asset["site"],
                "name": _KINDS.get(kind) or _POWER_KINDS[kind],
                "capitalized_on": entered,
                "stopped_on": asset["retired_on"],
            }
        )
    return rows


_CONTRACTS = """
carrier_1 | 第一运营商 | 2 | 2024-12-18 | 2025-01-01 | 2026-12-31
carrier_2 | 第二运营商 | 4 | 2024-08-20 | 2024-09-01 | 2026-08-31
carrier_2 | 第二运营商 | 4 | 2026-08-24 | 2026-09-01 | 2028-08-31
telephony | 话务平台厂家 | 4 | 2025-02-25 | 2025-03-01 | 2026-02-28
telephony | 话务平台厂家 | 4 | 2026-03-04 | 2026-03-05 | 2027-02-28
generator | 发电机维保单位 | 4 | 2025-04-22 | 2025-05-01 | 2026-04-30
generator | 发电机维保单位 | 4 | 2026-04-24 | 2026-05-01 | 2027-04-30
"""
"""Service, supplier, hours until it comes, signed, first and last day; one came four days late."""


def supplier_contracts() -> list[Row]:
    """Return the contracts with those who come when something fails."""
    rows: list[Row] = []
    for line in _CONTRACTS.strip().splitlines():
        service, supplier, hours, *days = (part.strip() for part in line.split("|"))
        signed, first, last = map(day, days)
        rows.append(
            {
                "contract_id": f"HT-{signed.year}-{len(rows) + 11:03}",
                "service": service,
                "supplier": supplier,
                "response_hours": int(hours),
                "signed_on": signed,
                "starts_on": first,
                "ends_on": last,
            }
        )
    return rows
