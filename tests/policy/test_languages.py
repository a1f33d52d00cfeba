"""A plan is written in the languages that its author chose, in one or in several."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import ccpolicy
from ccpolicy.assessment.models import Assessment
from ccpolicy.errors import LANGUAGES, Language, PolicyError, PolicyErrors
from ccpolicy.reports import View, render
from message_text import coded
from small_centre import CONTROLS, FILES, lay

PLAN = "policy/plan.yaml"
NOT_ENGLISH = re.compile(r"[\u4e00-\u9fff]")
_BOTH = re.compile(r"\{en: ([^{}]*), zh: ([^{}]*)\}")


def _written(folder: Path, languages: str, write: Callable[[re.Match[str]], str]) -> Path:
    """Lay a centre whose texts are written anew, in other languages."""
    files = {
        name: _BOTH.sub(write, text).replace("languages: [en, zh]", f"languages: {languages}")
        for name, text in FILES.items()
    }
    return lay(folder, files)


def _assessed(root: Path) -> Assessment:
    return ccpolicy.load(root).check()


def _rendered(result: Assessment, name: str, language: Language) -> str:
    content = render(result, name, View(language=language)).content
    return content if isinstance(content, str) else content.decode()


@pytest.fixture
def english(tmp_path: Path) -> Path:
    """A centre of somebody who writes English and nothing else."""
    return _written(tmp_path / "en", "[en]", lambda found: found[1])


@pytest.fixture
def german(tmp_path: Path) -> Path:
    """A centre whose plan is in German."""
    return _written(tmp_path / "de", "[de]", lambda found: f"'Plan: {found[1]} (äöü)'")


@pytest.fixture
def swiss(tmp_path: Path) -> Path:
    """A centre whose plan is in German and in English."""
    return _written(
        tmp_path / "swiss",
        "[de-CH, en]",
        lambda found: f"{{de-CH: 'Auf Deutsch: {found[1]}', en: {found[1]}}}",
    )


def test_one_language_needs_no_other(english: Path) -> None:
    result = _assessed(english)
    assert result.gate.passed
    assert result.policy.languages == ["en"]
    [control] = result.controls
    assert control.title.root == {"en": "Assets are inspected"}
    assert control.owner.root == {"en": "facilities"}


@pytest.mark.parametrize("name", ["text", "markdown", "csv", "sarif", "junit", "oscal", "gitlab"])
def test_reports_show_the_language_that_there_is(name: str, german: Path) -> None:
    (german / "evidence/inspections/2026.csv").write_text("asset_id,performed_at,result\n", "utf-8")
    result = _assessed(german)
    for language in LANGUAGES:
        said = _rendered(result, name, language)
        assert "Assets are inspected (äöü)" in said or "Assets are inspected (\\u00e4" in said


def test_a_page_in_one_language_offers_no_other(english: Path, german: Path) -> None:
    for root, language in ((english, "en"), (german, "de")):
        page = _rendered(_assessed(root), "html", "zh")
        assert re.findall(r'<html lang="?([\w-]+)', page) == [language]
        assert not re.search(r'id="?lang-', page)
        assert not NOT_ENGLISH.search(re.sub(r"(?s)<style>.*?</style>", "", page))


def test_a_page_offers_the_languages_of_the_plan(swiss: Path) -> None:
    page = _rendered(_assessed(swiss), "html", "en")
    assert re.findall(r'<html lang="?([\w-]+)', page) == ["en"]
    assert re.findall(r'id="?lang-([\w-]+)', page) == ["de-CH", "en"]
    assert "Deutsch (Schweiz)" in page
    assert "<i lang=de-CH>Auf Deutsch: A small plan</i><i>A small plan</i>" in page
    assert not NOT_ENGLISH.search(re.sub(r"(?s)<style>.*?</style>", "", page))


def test_the_public_json_is_read_back(swiss: Path) -> None:
    result = _assessed(swiss)
    again = Assessment.model_validate_json(result.model_dump_json(by_alias=True))
    assert again == result
    assert json.loads(result.model_dump_json())["controls"][0]["title"] == {
        "de-CH": "Auf Deutsch: Assets are inspected",
        "en": "Assets are inspected",
    }


@pytest.mark.parametrize(
    ("languages", "title", "said"),
    [
        ("[en, zh]", "Inspected", coded("PL780", "title")),
        ("[en, zh]", "{en: Inspected}", coded("PL781", "title", "zh")),
        ("[en]", "{en: Inspected, zh: 巡检}", coded("PL782", "title", "zh")),
        ("[en]", "{zh: 巡检}", coded("PL781", "title", "en")),
    ],
)
def test_each_text_is_in_each_language(
    languages: str, title: str, said: str, tmp_path: Path
) -> None:
    one = languages == "[en]"
    root = _written(tmp_path, languages, lambda found: found[1] if one else found[0])
    text = (root / CONTROLS).read_text("utf-8")
    written = re.sub(r"title: .*", f"title: {title}", text, count=1)
    (root / CONTROLS).write_text(written, "utf-8")
    with pytest.raises(PolicyErrors) as caught:
        ccpolicy.load(root)
    [error] = caught.value.errors
    assert error.message.coded() == said
    assert str(error.locator) == f"{CONTROLS}:3:5"


@pytest.mark.parametrize(
    ("languages", "said"),
    [
        ("[]", coded("FI312", "languages")),
        ("English", coded("FI308", "languages", '"English"')),
        ("[English]", "FI311"),
    ],
)
def test_languages_are_named_as_in_bcp_47(languages: str, said: str, tmp_path: Path) -> None:
    error = _refused(tmp_path, languages)
    assert error.message.coded().startswith(said)


def test_a_language_is_named_once(tmp_path: Path) -> None:
    error = _refused(tmp_path, "[en, zh, en]")
    assert (str(error.locator), error.message.coded()) == (f"{PLAN}:15:21", coded("PL783", "en"))


def _refused(root: Path, languages: str) -> PolicyError:
    lay(root)
    text = (root / PLAN).read_text("utf-8")
    written = text.replace("languages: [en, zh]", f"languages: {languages}")
    (root / PLAN).write_text(written, "utf-8")
    with pytest.raises(PolicyErrors) as caught:
        ccpolicy.load(root).check()
    [error, *_] = caught.value.errors
    return error
