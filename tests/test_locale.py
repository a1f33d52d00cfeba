"""The Chinese catalogue says everything that the source says."""

from __future__ import annotations

import importlib.util
import string
from pathlib import Path

FILE = Path(__file__).parents[1] / "tools" / "translations.py"
SPEC = importlib.util.spec_from_file_location("translations", FILE)
assert SPEC
assert SPEC.loader
translations = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(translations)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_catalogue_is_in_step_with_the_source() -> None:
    found = translations.load()
    assert translations.po_text(translations.updated(found)) == translations.PO.read_bytes()


def test_compiled_catalogue_is_the_written_one() -> None:
    assert translations.mo_bytes(translations.load()) == translations.MO.read_bytes()


def test_every_sentence_is_translated_with_its_values() -> None:
    assert len(translations.load()) > 1000
    for message in translations.load():
        if not message.id:
            continue
        english = [message.id] if isinstance(message.id, str) else message.id
        chinese = message.string if isinstance(message.string, str) else message.string[0]
        assert chinese, f"not translated yet: {english[0]}"
        assert not message.fuzzy
        assert any(fields(chinese) == fields(each) for each in english), english[0]
