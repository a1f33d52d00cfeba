"""The backup power of the sample centre: units, tests, looks and services."""

from __future__ import annotations

from sample.chance import between, often, pick, tenths
from sample.clock import (
    DAY,
    LAST,
    Date,
    Moment,
    by_hand,
    day,
    is_workday,
    moment,
    months_after,
    rounds,
    workday_until,
)
from sample.equipment import assets, hands
from sample.files import Row, numbered
from sample.people import START

# The fuel pump failed in the test, and the new one came four days past the due day.
_FAILED_TESTS = [("SHA-GEN-01", "2026-04-09T14:10")]
_LATE_TESTS = {"SHA-GEN-01": {"2026-04": 4}}


# The hour meter on the first day, and what it runs a day in tests and short cuts of the mains.
_METERS = {"SHA-GEN-01": 186.0, "CTU-GEN-01": 141.0}
_A_DAY = 0.04
_RATIONED = {"CTU-GEN-01": (day("2026-07-20"), day("2026-08-24"), 8.0)}
"""From when to when mains power was rationed by day, and the hours run on each."""
_SERVICES = [
    ("SHA-GEN-01", "2025-05-20T10:30", "更换机油、滤芯"),
    ("CTU-GEN-01", "2025-05-22T14:00", "更换机油、滤芯"),
    ("CTU-GEN-01", "2026-05-18T14:20", "更换机油、滤芯"),
    ("SHA-GEN-01", "2026-05-19T10:10", "更换机油、滤芯、冷却液"),
    # Three days after the test had shown more than 250 hours.
    ("CTU-GEN-01", "2026-08-31T09:40", "限电后更换机油、滤芯"),
]


_DISCHARGES = [
    ("SHA-UPS-01", "2025-05-24T06:30"),
    ("SHA-UPS-02", "2025-06-07T06:20"),
    ("CTU-UPS-01", "2025-07-05T06:40"),
    ("CTU-UPS-02", "2025-06-21T06:30"),
    ("SHA-UPS-03", "2026-02-14T06:15"),
    # Eighteen days late: it was put off for the holidays in May.
    ("SHA-UPS-01", "2026-06-20T06:30"),
    ("SHA-UPS-02", "2026-05-30T06:20"),
    ("CTU-UPS-02", "2026-06-13T06:25"),
    ("CTU-UPS-03", "2026-06-27T06:40"),
]
_FIRST_LOOK = day("2025-05-26")
_NOBODY_ON_DUTY = "CTU-GEN-01"
"""The generator at which nobody looked in the week of the spring festival."""


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
    """Return the monthly tests: generators under load, UPS from mains to battery and back."""
    rows = []
    for unit in power_units():
        name = unit["unit_id"]
        if unit["in_service_on"] < START:
            first = workday_until(START + between(2, 20, "first test", name) * DAY)
        else:
            first = unit["in_service_on"] + 6 * DAY
        last = min(unit["retired_on"] or LAST, LAST)
        late = _LATE_TESTS.get(name)
        kind = "load" if unit["kind"] == "generator" else "transfer"
        for on in rounds(first, last, lambda on: months_after(on, 1), (1, 3), name, late=late):
            if kind == "load" and often(5, "idle run", name, on):
                # A run without load is written down too, and is no test.
                idle = _power_test(unit, by_hand(workday_until(on - DAY), name), kind)
                rows.append({**idle, "load_percent": tenths(0, 90, "idle", name, on)})
            rows.append(_power_test(unit, by_hand(on, name), kind))
        rows += [_failed_test(unit, at) for of, at in _FAILED_TESTS if of == name]
        rows += [_discharge(unit, at) for of, at in _DISCHARGES if of == name]
    return numbered(rows, "PT{:04}", "test_id", "tested_at", "unit_id")


def generator_looks() -> list[Row]:
    """Return the weekly looks at the generators: fuel, starter battery, leaks."""
    rows = []
    for unit in power_units():
        if unit["kind"] == "generator":
            weeks = range((LAST - _FIRST_LOOK).days // 7 + 1)
            days = [_day_in_week(unit["unit_id"], _FIRST_LOOK + 7 * week * DAY) for week in weeks]
            rows += [_look(unit, on) for on in days if on and on <= LAST]
    return numbered(rows, "GL{:04}", "look_id", "looked_at", "unit_id")


def _day_in_week(name: str, monday: Date) -> Date | None:
    days = [monday + number * DAY for number in range(7)]
    worked = [on for on in days if is_workday(on)]
    if not worked and name == _NOBODY_ON_DUTY:
        return None
    return pick(worked or days, "look", name, monday)


def _look(unit: Row, on: Date) -> Row:
    name = unit["unit_id"]
    return {
        "unit_id": name,
        "looked_at": by_hand(on, "look", name, opens=8, closes=16),
        "fuel_percent": between(72, 98, "fuel", name, on),
        "battery_voltage": tenths(253, 268, "starter", name, on),
        "leaks": False,
        "technician": hands(unit["site"], "look", name, on)[0],
        "result": "pass",
    }


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
        **_power_test(unit, moment(at), "load"),
        "result": "fail",
        "minutes": 11,
        "deficiency": "带载时输油泵停转",
        "action": "租用应急发电机，订购输油泵",
    }


def _discharge(unit: Row, at: str) -> Row:
    """Return the yearly test of how long the battery lasts."""
    test = _power_test(unit, moment(at), "discharge")
    volts = tenths(3420, 3540, "low", unit["unit_id"], at)
    return {
        **test,
        "minutes": between(17, 26, "lasts", unit["unit_id"], at),
        "battery_voltage": volts,
    }


def _power_test(unit: Row, at: Moment, test: str) -> Row:
    name, generator = unit["unit_id"], unit["kind"] == "generator"
    technician, verifier = hands(unit["site"], name, at)
    return {
        "unit_id": name,
        "test": test,
        "tested_at": at,
        "load_percent": tenths(380, 720, "load", name, at),
        "minutes": between(30, 45, "minutes", name, at)
        if generator
        else between(2, 5, "minutes", name, at),
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
        "result": "pass",
    }
