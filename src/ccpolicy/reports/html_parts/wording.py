"""Sentences in all languages of a page at once, safe to stand in HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from markupsafe import Markup, escape

from ccpolicy.errors import LANGUAGES, catalogue
from ccpolicy.reports.layout import visible
from ccpolicy.reports.length_text import clock_text, length_text, number_text, seconds_of
from ccpolicy.texts import Text

LONGEST = 2_000
"""Characters of a value that are shown; evidence may hold words of any length."""
_OFFERED: ContextVar[tuple[str, ...]] = ContextVar("offered", default=LANGUAGES)
"""Languages of the page that is being made."""
_OWN: ContextVar[str] = ContextVar("own", default=LANGUAGES[0])
"""The language that the page is in where nothing says otherwise."""


@contextmanager
def offering(languages: Sequence[str], own: str) -> Iterator[None]:
    """Write each sentence of a page in all of these languages while the context is open.

    The page's own language is not named at each sentence.
    """
    tokens = _OFFERED.set(tuple(languages)), _OWN.set(own)
    try:
        yield
    finally:
        _OFFERED.reset(tokens[0])
        _OWN.reset(tokens[1])


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
        own = _OWN.get()
        return Markup("").join(
            Markup("<i>{}</i>").format(each)
            if language == own
            else Markup("<i lang={}>{}</i>").format(language, each)
            for language, each in self.words
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
        return f"{visible(value[:LONGEST])}… (+{number_text(len(value) - LONGEST)})"
    return visible(value)


def unbroken(value: object) -> Markup:
    """Make a value ready that stands on one line: a browser would break a day at its hyphens."""
    return Markup("<span class=nb>{}</span>").format(safe(value))


def lines(value: str) -> Markup:
    """Return text that has lines of its own, such as SQL."""
    return Markup("\n").join(escape(visible(line)) for line in value.splitlines())


def text(value: Text) -> Wording:
    """Return a text of the policy."""
    return Wording.of(lambda language: escape(readable(value.text(language))))


def say(template: str, **values: object) -> Wording:
    """Translate a sentence and put values into it; numbers are counts."""
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
        else decimal(value)
        if isinstance(value, int | float)
        else safe(value)
        for name, value in values.items()
    }
    return Markup(escape(template)).format(**ready)  # noqa: S704 - escaped just here


def decimal(number: float) -> Markup:
    """Write a number."""
    return escape(number_text(number))


def short_number(number: float) -> Markup:
    """Write a coordinate with no digit more than it needs."""
    return escape(f"{number:g}")


def percent(share: float) -> Markup:
    """Write a share so that only what is whole reads as 100 %."""
    return escape(f"{min(share * 100, 99.99) if share < 1 else 100:.2f} %")


def length(days: float) -> Wording:
    """Say a length of time that is given in days of 24 hours."""
    return Wording.of(lambda language: escape(length_text(seconds_of(days), language)))


def paused_length(seconds: int) -> Wording:
    """Say for how long a clock stood still."""
    return Wording.of(lambda language: escape(clock_text(seconds, language)))


def short(place: str) -> Markup:
    """Name a record by its file with the folder around it, and by its line."""
    file, mark, path = place.partition("#")
    return escape(readable("/".join(file.split("/")[-2:]) + mark + path))
