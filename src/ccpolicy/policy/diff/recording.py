"""Whether a contract got weaker about who files records, how soon, and which changes it permits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from ccpolicy.assessment.comparison import Direction
from ccpolicy.checks.strictness import shorter
from ccpolicy.policy.dataset import Amendable, Recording
from ccpolicy.time.durations import parse_duration

FROM_STRICT_TO_LOOSE: tuple[Amendable, ...] = get_args(Amendable)
"""Strictest first."""


def recording_direction(before: Recording | None, after: Recording | None) -> Direction:
    """Return the direction of a change of `recording`; None stands for a contract without it."""
    if before is None or after is None:
        return "tightened" if before is None else "loosened"
    found = {each for each in _directions(before, after) if each != "neutral"}
    return found.pop() if len(found) == 1 else "unordered" if found else "neutral"


def _directions(before: Recording, after: Recording) -> Iterator[Direction]:
    yield _by_size(set(before.happened), set(after.happened), more="tightened")
    yield _within(before.within, after.within)
    places = (
        FROM_STRICT_TO_LOOSE.index(before.amendable),
        FROM_STRICT_TO_LOOSE.index(after.amendable),
    )
    if places[0] != places[1]:
        yield "loosened" if places[1] > places[0] else "tightened"
    if bool(before.by) != bool(after.by):  # without it anybody may
        yield "tightened" if after.by else "loosened"
    else:
        yield _by_size(set(before.by), set(after.by), more="loosened")
    if before.signed != after.signed:
        yield "tightened" if after.signed else "loosened"


def _by_size(before: set[str], after: set[str], more: Direction) -> Direction:
    less: Direction = "loosened" if more == "tightened" else "tightened"
    if before == after:
        return "neutral"
    return more if before < after else less if before > after else "unordered"


def _within(before: str | None, after: str | None) -> Direction:
    if before is None or after is None:
        return "neutral" if before == after else "tightened" if before is None else "loosened"
    order = shorter(parse_duration(before), parse_duration(after))
    known: dict[int | None, Direction] = {1: "tightened", 0: "neutral", -1: "loosened"}
    return known.get(order, "unordered")
