"""What changed in the plan, the settings, the check kinds and the norms."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Sequence
from typing import Any

from ccpolicy.assessment.comparison import Direction, PolicyChange
from ccpolicy.checks.kinds import Kind
from ccpolicy.checks.strictness import shorter
from ccpolicy.errors import Message
from ccpolicy.files.limits import Limits
from ccpolicy.policy.diff.change import Subject
from ccpolicy.policy.models import Clause, Plan
from ccpolicy.policy.settings import Ignore, Settings
from ccpolicy.texts import Text
from ccpolicy.time.durations import parse_duration
from ccpolicy.vocabulary import SEVERITIES

_WORDING = ("id", "title", "version", "owner", "tags")
_JUDGED_BY = tuple(name for name in Plan.model_fields if name not in {*_WORDING, "clauses"})


def plan_changes(
    subject: Subject, before: Plan, after: Plan, as_of: datetime.date
) -> Iterator[PolicyChange]:
    """Yield what changed in the plan: its days and zone, and its clauses."""
    for field in _JUDGED_BY:
        first, second = getattr(before, field), getattr(after, field)
        if first != second:
            begun = field not in ("effective_on", "adopted_on") or (
                min(day for day in (first, second) if day) <= as_of
            )
            message = Message.of("{field} of the plan", field=field)
            yield subject.change(
                "unordered", message, field, before=first, after=second, rewrites_history=begun
            )
    for field in _WORDING:
        if getattr(before, field) != getattr(after, field):
            message = Message.of("the {field}", field=field)
            yield subject.change("neutral", message, field, concerns=())
    first, second = _clauses(before), _clauses(after)
    for name in [*first, *(each for each in second if each not in first)]:
        yield from _clause(subject, name, first.get(name), second.get(name))


def _clauses(plan: Plan) -> dict[str, tuple[int, Clause]]:
    return {clause.id: (index, clause) for index, clause in enumerate(plan.clauses)}


def _clause(
    subject: Subject, name: str, before: tuple[int, Clause] | None, after: tuple[int, Clause] | None
) -> Iterator[PolicyChange]:
    """A clause by itself changes no verdict; but it is what the controls are measured by."""

    def change(direction: Direction, message: Message) -> PolicyChange:
        path = ("clauses", after[0]) if after else ("clauses",)
        return subject.change(direction, message, *path, concerns=())

    if after is None:
        yield change("loosened", Message.of("clause {id} is taken out", id=name))
        return
    if before is None:
        yield change("tightened", Message.of("clause {id} is new", id=name))
    elif before[1].digest != after[1].digest:
        yield change("unordered", Message.of("clause {id} says something else", id=name))
    reasons = before[1].no_control if before else None, after[1].no_control
    if reasons[1] and not reasons[0]:
        yield change("loosened", Message.of("clause {id} need not have a control", id=name))
    elif reasons[0] and not reasons[1]:
        yield change("tightened", Message.of("clause {id} needs a control", id=name))
    elif reasons[0] != reasons[1]:
        yield change("neutral", Message.of("why clause {id} has no control", id=name))


_JUDGED_DIFFERENTLY = frozenset(["as_of", "horizon", "policy", "checks", "evidence", "stores"])
"""Settings by which every control may be judged differently, also for the past."""


def settings_changes(subject: Subject, before: Settings, after: Settings) -> Iterator[PolicyChange]:
    """Yield what changed in `ccpolicy.toml`."""
    for field in Settings.model_fields:
        first, second = getattr(before, field), getattr(after, field)
        if field == "ignore":
            yield from _ignored(subject, first, second)
        elif first != second:
            direction = _setting(field, first, second)
            every = field in _JUDGED_DIFFERENTLY and direction != "neutral"
            yield subject.change(
                direction,
                Message.of("the setting '{field}'", field=field),
                field,
                before=_written(first, second),
                after=_written(second, first),
                rewrites_history=every,
                concerns=None if every else (),
            )


def _written(value: object, other: object) -> object:
    """Write a text once if it is the same in all languages, and limits and stores as entries.

    Of limits only those that the other state has otherwise.
    """
    if isinstance(value, dict):
        return {name: store.model_dump(exclude_none=True) for name, store in value.items()}
    if isinstance(value, Limits):
        changed = {*value} - {*other} if isinstance(other, Limits) else {*value}
        return ", ".join(f"{name} = {each}" for name, each in value if (name, each) in changed)
    if isinstance(value, Text):
        return " / ".join(dict.fromkeys(value.root.values()))
    return value


def _ignored(
    subject: Subject, before: Sequence[Ignore], after: Sequence[Ignore]
) -> Iterator[PolicyChange]:
    """Yield which files are ignored that were not, which no longer are, and for another reason."""
    first, second = ({each.files: each for each in state} for state in (before, after))
    for index, each in enumerate(after):
        path = ("ignore", index, "files")
        if each.files not in first:
            message = Message.of("files are ignored: {pattern}", pattern=each.files)
            yield subject.change("loosened", message, *path, rewrites_history=True, concerns=())
        elif each != first[each.files]:
            message = Message.of("why files are ignored: {pattern}", pattern=each.files)
            yield subject.change("neutral", message, *path, concerns=())
    for index, each in enumerate(before):
        if each.files not in second:
            message = Message.of("files are no longer ignored: {pattern}", pattern=each.files)
            path = ("ignore", index, "files")
            yield subject.change("tightened", message, *path, rewrites_history=True, concerns=())


def _setting(field: str, before: Any, after: Any) -> Direction:
    match field:
        case "gate":  # what lapses now lapses in the period as well
            return "tightened" if after == "period" else "loosened"
        case "fail_on":
            lower = SEVERITIES.index(after) > SEVERITIES.index(before)
            return "tightened" if lower else "loosened"
        case "longest_waiver":
            order = shorter(parse_duration(before), parse_duration(after))
            known: dict[int | None, Direction] = {1: "tightened", 0: "neutral", -1: "loosened"}
            return known.get(order, "unordered")
        case "horizon":  # a due time beyond it cannot be said, so that the control is unknown
            same = shorter(parse_duration(before), parse_duration(after)) == 0
            return "neutral" if same else "unordered"
        case "as_of":  # what happened after a pin is not judged
            return "tightened" if after is None else "loosened"
        case "limits":
            return _limits(before, after)
    return _SETTINGS.get(field, "unordered")


_SETTINGS: dict[str, Direction] = {
    "due_soon": "neutral",
    "as_of_reason": "neutral",
    "evidence": "loosened",  # what lies in the old folder is no longer looked at
}


def _limits(before: Limits, after: Limits) -> Direction:
    """Compare the limits; without one for the memory it is the machine's."""
    pairs = [
        (first or math.inf, second or math.inf)
        for (name, first), (_, second) in zip(before, after, strict=True)
        if name != "lapses"  # which are all judged, wherever they are listed
    ]
    if all(first == second for first, second in pairs):
        return "neutral"
    return "loosened" if any(second > first for first, second in pairs) else "tightened"


def kind_changes(subject: Subject, before: Kind, after: Kind) -> Iterator[PolicyChange]:
    """Yield what changed in a check kind.

    What its query covers cannot be read off it, so that every change of it counts as looser.
    """
    changed = False
    if before.tokens != after.tokens:
        changed = True
        message = Message.of("what is duty and what is cover (SQL)")
        yield subject.change("loosened", message, rewrites_history=True)
    if rules(before) != rules(after):
        changed = True
        message = Message.of("its inputs and parameters")
        yield subject.change("loosened", message, rewrites_history=True)
    if before.sql != after.sql and not changed:
        yield subject.change("neutral", Message.of("its description"), concerns=())


def rules(kind: Kind) -> object:
    """Return what a kind's description says beside its words.

    Which way a parameter is stricter changes no verdict, but is what a change is judged by here.
    """
    inputs = {name: each.model_dump(exclude={"label"}) for name, each in kind.inputs.items()}
    parameters = {
        name: each.model_dump(exclude={"label"}) for name, each in kind.parameters.items()
    }
    return inputs, parameters, kind.one_of
