"""Write what is wrong: its place, its level and code, the source line with a caret, and a hint.

policy/controls/1.yaml:14:5: error: PL301 unknown check kind 'intervall'
  14 |     check: intervall
     |     ^^^^^
  hint: did you mean 'recurrence'?
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Protocol

from ccpolicy.cli.cell_spans import cell_span
from ccpolicy.errors import (
    BundleErrors,
    CcpolicyError,
    Language,
    Level,
    Locator,
    Message,
    PolicyErrors,
)
from ccpolicy.record.errors import InvalidRecords
from ccpolicy.reports import View
from ccpolicy.reports.layout import visible, width
from ccpolicy.reports.page import Page
from ccpolicy.reports.phrases import labelled

_LARGEST = 16 << 20
"""Bytes of a file of which lines are shown."""
_SUFFIXES = (".yaml", ".yml", ".toml", ".sql", ".csv", ".tsv", ".json", ".jsonl", ".ndjson")
"""Suffixes of text files."""
_WORD = re.compile(r"[\w.-]+")
_BEFORE = 40
"""Characters of a long line that are shown before its place."""


class Diagnostic(Protocol):
    """Something wrong or doubtful, with its place if it has one."""

    @property
    def message(self) -> Message:
        """What is wrong."""

    @property
    def hint(self) -> Message:
        """What to do about it; an empty message if nobody can say."""

    @property
    def locator(self) -> Locator | None:
        """Where."""


@dataclass(frozen=True)
class SourceLines:
    """The lines of files below a folder, to be shown; what is not there is not shown."""

    root: Path | None
    columns: int = 80

    def excerpt(self, locator: Locator | None, field: str | None = None) -> list[str]:
        """Return a line behind its number, and carets below the place; empty if it is not there.

        Without a column in the locator, the place is the cell of a field that the file calls so.
        Whatever a terminal would act on is written out.
        """
        line = self._line(locator)
        if locator is None or line is None:
            return []
        number = str(locator.line)
        room = max(self.columns - len(number) - 5, _BEFORE)
        start, end = self._span(locator, line, field)
        place = start or 0
        first = max(place - _BEFORE, 0) if width(line) > room else 0
        before, after = visible(line[first:place]), line[place : first + room + 1]
        shown = _cut(("…" if first else "") + before + visible(after), room)
        lines = [f"  {number} | {shown}".rstrip()]
        if start is not None:
            carets = "^" * max(width(visible(line[start:end])), 1)
            indent = " " * (width(before) + bool(first))
            lines.append(_cut(f"  {' ' * len(number)} | {indent}{carets}", self.columns))
        return lines

    def _span(self, locator: Locator, line: str, field: str | None) -> tuple[int | None, int]:
        """Return start and end of what the carets are below; no start if there are none."""
        if locator.column and locator.column <= len(line):
            word = _WORD.match(line, locator.column - 1)
            return locator.column - 1, word.end() if word else locator.column
        if self.root and locator.line and not locator.column and not locator.path and field:
            lines = _lines(self.root, locator.file)
            return cell_span(lines, locator.line, field, locator.file) or (None, 0)
        return None, 0

    def _line(self, locator: Locator | None) -> str | None:
        """Return a line with its tabs as single blanks, so that columns stay what they are."""
        if self.root is None or locator is None or locator.line is None or locator.sheet:
            return None
        lines = _lines(self.root, locator.file)
        if not 1 <= locator.line <= len(lines) or _NO_UTF8 in lines[locator.line - 1]:
            return None
        return lines[locator.line - 1].replace("\t", " ")


_NO_UTF8 = "\N{REPLACEMENT CHARACTER}"
"""Stands for bytes of another encoding, which nobody could read."""


@cache
def _lines(root: Path, file: str) -> Sequence[str]:
    """Return the lines of a text file below a folder; none if it is too large or lies elsewhere."""
    try:
        path = (root / file).resolve()
        fits = path.is_relative_to(root.resolve()) and path.suffix.lower() in _SUFFIXES
        if not fits or not path.is_file() or path.stat().st_size > _LARGEST:
            return ()
        text = path.read_text("utf-8-sig", errors="replace")
    except (OSError, ValueError):
        return ()
    return [line.removesuffix("\r") for line in text.split("\n")]


def _cut(text: str, columns: int) -> str:
    while width(text) > columns:
        text = text[: len(text) - max((width(text) - columns) // 2, 1) - 1] + "…"
    return text


@dataclass
class Diagnostics:
    """Writes diagnostics on a page, counts them by level, and says the counts at the end."""

    page: Page
    source: SourceLines
    counts: dict[Level, int] = field(default_factory=dict)

    def write(self, found: Diagnostic, level: Level = "error", indent: int = 0) -> None:
        """Write one."""
        page, language = self.page, self.page.view.language
        self.counts[level] = self.counts.get(level, 0) + 1
        place = visible(str(found.locator)) if found.locator else ""
        message = visible(found.message.coded(language))
        margin = " " * indent
        page.line(margin + labelled(page, level, place, message))
        for line in self.source.excerpt(found.locator):
            page.line(margin + line)
        if hint := found.hint.text(language):
            page.line(f"{margin}  {page.say('hint: {hint}', hint=hint)}")

    def tally(self) -> str:
        """Say how many there are of each level, such as `6 errors, 2 warnings`."""
        return tally(self.page, self.counts)


def tally(page: Page, counts: dict[Level, int]) -> str:
    """Say how many diagnostics there are of each level."""
    parts = []
    if errors := counts.get("error", 0):
        parts.append(page.count(errors, "{count} error", "{count} errors"))
    if warnings := counts.get("warning", 0):
        parts.append(page.count(warnings, "{count} warning", "{count} warnings"))
    return page.say(", ").join(parts)


def error_text(error: CcpolicyError, language: Language, root: Path | None = None) -> str:
    """Return an error for a terminal: values from files cannot forge lines or act on it.

    `root` is the folder below which its places are.
    """
    written = Diagnostics(Page(View(language=language)), SourceLines(root))
    match error:
        case PolicyErrors(errors=errors):
            _write_all(written, errors)
            written.page.line(written.tally())
        case InvalidRecords(errors=errors):
            _write_all(written, errors)
            written.write(error)
        case BundleErrors(errors=errors):
            written.write(error)
            _write_all(written, errors, indent=2)
        case _:
            written.write(error)
    return str(written.page).rstrip("\n")


def _write_all(written: Diagnostics, errors: Iterable[CcpolicyError], indent: int = 0) -> None:
    for each in errors:
        written.write(each, indent=indent)
