"""The faults of the sample centre's equipment, and their repairs."""

from __future__ import annotations

from sample.chance import between, often, pick
from sample.clock import DAY, LAST, Moment, by_hand, by_machine, day, minutes, moment
from sample.equipment import assets, found_on, hands, inspections
from sample.files import Row, numbered

_CORE = frozenset(["telephony", "power", "network"])
_PRIORITIES = {  # whether calls depend on it first, and what the fault does to it
    (True, "stopped"): "critical",
    (True, "degraded"): "major",
    (False, "stopped"): "major",
    (False, "degraded"): "minor",
}
_HOURS = {"critical": (1, 20), "major": (3, 60), "minor": (20, 250)}
SPARES = {  # beginning of the model: the part that replaces what failed
    "media": "gateway_card",
    "PBX": "psu_1u",
    "SIP": "psu_1u",
    "UPS": "ups_battery",
    "diesel": "starter_battery",
    "transfer": "contactor",
    "access": "access_switch",
    "core": "core_psu",
    "border": "sfp",
    "firewall": "sfp",
    "desk": "headset",
    "voice": "disk",
    "screen": "disk",
    "room": "air_filter",
    "smoke": "smoke_detector",
    "water": "leak_cable",
}
_RAISED_LATE = {"CTU-UPS-02": "2026-05"}
"""Assets and months whose failed inspection was reported to nobody until the next evening."""
# asset, what the fault does, raised, repaired, resolution
_NOTABLE: list[tuple[str, str, str, str | None, str | None]] = [
    # The part had to come from the supplier: six hours late.
    ("SHA-UPS-01", "stopped", "2026-01-23T22:40:00", "2026-01-25T04:35:00", "replaced"),
    # Repaired on the working day after a weekend: eight hours late.
    ("CTU-REC-02", "stopped", "2026-06-05T09:15:00", "2026-06-08T17:10:00", "repaired"),
    ("SHA-TEL-03", "degraded", "2025-11-22T10:05:00", "2025-11-24T16:30:00", "replaced"),
    # The core switch of incident INC-2026-03.
    ("SHA-NET-02", "stopped", "2026-03-09T13:24:00", "2026-03-10T11:45:00", "replaced"),
    # Still open when the sample is judged, and not yet due.
    ("SHA-ROW-05", "degraded", "2026-11-12T14:25:00", None, None),
    ("CTU-ENV-03", "degraded", "2026-11-18T09:50:00", None, None),
]


def faults() -> list[Row]:
    """Return the faults: what inspections found, what broke in between, and notable ones."""
    inventory = {asset["asset_id"]: asset for asset in assets()}
    rows = [*_inspected(inventory), *(_broken(inventory, number) for number in range(38))]
    for name, effect, begun, done, resolution in _NOTABLE:
        fixed = moment(done) if done else None
        rows.append(_fault(inventory[name], effect, moment(begun), fixed, resolution))
    return numbered(rows, "F{:04}", "fault_id", "raised_at", "asset_id")


def _inspected(inventory: dict[str, Row]) -> list[Row]:
    """Return a fault for each inspection that failed."""
    rows = []
    passed = [row for row in inspections() if row["as_found"] == "已修复"]
    for failed in (row for row in inspections() if row["result"] == "fail"):
        asset = inventory[failed["asset_id"]]
        later = (row for row in passed if row["asset_id"] == failed["asset_id"])
        again = next(row for row in later if row["performed_at"] > failed["performed_at"])
        is_late = _RAISED_LATE.get(asset["asset_id"]) == failed["performed_at"].isoformat()[:7]
        raised = failed["performed_at"] + minutes(32 * 60 if is_late else 15)
        fault = _fault(asset, "degraded", raised, again["performed_at"] - minutes(40))
        rows.append({**fault, "inspection_id": failed["inspection_id"]})
    return rows


def _broken(inventory: dict[str, Row], number: int) -> Row:
    """Draw a fault that nobody was looking for."""
    on = day("2025-05-19") + between(0, 530, "fault", number) * DAY
    inside = [
        asset
        for asset in inventory.values()
        if asset["commissioned_on"] < on < (asset["retired_on"] or LAST) - 20 * DAY
    ]
    asset = pick(inside, "fault of", number)
    raised = by_machine(on, between(7, 21, "hour", number), number).replace(second=0)
    effect = "stopped" if often(20, "stopped", number) else "degraded"
    priority = _PRIORITIES[asset["class"] in _CORE, effect]
    length = between(*(60 * hours for hours in _HOURS[priority]), "repair", number)
    repaired = raised + minutes(length)
    if priority != "critical" and not 8 <= repaired.hour < 20:
        # Only what stops calls gets somebody out of bed.
        repaired = max(by_hand(repaired.date(), "repair", number), raised + minutes(45))
    return _fault(asset, effect, raised, repaired)


def _fault(
    asset: Row, effect: str, raised: Moment, repaired: Moment | None, resolution: str | None = None
) -> Row:
    name = asset["asset_id"]
    row = {
        "asset_id": name,
        "priority": _PRIORITIES[asset["class"] in _CORE, effect],
        "effect": effect,
        "symptom": f"{found_on(asset)}，停机" if effect == "stopped" else found_on(asset),
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
        "spares_used": f"{SPARES[asset['model'].split()[0]]} 1" if replaced == "replaced" else None,
    }
