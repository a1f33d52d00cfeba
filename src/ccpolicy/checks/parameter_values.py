"""Whether a value is one that a parameter of a check kind may have."""

from __future__ import annotations

from ccpolicy.checks.kinds import Parameter, refused_choice
from ccpolicy.checks.values import Value
from ccpolicy.errors import PolicyError
from ccpolicy.time.durations import parse_duration
from ccpolicy.time.period_days import parse_period_day
from ccpolicy.time.periods import parse_day, parse_period, period_form

_TOO_LARGE = 1_000_000_000
"""Numbers of a parameter are smaller: no plan means more, and every engine can hold them."""


def check_value(spec: Parameter, value: Value) -> None:
    """Check one value of a parameter.

    Raises:
        PolicyError: without a place; the caller knows it.
    """
    match spec.type:
        case "duration":
            if not isinstance(value, str):
                raise PolicyError(
                    "a duration is expected, such as '30 days', not {value}", value=repr(value)
                )
            parse_duration(value)
        case "integer" | "number" | "percent":
            _check_number(spec, value)
        case "choice" | "period":
            form = period_form(str(value)) if spec.type == "period" else value
            if form not in spec.choices:
                raise refused_choice(value, spec.choices)
            if spec.type == "period":
                parse_period(str(value))
        case "period day":
            parse_period_day(str(value))
        case "date":
            parse_day(str(value))


def _check_number(spec: Parameter, value: Value) -> None:
    match spec.type:
        case "integer":
            if not isinstance(value, int) or not 1 <= value < _TOO_LARGE:
                raise PolicyError(
                    "a whole number from 1 to {most} is expected, not {value}",
                    most=_TOO_LARGE - 1,
                    value=repr(value),
                )
        case "number":
            # There is always enough of nothing, but there can be too much of anything.
            if spec.stricter == "lower" and not (
                isinstance(value, int | float) and 0 <= value < _TOO_LARGE
            ):
                raise PolicyError(
                    "a number from zero on is expected, not {value}", value=repr(value)
                )
            if spec.stricter != "lower" and (isinstance(value, str) or not 0 < value < _TOO_LARGE):
                raise PolicyError(
                    "a number greater than zero is expected, not {value}", value=repr(value)
                )
        case "percent":
            millionths = value * 1_000_000 if isinstance(value, int | float) else -1
            if not 0 < millionths <= 100_000_000 or abs(millionths - round(millionths)) > 0.001:
                raise PolicyError(
                    "a percentage above 0 and up to 100 is expected, such as 99.5, not {value}",
                    value=repr(value),
                )
