"""Which incident a critical fault of the sample centre belongs to, or why it belongs to none."""

from __future__ import annotations

import datetime

from sample import faults as repairs
from sample.chance import pick
from sample.files import Row
from sample.incidents import incidents

_NEAR = datetime.timedelta(hours=12)
_REASONS = (
    "冗余设备已自动接管，通话未受影响",
    "停机时来电较少，备用设备承担全部来电",
    "所带座席当时无人值守，来电由其他座席接听",
)


def faults() -> list[Row]:
    """Return the faults; the critical ones say which incident they belong to."""
    happened = incidents()
    rows = []
    for fault in repairs.faults():
        if fault["priority"] != "critical":
            rows.append(fault)
            continue
        near = [
            each["incident_id"]
            for each in happened
            if fault["asset_id"].startswith(each["site"])
            and each["class"] in ("equipment", "network")
            and abs(each["detected_at"] - fault["raised_at"]) < _NEAR
        ]
        if near:
            rows.append({**fault, "incident_id": near[0]})
        else:
            reason = pick(_REASONS, "no incident", fault["asset_id"], fault["raised_at"])
            rows.append({**fault, "no_incident_reason": reason})
    return rows
