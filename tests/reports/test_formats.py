"""The registry of formats, and the files that it names."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest

import ccpolicy.reports
from ccpolicy.reports import FORMATS, Subject, formats

FOLDER = Path(ccpolicy.reports.__file__).parent


def test_choices_derive_from_the_registry() -> None:
    assert formats("assessment") == list(FORMATS)
    assert formats("comparison") == ["text", "json", "markdown"]
    assert formats("agenda") == ["text", "json", "ics"]
    assert formats("verification") == ["text", "json"]
    assert formats("history") == ["text", "json"]


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("[a-z]*.py")))
def test_modules_and_registry_agree(name: str) -> None:
    module = import_module(f"ccpolicy.reports.{name}")
    said = {
        subject
        for subject in get_args(Subject)
        if getattr(vars(module).get(subject), "__module__", None) == module.__name__
    }
    assert said == set(FORMATS[name].subjects if name in FORMATS else ())
