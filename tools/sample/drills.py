"""The drills of the sample centre as records, with who took part and what was found."""

from __future__ import annotations

from collections.abc import Iterator

from sample.chance import between, often
from sample.clock import DAY, LAST, Date, day, minutes, moment, workdays_after
from sample.drill_list import DRILLS, Drill
from sample.files import Row
from sample.people import staff, team
from sample.reviews import version_on

_TARGETS = {"full": 120, "special": 60, "functional": 90}
_ON_SHIFT = {"SHA": (34, 44), "CTU": (24, 32)}


def drills() -> list[Row]:
    """Return the drills as documents."""
    numbers: dict[str, int] = {}
    rows = []
    for drill in DRILLS:
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
    on_shift = between(*_ON_SHIFT[drill.site], "on shift now", name)
    floor = 0 if drill.kind in ("tabletop", "functional") else on_shift * drill.floor // 100
    return {
        "drill_id": name,
        "kind": drill.kind,
        "unannounced": drill.unannounced,
        "plan_version": version_on(held),
        "site": drill.site,
        "hazard": drill.hazard,
        "scenario": drill.scenario,
        "repeats": drill.repeats,
        "planned_start": planned,
        "started_at": started,
        "ended_at": started + minutes(drill.length),
        "on_shift": on_shift,
        "shift_participants": floor or None,
        "headcount": len(people) + floor,
        "target_rto_minutes": _TARGETS.get(drill.kind),
        "actual_rto_minutes": drill.recovered,
        "evaluated_on": evaluated,
        "evaluators": ["P0010", "P0009"],
        "result_approver": {"SHA": "P0001", "CTU": "P0002"}[drill.site],
        "overall": drill.overall,
        "asks_plan_change": drill.asks_plan_change,
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
                "verified_by": ("P0010" if closed else None),
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
