"""Whole populations: every subject, counted as its control counts, and nothing of the unknown."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import ccpolicy
import shipped_sample
from ccpolicy import EvaluationRequest
from ccpolicy.assessment.models import Control, SubjectState
from small_centre import CONTROLS, FAILING, INSPECTIONS, change, lay


def judged(folder: Path, as_of: str | None = None) -> Control:
    asked = EvaluationRequest(subjects=True, as_of=as_of)
    (control,) = ccpolicy.load(folder).check(asked).controls
    return control


def population(control: Control) -> dict[str, SubjectState]:
    assert control.population is not None
    return {each.subject: each for each in control.population}


def test_the_sample_judges_every_control_of_its_policy() -> None:
    judged_ids = [each.id for each in shipped_sample.audited().controls]
    assert sorted(judged_ids) == sorted(shipped_sample.repository().controls)


@pytest.mark.parametrize("control_id", shipped_sample.repository().controls)
def test_subjects_are_as_many_as_the_control_counts(control_id: str) -> None:
    sample = shipped_sample.audited()
    (control,) = (each for each in sample.controls if each.id == control_id)
    subjects = population(control)
    now = Counter(each.now for each in subjects.values())
    counted = control.subjects
    if control.now == "not_applicable":
        assert {*now} <= {"not_applicable"}
        return
    assert len(subjects) == counted.total
    assert now["fail"] == counted.failed
    assert now["waived"] == counted.waived
    assert now["pass"] == counted.passed
    assert now["not_applicable"] == counted.ended
    failed = {lapse.subject for lapse in control.lapses if not lapse.waived_by and lapse.days}
    assert failed <= {name for name, each in subjects.items() if each.period == "fail"}
    assert all(each.since is None or each.since <= sample.as_of for each in subjects.values())
    due = {name: each.at for each in control.due for name in each.subjects}
    assert {name: each.next_due for name, each in subjects.items() if each.next_due} == due
    for name, each in subjects.items():
        own = [lapse for lapse in control.lapses if lapse.subject == name]
        assert each.lapses == len(own)
        unwaived = sum(lapse.days for lapse in own if not lapse.waived_by)
        assert each.days == pytest.approx(unwaived, abs=1e-5)


def test_subjects_have_the_class_of_the_register() -> None:
    controls = {each.id: each for each in shipped_sample.audited().controls}
    (every,) = controls["EM-1"].parameters
    assert isinstance(every.value, dict)
    found = {each.class_name for each in population(controls["EM-1"]).values()}
    assert found == {*every.value}
    assert {each.class_name for each in population(controls["TR-1"]).values()} == {None}


def test_since_when_and_by_which_record(tmp_path: Path) -> None:
    folder = lay(tmp_path / "centre")
    subjects = population(judged(folder))
    assert subjects["PBX-1"].evidence == f"{INSPECTIONS}:2"
    assert subjects["PBX-1"].since == "2026-11-10T09:00:00+08:00", "its first one was late"
    (folder / INSPECTIONS).write_text(FAILING, encoding="utf-8")
    failing = population(judged(folder))["PBX-2"]
    assert (failing.now, failing.period, failing.next_due) == ("fail", "fail", None)
    assert failing.since == "2026-11-01T00:00:00+08:00"


def test_nothing_passes_where_evidence_is_invalid(tmp_path: Path) -> None:
    folder = lay(tmp_path / "centre")
    change(folder, INSPECTIONS, "PBX-2,2026-11-01T09:00:00+08:00,pass", "PBX-2,soon,pass")
    found = judged(folder)
    assert found.now == "unknown"
    assert {each.now for each in population(found).values()} <= {"unknown", "fail"}


def test_registers_name_their_values(tmp_path: Path) -> None:
    folder = lay(tmp_path / "centre")
    assets = folder / "policy/datasets/assets.yaml"
    change(
        folder,
        "policy/datasets/assets.yaml",
        "asset_id: {type: string}",
        "asset_id: {type: string, enum: [PBX-1, PBX-2]}",
    )
    labels = "value_labels: {asset_id: {PBX-1: {en: exchange, zh: 交换机}}}\n"
    assets.write_text(assets.read_text("utf-8") + labels, "utf-8")
    subjects = population(judged(folder))
    label = subjects["PBX-1"].label
    assert label
    assert label.root == {"en": "exchange", "zh": "交换机"}
    assert subjects["PBX-2"].label is None


def test_whoever_left_does_not_pass(tmp_path: Path) -> None:
    folder = lay(tmp_path / "centre")
    change(folder, CONTROLS, "starts: commissioned_on}", "starts: commissioned_on, ends: left_on}")
    change(
        folder,
        "policy/datasets/assets.yaml",
        "    asset_id: {type: string}\n",
        "    asset_id: {type: string}\n    left_on: {type: string, format: date}\n",
    )
    (folder / "evidence/assets/assets.csv").write_text(
        "asset_id,commissioned_on,left_on\nPBX-1,2026-10-01,2026-10-20\nPBX-2,2026-10-01,\n",
        "utf-8",
    )
    assert population(judged(folder))["PBX-1"].now == "not_applicable"


def test_of_a_lapse_that_a_waiver_cut_the_parts_of_the_period_count(tmp_path: Path) -> None:
    folder = lay(tmp_path / "centre")
    (folder / INSPECTIONS).write_text(FAILING, encoding="utf-8")
    (folder / "policy/waivers.yaml").write_text(
        "waivers:\n  - id: W-1\n    control: EM-1\n    subject: PBX-2\n"
        "    reason: {en: Spare parts are awaited., zh: 等待备件。}\n"
        "    owner: facilities\n    approver: director\n"
        "    from: 2026-11-03\n    until: 2026-11-05\n",
        "utf-8",
    )
    period = ("2026-11-12T00:00:00+08:00", "2026-11-20T18:00:00+08:00")
    asked = EvaluationRequest(subjects=True, period=period)
    (control,) = ccpolicy.load(folder).check(asked).controls
    states = population(control)
    assert [each.subject for each in control.lapses] == ["PBX-2"]
    assert (states["PBX-2"].lapses, states["PBX-1"].lapses) == (1, 0)
    assert states["PBX-2"].since == "2026-11-06T00:00:00+08:00"


def test_nobody_is_listed_unless_asked_for(tmp_path: Path) -> None:
    (control,) = ccpolicy.load(lay(tmp_path / "centre")).check().controls
    assert control.population is None
