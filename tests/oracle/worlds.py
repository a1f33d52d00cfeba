"""Random worlds, each from a seed of its own, that crowd around the instants where rules break."""

from __future__ import annotations

import datetime
import random
from zoneinfo import ZoneInfo

from .generators import GENERATORS
from .maker import LANDMARKS, LATE_LANDMARKS, Maker
from .model import Setting, World
from .spoiling import spoil
from .zone_calendar import DAY, Office, later_month, time_zone
from .zones import COUNTRIES, moved_zones

KINDS = tuple(GENERATORS)


def setting(seed: int) -> Setting:
    """Draw what a batch of worlds shares."""
    draw = random.Random(f"setting {seed}")
    if seed % 5 in (1, 3):
        number = seed // 5 * 2 + (seed % 5 == 3)
        name, moved = moved_zones()[number % len(moved_zones())]
        office = None
        day = moved + draw.choice([0, 1, 2, 3, 10, 33, 100, 300]) * DAY
    else:
        name = draw.choice(list(COUNTRIES))
        office = draw_office(COUNTRIES[name], seed) if draw.random() < 0.7 else None
        late = (office is None or office.country != "CN") and draw.random() < 0.25
        day = draw.choice(LATE_LANDMARKS if late else LANDMARKS[14:])
    zone = time_zone(name)
    hour = draw.choice([(0, 0), (0, 0), (0, 30), (12, 0), (18, 0), (23, 59)])
    # A time that the clocks pass over is what they show instead.
    as_of = _at(day, hour, zone)
    day, hour = as_of.date(), (as_of.hour, as_of.minute)
    window = (_at(later_month(day, -12), hour, zone), as_of)
    if draw.random() < 0.6:
        begins = day - draw.randrange(30, 400) * DAY
        ends = min(begins + draw.choice([31, 90, 365]) * DAY, day + 20 * DAY)
        window = (_at(begins, (0, 0), zone), _at(ends, (0, 0), zone))
    return Setting(
        name,
        effective_on=day - draw.choice([60, 365, 730, 900]) * DAY,
        as_of=as_of,
        window=window,
        horizon=_at(later_month(day, 24), hour, zone),
        office=office,
        subject=draw.choice(["centre", "呼叫中心"]),
        format=draw.choice(["csv", "csv", "jsonl"]),
        local=draw.random() < 0.6,
        together=draw.random() < 0.3,
    )


def draw_office(country: str, seed: int) -> Office:
    """Draw the weekend and the opening hours of an office."""
    draw = random.Random(f"office {seed}")
    # China's holidays are known here but for the week-ends within them.
    weekend = draw.choice([(5, 6), (5, 6), (6,), (4, 5), (1, 6)]) if country != "CN" else (5, 6)
    day = draw.choice(
        [
            ((9 * 60, 18 * 60),),
            ((9 * 60, 12 * 60), (13 * 60 + 30, 18 * 60)),
            ((22 * 60, 30 * 60),),
            ((0, 60), (90, 135), (150, 200), (20 * 60, 24 * 60)),
            ((0, 24 * 60),),
        ]
    )
    hours = tuple(() if each in weekend else day for each in range(7))
    return Office(country, weekend, hours)


def _at(day: datetime.date, clock: tuple[int, int], zone: ZoneInfo) -> datetime.datetime:
    moment = datetime.datetime.combine(day, datetime.time(*clock), zone)
    return moment.astimezone(datetime.UTC).astimezone(zone)


def world(shared: Setting, seed: int, number: int) -> World:
    """Draw one world of a batch."""
    draw = random.Random(f"world {seed} {number}")
    kind = KINDS[number % len(KINDS)]
    maker = Maker(draw, shared, f"W{number}", kind)
    made = GENERATORS[kind](maker)
    return spoil(maker, made) if maker.maybe(0.2) else made
