"""Sets the program's assessment of some worlds against the oracle's answers."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ccpolicy

from .description import describe
from .judge import joined
from .model import Answer, Piece, Setting, World
from .moments import judged_at
from .oracle import answer
from .places import Places
from .repository import write
from .zone_calendar import DAY, Calendar, micros


@dataclass(frozen=True)
class Difference:
    """A world of which the two do not say the same."""

    world: World
    expected: dict[str, Any]
    found: dict[str, Any]
    faults: tuple[str, ...]
    """What the oracle found wrong with the evidence."""
    problems: list[str]
    """What the program did."""

    def __bool__(self) -> bool:
        return self.expected != self.found

    def text(self, shared: Setting) -> str:
        """Tell the whole world and both answers."""
        lines = describe(shared, self.world, self.expected, self.found)
        faults = [f"  oracle: {fault}" for fault in self.faults]
        problems = [f"  engine: {problem}" for problem in self.problems]
        return "\n".join([*lines, *faults, *problems])


def differences(folder: Path, shared: Setting, worlds: list[World]) -> Iterator[Difference]:
    """Judge worlds in one run of the program; yield those of which the oracle says otherwise."""
    write(folder, shared, worlds)
    assessment = ccpolicy.load(folder).check(
        ccpolicy.EvaluationRequest(as_of=shared.as_of, period=shared.window)
    )
    controls = {each.id: each for each in assessment.controls}
    places = Places(folder, shared)
    for each in worlds:
        found = controls[each.name]
        if difference := _difference(shared, each, assessment, found, places):
            yield difference


def _difference(
    shared: Setting, world: World, assessment: Any, found: Any, places: Places
) -> Difference:
    said = answer(shared, world)
    expected: dict[str, Any] = {"now": said.now, "period": said.period}
    told: dict[str, Any] = {"now": found.now, "period": found.period}
    if not said.faults:
        expected = _expected(shared, said)
        told = _told(shared, world, assessment, found)
        told["places"] = list(places.wrong(world, found))
    problems = [problem.message.text("en") for problem in found.problems]
    return Difference(world, expected, told, said.faults, problems)


def _expected(shared: Setting, said: Answer) -> dict[str, Any]:
    states = list(said.subjects.values())
    return {
        "lapses": _in_window(shared, said.pieces),
        "now": said.now,
        "period": said.period,
        "next_due": min(said.due.values(), default=None),
        "due": dict(sorted(said.due.items())),
        "subjects": {
            "total": len(states),
            "passed": states.count("pass"),
            "failed": states.count("fail"),
            "waived": states.count("waived"),
            "unknown": states.count("unknown"),
            "baselined": 0,
            "ended": states.count("ended"),
            "not_due": said.not_due,
        },
        "left_out": said.left_out,
        "horizon": micros(shared.horizon),
        "window": (micros(shared.window[0]), micros(min(shared.window[1], shared.as_of))),
        "waivers": [],
        "places": [],
    }


def _told(shared: Setting, world: World, assessment: Any, found: Any) -> dict[str, Any]:
    window = (_micros(assessment.window.starts), _micros(assessment.window.ends))
    return {
        "lapses": _in_window(shared, _pieces(shared, found)),
        "now": found.now,
        "period": found.period,
        "next_due": _micros(found.next_due) if found.next_due else None,
        "due": dict(sorted((name, _micros(due.at)) for due in found.due for name in due.subjects)),
        "subjects": found.subjects.model_dump(),
        "left_out": found.left_out,
        "horizon": _micros(assessment.horizon),
        "window": window,
        "waivers": list(_wrongly_waived(shared, world, found)),
    }


def _in_window(shared: Setting, pieces: list[Piece]) -> list[Piece]:
    """Cut off what was waived before the window: another waiver's part of it is not listed."""
    first = micros(shared.window[0])
    return [
        replace(piece, starts=max(piece.starts, first)) if piece.waived else piece
        for piece in pieces
    ]


def _pieces(shared: Setting, found: Any) -> list[Piece]:
    """Read the lapses; where one waiver takes over from another it is one waived piece."""
    never = micros(shared.horizon) + 1
    pieces = []
    for name in sorted({lapse.subject for lapse in found.lapses}):
        spans = [
            (
                _micros(lapse.starts),
                _micros(lapse.ends) if lapse.ends else never,
                lapse.waived_by is not None,
            )
            for lapse in found.lapses
            if lapse.subject == name
        ]
        pieces += [
            Piece(name, starts, None if ends == never else ends, is_waived)
            for starts, ends, is_waived in joined(spans)
        ]
    return pieces


def _wrongly_waived(shared: Setting, world: World, found: Any) -> Iterator[str]:
    """Yield lapses that are said to be waived by what does not waive all of them."""
    calendar = Calendar(shared.zone, None)
    waivers = {waiver.id: waiver for waiver in world.waivers}
    for lapse in found.lapses:
        if lapse.waived_by is None:
            continue
        waiver = waivers.get(lapse.waived_by)
        ends = _micros(lapse.ends) if lapse.ends else judged_at(shared.as_of, calendar) + 1
        if (
            waiver is None
            or waiver.subject != lapse.subject
            or not calendar.begins(waiver.first) <= _micros(lapse.starts)
            or not ends <= calendar.begins(waiver.last + DAY)
        ):
            yield f"{lapse.subject} {lapse.starts} {lapse.waived_by}"


def _micros(text: str) -> int:
    return micros(datetime.datetime.fromisoformat(text))
