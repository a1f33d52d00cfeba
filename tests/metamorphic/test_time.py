"""Moving everything by weeks moves the answers, and what holds now is what held then."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from oracle.model import Revision, Row, Setting, Time, World
from oracle.zone_calendar import DAY, Calendar, micros

from .answers import NEVER, SEEDS, at, batch, drawing, judge

CHINA = datetime.timezone(datetime.timedelta(hours=8))
MONTHS = ("month", "year", "quarter", "business", "P")
"""Words of durations that are longer or shorter by where they begin."""


def _moved(time: Time | None, by: datetime.timedelta) -> Any:
    return None if time is None else time + by


def _even(shared: Setting, worlds: list[World]) -> tuple[Setting, list[World]]:
    """Put a batch into a zone whose clocks never change, and leave out what counts months."""

    def told(time: Time | None) -> Any:
        # A local time that happened twice has happened once there.
        is_timed = isinstance(time, datetime.datetime)
        return time.astimezone(CHINA) if is_timed and time.tzinfo else time  # type: ignore[union-attr]

    zoned = replace(
        shared,
        zone="Asia/Shanghai",
        office=None,
        as_of=told(shared.as_of),
        window=(told(shared.window[0]), told(shared.window[1])),
        horizon=told(shared.horizon),
    )
    found = []
    for each in worlds:
        values = [
            text
            for revision in each.revisions
            for value in revision.parameters.values()
            for text in (value.values() if isinstance(value, dict) else [value])
        ]
        if not any(word in str(value) for value in values for word in MONTHS):
            inputs = {
                name: [replace(row, starts=told(row.starts), ends=told(row.ends)) for row in rows]
                for name, rows in each.inputs.items()
            }
            found.append(replace(each, inputs=inputs))
    return zoned, found


def _later(each: World, by: datetime.timedelta) -> World:
    def row(old: Row) -> Row:
        return replace(old, starts=_moved(old.starts, by), ends=_moved(old.ends, by))

    def revision(old: Revision) -> Revision:
        return replace(old, first=_moved(old.first, by))

    return replace(
        each,
        inputs={name: [row(old) for old in rows] for name, rows in each.inputs.items()},
        revisions=[revision(old) for old in each.revisions],
        waivers=[replace(old, first=old.first + by, last=old.last + by) for old in each.waivers],
    )


def _story(control: Any, starts: int, shift: int, until: int) -> dict[str, Any]:
    """Tell an answer with its times moved back; what is to come up to a horizon of both."""
    lapses = [
        # What was waived before the window is told by its end alone.
        (
            each.subject,
            max(at(each.starts) - shift, starts) if each.waived_by else at(each.starts) - shift,
            at(each.ends) - shift if each.ends else None,
            each.waived_by,
        )
        for each in control.lapses
    ]
    due = [(at(each.at) - shift, sorted(each.subjects)) for each in control.due]
    return {
        "now": control.now,
        "period": control.period,
        "lapses": lapses,
        "subjects": control.subjects.model_dump(),
        "due": [each for each in due if each[0] < until],
        "left_out": control.left_out,
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_weeks(seed: int, tmp_path: Path) -> None:
    """No answer hangs on what day it is, but for what months and years make different."""
    shared, worlds = _even(*batch(seed, 120))
    # Within the years that a zone's clocks are judged in, and after China's last summer time.
    weeks = 7 * (drawing("weeks", seed).randrange(60, 300))
    if shared.as_of.year < 1996:
        weeks += 7 * 52 * 20
    first = datetime.timedelta(days=weeks if shared.as_of.year < 1996 else 0)
    by = datetime.timedelta(days=weeks if not first else 7 * 53)
    settings = [_setting_later(shared, first), _setting_later(shared, first + by)]
    before = judge(tmp_path / "before", settings[0], [_later(each, first) for each in worlds])
    after = judge(tmp_path / "after", settings[1], [_later(each, first + by) for each in worlds])
    until = micros(settings[0].as_of) + 700 * 86_400_000_000
    starts = micros(settings[0].window[0])
    shift = by // datetime.timedelta(microseconds=1)
    assert len(worlds) > 20
    for each in worlds:
        expected = _story(before[each.name], starts, 0, until)
        assert _story(after[each.name], starts, shift, until) == expected, each


def _setting_later(shared: Setting, by: datetime.timedelta) -> Setting:
    return replace(
        shared,
        effective_on=shared.effective_on + by,
        as_of=shared.as_of + by,
        window=(shared.window[0] + by, shared.window[1] + by),
        horizon=shared.horizon + by,
    )


def _days(worlds: list[World], calendar: Calendar) -> Iterator[datetime.date]:
    """Yield the days on which anything is dated or timed."""
    for each in worlds:
        for rows in each.inputs.values():
            for time in (time for row in rows for time in (row.starts, row.ends) if time):
                if isinstance(time, datetime.datetime):
                    yield calendar.day_of(micros(time)) if time.tzinfo else time.date()
                else:
                    yield time
        yield from (revision.first for revision in each.revisions if revision.first)


@pytest.mark.parametrize("seed", SEEDS)
def test_now_is_what_held_then(seed: int, tmp_path: Path) -> None:
    """Who lapses at a moment, asked then, and asked when more has happened."""
    shared, worlds = batch(seed)
    draw = drawing("then", seed)
    calendar = Calendar(shared.zone, None)
    dated = set(_days(worlds, calendar))
    day = shared.as_of.date() - draw.randrange(20, 200) * DAY
    while day in dated or day <= shared.effective_on:
        day -= DAY if day > shared.effective_on + DAY else -7 * DAY
    then = datetime.datetime.fromtimestamp(
        calendar.begins(day) / 1_000_000 + 40_000, shared.as_of.tzinfo
    )
    window = (then - 30 * DAY, shared.as_of)
    at_the_time = judge(
        tmp_path / "then", replace(shared, as_of=then, window=(window[0], then)), worlds
    )
    in_retrospect = judge(tmp_path / "now", replace(shared, window=window), worlds)
    compared = 0
    for each in worlds:
        first, second = at_the_time[each.name], in_retrospect[each.name]
        if first.problems or second.problems:
            continue
        compared += 1
        open_then = {
            (lapse.subject, at(lapse.starts), lapse.waived_by is not None)
            for lapse in first.lapses
            if lapse.ends is None
        }
        stood = {
            (lapse.subject, at(lapse.starts), lapse.waived_by is not None)
            for lapse in second.lapses
            if at(lapse.starts) <= micros(then) < (at(lapse.ends) if lapse.ends else NEVER)
        }
        assert {(name, waived) for name, _, waived in open_then} == {
            (name, waived) for name, _, waived in stood
        }, each
    assert compared > len(worlds) // 2
