"""What changed in a control beside its numbers, and in the waivers for it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Sequence
from typing import Any

from ccpolicy.assessment.comparison import Direction, PolicyChange
from ccpolicy.errors import Message
from ccpolicy.policy.attestations import Attests
from ccpolicy.policy.calendars import calendar_name, counts_business_time
from ccpolicy.policy.diff.change import Subject
from ccpolicy.policy.diff.parameters import parameter_changes
from ccpolicy.policy.diff.plan import rules
from ccpolicy.policy.diff.predicates import filter_direction
from ccpolicy.policy.load import Policy
from ccpolicy.policy.models import Control, Selection, Waiver
from ccpolicy.vocabulary import SEVERITIES

_WORDING = ("title", "rule", "rationale", "remediation", "owner", "value_labels")
_APART = frozenset(
    [
        *("id", "severity", "clauses", "satisfies", "tags", "may_be_empty", "not_applicable"),
        *("check", "calendar", "inputs", "parameters", "revisions", "attests"),
    ]
)
_OTHER = tuple(name for name in Control.model_fields if name not in {*_WORDING, *_APART})
"""What nobody here knows a direction of."""
_OPPOSITE: dict[Direction, Direction] = {
    "tightened": "loosened",
    "loosened": "tightened",
    "unordered": "unordered",
}
_DAY = datetime.timedelta(days=1)


def control_changes(
    subject: Subject, before: Control, after: Control, as_of: datetime.date
) -> Iterator[PolicyChange]:
    """Yield what changed in a control."""
    for field in _WORDING:
        if getattr(before, field) != getattr(after, field):
            yield subject.change("neutral", Message.of("the {field}", field=field), field)
    if before.severity != after.severity:
        ranks = [SEVERITIES.index(each.severity) for each in (before, after)]
        yield subject.change(
            "loosened" if ranks[1] > ranks[0] else "tightened",
            Message.of("the severity"),
            "severity",
            before=before.severity,
            after=after.severity,
        )
    for field in _OTHER:
        if getattr(before, field) != getattr(after, field):
            yield subject.change("unordered", Message.of("the {field}", field=field), field)
    yield from _clauses(subject, before, after)
    yield from _satisfied(subject, before, after)
    yield from _attested(subject, before.attests, after.attests)
    yield from _tags(subject, before, after)
    yield from _exemptions(subject, before, after)
    if before.check != after.check:
        yield subject.change(
            "unordered",
            Message.of("the check kind"),
            "check",
            before=before.check,
            after=after.check,
            rewrites_history=True,
        )
        return
    yield from _calendar(subject, before, after)
    for name in dict.fromkeys([*before.inputs, *after.inputs]):
        yield from _input(subject, before, after, name)
    kinds = subject.base.kinds[before.check], subject.head.kinds[after.check]
    if rules(kinds[0]) == rules(kinds[1]):
        yield from parameter_changes(subject, before, after, kinds[1], as_of)
    elif before.history != after.history:
        message = Message.of("the parameters, of which the check kind says something else")
        yield subject.change("unordered", message, "parameters", rewrites_history=True)


def _calendar(subject: Subject, before: Control, after: Control) -> Iterator[PolicyChange]:
    """Yield whether business time counts on another calendar, in some revision."""
    named = [list(_calendars(*each)) for each in ((subject.base, before), (subject.head, after))]
    if named[0] == named[1]:
        return
    used = any(map(counts_business_time, [*before.history, *after.history]))
    yield subject.change(
        "unordered" if used else "neutral",
        Message.of("the calendar on which business time counts"),
        "calendar",
        before=", ".join(named[0]) or None,
        after=", ".join(named[1]) or None,
        rewrites_history=used,
        concerns=None if used else (),
    )


def _calendars(policy: Policy, control: Control) -> Iterator[str]:
    """Yield each calendar that a control names, with the day from which it does.

    Without a name, in the plan either, it counts on the only one, which may be another one then.
    """
    before = None
    for revision in control.history:
        name = revision.calendar or control.calendar
        if name is None and policy.plan.calendar is None and counts_business_time(revision):
            name = calendar_name(policy)
        if name != before:
            yield f"{name or '–'} {revision.from_ or ''}".strip()
        before = name


def _clauses(subject: Subject, before: Control, after: Control) -> Iterator[PolicyChange]:
    for clause in [*before.clauses, *(c for c in after.clauses if c not in before.clauses)]:
        if clause not in after.clauses:
            message = Message.of("no longer stands behind clause {id}", id=clause)
            yield subject.change("loosened", message, "clauses")
        elif clause not in before.clauses:
            message = Message.of("stands behind clause {id} as well", id=clause)
            yield subject.change("tightened", message, "clauses", clause)
        elif before.clauses[clause] != after.clauses[clause]:
            message = Message.of("reviewed against clause {id} anew", id=clause)
            yield subject.change("neutral", message, "clauses", clause)


def _satisfied(subject: Subject, before: Control, after: Control) -> Iterator[PolicyChange]:
    """Naming a requirement changes no verdict, so that doing so is not stricter either."""
    for name in before.satisfies:
        if name not in after.satisfies:
            message = Message.of("no longer said to serve {name}", name=name)
            yield subject.change("neutral", message, "satisfies", concerns=())
    for index, name in enumerate(after.satisfies):
        if name not in before.satisfies:
            message = Message.of("said to serve {name} as well", name=name)
            yield subject.change("neutral", message, "satisfies", index, concerns=())


def _attested(
    subject: Subject, before: Attests | None, after: Attests | None
) -> Iterator[PolicyChange]:
    """Yield whether reports say less of what the control's records do not prove.

    It changes no verdict: what must be attested are the control's items.
    """
    if before == after:
        return
    first, second = _told(before), _told(after)
    lost, gained = first - second, second - first
    yield subject.change(
        "loosened" if lost else "tightened" if gained else "neutral",
        Message.of("what is said of its attestations"),
        "attests",
        before=", ".join(sorted(lost)) or None,
        after=", ".join(sorted(gained)) or None,
        concerns=(),
    )


def _told(attests: Attests | None) -> set[str]:
    """Return what reports tell of attestations, each written as in the policy."""
    if attests is None:
        return set()
    words = [f"statement: {attests.statement}"] if attests.statement else []
    resting = [f"{name}: {each}" for name, own in attests.matters.items() for each in own]
    return {*attests.matters, *(f"by: {each}" for each in attests.by), *words, *resting}


def _tags(subject: Subject, before: Control, after: Control) -> Iterator[PolicyChange]:
    """A check can be asked for the controls of a tag alone."""
    for tag in sorted({*before.tags} - {*after.tags}):
        yield subject.change("loosened", Message.of("no longer has the tag {tag}", tag=tag), "tags")
    for tag in sorted({*after.tags} - {*before.tags}):
        yield subject.change("tightened", Message.of("has the tag {tag} as well", tag=tag), "tags")


def _exemptions(subject: Subject, before: Control, after: Control) -> Iterator[PolicyChange]:
    yield from may_be_empty(subject, before.may_be_empty, after.may_be_empty)
    first, second = before.not_applicable, after.not_applicable
    if first == second:
        return
    if first and second and first.until == second.until:
        yield subject.change("neutral", Message.of("why it does not apply"), "not_applicable")
        return
    longer = first is None or (second is not None and second.until > first.until)
    yield subject.change(
        "loosened" if longer else "tightened",
        Message.of("said not to apply, up to"),
        "not_applicable",
        before=first and first.until,
        after=second and second.until,
    )


def may_be_empty(subject: Subject, before: object, after: object) -> Iterator[PolicyChange]:
    """Yield whether it has become all right that there is nothing."""
    if before and after and before != after:
        yield subject.change("neutral", Message.of("why it may be empty"), "may_be_empty")
    elif before and not after:
        yield subject.change("tightened", Message.of("may no longer be empty"), "may_be_empty")
    elif after and not before:
        yield subject.change("loosened", Message.of("may be empty now"), "may_be_empty")


def _input(subject: Subject, before: Control, after: Control, name: str) -> Iterator[PolicyChange]:
    items = [
        [part for part in given if isinstance(part, str)] if isinstance(given, list) else []
        for given in (before.inputs.get(name, []), after.inputs.get(name, []))
    ]
    parts = before.selections(name), after.selections(name)
    if all(items):
        yield from _items(subject, name, *items)
    elif any(items):
        yield subject.change(
            "unordered",
            Message.of("the input {input}", input=name),
            "inputs",
            name,
            before=", ".join(items[0]) or None,
            after=", ".join(items[1]) or None,
            rewrites_history=True,
        )
    if sorted(map(_text, parts[0])) != sorted(map(_text, parts[1])):
        kinds = [content.kinds[before.check] for content in (subject.base, subject.head)]
        # What a kind says of its own input is believed if both states say it.
        specs = [kind.inputs.get(name) for kind in kinds]
        more: Direction = "unordered"
        if all(spec and spec.undoes for spec in specs):
            more = "tightened"
        elif all(spec and spec.stops for spec in specs):
            more = "loosened"
        yield from _selections(subject, name, *parts, after, more=more)


def _items(
    subject: Subject, name: str, before: Sequence[str], after: Sequence[str]
) -> Iterator[PolicyChange]:
    for item in before:
        if item not in after:
            message = Message.of("{input}: {item} is no longer asked for", input=name, item=item)
            yield subject.change("loosened", message, "inputs", name, rewrites_history=True)
    for item in after:
        if item not in before:
            message = Message.of("{input}: {item} is asked for as well", input=name, item=item)
            yield subject.change("tightened", message, "inputs", name, rewrites_history=True)


def _selections(
    subject: Subject,
    name: str,
    before: Sequence[Selection],
    after: Sequence[Selection],
    control: Control,
    *,
    more: Direction,
) -> Iterator[PolicyChange]:
    """What counts has changed; which way cannot be read off a predicate as a rule.

    Of what undoes the cover of other records, or stops clocks, it can: `more` is which way it goes
    if there are more of these.
    """
    less = _OPPOSITE[more]
    whole = (len(before), len(after)) == (1, 1) and before[0].dataset == after[0].dataset
    listed = isinstance(control.inputs.get(name), list)
    if whole:
        place = ("inputs", name, *((0,) if listed else ()))
        if turned := _turned(before[0], after[0]):
            message = Message.of("{input}: valid from then, or obtained then", input=name)
            yield _changed(subject, turned, message, place, *map(_text, (before[0], after[0])))
            return
        for field in Selection.model_fields:
            first, second = getattr(before[0], field), getattr(after[0], field)
            if first != second:
                message = Message.of("{input}: {field}", input=name, field=field)
                direction: Direction = "unordered"
                if field == "where" and more != "unordered":
                    direction = {"loosened": less, "tightened": more}.get(
                        filter_direction(first, second), direction
                    )
                elif field == "reasons" and first and second:
                    direction = _listed(set(first), set(second), more)
                yield _changed(subject, direction, message, (*place, field), first, second)
        return
    old, new = [_text(each) for each in before], [_text(each) for each in after]
    message = Message.of("{input}: records that count", input=name)
    for text in (each for each in old if each not in new):
        yield _changed(subject, less, message, ("inputs", name), text, None)
    for index, text in enumerate(new):
        if text not in old:
            yield _changed(subject, more, message, ("inputs", name, index), None, text)


def _listed(before: set[str], after: set[str], more: Direction) -> Direction:
    """Return the direction of a change of the reasons permitted."""
    if before == after:
        return "neutral"
    return more if before < after else _OPPOSITE[more] if after < before else "unordered"


def _turned(before: Selection, after: Selection) -> Direction | None:
    """Return the direction of a change between `starts` (obtained) and `valid_from`, if any.

    What is valid from a day holds from its beginning, and may be planned.
    """
    times = {"starts": None, "valid_from": None}
    if before.model_copy(update=times) != after.model_copy(update=times):
        return None
    if before.starts and before.starts == after.valid_from:
        return "loosened"
    return "tightened" if after.starts and after.starts == before.valid_from else None


def _changed(
    subject: Subject,
    direction: Direction,
    message: Message,
    path: tuple[str | int, ...],
    before: Any,
    after: Any,
) -> PolicyChange:
    return subject.change(
        direction,
        message,
        *path,
        before=_joined(before),
        after=_joined(after),
        rewrites_history=True,
    )


def _joined(value: Any) -> str | None:
    """Write a field's value; nothing where there is none."""
    return ", ".join(value) or None if isinstance(value, list) else value or None


def _text(selection: Selection) -> str:
    return json.dumps(selection.model_dump(exclude_defaults=True), ensure_ascii=False)


def waiver_changes(
    subject: Subject, before: Waiver | None, after: Waiver | None, as_of: datetime.date
) -> Iterator[PolicyChange]:
    """Yield what changed in a waiver."""
    if before is None or after is None:
        one = before or after
        assert one is not None
        yield subject.change(
            "loosened" if before is None else "tightened",
            Message.of("{subject} is waived for {control}", **_values(one))
            if before is None
            else Message.of("{subject} is no longer waived for {control}", **_values(one)),
            before=before and _span(before),
            after=after and _span(after),
            rewrites_history=one.from_ <= as_of,
        )
        return
    if (before.control, before.subject) != (after.control, after.subject):
        yield subject.change(
            "unordered",
            Message.of("what it accepts"),
            "subject",
            before=f"{before.control}: {before.subject}",
            after=f"{after.control}: {after.subject}",
            rewrites_history=min(before.from_, after.from_) <= as_of,
        )
    for field, longer, first_day in (
        ("from", after.from_ < before.from_, min(before.from_, after.from_)),
        ("until", after.until > before.until, min(before.until, after.until) + _DAY),
    ):
        name = "from_" if field == "from" else field
        first, second = getattr(before, name), getattr(after, name)
        if first != second:
            yield subject.change(
                "loosened" if longer else "tightened",
                Message.of("stands {field}", field=field),
                field,
                before=first,
                after=second,
                rewrites_history=first_day <= as_of,
            )
    for field in ("reason", "owner", "approver"):
        if getattr(before, field) != getattr(after, field):
            yield subject.change("neutral", Message.of("the {field}", field=field), field)


def _values(waiver: Waiver) -> dict[str, object]:
    return {"subject": waiver.subject, "control": waiver.control}


def _span(waiver: Waiver) -> str:
    return f"{waiver.from_}/{waiver.until}"
