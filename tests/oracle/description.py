"""Tells a world and two answers so that a person can work them out by hand."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from .model import Piece, Row, Setting, World
from .moments import state_start
from .zone_calendar import EPOCH, MICROSECOND, Calendar


def describe(
    shared: Setting, world: World, expected: dict[str, Any], found: dict[str, Any]
) -> Iterator[str]:
    """Yield the lines that tell a world, and of two answers what differs."""
    as_of = shared.as_of.isoformat()
    window = " to ".join(end.isoformat() for end in shared.window)
    yield f"{world.name}: {world.kind} in {shared.zone}, as of {as_of}, window {window}"
    options = {
        "office": shared.office,
        "items": world.items,
        "prefix": world.prefix,
        "spans": world.spans,
        "filtered": world.filtered,
        "may_be_empty": world.may_be_empty,
        "one dataset": shared.together,
    }
    yield "  " + ", ".join(f"{name}={value}" for name, value in options.items() if value)
    for revision in world.revisions:
        yield f"  from {revision.first or shared.effective_on}: {revision.parameters}"
    calendar = Calendar(shared.zone, None)
    for name, rows in world.inputs.items():
        yield f"  {name}:{'' if rows else ' none'}"
        for row in sorted(rows, key=lambda row: (row.key, _order(row, calendar))):
            yield f"    {_row(row, calendar)}"
    for waiver in world.waivers:
        yield f"  waiver {waiver.id}: {waiver.subject}, {waiver.first} to {waiver.last}"
    for name, value in expected.items():
        if value != found.get(name):
            yield f"  {name}:"
            yield f"    oracle {_readable(value, calendar)}"
            yield f"    engine {_readable(found.get(name), calendar)}"


def _order(row: Row, calendar: Calendar) -> int:
    return 0 if row.starts is None else state_start(row.starts, calendar, early=True)


def _row(row: Row, calendar: Calendar) -> str:
    parts = [" × ".join([*row.key, *([row.item] if row.item else [])]) or "whole"]
    parts.append("always" if row.starts is None else _time(row.starts, calendar))
    if row.ends is not None:
        parts.append(f"to {_time(row.ends, calendar)}")
    parts += [row.reason] if row.reason else []
    parts += [f"class {row.by}"] if row.by else []
    parts += [str(row.quantity)] if row.quantity is not None else []
    parts += [f"of which {row.met}"] if row.met is not None else []
    parts += [f"part {row.part}"] if row.part else []
    parts += ["valid from"] if row.state else []
    parts += [] if row.good else ["undecided" if row.good is None else "bad"]
    parts += [] if row.status == "final" else [row.status or "without a status"]
    return "  ".join(parts)


def _time(time: datetime.date, calendar: Calendar) -> str:
    if isinstance(time, datetime.datetime) and time.tzinfo:
        return time.astimezone(calendar.zone).isoformat()
    return time.isoformat()


def _readable(value: object, calendar: Calendar) -> str:
    if isinstance(value, int) and abs(value) > 10**9:
        return (EPOCH + value * MICROSECOND).astimezone(calendar.zone).isoformat()
    if isinstance(value, Piece):
        ends = "open" if value.ends is None else _readable(value.ends, calendar)
        waived = " (waived)" if value.waived else ""
        return f"{value.subject}: {_readable(value.starts, calendar)} to {ends}{waived}"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_readable(each, calendar)}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(_readable(each, calendar) for each in value) or "nothing"
    return str(value)
