"""What reports say of matters that people vouch for."""

from __future__ import annotations

import json

import pytest

from ccpolicy.assessment.parse import read_assessment
from ccpolicy.errors import Language, ReportError
from ccpolicy.reports import View

from .rendered import render
from .rich import ASSESSMENT

WITHOUT = ASSESSMENT.model_copy(update={"attested": []})


def full(language: Language = "en") -> View:
    return View(language=language, detail="full")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_markdown_has_a_table(language: Language) -> None:
    said = render(ASSESSMENT, "markdown", full(language))
    heading = {"en": "What this does not prove", "zh": "本报告不能证明的事项"}[language]
    assert said.count(f"### {heading}") == 1
    rows = said.partition(heading)[2].splitlines()
    [first] = [row for row in rows if "P0010" in row]
    assert "2026-06-05 – 2027-06-04" in first
    assert "EM-1, NS-1" in first or "EM-1、NS-1" in first
    never = {"en": "never attested", "zh": "从未承诺"}[language]
    assert sum(never in row for row in rows) == 1
    assert heading not in render(WITHOUT, "markdown", full(language))
    assert heading not in render(ASSESSMENT, "markdown", View(language=language))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_text_names_who_and_until_when(language: Language) -> None:
    said = render(ASSESSMENT, "text", full(language))
    heading = {"en": "What this does not prove", "zh": "本报告不能证明的事项"}[language]
    section = said.partition(heading)[2]
    assert "P0003" in section
    assert "2025-11-19 – 2026-11-18" in section
    assert "\x1b[31m" not in section
    assert heading not in render(WITHOUT, "text", full(language))


def test_an_attestation_cannot_be_turned_alone() -> None:
    value = json.loads(render(ASSESSMENT, "json", View()))
    assert read_assessment(json.dumps(value).encode(), "a.json").attested == ASSESSMENT.attested
    value["attested"][1]["now"] = "pass"
    with pytest.raises(ReportError) as failure:
        read_assessment(json.dumps(value).encode(), "a.json")
    assert failure.value.message.code == "RP226"
    assert str(failure.value.locator) == "a.json#attested/1"
    value["attested"][1] |= {"now": "fail", "control": "GV-9"}
    with pytest.raises(ReportError) as failure:
        read_assessment(json.dumps(value).encode(), "a.json")
    assert failure.value.message.code == "RP226"
