"""Draws the worlds of each check kind."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from .maker import CALENDAR, CLOCK, HOURS, LANDMARKS, QUANTITIES, Maker
from .model import REASONS, Key, Parameters, Row, Time, Value, World
from .moments import certainly_before, state_start
from .period_days import turn
from .zone_calendar import DAY, MICROSECOND, is_clock

ITEMS = ["ops", "安全"]
FISCAL_YEARS = ["fiscal_year 04-01", "fiscal_year 10-31"]


def _keys(subjects: list[Row] | None) -> list[Key]:
    return [()] if subjects is None else sorted({row.key for row in subjects})


def _with_subjects(subjects: list[Row] | None, **inputs: list[Row]) -> dict[str, list[Row]]:
    return inputs if subjects is None else {"subjects": subjects, **inputs}


def _harms(maker: Maker, keys: list[Key], helps: list[Row], items: list[str]) -> list[Row]:
    """Draw failures or reopenings, most of which tie with what they undo."""
    found = []
    for key in keys:
        mine = [row for row in helps if row.key == key]
        for _ in range(maker.draw.choice([0, 1, 1, 2])):
            item = maker.draw.choice([*items, ""]) if items else ""
            found.append(Row(key, maker.beside(mine), item=item))
    return found


def _often(maker: Maker, turns: Turns | None) -> Callable[[], Parameters]:
    """Return what draws the parameters of a recurrence, by periods or turns, or rolling."""
    draw, several = maker.draw, maker.maybe(0.4)
    has_days = maker.maybe(0.6)

    def parameters() -> Parameters:
        found: Parameters = {}
        if turns is None:
            found["every"] = maker.value(maker.duration)
        elif turns.anchors:
            found["every"] = maker.value(lambda: draw.choice(turns.lengths))
            found["anchor"] = maker.value(lambda: draw.choice(turns.anchors))
        else:
            found["per"] = maker.value(lambda: draw.choice(turns.lengths))
        if turns and turns.days and has_days:
            found["by"] = maker.value(lambda: draw.choice(turns.days))
        if several:
            found["at_least"] = maker.value(lambda: draw.choice([1, 2, 3]))
        if maker.maybe(0.3):
            family = CLOCK if maker.maybe(0.2) else maker.family
            found["initial"] = maker.value(lambda: draw.choice(family))
        # "`at_least` > 1 takes neither", and together they are shorter than the period.
        if turns and not several and maker.maybe(0.6):
            found["grace"] = maker.value(lambda: draw.choice(turns.margins))
        elif turns is None and maker.maybe(0.3):
            found["grace"] = maker.value(maker.duration)
        if turns and not several and maker.maybe(0.5):
            found["early"] = maker.value(lambda: draw.choice(turns.margins))
        return found

    return parameters


@dataclass(frozen=True)
class Turns:
    """What a schedule of fixed periods is drawn from."""

    lengths: list[str]
    """Of periods; of turns, durations."""
    days: list[str]
    """By which they may be due."""
    margins: list[str]
    """Grace and early; two of them are shorter than any period."""
    anchors: list[str]


def _turns(maker: Maker) -> Turns:
    """Draw weeks, months and years, years alone, or turns from an anchor."""
    choice = maker.draw.choice(["week", "weeks", "month", "month", "year", "turn", "turn"])
    business = ["first business day", "3rd business day", "last business day"]
    business = business if maker.shared.office else []
    margins = ["1 day", "2 days", "5 days", "10 days"]
    if choice == "turn":
        lengths = ["7 days", "2 weeks", "10 days", "30 days", "1 month", "3 months", "P1M15D"]
        anchors = [maker.shared.as_of.date() + late * DAY for late in (-800, -90, -31, -2, 300)]
        anchors += maker.draw.sample(LANDMARKS, 2)
        return Turns(lengths, [], ["1 day", "3 days"], [day.isoformat() for day in anchors])
    if choice == "week":
        days = ["Monday", "wednesday", "Sunday", *business]
        return Turns(["week"], days, ["1 day", "3 days"], [])
    if choice == "weeks":
        return Turns(["week", "month"], business, ["1 day", "3 days"], [])
    if choice == "year":
        days = ["06-30", "02-29", "01-01", "200th", "last Friday", *business]
        return Turns(["year", *FISCAL_YEARS], days, [*margins, "1 month", "3 months"], [])
    days = ["1st", "5th", "31st", "last day", "third Monday", "5th friday", *business]
    return Turns(["month", "month", "quarter", "half-year", *FISCAL_YEARS], days, margins, [])


def _recurrence(maker: Maker) -> World:
    draw = maker.draw
    subjects = maker.populated()
    turns = _turns(maker) if maker.family is CALENDAR and maker.maybe(0.6) else None
    revisions = maker.revisions(_often(maker, turns))
    lasting = maker.lasting(revisions, "every", "grace") + maker.lasting(revisions, "initial")
    lasting = [each for each in lasting if len({is_clock(part) for part in each}) == 1]
    for row in subjects or []:
        maker.grow(row.starts, lasting)
    if turns:
        maker.pool += _period_ends(maker, turns)
    events: list[Row] = []
    for key in _keys(subjects):
        mine = [row for row in subjects or [] if row.key == key]
        for _ in range(draw.choice([0, 1, 2, 4, 8])):
            starts = maker.beside(mine) if maker.maybe(0.3) else maker.time()
            events.append(Row(key, starts))
            maker.grow(starts, lasting[:1])
            if maker.maybe(0.2):
                events.append(events[-1])
    inputs = _with_subjects(subjects, events=events)
    if maker.maybe(0.4):
        inputs["failures"] = _harms(maker, _keys(subjects), events, [])
    return maker.world(inputs, revisions)


def _period_ends(maker: Maker, turns: Turns | None = None) -> list[int]:
    """Return instants around days of the last months, weeks and turns."""
    today = maker.shared.as_of.date()
    months = [maker.calendar.period(today, "month", -later) for later in range(14)]
    weeks = [maker.calendar.period(today, "week", -later) for later in range(14)]
    starts = maker.draw.sample(months, 4) + maker.draw.sample(weeks, 2)
    if turns:
        for anchor in turns.anchors:
            every = maker.draw.choice(turns.lengths)
            first = datetime.date.fromisoformat(anchor)
            starts.append(turn(first, every, today, -maker.draw.randrange(6)))
    days = [start + late * DAY for start in starts for late in (-3, 0, 1, 5, 10)]
    return [maker.calendar.begins(day) + maker.draw.choice([-1, 0]) for day in days]


def _coverage(maker: Maker) -> World:
    draw = maker.draw
    subjects = maker.populated()
    items = draw.choice([[], ITEMS[:1], ITEMS])
    own = maker.maybe(0.5)
    valid = not own or maker.maybe(0.6)
    states = draw.choice([0.0, 0.0, 0.5, 1.0])

    def parameters() -> Parameters:
        found: Parameters = {}
        if valid:
            found["valid_for"] = maker.value(maker.duration)
        if maker.maybe(0.5):
            found["initial"] = maker.value(maker.duration)
        return found

    revisions = maker.revisions(parameters)
    lasting = maker.lasting(revisions, "valid_for") + maker.lasting(revisions, "initial")
    for row in subjects or []:
        maker.grow(row.starts, lasting)
    events: list[Row] = []
    for key in _keys(subjects):
        mine = [row for row in subjects or [] if row.key == key]
        for _ in range(draw.choice([0, 1, 3, 6])):
            starts = maker.beside(mine) if maker.maybe(0.3) else maker.time()
            ends = maker.later(starts) if own and maker.maybe(0.8) else None
            item = draw.choice([*items, *items, "other"]) if items else ""
            events.append(Row(key, starts, ends, item, state=maker.maybe(states)))
            maker.grow(starts, lasting)
    inputs = _with_subjects(subjects, events=events)
    if maker.maybe(0.4):
        inputs["failures"] = _harms(maker, _keys(subjects), events, items)
    return maker.world(inputs, revisions, items)


def _openings(maker: Maker, key: Key, end: Callable[[Row], Row]) -> list[Row]:
    """Draw one or two openings of a subject."""
    found = []
    for _ in range(maker.draw.choice([1, 1, 1, 2])):
        found.append(end(Row(key, maker.time(), by=maker.by(key))))
    return found


def _is_pausable(maker: Maker) -> bool:
    """Draw whether clocks are stopped, for which they must be counted by the clock or in hours."""
    if maker.maybe(0.4):
        hours = bool(maker.shared.office) and maker.maybe(0.5)
        maker.family = HOURS if hours else CLOCK
        maker.dated = 0.0 if maker.is_exact() else maker.dated
    return maker.family in (CLOCK, HOURS) and maker.maybe(0.8)


def _pauses(maker: Maker, key: Key, openings: list[Row]) -> list[Row]:
    """Draw pauses of a subject: apart, overlapping, touching, open; and when they end."""
    found: list[Row] = []
    for _ in range(maker.draw.choice([0, 1, 1, 2, 4])):
        starts = maker.time(dated=0.0)
        if found and maker.maybe(0.4):
            last = found[-1]
            starts = last.ends or starts
        elif maker.maybe(0.5):
            begun = state_start(
                maker.draw.choice(openings).starts or starts, maker.calendar, early=True
            )
            starts = maker.time(begun + maker.some(maker.draw.choice([1, 3600, 90_000])), dated=0.0)
        if not maker.not_before(openings, starts):
            continue
        ends: Time | None = None
        if maker.maybe(0.75):
            at = state_start(starts, maker.calendar, early=True)
            at += maker.some(maker.draw.choice([2, 7200, 90_000, 300_000]))
            ends = maker.time(at, dated=0.0) if maker.maybe(0.7) else maker.time(dated=0.0)
            if certainly_before(ends, starts, maker.calendar):
                continue
        found.append(Row(key, starts, ends, reason=maker.draw.choice(REASONS)))
        if ends:
            lasts = [state_start(each, maker.calendar, early=True) for each in (starts, ends)]
            maker.pool += [at + lasts[1] - lasts[0] for at in maker.pool[-3:]]
    return found


def _deadline(maker: Maker) -> World:
    draw = maker.draw
    own = maker.maybe(0.3)
    items = draw.choice([[], [], ITEMS])
    paused = not own and _is_pausable(maker)
    if not paused and maker.maybe(0.1):
        maker.family = CALENDAR

    def limit() -> str:
        # Beyond the horizon now and then.
        return "10 years" if maker.family is CALENDAR and maker.maybe(0.1) else maker.duration()

    def parameters() -> Parameters:
        found: Parameters = {} if own else {"limit": maker.value(limit)}
        return found | ({"paused_at_most": maker.value(maker.duration)} if paused else {})

    revisions = maker.revisions(parameters)
    lasting = maker.lasting(revisions, "limit")

    def with_due(row: Row) -> Row:
        if not own:
            return row
        assert row.starts is not None
        at = maker.later(row.starts)
        return replace(row, ends=at or maker.calendar.day_of(maker.as_of) + 40 * DAY)

    openings: list[Row] = []
    closings: list[Row] = []
    reopenings: list[Row] = []
    pauses: list[Row] = []
    for key in maker.draw_keys():
        mine = _openings(maker, key, with_due)
        for row in mine:
            maker.grow(row.starts, lasting)
        pauses += _pauses(maker, key, mine) if paused else []
        done = []
        for _ in range(draw.choice([0, 1, 1, 2, 3])):
            at = maker.beside(mine) if maker.maybe(0.4) else maker.time()
            if maker.not_before(mine, at):
                done.append(Row(key, at, item=draw.choice(items) if items else ""))
        again = _harms(maker, [key], done, items)
        reopenings += [r for r in again if r.starts and maker.not_before(mine, r.starts)]
        openings, closings = openings + mine, closings + done
    inputs = {"openings": openings, "closings": closings}
    if maker.maybe(0.5):
        inputs["reopenings"] = reopenings
    if paused:
        inputs["pauses"] = pauses
    return maker.world(inputs, revisions, items)


def _cadence(maker: Maker) -> World:
    draw = maker.draw
    items = draw.choice([[], [], ITEMS])
    paused = _is_pausable(maker)

    def parameters() -> Parameters:
        found: Parameters = {"every": maker.value(maker.duration)}
        return found | ({"paused_at_most": maker.value(maker.duration)} if paused else {})

    revisions = maker.revisions(parameters)
    lasting = maker.lasting(revisions, "every")

    def with_end(row: Row) -> Row:
        ends = maker.later(row.starts) if maker.maybe(0.7) else None
        if maker.maybe(0.1) and row.starts:
            today = maker.time(maker.as_of, dated=0.8)
            ends = None if maker.not_before([replace(row, starts=today)], row.starts) else today
        return replace(row, ends=ends)

    openings: list[Row] = []
    events: list[Row] = []
    pauses: list[Row] = []
    for key in maker.draw_keys():
        mine = _openings(maker, key, with_end)
        for row in mine:
            maker.grow(row.starts, lasting)
        pauses += _pauses(maker, key, mine) if paused else []
        for _ in range(draw.choice([0, 1, 3, 6])):
            at = maker.beside(mine) if maker.maybe(0.3) else maker.time()
            if maker.not_before(mine, at):
                events.append(Row(key, at, item=draw.choice([*items, "other"]) if items else ""))
                maker.grow(at, lasting[:1])
        openings += mine
    inputs = {"openings": openings, "events": events}
    return maker.world(inputs | ({"pauses": pauses} if paused else {}), revisions, items)


def _maximum(draw: random.Random, minimum: Value | dict[str, Value]) -> Value | dict[str, Value]:
    """Draw a greatest quantity that is not below the least, or one for each class."""
    if isinstance(minimum, dict):
        return {
            name: Decimal(each) + Decimal(draw.choice(QUANTITIES)) for name, each in minimum.items()
        }
    return Decimal(minimum) + Decimal(draw.choice(QUANTITIES))


def _level(maker: Maker) -> World:
    draw = maker.draw
    own, spans = maker.maybe(0.4), maker.maybe(0.5)
    bounded = random.Random(f"bounds {maker.name} {maker.shared}")
    bounds = bounded.choice(["least", "most", "both"])
    subjects = maker.roster(quantity=True) if own else maker.populated()

    def parameters() -> Parameters:
        found: Parameters = {}
        if not own:
            found["minimum"] = maker.value(lambda: Decimal(draw.choice(QUANTITIES[1:])))
        if bounds != "least":
            found["maximum"] = _maximum(bounded, found.get("minimum", Decimal("0.8")))
        if bounds == "most":
            found.pop("minimum", None)
            if bounded.random() < 0.1:
                found["maximum"] = Decimal(0)
        if not spans and maker.maybe(0.5):
            found["valid_for"] = maker.value(maker.duration)
        return found

    revisions = maker.revisions(parameters)
    lasting = maker.lasting(revisions, "valid_for")
    counted = not spans or maker.maybe(0.5)

    def quantity() -> Decimal | None:
        return Decimal(draw.choice(QUANTITIES)) if counted else None

    readings: list[Row] = []
    for key in _keys(subjects):
        mine = [row for row in [*(subjects or []), *readings] if row.key == key]
        for _ in range(draw.choice([0, 1, 3, 6])):
            starts = maker.beside(mine) if maker.maybe(0.4) else maker.time()
            ends = maker.later(starts) if spans and maker.maybe(0.7) else None
            readings.append(Row(key, starts, ends, quantity=quantity()))
            mine.append(readings[-1])
            maker.grow(starts, lasting)
            if maker.maybe(0.2):
                readings.append(replace(readings[-1], quantity=quantity()))
    return maker.world(_with_subjects(subjects, readings=readings), revisions, spans=spans)


def _meter(maker: Maker) -> World:
    draw = maker.draw
    subjects = maker.populated()

    def parameters() -> Parameters:
        return {
            "at_most": maker.value(lambda: Decimal(draw.choice(["0.7", "2.5", "5", "10", "40"]))),
            "every": maker.value(maker.duration),
            "valid_for": maker.value(maker.duration),
        }

    revisions = maker.revisions(parameters)
    lasting = maker.lasting(revisions, "every") + maker.lasting(revisions, "valid_for")
    for row in subjects or []:
        maker.grow(row.starts, lasting)
    inputs: dict[str, list[Row]] = {"events": [], "readings": []}
    for key in _keys(subjects):
        mine = [row for row in subjects or [] if row.key == key]
        noted: list[Row] = []
        for _ in range(draw.choice([0, 2, 5, 9])):
            starts = maker.beside([*mine, *noted]) if maker.maybe(0.4) else maker.time()
            noted.append(Row(key, starts))
            maker.grow(starts, lasting)
            if maker.maybe(0.2):
                noted.append(noted[-1])
        for row in _metered(maker, noted):
            inputs[draw.choice(["events", "readings", "readings"])].append(row)
    made = _with_subjects(subjects, **inputs)
    if maker.maybe(0.4):
        made["failures"] = _harms(maker, _keys(subjects), inputs["events"], [])
    return maker.world(made, revisions)


def _metered(maker: Maker, noted: list[Row]) -> Iterator[Row]:
    """Yield records in the order of time, with a meter that runs on, or is changed or misread."""

    def begins(row: Row) -> int:
        assert row.starts is not None
        return state_start(row.starts, maker.calendar, early=True)

    stands = Decimal(0)
    for row in sorted(noted, key=begins):
        stands += Decimal(maker.draw.choice(["0", *QUANTITIES[:-2]]))
        if maker.maybe(0.1):
            stands = Decimal(maker.draw.choice(QUANTITIES))
        misread = Decimal(maker.draw.choice(QUANTITIES)) if maker.maybe(0.1) else stands
        yield replace(row, quantity=misread)


def _record(maker: Maker) -> World:
    draw = maker.draw
    revisions = maker.revisions(lambda: {"cured_by": draw.choice(["next", "next", "never"])})
    records: list[Row] = []
    good = draw.choice([0.6, 0.6, 0.9, 1.0])
    # Now and then none is near, so that the window is empty.
    first = maker.as_of - draw.choice([0, 400, 800]) * DAY // MICROSECOND
    for key in maker.draw_keys():
        mine: list[Row] = []
        for _ in range(draw.choice([1, 2, 4, 8])):
            at = maker.beside(mine) if maker.maybe(0.4) else maker.time()
            if maker.maybe(0.3):
                at = maker.time(first - maker.some(30 * 86_400))
            mine.append(Row(key, at, good=maker.maybe(good)))
        records += mine
    return maker.world({"records": records}, revisions)


def _share(maker: Maker) -> World:
    draw = maker.draw
    counts = draw.choice(["closings", "closings", "good", "met"])
    subjects = maker.populated()
    own = counts == "closings" and maker.maybe(0.3)
    if counts != "closings" or own:
        maker.classes = None
    # The group is named without one.
    maker.prefix = "" if counts == "closings" else maker.prefix

    def parameters() -> Parameters:
        found: Parameters = {
            "at_least": Decimal(draw.choice(["0.5", "50", "66.6", "75", "90", "99.5", "100"])),
            "per": draw.choice(["month", "month", "quarter", "half-year", "year"]),
        }
        if maker.maybe(0.4):
            found["count"] = draw.choice([1, 2, 3])
        if counts == "closings" and not own:
            found["limit"] = maker.value(maker.duration)
        return found

    revisions = maker.revisions(parameters)
    lasting = maker.lasting(revisions, "limit")
    maker.pool += _period_ends(maker)
    good = draw.choice([0.6, 0.9, 1.0])
    inputs: dict[str, list[Row]] = {"openings": [], "closings": []}
    if counts != "closings":
        inputs = {"records": []}
    for key in _keys(subjects):
        for _ in range(draw.choice([0, 3, 12, 40])):
            at = maker.time(maker.as_of - maker.some(500 * 86_400)) if maker.maybe(0.6) else None
            at = at or maker.time()
            if counts == "closings":
                _opened(maker, inputs, Row(key, at), own, lasting, good)
            elif counts == "good":
                inputs["records"].append(Row(key, at, good=maker.maybe(good)))
            else:
                total = Decimal(draw.choice(QUANTITIES))
                less = (
                    Decimal(0)
                    if maker.maybe(good)
                    else min(total, Decimal(draw.choice(QUANTITIES)))
                )
                inputs["records"].append(Row(key, at, quantity=total, met=total - less))
    made = maker.world(_with_subjects(subjects, **inputs), revisions)
    return replace(made, may_be_empty=made.may_be_empty or maker.maybe(0.3))


def _opened(
    maker: Maker,
    inputs: dict[str, list[Row]],
    row: Row,
    own: bool,
    lasting: list[tuple[str, ...]],
    good: float,
) -> None:
    """Add an opening with a key of its own, and what closes it."""
    assert row.starts is not None
    part = f"T{len(inputs['openings'])} {maker.name}"
    by = maker.draw.choice(maker.classes) if maker.classes else None
    row = replace(row, part=part, by=by)
    if own:
        at = maker.later(row.starts) or maker.calendar.day_of(maker.as_of) + 40 * DAY
        row = replace(row, ends=at)
    inputs["openings"].append(row)
    maker.grow(row.starts, lasting)
    for _ in range(maker.draw.choice([0, 1, 1, 1, 2])):
        at = maker.beside([row]) if maker.maybe(good) else maker.time()
        if maker.not_before([row], at):
            inputs["closings"].append(Row((), at, part=part))


GENERATORS: dict[str, Callable[[Maker], World]] = {
    "recurrence": _recurrence,
    "coverage": _coverage,
    "deadline": _deadline,
    "cadence": _cadence,
    "level": _level,
    "meter": _meter,
    "record": _record,
    "share": _share,
}
