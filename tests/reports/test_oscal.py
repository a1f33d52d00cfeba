"""OSCAL documents, read by NIST's own terms and by another's program."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from trestle.core.base_model import OscalBaseModel
from trestle.oscal.assessment_results import AssessmentResults
from trestle.oscal.catalog import Catalog
from trestle.oscal.component import ComponentDefinition

import ccpolicy
from ccpolicy.cli import export
from ccpolicy.errors import LANGUAGES, Language
from ccpolicy.policy.oscal import DOCUMENTS
from ccpolicy.reports import View
from ccpolicy.shipped import shipped_folder

from .centres import FAILING, NAMES, centre
from .rendered import render
from .rich import ASSESSMENT

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
MODELS: dict[str, type[OscalBaseModel]] = {
    "assessment-results": AssessmentResults,
    "catalog": Catalog,
    "component-definition": ComponentDefinition,
}


def results(view: View | None = None) -> dict[str, Any]:
    document = json.loads(render(ASSESSMENT, "oscal", view or View()))
    (found,) = document["assessment-results"]["results"]
    assert isinstance(found, dict)
    return found


def pairs(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield every name and value of a document."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield name, each
            yield from pairs(each)
    elif isinstance(value, list):
        for each in value:
            yield from pairs(each)


def check(text: str, tmp_path: Path) -> None:
    """Have another program read a document, and check what schemas do not."""
    document = json.loads(text)
    ((name, body),) = document.items()
    file = tmp_path / f"{name}.json"
    file.write_text(text, "utf-8")
    assert MODELS[name].oscal_read(file) is not None
    found = list(pairs(document))
    own = [value for name, value in found if name == "uuid"]
    assert all(UUID.fullmatch(value) for value in own)
    assert [value for value, count in Counter(own).items() if count > 1] == []
    for name, value in found:
        assert value not in ([], {}, None, "")
        if name.endswith("-uuid"):
            assert value in own
        elif name in ("href", "source") and value.startswith("#"):
            assert value[1:] in own
        elif name == "methods":
            assert set(value) <= {"EXAMINE", "INTERVIEW", "TEST"}
        elif name == "hashes":
            assert {each["algorithm"] for each in value} == {"SHA-256"}
        elif name in ("collected", "expires", "start", "end", "deadline", "last-modified"):
            assert value.endswith("Z")
    assert body["metadata"]["oscal-version"] == "1.2.1"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_results_are_read(name: str, language: Language, tmp_path: Path) -> None:
    check(render(centre(name), "oscal", View(language=language)), tmp_path)


@pytest.mark.parametrize("root", [shipped_folder(), FAILING], ids=["shipped", "failing"])
@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_exports_are_read(root: Path, name: str, language: Language, tmp_path: Path) -> None:
    check(DOCUMENTS[name](ccpolicy.load(root).policy, language), tmp_path)


def test_the_three_documents_fit_together() -> None:
    content = ccpolicy.load(shipped_folder()).policy
    catalog = list(pairs(json.loads(DOCUMENTS["oscal-catalog"](content, "en"))))
    ids = {value for name, value in catalog if name == "id"}
    controls = [each["id"] for name, value in catalog if name == "controls" for each in value]
    assert sorted(controls) == sorted(content.controls)
    component = list(pairs(json.loads(DOCUMENTS["oscal-component"](content, "en"))))
    roles = {value for name, value in component if name == "id"}
    for name, value in component:
        if name in ("control-id", "param-id"):
            assert value in ids
        if name == "role-id":
            assert value in roles
    judged = list(pairs(json.loads(render(centre("shipped"), "oscal", View()))))
    for name, value in judged:
        if name in ("control-id", "target-id"):
            assert value in ids


def test_what_stands_behind_each_verdict() -> None:
    found = results()
    statuses = {
        each["target"]["target-id"]: tuple(each["target"]["status"].values())
        for each in found["findings"]
    }
    assert statuses == {
        "GV-1_obj": ("satisfied", "pass", "pass"),
        "EM-1_obj": ("not-satisfied", "fail", "fail"),
        "EM-2_obj": ("satisfied", "pass", "pass"),
        "NS-1_obj": ("not-satisfied", "other", "unknown"),
        "ER-1_obj": ("not-satisfied", "other", "waived"),
        "ER-2_obj": ("not-satisfied", "fail", "fail"),
        "TR-1_obj": ("satisfied", "pass", "pass"),
    }
    risks = [(each["title"].partition(" ")[0], each["status"]) for each in found["risks"]]
    assert risks == [
        ("EM-1", "open"),
        ("NS-1", "investigating"),
        ("ER-1", "deviation-approved"),
        ("ER-2", "open"),
    ]
    (waived,) = [each for each in found["risks"] if each["status"] == "deviation-approved"]
    assert waived["deadline"] == "2026-12-31T16:00:00Z"
    (selection,) = found["reviewed-controls"]["control-selections"]
    assert selection["exclude-controls"] == [{"control-id": "ER-5"}, {"control-id": "IR-1"}]


def test_names_stay_and_the_document_changes_with_what_it_says() -> None:
    first = json.loads(render(ASSESSMENT, "oscal", View()))["assessment-results"]
    later = ASSESSMENT.model_copy(update={"as_of": "2026-11-21T18:00:00+08:00"})
    second = json.loads(render(later, "oscal", View()))["assessment-results"]
    assert first["uuid"] != second["uuid"]
    assert first["results"][0]["uuid"] != second["results"][0]["uuid"]
    for part in ("findings", "observations", "risks"):
        assert [each["uuid"] for each in first["results"][0][part]] == [
            each["uuid"] for each in second["results"][0][part]
        ]
    assert render(ASSESSMENT, "oscal", View()) == render(ASSESSMENT, "oscal", View())


def test_a_text_is_shown_as_it_is() -> None:
    texts = [value for name, value in pairs(results()) if name == "description"]
    (hostile,) = [text for text in texts if "365 d" in text]
    assert "UPS\\\\x1b\\[31m-1\\\\u202e\\\\n::error::\\\\x00: since 2025-09-01" in hostile


def test_the_command_knows_the_documents() -> None:
    assert tuple(DOCUMENTS) == export.NAMES
