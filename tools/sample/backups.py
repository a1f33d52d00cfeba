"""The systems of the sample centre: their backups, the copies, and the restore tests."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from sample.chance import between, often
from sample.clock import (
    AS_OF,
    DAY,
    LAST,
    ZONE,
    Moment,
    by_hand,
    day,
    minutes,
    moment,
    months_after,
    rounds,
    workday_from,
)
from sample.files import Row, numbered

CAPTURED = Path(__file__).parent / "captured"
"""What restic and Borg printed; capture.sh says how it was made."""

_SYSTEMS = [  # system, name, tier, recovery time objective in minutes, in service, backed up by
    ("pbx", "telephony platform", 1, 120, "2021-03-15", "restic"),
    ("ivr", "IVR", 1, 120, "2021-03-15", "restic"),
    ("crm", "customer records", 1, 180, "2022-08-01", "restic"),
    ("tickets", "ticket system", 1, 180, "2023-02-20", "restic"),
    ("recording", "call recordings", 2, 480, "2021-03-15", "borg"),
    ("wfm", "workforce management", 2, 480, "2025-12-01", "borg"),
]


def systems() -> list[Row]:
    """Return the systems."""
    return [
        {
            "system_id": name,
            "name": title,
            "tier": tier,
            "rpo_hours": 24 * tier,
            "rto_minutes": objective,
            "in_service_on": day(since),
        }
        for name, title, tier, objective, since, _ in _SYSTEMS
    ]


@cache
def _backups(system: str) -> list[tuple[Moment, str]]:
    """Read when a system was backed up, and the first digits of each backup's id."""
    tool = next(tool for name, *_, tool in _SYSTEMS if name == system)
    if tool == "restic":
        entries = json.loads((CAPTURED / "restic_snapshots" / f"{system}.json").read_bytes())
    else:
        entries = json.loads((CAPTURED / "borg_archives" / f"{system}.json").read_bytes())
        entries = entries["archives"]
    # Python 3.11 is the first that reads any fraction; what follows the second does not matter.
    found = [(re.sub(r"\.\d+", "", entry["time"]), entry["id"][:8]) for entry in entries]
    times = [(datetime.datetime.fromisoformat(at), name) for at, name in found]
    return sorted((at if at.tzinfo else at.replace(tzinfo=ZONE), name) for at, name in times)


def _latest(system: str, at: Moment) -> str:
    """Return the latest backup that was there at a moment."""
    return [name for taken, name in _backups(system) if taken < at][-1]


_MISSED_COPIES = {("tickets", "2026-09-06"), ("recording", "2026-03-21")}
"""Systems and days on which the copy did not run."""


def backup_copies() -> list[Row]:
    """Return the copies at the other site, every 36 hours."""
    rows: list[Row] = []
    for system in systems():
        name = system["system_id"]
        usual = moment("2025-05-31T06:10")
        while usual < AS_OF - minutes(60):
            missed = (name, usual.date().isoformat()) in _MISSED_COPIES
            if usual.date() >= system["in_service_on"] and not missed:
                at = usual + datetime.timedelta(seconds=between(40, 900, "copy", name, usual))
                rows += _copies(name, at)
            usual += datetime.timedelta(hours=36)
    return numbered(rows, "B{:05}", "copy_id", "copied_at", "system_id")


def _copies(system: str, at: Moment) -> Iterator[Row]:
    copy: Row = {
        "system_id": system,
        "source_snapshot": _latest(system, at),
        "copied_at": at,
        "location": "CTU vault",
        "offsite": True,
        "verified": True,
    }
    if often(1, "broken copy", system, at):
        # Reading it back failed, and it was copied again some hours later.
        yield {**copy, "verified": False}
        copy["copied_at"] = at + minutes(between(190, 400, "again", system, at))
    yield copy
    if often(2, "local copy", system, at):
        # One more on the machine next door, before work on the system.
        shelf = {"location": "SHA rack 4", "offsite": False}
        yield {**copy, **shelf, "copied_at": copy["copied_at"] + minutes(12)}


_LATE_TESTS = {"tickets": {"2026-05": 5}}
_SLOW_TESTS = [("crm", "2026-06-30T10:20", 227)]
"""System, time and minutes of restores that took longer than the system's objective."""


def restore_tests() -> list[Row]:
    """Return the restore tests, at least every three months."""
    rows: list[Row] = []
    for system in systems():
        name, objective = system["system_id"], system["rto_minutes"]
        since = max(day("2025-06-02"), system["in_service_on"])
        first = workday_from(since + between(2, 16, "first restore", name) * DAY)
        late = _LATE_TESTS.get(name)
        for on in rounds(first, LAST, lambda on: months_after(on, 3), (3, 14), name, late=late):
            length = between(objective // 5, objective * 4 // 5, "restore", name, on)
            rows.append(_restore(name, by_hand(on, name), length))
    rows += [_restore(name, moment(at), length) for name, at, length in _SLOW_TESTS]
    return numbered(rows, "RT{:03}", "test_id", "tested_at", "system_id")


def _restore(system: str, at: Moment, length: int) -> Row:
    return {
        "system_id": system,
        "source_backup": _latest(system, at),
        "tested_at": at,
        # The archive of recordings is too large to restore as a whole every quarter.
        "scope": "sample" if system == "recording" else "full",
        "items": between(25, 60, "items", system, at) if system == "recording" else None,
        "minutes": length,
        "verified": True,
        "result": "pass",
    }
