"""What the sample centre keeps for the worst: spares and backup power."""

from __future__ import annotations

from sample.chance import between, often, pick, tenths
from sample.clock import (
    DAY,
    LAST,
    Moment,
    by_hand,
    day,
    moment,
    months_after,
    rounds,
    workday_until,
)
from sample.equipment import TECHNICIANS, assets, hands
from sample.files import Row, numbered
from sample.people import START

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


# The fuel pump failed in the test, and the new one came four days past the due day.
_FAILED_TESTS = [("SHA-GEN-01", "2026-04-09T14:10")]
_LATE_TESTS = {"SHA-GEN-01": {"2026-04": 4}}


# The hour meter on the first day, and what it runs a day in tests and short cuts of the mains.
_METERS = {"SHA-GEN-01": 186.0, "CTU-GEN-01": 141.0}
_A_DAY = 0.04
_RATIONED = {"CTU-GEN-01": (day("2026-07-20"), day("2026-08-24"), 8.0)}
"""From when to when mains power was rationed by day, and the hours run on each."""
_SERVICES = [
    ("SHA-GEN-01", "2025-05-20T10:30", "oil and filters"),
    ("CTU-GEN-01", "2025-05-22T14:00", "oil and filters"),
    ("CTU-GEN-01", "2026-05-18T14:20", "oil and filters"),
    ("SHA-GEN-01", "2026-05-19T10:10", "oil, filters and coolant"),
    # Three days after the test had shown more than 250 hours.
    ("CTU-GEN-01", "2026-08-31T09:40", "oil and filters, after the rationing"),
]


def power_units() -> list[Row]:
    """Return the list of backup power, which facilities keep beside the register of assets."""
    return [
        {
            "unit_id": asset["asset_id"],
            "site": asset["site"],
            "kind": kind,
            "in_service_on": asset["commissioned_on"],
            "retired_on": asset["retired_on"],
        }
        for asset in assets()
        for code, kind in (("-UPS-", "ups"), ("-GEN-", "generator"))
        if code in asset["asset_id"]
    ]


def power_tests() -> list[Row]:
    """Return the monthly tests under load."""
    rows = []
    for unit in power_units():
        name = unit["unit_id"]
        if unit["in_service_on"] < START:
            first = workday_until(START + between(2, 20, "first test", name) * DAY)
        else:
            first = unit["in_service_on"] + 6 * DAY
        last = min(unit["retired_on"] or LAST, LAST)
        late = _LATE_TESTS.get(name)
        for on in rounds(first, last, lambda on: months_after(on, 1), (1, 3), name, late=late):
            if often(5, "idle run", name, on):
                # A run without load is written down too, and is no test.
                idle = _power_test(unit, by_hand(workday_until(on - DAY), name), "pass")
                rows.append({**idle, "load_percent": tenths(0, 90, "idle", name, on)})
            rows.append(_power_test(unit, by_hand(on, name), "pass"))
        rows += [_failed_test(unit, at) for of, at in _FAILED_TESTS if of == name]
    return numbered(rows, "PT{:04}", "test_id", "tested_at", "unit_id")


def generator_services() -> list[Row]:
    """Return the services of the generators."""
    rows = []
    for name, at, work in _SERVICES:
        technician, verifier = hands(name[:3], "service", name, at)
        rows.append(
            {
                "unit_id": name,
                "serviced_at": moment(at),
                "engine_hours": _engine_hours(name, moment(at)),
                "work": work,
                "technician": technician,
                "verifier": verifier,
            }
        )
    return numbered(rows, "GS{:03}", "service_id", "serviced_at", "unit_id")


def _engine_hours(name: str, at: Moment) -> float:
    """Return what the hour meter of a generator stands at."""
    run = _METERS[name] + _A_DAY * (at.date() - START).days
    if name in _RATIONED:
        starts, ends, hours = _RATIONED[name]
        run += hours * max(0, (min(at.date(), ends) - starts).days)
    return round(run, 1)


def _failed_test(unit: Row, at: str) -> Row:
    return {
        **_power_test(unit, moment(at), "fail"),
        "minutes": 11,
        "deficiency": "fuel pump stops under load",
        "action": "generator hired, pump ordered",
    }


def _power_test(unit: Row, at: Moment, result: str) -> Row:
    name, generator = unit["unit_id"], unit["kind"] == "generator"
    technician, verifier = hands(unit["site"], name, at)
    return {
        "unit_id": name,
        "tested_at": at,
        "load_percent": tenths(380, 720, "load", name, at),
        "minutes": between(30, 45, "minutes", name, at),
        "transfer_seconds": tenths(60, 95, "transfer", name, at) if generator else 0,
        "battery_voltage": tenths(247, 262, "volts", name, at)
        if generator
        else tenths(3780, 3960, "volts", name, at),
        "engine_hours": _engine_hours(name, at) if generator else None,
        "temperature": tenths(620, 860, "degrees", name, at)
        if generator
        else tenths(240, 330, "degrees", name, at),
        "technician": technician,
        "verifier": verifier,
        "result": result,
    }
