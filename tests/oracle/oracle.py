"""The verdicts of every check kind by brute force, from the design's words alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from .judge import Judge, joined
from .kinds import JUDGES
from .model import Answer, Piece, Setting, World
from .validity import faults
from .zone_calendar import UnknownYear


def answer(setting: Setting, world: World) -> Answer:
    """Say everything about a world that an assessment says."""
    make = JUDGES[world.kind]
    judge = make(setting, world)
    found = tuple(faults(judge))
    if not found:
        try:
            return judged(judge)
        except UnknownYear:
            found = ("a year's working days are not known",)
        # "Only what depends on it is `unknown`": as early as can be, and not by as-of yet.
        early = judged(make(setting, world, lambda earliest: earliest))
        later = judged(
            make(
                setting,
                world,
                lambda earliest: earliest if earliest > judge.as_of else judge.horizon,
            )
        )
        if dataclasses.replace(early, not_due=0, due={}) == dataclasses.replace(
            later, not_due=0, due={}
        ):
            return later
    return Answer([], {}, "unknown", "unknown", faults=found)


def judged(judge: Judge) -> Answer:
    """Put the spans of all subjects together.

    "One computation gives the verdict now, the verdict for the period with its lapses, and the
    forecast (the first lapse after as-of is the next due date)."
    """
    as_of = judge.as_of
    pieces: list[Piece] = []
    period, not_due = {"pass"}, 0
    subjects: dict[str, str] = {}
    due: dict[str, int] = {}
    for name, case in sorted(judge.cases().items()):
        duties = [ends for _, ends, _ in judge.duties(case) if ends > judge.window_starts]
        is_not_due = judge.not_due(case)
        if not duties and not is_not_due:
            continue
        not_due += is_not_due
        lasts = is_not_due or max(duties) > as_of
        subjects[name] = "pass" if lasts else "ended"
        is_overdue = False
        unknown = judge.unknowns(case)
        if any(starts <= as_of < ends for starts, ends, _ in unknown):
            subjects[name] = "unknown"
        if any(judge.in_window(starts, ends) for starts, ends, _ in unknown):
            period.add("unknown")
        for starts, ends, is_waived in judge.pieces(name, case):
            if starts <= as_of < ends:
                subjects[name] = "waived" if is_waived else "fail"
                is_overdue = not is_waived
            if starts > as_of and not is_waived and not is_overdue:
                due.setdefault(name, starts)
            if starts <= as_of and ends > judge.window_starts:
                told = None if ends > as_of else judge.told(ends)
                pieces.append(Piece(name, judge.told(starts), told, is_waived))
                if judge.in_window(starts, ends):
                    period.add("waived" if is_waived else "fail")
    first = judge.firsts[0]
    now, then = (
        nothing(judge, first <= as_of),
        nothing(judge, judge.in_window(first, judge.horizon)),
    )
    if subjects and judge.there_now():
        now = worst(subjects.values())
    if subjects and judge.there_in_window():
        then = worst(period)
    return Answer(pieces, subjects, now, then, due, not_due, judge.left_out())


def nothing(judge: Judge, is_in_force: bool) -> str:
    """Return the verdict where there is nothing to judge.

    "No subject, no record …: `unknown`. Only a written `may_be_empty` with a reason … lifts it." It
    does not say that the control may be out of force.
    """
    return "not_applicable" if judge.world.may_be_empty and is_in_force else "unknown"


def worst(verdicts: Iterable[str]) -> str:
    """Return the worst verdict."""
    found = set(verdicts)
    return next((each for each in ("fail", "unknown", "waived") if each in found), "pass")


def lapses(setting: Setting, world: World) -> set[tuple[str, int, int | None]]:
    """Return every lapse up to the horizon; one that lasts until then has no end."""
    judge = JUDGES[world.kind](setting, world)
    return {
        (name, starts, None if ends >= judge.horizon else ends)
        for name, case in judge.cases().items()
        for starts, ends, _ in joined((s, e, False) for s, e, _ in judge.pieces(name, case))
    }
