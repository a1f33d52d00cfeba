"""The drills of the sample centre, with who took part and what was found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sample.chance import between, often, pick
from sample.clock import DAY, LAST, Date, day, minutes, moment, workdays_after
from sample.files import Row
from sample.people import staff, team
from sample.reviews import version_on


@dataclass(frozen=True)
class Drill:
    """A drill that was held."""

    begun: str
    site: str
    kind: str
    hazard: str
    scenario: str
    length: int
    """Minutes."""
    evaluated: str | None = None
    """Day of the evaluation, where it was not held soon afterwards."""
    findings: tuple[tuple[str, str, str, str | None], ...] = ()
    """Issue, action, owner, and the day on which it was closed."""


_DRILLS = [
    Drill("2025-05-14T10:00", "SHA", "on_site", "equipment", "the UPS of floor 3 fails", 50),
    Drill("2025-05-15T10:00", "CTU", "on_site", "disaster", "earthquake: take cover, leave", 45),
    Drill(
        "2025-05-22T14:00",
        "SHA",
        "full",
        "network",
        "both carriers are lost",
        165,
        findings=(
            (
                "calls were moved by hand from an old list",
                "list in the runbook",
                "P0025",
                "2025-06-12",
            ),
        ),
    ),
    Drill(
        "2025-05-23T14:00",
        "CTU",
        "special",
        "network",
        "the line to Shanghai is cut",
        120,
        findings=(
            ("agents were not told for 20 minutes", "text ready to send", "P0053", "2025-06-10"),
        ),
    ),
    Drill("2025-05-27T15:00", "SHA", "tabletop", "disaster", "typhoon warning, red", 90),
    Drill("2025-05-28T15:00", "CTU", "tabletop", "equipment", "the PBX node fails", 90),
    Drill("2025-05-29T15:00", "SHA", "tabletop", "human", "a system account is stolen", 90),
    Drill("2025-05-30T10:00", "CTU", "tabletop", "human", "a wrong routing plan is loaded", 75),
    Drill(
        "2025-10-16T10:30",
        "SHA",
        "on_site",
        "disaster",
        "fire alarm on floor 2",
        40,
        findings=(("a fire door was blocked", "weekly look at the doors", "P0005", "2025-10-31"),),
    ),
    Drill("2025-10-23T15:00", "CTU", "on_site", "equipment", "generator takes over", 60),
    Drill(
        # Evaluated late: the Qingming holiday was forgotten in the plan for it.
        "2026-03-19T10:00",
        "SHA",
        "on_site",
        "equipment",
        "row of desks without power",
        55,
        evaluated="2026-04-08",
        findings=(
            ("two cables were not labelled", "label all floor boxes", "P0016", "2026-04-13"),
        ),
    ),
    Drill("2026-04-09T15:00", "CTU", "tabletop", "human", "an agent is bribed for data", 80),
    Drill(
        "2026-04-22T10:00",
        "CTU",
        "functional",
        "disaster",
        "earthquake: work from Shanghai",
        150,
        # Closed three days late.
        findings=(
            (
                "the list of who may travel was a year old",
                "list kept by the shifts",
                "P0055",
                "2026-05-26",
            ),
            ("Shanghai lacked ten headsets", "headsets in the spares", "P0005", "2026-05-15"),
        ),
    ),
    Drill(
        "2026-05-13T14:00",
        "SHA",
        "functional",
        "network",
        "names do not resolve",
        110,
        findings=(("no telephone list on paper", "print it monthly", "P0011", "2026-06-05"),),
    ),
    Drill("2026-05-20T15:00", "CTU", "tabletop", "network", "firewall of the site fails", 85),
    Drill("2026-05-21T15:00", "SHA", "tabletop", "human", "blackmail after encryption", 95),
    Drill(
        "2026-06-11T09:30",
        "SHA",
        "full",
        "disaster",
        "the building is closed for three days",
        240,
        findings=(
            ("home desks lacked second screens", "change the desk list", "P0049", "2026-07-03"),
            ("the director's deputy was not reached", "second number", "P0011", "2026-06-26"),
        ),
    ),
    # Nine days into the second half of the year.
    Drill("2026-07-09T10:00", "CTU", "on_site", "disaster", "smoke in the kitchen", 40),
    Drill(
        "2026-09-17T14:00",
        "CTU",
        "special",
        "network",
        "one fibre is cut",
        130,
        findings=(("no picture of the ducts", "ask the carrier", "P0033", "2026-10-12"),),
    ),
    Drill("2026-09-24T15:30", "SHA", "on_site", "human", "a stranger on the floor", 35),
    Drill(
        "2026-11-03T15:00",
        "CTU",
        "tabletop",
        "equipment",
        "a batch of terminals fails",
        90,
        evaluated="2026-11-13",
        # Still open when the sample is judged.
        findings=(("spares are counted by box, not by piece", "count pieces", "P0006", None),),
    ),
]
_OBSERVERS = ("P0010", "P0012", "P0009")
_TARGETS = {"full": 120, "special": 60, "functional": 90}


def drills() -> list[Row]:
    """Return the drills as documents."""
    numbers: dict[str, int] = {}
    rows = []
    for drill in _DRILLS:
        year = drill.begun[:4]
        numbers[year] = numbers.get(year, 0) + 1
        rows.append(_document(drill, f"D-{year}-{numbers[year]:02}"))
    return rows


def _document(drill: Drill, name: str) -> Row:
    planned = moment(drill.begun)
    started = planned + minutes(between(0, 12, "begins", name))
    held = planned.date()
    evaluated = day(drill.evaluated) if drill.evaluated else None
    evaluated = evaluated or workdays_after(held, between(2, 8, "evaluated", name))
    people = list(_participants(drill, held, name))
    target = _TARGETS.get(drill.kind)
    return {
        "drill_id": name,
        "kind": drill.kind,
        "unannounced": drill.kind == "on_site" and often(50, "unannounced", name),
        "plan_version": version_on(held),
        "site": drill.site,
        "hazard": drill.hazard,
        "scenario": drill.scenario,
        "planned_start": planned,
        "started_at": started,
        "ended_at": started + minutes(drill.length),
        "headcount": len(people)
        + (between(20, 60, "heads", name) if drill.kind == "on_site" else 0),
        "target_rto_minutes": target,
        "actual_rto_minutes": between(target // 2, target, "rto", name) if target else None,
        "evaluated_on": evaluated,
        "evaluators": [_OBSERVERS[0], _OBSERVERS[1 + between(0, 1, "observer", name)]],
        "result_approver": {"SHA": "P0001", "CTU": "P0002"}[drill.site],
        "overall": pick(("excellent", "good", "good", "fair"), "overall", name),
        "participants": people,
        "findings": [
            {
                "finding_id": f"F{number}",
                "issue": issue,
                "action": action,
                "owner": owner,
                "raised_on": held,
                "due_on": held + 30 * DAY,
                "closed_on": day(closed) if closed else None,
                "verified_by": ("P0012" if closed else None),
            }
            for number, (issue, action, owner, closed) in enumerate(drill.findings, 1)
        ],
    }


def _participants(drill: Drill, held: Date, name: str) -> Iterator[Row]:
    """Draw who takes part: the team of the site, in larger drills of both, save who is on shift."""
    sites = {member["person_id"]: member["site"] for member in staff()}
    seen = set()
    for post in team():
        who = post["person_id"]
        in_post = post["starts_on"] <= held <= (post.get("ends_on") or LAST)
        here = sites[who] == drill.site or drill.kind in ("full", "special")
        if in_post and here and who not in seen and not often(20, "on shift", name, who):
            seen.add(who)
            yield {
                "person_id": who,
                "role": post["role"],
                "signed": not often(4, "unsigned", name, who),
            }
