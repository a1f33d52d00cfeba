"""The network of the sample centre: scans, what they found, hosts and updates."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from functools import cache

from sample.chance import below, between, often, tenths
from sample.clock import (
    DAY,
    LAST,
    Date,
    Moment,
    by_machine,
    day,
    minutes,
    months_after,
    rounds,
)
from sample.equipment import assets
from sample.files import Row, numbered
from sample.people import START

_TARGETS = [  # target, segment, first and last day in scope
    ("T-sha-web", "external", "2025-05-06", None),
    ("T-sha-voice", "external", "2025-05-06", None),
    ("T-sha-mail", "external", "2025-05-06", "2026-06-30"),
    ("T-ctu-vpn", "external", "2025-05-06", None),
    ("T-sha-desks", "internal", "2025-05-06", None),
    ("T-sha-servers", "internal", "2025-05-06", None),
    ("T-sha-management", "internal", "2026-01-12", None),
    ("T-ctu-desks", "internal", "2025-05-06", None),
    ("T-ctu-servers", "internal", "2025-05-06", None),
]
_LATE_SCANS = {"T-ctu-vpn": {"2026-04": 2}}


def scan_targets() -> list[Row]:
    """Return what is in the scope of the scans."""
    return [
        {
            "target_id": name,
            "site": name[2:5].upper(),
            "segment": segment,
            "starts_on": day(since),
            "ends_on": day(until) if until else None,
        }
        for name, segment, since, until in _TARGETS
    ]


def scans() -> list[Row]:
    """Return the scans: the regular ones, those that failed, and those that look again."""
    found = {row["scan_id"]: row["instances"] for row in findings()}
    return [{**row, "found": found.get(row["scan_id"], 0)} for row in _all_scans()]


@cache
def _all_scans() -> list[Row]:
    rows = [row for target in scan_targets() for row in _scans_of(target)]
    return numbered(rows, "V{:04}", "scan_id", "finished_at", "target_id")


def _scans_of(target: Row) -> Iterator[Row]:
    name, internal = target["target_id"], target["segment"] == "internal"
    last = min(target["ends_on"] or LAST, LAST)
    months, slack = (3, (4, 12)) if internal else (1, (1, 4))
    first = target["starts_on"] + between(3, 18, "first scan", name) * DAY
    late = _LATE_SCANS.get(name)
    for on in rounds(first, last, lambda on: months_after(on, months), slack, name, late=late):
        if on == LAST:
            return
        delayed = late is not None and on.isoformat()[:7] in late
        if delayed or often(5, "scan failed", name, on):
            yield _scan(target, on - DAY, "failed")
        yield _scan(target, on, "completed")
        # What an intruder sees who has no password, the night before.
        if internal and (on - DAY) >= target["starts_on"]:
            yield {**_scan(target, on - DAY, "completed"), "authenticated": False}
        # Whether grave findings are gone is looked at before the next regular scan.
        extra = day(_EXTRA[name]) if name in _EXTRA else None
        if extra and on < extra < months_after(on, 1):
            yield _scan(target, extra, "completed")
        if internal and (again := on + between(16, 25, "again", name, on) * DAY) < last:
            yield _scan(target, again, "completed")


def _scan(target: Row, on: Date, result: str) -> Row:
    name = target["target_id"]
    started = by_machine(on, 1, "scan", name)
    length = between(20, 160, "scan", name, on) * 60 + below(60, "seconds", name, on)
    return {
        "target_id": name,
        "segment": target["segment"],
        "started_at": started,
        "finished_at": started + datetime.timedelta(seconds=length),
        "authenticated": target["segment"] == "internal",
        "feed_on": on - between(0, 2, "feed", name, on) * DAY,
        "result": result,
    }


_DAYS = {"critical": 30, "high": 30, "medium": 90, "low": 180}
_SEVERITIES = ["critical", "high", "high", "medium", "medium", "medium", "low", "low"]
_SCORES = {"critical": (90, 98), "high": (70, 88), "medium": (40, 69), "low": (21, 39)}
"""Severity: the lowest and highest score of CVSS, in tenths."""
_EXTRA = {"T-sha-web": "2026-04-17"}
"""Targets and days of a scan after a repair that took too long."""


def findings() -> list[Row]:
    """Return the vulnerabilities that the scans found, and the scans that found them gone."""
    rows: list[Row] = []
    done = [
        scan
        for scan in _all_scans()
        if scan["result"] == "completed"
        and (scan["authenticated"] or scan["segment"] == "external")
    ]
    for number, scan in enumerate(done):
        name, found = scan["target_id"], scan["finished_at"]
        later = [each for each in done[number + 1 :] if each["target_id"] == name]
        slow = len(later) > 1 and str(later[1]["finished_at"].date()) == _EXTRA.get(name)
        if not slow and often(50, "nothing found", scan["scan_id"]):
            continue
        severity = _SEVERITIES[below(len(_SEVERITIES), "grave", scan["scan_id"])]
        severity = "high" if slow else severity
        last = found.date() + _DAYS[severity] * DAY
        inside = [each for each in later if each["finished_at"].date() <= last]
        if slow:
            rescan = later[1]
        elif inside:
            # The more time there is, the more people take; but not beyond the last scan within it.
            rescan = inside[min(1 if severity in ("medium", "low") else 0, len(inside) - 1)]
        elif last < LAST:
            # No scan came in time to look again: only what was grave would have been sent one.
            continue
        else:
            rescan = {}
        rows.append(
            {
                "target_id": name,
                "scan_id": scan["scan_id"],
                "severity": severity,
                "cvss": tenths(*_SCORES[severity], "score", scan["scan_id"]),
                "instances": between(1, 6, "instances", scan["scan_id"]),
                "found_at": found,
                "fixed_at": rescan.get("finished_at"),
                "rescan_id": rescan.get("scan_id"),
            }
        )
    return numbered(rows, "N{:04}", "finding_id", "found_at", "target_id")


_HOSTS = {  # role: number at Shanghai, at Chengdu
    "pbx": (2, 1),
    "ivr": (2, 1),
    "crm": (2, 1),
    "tickets": (2, 0),
    "recording": (1, 1),
    "wfm": (1, 0),
    "web": (2, 0),
    "dns": (1, 1),
    "vpn": (1, 1),
    "backup": (1, 1),
}
_NEW_HOSTS = {"sha-wfm-01": "2025-11-24", "sha-web-03": "2026-06-15"}
_OLD_HOSTS = {"sha-web-01": "2026-06-30"}
_OWN_NAMES = {"sha-backup-01": "backup1", "ctu-backup-01": "backup2"}
"""Names that hosts were given before there were rules for them, and that their backups bear."""
_LATE_UPDATES = {"ctu-pbx-01": {"2026-02": 3}, "sha-vpn-01": {"2026-09": 1}}


def hosts() -> list[Row]:
    """Return the hosts, with what was put into service and retired on the way."""
    names = [
        (f"{site}-{role}-{number:02}", role)
        for role, counts in _HOSTS.items()
        for site, count in zip(("sha", "ctu"), counts, strict=True)
        for number in range(1, count + 1)
    ]
    rows = []
    for name, role in sorted([*names, ("sha-web-03", "web")]):
        since = _NEW_HOSTS.get(name)
        until = _OLD_HOSTS.get(name)
        opened = day("2021-06-20") + between(0, 1200, "host", name) * DAY
        rows.append(
            {
                "host_id": name,
                "site": name[:3].upper(),
                "role": role,
                "hostname": _OWN_NAMES.get(name),
                "in_service_on": day(since) if since else opened,
                "retired_on": day(until) if until else None,
            }
        )
    return rows


_DEVICES = {"access": "desks", "core": "servers", "border": "management", "firewall": "management"}
"""Beginning of a network device's model: the target that its address is in."""


_LISTED_LATE = {"SHA-NET-10": 3}
"""Members that nobody thought of for so many days after they went into service."""


def scan_scope() -> list[Row]:
    """Return which target each host and network device is scanned with."""
    targets = {row["target_id"]: row for row in scan_targets()}
    members = [(row["host_id"], row["in_service_on"], _host_target(row)) for row in hosts()] + [
        (row["asset_id"], row["commissioned_on"], _device_target(row))
        for row in assets()
        if row["class"] == "network"
    ]
    rows = []
    for name, since, target in sorted(members):
        listed = max(since + _LISTED_LATE.get(name, 0) * DAY, targets[target]["starts_on"])
        if listed > max(since, START) and name not in _LISTED_LATE:
            # Before its own target was there it was scanned with the servers.
            servers = f"T-{name[:3].lower()}-servers"
            rows.append({"member_id": name, "target_id": servers, "listed_on": max(since, START)})
        rows.append({"member_id": name, "target_id": target, "listed_on": listed})
    return rows


def _host_target(host: Row) -> str:
    site, role = host["site"].lower(), host["role"]
    name = f"T-{site}-{role}"
    return name if name in {target for target, *_ in _TARGETS} else f"T-{site}-servers"


def _device_target(device: Row) -> str:
    site = device["site"].lower()
    name = f"T-{site}-{_DEVICES[device['model'].split()[0]]}"
    return name if name in {target for target, *_ in _TARGETS} else f"T-{site}-servers"


def updates() -> list[Row]:
    """Return the updates of the hosts, made at night and at least monthly."""
    rows: list[Row] = []
    for host in hosts():
        name = host["host_id"]
        first = max(START, host["in_service_on"]) + between(2, 20, "first update", name) * DAY
        last = min(host["retired_on"] or LAST, LAST)
        late = _LATE_UPDATES.get(name)
        for on in rounds(first, last, lambda on: months_after(on, 1), (1, 4), name, late=late):
            rows += _update(name, on)
    return sorted(rows, key=lambda row: (row["updated_at"], row["host_id"]))


def _update(name: str, on: Date) -> Iterator[Row]:
    at = by_machine(on, 3, "update", name)
    packages = between(0, 46, "packages", name, on)
    restart: Moment | None = None
    if packages > 12:
        restart = at + datetime.timedelta(seconds=between(70, 900, "restart", name, on))
    if often(3, "waits", name, on):
        # The restart was put off by a night, and until then the update was not in effect.
        before = by_machine(on - DAY, 3, "update", name)
        yield {"host_id": name, "updated_at": before, "packages": packages, "in_effect": False}
        packages, restart = 0, at + minutes(4)
    yield {
        "host_id": name,
        "updated_at": at,
        "restarted_at": restart,
        "packages": packages,
        "in_effect": True,
    }
