"""The records of the sample centre's incidents, with notices, measures, updates and actions."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from sample.chance import below, between, often
from sample.clock import AS_OF, DAY, ZONE, Moment, day, is_workday, minutes, moment
from sample.files import Row
from sample.incident import Incident
from sample.incidents_2025 import INCIDENTS_2025
from sample.incidents_2026 import INCIDENTS_2026
from sample.people import contacts

_EVERY = {1: 30, 2: 60}
_LESSER_NEWS = (datetime.time(11, 10), datetime.time(16, 40))
"""When there is news of lesser incidents, on working days."""
_GRADERS = {"SHA": "P0049", "CTU": "P0053"}


def incidents() -> list[Row]:
    """Return the incidents as documents."""
    return [_document(incident) for incident in (*INCIDENTS_2025, *INCIDENTS_2026)]


def _document(incident: Incident) -> Row:
    name = incident.number
    detected = moment(incident.detected)

    def after(count: int) -> Moment:
        # People write whole minutes; machines, above, write seconds.
        return (detected + minutes(count)).replace(second=0)

    restored = None if incident.restored is None else after(incident.restored)
    reviewed = day(incident.reviewed) if incident.reviewed else None
    seats, calls, customers, interrupted = incident.scope
    return {
        "incident_id": f"INC-{name}",
        "site": incident.site,
        "class": incident.kind,
        "severity": incident.severity,
        "affected_seats": seats,
        "calls_lost": calls,
        "affected_customers": customers,
        "interruption_minutes": interrupted,
        "personal_data_leaked": incident.leak is not None,
        "occurred_at": detected - datetime.timedelta(seconds=between(20, 400, "occurred", name)),
        "detected_at": detected,
        "opened_at": detected + datetime.timedelta(seconds=between(60, 300, "opened", name)),
        "acknowledged_at": detected + datetime.timedelta(seconds=between(301, 500, "seen", name)),
        "assessed_at": after(incident.assessed),
        "assessed_by": _GRADERS[incident.site],
        **_lower_grade(incident),
        "mobilized_at": after(incident.mobilized) if incident.mobilized else None,
        "contained_at": after(incident.contained),
        "restored_at": restored,
        "resolved_at": restored and restored + minutes(between(30, 900, "resolved", name)),
        **_leak(incident, detected),
        "closed_at": _closed(reviewed or _named_on(f"INC-{name}")),
        "reviewed_on": reviewed,
        "cause": incident.cause,
        "lessons": incident.lessons,
        "asks_plan_change": incident.asks_plan_change,
        "notices": list(_notices(incident, detected)),
        "measures": [
            {"measure_id": f"M{number}", "what": what, "done_by": who, "done_at": after(minute)}
            for number, (minute, what, who) in enumerate(incident.measures, 1)
        ],
        "updates": list(_updates(incident, detected, restored)),
        "actions": list(_actions(incident)),
    }


def _lower_grade(incident: Incident) -> Row:
    if not incident.lower_grade:
        return {}
    reason, who = incident.lower_grade
    return {"lower_grade_reason": reason, "lower_grade_confirmed_by": who}


def _leak(incident: Incident, detected: Moment) -> Row:
    if not incident.leak:
        return {}
    minute, decision, reason = incident.leak
    return {
        "reporting_decision": decision,
        "reporting_reason": reason,
        "reporting_decided_by": "P0001",
        "reporting_decided_at": (detected + minutes(minute)).replace(second=0),
    }


def _closed(reviewed: datetime.date | None) -> Moment | None:
    if reviewed is None:
        return None
    return Moment.combine(reviewed + DAY, datetime.time(10), ZONE)


_TOLD = {  # audience: role on the notification list, and the way
    "technical": ("technical_lead", "page"),
    "management": ("director", "call"),
    "departments": ("operations_lead", "message"),
}


def _contact(role: str, at: Moment) -> str:
    """Return who is on the notification list for a role at a moment."""
    on = at.date()
    found = [
        str(each["contact_id"])
        for each in contacts()
        if each["role"] == role and each["listed_on"] <= on <= (each["removed_on"] or on)
    ]
    return found[0]


def _notices(incident: Incident, detected: Moment) -> Iterator[Row]:
    number = 0
    for audience, (role, channel) in _TOLD.items():
        key = (incident.number, audience)
        sent = detected + datetime.timedelta(seconds=between(70, 480, "sent", *key))
        received = sent + datetime.timedelta(seconds=between(15, 300, "received", *key))
        way = channel
        slow = incident.management if audience == "management" else 0
        recipient = _contact(role, detected)
        if slow or often(15, "unread", *key):
            # Nobody saw the first notice; the second went another way.
            number += 1
            yield _notice(number, audience, recipient, "message", sent, None)
            received = detected + datetime.timedelta(
                minutes=slow or between(11, 13, "again", *key), seconds=below(50, "seconds", *key)
            )
            sent, way = received - datetime.timedelta(seconds=40), "call"
        number += 1
        yield _notice(number, audience, recipient, way, sent, received)


def _notice(
    number: int, audience: str, recipient: str, channel: str, sent: Moment, received: Moment | None
) -> Row:
    return {
        "notice_id": f"N{number}",
        "audience": audience,
        "recipient": recipient,
        "channel": channel,
        "sent_at": sent,
        "received_at": received,
    }


def _updates(incident: Incident, detected: Moment, restored: Moment | None) -> Iterator[Row]:
    number = 0
    for audience in ("staff", "customers") if incident.scope[2] else ("staff",):
        times = _frequent if incident.severity in _EVERY else _by_office_hours
        for at in times(incident, audience, detected, restored or AS_OF):
            number += 1
            yield _update(number, audience, "progress", at)
        if restored:
            late = incident.recovery_told if audience == "customers" else 0
            told = late or between(2, 18, "recovery told", incident.number, audience)
            number += 1
            yield _update(number, audience, "recovery", restored + minutes(told))


def _update(number: int, audience: str, kind: str, at: Moment) -> Row:
    return {"update_id": f"U{number}", "audience": audience, "kind": kind, "sent_at": at}


def _frequent(
    incident: Incident, audience: str, detected: Moment, until: Moment
) -> Iterator[Moment]:
    every, at, number = _EVERY[incident.severity], detected, 0
    silence = incident.silence if audience == "customers" else 0
    while True:
        wait = minutes(every - between(every // 12, every // 4, incident.number, audience, number))
        if silence and number == 3:
            wait = minutes(silence)
        at = (at + wait).replace(second=0)
        if at >= until:
            return
        number += 1
        yield at


def _by_office_hours(
    incident: Incident, audience: str, detected: Moment, until: Moment
) -> Iterator[Moment]:
    on = detected.date()
    while on <= until.date():
        for time in _LESSER_NEWS:
            at = Moment.combine(on, time, ZONE)
            at += minutes(between(0, 25, "news", incident.number, audience, at))
            if detected < at < until and is_workday(on):
                yield at
        on += DAY


def _actions(incident: Incident) -> Iterator[Row]:
    verifier = {"SHA": "P0010", "CTU": "P0015"}[incident.site]
    for number, (what, owner, due, done) in enumerate(incident.actions, 1):
        assert incident.reviewed
        yield {
            "action_id": f"A{number}",
            "what": what,
            "owner": owner,
            "raised_on": day(incident.reviewed),
            "due_on": day(due),
            "done_on": day(done) if done else None,
            "verified_by": (verifier if owner != verifier else "P0011") if done else None,
        }


# The monthly reviews of lesser incidents: day → incident, cause and lessons of each.
_MONTHLY = {
    "2026-10-09": [
        ("INC-2026-08", "终端升级后证书未下发，三台座席无法登录", "升级先在一台试点，确认后再推送"),
        ("INC-2026-09", "排班员误删次日班表，下班前才恢复", "班表删除须二次确认，并保留前一版"),
    ],
    "2026-11-06": [
        ("INC-2026-11", "培训室无线接入点固件异常重启", "固件更新纳入月度更新清单"),
    ],
}


def incident_reviews() -> list[Row]:
    """Return the monthly reviews of lesser incidents."""
    severities = {each["incident_id"]: each["severity"] for each in incidents()}
    return [
        {
            "review_id": f"IRV-{held[:7]}",
            "held_on": day(held),
            "chair": "P0011",
            "incidents": [
                {
                    "incident_id": name,
                    "severity": severities[name],
                    "cause": cause,
                    "lessons": lessons,
                    "asks_plan_change": False,
                }
                for name, cause, lessons in named
            ],
        }
        for held, named in _MONTHLY.items()
    ]


def _named_on(incident_id: str) -> datetime.date | None:
    """Return the day of the monthly review that names an incident."""
    for held, named in _MONTHLY.items():
        if incident_id in [name for name, *_ in named]:
            return day(held)
    return None
