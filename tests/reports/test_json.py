"""The public JSON."""

from __future__ import annotations

import json

from ccpolicy.assessment.agenda import Agenda, agenda
from ccpolicy.assessment.models import Assessment
from ccpolicy.reports import View

from .rendered import render
from .rich import ASSESSMENT

UNTIL = "2026-12-21T00:00:00+08:00"


def test_nothing_is_lost_and_the_reader_changes_nothing() -> None:
    text = render(ASSESSMENT, "json", View())
    assert Assessment.model_validate_json(text) == ASSESSMENT
    assert render(ASSESSMENT, "json", View(language="zh", columns=40, colour=True)) == text
    due = agenda(ASSESSMENT, UNTIL)
    assert Agenda.model_validate_json(render(due, "json", View())) == due


def test_keys_come_in_the_models_order() -> None:
    text = render(ASSESSMENT, "json", View())
    assert list(json.loads(text)) == list(Assessment.model_fields)
    assert text.startswith('{\n  "schema_version": "2.5",\n')
    assert text.endswith("}\n")
    assert "上海-交换机-01" in text
