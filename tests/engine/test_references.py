"""Evidence that only other evidence refers to: it is read, judged, told and bundled."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

import ccpolicy
from ccpolicy import Assessment, EvaluationRequest
from ccpolicy.bundle.archive import Archive, open_archive
from ccpolicy.cli.program import program
from git_command import commit, git
from small_centre import CONTROLS, FILES, INSPECTIONS, change, lay

STAFF = "evidence/staff.csv"
PEOPLE = "person_id,hired_on,left_on\nP1,2024-01-01,\nP2,2024-01-01,2026-11-09\n"
CONTRACT = "policy/datasets/inspections.yaml"
REFERENCE = "{dataset: staff, key: person_id, during: [hired_on, left_on], at: performed_at}"
REFERRING = {
    CONTRACT: FILES[CONTRACT].replace(
        "record:\n",
        "references:\n"
        "  asset_id: {dataset: assets, key: asset_id}\n"
        f"  technician: {REFERENCE}\n"
        "record:\n",
    )
    + "    technician: {type: string}\n",
    "policy/datasets/staff.yaml": """\
id: staff
title: {en: Staff, zh: 人员}
owner: manager
files: staff.csv
format: csv
key: [person_id]
retention: 5 years
record:
  type: object
  required: [person_id, hired_on]
  properties:
    person_id: {type: string}
    hired_on: {type: string, format: date}
    left_on: {type: string, format: date}
""",
    INSPECTIONS: """\
asset_id,performed_at,result,technician
PBX-1,2026-11-10T09:00:00+08:00,pass,P1
PBX-2,2026-11-01T09:00:00+08:00,pass,P2
""",
    STAFF: PEOPLE,
}
ROSTER = """\
  - id: ST-1
    title: {en: Staff are on file, zh: 人员在册}
    rule: {en: Two of them., zh: 两人。}
    remediation: {en: File them., zh: 归档。}
    clauses: {"3.1": DIGEST}
    severity: low
    owner: manager
    check: level
    inputs:
      spans: {dataset: staff, starts: hired_on, ends: left_on}
    parameters:
      minimum: {value: 1, norm: monthly}
"""


@pytest.fixture
def centre(tmp_path: Path) -> Path:
    return lay(lay(tmp_path / "centre"), REFERRING)


def check(centre: Path, **asked: object) -> Assessment:
    return ccpolicy.load(centre).check(EvaluationRequest(**asked))  # type: ignore[arg-type]


def problems(assessment: Assessment) -> list[tuple[str, str, str | None]]:
    return [
        (control.id, problem.code, problem.locator)
        for control in assessment.controls
        for problem in control.problems
    ]


def test_a_reference_that_holds_changes_nothing(centre: Path) -> None:
    assessment = check(centre)
    assert [each.now for each in assessment.controls] == ["pass"]
    assert {each.dataset for each in assessment.evidence.files} == {
        "assets",
        "inspections",
        "staff",
    }


def test_a_record_that_names_nobody_counts_for_nothing(centre: Path) -> None:
    change(centre, INSPECTIONS, "pass,P2", "pass,P3")
    assessment = check(centre)
    [control] = assessment.controls
    assert (control.now, control.period) == ("unknown", "unknown")
    assert problems(assessment) == [("EM-1", "EV330", f"{INSPECTIONS}:3")]
    assert [lapse.subject for lapse in control.lapses if not lapse.ends] == ["PBX-2"]
    [file] = [each for each in assessment.evidence.files if each.dataset == "inspections"]
    assert (file.records, file.invalid) == (2, 1)
    assert not assessment.gate.passed


def test_who_had_left_on_that_day(centre: Path) -> None:
    change(centre, INSPECTIONS, "2026-11-01T09", "2026-11-09T23")
    assert check(centre).controls[0].now == "pass"
    change(centre, INSPECTIONS, "2026-11-09T23:00:00+08:00", "2026-11-09T16:00:00+00:00")
    assert problems(check(centre)) == [("EM-1", "EV331", f"{INSPECTIONS}:3")]


def test_an_invalid_record_that_is_only_referred_to_is_told(centre: Path) -> None:
    """Nobody else would tell of it."""
    lay(centre, {STAFF: PEOPLE + "P4,soon,\n"})
    assessment = check(centre)
    assert problems(assessment) == [("EM-1", "EV304", f"{STAFF}:4")]
    assert assessment.controls[0].now == "unknown"


def test_an_invalid_record_leaves_in_doubt_whose_it_is(centre: Path) -> None:
    """What does not name it is in no doubt; what does is invalid, and told once."""
    digest = FILES[CONTROLS].partition('{"3.1": ')[2].partition("}")[0]
    lay(centre, {CONTROLS: FILES[CONTROLS] + ROSTER.replace("DIGEST", digest)})
    lay(centre, {STAFF: PEOPLE + "P4,soon,\n"})
    assessment = check(centre)
    assert problems(assessment) == [("ST-1", "EV304", f"{STAFF}:4")]
    assert [each.now for each in assessment.controls] == ["pass", "unknown"]
    assert problems(check(centre, controls=["EM-1"])) == []
    change(centre, INSPECTIONS, "pass,P1", "pass,P4")
    found = problems(check(centre, controls=["EM-1"]))
    assert found == [("EM-1", "EV332", f"{INSPECTIONS}:2")]


def test_a_missing_target_leaves_all_in_doubt(centre: Path) -> None:
    (centre / STAFF).unlink()
    found = [code for _, code, _ in problems(check(centre))]
    assert found == ["EV332", "EV106"]


def test_a_bundle_holds_what_is_referred_to(centre: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "b.zip"
    for options in ([], ["--control", "EM-1"]):
        for command in (["bundle", centre, "-o", bundle, *options], ["verify", bundle]):
            result = CliRunner().invoke(program, [*map(str, command), "--lang", "en"])
            assert result.exit_code == 0, result.output
        with open_archive(bundle) as file:
            assert f"repository/{STAFF}" in Archive(file).members
        bundle.unlink()


def test_earlier_evidence_is_held_to_the_roster_of_its_time(centre: Path) -> None:
    git(centre, "init", "-q", "-b", "main")
    first = commit(centre)
    change(centre, STAFF, "P2,2024-01-01", "P5,2024-01-01")
    commit(centre)
    assert check(centre).controls[0].now == "unknown"
    assert check(centre, known_at=first).controls[0].now == "pass"


TEST = """\
tests:
  - name: inspected in time
    control: EM-1
    as_of: "2026-11-20"
    given:
      assets: [{asset_id: A1, commissioned_on: "2026-10-01"}]
      inspections:
        - {asset_id: A1, performed_at: "2026-11-01T09:00:00+08:00", result: pass, technician: P1}
      STAFF
    expect: {now: pass}
"""
GIVEN = {
    "": (True, []),
    "staff: []": (False, ["EV330", "EV101"]),
    'staff: [{person_id: P1, hired_on: "2026-11-01"}]': (True, []),
    'staff: [{person_id: P1, hired_on: "2026-11-02"}]': (False, ["EV331"]),
}


@pytest.mark.parametrize("staff", GIVEN)
def test_a_policy_test_is_judged_by_the_targets_that_it_gives(centre: Path, staff: str) -> None:
    passed, codes = GIVEN[staff]
    lay(centre, {"policy/tests/1.yaml": TEST.replace("STAFF", staff)})
    [ran] = ccpolicy.load(centre).test()
    assert (ran.passed, [each.code for each in ran.problems]) == (passed, codes)
