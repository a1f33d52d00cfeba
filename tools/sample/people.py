"""The people of the sample centre: staff, the response team, and its contacts."""

from __future__ import annotations

from sample.chance import below, between, often, pick
from sample.clock import (
    DAY,
    LAST,
    Date,
    by_hand,
    by_machine,
    day,
    minutes,
    months_after,
    rounds,
    workday_from,
    workday_until,
)
from sample.files import Row, numbered

START = day("2025-05-06")
"""Day on which the centre begins to get ready for its plan."""

_POSTS: list[tuple[str, str, str]] = [  # role, team and site, in the order of their numbers
    ("centre director", "management", "SHA"),
    ("deputy director", "management", "CTU"),
    ("operations manager", "operations", "SHA"),
    ("operations manager", "operations", "CTU"),
    ("facilities manager", "facilities", "SHA"),
    ("facilities manager", "facilities", "CTU"),
    ("it manager", "it", "SHA"),
    ("security lead", "it", "SHA"),
    ("training lead", "training", "SHA"),
    ("risk manager", "management", "SHA"),
    ("emergency officer", "management", "SHA"),
    ("internal auditor", "management", "SHA"),
    ("customer relations lead", "operations", "SHA"),
    ("HR partner", "management", "SHA"),
    ("emergency officer", "management", "CTU"),
    *[("facilities technician", "facilities", site) for site in ["SHA"] * 4 + ["CTU"] * 4],
    *[("systems engineer", "it", site) for site in ["SHA"] * 3 + ["CTU"] * 3],
    *[("network engineer", "it", site) for site in ["SHA"] * 3 + ["CTU"] * 2],
    *[("trainer", "training", site) for site in ["SHA"] * 2 + ["CTU"] * 2],
    *[("planner", "planning", site) for site in ["SHA"] * 2 + ["CTU"] * 2],
    *[("quality analyst", "quality", site) for site in ["SHA"] * 4 + ["CTU"] * 2],
    *[("supervisor", "operations", site) for site in ["SHA"] * 4 + ["CTU"] * 4],
    *[("team leader", "operations", site) for site in ["SHA"] * 8 + ["CTU"] * 6],
]
_AGENTS = 80
_JOINERS = 30
_OPENED = {"SHA": day("2019-03-01"), "CTU": day("2021-07-01")}
_LEAVERS = {"P0030": "2026-03-31", "P0057": "2026-11-30", "P0063": "2025-10-17"}


def person(number: int) -> str:
    """Return the id of a person."""
    return f"P{number:04}"


def staff() -> list[Row]:
    """Return the roster, with those who joined and left on the way."""
    rows = []
    for number, (role, team, site) in enumerate(_POSTS, 1):
        rows.append(_member(number, role, team, site))
    for number in range(len(_POSTS) + 1, len(_POSTS) + 1 + _AGENTS + _JOINERS):
        site = "SHA" if often(58, "site", number) else "CTU"
        rows.append(_member(number, "agent", f"shift {pick('ABCD', 'shift', number)}", site))
    return rows


def _member(number: int, role: str, team: str, site: str) -> Row:
    joined = number - len(_POSTS) - _AGENTS
    if joined > 0:
        # Classes of joiners begin on a Monday, or on the first working day after it.
        monday = day("2025-06-09") + 7 * (joined * 74 // _JOINERS) * DAY
        hired = workday_from(monday)
    else:
        opened = _OPENED[site]
        hired = opened + below((day("2025-04-01") - opened).days, "hired", number) * DAY
    left = _LEAVERS.get(person(number))
    if role == "agent" and joined < 20 and often(24, "leaves", number):
        end = hired if joined > 0 else day("2025-06-15")
        left = str(workday_from(end + between(45, 480, "left", number) * DAY))
        # Who leaves after the sample's end has not said so yet.
        left = left if left <= str(LAST) else None
    return {
        "person_id": person(number),
        "role": role,
        "site": site,
        "team": team,
        "hired_on": hired,
        "left_on": day(left) if left else None,
    }


TEAM = {  # role of the response team: primary, deputy
    "incident_commander": ("P0003", "P0004"),
    "operations_lead": ("P0049", "P0053"),
    "technical_lead": ("P0007", "P0024"),
    "telephony_lead": ("P0025", "P0027"),
    "network_lead": ("P0030", "P0033"),
    "systems_lead": ("P0026", "P0028"),
    "security_lead": ("P0008", "P0031"),
    "facilities_lead": ("P0005", "P0006"),
    "communications_lead": ("P0013", "P0043"),
    "customer_liaison": ("P0050", "P0054"),
    "staff_liaison": ("P0014", "P0057"),
    "scribe": ("P0011", "P0015"),
}
_APPOINTED = day("2025-05-12")
_HANDOVERS = [  # role, rank, last day of the holder, the next holder and their first day
    ("operations_lead", "deputy", "2025-12-31", "P0055", "2026-01-01"),
    ("network_lead", "primary", "2026-03-31", "P0034", "2026-04-01"),
    # Nobody was found in time: nine days without a deputy.
    ("customer_liaison", "deputy", "2026-05-10", "P0056", "2026-05-20"),
    ("systems_lead", "deputy", "2026-08-31", "P0029", "2026-09-01"),
    # Leaves at the end of the month, and nobody is named yet.
    ("staff_liaison", "deputy", "2026-11-30", None, None),
]


_AUDIENCES = {  # role on the notification list: whom it is told as
    **dict.fromkeys(("director", "incident_commander", "scribe"), "management"),
    **dict.fromkeys(
        ("technical_lead", "telephony_lead", "network_lead", "systems_lead", "security_lead"),
        "technical",
    ),
    **dict.fromkeys(
        (
            "operations_lead",
            "facilities_lead",
            "communications_lead",
            "customer_liaison",
            "staff_liaison",
        ),
        "departments",
    ),
}
# Listed since the attack of April, when the carrier's number was found to be dead.
_SUPPLIERS_LISTED = day("2026-05-21")
_SUPPLIERS = (
    ("carrier_1", "第一运营商网络运行中心"),
    ("carrier_2", "第二运营商网络运行中心"),
    ("telephony_vendor", "话务平台厂家热线"),
    ("power_service", "发电机维保单位"),
)


def team_roles() -> list[Row]:
    """Return the posts of the response team."""
    return [
        {"role": role, "rank": rank, "starts_on": _APPOINTED}
        for role in TEAM
        for rank in ("primary", "deputy")
    ]


def team() -> list[Row]:
    """Return who held which post of the response team, from when to when."""
    rows: list[Row] = []
    for role, holders in TEAM.items():
        for rank, holder in zip(("primary", "deputy"), holders, strict=True):
            post: Row = {"role": role, "rank": rank}
            rows.append({**post, "person_id": holder, "starts_on": _APPOINTED})
            for of_role, of_rank, until, successor, since in _HANDOVERS:
                if (of_role, of_rank) == (role, rank):
                    rows[-1]["ends_on"] = day(until)
                    if successor and since:
                        rows.append({**post, "person_id": successor, "starts_on": day(since)})
    return rows


def contacts() -> list[Row]:
    """Return the notification list: the team, their pagers, the director and suppliers."""
    people: list[tuple[str, str, str, Date, Date | None]] = [
        ("director", "P0001", "call", _APPOINTED, None)
    ]
    for post in team():
        role = post["role"]
        on_call = role in ("network_lead", "technical_lead")
        for channel in ("call", "page") if on_call else ("call",):
            people.append(
                (role, post["person_id"], channel, post["starts_on"], post.get("ends_on"))
            )
    rows: list[Row] = [
        {
            "role": role,
            "audience": _AUDIENCES[role],
            "person_id": who,
            "channel": by,
            "listed_on": since,
            "removed_on": until,
        }
        for role, who, by, since, until in people
    ]
    rows += [
        {
            "role": role,
            "audience": "suppliers",
            "organization": name,
            "channel": "call",
            "listed_on": _SUPPLIERS_LISTED,
            "removed_on": None,
        }
        for role, name in _SUPPLIERS
    ]
    return numbered(rows, "C{:03}", "contact_id", "listed_on")


def contact_tests() -> list[Row]:
    """Return the test calls to the notification list, at least every three months."""
    rows = []
    for contact in contacts():
        who = contact["contact_id"]
        first = contact["listed_on"] + between(2, 14, "first", who) * DAY
        last = min(contact["removed_on"] or LAST, LAST)
        # One supervisor was on leave, and reached six days after the due day.
        late = {"2026-08": 6, "2026-07": 6} if contact.get("person_id") == "P0050" else {}
        for on in rounds(
            workday_from(first), last, lambda on: months_after(on, 3), (3, 14), who, late=late
        ):
            # Pagers are for the night, so they are tried at night.
            is_pager = contact["channel"] == "page"
            tested = by_machine(on, 22, who) if is_pager else by_hand(on, who)
            call = {"contact_id": who, "channel": contact["channel"]}
            if often(6, "no answer", who, on):
                missed = workday_until(on - DAY)
                rows.append({**call, "tested_at": by_hand(missed, who), "result": "no_answer"})
            answered = tested + minutes(between(0, 4, "answers", who, on))
            rows.append(
                {**call, "tested_at": tested, "answered_at": answered, "result": "answered"}
            )
    return numbered(rows, "CT{:04}", "test_id", "tested_at", "contact_id")
