"""Which way a parameter went that may belong to a schedule."""

from __future__ import annotations

from collections.abc import Mapping

from ccpolicy.checks.kinds import Parameter
from ccpolicy.checks.schedule_parameters import Scheduled, schedule
from ccpolicy.checks.strictness import Strictness, compare_strictness, direction
from ccpolicy.checks.values import Value
from ccpolicy.time.period_days import LAST_DAY

ParameterRow = Mapping[str, Value | None]
"""Parameter → value of one class."""


def parameter_direction(
    specs: Mapping[str, Parameter], name: str, before: ParameterRow, after: ParameterRow
) -> Strictness:
    """Say which way a parameter went.

    Within a schedule a longer grace, or more time before a period, lets an event serve another
    period, so that some dues come later and others earlier: neither way is stricter.
    """
    spec = specs[name]
    plain = compare_strictness(spec, before[name], after[name])
    if plain == "equal" or spec.fixes:
        return plain
    first, second = _scheduled(specs, before), _scheduled(specs, after)
    if not first or not second:
        return plain
    if spec.within:
        return _day_direction(first, second)
    if {first.source, second.source} & {*spec.extends, *spec.precedes}:
        return "unordered"
    if name == first.source == second.source and name != first.parameter:
        first_day, second_day = first.schedule.period.first, second.schedule.period.first
        if first_day != second_day:
            return "unordered"
        return direction(first.schedule.period.compare(second.schedule.period))
    return plain


def _scheduled(specs: Mapping[str, Parameter], row: ParameterRow) -> Scheduled | None:
    return schedule(specs, {name: value for name, value in row.items() if value is not None})


def _day_direction(before: Scheduled, after: Scheduled) -> Strictness:
    """Say whether each period is due earlier or later; a grace would move with it."""
    first, second = before.schedule, after.schedule
    if first.period != second.period or first.grace or second.grace:
        return "unordered"
    return direction((first.by or LAST_DAY).compare(second.by or LAST_DAY, first.period))
