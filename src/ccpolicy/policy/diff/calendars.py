"""What changed in a calendar: where more is worked, business time runs out earlier."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from ccpolicy.assessment.comparison import Direction, PolicyChange
from ccpolicy.checks.kinds import Kind
from ccpolicy.errors import Message
from ccpolicy.policy.calendars import business_calendar, is_business, retention_calendar
from ccpolicy.policy.diff.change import Subject
from ccpolicy.policy.models import WEEKDAYS, BusinessCalendarRules, Control
from ccpolicy.time.business_calendar import BusinessCalendar, Hours
from ccpolicy.time.calendar import date_of, day_number
from ccpolicy.time.spans import subtract_spans

_Turn = tuple[Direction, Message, str, object, object]
"""Which way it goes, what it is, its field, and the two values."""
_Own = tuple[str, tuple[str, ...] | None, str]
"""What an own day is, `closed` or `worked`; its hours as written; and why."""


def calendar_changes(
    subject: Subject,
    before: BusinessCalendarRules,
    after: BusinessCalendarRules,
    as_of: datetime.date,
) -> Iterator[PolicyChange]:
    """Yield what changed in a calendar that stands in both states."""
    # Where records are kept by it, more that is worked lets them be deleted earlier.
    keeps = subject.name in (retention_calendar(subject.base), retention_calendar(subject.head))
    moves = any(
        _may_be_due_later(state.controls[name], state.kinds[state.controls[name].check])
        for state in (subject.base, subject.head)
        for name in subject.controls
        if name in state.controls
    )
    is_used = keeps or bool(subject.controls)

    def change(
        direction: Direction,
        message: Message,
        path: str,
        first: object,
        second: object,
        *,
        has_begun: bool = True,
    ) -> PolicyChange:
        if not is_used:
            direction = "neutral"
        elif direction != "neutral" and (keeps or moves):
            direction = "unordered"
        return subject.change(
            direction,
            message,
            path,
            before=first,
            after=second,
            rewrites_history=has_begun and direction != "neutral",
            concerns=() if direction == "neutral" else None,
        )

    for turn in (*_rules(before, after), *_hours(subject, before, after)):
        yield change(*turn)
    sides = [business_calendar(each, subject.name) for each in (subject.base, subject.head)]
    own = _own_days(before), _own_days(after)
    for day in sorted({*own[0], *own[1]}):
        if own[0].get(day) != own[1].get(day):
            given = own[1].get(day) or own[0][day]
            yield change(
                _day_turn(day_number(day), *sides),
                Message.of("the day {day}", day=day.isoformat()),
                given[0],
                *(_written(each.get(day)) for each in own),
                has_begun=day <= as_of,
            )


def _may_be_due_later(control: Control, kind: Kind) -> bool:
    """Whether more that is worked may help a control.

    The last business day of a month then comes later, and what a share counts falls due in another
    period.
    """
    return any(
        kind.parameters[name].stricter is None or kind.parameters[name].within
        for revision in control.history
        for name, given in revision.parameters.items()
        if name in kind.parameters and any(map(is_business, given.values))
    )


def _rules(before: BusinessCalendarRules, after: BusinessCalendarRules) -> Iterator[_Turn]:
    """Yield what changed beside opening hours and own days."""
    for field in ("title", "zone", "holidays", "from_", "until"):
        first, second = getattr(before, field), getattr(after, field)
        if first != second:
            message = Message.of("the {field}", field=field.rstrip("_"))
            if field == "title":
                yield "neutral", message, field, None, None
            else:
                yield "unordered", message, field.rstrip("_"), first, second
    for field in ("weekend", "written_years"):
        first, second = getattr(before, field), getattr(after, field)
        if {*first} != {*second}:
            # Nobody can say what a year would have been whose days are written out now.
            direction: Direction = "unordered"
            if field == "weekend":
                direction = _turn({*WEEKDAYS} - {*first}, {*WEEKDAYS} - {*second})
            texts = [", ".join(map(str, each)) or None for each in (first, second)]
            yield direction, Message.of("the {field}", field=field), field, texts[0], texts[1]


def _hours(
    subject: Subject, before: BusinessCalendarRules, after: BusinessCalendarRules
) -> Iterator[_Turn]:
    """Yield what changed in the opening hours of the week."""
    sides = [business_calendar(each, subject.name) for each in (subject.base, subject.head)]
    for at, weekday in enumerate(WEEKDAYS):
        hours = [each.hours[at] if each and each.hours else () for each in sides]
        if hours[0] != hours[1]:
            # Nothing can have counted hours, or can count them, where there are none at all.
            is_counted = all(each and each.hours for each in sides)
            direction = _open_turn(hours[0], hours[1]) if is_counted else "neutral"
            message = Message.of("opening hours on {weekday}", weekday=weekday)
            texts = [
                ", ".join(each.hours.of(weekday)) if each.hours else "" for each in (before, after)
            ]
            yield direction, message, "hours", texts[0] or None, texts[1] or None


def _own_days(rules: BusinessCalendarRules) -> dict[datetime.date, _Own]:
    found: dict[datetime.date, _Own] = {}
    for closed in rules.closed:
        first, last = day_number(closed.day), day_number(closed.until or closed.day)
        for day in range(first, last + 1):
            found[date_of(day)] = "closed", None, str(closed.reason)
    for worked in rules.worked:
        hours = tuple(worked.hours) if worked.hours else None
        found[worked.day] = "worked", hours, str(worked.reason)
    return found


def _written(own: _Own | None) -> str | None:
    if own is None:
        return None
    return f"{own[0]} {', '.join(own[1])}" if own[1] else own[0]


def _day_turn(
    day: int, before: BusinessCalendar | None, after: BusinessCalendar | None
) -> Direction:
    """Return the direction in which one day changed: worked or not, and its opening hours."""
    is_worked, hours = [], []
    for each in (before, after):
        assert each is not None
        works = day in each.working_days(date_of(day).year)
        is_worked.append({day} if works else set())
        hours.append(each.hours_of(day) if works and each.hours else ())
    turns = {_turn(*is_worked), _open_turn(*hours)} - {"neutral"}
    if not turns:
        return "neutral"
    return turns.pop() if len(turns) == 1 else "unordered"


def _turn(before: set[Any], after: set[Any]) -> Direction:
    """Return the direction of a change of the days that are worked."""
    if before == after:
        return "neutral"
    return "tightened" if before < after else "loosened" if after < before else "unordered"


def _open_turn(before: Hours, after: Hours) -> Direction:
    """Return the direction of a change of opening hours."""
    more = any(subtract_spans(each, before) for each in after)
    less = any(subtract_spans(each, after) for each in before)
    if more and less:
        return "unordered"
    return "tightened" if more else "loosened" if less else "neutral"
