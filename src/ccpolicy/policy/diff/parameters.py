"""What changed in the numbers of a control, day by day."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ccpolicy.assessment.comparison import Direction, PolicyChange
from ccpolicy.checks.kinds import Kind, Parameter
from ccpolicy.checks.values import Value
from ccpolicy.errors import Message
from ccpolicy.policy.diff.change import Subject
from ccpolicy.policy.diff.schedules import ParameterRow, parameter_direction
from ccpolicy.policy.models import Control, Revision
from ccpolicy.time.durations import MICROSECONDS, parse_duration
from ccpolicy.time.epoch import SECOND

WHOLE = ""
"""Stands for every class, where no parameter differs by class."""


@dataclass(frozen=True)
class ParameterChange:
    """A parameter that is not as it was, from a day up to another."""

    parameter: str
    class_: str
    before: Value | None
    after: Value | None
    direction: Direction
    starts: datetime.date | None
    ends: datetime.date | None
    index: tuple[int, int]
    """Revisions of both states in which it stands."""


class TakenFromParameter(str):
    """A value that is not given, and taken from another parameter."""

    __slots__ = ()


def parameter_changes(
    subject: Subject, before: Control, after: Control, kind: Kind, as_of: datetime.date
) -> Iterator[PolicyChange]:
    """Yield the changed parameters with the first and last day to which each change applies."""
    if before.history[0].from_ != after.history[0].from_:
        yield subject.change(
            "unordered",
            Message.of("the first day on which the control holds"),
            *_path(after, 0),
            before=before.history[0].from_,
            after=after.history[0].from_,
            rewrites_history=True,
        )
    for turned in _turns(before, after, kind):
        yield subject.change(
            turned.direction,
            _message(turned, kind.parameters.get(turned.parameter)),
            *_path(after, turned.index[1]),
            "parameters",
            turned.parameter,
            before=turned.before,
            after=turned.after,
            rewrites_history=turned.starts is None or turned.starts <= as_of,
        )
    norms = _norms(before), _norms(after)
    if any(norms[0][name] != norms[1][name] for name in norms[0].keys() & norms[1].keys()):
        yield subject.change("neutral", Message.of("the norms behind the parameters"), "parameters")


def _path(control: Control, index: int) -> tuple[str | int, ...]:
    return ("revisions", index) if control.revisions else ()


def _norms(control: Control) -> dict[str, set[str | None]]:
    found: dict[str, set[str | None]] = {}
    for revision in control.history:
        for name, given in revision.parameters.items():
            found.setdefault(name, set()).add(given.norm)
    return found


def _message(turned: ParameterChange, spec: Parameter | None) -> Message:
    """Say which number; without its description it is about the classes that have one."""
    if spec is None:
        return Message.of("classes that have values of their own")
    name = f"{turned.parameter} ({turned.class_})" if turned.class_ else turned.parameter
    values = {"label": spec.label, "name": name}
    match turned.starts, turned.ends:
        case None, None:
            return Message.of("{label}, {name}", **values)
        case _, None:
            return Message.of("{label}, {name}, from {start} on", start=turned.starts, **values)
        case None, _:
            return Message.of("{label}, {name}, before {end}", end=turned.ends, **values)
    return Message.of(
        "{label}, {name}, from {start} on and before {end}",
        start=turned.starts,
        end=turned.ends,
        **values,
    )


def _turns(before: Control, after: Control, kind: Kind) -> list[ParameterChange]:
    """Compare the parameters in force on every day, and join the days on which all is alike."""
    found: list[ParameterChange] = []
    for starts, ends, index in _stretches(before, after):
        first, second = before.history[index[0]], after.history[index[1]]
        for turned in _compare(
            parameters_by_class(first, kind), parameters_by_class(second, kind), kind
        ):
            here = replace(turned, starts=starts, ends=ends, index=index)
            last = next((i for i, each in enumerate(found) if _goes_on(each, here)), None)
            if last is None:
                found.append(here)
            else:
                found[last] = replace(found[last], ends=ends)
    return found


def _goes_on(before: ParameterChange, here: ParameterChange) -> bool:
    same = replace(here, starts=before.starts, ends=before.ends, index=before.index)
    return before == same and before.ends == here.starts


def _stretches(
    before: Control, after: Control
) -> Iterator[tuple[datetime.date | None, datetime.date | None, tuple[int, int]]]:
    """Yield the spans of days in which one revision of each state is in force."""
    sides = (before.history, after.history)
    days: set[datetime.date] = {r.from_ for side in sides for r in side[1:] if r.from_}
    edges = [None, *sorted(days)]
    for starts, ends in zip(edges, [*edges[1:], None], strict=True):
        yield starts, ends, (_in_force(sides[0], starts), _in_force(sides[1], starts))


def _in_force(history: list[Revision], day: datetime.date | None) -> int:
    begun = (i for i, r in enumerate(history) if i and r.from_ and day and r.from_ <= day)
    return max(begun, default=0)


def parameters_by_class(revision: Revision, kind: Kind) -> dict[str, ParameterRow]:
    """Return what holds in a revision for each class, with defaults filled in."""
    return {each: _row(revision, kind, each) for each in revision.classes}


def _row(revision: Revision, kind: Kind, class_: str) -> ParameterRow:
    given = revision.of_class(class_)
    row: dict[str, Value | None] = {}
    for name, spec in kind.parameters.items():
        value: Value | None = given.get(name, spec.default)
        if value is None and spec.default_from in given and not _is_fixed(kind, given, spec):
            value = TakenFromParameter(_lengthened(kind, given, spec.default_from))
        row[name] = value
    return row


def _lengthened(kind: Kind, given: Mapping[str, Value], name: str) -> str:
    """Return a duration with what another parameter adds to it."""
    more = [
        str(given[other])
        for other, spec in kind.parameters.items()
        if other in given and name in spec.extends
    ]
    if not more:
        return str(given[name])
    whole = parse_duration(str(given[name]))
    for each in more:
        whole = whole.plus(parse_duration(each))
    # Of one family, so that one of ISO 8601's forms can say it; business time has none.
    if whole.business_days:
        return f"{whole.business_days} business days"
    if whole.business_microseconds:
        return f"{whole.business_microseconds // MICROSECONDS['minute']} business minutes"
    if whole.is_clock:
        return f"{whole.microseconds // SECOND} seconds"
    return f"P{whole.months}M{whole.days}D"


def _is_fixed(kind: Kind, given: Mapping[str, Value], spec: Parameter) -> bool:
    """Whether a given parameter fixes the one from which this one would take its default."""
    return any(
        other in given and each.fixes == spec.default_from
        for other, each in kind.parameters.items()
    )


def _compare(
    before: Mapping[str, ParameterRow], after: Mapping[str, ParameterRow], kind: Kind
) -> Iterator[ParameterChange]:
    """Yield what changed in each class, and once what changed alike in all of them."""
    found = list(_compare_classes(before, after, kind))
    classes = {*before, *after} - {WHOLE}
    alike = Counter(replace(each, class_=WHOLE) for each in found)
    for each in found:
        whole = replace(each, class_=WHOLE)
        if len(classes) > 1 and alike[whole] == len(classes):
            if each.class_ == min(classes):
                yield whole
        else:
            yield each


def _compare_classes(
    before: Mapping[str, ParameterRow], after: Mapping[str, ParameterRow], kind: Kind
) -> Iterator[ParameterChange]:
    whole = (WHOLE in before, WHOLE in after)
    for class_ in [*before, *(each for each in after if each not in before)]:
        if class_ == WHOLE and whole != (True, True):
            continue
        first = before.get(class_, before.get(WHOLE))
        second = after.get(class_, after.get(WHOLE))
        if first is not None and second is not None:
            yield from _compare_rows(class_, first, second, kind)
        else:
            yield _class(class_, gone=second is None)
    if whole == (True, False):
        yield _class(", ".join(after), gone=False, direction="tightened")
    elif whole == (False, True):
        yield _class(", ".join(before), gone=True, direction="loosened")


def _class(name: str, *, gone: bool, direction: Direction | None = None) -> ParameterChange:
    """A class that has values of its own on one side alone: there its records can be judged."""
    direction = direction or ("unordered" if gone else "loosened")
    before, after = (name, None) if gone else (None, name)
    return ParameterChange("by", "", before, after, direction, None, None, (0, 0))


def _compare_rows(
    class_: str, first: ParameterRow, second: ParameterRow, kind: Kind
) -> Iterator[ParameterChange]:
    if kind.one_of:
        names = [name for name in kind.one_of if name in kind.parameters]
        one = [name for name in names if first[name] is not None]
        other = [name for name in names if second[name] is not None]
        if one != other:
            for name in dict.fromkeys([*one, *other]):
                yield ParameterChange(
                    name, class_, first[name], second[name], "unordered", None, None, (0, 0)
                )
            return
    for name in kind.parameters:
        if isinstance(first[name], TakenFromParameter) and isinstance(
            second[name], TakenFromParameter
        ):
            continue  # what they follow is compared itself
        direction = parameter_direction(kind.parameters, name, first, second)
        if direction != "equal":
            yield ParameterChange(
                name, class_, first[name], second[name], direction, None, None, (0, 0)
            )
