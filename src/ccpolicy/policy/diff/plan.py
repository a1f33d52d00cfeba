"""What changed in the plan, the settings, the check kinds and the norms."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from ccpolicy.assessment.comparison import Change, Direction
from ccpolicy.checks.kinds import Kind
from ccpolicy.checks.strictness import shorter
from ccpolicy.errors import Message
from ccpolicy.policy.diff.change import Subject
from ccpolicy.policy.models import Clause, Plan
from ccpolicy.policy.settings import Settings
from ccpolicy.time.durations import parse_duration
from ccpolicy.vocabulary import SEVERITIES


def plan_changes(
    subject: Subject, before: Plan, after: Plan, as_of: datetime.date
) -> Iterator[Change]:
    """Yield what changed in the plan: its days and zone, and its clauses."""
    for field in ("effective_on", "adopted_on", "zone", "calendar", "subject"):
        first, second = getattr(before, field), getattr(after, field)
        if first != second:
            begun = field not in ("effective_on", "adopted_on") or (
                min(day for day in (first, second) if day) <= as_of
            )
            message = Message.of("{field} of the plan", field=field)
            yield subject.change(
                "unordered", message, field, before=first, after=second, rewrites_history=begun
            )
    for field in ("id", "title", "version", "owner", "tags"):
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
) -> Iterator[Change]:
    """A clause by itself changes no verdict; but it is what the controls are measured by."""

    def change(direction: Direction, message: Message) -> Change:
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


def settings_changes(subject: Subject, before: Settings, after: Settings) -> Iterator[Change]:
    """Yield what changed in `ccpolicy.toml`."""
    for field in Settings.model_fields:
        first, second = getattr(before, field), getattr(after, field)
        if first != second:
            direction = _setting(field, first, second)
            every = direction == "unordered" and field != "longest_waiver"
            yield subject.change(
                direction,
                Message.of("the setting '{field}'", field=field),
                field,
                before=first,
                after=second,
                rewrites_history=every,
                concerns=None if every else (),
            )


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
        case "policy" | "checks":  # git says which commits changed them
            return "unordered"
        case "as_of" | "evidence":
            return "unordered"
    return "neutral"


def kind_changes(subject: Subject, before: Kind, after: Kind) -> Iterator[Change]:
    """Yield what changed in a check kind."""
    if before.query != after.query:
        message = Message.of("what is duty and what is cover (SQL)")
        yield subject.change("unordered", message, rewrites_history=True)
    if rules(before) != rules(after):
        message = Message.of("its inputs and parameters")
        yield subject.change("unordered", message, rewrites_history=True)
    elif before.sql != after.sql and before.query == after.query:
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
