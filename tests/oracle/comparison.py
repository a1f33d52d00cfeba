"""Sets the engine's assessment of some worlds against the oracle's answers."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ccpolicy
from ccpolicy.assessment.models import Assessment, Control
from ccpolicy.errors import PolicyError

from .judge import joined
from .model import Answer, Piece, Setting, World
from .oracle import answer
from .places import Places
from .repository import control, records, write
from .times import DAY, EPOCH, MICROSECOND, Clock, micros


@dataclass(frozen=True)
class Difference:
    """A world of which the two do not say the same."""

    world: World
    expected: dict[str, Any]
    found: dict[str, Any]
    problems: list[str]

    def __bool__(self) -> bool:
        return self.expected != self.found

    def text(self, shared: Setting) -> str:
        """Tell the whole world and both answers."""
        rows = [
            record
            for name, rows in self.world.inputs.items()
            for record in records(shared, self.world, name, rows)
        ]
        sides = [
            f"{name}: oracle {_readable(self.expected[name], shared)}\n{'':>{len(name)}}  engine "
            f"{_readable(self.found[name], shared)}"
            for name in self.expected
            if self.expected[name] != self.found[name]
        ]
        return "\n".join(
            [
                f"{shared}",
                json.dumps(control(self.world), ensure_ascii=False),
                *(str(waiver) for waiver in self.world.waivers),
                *(json.dumps(row, ensure_ascii=False) for row in rows),
                *sides,
                *self.problems,
            ]
        )


def _readable(value: object, shared: Setting) -> str:
    zone = Clock(shared.zone, None).zone
    if isinstance(value, int) and abs(value) > 10**12:
        return (EPOCH + value * MICROSECOND).astimezone(zone).isoformat()
    if isinstance(value, Piece):
        times = f"{_readable(value.starts, shared)} to {_readable(value.ends, shared)}"
        return f"{value.subject}: {times}{' (waived)' if value.waived else ''}"
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{key}: {_readable(each, shared)}" for key, each in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "".join(f"\n    {_readable(each, shared)}" for each in value) or "nothing"
    return str(value)


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
    shared: Setting, world: World, assessment: Assessment, found: Control, places: Places
) -> Difference:
    said = answer(shared, world)
    expected: dict[str, Any] = {"now": said.now, "period": said.period}
    told: dict[str, Any] = {"now": found.now, "period": found.period}
    if said.certain:
        expected = _expected(shared, said)
        told = _found(shared, world, assessment, found)
        told["places"] = list(places.wrong(world, found))
    return Difference(
        world,
        expected,
        told,
        [problem.message.en for problem in found.problems],
    )


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
            "unknown": 0,
            "baselined": 0,
            "ended": states.count("ended"),
        },
        "left_out": said.left_out,
        "horizon": micros(shared.horizon),
        "window": (micros(shared.window[0]), micros(min(shared.window[1], shared.as_of))),
        "waivers": [],
        "places": [],
    }


def _found(shared: Setting, world: World, assessment: Assessment, found: Control) -> dict[str, Any]:
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


def _pieces(shared: Setting, found: Control) -> list[Piece]:
    """Read the lapses; where one waiver takes over from another it is one waived piece."""
    never = micros(shared.horizon) + 1
    pieces = []
    for name in sorted({lapse.subject for lapse in found.lapses}):
        spans = [
            (
                _micros(lapse.starts),
                _micros(lapse.ends) if lapse.ends else never,
                int(lapse.waived_by is not None),
            )
            for lapse in found.lapses
            if lapse.subject == name
        ]
        pieces += [
            Piece(name, starts, None if ends == never else ends, bool(sort))
            for starts, ends, sort in joined(spans)
        ]
    return pieces


def _wrongly_waived(shared: Setting, world: World, found: Control) -> Iterator[str]:
    """Yield lapses that are said to be waived by what does not waive all of them."""
    clock = Clock(shared.zone, None)
    waivers = {waiver.id: waiver for waiver in world.waivers}
    for lapse in found.lapses:
        if lapse.waived_by is None:
            continue
        waiver = waivers.get(lapse.waived_by)
        ends = _micros(lapse.ends) if lapse.ends else micros(shared.as_of) + 1
        if (
            waiver is None
            or waiver.subject != lapse.subject
            or not clock.begins(waiver.first) <= _micros(lapse.starts)
            or not ends <= clock.begins(waiver.last + DAY)
        ):
            yield f"{lapse.subject} {lapse.starts} {lapse.waived_by}"


def _micros(text: str) -> int:
    return micros(datetime.datetime.fromisoformat(text))


def smaller(world: World) -> Iterator[World]:
    """Yield worlds with one thing less."""
    for name, rows in world.inputs.items():
        for index in range(len(rows)):
            yield replace(world, inputs={**world.inputs, name: rows[:index] + rows[index + 1 :]})
    for index in range(len(world.waivers)):
        yield replace(world, waivers=world.waivers[:index] + world.waivers[index + 1 :])
    for index in range(len(world.revisions) if len(world.revisions) > 1 else 0):
        yield replace(world, revisions=world.revisions[:index] + world.revisions[index + 1 :])
    for index in range(len(world.items) if len(world.items) > 1 else 0):
        yield replace(world, items=world.items[:index] + world.items[index + 1 :])
    for index, revision in enumerate(world.revisions):
        for name in revision.parameters.keys() & {"at_least", "initial", "grace", "valid_for"}:
            parameters = {key: value for key, value in revision.parameters.items() if key != name}
            fewer = [*world.revisions]
            fewer[index] = replace(revision, parameters=parameters)
            yield replace(world, revisions=fewer)


def smallest(folder: Path, shared: Setting, difference: Difference, tries: int = 200) -> Difference:
    """Take away from a world for as long as the two still disagree."""
    best = difference
    improved = not difference.world.spoiled  # What spoils it must not be taken away.
    while improved:
        improved = False
        for each in smaller(best.world):
            if not any(each.inputs.values()) or (tries := tries - 1) < 0:
                break
            here = folder / f"{best.world.name}-{tries}"
            here.mkdir()
            try:
                found = next(differences(here, shared, [each]), None)
            except PolicyError:
                continue  # What was taken away cannot be missed.
            if found and set(found.problems) <= set(best.problems):
                best, improved = found, True
                break
    return best
