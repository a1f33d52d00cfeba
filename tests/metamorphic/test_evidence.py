"""More of what helps never makes anything worse, and more of what harms never makes it better."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from oracle.model import Row, Setting, World

from .answers import SEEDS, batch, drawing, judge, never_better, replaced

HELPS = {
    "recurrence": "events",
    "coverage": "events",
    "cadence": "events",
    "deadline": "closings",
    "level": "readings",
    "record": "records",
    # What an event of a meter reads may tell against it.
    # A record more or less may be one too few to judge; a closing is not.
    "share": "closings",
}
HARMS = {
    "recurrence": "failures",
    "coverage": "failures",
    "deadline": "reopenings",
    "meter": "failures",
    "level": "readings",
    "record": "records",
}
MUCH = Decimal(1000)
Change = Callable[[random.Random, Setting, World], World | None]


def _has_maximum(each: World) -> bool:
    """Say whether of a level there can be too much."""
    return any("maximum" in revision.parameters for revision in each.revisions)


def _without_cover(draw: random.Random, shared: Setting, each: World) -> World | None:
    """Take away one record that helps, whatever else there is."""
    name = HELPS.get(each.kind, "")
    rows = each.inputs.get(name, [])
    # A count is harm to whom it is too few: only states that add up always help, unless there can
    # be too many.
    if each.kind == "level" and (not each.spans or _has_maximum(each)):
        return None
    numbers = [number for number, row in enumerate(rows) if row.good]
    if not numbers:
        return None
    gone = draw.choice(numbers)
    return replaced(each, name, [*rows[:gone], *rows[gone + 1 :]])


def _shifted(draw: random.Random, row: Row) -> Row | None:
    """Return the same record some whole days earlier or later."""
    days = datetime.timedelta(days=draw.choice([-90, -31, -7, -1, 1, 2, 30, 100]))
    times = [time for time in (row.starts, row.ends) if time is not None]
    if row.starts is None or any(
        isinstance(time, datetime.datetime) and time.tzinfo is None for time in times
    ):
        return None
    return replace(row, starts=row.starts + days, ends=row.ends + days if row.ends else None)


def _with_cover(draw: random.Random, shared: Setting, each: World) -> World | None:
    """Add a record that helps: one there is, at another time."""
    name = HELPS.get(each.kind, "")
    rows = each.inputs.get(name, [])
    found = [row for row in rows if row.good and row.status == "final"]
    more = _shifted(draw, draw.choice(found)) if found else None
    if more is None or (each.kind == "level" and _has_maximum(each)):
        return None
    if each.kind == "level" and not each.spans:
        more = replace(more, quantity=MUCH)
    return replaced(each, name, [*rows, more])


def _with_harm(draw: random.Random, shared: Setting, each: World) -> World | None:
    """Add a failure, a reopening, a bad record, or a count of less than nothing or far too much."""
    name = HARMS.get(each.kind)
    if name is None or (each.kind == "level" and each.spans and not _has_maximum(each)):
        return None
    helping = each.inputs.get(HELPS.get(each.kind, "events"), [])
    models = [row for row in helping if row.starts is not None]
    more = _shifted(draw, draw.choice(models)) if models else None
    if more is None:
        return None
    harm = replace(more, ends=None, state=False, status="final", good=each.kind != "record")
    if each.kind == "level":
        harm = replace(harm, quantity=MUCH if _has_maximum(each) else Decimal(-1))
    if each.kind in ("recurrence", "coverage", "deadline", "meter"):
        harm = replace(harm, item=draw.choice(["", harm.item]), by=None, quantity=None)
    return replaced(each, name, [*each.inputs.get(name, []), harm])


def _without_pause(draw: random.Random, shared: Setting, each: World) -> World | None:
    """Take away a pause."""
    rows = each.inputs.get("pauses", [])
    if not rows:
        return None
    gone = draw.randrange(len(rows))
    return replaced(each, "pauses", [*rows[:gone], *rows[gone + 1 :]])


def _with_pause(draw: random.Random, shared: Setting, each: World) -> World | None:
    """Add a pause: one there is, some time later or earlier, or one without an end."""
    rows = [row for row in each.inputs.get("pauses", []) if row.status == "final"]
    if not rows:
        return None
    row = draw.choice(rows)
    assert isinstance(row.starts, datetime.datetime)
    if row.starts.tzinfo is None or (row.ends and row.ends.tzinfo is None):  # type: ignore[attr-defined]
        return None
    later = datetime.timedelta(seconds=draw.choice([-3600, -60, 0, 1, 60, 3600, 90_000]))
    ends = None if draw.random() < 0.3 or row.ends is None else row.ends + later
    return replaced(
        each, "pauses", [*each.inputs["pauses"], replace(row, starts=row.starts + later, ends=ends)]
    )


def _changed(name: str, change: Change, seed: int) -> tuple[Setting, Iterator[tuple[World, World]]]:
    shared, worlds = batch(seed)
    draw = drawing(name, seed)
    pairs = ((each, change(draw, shared, each)) for each in worlds)
    return shared, ((each, other) for each, other in pairs if other is not None)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    "name", ["removed cover", "added cover", "added harm", "removed pause", "added pause"]
)
def test_more_and_less(name: str, seed: int, tmp_path: Path) -> None:
    changes = {
        "removed cover": _without_cover,
        "added cover": _with_cover,
        "added harm": _with_harm,
        "removed pause": _without_pause,
        "added pause": _with_pause,
    }
    shared, found = _changed(name, changes[name], seed)
    pairs = list(found)
    before = judge(tmp_path / "before", shared, [old for old, _ in pairs])
    after = judge(tmp_path / "after", shared, [new for _, new in pairs])
    improving = name in ("added cover", "added pause")
    wrong = {}
    judged = 0
    for old, new in pairs:
        first, second = before[old.name], after[new.name]
        # What was added may be invalid itself, such as a closing before its opening, and what was
        # taken away may have been: then nothing follows.
        if (improving and second.problems) or (name.startswith("removed") and first.problems):
            continue
        judged += "unknown" not in (first.now, second.now)
        worse, better = (second, first) if not improving else (first, second)
        if said := never_better(better, worse):
            wrong[old.name] = (old.kind, said)
    assert wrong == {}
    assert judged > len(pairs) // 3
