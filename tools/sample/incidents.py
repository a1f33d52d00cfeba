"""The records of the sample centre's incidents, with notices, updates and actions."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from sample.chance import below, between, often
from sample.clock import AS_OF, DAY, ZONE, Moment, day, minutes, moment
from sample.files import Row
from sample.incident_list import INCIDENTS, Incident

_EVERY = {1: 30, 2: 60, 3: 24 * 60, 4: 24 * 60}


def incidents() -> list[Row]:
    """Return the incidents as documents."""
    return [_document(incident) for incident in INCIDENTS]


def _document(incident: Incident) -> Row:
    name = incident.number
    detected = moment(incident.detected)

    def after(count: int) -> Moment:
        # People write whole minutes; machines, above, write seconds.
        return (detected + minutes(count)).replace(second=0)

    restored = None if incident.restored is None else after(incident.restored)
    reviewed = day(incident.reviewed) if incident.reviewed else None
    return {
        "incident_id": f"INC-{name}",
        "site": incident.site,
        "class": incident.kind,
        "severity": incident.severity,
        "occurred_at": detected - datetime.timedelta(seconds=between(20, 400, "occurred", name)),
        "detected_at": detected,
        "opened_at": detected + datetime.timedelta(seconds=between(60, 300, "opened", name)),
        "acknowledged_at": detected + datetime.timedelta(seconds=between(301, 500, "seen", name)),
        "assessed_at": after(incident.assessed),
        "mobilized_at": after(incident.mobilized) if incident.mobilized else None,
        "contained_at": after(incident.contained),
        "restored_at": restored,
        "resolved_at": restored and restored + minutes(between(30, 900, "resolved", name)),
        "closed_at": _closed(reviewed),
        "reviewed_on": reviewed,
        "cause": incident.cause,
        "lessons": incident.lessons,
        "notices": list(_notices(incident, detected)),
        "updates": list(_updates(incident, detected, restored)),
        "actions": list(_actions(incident)),
    }


def _closed(reviewed: datetime.date | None) -> Moment | None:
    if reviewed is None:
        return None
    return Moment.combine(reviewed + DAY, datetime.time(10), ZONE)


_RECIPIENTS = {
    "technical": ("technical lead", "page"),
    "management": ("centre director", "call"),
    "departments": ("heads of the shifts", "message"),
}


def _notices(incident: Incident, detected: Moment) -> Iterator[Row]:
    number = 0
    for audience, (recipient, channel) in _RECIPIENTS.items():
        key = (incident.number, audience)
        sent = detected + datetime.timedelta(seconds=between(70, 480, "sent", *key))
        received = sent + datetime.timedelta(seconds=between(15, 300, "received", *key))
        way = channel
        slow = incident.management if audience == "management" else 0
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
    every, number = _EVERY[incident.severity], 0
    for audience in ("staff", "customers"):
        at, silence = detected, incident.silence if audience == "customers" else 0
        while at < (restored or AS_OF):
            early = between(every // 12, every // 4, "early", incident.number, audience, number)
            wait = minutes(every - early)
            if silence and number > 8:
                wait, silence = minutes(silence), 0
            at = (at + wait).replace(second=0)
            if restored is None and at > AS_OF:
                break
            at = min(at, restored or at)
            number += 1
            yield {"update_id": f"U{number}", "audience": audience, "sent_at": at}


def _actions(incident: Incident) -> Iterator[Row]:
    for number, (what, owner, due, done) in enumerate(incident.actions, 1):
        assert incident.reviewed
        yield {
            "action_id": f"A{number}",
            "what": what,
            "owner": owner,
            "raised_on": day(incident.reviewed),
            "due_on": day(due),
            "done_on": day(done) if done else None,
            "verified_by": ("P0011" if owner != "P0011" else "P0012") if done else None,
        }
