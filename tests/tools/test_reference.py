"""The reference is in step with the program, names all there is, and its examples work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import click
import pytest
from pydantic import BaseModel, TypeAdapter

import ccpolicy
from ccpolicy.checks.sql_guard import expression_sql
from ccpolicy.errors import LANGUAGES, Language, PolicyError, catalogue
from ccpolicy.files.yaml_document import parse_yaml
from ccpolicy.messages import FAMILIES, explanations
from ccpolicy.policy import schemas
from ccpolicy.reports.phrases import VERDICT_LABEL_MESSAGES
from ccpolicy.store.duckdb import open_store
from reference.commands import commands
from reference.fields import EXAMPLES, PLAIN, READ, WRITTEN, parts_of
from reference.functions import functions, names
from reference.kinds import shipped_kinds
from reference.site import FOLDER, Reference

DOCS = FOLDER.parent
BLOCK = re.compile(r"^[^\n]*`([\w./-]+\.\w+)`[:：]\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^):]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def text_of(language: Language) -> str:
    """Return all pages of the reference, and the list of messages."""
    suffix = ".md" if language == "en" else ".zh.md"
    pages = [
        path
        for path in (*FOLDER.glob("*.md"), *DOCS.glob("messages*.md"))
        if path.name.endswith(suffix) and path.name.endswith(".zh.md") == (language == "zh")
    ]
    assert len(pages) > 10
    return "\n".join(path.read_text("utf-8") for path in pages)


@cache
def made(language: Language) -> tuple[dict[str, str], list[str]]:
    """Return the pages of a language, and what they lack."""
    reference = Reference(language)
    return reference.pages(), reference.complaints()


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_in_step_with_the_program(language: Language) -> None:
    pages, complaints = made(language)
    assert complaints == []
    stale = [name for name, text in pages.items() if (FOLDER / name).read_text("utf-8") != text]
    assert stale == [], "run: cd tools && python -m reference"


def test_both_languages_have_the_same_pages() -> None:
    pages = [name for language in LANGUAGES for name in made(language)[0]]
    assert sorted(pages) == sorted(path.name for path in FOLDER.iterdir())
    assert len(pages) == 2 * len(made("en")[0]) > 20


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_named(language: Language) -> None:
    text = text_of(language)
    assert [each for each in everything() if each not in text] == []


def everything() -> Iterator[str]:
    """Yield each field, option, kind, function and code, as the reference writes it."""
    for model in {*READ.values(), *WRITTEN.values()}:
        for each in schemas.classes(model).values():
            if each.__name__ not in PLAIN:
                yield from (f"| `{f.alias or n}` |" for n, f in each.model_fields.items())
    for name, command in commands().items():
        yield f"# {name}\n"
        for option in command.params:
            if isinstance(option, click.Option):
                yield from option.opts
    for name, kind in shipped_kinds().items():
        yield f"## {name}\n"
        yield from (f"| `{each}` |" for each in (*kind.inputs, *kind.parameters))
    yield from (f"<code>{each}" for each in names() if each.isidentifier())
    yield from (f"### {code}\n" for family in FAMILIES for code in explanations(family))


def test_everything_is_a_lot() -> None:
    assert len({*everything()}) > 900


def test_tables_have_no_empty_cells_and_links_lead_somewhere() -> None:
    anchors = {path.name: set(_anchors(path)) for path in FOLDER.glob("*.md")}
    for path in FOLDER.glob("*.md"):
        text = re.sub(r"^```.*?^```$", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
        assert not re.search(r"\| *\|", text), path.name
        links = LINK.findall(text)
        assert links, path.name
        for file, _, anchor in (link.partition("#") for link in links):
            target = FOLDER / (file or path.name)
            assert target.exists(), (path.name, file)
            if anchor:
                assert anchor in (anchors.get(target.name) or _anchors(target)), (path.name, anchor)


def _anchors(path: Path) -> list[str]:
    headings = HEADING.findall(path.read_text("utf-8"))
    return [re.sub(r"[^\w -]", "", each).strip().lower().replace(" ", "-") for each in headings]


def test_examples_of_fields_are_read() -> None:
    read = {part.name: part.model for name in READ for part in parts_of(name)}
    assert len(EXAMPLES) > 60
    for key, example in EXAMPLES.items():
        model, _, field = key.partition(".")
        assert _value(read[model], field, example) is not None, key


def _value(model: type[BaseModel], name: str, example: str) -> Any:
    """Read the example of a field as the program reads it."""
    [field] = [f for n, f in model.model_fields.items() if (f.alias or n) == name]
    given = parse_yaml(f"{name}: {example}".encode(), "example.yaml", PolicyError).value
    return TypeAdapter(field.rebuild_annotation()).validate_python(given[name])


def test_examples_of_functions_are_true() -> None:
    with open_store() as store:
        store.create("record", "SELECT '31.01.2026' AS day")
        for name, each in functions().items():
            assert name.lower() in each.example.lower(), name
            sql = expression_sql(store, each.example)
            assert store.ask(f"SELECT {sql} FROM record") == [(True,)], each.example


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_the_output_are_explained(language: Language) -> None:
    text = Reference(language).sources["assessment"]
    words = (
        *VERDICT_LABEL_MESSAGES.values(),
        *("PROBLEM", "CURED", "STALE", "DUE", "LOOSER", "CHANGED", "STRICTER", "NEW", "WORDS"),
        *("ALTERED", "Needs attention", "To be reviewed", "Not assessed"),
        *("not waived before: {lapse}", "{lapse}, known in the baseline"),
    )
    for word in words:
        said = re.sub(r"\{lapse\}|[:：，,] ?", "", catalogue(language).gettext(word))
        assert said in text, word


@pytest.mark.parametrize("language", LANGUAGES)
def test_examples_name_schemas_that_are_there(language: Language) -> None:
    """As they are beside the policy that `ccpolicy init` writes: in `policy/schemas`."""
    found = [
        (FOLDER.parents[1] / name).parent / schema
        for text in Reference(language).sources.values()
        for name, content in BLOCK.findall(text)
        for schema in re.findall(r"\$schema=(\S+)", content)
    ]
    assert len(found) > 5
    assert [each for each in found if not each.resolve().is_file()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_examples_of_the_pages_are_one_policy(language: Language, tmp_path: Path) -> None:
    for text in Reference(language).sources.values():
        for name, content in BLOCK.findall(text):
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, "utf-8")
    (tmp_path / "evidence" / "photos").mkdir()
    (tmp_path / "evidence" / "photos" / "lobby.jpg").write_bytes(b"")
    repository = ccpolicy.load(tmp_path)
    # The waiver explains the past.
    assert {each.message.code for each in repository.lint()} <= {"LN105"}
    results = [*repository.test()]
    assert [each.passed for each in results] == [True, True]
    assessment = repository.check(ccpolicy.EvaluationRequest(as_of="2026-03-15"))
    assert [(each.id, each.now) for each in assessment.controls] == [
        ("FIRE-1", "waived"),
        ("FIRE-2", "pass"),
    ]
    assert not assessment.evidence.unread
    assert not [each for control in assessment.controls for each in control.problems]


def test_both_languages_show_the_same_files() -> None:
    found = {
        language: [
            name for text in Reference(language).sources.values() for name, _ in BLOCK.findall(text)
        ]
        for language in LANGUAGES
    }
    assert found["en"] == found["zh"]
    for name, language in product(found["en"], LANGUAGES):
        assert name in text_of(language)
