"""Judges a batch of worlds, and compares two answers."""

from __future__ import annotations

import datetime
import os
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import ccpolicy
from oracle.judge import joined
from oracle.model import Row, Setting, World
from oracle.repository import write
from oracle.worlds import setting, world
from oracle.zone_calendar import micros

BATCHES = int(os.environ.get("CCPOLICY_METAMORPHIC", "1"))
SIZE = 60
SEEDS = range(BATCHES)
GOOD = ("pass", "not_applicable")
NEVER = 1 << 62
Controls = dict[str, Any]
Spans = list[tuple[int, int]]


def batch(seed: int, size: int = SIZE) -> tuple[Setting, list[World]]:
    """Draw a setting and worlds, other ones than the oracle's own tests draw."""
    seed += 1_000_000
    shared = setting(seed)
    return shared, [world(shared, seed, number) for number in range(size)]


def drawing(name: str, seed: int) -> random.Random:
    """Return what a relation draws its changes from."""
    return random.Random(f"{name} {seed}")


def judge(folder: Path, shared: Setting, worlds: list[World]) -> Controls:
    """Write worlds as a repository, and judge it."""
    folder.mkdir()
    write(folder, shared, worlds)
    return judged(folder, shared)


def judged(folder: Path, shared: Setting) -> Controls:
    """Judge a repository."""
    assessment = ccpolicy.load(folder).check(
        ccpolicy.EvaluationRequest(as_of=shared.as_of, period=shared.window)
    )
    return {each.id: each for each in assessment.controls}


def replaced(each: World, name: str, rows: list[Row]) -> World:
    """Return a world with other records of one input."""
    return replace(each, inputs={**each.inputs, name: rows})


def at(text: str) -> int:
    """Return microseconds since 1970 of a time in an assessment."""
    return micros(datetime.datetime.fromisoformat(text))


def lapses(control: Any, *, waived: bool | None = False) -> dict[str, Spans]:
    """Return spans in which subjects lapse, those that touch joined; with None, waived or not."""
    found: dict[str, list[tuple[int, int, bool]]] = {}
    for each in control.lapses:
        if waived is None or (each.waived_by is not None) == waived:
            span = (at(each.starts), at(each.ends) if each.ends else NEVER, False)
            found.setdefault(each.subject, []).append(span)
    return {name: [(s, e) for s, e, _ in joined(spans)] for name, spans in found.items()}


def escaped(before: dict[str, Spans], after: dict[str, Spans]) -> Iterator[tuple[str, int, int]]:
    """Yield lapses that are not, as a whole, within one that there is after."""
    for name, spans in before.items():
        for starts, ends in spans:
            if not any(first <= starts and ends <= last for first, last in after.get(name, [])):
                yield name, starts, ends


def never_better(before: Any, after: Any) -> str:
    """Say what got better from one answer about a control to another, or nothing.

    Where evidence is invalid nobody can say how things stand: then it must only be no pass.
    """
    for then, now in ((before.now, after.now), (before.period, after.period)):
        if now in GOOD and then not in GOOD:
            return f"{then} became {now}"
    if not before.problems and not after.problems:
        for lapse in escaped(lapses(before), lapses(after)):
            return f"the lapse of {lapse} is gone"
    return ""


def picture(control: Any) -> dict[str, Any]:
    """Return what is said of a control, but for places in files."""
    return {
        "now": control.now,
        "period": control.period,
        "lapses": [
            (each.subject, each.starts, each.ends, each.waived_by) for each in control.lapses
        ],
        "subjects": control.subjects.model_dump(),
        "due": [(each.at, sorted(each.subjects)) for each in control.due],
        "next_due": control.next_due,
        "left_out": control.left_out,
        "problems": sorted(each.message.text("en").split(": ")[0] for each in control.problems),
    }
