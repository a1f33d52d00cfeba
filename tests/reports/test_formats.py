"""The registry of formats, and the functions and files that it names."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest

import ccpolicy.reports
from ccpolicy.reports import FORMATS, Subject, formats, renderer

FOLDER = Path(ccpolicy.reports.__file__).parent


def test_choices_derive_from_the_registry() -> None:
    assert formats("assessment") == list(FORMATS)
    assert formats("comparison") == ["text", "json", "markdown"]
    assert formats("agenda") == ["text", "json", "ics", "csv", "xlsx"]
    assert formats("verification") == ["text", "json"]
    assert formats("history") == ["text", "json"]


def test_every_renderer_in_the_folder_is_registered_and_the_other_way_round() -> None:
    written = {
        f"{path.stem}.{name}"
        for path in FOLDER.glob("[a-z]*.py")
        for name in re.findall(r"^def (render_\w+)", path.read_text("utf-8"), re.MULTILINE)
    }
    registered = {name for each in FORMATS.values() for name in each.renderers.values()}
    assert written == registered


@pytest.mark.parametrize("subject", get_args(Subject))
@pytest.mark.parametrize("name", FORMATS)
def test_a_renderer_takes_what_it_is_registered_for(name: str, subject: Subject) -> None:
    if subject not in FORMATS[name].renderers:
        return
    result, view = inspect.signature(renderer(name, subject)).parameters.values()
    assert result.annotation == ("AssessmentModel" if name == "json" else subject.capitalize())
    assert view.annotation == "View"


def test_every_subject_is_a_kind_of_result() -> None:
    declared = {
        subject
        for path in (FOLDER.parent / "assessment").glob("[a-z]*.py")
        for each in vars(import_module(f"ccpolicy.assessment.{path.stem}")).values()
        if (subject := getattr(each, "SUBJECT", None))
    }
    assert declared == set(get_args(Subject))
