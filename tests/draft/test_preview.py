"""What `preview` shows of evidence, and what it says is refused."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from ccpolicy.assessment.preview import Preview
from ccpolicy.policy.schemas import schema_text
from cli.conftest import Run
from message_text import coded
from small_centre import INSPECTIONS, change

ROSTER = """\
id: roster
title: {en: Roster, zh: 值班表}
owner: facilities
files: roster/*.csv
format: csv
key: [person, day]
retention: 1 year
reshape:
  columns: [person, "1", "2"]
  query: SELECT place, person, d AS day, v AS shift FROM rows UNPIVOT (v FOR d IN ("1", "2"))
record:
  type: object
  additionalProperties: false
  required: [person, day, shift]
  properties:
    person: {type: string}
    day: {type: integer}
    shift: {type: string, enum: [early, late]}
"""


def test_rows_with_places_and_what_is_refused(run: Run, centre: Path) -> None:
    with (centre / INSPECTIONS).open("a", encoding="utf-8") as file:
        file.write("PBX-1,2026-11-12,pass\nPBX-2,2026-11-13T09:00:00+08:00,\x1b]0;x\x07\n")
    result = run("preview", INSPECTIONS, centre, COLUMNS="120")
    assert result.exit_code == 1
    assert f"{INSPECTIONS}: 4 records, 2 refused\n" in result.stdout
    assert f"{INSPECTIONS}:2  PBX-1     2026-11-10T09:00:00+08:00  pass\n" in result.stdout
    assert f"{INSPECTIONS}:4: error: EV" in result.stdout
    assert "\x1b" not in result.stdout
    found = json.loads(run("preview", "inspections", centre, "--format", "json").stdout)
    Draft202012Validator(json.loads(schema_text("preview"))).validate(found)
    shown = Preview.model_validate(found)
    assert shown.records.count == 2
    assert [each.place for each in shown.refused] == [f"{INSPECTIONS}:4", f"{INSPECTIONS}:5"]
    assert all(each.code.startswith("EV") for each in shown.refused)


def test_csv_holds_every_value_and_no_formula(run: Run, centre: Path) -> None:
    change(centre, INSPECTIONS, "PBX-2,", "=PBX-2,")
    result = run("preview", "inspections", centre, "--format", "csv", "--limit", "1")
    rows = list(csv.DictReader(result.stdout.removeprefix("\ufeff").splitlines()))
    assert [row["asset_id"] for row in rows] == ["PBX-1"]
    result = run("preview", "inspections", centre, "--format", "csv")
    rows = list(csv.DictReader(result.stdout.removeprefix("\ufeff").splitlines()))
    assert [row["asset_id"] for row in rows] == ["PBX-1", "'=PBX-2"]
    assert rows[0]["_place"] == f"{INSPECTIONS}:2"


def test_rows_before_and_after_reshape(run: Run, centre: Path) -> None:
    (centre / "policy/datasets/roster.yaml").write_text(ROSTER, encoding="utf-8")
    (centre / "evidence/roster").mkdir()
    file = centre / "evidence/roster/2026.csv"
    file.write_text("person,1,2\nP1,early,late\nP2,early,night\n", encoding="utf-8")
    result = run("preview", file, centre, "--format", "json")
    assert result.exit_code == 1
    shown = Preview.model_validate_json(result.stdout)
    assert [table.name for table in shown.tables] == ["rows", "roster"]
    assert shown.tables[0].rows[0].values == {
        "person": "P1",
        "1": "early",
        "2": "late",
    }
    assert shown.tables[0].rows[0].place == "evidence/roster/2026.csv:2"
    assert [row.values["shift"] for row in shown.records.rows] == ["early", "late", "early"]
    assert [each.place for each in shown.refused] == ["evidence/roster/2026.csv:3"]
    assert run("preview", file, centre).exit_code == 1


@pytest.mark.parametrize(
    ("name", "code"),
    [("inspection", "US401"), ("evidence/loose.csv", "US402"), ("evidence/two.csv", "US403")],
)
def test_what_cannot_be_shown(run: Run, centre: Path, name: str, code: str) -> None:
    for file in ("loose", "two"):
        (centre / f"evidence/{file}.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    for each in ("one", "other"):
        text = (centre / "policy/datasets/assets.yaml").read_text("utf-8")
        text = text.replace("id: assets", f"id: {each}").replace("assets/*.csv", "two.csv")
        (centre / f"policy/datasets/{each}.yaml").write_text(text, encoding="utf-8")
    result = run("preview", name, centre)
    assert result.exit_code == 2
    assert f"{code} " in result.stderr
    if code == "US402":
        assert coded("US402") in result.stderr
        assert "ccpolicy draft dataset evidence/loose.csv" in result.stderr


def test_no_record_is_3(run: Run, centre: Path) -> None:
    change(
        centre,
        "policy/datasets/assets.yaml",
        "format: csv",
        "format: csv\nmay_be_empty: {en: x, zh: x}",
    )
    (centre / "evidence/assets/assets.csv").write_text(
        "asset_id,commissioned_on\n", encoding="utf-8"
    )
    assert run("preview", "assets", centre).exit_code == 3
