"""What is large is judged with less memory, and to the same result."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import ccpolicy
import shipped_sample
from ccpolicy.engine import evaluation
from ccpolicy.engine.control_problems import datasets_of
from ccpolicy.engine.lapses import LapseReader
from ccpolicy.engine.relations import SELECTED_RECORDS
from ccpolicy.evidence import load
from ccpolicy.files import finder
from ccpolicy.policy import Policy
from ccpolicy.store import duckdb
from recording_store import record

ROOT = Path(__file__).parents[2]
FAILING = ROOT / "src/ccpolicy/examples/failing"


@pytest.mark.parametrize("path", [ROOT, FAILING], ids=["sample", "failing"])
def test_large_evidence_is_judged_alike(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    request = ccpolicy.EvaluationRequest(appendix=True)
    small = shipped_sample.audited() if path == ROOT else ccpolicy.load(path).check(request)
    monkeypatch.setattr(evaluation, "STREAMED", -1)
    monkeypatch.setattr(load, "LARGE", 0)
    monkeypatch.setattr(finder, "SMALL", 4)
    for name in ("ONE_THREAD", "PLAINLY_PLANNED"):
        monkeypatch.setattr(duckdb, name, -1)
    assert ccpolicy.load(path).check(request) == small
    assert sum(len(control.lapses) for control in small.controls) > 2
    assert sum(len(control.due) for control in small.controls) > 2


def test_selections_are_read_alike_together_and_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    together = ccpolicy.load(FAILING).check()
    stores = record(monkeypatch)
    monkeypatch.setattr(evaluation, "TOGETHER", 1)
    assert ccpolicy.load(FAILING).check() == together
    [store] = stores
    begin = SELECTED_RECORDS.no_rows()
    assert len([query for query in store.queries if query.startswith(begin)]) > 1


def test_what_all_controls_select_is_gone_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = ccpolicy.load(ROOT).policy
    gone_through: list[Policy] = []
    selected = Policy._selected

    def counted(content: Policy) -> Iterator[str]:
        gone_through.append(content)
        return selected(content)

    monkeypatch.setattr(Policy, "_selected", counted)
    judged = [policy.datasets_judged(datasets_of(each)) for each in policy.controls.values()]
    assert len(judged) > 50
    assert all(judged)
    assert gone_through == [policy]


def test_records_are_let_go_of_before_spans_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[str] = []

    class Looking(LapseReader):
        def read(self, **asked: bool) -> None:
            rows = self.store.ask("SELECT table_name FROM information_schema.tables")
            held.extend(str(name) for (name,) in rows)
            super().read(**asked)

    monkeypatch.setattr(evaluation, "LapseReader", Looking)
    monkeypatch.setattr(evaluation, "STREAMED", -1)
    monkeypatch.setattr(load, "LARGE", 0)
    monkeypatch.setattr(finder, "SMALL", 4)
    assert ccpolicy.load(FAILING).check().controls
    assert "spans" in held
    assert [
        name for name in held if name.startswith(("evidence.", "input_records", "selected_records"))
    ] == []
