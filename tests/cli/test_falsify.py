"""`ccpolicy test --falsify`: what turns, what does not, and what shows nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

import ccpolicy
from ccpolicy.shipped import shipped_folder
from message_text import coded
from small_centre import CLAUSE, FAILING, INSPECTIONS, change, lay

from .conftest import Run

FILE = "policy/falsify.yaml"
DATASET = "policy/datasets/inspections.yaml"
TEXT = """\
demands:
  - clause: "3.1"
    says: {en: inspect equipment, zh: 定期巡检}
    falsifications:
      - broken: {en: PBX-2 was left alone., zh: PBX-2 无人巡检。}
        turns: [EM-1]
        edits:
          - remove: {dataset: inspections, where: "asset_id = 'PBX-2'"}
"""
EDIT = "remove: {dataset: inspections, where: \"asset_id = 'PBX-2'\"}"
ONCE_MORE = "{type: string, format: date}\n    retired_on: {type: string, format: date}"
ADDED = "{asset_id: PBX-3, commissioned_on: '2026-10-01'}"


@pytest.fixture
def falsified(centre: Path) -> Path:
    (centre / FILE).write_text(TEXT, "utf-8")
    change(centre, DATASET, "enum: [pass, fail]}", "enum: [pass, fail]}\n    note: {type: string}")
    return centre


def test_a_broken_year_turns_the_control(falsified: Path, run: Run) -> None:
    result = run("test", falsified, "--falsify", "--require-all", "-v")
    assert result.exit_code == 0
    assert (
        result.stdout
        == f"""\
PASS {FILE}:5: clause 3.1, 'inspect equipment': PBX-2 was left
alone.
    EM-1: now PASS → FAIL, period FAIL → FAIL
      new lapse: PBX-2, 2026-11-01 to …
1 falsification: 1 turned their controls, 0 did not
"""
    )
    assert "PBX-2 无人巡检" in run("test", falsified, "--falsify", "-v", "--lang", "zh").stdout


@pytest.mark.parametrize(
    "edit",
    [
        "change: {dataset: inspections, during: {column: performed_at, from: 2026-11-10},"
        " set: {result: fail}}",
        "move: {dataset: inspections, columns: [performed_at], by: -30 days}",
        "move: {dataset: inspections, where: \"asset_id = 'PBX-2'\", columns: [performed_at],"
        " by: 100 hours}",
        f"add: {{dataset: assets, records: [{ADDED}]}}",
    ],
)
def test_edits(falsified: Path, run: Run, edit: str) -> None:
    change(falsified, FILE, EDIT, edit)
    result = run("test", falsified, "--falsify")
    assert result.exit_code == 0, result.output


def test_a_time_beyond_the_calendar_is_the_edits_fault(falsified: Path, run: Run) -> None:
    edit = "move: {dataset: assets, columns: [commissioned_on], by: 100 years}"
    change(falsified, FILE, EDIT, "\n          - ".join([edit] * 81))
    result = run("test", falsified, "--falsify")
    assert result.exit_code == 1
    assert f"{FILE}:87:13: US305 " in result.output


def test_one_that_the_control_does_not_notice_fails(falsified: Path, run: Run) -> None:
    edit = "change: {dataset: inspections, set: {note: Hot}}"
    change(falsified, FILE, EDIT, edit)
    result = run("test", falsified, "--falsify")
    assert result.exit_code == 1
    assert "no new lapse: the control did not turn" in result.stdout


@pytest.mark.parametrize(
    "edit",
    [
        "change: {dataset: inspections, set: {result: pass}}",
        "change: {dataset: inspections, take: {note: note}}",
        "move: {dataset: assets, columns: [commissioned_on], by: 2 hours}",
        "move: {dataset: assets, columns: [retired_on], by: 2 days}",
        EDIT,
        "change: {dataset: inspections, where: \"asset_id = 'PBX-2'\", set: {result: fail}}",
    ],
)
def test_an_edit_that_changes_nothing_fails_beside_one_that_does(
    falsified: Path, run: Run, edit: str
) -> None:
    change(falsified, FILE, EDIT, f"{EDIT}\n          - {edit}")
    assets = "policy/datasets/assets.yaml"
    change(falsified, assets, "{type: string, format: date}", ONCE_MORE)
    result = run("test", falsified, "--falsify")
    assert result.exit_code == 1, result.output
    assert f"{FILE}:9:13: PL928 " in result.stdout


def test_another_name_for_a_subject_shows_nothing(falsified: Path, run: Run) -> None:
    edit = "change: {dataset: %s, where: \"asset_id = 'PBX-2'\", set: {asset_id: PBX-9}}"
    change(falsified, FILE, EDIT, f"{edit % 'assets'}\n          - {edit % 'inspections'}")
    result = run("test", falsified, "--falsify")
    assert result.exit_code == 1
    assert "no new lapse: the control did not turn" in result.stdout


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('clause: "3.1"', 'clause: "3.9"', "PL202"),
        ("says: {en: inspect", "says: {en: repair", "PL860"),
        ("    falsifications:", "    none: {en: why, zh: 无}\n    falsifications:", "PL861"),
        ("turns: [EM-1]", "turns: [EM-9]", "PL201"),
        ("dataset: inspections", "dataset: inspection", "PL208"),
        ("asset_id = 'PBX-2'", "asset = 'PBX-2'", "PL204"),
        ("asset_id = 'PBX-2'", "asset_id = 2", "PL"),
        ("asset_id = 'PBX-2'", "result = 'passed'", "PL"),
        ("asset_id = 'PBX-2'", "(select 1)", "PL"),
        (EDIT, "change: {dataset: inspections, set: {state: fail}}", "PL204"),
        (EDIT, "change: {dataset: inspections, take: {note: state}}", "PL204"),
        (EDIT, "change: {dataset: inspections}", "PL873"),
        (
            EDIT,
            "change: {dataset: inspections, set: {note: a}, take: {note: asset_id}}",
            "PL930",
        ),
        (EDIT, "move: {dataset: inspections, columns: [result], by: 1 day}", "PL215"),
        (EDIT, "move: {dataset: assets, columns: [commissioned_on], by: 2 business days}", "PL872"),
        (EDIT, "remove: {dataset: assets, during: {column: asset_id}}", "PL215"),
        (EDIT, "add: {dataset: assets, records: [{asset: PBX-3}]}", "PL204"),
        (EDIT, EDIT + "\n            " + EDIT.replace("remove", "remov"), "FI303"),
        (EDIT, EDIT + f"\n            add: {{dataset: assets, records: [{ADDED}]}}", "PL862"),
    ],
)
def test_mistakes(falsified: Path, run: Run, old: str, new: str, code: str) -> None:
    change(falsified, FILE, old, new)
    result = run("test", falsified, "--falsify")
    assert result.exit_code == 2
    assert f"{FILE}:" in result.output
    assert f"error: {code}" in result.output


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (EDIT.replace("PBX-2", "PBX-7"), "PL866"),
        (
            "remove: {dataset: inspections, during: {column: performed_at, until: 2026-10-31}}",
            "PL866",
        ),
        ("remove: {dataset: inspections, where: \"note = 'bad'\"}", "PL867"),
        ("change: {dataset: inspections, set: {result: broken}}", "PL870"),
        (
            "change: {dataset: inspections, set: {result: broken}}\n        invalid: [EV330]",
            "PL961",
        ),
        (
            "change: {dataset: inspections, set: {result: broken}}\n"
            "        invalid: [EV318, EV330]",
            "PL961",
        ),
        (f"{EDIT}\n        invalid: [EV318]", "PL871"),
    ],
)
def test_what_shows_nothing_fails(falsified: Path, run: Run, edit: str, code: str) -> None:
    change(falsified, FILE, EDIT, edit)
    result = run("test", falsified, "--falsify")
    assert result.exit_code == 1
    assert f" {code} " in result.stdout.replace("\n    ", " ")


@pytest.mark.parametrize(
    ("records", "code"), [(FAILING, "PL869"), (FAILING + "PBX-2,soon,pass\n", "PL868")]
)
def test_on_evidence_that_fails_or_is_invalid_nothing_is_shown(
    falsified: Path, run: Run, records: str, code: str
) -> None:
    (falsified / INSPECTIONS).write_text(records, "utf-8")
    change(falsified, FILE, "PBX-2'", "PBX-1'")
    result = run("test", falsified, "--falsify")
    assert result.exit_code == 1
    assert f"{code} " in result.stdout


def test_a_record_that_is_refused_may_be_the_point(falsified: Path, run: Run) -> None:
    edit = "change: {dataset: inspections, set: {result: broken}}\n        invalid: [EV318]"
    change(falsified, FILE, EDIT, edit)
    result = run("test", falsified, "--falsify", "-v")
    assert result.exit_code == 0
    assert "now PASS → UNKNOWN" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["-k", "LEFT"], 0), (["-k", "nothing"], 3), (["--control", "EM-1"], 0)],
)
def test_choice(falsified: Path, run: Run, arguments: list[str], code: int) -> None:
    assert run("test", falsified, "--falsify", *arguments).exit_code == code


def test_what_nothing_falsifies(falsified: Path, run: Run) -> None:
    assert run("lint", falsified).exit_code == 0
    start = TEXT.index("    falsifications:")
    change(falsified, FILE, TEXT[start:], "")
    for command in (["lint"], ["test", "--falsify"]):
        result = run(command[0], falsified, *command[1:])
        assert coded("LN331", "inspect equipment") in result.output
        assert coded("LN332", "EM-1") in result.output
    (falsified / FILE).unlink()
    assert run("test", falsified, "--falsify").exit_code == 3


def test_everything_can_be_required(falsified: Path, run: Run) -> None:
    with (falsified / FILE).open("a", encoding="utf-8") as file:
        file.write('  - {clause: "3.1", says: {en: regularly, zh: 设备}}\n')
    assert run("test", falsified, "--falsify").exit_code == 0
    assert run("test", falsified, "--falsify", "--require-all").exit_code == 1


def test_explain_names_them(falsified: Path, run: Run) -> None:
    assert "PBX-2 was left alone." in run("explain", "EM-1", falsified).stdout


def test_every_control_of_the_shipped_plan_is_falsified() -> None:
    repository = ccpolicy.load(shipped_folder())
    assert repository.doubtful_demands() == []
    [*tried] = repository.falsify(["IR-6", "DR-6"])
    assert tried
    assert all(each.passed for each in tried)


SCANS = {
    "policy/datasets/scans.yaml": """\
id: scans
title: {en: Scans, zh: 扫描}
owner: security
files: scans/*.json
format: json
key: [scan_id]
retention: 5 years
children:
  findings: {path: findings, key: [finding_id]}
record:
  type: object
  additionalProperties: false
  required: [scan_id]
  properties:
    scan_id: {type: string}
    note: {type: string}
    findings:
      type: array
      items:
        type: object
        additionalProperties: false
        required: [finding_id, found_on]
        properties:
          finding_id: {type: string}
          found_on: {type: string, format: date}
          fixed_on: {type: string, format: date}
""",
    "policy/controls/4.yaml": f"""\
controls:
  - id: NS-1
    title: {{en: Findings are fixed, zh: 漏洞已修复}}
    rule: {{en: Within 30 days., zh: 30 天内。}}
    remediation: {{en: Fix it., zh: 修复。}}
    clauses: {{"3.1": {CLAUSE.digest}}}
    severity: high
    owner: security
    check: deadline
    inputs:
      openings: {{dataset: scans.findings, key: [finding_id], starts: found_on}}
      closings: {{dataset: scans.findings, key: [finding_id], starts: fixed_on}}
    parameters:
      limit: {{value: 30 days, norm: monthly}}
""",
    "evidence/scans/2026.json": """\
[{"scan_id": "S1", "findings": [
  {"finding_id": "F1", "found_on": "2026-10-01", "fixed_on": "2026-10-09"}]}]
""",
}


@pytest.fixture
def nested(falsified: Path) -> Path:
    """The same, with findings that are nested in scans; an edit leaves them unfixed."""
    lay(falsified, SCANS)
    edit = "change: {dataset: scans.findings, set: {fixed_on: null}}"
    change(falsified, FILE, EDIT, edit)
    change(falsified, FILE, "[EM-1]", "[NS-1]")
    return falsified


def test_edit_of_nested_records(nested: Path, run: Run) -> None:
    assert run("test", nested, "--falsify").exit_code == 0


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        ("change: {dataset: scans, set: {findings: []}}", "PL929"),
        ("change: {dataset: scans, set: {findings: null}}", "PL929"),
        ("change: {dataset: scans, take: {findings: note}}", "PL929"),
        ("change: {dataset: scans, take: {note: findings}}", "PL929"),
        ("add: {dataset: scans, records: [{scan_id: S2, findings: 5}]}", "FI308"),
        (
            "add: {dataset: scans.findings, records:"
            " [{scan_id: null, finding_id: F2, found_on: '2026-01-01'}]}",
            "PL864",
        ),
    ],
)
def test_mistakes_with_nested_records(nested: Path, run: Run, edit: str, code: str) -> None:
    change(nested, FILE, "change: {dataset: scans.findings, set: {fixed_on: null}}", edit)
    result = run("test", nested, "--falsify")
    assert result.exit_code == 2
    assert f"error: {code} " in result.output


def test_what_is_nested_in_a_removed_record_is_gone_too(nested: Path, run: Run) -> None:
    change(nested, FILE, "- change:", "- remove: {dataset: scans}\n          - change:")
    result = run("test", nested, "--falsify")
    assert result.exit_code == 1
    assert f"{FILE}:9:13: PL928 " in result.stdout
