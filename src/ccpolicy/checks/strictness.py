"""Which of two values of a parameter is stricter, where that can be said at all."""

from __future__ import annotations

import math
from typing import Literal

from ccpolicy.checks.kinds import Parameter
from ccpolicy.checks.values import Value
from ccpolicy.time.durations import MEAN_MONTH, MICROSECONDS, Duration, parse_duration
from ccpolicy.time.periods import parse_period

Strictness = Literal["equal", "tightened", "loosened", "unordered"]
"""From one value to another."""

_UNEVEN = 3
"""Days by which months may be longer or shorter than that, however many there are."""
_HOUR = MICROSECONDS["hour"]


def compare_strictness(spec: Parameter, before: Value | None, after: Value | None) -> Strictness:
    """Say which way a parameter went; None where it is left out."""
    if before == after:
        return "equal"
    if before is None or after is None:
        match spec.without:
            case "stricter":
                return "loosened" if before is None else "tightened"
            case "looser":
                return "tightened" if before is None else "loosened"
        return "unordered"
    order: int | None = None
    match spec.type:
        case "duration":
            order = shorter(parse_duration(str(before)), parse_duration(str(after)))
        case "integer" | "number" | "percent":
            order = (float(before) > float(after)) - (float(before) < float(after))
        case "choice":
            first, second = spec.choices.index(str(before)), spec.choices.index(str(after))
            order = (first > second) - (first < second)
        case "period":
            order = parse_period(str(before)).compare(parse_period(str(after)))
    if spec.stricter is None and order != 0:
        return "unordered"
    return direction(-order if order and spec.stricter == "higher" else order)


def direction(order: int | None) -> Strictness:
    """Say which way something went: 1 is stricter, -1 the opposite, None neither."""
    match order:
        case None:
            return "unordered"
        case 0:
            return "equal"
    return "tightened" if order > 0 else "loosened"


def shorter(before: Duration, after: Duration) -> int | None:
    """Return 1 if the second ends earlier whenever it begins, -1 if later, 0 if they are one.

    None if that depends on the day (30 days or a month), or on the business calendar.
    """
    first, second = _parts(before), _parts(after)
    if first == second:
        return 0
    if before.family != after.family and (before.is_business or after.is_business):
        return None
    if all(a >= b for a, b in zip(first, second, strict=True)):
        return 1
    if all(a <= b for a, b in zip(first, second, strict=True)):
        return -1
    (least, most), (other_least, other_most) = _bounds(before), _bounds(after)
    return 1 if least > other_most else -1 if most < other_least else None


def _parts(duration: Duration) -> tuple[int, ...]:
    return (
        duration.months,
        duration.days,
        duration.business_days,
        duration.microseconds,
        duration.business_microseconds,
    )


def _bounds(duration: Duration) -> tuple[int, int]:
    """Return the least and the most time that it can last, in microseconds, with room to spare."""
    if duration.is_clock:
        return duration.microseconds, duration.microseconds
    days = duration.months * MEAN_MONTH + duration.days
    uneven = _UNEVEN if duration.months else 0
    # It lasts to the end of its last day; clocks change, and islands have skipped or had a day
    # twice when they moved to the other side of the date line.
    least = (math.floor(days) - uneven - 1) * 24 - 2
    most = (math.ceil(days) + uneven + 2) * 24 + 2
    return least * _HOUR, most * _HOUR
