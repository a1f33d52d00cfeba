"""The worlds drawn hold what is hard, and the oracle has an answer to each."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator

from .model import Answer, Row, Setting, World
from .moments import judged_at
from .oracle import answer
from .test_engine import COUNT, SIZE
from .worlds import KINDS, setting, world
from .zone_calendar import Calendar, micros
from .zones import moved_zones

BATCHES = -(-COUNT // SIZE)
FEW = 3
"""Worlds of each sort that must be among a thousand."""


def _traits(shared: Setting, made: World, said: Answer) -> Iterator[str]:
    """Yield what a world has of what is hard."""
    yield from (f"{made.kind} {said.now} now", f"{made.kind} {said.period} in the period")
    yield from (fault.split(": ")[-1] for fault in said.faults)
    yield from made.inputs
    records = [row for rows in made.inputs.values() for row in rows]
    times = [time for row in records for time in (row.starts, row.ends) if time is not None]
    dated = {not isinstance(time, datetime.datetime) for time in times}
    if len(dated) > 1:
        yield f"{made.kind} dated and timed"
    if any(isinstance(time, datetime.datetime) and time.tzinfo is None for time in times):
        yield "a local time that happened twice"
    if any((time.month, time.day) == (2, 29) for time in times):
        yield "a leap day"
    yield from _at_midnight(shared, made, said)
    if any(row.state and row.ends is None for row in records):
        yield "a state without end"
    yield from _ties(shared, made)
    traits = {
        "waived": any(piece.waived for piece in said.pieces),
        "revised": len(made.revisions) > 1,
        "items": bool(made.items),
        "drafts": any(row.status == "draft" for row in records),
        "left out": said.left_out > 0,
        "not due": said.not_due > 0,
        "due": bool(said.due),
        "nobody": made.inputs.get("subjects") == [],
        "spans that add up": made.spans,
    }
    yield from (name for name, given in traits.items() if given)
    parameters = {name for each in made.revisions for name in each.parameters}
    yield from parameters & {"at_least", "initial", "grace", "per", "valid_for"}


def _at_midnight(shared: Setting, made: World, said: Answer) -> Iterator[str]:
    """Yield what happens at the very end of the day to which an as-of at midnight belongs."""
    as_of = micros(shared.as_of)
    if judged_at(shared.as_of, Calendar(shared.zone, None)) == as_of:
        return
    if as_of in said.due.values():
        yield "due at the midnight that is as-of"
    last = (shared.as_of - datetime.timedelta(days=1)).date()
    if any(row.ends == last for row in made.inputs.get("subjects", [])):
        yield "retired at that midnight"


def _ties(shared: Setting, made: World) -> Iterator[str]:
    """Yield which records of one subject are at one time, or on one day."""
    calendar = Calendar(shared.zone, None)
    for name, harms in (("events", "failures"), ("closings", "reopenings"), ("records", "records")):
        for one in made.inputs.get(name, []):
            for other in made.inputs.get(harms, []):
                if one is not other and one.key == other.key and one.starts and other.starts:
                    if one.starts == other.starts:
                        yield f"{name} and {harms} at one time"
                    if _day(one, calendar) == _day(other, calendar):
                        yield f"{name} and {harms} on one day"
    subjects = made.inputs.get("subjects", [])
    for number, row in enumerate(subjects):
        if any(row.key == other.key and row.starts == other.starts for other in subjects[:number]):
            yield "rows that begin together"


def _day(row: Row, calendar: Calendar) -> datetime.date | None:
    if not isinstance(row.starts, datetime.datetime):
        return row.starts
    return row.starts.astimezone(calendar.zone).date() if row.starts.tzinfo else row.starts.date()


HARD = [
    *(f"{kind} {verdict} now" for kind in KINDS for verdict in ("pass", "fail", "unknown")),
    *(
        f"{kind} {verdict} in the period"
        for kind in KINDS
        for verdict in ("pass", "fail", "unknown")
    ),
    *(f"{kind} dated and timed" for kind in KINDS),
    *("subjects", "failures", "reopenings", "waived", "revised", "items", "drafts", "left out"),
    *("not due", "due", "nobody", "spans that add up", "a state without end", "a leap day"),
    *("at_least", "initial", "grace", "per", "valid_for", "rows that begin together"),
    *("events and failures at one time", "events and failures on one day"),
    *("closings and reopenings at one time", "closings and reopenings on one day"),
    *("records and records at one time", "a local time that happened twice"),
    *("undecided whether it counts", "undecided whether it is good", "ends before it begins"),
    *("before its opening", "no such subject", "a class without a value", "two classes"),
    *("no such item", "due at the midnight that is as-of", "retired at that midnight"),
]


def test_what_is_hard_is_drawn() -> None:
    """Each batch that the engine is asked about by default, or the first thousand worlds."""
    found: Counter[str] = Counter()
    for seed in range(min(BATCHES, 12)):
        shared = setting(seed)
        for number in range(SIZE):
            made = world(shared, seed, number)
            found.update(set(_traits(shared, made, answer(shared, made))))
    assert {name: found[name] for name in HARD if found[name] < FEW} == {}


def test_settings() -> None:
    """Every zone that moved, as-of at midnight and within a day, and windows that end before it."""
    settings = [setting(seed) for seed in range(12)]
    assert {name for name, _ in moved_zones()} <= {each.zone for each in settings}
    midnight = [each.as_of.time() == datetime.time() for each in settings]
    assert any(midnight)
    assert not all(midnight)
    assert any(each.window[1] < each.as_of for each in settings)
    assert any(each.local for each in settings)
    assert any(each.together for each in settings)


def test_zones_that_moved() -> None:
    """Found from the rules of all zones, so that a move to come is among them."""
    days = {str(day) for _, day in moved_zones()}
    assert days >= {"1993-08-20", "1994-12-30", "2011-12-29"}
    assert len(moved_zones()) >= 5
