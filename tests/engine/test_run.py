"""What is large is judged with less memory, and to the same result."""

from __future__ import annotations

from pathlib import Path

import pytest

import ccpolicy
from ccpolicy.engine import run
from ccpolicy.evidence import files, load

ROOT = Path(__file__).parents[2]
FAILING = ROOT / "src/ccpolicy/samples/failing"


@pytest.mark.parametrize("path", [ROOT, FAILING], ids=["sample", "failing"])
def test_large_evidence_is_judged_alike(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = ccpolicy.load(path).check(annex=True)
    monkeypatch.setattr(run, "STREAMED", -1)
    monkeypatch.setattr(load, "LARGE", 0)
    monkeypatch.setattr(files, "SMALL", 4)
    assert ccpolicy.load(path).check(annex=True) == small
    assert sum(len(control.lapses) for control in small.controls) > 2
    assert sum(len(control.due) for control in small.controls) > 2
