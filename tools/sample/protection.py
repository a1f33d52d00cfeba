"""How the network is protected: rules reviewed, measures checked, leavers shut out."""

from __future__ import annotations

import datetime

from sample.chance import between, often
from sample.clock import DAY, LAST, by_hand, day, minutes, moment, workday_until
from sample.files import Row, numbered
from sample.people import staff

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


# site: the first checks of the measures; then every quarter
_CHECKED = {"SHA": "2025-05-14", "CTU": "2025-05-16"}
_QUARTERS = [
    ("2025-05", "pass"),
    ("2025-08", "pass"),
    ("2025-11", "pass"),
    ("2026-02", "pass"),
    ("2026-05", "pass"),
    ("2026-08", "pass"),
    ("2026-11", "pass"),
]
_MEASURES = {  # measure: how many hosts or accounts it is asked of at Shanghai and at Chengdu
    "log_retention": (15, 7),
    "malware_protection": (78, 49),
    "multi_factor": (96, 63),
}
_FAILED_CHECK = ("CTU", "log_retention", "2026-02")
"""The disk of the log server was full; it was checked again nine days later."""


def protection_checks() -> list[Row]:
    """Return the quarterly checks of logs, protection from malware, and second factors."""
    rows = []
    for site, first in _CHECKED.items():
        for quarter, result in _QUARTERS:
            # A day or two earlier each time, so that three months never run out.
            on = workday_until(day(f"{quarter}-{first[8:]}") - _back(quarter) * DAY)
            for measure, numbers in _MEASURES.items():
                scope = numbers[site == "CTU"]
                row = {
                    "site": site,
                    "measure": measure,
                    "checked_on": on,
                    "in_scope": scope,
                    "in_place": scope,
                    "oldest_log_days": between(184, 230, "log", site, quarter)
                    if measure == "log_retention"
                    else None,
                    "checker": {"SHA": "P0031", "CTU": "P0033"}[site],
                    "verifier": "P0008",
                    "result": result,
                }
                if (site, measure, quarter) == _FAILED_CHECK:
                    failed = {"in_place": scope - 1, "oldest_log_days": 97, "result": "fail"}
                    rows.append({**row, **failed})
                    row["checked_on"] = on + 9 * DAY
                rows.append(row)
    return numbered(rows, "PC{:03}", "check_id", "checked_on", "site", "measure")


def _back(quarter: str) -> int:
    return 2 * [name for name, _ in _QUARTERS].index(quarter)


_SHUT_LATE = {"P0104": "2026-06-05T10:20"}
"""Leavers whose account was closed later than on the day after."""


def access_removals() -> list[Row]:
    """Return when the accounts of those who left were closed, as the directory exports it."""
    rows = []
    for member in staff():
        left = member["left_on"]
        if left is None or left >= LAST:
            continue
        name = member["person_id"]
        evening = by_hand(left, "account", name, opens=17, closes=18)
        at = evening if often(80, "account", name) else evening + minutes(15 * 60)
        at = moment(_SHUT_LATE[name]) if name in _SHUT_LATE else at
        rows.append(
            {
                "person_id": name,
                "removed_at": at + datetime.timedelta(seconds=between(0, 59, "account", name)),
                "accounts": between(3, 7, "accounts", name),
            }
        )
    return sorted(rows, key=lambda row: (row["removed_at"], row["person_id"]))
