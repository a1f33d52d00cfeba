"""One concept, one word: the glossary is in step with its source, and what people read with it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccpolicy.errors import LANGUAGES, Language
from ccpolicy.reports.html_parts.labels import glossary as report_glossary

ROOT = Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location("glossary", ROOT / "tools" / "glossary.py")
assert SPEC
assert SPEC.loader
glossary = importlib.util.module_from_spec(SPEC)
sys.modules["glossary"] = glossary
SPEC.loader.exec_module(glossary)

CONCEPTS = glossary.concepts()
READ = [
    "*.md",
    ".github/**/*.yml",
    "action.yml",
    "checks/*",
    "ci/**/*.yml",
    "docs/**/*.md",
    "policy/**/*.yaml",
    "recipes/**/*.md",
    "recipes/**/*.yaml",
    "src/ccpolicy/examples/**/*.yaml",
    "src/ccpolicy/locale/**/*.po",
    "src/ccpolicy/policy/git_datasets/*.yaml",
    "src/ccpolicy/reports/html_parts/templates/*",
    "tests/reports/golden/*",
]
"""What people read."""


def texts() -> Iterator[tuple[str, str]]:
    """Yield every file that people read with its text, but for the glossary itself."""
    for pattern in READ:
        found = [path for path in sorted(ROOT.glob(pattern)) if path not in glossary.FILES.values()]
        assert found, pattern
        for path in found:
            yield str(path.relative_to(ROOT)), path.read_text("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_documentation_is_in_step_with_its_source(language: Language) -> None:
    assert glossary.FILES[language].read_text("utf-8") == glossary.page(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_that_are_not_used_are_found_nowhere(language: Language) -> None:
    found = [
        f"{file}: {each}"
        for file, text in texts()
        for concept in CONCEPTS
        for each in concept.found(text, language, file)
    ]
    assert found == []


def test_every_exception_is_needed() -> None:
    said = "\n".join(text for _, text in texts())
    for concept in CONCEPTS:
        for phrase, reason in concept.exceptions.items():
            assert phrase in said, phrase
            assert any(word in phrase for word in concept.unused.zh), phrase
            assert reason
        for folder, reason in concept.elsewhere.items():
            assert concept.model_copy(update={"elsewhere": {}}).found(
                "\n".join(text for file, text in texts() if file.startswith(folder)), "zh"
            )
            assert reason


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_word_stands_for_one_concept(language: Language) -> None:
    words = [getattr(each, language) for each in CONCEPTS]
    assert sorted(set(words)) == sorted(words)
    unused = [word for each in CONCEPTS for word in getattr(each.unused, language)]
    assert not {*words} & {*unused}


def test_the_report_has_the_same_words_and_meanings() -> None:
    known = {each.en: each for each in CONCEPTS}
    terms = report_glossary()
    assert terms
    for term, meaning in terms:
        concept = known[str(term.text("en"))]
        assert str(term.text("zh")) == concept.zh
        assert (str(meaning.text("en")), str(meaning.text("zh"))) == (
            concept.means.en,
            concept.means.zh,
        )


def test_an_unused_word_is_found_as_a_whole_word_and_over_a_line_break() -> None:
    concept = glossary.Concept.model_validate(
        {
            "en": "to file",
            "zh": "归档",
            "means": {"en": "…", "zh": "…"},
            "unused": {"en": ["put on file", "mend"], "zh": ["入库"]},
            "exceptions": {"备件入库": "Spares are stored."},
        }
    )
    assert len(concept.found("It is put\n  on file; mend, amend and recommend.", "en")) == 2
    assert len(concept.found("登记入库，备件入库", "zh")) == 1
