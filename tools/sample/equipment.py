"""The equipment of the sample centre: assets, inspections and faults."""

from __future__ import annotations

from collections.abc import Iterator

from sample.chance import between, often, pick
from sample.clock import (
    AS_OF,
    DAY,
    LAST,
    Date,
    Moment,
    by_hand,
    by_machine,
    day,
    minutes,
    moment,
    rounds,
    workday_from,
    workday_until,
)
from sample.files import Row, numbered
from sample.people import START, person

_CODES = {
    "telephony": "TEL",
    "power": "PWR",
    "network": "NET",
    "seat": "ROW",
    "recording": "REC",
    "environment": "ENV",
}
_MODELS = {
    "telephony": ("media gateway 2", "PBX node B", "SIP trunk border 1"),
    "power": ("UPS 40 kVA", "UPS 20 kVA", "transfer switch 250 A"),
    "network": ("access switch 48", "core switch 2", "border router", "firewall 600"),
    "seat": ("desk row of 6", "desk row of 8"),
    "recording": ("voice recorder 120", "screen recorder 60"),
    "environment": ("room cooler 25 kW", "smoke detection panel", "water sensor loop"),
}
_COUNTS = {  # class: number at Shanghai, at Chengdu
    "telephony": (9, 7),
    "power": (7, 5),
    "network": (9, 7),
    "seat": (20, 16),
    "recording": (4, 4),
    "environment": (6, 4),
}
_COMMISSIONED = {
    "SHA-TEL-10": "2025-11-24",
    "SHA-NET-10": "2026-03-10",
    "SHA-ROW-21": "2026-04-20",
    "SHA-ROW-22": "2026-04-20",
    "CTU-REC-05": "2026-05-18",
    "CTU-PWR-06": "2026-06-22",
    "CTU-ENV-05": "2026-07-06",
}
_RETIRED = {
    "SHA-TEL-03": "2025-11-30",
    "CTU-ROW-05": "2026-02-28",
    "SHA-NET-02": "2026-03-10",
    "CTU-REC-04": "2026-05-31",
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
_FAILED_LATE = {"CTU-PWR-02": "2026-05"}
"""Assets whose inspection of a month failed, and that passed late, when the part had come."""
_CLOSED_OFF = {"CTU-NET-03": day("2026-08-02")}
"""Assets that nobody can get at from a day on; a waiver says why."""
_FINE = ("in order", "in order", "in order", "dusty, otherwise in order", "a loose cable")
_LEFT = ("in order", "cleaned", "cable fixed")
_FOUND = {
    "telephony": "one-way audio on two channels",
    "power": "battery voltage low",
    "network": "port errors on an uplink",
    "seat": "two headset sockets dead",
    "recording": "gaps in the recording",
    "environment": "alarm does not reset",
}


def assets() -> list[Row]:
    """Return the inventory, with what was commissioned and retired on the way."""
    names = [
        f"{site}-{_CODES[kind]}-{number:02}"
        for kind, counts in _COUNTS.items()
        for site, count in zip(("SHA", "CTU"), counts, strict=True)
        for number in range(1, count + 1)
    ]
    kinds = {code: kind for kind, code in _CODES.items()}
    rows = []
    for name in sorted([*names, *_COMMISSIONED]):
        since = _COMMISSIONED.get(name)
        opened = day("2019-02-18" if name.startswith("SHA") else "2021-06-15")
        kind = kinds[name[4:7]]
        until = _RETIRED.get(name)
        rows.append(
            {
                "asset_id": name,
                "site": name[:3],
                "class": kind,
                "model": pick(_MODELS[kind], "model", name),
                "commissioned_on": day(since)
                if since
                else opened + between(0, 900, "commissioned", name) * DAY,
                "retired_on": day(until) if until else None,
            }
        )
    return rows


def hands(site: str, *name: object) -> tuple[str, str]:
    """Draw who does a piece of work, and another who verifies it."""
    crew = TECHNICIANS[site]
    first = between(0, len(crew) - 1, "technician", *name)
    others = [*crew[:first], *crew[first + 1 :], _MANAGERS[site]]
    return crew[first], pick(others, "verifier", *name)


def _inspection_days(asset: Row) -> Iterator[Date]:
    name, interval = asset["asset_id"], _INTERVALS[asset["class"]]
    last = min(asset["retired_on"] or LAST, LAST, _CLOSED_OFF.get(name, LAST))
    if asset["commissioned_on"] < START:
        first = workday_until(START + between(1, 24, "first inspection", name) * DAY)
    else:
        first = workday_from(asset["commissioned_on"] + between(2, 9, "first", name) * DAY)
    slack = (0, 3) if interval == 30 else (2, 12)

    def due(on: Date) -> Date:
        # Until the end of 2025 half a year was enough for network equipment.
        was_longer = asset["class"] == "network" and on < day("2025-07-01")
        return on + (180 if was_longer else interval) * DAY

    yield from rounds(first, last, due, slack, name, late=_LATE.get(name))


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


def _work() -> tuple[list[Row], list[Row]]:
    """Make the inspections, and the faults that those which failed brought to light."""
    inspections, faults = [], []
    for asset in assets():
        name = asset["asset_id"]
        for on in _inspection_days(asset):
            late = _FAILED_LATE.get(name) == on.isoformat()[:7]
            at = by_hand(on, name, closes=11)
            if late or often(2, "fails", name, on):
                found = _FOUND[asset["class"]]
                # What failed in the morning passes in the afternoon, or after the weekend.
                again = by_hand(on + 3 * DAY if late else on, name, "again", opens=15, closes=16)
                if again > AS_OF:
                    continue
                inspections.append(_inspection(asset, at, "fail", found, "taken out of use"))
                inspections.append(_inspection(asset, again, "pass", "repaired", "in order"))
                faults.append(_fault(asset, at, again - minutes(40), found))
            else:
                state = between(0, len(_FINE) - 1, "found", name, on)
                left = _LEFT[max(0, state - 2)]
                inspections.append(_inspection(asset, at, "pass", _FINE[state], left))
    return inspections, faults


def inspections() -> list[Row]:
    """Return the inspections."""
    return numbered(_work()[0], "I{:06}", "inspection_id", "performed_at", "asset_id")


_PRIORITIES = {
    "telephony": ("critical", "major"),
    "power": ("critical", "major"),
    "network": ("critical", "major"),
    "seat": ("minor",),
    "recording": ("major", "minor"),
    "environment": ("major", "minor"),
}
_HOURS = {"critical": (1, 20), "major": (3, 60), "minor": (20, 250)}
_SPARES = {
    "telephony": "handset",
    "power": "ups_battery",
    "network": "sfp",
    "seat": "headset",
    "recording": "disk",
    "environment": "air_filter",
}
# asset, priority, raised, repaired
_NOTABLE: list[tuple[str, str, str, str | None, str | None]] = [
    # The part had to come from the supplier: six hours late.
    ("SHA-PWR-01", "critical", "2026-01-23T22:40:00", "2026-01-25T04:35:00", "replaced"),
    # Repaired on the working day after a weekend: eight hours late.
    ("CTU-REC-02", "major", "2026-06-05T09:15:00", "2026-06-08T17:10:00", "repaired"),
    ("SHA-TEL-03", "major", "2025-11-22T10:05:00", "2025-11-24T16:30:00", "replaced"),
    ("SHA-NET-02", "critical", "2026-03-09T13:20:00", "2026-03-10T11:45:00", "replaced"),
    # Still open when the sample is judged, and not yet due.
    ("SHA-ROW-12", "minor", "2026-11-12T14:25:00", None, None),
    ("CTU-ENV-03", "minor", "2026-11-18T09:50:00", None, None),
]


def faults() -> list[Row]:
    """Return the faults and their repairs."""
    rows = _work()[1]
    inventory = {asset["asset_id"]: asset for asset in assets()}
    for number in range(38):
        on = day("2025-05-19") + between(0, 530, "fault", number) * DAY
        inside = [
            asset
            for asset in inventory.values()
            if asset["commissioned_on"] < on < (asset["retired_on"] or LAST) - 20 * DAY
        ]
        asset = pick(inside, "fault of", number)
        raised = by_machine(on, between(7, 21, "hour", number), number).replace(second=0)
        priority = pick(_PRIORITIES[asset["class"]], "priority", number)
        length = between(*(60 * hours for hours in _HOURS[priority]), "repair", number)
        rows.append(_fault(asset, raised, raised + minutes(length), "", priority))
    for name, priority, begun, done, resolution in _NOTABLE:
        fixed = moment(done) if done else None
        rows.append(_fault(inventory[name], moment(begun), fixed, "", priority, resolution))
    return numbered(rows, "F{:04}", "fault_id", "raised_at", "asset_id")


def _fault(
    asset: Row,
    raised: Moment,
    repaired: Moment | None,
    found: str,
    priority: str | None = None,
    resolution: str | None = None,
) -> Row:
    name, kind = asset["asset_id"], asset["class"]
    row = {
        "asset_id": name,
        "priority": priority or _PRIORITIES[kind][-1],
        "raised_at": raised,
    }
    if repaired is None:
        return row
    technician, verifier = hands(asset["site"], name, raised)
    replaced = resolution or ("replaced" if often(30, "replaced", name, raised) else "repaired")
    return {
        **row,
        "repaired_at": repaired,
        "resolution": replaced,
        "technician": technician,
        "verifier": verifier,
        "spares_used": f"{_SPARES[kind]} 1" if replaced == "replaced" else None,
    }
