"""Lengths of time and numbers in words: one form in each language, for every report."""

from __future__ import annotations

from functools import cache

from ccpolicy.errors import Message

_DAY_SECONDS = 86_400
LENGTH_MESSAGES = {
    "s": "{seconds} s",
    "min": "{minutes} min",
    "h": "{hours} h",
    "h min": "{hours} h {minutes} min",
    "d": "{days} d",
    "d h": "{days} d {hours} h",
}
"""Units that a length has, and how it is said. The HTML report's script chooses in the same way."""


def length_text(seconds: int, language: str) -> str:
    """Say a length of time in its two largest units."""
    days, rest = divmod(seconds, _DAY_SECONDS)
    if not days:
        return clock_text(seconds, language)
    hours = rest // 3600
    form = LENGTH_MESSAGES["d h" if hours else "d"]
    return Message.of(form, days=number_text(days), hours=hours).text(language)


def clock_text(seconds: int, language: str) -> str:
    """Say a length of time in hours and minutes: of business time a day has no 24 hours."""
    hours, minutes = divmod(seconds // 60, 60)
    units = "s" if 0 < seconds < 60 else "min" if not hours else "h min" if minutes else "h"
    values = {"hours": number_text(hours), "minutes": minutes, "seconds": seconds}
    return Message.of(LENGTH_MESSAGES[units], **values).text(language)


def length_forms(language: str) -> dict[str, str]:
    """Return all forms in a language, whose values are still to be put in."""
    names = {each: f"{{{each}}}" for each in ("days", "hours", "minutes", "seconds")}
    return {
        units: Message.of(form, **names).text(language) for units, form in LENGTH_MESSAGES.items()
    }


def seconds_of(days: float) -> int:
    """Return days of 24 hours, as assessments count them, in seconds."""
    return round(days * _DAY_SECONDS)


@cache
def number_text(number: float) -> str:
    """Write a number, which both languages write alike, with at most two places."""
    return f"{number:,.2f}".rstrip("0").rstrip(".")
