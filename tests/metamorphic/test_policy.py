"""A stricter policy turns no fail into a pass, and a waiver changes only what it names."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from oracle.model import Parameters, Setting, Value, Waiver, World
from oracle.zone_calendar import DAY, Calendar, micros

from .answers import SEEDS, Spans, batch, drawing, judge, lapses, never_better, picture

PERIODS = ["month", "quarter", "half-year", "year"]
EARLIER = {
    "200th": "1st",
    "31st": "third Monday",
    "5th friday": "third Monday",
    "third Monday": "5th",
    "last day": "31st",
    "5th": "1st",
    "last business day": "3rd business day",
    "3rd business day": "first business day",
    "Sunday": "wednesday",
    "wednesday": "Monday",
}
"""Day of a period → one that is never later, and mostly earlier."""
HALVED = ("every", "valid_for", "limit", "initial")
"""`grace` extends, but what is beyond it lapses until the next event that serves: not here."""


def _stricter_value(name: str, value: Value) -> Value:
    if name in HALVED and isinstance(value, str):
        number, _, unit = value.partition(" ")
        if not number.isdecimal() or int(number) < 2:
            return value
        # Of one month half is not known, and of an odd number of them it is less.
        return f"{int(number) // 2} {unit}"
    if name == "at_least" and isinstance(value, int):
        return value + 1
    if name in ("minimum", "maximum"):
        return Decimal(str(value)) + 1 if name == "minimum" else Decimal(str(value)) / 2
    if name == "per" and isinstance(value, str) and value in PERIODS:
        return PERIODS[max(PERIODS.index(value) - 1, 0)]
    if name == "cured_by":
        return "never"
    if name == "by":
        return EARLIER.get(str(value), value)
    return value


def _stricter(draw: random.Random, each: World) -> World | None:
    """Make one parameter stricter in all revisions."""
    given = {name for revision in each.revisions for name in revision.parameters}
    if given & {"grace", "early"}:
        # They are shorter than the period, and `at_least` above 1 takes neither.
        given -= {"per", "at_least"}
    if "grace" in given:
        given -= {"by"}  # the grace would move with it
    if "by" in given:
        given -= {"per"}  # which may have no such day
    if "anchor" in given:
        given -= {"every"}  # half a turn is no whole number of days
    if each.kind == "share":
        given &= {"at_least"}  # a shorter period or limit is another question: no direction
    if given >= {"minimum", "maximum"}:
        given -= {"minimum", "maximum"}  # no quantity may be within both
    names = sorted(given - {"grace", "anchor", "early"})
    if not names:
        return None
    name = draw.choice(names)

    def changed(parameters: Parameters) -> Parameters:
        value = parameters.get(name)
        if isinstance(value, dict):
            new: Any = {key: _stricter_value(name, one) for key, one in value.items()}
        else:
            new = _stricter_value(name, value) if value is not None else None
        return {**parameters, name: new} if value is not None else parameters

    revisions = [replace(one, parameters=changed(one.parameters)) for one in each.revisions]
    return None if revisions == each.revisions else replace(each, revisions=revisions)


@pytest.mark.parametrize("seed", SEEDS)
def test_stricter(seed: int, tmp_path: Path) -> None:
    shared, worlds = batch(seed)
    draw = drawing("stricter", seed)
    changed = ((each, _stricter(draw, each)) for each in worlds)
    pairs = [(old, new) for old, new in changed if new is not None]
    before = judge(tmp_path / "before", shared, [old for old, _ in pairs])
    after = judge(tmp_path / "after", shared, [new for _, new in pairs])
    wrong = {}
    for old, new in pairs:
        if said := never_better(before[old.name], after[new.name]):
            wrong[old.name] = (old.kind, said)
    assert wrong == {}
    assert len(pairs) > len(worlds) // 2


@pytest.mark.parametrize("seed", SEEDS)
def test_a_waiver_changes_only_what_it_names(seed: int, tmp_path: Path) -> None:
    """Its control, its subject, its days; what lapses there lapses still, waived."""
    shared, worlds = batch(seed)
    draw = drawing("waiver", seed)
    calendar = Calendar(shared.zone, None)
    before = judge(tmp_path / "before", shared, worlds)
    given: dict[str, Waiver] = {}
    after_worlds = []
    for each in worlds:
        names = sorted({lapse.subject for lapse in before[each.name].lapses})
        if not names or draw.random() < 0.3:
            after_worlds.append(each)
            continue
        first = shared.as_of.date() - draw.choice([0, 1, 30, 200, 400]) * DAY
        last = first + draw.choice([0, 1, 20, 90, 364]) * DAY
        waiver = Waiver(f"{each.name}-new", draw.choice(names), first, last)
        given[each.name] = waiver
        after_worlds.append(replace(each, waivers=[*each.waivers, waiver]))
    after = judge(tmp_path / "after", shared, after_worlds)
    assert len(given) > len(worlds) // 4
    for each in worlds:
        old, new = before[each.name], after[each.name]
        if each.name not in given:
            assert picture(new) == picture(old), each
            continue
        waiver = given[each.name]
        days = (calendar.begins(waiver.first), calendar.begins(waiver.last + DAY))
        assert _within_window(new, shared) == _within_window(old, shared), each
        expected = dict(lapses(old))
        # What is left of an open lapse after the waiver may begin after as-of, and is to come;
        # what is left before it may end before the window, and is not listed.
        left = [
            (starts, ends)
            for starts, ends in _without(expected.get(waiver.subject, []), days)
            if starts <= micros(shared.as_of) and ends > micros(shared.window[0])
        ]
        assert _unless_empty({**expected, waiver.subject: left}) == lapses(new), (each, waiver)
        if old.now != new.now:
            # Beneath what failed, another subject may be unknown, and no waiver changes that.
            left_over = "unknown" if new.subjects.unknown else "waived"
            assert (old.now, new.now) == ("fail", left_over), each
            assert days[0] <= micros(shared.as_of) < days[1]


def _within_window(control: Any, shared: Setting) -> dict[str, Spans]:
    """Return all lapses, without what lies before the window: a waived part of it is not listed."""
    first = micros(shared.window[0])
    return {
        name: [(max(starts, first), ends) for starts, ends in spans]
        for name, spans in lapses(control, waived=None).items()
    }


def _without(spans: Spans, days: tuple[int, int]) -> Spans:
    found = []
    if days[0] == days[1]:  # the zone skipped this day
        return spans
    for starts, ends in spans:
        found += [(starts, min(ends, days[0])), (max(starts, days[1]), ends)]
    return [(starts, ends) for starts, ends in found if starts < ends]


def _unless_empty(given: dict[str, Spans]) -> dict[str, Spans]:
    return {name: spans for name, spans in given.items() if spans}
