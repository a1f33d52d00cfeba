"""Random worlds, each from a seed of its own, that crowd around the instants where rules break."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

from .maker import CALENDAR, LANDMARKS, LATE_LANDMARKS, QUANTITIES, Maker
from .model import Row, Setting, Value, World
from .times import DAY, later_month

ZONES = {
    "America/New_York": "US",
    "Europe/London": "GB",
    "Australia/Lord_Howe": "AU",
    "Asia/Shanghai": "CN",
    # Their clocks change at midnight: a day without its first hour, a day that strikes twice.
    "Africa/Cairo": "EG",
    "America/Havana": "US",
}
KINDS = ("recurrence", "coverage", "deadline", "cadence", "level", "record")


def setting(seed: int) -> Setting:
    """Draw what a batch of worlds shares."""
    draw = random.Random(f"setting {seed}")
    name = draw.choice(list(ZONES))
    zone = ZoneInfo(name)
    country = ZONES[name] if draw.random() < 0.7 else None
    late = country != "CN" and draw.random() < 0.25
    day = datetime.date.fromisoformat(draw.choice(LATE_LANDMARKS if late else LANDMARKS[16:]))
    hour = draw.choice([(0, 0), (0, 30), (12, 0), (18, 0), (23, 59)])
    # A time that the clocks pass over is what they show instead.
    as_of = _at(day, hour, zone).astimezone(datetime.UTC).astimezone(zone)
    hour = (as_of.hour, as_of.minute)
    first = later_month(day, -12)
    window = (_at(first, hour, zone), as_of)
    if draw.random() < 0.6:
        begins = day - draw.randrange(30, 400) * DAY
        ends = min(begins + draw.choice([31, 90, 365]) * DAY, day + 20 * DAY)
        window = (_at(begins, (0, 0), zone), _at(ends, (0, 0), zone))
    effective = day - draw.choice([60, 365, 730, 900]) * DAY
    horizon = _at(later_month(day, 24), hour, zone)
    subject = draw.choice(["centre", "呼叫中心"])
    form = draw.choice(["csv", "csv", "jsonl"])
    local = draw.random() < 0.5
    return Setting(name, effective, as_of, window, horizon, country, subject, form, local)


def _at(day: datetime.date, clock: tuple[int, int], zone: ZoneInfo) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(*clock), zone)


def world(shared: Setting, seed: int, number: int) -> World:
    """Draw one world of a batch."""
    draw = random.Random(f"world {seed} {number}")
    kind = KINDS[number % len(KINDS)]
    return MAKERS[kind](Maker(draw, shared, f"W{number}", kind))


def _keys(subjects: list[Row] | None) -> list[tuple[str, ...]]:
    return [()] if subjects is None else sorted({row.key for row in subjects})


def _recurrence(maker: Maker) -> World:
    draw = maker.draw
    subjects = maker.populated()
    calendar = maker.family is CALENDAR and maker.maybe(0.4)

    def parameters() -> dict[str, Value | dict[str, Value]]:
        found: dict[str, Value | dict[str, Value]] = {}
        if calendar:
            found["per"] = maker.value(
                lambda: draw.choice(["month", "quarter", "half-year", "year"])
            )
        else:
            found["every"] = maker.value(maker.duration)
        if maker.maybe(0.4):
            found["at_least"] = maker.value(lambda: draw.choice([1, 2, 3]))
        if maker.maybe(0.3):
            found["initial"] = maker.value(maker.duration)
        if maker.maybe(0.3):
            found["grace"] = maker.value(
                lambda: draw.choice(["1 day", "10 days"]) if calendar else maker.duration()
            )
        return found

    revisions = maker.revisions(parameters)
    lasting = maker.lasting(revisions, "every", "grace") + maker.lasting(revisions, "initial")
    for row in subjects or []:
        for each in lasting:
            maker.grow(row.starts or maker.shared.effective_on, each)
    events = []
    for key in _keys(subjects):
        for _ in range(draw.choice([0, 1, 2, 4, 8])):
            row = Row(key, maker.time())
            events.append(row)
            for each in lasting[:1]:
                maker.grow(row.starts or maker.shared.effective_on, each)
            if maker.maybe(0.2):
                events.append(row)
    inputs = {"events": events} if subjects is None else {"subjects": subjects, "events": events}
    return maker.world(inputs, revisions, [])


def _coverage(maker: Maker) -> World:
    draw = maker.draw
    subjects = maker.populated()
    items = draw.choice([[], ["ops"], ["ops", "安全"]])
    own = maker.maybe(0.5)
    valid = not own or maker.maybe(0.6)

    def parameters() -> dict[str, Value | dict[str, Value]]:
        found: dict[str, Value | dict[str, Value]] = {}
        if valid:
            found["valid_for"] = maker.value(maker.duration)
        if maker.maybe(0.5):
            found["initial"] = maker.value(maker.duration)
        return found

    revisions = maker.revisions(parameters)
    lasting = maker.lasting(revisions, "valid_for") + maker.lasting(revisions, "initial")
    events = []
    for key in _keys(subjects):
        for _ in range(draw.choice([0, 1, 3, 6])):
            starts = maker.time()
            ends = maker.later(starts) if own else None
            if own and ends is None and not valid:
                continue
            item = draw.choice([*items, "other"]) if items else ""
            events.append(Row(key, starts, ends, item))
            for each in lasting:
                maker.grow(starts, each)
    inputs = {"events": events} if subjects is None else {"subjects": subjects, "events": events}
    return maker.world(inputs, revisions, items)


def _deadline(maker: Maker) -> World:
    draw = maker.draw
    own = maker.maybe(0.3)
    items = draw.choice([[], [], ["staff", "客户"]])
    revisions = maker.revisions(lambda: {} if own else {"limit": maker.value(maker.duration)})
    lasting = maker.lasting(revisions, "limit")
    openings: list[Row] = []
    closings: list[Row] = []
    for key in maker.draw_keys():
        for _ in range(draw.choice([1, 1, 1, 2])):
            starts = maker.time()
            ends = maker.later(starts) if own else None
            if own and ends is None:
                ends = maker.time(maker.clock.start(starts) + 86_400_000_000)
            openings.append(Row(key, starts, ends, by=maker.by(key)))
            for each in lasting:
                maker.grow(starts, each)
            if ends:
                maker.pool.append(maker.clock.end(ends))
        last = max(
            (row.starts for row in openings if row.key == key and row.starts), key=maker.clock.start
        )
        for _ in range(draw.choice([0, 1, 1, 2, 3])):
            at = maker.time()
            if maker.not_before(last, at):
                closings.append(Row(key, at, item=draw.choice(items) if items else ""))
    return maker.world({"openings": openings, "closings": closings}, revisions, items)


def _cadence(maker: Maker) -> World:
    draw = maker.draw
    items = draw.choice([[], [], ["staff", "客户"]])
    revisions = maker.revisions(lambda: {"every": maker.value(maker.duration)})
    lasting = maker.lasting(revisions, "every")
    openings: list[Row] = []
    events: list[Row] = []
    for key in maker.draw_keys():
        for _ in range(draw.choice([1, 1, 1, 2])):
            starts = maker.time()
            openings.append(
                Row(
                    key, starts, maker.later(starts) if maker.maybe(0.7) else None, by=maker.by(key)
                )
            )
            for each in lasting:
                maker.grow(starts, each)
        last = max(
            (row.starts for row in openings if row.key == key and row.starts), key=maker.clock.start
        )
        for _ in range(draw.choice([0, 1, 3, 6])):
            at = maker.time()
            if maker.not_before(last, at):
                events.append(Row(key, at, item=draw.choice([*items, "other"]) if items else ""))
                for each in lasting[:1]:
                    maker.grow(at, each)
    return maker.world({"openings": openings, "events": events}, revisions, items)


def _level(maker: Maker) -> World:
    draw = maker.draw
    own, spans = maker.maybe(0.4), maker.maybe(0.5)
    subjects = maker.roster(quantity=True) if own else maker.populated()

    def parameters() -> dict[str, Value | dict[str, Value]]:
        found: dict[str, Value | dict[str, Value]] = {}
        if not own:
            found["minimum"] = maker.value(lambda: Decimal(draw.choice(QUANTITIES[1:])))
        if not spans and maker.maybe(0.5):
            found["valid_for"] = maker.value(maker.duration)
        return found

    revisions = maker.revisions(parameters)
    lasting = maker.lasting(revisions, "valid_for")
    counted = not spans or maker.maybe(0.5)
    readings = []
    for key in _keys(subjects):
        for _ in range(draw.choice([0, 1, 3, 6])):
            starts = maker.time()
            ends = maker.later(starts) if spans and maker.maybe(0.7) else None
            quantity = Decimal(draw.choice(QUANTITIES)) if counted else None
            readings.append(Row(key, starts, ends, quantity=quantity))
            for each in lasting:
                maker.grow(starts, each)
            if maker.maybe(0.2):
                readings.append(
                    replace(
                        readings[-1], quantity=Decimal(draw.choice(QUANTITIES)) if counted else None
                    )
                )
    inputs = (
        {"readings": readings} if subjects is None else {"subjects": subjects, "readings": readings}
    )
    return maker.world(inputs, revisions, [], spans=spans)


def _record(maker: Maker) -> World:
    draw = maker.draw
    revisions = maker.revisions(lambda: {"cured_by": draw.choice(["next", "next", "never"])})
    records = []
    for key in maker.draw_keys():
        for _ in range(draw.choice([1, 2, 4, 8])):
            at = maker.time()
            records.append(Row(key, at, good=maker.maybe(0.6)))
            if maker.maybe(0.2):
                records.append(Row(key, at, good=maker.maybe(0.5)))
    return maker.world({"records": records}, revisions, [])


MAKERS: dict[str, Callable[[Maker], World]] = {
    "recurrence": _recurrence,
    "coverage": _coverage,
    "deadline": _deadline,
    "cadence": _cadence,
    "level": _level,
    "record": _record,
}
