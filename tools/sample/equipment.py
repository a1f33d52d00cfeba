"""The equipment of the sample centre: assets and inspections."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from sample.chance import between, often, pick
from sample.clock import (
    AS_OF,
    DAY,
    LAST,
    Date,
    Moment,
    by_hand,
    day,
    is_workday,
    rounds,
    workday_from,
    workday_until,
)
from sample.files import Row, numbered
from sample.people import START, person

_MODELS = {
    "telephony": ("media gateway 2", "PBX node B", "SIP trunk border 1"),
    "network": ("access switch 48", "core switch 2", "border router", "firewall 600"),
    "seat": ("desk row of 6", "desk row of 8"),
    "recording": ("voice recorder 120", "screen recorder 60"),
    "environment": ("room cooler 25 kW", "smoke detection panel", "water sensor loop"),
}
_POWER = {  # asset: model; which of them are backup power, stores.py says by their names
    "SHA-UPS-01": "UPS 40 kVA",
    "SHA-UPS-02": "UPS 40 kVA",
    "SHA-UPS-03": "UPS 20 kVA",
    "SHA-GEN-01": "diesel generator 200 kW",
    "SHA-ATS-01": "transfer switch 250 A",
    "SHA-ATS-02": "transfer switch 250 A",
    "CTU-UPS-01": "UPS 20 kVA",
    "CTU-UPS-02": "UPS 40 kVA",
    "CTU-UPS-03": "UPS 40 kVA",
    "CTU-GEN-01": "diesel generator 150 kW",
    "CTU-ATS-01": "transfer switch 250 A",
}
_COUNTS = {  # class: code, number at Shanghai, at Chengdu
    "telephony": ("TEL", 10, 7),
    "network": ("NET", 10, 7),
    "seat": ("ROW", 10, 6),
    "recording": ("REC", 4, 5),
    "environment": ("ENV", 7, 5),
}
_COMMISSIONED = {
    "SHA-TEL-10": "2025-11-24",
    "SHA-UPS-03": "2026-02-10",
    "SHA-NET-10": "2026-03-10",
    "SHA-ROW-09": "2026-04-20",
    "SHA-ROW-10": "2026-04-20",
    "CTU-REC-05": "2026-05-18",
    # The second cooler that the register of risks promised.
    "SHA-ENV-07": "2026-06-09",
    "CTU-UPS-03": "2026-06-22",
    "CTU-ENV-05": "2026-07-06",
}
_RETIRED = {
    "SHA-TEL-03": "2025-11-30",
    "CTU-ROW-05": "2026-02-28",
    "SHA-NET-02": "2026-03-10",
    "CTU-REC-04": "2026-05-31",
    "CTU-UPS-01": "2026-06-30",
    "SHA-ENV-06": "2026-09-30",
}
TECHNICIANS = {
    "SHA": [person(number) for number in range(16, 20)],
    "CTU": [person(number) for number in range(20, 24)],
}
_MANAGERS = {"SHA": "P0005", "CTU": "P0006"}

# What the plan asks, in days.
_INTERVALS = {
    "telephony": 30,
    "power": 30,
    "network": 90,
    "seat": 180,
    "recording": 90,
    "environment": 90,
}
_LATE: dict[str, dict[str, int]] = {  # asset: months in which it was inspected so many days late
    "SHA-TEL-04": {"2026-03": 3},
    "CTU-TEL-06": {"2026-08": 2},
    "SHA-ROW-07": {"2026-04": 6, "2026-05": 6},
    "CTU-ENV-02": {"2026-06": 4, "2026-07": 4},
}
_FAILED_LATE = {"CTU-UPS-02": "2026-05"}
"""Assets whose inspection of a month failed, and that passed late, when the part had come."""
_CLOSED_OFF = {"CTU-NET-03": day("2026-08-02")}
"""Assets that nobody can get at from a day on; a waiver says why."""
_FINE = (("正常", "正常"),) * 16 + (("积灰，其余正常", "已清洁"),) * 3 + (("线缆松动", "已紧固"),)
_FOUND = {  # beginning of the model: what an inspection may find that does not pass
    "media": "两路单通",
    "PBX": "备用节点不同步",
    "SIP": "中继注册失败",
    "UPS": "蓄电池电压偏低",
    "diesel": "启动电池亏电",
    "transfer": "切换时间超限",
    "access": "上联端口误码",
    "core": "一路电源无输出",
    "border": "上联端口误码",
    "firewall": "主备不同步",
    "desk": "两个耳麦插口失效",
    "voice": "录音有缺失",
    "screen": "录屏有缺失",
    "room": "出风温度偏高",
    "smoke": "报警后不能复位",
    "water": "感应线断路",
}


@cache
def assets() -> list[Row]:
    """Return the inventory, with what was commissioned and retired on the way."""
    kinds = {
        f"{site}-{code}-{number:02}": (kind, _MODELS[kind][(number - 1) % len(_MODELS[kind])])
        for kind, (code, *counts) in _COUNTS.items()
        for site, count in zip(("SHA", "CTU"), counts, strict=True)
        for number in range(1, count + 1)
    } | {name: ("power", model) for name, model in _POWER.items()}
    rows = []
    for name, (kind, model) in sorted(kinds.items()):
        since, until = _COMMISSIONED.get(name), _RETIRED.get(name)
        opened = day("2019-02-18" if name.startswith("SHA") else "2021-06-15")
        # What everything runs on was there before the first desk.
        later = 0 if kind == "power" else between(0, 900, "commissioned", name)
        rows.append(
            {
                "asset_id": name,
                "site": name[:3],
                "class": kind,
                "model": model,
                "commissioned_on": day(since) if since else opened + later * DAY,
                "retired_on": day(until) if until else None,
            }
        )
    return rows


def found_on(asset: Row) -> str:
    """Return what is found on an asset that does not pass."""
    return _FOUND[asset["model"].split()[0]]


def hands(site: str, *name: object) -> tuple[str, str]:
    """Draw who does a piece of work, and another who verifies it."""
    crew = TECHNICIANS[site]
    first = between(0, len(crew) - 1, "technician", *name)
    others = [*crew[:first], *crew[first + 1 :], _MANAGERS[site]]
    return crew[first], pick(others, "verifier", *name)


def _spread(on: Date, name: str) -> Date:
    """Move a round that falls on a day off to one of the working days before it."""
    if not is_workday(on):
        for _ in range(between(1, 4, "spread", name, on)):
            on = workday_until(on - DAY)
    return on


def _inspection_days(asset: Row) -> Iterator[Date]:
    name, interval = asset["asset_id"], _INTERVALS[asset["class"]]
    last = min(asset["retired_on"] or LAST, LAST, _CLOSED_OFF.get(name, LAST))
    if asset["commissioned_on"] < START:
        first = workday_until(START + between(1, 24, "first inspection", name) * DAY)
    else:
        first = workday_from(asset["commissioned_on"] + between(2, 9, "first", name) * DAY)
    slack = (0, 5) if interval == 30 else (2, 12)

    def due(on: Date) -> Date:
        # Until the end of 2025 half a year was enough for network equipment.
        was_longer = asset["class"] == "network" and on < day("2025-07-01")
        return on + (180 if was_longer else interval) * DAY

    yield from rounds(
        first,
        last,
        due,
        slack,
        name,
        late=_LATE.get(name),
        workday=lambda on: _spread(on, name),
    )


def _inspection(asset: Row, at: Moment, result: str, found: str, left: str) -> Row:
    technician, verifier = hands(asset["site"], asset["asset_id"], at)
    return {
        "asset_id": asset["asset_id"],
        "performed_at": at,
        "as_found": found,
        "as_left": left,
        "result": result,
        "technician": technician,
        "verifier": verifier,
    }


@cache
def inspections() -> list[Row]:
    """Return the inspections; what failed passes on the same day or, once, three days later."""
    rows = []
    for asset in assets():
        name = asset["asset_id"]
        for on in _inspection_days(asset):
            late = _FAILED_LATE.get(name) == on.isoformat()[:7]
            if not late and not often(2, "fails", name, on):
                at = by_hand(on, name, opens=8)
                if at <= AS_OF:
                    found, left = pick(_FINE, "found", name, on)
                    rows.append(_inspection(asset, at, "pass", found, left))
                continue
            at = by_hand(on, name, opens=8, closes=12)
            again = by_hand(on + 3 * DAY if late else on, name, "again", opens=15, closes=17)
            if again <= AS_OF:
                rows.append(_inspection(asset, at, "fail", found_on(asset), "停用待修"))
                rows.append(_inspection(asset, again, "pass", "已修复", "正常"))
    return numbered(rows, "I{:06}", "inspection_id", "performed_at", "asset_id")
