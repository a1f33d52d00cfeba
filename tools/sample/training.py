"""What the people of the sample centre learn: courses and security sessions."""

from __future__ import annotations

from collections.abc import Iterator

from sample.chance import between, often
from sample.clock import (
    DAY,
    LAST,
    Date,
    by_hand,
    by_machine,
    day,
    moment,
    months_after,
    rounds,
    workday_from,
    workday_until,
)
from sample.files import Row, numbered, years
from sample.people import START, staff, team

_VERSIONS = {"operations": "5.2", "security_awareness": "2025", "incident_response": "1.1"}
_MINUTES = {"operations": 240, "security_awareness": 90, "incident_response": 180}
_LATE = {  # person and course: months in which the course was taken so many days too late
    ("P0093", "security_awareness"): {"2026-03": 9, "2026-04": 9, "2026-05": 9},
    ("P0112", "operations"): {"2026-03": 5, "2026-04": 5, "2026-05": 5},
}
_LATE_FIRST = {("P0160", "operations"): 36, ("P0056", "incident_response"): 34}


def training() -> list[Row]:
    """Return the courses taken by staff and by the response team."""
    rows: list[Row] = []
    for member in staff():
        last = min(member["left_on"] or LAST, LAST)
        for course in ("operations", "security_awareness"):
            first = _first_course(member["person_id"], course, member["hired_on"], 20)
            rows += _courses(member["person_id"], course, first, last)
    seen = set()
    for post in team():
        who = post["person_id"]
        if who not in seen:
            seen.add(who)
            # The new deputy took the course before the appointment.
            if who == "P0055":
                first = day("2025-12-02")
            else:
                first = _first_course(who, "incident_response", post["starts_on"], 22)
            last = min(post.get("ends_on") or LAST, LAST)
            rows += _courses(who, "incident_response", first, last)
    return numbered(rows, "L{:04}", "record_id", "completed_at", "person_id", "course_id")


def _first_course(who: str, course: str, since: Date, longest: int) -> Date:
    if (late := _LATE_FIRST.get((who, course))) is not None:
        return since + late * DAY
    if since < START:
        return workday_until(START + between(1, 24, "first course", who, course) * DAY)
    return workday_from(since + between(3, longest, "first course", who, course) * DAY)


def _courses(who: str, course: str, first: Date, last: Date) -> Iterator[Row]:
    slack = (2, 12) if course == "incident_response" else (5, 70)
    late = _LATE.get((who, course))

    def due(on: Date) -> Date:
        return _expiry(who, course, on)

    days = list(rounds(first, last, due, slack, who, course, late=late))
    # In the winter of 2025 half of the staff took the new edition of the security course at once.
    if course == "security_awareness" and often(50, "new edition", who) and who != "P0093":
        extra = workday_from(day("2025-11-24") + between(0, 25, "new edition on", who) * DAY)
        early = [on for on in days if on <= extra - 60 * DAY]
        if early and extra <= last:
            days = [*early, *rounds(extra, last, due, (3, 25), who, "again")]
    for on in days:
        yield from _attempts(who, course, on)


def _attempts(who: str, course: str, on: Date) -> Iterator[Row]:
    edition = "2026" if course == "security_awareness" and on >= day("2025-11-24") else None
    base = {
        "person_id": who,
        "course_id": course,
        "course_version": edition or _VERSIONS[course],
        "passing_score": 80,
    }
    length = _MINUTES[course]
    before = workday_until(on - DAY)
    if often(4, "fails", who, course, on):
        yield {
            **base,
            "completed_at": by_hand(before, who, course),
            "result": "fail",
            "score": between(52, 79, "fail", who, course, on),
            "minutes": length + between(-20, 10, "minutes", who, before),
        }
    at = by_machine(on, 20, who) if often(15, "evening", who, on) and on < LAST else None
    yield {
        **base,
        "completed_at": at or by_hand(on, who, course),
        "result": "pass",
        "score": between(80, 100, "pass", who, course, on),
        "expires_on": _expiry(who, course, on) if _is_short(who, course, on) else None,
        "minutes": length + between(-20, 25, "minutes", who, on),
    }


def _is_short(who: str, course: str, on: Date) -> bool:
    """Whether it is one of the certificates that end before twelve months are over."""
    return course == "security_awareness" and often(8, "certificate", who, on)


def _expiry(who: str, course: str, on: Date) -> Date:
    return months_after(on, 11 if _is_short(who, course, on) else 12)


_SESSIONS = [  # site, when, topic, attendees, minutes, whether it says how to respond
    ("SHA", "2025-05-08T15:00", "聊天工具中的钓鱼链接", 31, 45, False),
    ("CTU", "2025-05-09T14:30", "聊天工具中的钓鱼链接", 24, 45, False),
    ("SHA", "2025-05-23T10:00", "门禁尾随", 28, 30, False),
    ("CTU", "2025-05-22T16:00", "门禁尾随的识别与现场处置", 22, 30, True),
    ("SHA", "2025-08-14T15:30", "冒充他人索要客户信息：识别、拒绝与上报", 36, 40, True),
    ("CTU", "2025-09-18T14:00", "冒充他人索要客户信息", 27, 40, False),
    ("SHA", "2026-01-21T10:30", "便签上的同事密码", 25, 30, False),
    # Chengdu was one session short for nine days, and had none on responding.
    ("CTU", "2026-06-10T15:00", "仿声电话：识别、挂断与上报", 29, 45, True),
    ("SHA", "2026-04-16T16:00", "仿声电话：识别、挂断与上报", 33, 45, True),
    ("CTU", "2026-08-27T10:00", "7月停电事故：疏散、应急照明与话务转接", 26, 35, True),
    ("SHA", "2026-09-08T14:00", "移动存储介质", 30, 30, False),
    ("CTU", "2026-11-12T15:30", "移动存储介质", 23, 30, False),
]
_ROOMS = {"SHA": ("三楼培训室", "P0035"), "CTU": ("二楼多功能厅", "P0037")}


def security_sessions() -> list[Row]:
    """Return the security sessions, held from time to time."""
    rows = [
        {
            "site": site,
            "held_at": moment(at),
            "topic": topic,
            "attendees": heads,
            "minutes": length,
            "place": _ROOMS[site][0],
            "teacher": _ROOMS[site][1],
            "covers_response": responds,
        }
        for site, at, topic, heads, length, responds in _SESSIONS
    ]
    return [
        {"session_id": f"SS-{row['held_at'].year}-{number:02}", **row}
        for some in years(sorted(rows, key=lambda row: str(row["held_at"])), "held_at").values()
        for number, row in enumerate(some, 1)
    ]
