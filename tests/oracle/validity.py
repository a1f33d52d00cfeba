"""What is wrong with the evidence of a world, if anything: then nobody can say how things stand.

"No subject, no record, unreadable or invalid evidence: `unknown`, and the gate fails."
"""

from __future__ import annotations

from collections.abc import Iterator

from .judge import Judge
from .kinds.roster import RosterJudge
from .model import REASONS, Row
from .moments import certainly_before


def faults(judge: Judge) -> Iterator[str]:
    """Yield what is wrong with the records that count at as-of."""
    for name, rows in judge.inputs.items():
        for row in rows:
            if not judge.on_file(name, row):
                continue  # What has yet to happen spoils nothing.
            yield from _undecided(judge, name, row)
            yield from _ends_before_it_begins(judge, name, row)
            yield from _before_its_opening(judge, name, row)
            yield from _without_subject(judge, name, row)
            yield from _without_item(judge, name, row)
            yield from _without_end(judge, name, row)
            if name == "pauses" and row.reason not in REASONS:
                yield "pauses: not for a reason of the list"
    yield from _classes(judge)
    yield from _minimums(judge)


def _undecided(judge: Judge, name: str, row: Row) -> Iterator[str]:
    """Yield undecided predicates: "NULL has not decided: unknown, in every input"."""
    if judge.world.filtered and row.status == "":
        yield f"{name}: undecided whether it counts"
    if name == "records" and row.good is None:
        yield f"{name}: undecided whether it is good"


def _ends_before_it_begins(judge: Judge, name: str, row: Row) -> Iterator[str]:
    """Yield a state, an episode or a limit that ends before it begins.

    "One that ends before it begins is invalid; where either end is a day, before means on an
    earlier day."
    """
    is_state = judge.states(name, row) or name in ("openings", "pauses")
    if not is_state or row.starts is None or row.ends is None:
        return
    if certainly_before(row.ends, row.starts, judge.calendar):
        yield f"{name}: ends before it begins"


def _before_its_opening(judge: Judge, name: str, row: Row) -> Iterator[str]:
    """Yield a closing, a reopening or an update before its opening, which "is invalid".

    Where a subject was opened more than once, whatever is before any of its openings is refused: an
    earlier closing would close what was opened later.
    """
    if "openings" not in judge.inputs or name in ("openings", "subjects") or row.starts is None:
        return
    openings = judge.rows("openings", row.key)
    if row.part:
        openings = [each for each in judge.inputs["openings"] if each.part == row.part]
        openings = [each for each in openings if judge.on_file("openings", each)]
    for opening in openings:
        assert opening.starts is not None
        if certainly_before(row.starts, opening.starts, judge.calendar):
            yield f"{name}: before its opening"


def _without_subject(judge: Judge, name: str, row: Row) -> Iterator[str]:
    """Yield a record of no subject, which is not dropped in silence.

    Whom another dataset names, though the predicate refuses him, is known and owes nothing.
    """
    if judge.world.kind == "share" and name == "closings":
        yield from _without_opening(judge, row)
        return
    if judge.population not in judge.inputs or name == judge.population:
        return
    refused = [] if judge.setting.together else judge.world.inputs[judge.population]
    if not judge.rows(judge.population, row.key) and not any(
        other.key == row.key and judge.world.filtered and other.status == "draft"
        for other in refused
    ):
        yield f"{name}: no such subject"


def _without_item(judge: Judge, name: str, row: Row) -> Iterator[str]:
    """Yield a failure or a reopening of an item that is none, which is not dropped in silence.

    "With items it ends its item's cover; without an item, all."
    """
    if name not in ("failures", "reopenings") or not judge.world.items:
        return
    if row.item not in ("", *judge.world.items):
        yield f"{name}: no such item"


def _without_opening(judge: Judge, row: Row) -> Iterator[str]:
    """Yield what closes nothing that was opened; an opening that the predicate refuses is known."""
    for other in judge.inputs["openings"]:
        if other.part == row.part and judge.on_file("openings", other):
            return
    for other in [] if judge.setting.together else judge.world.inputs["openings"]:
        if other.part == row.part and judge.world.filtered and other.status == "draft":
            return
    yield "closings: no such subject"


def _without_end(judge: Judge, name: str, row: Row) -> Iterator[str]:
    """Yield a record that holds for nobody knows how long.

    A state holds "perhaps without end", but of what was obtained it must be said, if its subject
    ever owed it.
    """
    if judge.world.kind != "coverage" or name != "events" or row.state or row.ends is not None:
        return
    if not (isinstance(judge, RosterJudge) and judge.owes(row.key)):
        return
    required = not judge.world.items or row.item in judge.world.items
    if required and any("valid_for" not in each.parameters for each in judge.world.revisions):
        yield f"{name}: nobody knows how long it holds"


def _classes(judge: Judge) -> Iterator[str]:
    """Yield subjects without one known class, where a parameter differs by it."""
    known = [
        set(value)
        for revision in judge.world.revisions
        for value in revision.parameters.values()
        if isinstance(value, dict)
    ]
    if not known:
        return
    for rows in judge.together():
        classes = {row.by for row in rows}
        if len(classes) > 1:
            yield f"{rows[0]}: two classes"
        if any(classes - names for names in known):
            yield f"{rows[0]}: a class without a value"


def _minimums(judge: Judge) -> Iterator[str]:
    """Yield subjects with more than one minimum of their own."""
    for case in judge.cases().values():
        rows = judge.rows("subjects", case.key)
        if len({row.quantity for row in rows if row.quantity is not None}) > 1:
            yield f"{case.key}: two minimums"
