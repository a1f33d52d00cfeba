"""The network of the sample centre: scans, what they found, hosts, updates and reviews of rules."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from sample.chance import below, between, often
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
    workday_until,
)
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
_EXTRA = {"T-sha-web": "2026-04-17"}
"""Targets and days of a scan after a repair that took too long."""


def findings() -> list[Row]:
    """Return the vulnerabilities that the scans found, and the scans that found them gone."""
    rows: list[Row] = []
    done = [scan for scan in scans() if scan["result"] == "completed"]
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
                "severity": severity,
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
                "in_service_on": day(since) if since else opened,
                "retired_on": day(until) if until else None,
            }
        )
    return rows


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


_REVIEWS: list[tuple[str, str, str, str]] = [  # site, what, day, result
    ("SHA", "firewall", "2025-05-13", "pass"),
    ("SHA", "firewall", "2025-11-06", "pass"),
    ("SHA", "firewall", "2026-04-28", "fail"),
    ("SHA", "firewall", "2026-05-06", "pass"),
    ("SHA", "firewall", "2026-10-29", "pass"),
    ("SHA", "access", "2025-05-20", "pass"),
    ("SHA", "access", "2025-11-18", "pass"),
    ("SHA", "access", "2026-05-13", "pass"),
    ("SHA", "access", "2026-11-11", "pass"),
    ("CTU", "firewall", "2025-05-15", "pass"),
    ("CTU", "firewall", "2025-11-13", "pass"),
    # Due on 13 May, and eleven days late.
    ("CTU", "firewall", "2026-05-25", "pass"),
    ("CTU", "access", "2025-05-29", "pass"),
    ("CTU", "access", "2025-11-27", "pass"),
    ("CTU", "access", "2026-05-26", "pass"),
]


def access_reviews() -> list[Row]:
    """Return the reviews of firewall rules and access rights."""
    rows = [
        {
            "site": site,
            "scope": scope,
            "reviewed_on": workday_until(day(on)),
            "reviewer": {"SHA": "P0031", "CTU": "P0033"}[site],
            "approver": {"firewall": "P0008", "access": "P0007"}[scope],
            "result": result,
        }
        for site, scope, on, result in _REVIEWS
    ]
    return numbered(rows, "A{:03}", "review_id", "reviewed_on", "site", "scope")
