"""Every reader of the program, on bytes that nobody would write."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from . import CORPUS
from .mutation import mutated
from .targets import TARGETS

COUNT = int(os.environ.get("CCPOLICY_FUZZ", "8"))
SEED = os.environ.get("CCPOLICY_FUZZ_SEED", "1")


@pytest.mark.parametrize("name", TARGETS)
def test_target(name: str, tmp_path: Path) -> None:
    """What was found before and changed inputs are answered, and nothing is written elsewhere."""
    target, folder = TARGETS[name], tmp_path / "centre"
    folder.mkdir()
    seeds = target.prepare(folder)
    kept = sorted(path.read_bytes() for path in (CORPUS / name).glob("*"))
    before = {path.name for path in tmp_path.iterdir()}
    for data in kept:
        target.attempt(folder, data)
    for number in range(COUNT):
        draw = random.Random(f"{SEED} {name} {number}")
        seed, other = draw.choice(seeds + kept), draw.choice(seeds + kept)
        target.attempt(folder, mutated(draw, seed, other))
    assert {path.name for path in tmp_path.iterdir()} <= {*before, "part.json", "part.zip"}


def test_corpus_is_of_targets() -> None:
    folders = {path.name for path in CORPUS.iterdir()}
    assert folders
    assert folders <= TARGETS.keys()
