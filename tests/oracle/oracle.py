"""The verdicts of every check kind by brute force, from the design's words alone."""

from __future__ import annotations

from .judge import joined
from .kinds import JUDGES
from .model import Answer, Setting, World
from .times import Unsaid


def answer(setting: Setting, world: World) -> Answer:
    """Say everything about a world that an assessment says."""
    unknown = Answer([], {}, "unknown", "unknown", certain=False)
    if world.spoiled:
        return unknown
    try:
        return JUDGES[world.kind](setting, world).answer()
    except Unsaid:
        return unknown


def lapses(setting: Setting, world: World) -> set[tuple[str, int, int | None]]:
    """Return every lapse up to the horizon; one that lasts until then has no end."""
    judge = JUDGES[world.kind](setting, world)
    return {
        (name, starts, None if ends >= judge.horizon else ends)
        for name, case in judge.cases().items()
        for starts, ends, _ in joined((s, e, 0) for s, e, _ in judge.pieces(name, case))
    }
