"""The revisions of the controls that are judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from ccpolicy.checks.kinds import Kind
from ccpolicy.policy import Control, Policy, Revision
from ccpolicy.policy.calendars import business_calendar, calendar_name
from ccpolicy.time.business_calendar import BusinessCalendar
from ccpolicy.time.calendar import day_number, day_starts, moment
from ccpolicy.time.zones import time_zone
from ccpolicy.vocabulary import KEY_SEPARATOR


@dataclass(frozen=True)
class ControlRevision:
    """One revision of a control. In SQL its number is the column `revision`."""

    number: int
    control_number: int
    """Number of the control, the same in all its revisions, from 0."""
    control: Control
    revision: Revision
    starts: int
    """First instant at which the revision is in force."""
    ends: int
    first_day: int
    """First day of the control, in whatever revision: no duty begins before it."""
    first_instant: int
    """The instant at which that day begins."""
    kind: Kind = field(repr=False)
    calendar: BusinessCalendar | None = field(repr=False)
    """On which business time counts where a record names none."""
    calendars: Mapping[str, BusinessCalendar] = field(repr=False)
    """Those that records can name; empty if no selection has a column for it."""

    @property
    def has_classes(self) -> bool:
        """Whether parameters differ by class."""
        return any(isinstance(each.value, dict) for each in self.revision.parameters.values())

    @property
    def has_calendars(self) -> bool:
        """Whether records name the calendar on which business time counts."""
        return bool(self.calendars)

    @property
    def class_calendars(self) -> list[tuple[str, str, BusinessCalendar | None]]:
        """Return every class with every calendar: name in SQL, class, calendar."""
        if not self.calendars:
            return [(each, each, self.calendar) for each in self.revision.classes]
        return [
            (f"{each}{KEY_SEPARATOR}{name}", each, calendar)
            for each in self.revision.classes
            for name, calendar in self.calendars.items()
        ]

    @property
    def is_single_subject(self) -> bool:
        """Whether the control is about the plan as a whole."""
        return not self.control.selections(self.kind.population_input)

    @property
    def items(self) -> list[str]:
        """Return the items that the policy writes out."""
        lists = [given for given in self.control.inputs.values() if isinstance(given, list)]
        return [item for given in lists for item in given if isinstance(item, str)]

    @property
    def has_items(self) -> bool:
        """Whether a subject is a key with an item."""
        return any(
            spec.items and self.control.inputs.get(each) for each, spec in self.kind.inputs.items()
        )


def control_revisions(
    policy: Policy, controls: Iterable[Control], horizon: int
) -> Iterator[ControlRevision]:
    """Yield the revisions of some controls, control by control, each up to the next one's start.

    `horizon` is in microseconds since 1970 UTC.
    """
    number = 0
    plan = policy.plan
    zone = time_zone(plan.zone)

    @cache
    def calendars(name: str | None) -> BusinessCalendar | None:
        return business_calendar(policy, name)

    for control_number, control in enumerate(controls):
        history = control.history
        first_instant = day_starts(day_number(plan.first_day(history[0])), zone)
        # The day written may be one that the zone skipped.
        first_day = day_number(moment(first_instant, zone).date())
        classed = control.selections(policy.kinds[control.check].class_input)
        by_record = {
            name: calendar
            for name in policy.calendars
            if any(each.calendar for each in classed) and (calendar := calendars(name))
        }
        for revision, following in zip(history, [*history[1:], None], strict=True):
            number += 1
            ends = horizon
            if following and following.from_:
                ends = min(ends, day_starts(day_number(following.from_), zone))
            yield ControlRevision(
                number=number,
                control_number=control_number,
                control=control,
                revision=revision,
                starts=day_starts(day_number(plan.first_day(revision)), zone),
                ends=ends,
                first_day=first_day,
                first_instant=first_instant,
                kind=policy.kinds[control.check],
                calendar=calendars(calendar_name(policy, control, revision)),
                calendars=by_record,
            )


def has_pauses(revision: ControlRevision) -> bool:
    """Whether a control has an input whose records stop clocks."""
    inputs = revision.kind.inputs
    return any(spec.stops and revision.control.inputs.get(each) for each, spec in inputs.items())
