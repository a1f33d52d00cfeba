"""The policy's calendars: which one counts for what, and the checks of each."""

from __future__ import annotations

import datetime
import re
from collections.abc import Generator, Iterable, Iterator
from itertools import pairwise

from ccpolicy.checks.values import Value
from ccpolicy.errors import Locate, Locator, PolicyError
from ccpolicy.policy.load import Policy
from ccpolicy.policy.models import (
    WEEKDAYS,
    BusinessCalendarRules,
    Control,
    Revision,
    Weekday,
    WeekHours,
)
from ccpolicy.policy.names import unknown
from ccpolicy.time.business_calendar import BusinessCalendar, Hours
from ccpolicy.time.calendar import date_of, day_number, require_business
from ccpolicy.time.durations import MICROSECONDS, duration_parts, parse_duration
from ccpolicy.time.epoch import DAY
from ccpolicy.time.period_days import parse_period_day
from ccpolicy.time.public_holidays import require_holidays
from ccpolicy.time.spans import Span
from ccpolicy.time.zones import time_zone

_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)(\+1)?|24:00)")
_LONGEST = 366
"""Days in a row that an entry may close."""


def calendar_name(
    policy: Policy, control: Control | None = None, revision: Revision | None = None
) -> str | None:
    """Return the calendar on which business time counts; for a revision, a control, or the plan.

    None if nothing names one and there is not just one.
    """
    named = [each.calendar for each in (revision, control, policy.plan) if each and each.calendar]
    if named:
        return named[0]
    return next(iter(policy.calendars)) if len(policy.calendars) == 1 else None


def business_calendar(policy: Policy, name: str | None) -> BusinessCalendar | None:
    """Return a calendar of a policy that was checked; None for none."""
    if name is None:
        return None
    rules = policy.calendars[name]
    hours = rules.hours
    return BusinessCalendar(
        id=rules.id,
        zone=time_zone(rules.zone or policy.plan.zone),
        weekend=frozenset(WEEKDAYS.index(each) for each in rules.weekend),
        holidays=rules.holidays and require_holidays(rules.holidays),
        hours=tuple(_hours(hours.of(each)) for each in WEEKDAYS) if hours else None,
        closed=frozenset(day for each in rules.closed for day in _closed(each.day, each.until)),
        worked={
            day_number(each.day): _hours(each.hours) if each.hours else None
            for each in rules.worked
        },
        written_years=frozenset(rules.written_years),
        first_day=day_number(rules.from_) if rules.from_ else None,
        last_day=day_number(rules.until) if rules.until else None,
    )


def require_calendar(policy: Policy, name: str, calendar: str | None) -> BusinessCalendarRules:
    """Return the rules of the calendar on which `name` counts.

    Raises:
        PolicyError: there is no calendar, or several and none is named; without a place.
    """
    if not policy.calendars:
        require_business(None)
    if calendar is None:
        raise PolicyError(
            "no calendar is named on which '{name}' counts",
            hint="name one with 'calendar' in the control, or in plan.yaml for all: {known}",
            name=name,
            known=", ".join(policy.calendars),
        )
    return policy.calendars[calendar]


def check_calendars(policy: Policy) -> Iterator[PolicyError]:
    """Yield what does not fit in the calendars, and names of calendars that are not there."""
    for rules in policy.calendars.values():
        place = policy.places["calendar", rules.id]
        yield from _weekend(rules, place.locate)
        if rules.holidays:
            try:
                require_holidays(rules.holidays)
            except PolicyError as failure:
                yield failure.at(place.locate("holidays"))
        if rules.hours:
            yield from _week(rules, rules.hours, place.locate)
        yield from _own_days(rules, place.locate)
        if rules.from_ and rules.until and rules.until < rules.from_:
            yield _backwards("from", place.locate("until"))
        yield from _twice(
            (str(year), place.locate("written_years", index))
            for index, year in enumerate(rules.written_years)
        )
        for index, year in enumerate(rules.written_years):
            if not 1971 <= year <= 2198:
                yield PolicyError(
                    "the year of {text} is out of range",
                    locator=place.locate("written_years", index),
                    text=year,
                )
    plan = policy.plan
    yield from _unknown(policy, plan.calendar, policy.place("plan", plan.id, "calendar"))
    for control in policy.controls.values():
        place = policy.places["control", control.id]
        yield from _unknown(policy, control.calendar, place.locate("calendar"))
        for index, revision in enumerate(control.revisions or []):
            yield from _unknown(
                policy, revision.calendar, place.locate("revisions", index, "calendar")
            )


def _unknown(policy: Policy, name: str | None, place: Locator) -> Iterator[PolicyError]:
    if name is not None and name not in policy.calendars:
        yield unknown("unknown calendar '{name}'", name, policy.calendars, place)


def _weekend(rules: BusinessCalendarRules, place: Locate) -> Iterator[PolicyError]:
    yield from _twice((each, place("weekend", at)) for at, each in enumerate(rules.weekend))
    if set(rules.weekend) == set(WEEKDAYS):
        yield PolicyError("a week has no working day", locator=place("weekend"))


def _week(rules: BusinessCalendarRules, hours: WeekHours, place: Locate) -> Iterator[PolicyError]:
    """Yield what does not fit in the opening hours of a week."""
    spans: dict[Weekday, list[tuple[Span, str, Locator]]] = {}
    for weekday in WEEKDAYS:
        written = hours.of(weekday)
        if written and weekday in rules.weekend:
            yield PolicyError(
                "{weekday} has opening hours and is in the weekend",
                hint="take it out of 'weekend', or its hours out; a single day that is open is one"
                " of 'worked'",
                locator=place("hours", weekday),
                weekday=weekday,
            )
        elif not written and weekday not in rules.weekend:
            yield PolicyError(
                "{weekday} is worked, but has no opening hours",
                hint="write its hours, or put it into 'weekend'",
                locator=place("hours"),
                weekday=weekday,
            )
        places = [place("hours", weekday, at) for at in range(len(written))]
        spans[weekday] = yield from _read(written, places)
    week = [
        ((at * DAY + span[0], at * DAY + span[1]), text, locator)
        for at, weekday in enumerate([*WEEKDAYS, WEEKDAYS[0]])
        for span, text, locator in spans[weekday]
    ]
    yield from _overlaps(week)


def _read(
    written: list[str], places: list[Locator]
) -> Generator[PolicyError, None, list[tuple[Span, str, Locator]]]:
    """Yield what are no opening hours, and return those that are, by their beginning."""
    found = []
    for text, locator in zip(written, places, strict=True):
        parts = _SPAN.fullmatch(text)
        if parts is None:
            yield PolicyError(
                "'{text}' are no opening hours",
                hint="write for example 09:00-17:30, or 22:00-06:00+1 up to the next day",
                locator=locator,
                text=text,
            )
            continue
        span = _span(text)
        if span[0] >= span[1]:
            yield PolicyError(
                "the opening hours {text} end before they begin",
                hint="if they end on the next day, write {text}+1",
                locator=locator,
                text=text,
            )
            continue
        found.append((span, text, locator))
    return found


def _overlaps(spans: list[tuple[Span, str, Locator]]) -> Iterator[PolicyError]:
    """Yield opening hours that begin before the preceding ones end."""
    told = set()
    for (span, text, _), (other, later, locator) in pairwise(sorted(spans, key=_begin)):
        if other[0] < span[1] and locator not in told:
            told.add(locator)
            yield PolicyError(
                "the opening hours {text} and {other} overlap",
                locator=locator,
                text=text,
                other=later,
            )


def _begin(found: tuple[Span, str, Locator]) -> Span:
    return found[0]


def _own_days(rules: BusinessCalendarRules, place: Locate) -> Iterator[PolicyError]:
    """Yield what does not fit in the calendar's own days."""
    days: list[tuple[str, Locator]] = []
    for index, closed in enumerate(rules.closed):
        if closed.until and closed.until < closed.day:
            yield _backwards("day", place("closed", index, "until"))
        elif closed.until and (closed.until - closed.day).days >= _LONGEST:
            yield PolicyError(
                "more than {count} days in a row are closed",
                locator=place("closed", index, "until"),
                count=_LONGEST,
            )
        else:
            days += [
                (date_of(each).isoformat(), place("closed", index, "day"))
                for each in _closed(closed.day, closed.until)
            ]
    for index, worked in enumerate(rules.worked):
        days.append((worked.day.isoformat(), place("worked", index, "day")))
        if worked.hours and not rules.hours:
            yield PolicyError(
                "the calendar '{calendar}' has no opening hours",
                hint="write its 'hours' by weekday",
                locator=place("worked", index, "hours"),
                calendar=rules.id,
            )
        if worked.hours:
            places = [place("worked", index, "hours", at) for at in range(len(worked.hours))]
            spans = yield from _read(worked.hours, places)
            yield from _overlaps(spans)
    yield from _twice(days)


def _twice(given: Iterable[tuple[str, Locator]]) -> Iterator[PolicyError]:
    """Yield what is there a second time."""
    seen: dict[str, Locator] = {}
    told = set()
    for name, locator in given:
        if name in seen and locator not in told:
            told.add(locator)
            yield PolicyError(
                "{name} is listed twice, first at {other}",
                locator=locator,
                name=name,
                other=seen[name],
            )
        seen.setdefault(name, locator)


def _backwards(name: str, place: Locator) -> PolicyError:
    return PolicyError("'until' lies before '{name}'", locator=place, name=name)


def _closed(day: datetime.date, until: datetime.date | None) -> range:
    return range(day_number(day), day_number(until or day) + 1)


def _hours(written: list[str]) -> Hours:
    return tuple(sorted(_span(text) for text in written))


def _span(text: str) -> Span:
    """Return written opening hours in microseconds after midnight."""
    parts = _SPAN.fullmatch(text)
    assert parts is not None
    opens = int(parts[1]) * MICROSECONDS["hour"] + int(parts[2]) * MICROSECONDS["minute"]
    if parts[3] is None:
        return opens, DAY
    closes = int(parts[3]) * MICROSECONDS["hour"] + int(parts[4]) * MICROSECONDS["minute"]
    return opens, closes + (DAY if parts[5] else 0)


def controls_by_calendar(policy: Policy) -> dict[str, list[str]]:
    """Return calendar → the controls that count business time on it."""
    found: dict[str, list[str]] = {name: [] for name in policy.calendars}
    for control in policy.controls.values():
        revisions = [each for each in control.history if counts_business_time(each)]
        names = {calendar_name(policy, control, each) for each in revisions}
        by_record = bool(revisions) and has_calendar_column(control)
        for name, controls in found.items():
            if name in names or by_record:
                controls.append(control.id)
    return found


def has_calendar_column(control: Control) -> bool:
    """Whether records name the calendar on which business time counts for them."""
    return any(part.calendar for each in control.inputs for part in control.selections(each))


def retention_calendar(policy: Policy) -> str | None:
    """Return the calendar on which retentions in business time count, if there are any."""
    retentions = (parse_duration(each.retention) for each in policy.datasets.values())
    return calendar_name(policy) if any(each.is_business for each in retentions) else None


def counts_business_time(revision: Revision) -> bool:
    """Whether a parameter is in business days or business hours."""
    return any(
        is_business(value) for given in revision.parameters.values() for value in given.values
    )


def is_business(value: Value) -> bool:
    """Whether a value is in business days or business hours, or is a business day of a period."""
    units = [unit for _, unit in duration_parts(str(value)) or []]
    if any(unit.startswith("business ") for unit in units):
        return True
    try:
        return parse_period_day(str(value)).unit == "business day"
    except PolicyError:
        return False
