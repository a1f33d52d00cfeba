"""Sentences in all languages of a page at once, safe to stand in HTML."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache

from babel.dates import format_date
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from ccpolicy.errors import LANGUAGES, Message, catalogue
from ccpolicy.reports.layout import visible
from ccpolicy.reports.time_text import last_day
from ccpolicy.texts import Text

LONGEST = 2_000
"""Characters of a value that are shown; evidence may hold words of any length."""
_OFFERED: ContextVar[tuple[str, ...]] = ContextVar("offered", default=LANGUAGES)
"""Languages of the page that is being made."""


@contextmanager
def offering(languages: Sequence[str]) -> Iterator[None]:
    """Write each sentence of a page in all of these languages while the context is open."""
    token = _OFFERED.set(tuple(languages))
    try:
        yield
    finally:
        _OFFERED.reset(token)


@dataclass(frozen=True, slots=True)
class Wording:
    """A text in each language of the page, which shows the one that its reader chose."""

    words: tuple[tuple[str, Markup], ...]

    @classmethod
    def of(cls, say: Callable[[str], Markup]) -> Wording:
        """Say something in each language of the page."""
        return cls(tuple((each, say(each)) for each in _OFFERED.get()))

    def __html__(self) -> Markup:
        if len({each for _, each in self.words}) == 1:
            return self.words[0][1]
        return Markup("").join(
            Markup("<i lang={}>{}</i>").format(language, each) for language, each in self.words
        )

    def __format__(self, spec: str) -> str:
        return self.__html__()

    def text(self, language: str) -> Markup:
        """Return it in one language of the page; in the first where it is none of these."""
        return dict(self.words).get(language, self.words[0][1])

    @property
    def joined(self) -> Markup:
        """All languages in a row, where markup cannot stand: titles in pictures."""
        return Markup(" / ").join(dict.fromkeys(each for _, each in self.words))


def safe(value: object) -> Markup:
    """Make a value ready to stand in HTML, with what would be hidden in it written out."""
    if isinstance(value, Wording):
        return value.__html__()
    if isinstance(value, Markup):
        return value
    if isinstance(value, Text):
        return text(value).__html__()
    return escape(readable(str(value)))


def readable(value: str) -> str:
    """Write out what a reader could not see, and cut what no reader would read."""
    if len(value) > LONGEST:
        return f"{visible(value[:LONGEST])}… (+{len(value) - LONGEST:,})"
    return visible(value)


def lines(value: str) -> Markup:
    """Return text that has lines of its own, such as SQL."""
    return Markup("\n").join(escape(visible(line)) for line in value.splitlines())


def text(value: Text) -> Wording:
    """Return a text of the policy."""
    return Wording.of(lambda language: escape(readable(value.text(language))))


def say(template: str, **values: object) -> Wording:
    """Translate a sentence and put values into it."""
    return Wording.of(
        lambda language: _filled(catalogue(language).gettext(template), language, values)
    )


def count(number: int, one: str, many: str, **values: object) -> Wording:
    """Say a number of things."""
    values = {"count": decimal(number), **values}
    return Wording.of(
        lambda language: _filled(catalogue(language).ngettext(one, many, number), language, values)
    )


def join(parts: list[Wording], *, semicolon: bool = False) -> Wording:
    """List phrases."""
    between = say("; ") if semicolon else say(", ")
    return Wording.of(
        lambda language: between.text(language).join(part.text(language) for part in parts)
    )


def _filled(template: str, language: str, values: dict[str, object]) -> Markup:
    ready = {
        name: value.text(language)
        if isinstance(value, Wording)
        else text(value).text(language)
        if isinstance(value, Text)
        else safe(value)
        for name, value in values.items()
    }
    return Markup(escape(template)).format(**ready)  # noqa: S704 - escaped just here


def decimal(number: float) -> Markup:
    """Write a number, which both languages write alike, with at most two places."""
    return escape(_decimal(number))


@cache
def _decimal(number: float) -> str:
    return format_decimal(number, "#,##0.##", locale="en")


def short_number(number: float) -> Markup:
    """Write a coordinate with no digit more than it needs."""
    return escape(f"{number:g}")


def percent(share: float) -> Markup:
    """Write a share so that only what is whole reads as 100 %."""
    return escape(f"{min(share * 100, 99.99) if share < 1 else 100:.2f} %")


def day_text(moment: str) -> Wording:
    """Say the day of a moment in words."""
    return _day(datetime.datetime.fromisoformat(moment).date())


def day_until(moment: str) -> Wording:
    """Say up to which day something goes; midnight is the end of the day before."""
    return _day(last_day(moment))


def _day(date: datetime.date) -> Wording:
    return Wording.of(lambda language: _day_in(date, language))


@cache
def _day_in(date: datetime.date, language: str) -> Markup:
    locale = "zh_CN" if language.partition("-")[0] == "zh" else "en_GB"
    return escape(format_date(date, "long", locale))


def length_forms(language: str) -> list[str]:
    """Return how `length` is said, for scripts: minutes, hours, both, days, days and hours."""
    names = {each: f"{{{each}}}" for each in ("days", "hours", "minutes")}
    said = (
        Message.of("{minutes} min", **names),
        Message.of("{hours} h", **names),
        Message.of("{hours} h {minutes} min", **names),
        Message.of("{days} d", **names),
        Message.of("{days} d {hours} h", **names),
    )
    return [each.text(language) for each in said]


def length(days: float) -> Wording:
    """Say a length of time in its two largest units, so that little is left out."""
    minutes = round(days * 1440)
    if minutes < 60:
        return say("{minutes} min", minutes=minutes)
    if minutes < 1440:
        hours, rest = divmod(minutes, 60)
        if not rest:
            return say("{hours} h", hours=hours)
        return say("{hours} h {minutes} min", hours=hours, minutes=rest)
    whole, rest = divmod(minutes, 1440)
    if rest < 60:
        return say("{days} d", days=decimal(whole))
    return say("{days} d {hours} h", days=decimal(whole), hours=rest // 60)


def short(place: str) -> Markup:
    """Name a record by its file with the folder around it, and by its line."""
    file, mark, path = place.partition("#")
    return escape(readable("/".join(file.split("/")[-2:]) + mark + path))
