"""The schedule that the parameters of a check kind make together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ccpolicy.checks.kinds import Parameter
from ccpolicy.checks.values import Value
from ccpolicy.time.business_calendar import BusinessCalendar
from ccpolicy.time.durations import Duration, parse_duration
from ccpolicy.time.period_days import PeriodDay, parse_period_day
from ccpolicy.time.periods import Period, parse_day, parse_period
from ccpolicy.time.schedules import Schedule


@dataclass(frozen=True)
class Scheduled:
    """A schedule, and the parameters that it comes from."""

    parameter: str
    """The period as which the query reads it."""
    source: str
    """What gives the length of its periods: a period, or a duration that an anchor fixes."""
    schedule: Schedule
    text: str
    """All that it is made of, as the policy writes it."""


def schedule(
    specs: Mapping[str, Parameter],
    given: Mapping[str, Value],
    calendar: BusinessCalendar | None = None,
) -> Scheduled | None:
    """Return the schedule of one class, or None if it has none.

    Raises:
        PolicyError: some value is not what its parameter takes; without a place.
    """
    found = _period(specs, given)
    if found is None:
        return None
    parameter, source, period, text = found
    by: PeriodDay | None = None
    grace: Duration | None = None
    early: Duration | None = None
    for name, spec in specs.items():
        if name not in given or source not in spec.parts_of or spec.fixes:
            continue
        text += f", {name} {given[name]}"
        if spec.within:
            by = parse_period_day(str(given[name]))
        elif spec.precedes:
            early = parse_duration(str(given[name]))
        else:
            grace = parse_duration(str(given[name]))
    if by and by.unit == "business day" and calendar:
        text += f" ({calendar.id})"
    return Scheduled(parameter, source, Schedule(period, by, grace, early, calendar), text)


def _period(
    specs: Mapping[str, Parameter], given: Mapping[str, Value]
) -> tuple[str, str, Period, str] | None:
    """Return the period's parameter, the one that gives its length, the period and its text."""
    for name, spec in specs.items():
        if name not in given:
            continue
        if spec.type == "period":
            return name, name, parse_period(str(given[name])), str(given[name])
        if spec.fixes and spec.as_period and spec.fixes in given:
            length, first = given[spec.fixes], given[name]
            period = Period(parse_day(str(first)), parse_duration(str(length)))
            return spec.as_period, spec.fixes, period, f"{length} from {first}"
    return None
