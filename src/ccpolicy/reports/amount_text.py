"""Values of the policy in the reader's language: durations, calendar periods, classes, choices."""

from __future__ import annotations

from collections.abc import Mapping

from ccpolicy.errors import PolicyError, Sayable, catalogue
from ccpolicy.time.durations import DurationUnit, duration_parts
from ccpolicy.time.period_days import LAST, PeriodDay, ordinal, parse_period_day
from ccpolicy.time.periods import FISCAL_YEAR, fiscal_day, period_form

PERIOD_MESSAGES = {
    "week": "calendar week",
    "month": "calendar month",
    "quarter": "calendar quarter",
    "half-year": "calendar half-year",
    "year": "calendar year",
    FISCAL_YEAR: "fiscal year from {day}",
}


_WEEKDAY_MESSAGES = {
    0: "Monday",
    1: "Tuesday",
    2: "Wednesday",
    3: "Thursday",
    4: "Friday",
    5: "Saturday",
    6: "Sunday",
}
_LAST_MESSAGES = {
    "day": "last day",
    "business day": "last business day",
    "weekday": "last {weekday}",
}
_COUNTED_MESSAGES = {
    "day": "{number} day",
    "business day": "{number} business day",
    "weekday": "{number} {weekday}",
}


def amount_text(value: object, language: str) -> str:
    """Return a value in words if it is a duration, a period or a day of one, or else as written."""
    text = str(value)
    if (form := period_form(text)) in PERIOD_MESSAGES:
        return catalogue(language).gettext(PERIOD_MESSAGES[form]).format(day=fiscal_day(text))
    if parts := duration_parts(text):
        return " ".join(_length(number, unit, language) for number, unit in parts)
    try:
        return _period_day(parse_period_day(text), language)
    except PolicyError:
        return text


def parameter_text(
    value: object, language: str, labels: Mapping[str, Sayable]
) -> list[tuple[str, str]]:
    """Return the classes of a parameter with their values; of a single value the class is empty."""
    if isinstance(value, Mapping):
        return [
            (label_text(name, language, labels), amount_text(each, language))
            for name, each in value.items()
        ]
    text = str(value)
    word = label_text(text, language, labels) if text in labels else amount_text(value, language)
    return [("", word)]


def label_text(name: str, language: str, labels: Mapping[str, Sayable]) -> str:
    """Return the name that the policy gives a class, choice or tag, or else the word itself."""
    label = labels.get(name)
    if label is None:
        return name
    return label.text(language)


def _period_day(day: PeriodDay, language: str) -> str:
    """Name a day of a period in words."""
    say = catalogue(language).gettext
    name = say(_WEEKDAY_MESSAGES[day.weekday]) if day.weekday is not None else ""
    if day.date:
        return f"{day.date:%m-%d}"
    if day.is_bare:
        return name
    if day.number == LAST:
        return say(_LAST_MESSAGES[day.unit]).format(weekday=name)
    count = ordinal(day.number) if language.partition("-")[0] != "zh" else day.number
    return say(_COUNTED_MESSAGES[day.unit]).format(number=count, weekday=name)


def _length(number: int, unit: DurationUnit, language: str) -> str:
    ngettext = catalogue(language).ngettext
    match unit:
        case "year":
            text = ngettext("{count} year", "{count} years", number)
        case "month":
            text = ngettext("{count} month", "{count} months", number)
        case "week":
            text = ngettext("{count} week", "{count} weeks", number)
        case "business day":
            text = ngettext("{count} business day", "{count} business days", number)
        case "day":
            text = ngettext("{count} day", "{count} days", number)
        case "business hour":
            text = ngettext("{count} business hour", "{count} business hours", number)
        case "business minute":
            text = ngettext("{count} business minute", "{count} business minutes", number)
        case "hour":
            text = ngettext("{count} hour", "{count} hours", number)
        case "minute":
            text = ngettext("{count} minute", "{count} minutes", number)
        case "second":
            text = ngettext("{count} second", "{count} seconds", number)
    return text.format(count=number)
