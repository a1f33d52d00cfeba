"""What the reference says beside the source: Chinese for it, and fields that have no docstring."""

from __future__ import annotations

import gettext
from pathlib import Path
from typing import Any

import yaml

from ccpolicy.errors import Language, catalogue

FOLDER = Path(__file__).parent


def _read(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text("utf-8"))


class Wording:
    """Sentences in one language; notes what it was asked for and does not have."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.missing: list[str] = []
        self.used: set[str] = set()
        """Sentences and fields that were asked for."""
        self._chinese: dict[str, str] = {each["en"]: each["zh"] for each in _read("chinese.yaml")}
        self._fields: dict[str, dict[str, str]] = _read("fields.yaml")
        self._catalogue: gettext.NullTranslations = catalogue(language)

    def say(self, sentence: str) -> str:
        """Translate a sentence of the source."""
        sentence = " ".join(sentence.split())
        if self.language == "en":
            return sentence
        self.used.add(sentence)
        if sentence not in self._chinese:
            self.missing.append(f"not translated yet: {sentence!r}")
        return self._chinese.get(sentence, sentence)

    def field(self, model: str, name: str) -> str:
        """Say what a field without a docstring is."""
        for key in (f"{model}.{name}", name):
            if key in self._fields:
                self.used.add(key)
                return self._fields[key][self.language]
        self.missing.append(f"has no docstring, and is not in fields.yaml: {model}.{name}")
        return ""

    def message(self, sentence: str) -> str:
        """Translate a sentence of the program's catalogue."""
        return str(self._catalogue.gettext(sentence)) if sentence else ""

    def pick(self, en: str, zh: str) -> str:
        """Choose the text in the language."""
        return en if self.language == "en" else zh

    @property
    def known(self) -> set[str]:
        """All sentences and fields."""
        return {*self._chinese, *self._fields}
