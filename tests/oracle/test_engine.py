"""The engine against the oracle, on random worlds written as policy repositories.

`CCPOLICY_WORLDS` says how many. A batch that fails is run again with
`pytest 'tests/oracle/test_engine.py::test_batch[17]'`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ccpolicy.store import duckdb

from .comparison import differences
from .reduction import smallest
from .worlds import setting, world

SIZE = 90
"""Worlds in one repository: all judged in one run."""
COUNT = int(os.environ.get("CCPOLICY_WORLDS", "1000"))


@pytest.mark.parametrize("seed", range(-(-COUNT // SIZE)))
def test_batch(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if seed % 2:  # judged as many records are
        monkeypatch.setattr(duckdb, "PLAINLY_PLANNED", -1)
    shared = setting(seed)
    worlds = [world(shared, seed, number) for number in range(SIZE)]
    folder = tmp_path / "all"
    folder.mkdir()
    found = list(differences(folder, shared, worlds))
    if found:
        first = smallest(tmp_path, shared, min(found, key=lambda each: len(str(each.world))))
        names = ", ".join(each.world.name for each in found)
        pytest.fail(f"batch {seed}: {names} differ; one of them, made small:\n{first.text(shared)}")
