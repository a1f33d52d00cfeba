"""A page of text for a person: sentences in the reader's language, paragraphs and rows."""

from __future__ import annotations

from collections.abc import Iterable

from ccpolicy.assessment.subject_text import LabelsSubjects
from ccpolicy.errors import Message, Sayable, catalogue
from ccpolicy.reports import View
from ccpolicy.reports.layout import clip, inert, pad, visible, width, wrap
from ccpolicy.reports.length_text import number_text

Word = tuple[str, str]
"""A row's first word, and its colour."""

_LEAST_TITLE = 16
"""Columns below which a title says nothing, and the note at its right goes below it."""
_COLOURS = {"red": "1;31", "yellow": "1;33", "green": "32", "cyan": "36", "bold": "1", "dim": "2"}


class Page:
    """A page of text that grows line by line."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.lines: list[str] = []

    def say(self, template: str, **values: object) -> str:
        """Translate a sentence and put values into it, each made readable; numbers are counts."""
        shown = {name: _readable(value) for name, value in values.items()}
        return Message.of(template, **shown).text(self.view.language)

    def count(self, number: int, one: str, many: str) -> str:
        """Say a number of things."""
        template = catalogue(self.view.language).ngettext(one, many, number)
        return template.format(count=number_text(number))

    def text(self, text: Sayable) -> str:
        """Return a text of the policy in the reader's language."""
        return visible(text.text(self.view.language))

    def subject(self, of: LabelsSubjects, name: str) -> str:
        """Return what readers call a subject of a control."""
        return self.text(of.subject_text(name))

    def subjects(self, of: LabelsSubjects, names: Iterable[str]) -> list[str]:
        """Return what readers call subjects of a control."""
        return [self.subject(of, name) for name in names]

    def join(self, names: Iterable[str]) -> str:
        """List names."""
        return self.say(", ").join(visible(name) for name in names)

    def phrases(self, phrases: Iterable[str]) -> str:
        """List what is longer than a name."""
        return self.say("; ").join(phrases)

    def names(self, names: Iterable[str], columns: int) -> str:
        """List names as far as they fit, and say how many more there are."""
        listed = list(names)
        line = ""
        for shown in range(1, len(listed) + 1):
            longer = self.join(listed[:shown])
            if rest := len(listed) - shown:
                longer = self.say("{names} and {count} more", names=longer, count=rest)
            if line and width(longer) > columns:
                break
            line = longer
        return line

    def line(self, text: str = "", colour: str | None = None) -> None:
        """Add a line."""
        self.lines.append(self.paint(inert(text.rstrip()), colour))

    def heading(self, text: str) -> None:
        """Begin a section."""
        self.line()
        self.paragraph(text, colour="bold")

    def paragraph(self, text: str, indent: int = 0, colour: str | None = None) -> None:
        """Add a text, wrapped."""
        for line in wrap(text, self.view.columns - indent):
            self.line(" " * indent + line, colour)

    def definition(self, term: str, text: str, columns: int, colour: str | None = None) -> None:
        """Add a term and its meaning beside it; a long term has a line of its own."""
        indent = 2 + columns
        lines = wrap(text, self.view.columns - indent)
        if width(term) + 2 > columns:
            self.line("  " + self.paint(term, colour))
        else:
            self.line("  " + self.paint(pad(term, columns), colour) + lines.pop(0))
        for line in lines:
            self.line(" " * indent + line)

    def entry(self, start: str, texts: Iterable[str], indent: int) -> None:
        """Add texts below one another, wrapped, beside a start that fills the indent."""
        for text in texts:
            for line in wrap(text, self.view.columns - indent):
                self.line(start + line)
                start = " " * indent

    def verbatim(self, text: str, indent: int = 2) -> None:
        """Add lines unchanged, such as SQL, but with terminal control characters written out."""
        for line in text.splitlines():
            self.line(" " * indent + visible(line))

    def paint(self, text: str, colour: str | None) -> str:
        """Colour a text, if the reader wants that."""
        if not (self.view.colour and colour and text):
            return text
        return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m"

    def __str__(self) -> str:
        return "\n".join(self.lines) + "\n"


def _readable(value: object) -> object:
    match value:
        case str():
            return visible(value)
        case int() | float():
            return number_text(value)
        case _:
            return value


class PageTable:
    """Rows of a word, an id, a title that gives way, and a note at the right edge."""

    def __init__(self, page: Page, words: Iterable[str], ids: Iterable[str]) -> None:
        self.page = page
        self.word_columns = max(map(width, words)) + 2
        self.id_columns = min(max((width(visible(name)) for name in ids), default=0), 16) + 2
        self.indent = 2 + self.word_columns

    def row(self, word: Word, name: str, title: str, end: str = "") -> None:
        """Add the first line of an entry."""
        text, colour = word
        name = visible(name)
        taken = self.indent + max(self.id_columns, width(name) + 2)
        space = self.page.view.columns - taken - (width(end) + 2 if end else 0)
        if end and space < min(width(title), _LEAST_TITLE):
            self.row(word, name, title)
            self.page.paragraph(end.rstrip(), self.indent)
            return
        title = clip(title, max(space, 0))
        gap = " " * (self.page.view.columns - taken - width(title) - width(end))
        word_cell = self.page.paint(pad(text, self.word_columns), colour)
        name_cell = self.page.paint(pad(name, max(self.id_columns, width(name) + 2)), "bold")
        self.page.line(f"  {word_cell}{name_cell}{title}{gap}{end}")

    def detail(self, text: str, place: str | None = None) -> None:
        """Add a detail below the row, and its place, on a line of its own if need be."""
        place = visible(place) if place else ""
        if place and width(text) + 2 + width(place) <= self.page.view.columns - self.indent:
            self.page.line(" " * self.indent + text + "  " + self.page.paint(place, "dim"))
            return
        self.page.paragraph(text, self.indent)
        if place:
            self.page.paragraph(place, self.indent, "dim")
