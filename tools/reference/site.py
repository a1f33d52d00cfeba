"""The pages of the reference: written by hand, with tables put in where a line asks for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from ccpolicy.errors import Language
from reference.commands import command_lines, format_lines
from reference.fields import FieldTables, Part, parts_of
from reference.functions import function_lines, query_function_lines
from reference.kinds import kind_lines, relation_lines
from reference.wording import Wording

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "reference"
PAGES = Path(__file__).parent / "pages"
_DIRECTIVE = re.compile(r"^\{\{ ([a-z]+)(?: ([a-z]+))? \}\}$", re.MULTILINE)


class Reference:
    """All pages in one language."""

    def __init__(self, language: Language) -> None:
        self.wording = Wording(language)
        self.suffix = ".md" if language == "en" else f".{language}.md"
        self.sources = {
            path.name.removesuffix(f".{language}.md"): path.read_text("utf-8")
            for path in sorted(PAGES.glob(f"*.{language}.md"))
        }

    def pages(self) -> dict[str, str]:
        """Return the pages by the names of their files."""
        return {f"{name}{self.suffix}": self._page(name) for name in self.sources}

    def _page(self, name: str) -> str:
        return _DIRECTIVE.sub(lambda asked: self._put_in(asked, name), self.sources[name])

    def complaints(self) -> list[str]:
        """Name what was missing as the pages were made, and what is there for nothing."""
        unused = self.wording.known - self.wording.used if self.wording.language == "zh" else set()
        return self.wording.missing + [f"said nowhere, take it out: {each!r}" for each in unused]

    def _put_in(self, asked: re.Match[str], page: str) -> str:
        match asked[1], asked[2]:
            case "fields", str(document):
                lines = self._fields(document)
            case "kinds", None:
                lines = kind_lines(self.wording)
            case "relations", None:
                lines = relation_lines(self.wording)
            case "functions", None:
                lines = function_lines(self.wording)
            case "functions", str(place):
                lines = query_function_lines(self.wording, place)
            case "commands", None:
                lines = command_lines(self.wording)
            case "formats", None:
                lines = format_lines(self.wording)
            case _:
                raise ValueError(f"{page}: {asked[0]}")
        return "\n".join(lines).rstrip()

    def _fields(self, document: str) -> Iterator[str]:
        """Yield the tables of a document; a model is shown where it is used first."""
        shown, places = self._parts
        tables = FieldTables(self.wording, places[document])
        yield from tables.lines(shown[document], document)

    @cached_property
    def _parts(self) -> tuple[dict[str, list[Part]], dict[str, dict[str, str]]]:
        """Return for each document the models it shows, and where it finds those it names."""
        shown: dict[str, list[Part]] = {}
        places: dict[str, dict[str, str]] = {}
        heading: dict[type, str] = {}
        for page, document in self._documents():
            parts = parts_of(document)
            shown[document] = [each for each in parts if each.model not in heading]
            for part in shown[document]:
                anchor = f"#{document}-{part.name.lower()}" if part is not parts[0] else ""
                heading[part.model] = f"{page}{self.suffix}{anchor}"
            places[document] = {part.name: heading[part.model] for part in parts}
        return shown, places

    def _documents(self) -> Iterator[tuple[str, str]]:
        """Yield page and document of each table of fields, in an order that readers go by."""
        found = [
            (page, asked[2])
            for page, text in self.sources.items()
            for asked in _DIRECTIVE.finditer(text)
            if asked[1] == "fields"
        ]
        yield from sorted(found, key=lambda each: each[1] != "assessment")
