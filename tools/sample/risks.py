"""The risk register of the sample centre."""

from __future__ import annotations

from sample.chance import between
from sample.clock import DAY, day
from sample.files import Row

_OWNERS = {"equipment": "P0005", "network": "P0008", "disaster": "P0011", "human": "P0010"}
# site, class, description, likelihood, impact, assessed on, treatment, due on, treated on
_RISKS: list[tuple[str, str, str, int, int, str, str, str | None, str | None]] = [
    (
        "SHA",
        "equipment",
        "A PBX node fails and calls drop",
        3,
        4,
        "2025-05-19",
        "second node with automatic takeover",
        "2025-08-29",
        "2025-08-20",
    ),
    (
        "SHA",
        "network",
        "Both carriers enter by one duct",
        4,
        4,
        "2025-05-19",
        "second entry to the building",
        "2025-11-28",
        "2025-11-21",
    ),
    (
        "SHA",
        "disaster",
        "Flooding after a typhoon",
        2,
        4,
        "2025-05-20",
        "pumps, and a contract for work at Chengdu",
        None,
        None,
    ),
    (
        "SHA",
        "human",
        "An agent gives away customers' data",
        3,
        4,
        "2025-05-20",
        "screens hide what a call does not need",
        "2025-12-31",
        "2025-12-18",
    ),
    (
        "CTU",
        "equipment",
        "The generator does not start",
        2,
        4,
        "2025-05-21",
        "monthly test under load",
        None,
        None,
    ),
    (
        "CTU",
        "network",
        "The line to Shanghai is cut",
        3,
        4,
        "2025-05-21",
        "second line by another way",
        "2025-10-31",
        "2025-10-24",
    ),
    (
        "CTU",
        "disaster",
        "Earthquake closes the building",
        3,
        5,
        "2025-05-21",
        "desks at Shanghai and at home",
        "2025-12-15",
        "2025-12-09",
    ),
    (
        "CTU",
        "human",
        "A wrong routing plan is loaded",
        4,
        3,
        "2025-05-22",
        "second signature on changes",
        "2025-10-15",
        "2025-10-11",
    ),
    (
        "SHA",
        "network",
        "The second entry shares a switch room",
        4,
        4,
        "2025-12-02",
        "move one line to the other room",
        "2026-03-31",
        "2026-04-10",
    ),
    (
        "SHA",
        "equipment",
        "Takeover of a PBX node loses licences",
        4,
        4,
        "2026-01-12",
        "spare licences on site",
        "2026-02-27",
        "2026-02-26",
    ),
    (
        "CTU",
        "network",
        "Access ports without loop protection",
        3,
        3,
        "2026-01-27",
        "loop protection everywhere",
        "2026-02-13",
        "2026-02-06",
    ),
    (
        "SHA",
        "disaster",
        "Heat wave, and the cooling of the server room fails",
        3,
        4,
        "2026-04-28",
        "second cooler, and an alarm by telephone",
        "2026-06-15",
        "2026-06-09",
    ),
    (
        "SHA",
        "human",
        "Forged voices on the telephone",
        4,
        4,
        "2026-05-11",
        "call back before any change of data",
        "2026-09-30",
        "2026-09-22",
    ),
    (
        "CTU",
        "equipment",
        "Terminals of one batch grow old together",
        3,
        3,
        "2026-05-13",
        "replace a third each year",
        None,
        None,
    ),
    (
        "CTU",
        "human",
        "Passwords typed on private telephones",
        4,
        4,
        "2026-05-15",
        "second factor for the agent desktop",
        "2026-06-30",
        "2026-06-23",
    ),
    # Assessed eleven days late.
    (
        "CTU",
        "disaster",
        "Thunderstorms cut the mains in summer",
        4,
        4,
        "2026-06-02",
        "new starter batteries, second supplier of fuel",
        "2026-08-14",
        "2026-08-12",
    ),
    (
        "CTU",
        "network",
        "Both fibres run in one duct",
        4,
        4,
        "2026-10-20",
        "second way into the building",
        "2026-11-30",
        None,
    ),
]


def risks() -> list[Row]:
    """Return the risk register: each assessment is a record of its own."""
    numbers: dict[str, int] = {}
    rows = []
    for site, kind, text, likelihood, impact, assessed, treatment, due, treated in _RISKS:
        year = assessed[:4]
        numbers[year] = numbers.get(year, 0) + 1
        score = likelihood * impact
        rows.append(
            {
                "risk_id": f"R-{year}-{numbers[year]:02}",
                "site": site,
                "class": kind,
                "description": text,
                "owner": "P0006" if (site, kind) == ("CTU", "equipment") else _OWNERS[kind],
                "likelihood": likelihood,
                "impact": impact,
                "rating": "high" if score >= 15 else "medium" if score >= 8 else "low",
                "assessed_on": day(assessed),
                "approved_by": {"SHA": "P0001", "CTU": "P0002"}[site],
                "treatment": treatment,
                "raised_on": day(assessed) - between(1, 5, "raised", assessed, kind) * DAY,
                "due_on": day(due) if due else None,
                "treated_on": day(treated) if treated else None,
            }
        )
    return rows
