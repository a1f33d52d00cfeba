"""A few of the hostile inputs, one of each kind; `make bombs` tries all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from .__main__ import run
from .inputs import BOMBS, Bomb

KINDS = (
    *("nested replace", "at_least of 400 digits", "deep policy"),
    *("far cell", "wide header", "many members", "deep JSON", "many rows", "deep folders"),
    *("archive of many files", "entities in entities", "endless block"),
    *("deep assessment", "deep baseline", "history of trees"),
    *("results with a far cell", "given zip bomb", "record into a large file"),
)


@pytest.mark.parametrize(
    "bomb", [each for each in BOMBS if each.name in KINDS], ids=lambda b: b.name
)
def test_bomb(bomb: Bomb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Other tests run beside it; `make bombs` measures time.
    monkeypatch.setattr("bombs.__main__.SECONDS", 60)
    assert run(bomb, tmp_path) == ""


def test_there_are_many() -> None:
    names = {each.name for each in BOMBS}
    assert len(names) == len(BOMBS) >= 60
    assert names.issuperset(KINDS)
