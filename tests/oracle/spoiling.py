"""Makes the evidence of a world wrong in one way or another; the oracle has to find out by itself.

A record of another dataset's schema, or a local time that the clocks passed over, would make every
control of the repository unknown, and is tested where evidence is read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from .maker import Maker
from .model import REASONS, Row, World
from .moments import has_happened, state_start
from .zone_calendar import DAY_MICROS


def spoil(maker: Maker, made: World) -> World:
    """Spoil a world in the first of some ways for which it has room."""
    ways: list[Callable[[Maker, World], World]] = [
        *(_undecided, _backwards, _early, _stranger, _strange_item, _strange_class, _two_classes),
        _other_reason,
    ]
    maker.draw.shuffle(ways)
    if maker.maybe(0.8):  # few worlds have room for it
        ways.insert(0, _strange_item)
    spoiled = (way(maker, made) for way in ways)
    return next((each for each in spoiled if each != made), made)


def _on_file(maker: Maker, row: Row) -> bool:
    """Say whether a record counts for certain: what has yet to happen spoils nothing."""
    return row.starts is None or has_happened(row.starts, maker.calendar, maker.as_of)


def _replaced(maker: Maker, made: World, name: str, change: Callable[[Row], Row]) -> World:
    """Change one record of an input."""
    rows = made.inputs[name]
    fit = [number for number, row in enumerate(rows) if _on_file(maker, row)]
    if not fit:
        return made
    chosen = maker.draw.choice(fit)
    changed = [change(row) if number == chosen else row for number, row in enumerate(rows)]
    return replace(made, inputs={**made.inputs, name: changed})


def _undecided(maker: Maker, made: World) -> World:
    """Have a predicate decide nothing: whether a record counts, or whether it is good."""
    if "records" in made.inputs and maker.maybe(0.5):
        if any(row.met is not None for row in made.inputs["records"]):
            return made
        return _replaced(maker, made, "records", lambda row: replace(row, good=None))
    name = maker.draw.choice(list(made.inputs))
    made = replace(made, filtered=True)
    return _replaced(maker, made, name, lambda row: replace(row, status=""))


def _backwards(maker: Maker, made: World) -> World:
    """Have a state, an episode or a limit end before it begins, perhaps within one day."""

    def change(row: Row) -> Row:
        if row.starts is None:
            return row
        starts = state_start(row.starts, maker.calendar, early=True)
        sooner = maker.draw.choice([1, 3_600_000_000, DAY_MICROS, 30 * DAY_MICROS])
        return replace(row, ends=maker.time(starts - sooner, dated=0.0 if row.reason else 0.6))

    # An opening has an own due date or a limit, not both.
    limited = any("limit" in revision.parameters for revision in made.revisions)
    fit: list[str] = [
        name for name in ("subjects", "openings") if name in made.inputs and not limited
    ]
    if made.spans:
        fit.append("readings")
    if made.inputs.get("pauses"):
        fit.append("pauses")
    if made.kind == "coverage" and any(row.ends for row in made.inputs["events"]):
        fit.append("events")
    return _replaced(maker, made, maker.draw.choice(fit), change) if fit else made


def _early(maker: Maker, made: World) -> World:
    """Add what closes, reopens or tells of something before it was opened."""
    openings = [row for row in made.inputs.get("openings", []) if _on_file(maker, row)]
    if not openings:
        return made
    opening = maker.draw.choice(openings)
    assert opening.starts is not None
    starts = state_start(opening.starts, maker.calendar, early=True)
    sooner = maker.draw.choice([1, 3_600_000_000, DAY_MICROS, 2 * DAY_MICROS])
    others = [name for name in made.inputs if name not in ("openings", "subjects")]
    name = maker.draw.choice(others)
    item = made.items[0] if made.items else ""
    key = () if opening.part else opening.key
    added = Row(key, maker.time(starts - sooner), item=item, part=opening.part)
    if name == "pauses":
        at = maker.time(starts - sooner, dated=0.0)
        added = Row(opening.key, at, reason=REASONS[0])
    return replace(made, inputs={**made.inputs, name: [*made.inputs[name], added]})


def _other_reason(maker: Maker, made: World) -> World:
    """Have a pause give no reason, or one that is not permitted."""
    if not made.inputs.get("pauses"):
        return made
    reason = maker.draw.choice(["", "lunch"])
    return _replaced(maker, made, "pauses", lambda row: replace(row, reason=reason))


def _population(made: World) -> str | None:
    return next((name for name in ("subjects", "openings") if made.inputs.get(name)), None)


def _classed(made: World) -> str | None:
    """Return the input by whose class the parameters differ."""
    return "openings" if made.kind == "share" and made.inputs.get("openings") else _population(made)


def _is_counted(made: World, name: str) -> bool:
    """Say whether each record of an input says how many there are."""
    return made.kind in ("level", "meter") and name in ("events", "readings")


def _stranger(maker: Maker, made: World) -> World:
    """Add a record of somebody who is no subject."""
    population = _population(made)
    if population is None:
        return made
    first = made.inputs[population][0]
    name = maker.draw.choice([name for name in made.inputs if name != population])
    like = next(iter(made.inputs[name]), Row())
    stranger = replace(
        like,
        key=(f"S9 {made.name}", *first.key[1:]),
        starts=maker.time(
            maker.as_of, dated=like.starts is not None and name != "pauses" and maker.dated
        ),
        item=like.item or "".join(made.items[:1] if name != "pauses" else []),
        reason=REASONS[1] if name == "pauses" else "",
        quantity=Decimal(1) if _is_counted(made, name) else None,
        status="final",
    )
    if made.kind == "share":
        stranger = replace(stranger, part="nothing" if name == "closings" else like.part)
    if like.ends or (made.kind == "level" and made.spans):
        stranger = replace(stranger, ends=maker.time(maker.as_of + DAY_MICROS, dated=0.0))
    return replace(made, inputs={**made.inputs, name: [*made.inputs[name], stranger]})


def _strange_item(maker: Maker, made: World) -> World:
    """Have a failure or a reopening name an item that is none."""
    harming = [name for name in ("failures", "reopenings") if made.inputs.get(name)]
    if not (harming and made.items):
        return made
    return _replaced(maker, made, harming[0], lambda row: replace(row, item=f"of {made.name}"))


def _differs(made: World) -> bool:
    return any(
        isinstance(value, dict)
        for revision in made.revisions
        for value in revision.parameters.values()
    )


def _strange_class(maker: Maker, made: World) -> World:
    """Have a subject with a class for which there is no value."""
    population = _classed(made)
    if population is None or not _differs(made):
        return made
    return _replaced(maker, made, population, lambda row: replace(row, by="z"))


def _two_classes(maker: Maker, made: World) -> World:
    """Have a subject with two classes."""
    population = _classed(made)
    if population is None or not _differs(made):
        return made
    first = made.inputs[population][0]
    other = "y" if first.by == "x" else "x"
    rows = [*made.inputs[population], replace(first, by=other)]
    return replace(made, inputs={**made.inputs, population: rows})
