"""Sentences in both languages at once, safe to stand in HTML."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cache

from babel.dates import format_date
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from ccpolicy.assessment.building_blocks import Text
from ccpolicy.errors import LANGUAGES, Language, catalogue
from ccpolicy.reports.layout import visible
from ccpolicy.reports.time_text import last_day

LONGEST = 2_000
"""Characters of a value that are shown; evidence may hold words of any length."""
_LOCALES = {"en": "en_GB", "zh": "zh_CN"}


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A text in both languages, of which the page shows the one that its reader chose."""

    en: Markup
    zh: Markup

    def __html__(self) -> Markup:
        if self.en == self.zh:
            return self.en
        return Markup("<i lang=en>{}</i><i lang=zh>{}</i>").format(self.en, self.zh)

    def __format__(self, spec: str) -> str:
        return self.__html__()

    def of(self, language: Language) -> Markup:
        """Return it in one language."""
        return self.zh if language == "zh" else self.en

    @property
    def joined(self) -> Markup:
        """Both languages in a row, where markup cannot stand: titles in pictures."""
        return self.en if self.en == self.zh else Markup("{} / {}").format(self.en, self.zh)


def safe(value: object) -> Markup:
    """Make a value ready to stand in HTML, with what would be hidden in it written out."""
    if isinstance(value, Bilingual):
        return value.__html__()
    if isinstance(value, Markup):
        return value
    if isinstance(value, Text):
        return text(value).__html__()
    return escape(shown(str(value)))


def shown(value: str) -> str:
    """Write out what a reader could not see, and cut what no reader would read."""
    if len(value) > LONGEST:
        return f"{visible(value[:LONGEST])}… (+{len(value) - LONGEST:,})"
    return visible(value)


def lines(value: str) -> Markup:
    """Return text that has lines of its own, such as SQL."""
    return Markup("\n").join(escape(visible(line)) for line in value.splitlines())


def text(value: Text) -> Bilingual:
    """Return a text of the policy."""
    return Bilingual(escape(shown(value.en)), escape(shown(value.zh)))


def say(template: str, **values: object) -> Bilingual:
    """Translate a sentence and put values into it."""
    return Bilingual(
        *(_filled(catalogue(each).gettext(template), each, values) for each in LANGUAGES)
    )


def count(number: int, one: str, many: str, **values: object) -> Bilingual:
    """Say a number of things."""
    values = {"count": decimal(number), **values}
    return Bilingual(
        *(_filled(catalogue(each).ngettext(one, many, number), each, values) for each in LANGUAGES)
    )


def join(parts: list[Bilingual], *, semicolon: bool = False) -> Bilingual:
    """List phrases."""
    between = say("; ") if semicolon else say(", ")
    return Bilingual(
        between.en.join(part.en for part in parts), between.zh.join(part.zh for part in parts)
    )


def _filled(template: str, language: Language, values: dict[str, object]) -> Markup:
    ready = {
        name: value.of(language)
        if isinstance(value, Bilingual)
        else text(value).of(language)
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


def day(moment: str) -> Bilingual:
    """Say the day of a moment in words."""
    return _day(datetime.datetime.fromisoformat(moment).date())


def day_until(moment: str) -> Bilingual:
    """Say up to which day something goes; midnight is the end of the day before."""
    return _day(last_day(moment))


@cache
def _day(date: datetime.date) -> Bilingual:
    return Bilingual(*(escape(format_date(date, "long", _LOCALES[each])) for each in LANGUAGES))


def short(place: str) -> Markup:
    """Name a record by its file's own name and its line."""
    return escape(shown(place.rpartition("/")[2] if "#" not in place else _nested(place)))


def _nested(place: str) -> str:
    file, _, path = place.partition("#")
    return f"{file.rpartition('/')[2]}#{path}"
