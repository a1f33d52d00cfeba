"""Make the glossary of the documentation from `glossary.yaml`.

`python tools/glossary.py` writes `docs/glossary.md` and `docs/glossary.zh.md`.
"""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from ccpolicy.errors import LANGUAGES, Language

ROOT = Path(__file__).resolve().parents[1]
SOURCE = Path(__file__).with_name("glossary.yaml")
FILES: dict[Language, Path] = {
    "en": ROOT / "docs" / "glossary.md",
    "zh": ROOT / "docs" / "glossary.zh.md",
}
HEADS: dict[Language, str] = {
    "en": """\
# Glossary

[中文](glossary.zh.md)

One concept has one word in each language. A test looks for the words that are not used.

| word | Chinese | meaning | not used |
|---|---|---|---|
""",
    "zh": """\
# 术语表

[English](glossary.md)

同一概念在每种语言中只用一个词，由测试检查是否出现不用的词。

| 术语 | 英文 | 含义 | 不用 |
|---|---|---|---|
""",
}


class Model(BaseModel):
    """A part of the glossary's source."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Meaning(Model):
    """What a word means, in both languages."""

    en: str
    zh: str


class Unused(Model):
    """Words that are not used for a concept."""

    en: list[str] = []
    zh: list[str] = []


class Concept(Model):
    """One concept, and its word in each language."""

    en: str
    zh: str
    means: Meaning
    unused: Unused = Unused()
    exceptions: dict[str, str] = {}
    """Phrase that holds an unused word and means something else → why it may."""

    elsewhere: dict[str, str] = {}
    """Folder in which the unused words mean something else → why."""

    def found(self, text: str, language: Language, file: str = "") -> list[str]:
        """List the unused words of one language in a text, each with what surrounds it."""
        if file.startswith(tuple(self.elsewhere)):
            return []
        for phrase in self.exceptions:
            text = text.replace(phrase, "·" * len(phrase))
        words = self.unused.en if language == "en" else self.unused.zh
        return [
            f"{word} (use {self.en if language == 'en' else self.zh}): …{_around(text, match)}…"
            for word in words
            for match in re.finditer(_pattern(word, language), text, re.IGNORECASE)
        ]


def concepts() -> list[Concept]:
    """Read the glossary's source."""
    content = yaml.safe_load(SOURCE.read_text("utf-8"))
    return [Concept.model_validate(each) for each in content["concepts"]]


def page(language: Language) -> str:
    """Write the glossary in one language, by its words."""
    other: Language = "en" if language == "zh" else "zh"
    rows = [
        f"| {getattr(each, language)} | {getattr(each, other)} | {getattr(each.means, language)} |"
        f" {'、'.join(each.unused.zh) if language == 'zh' else ', '.join(each.unused.en)} |\n"
        for each in concepts()
    ]
    return HEADS[language] + "".join(rows)


def _pattern(word: str, language: Language) -> str:
    """Match whole words of English, which a line may break; Chinese has no gaps between words."""
    if language == "zh":
        return re.escape(word)
    return rf"\b{re.escape(word)}\b".replace(r"\ ", r"\s+")


def _around(text: str, match: re.Match[str]) -> str:
    return " ".join(text[max(match.start() - 20, 0) : match.end() + 20].split())


def main() -> None:
    """Write the glossary in both languages."""
    for language in LANGUAGES:
        FILES[language].write_text(page(language), "utf-8", newline="\n")


if __name__ == "__main__":
    main()
