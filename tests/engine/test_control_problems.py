"""Evidence that is not believed makes every control unknown that rests on it, however remotely."""

from __future__ import annotations

from pathlib import Path

import pytest

import ccpolicy
from small_centre import CONTROLS, FILES, lay

ASSETS = "policy/datasets/assets.yaml"
REGIONS = "evidence/regions.csv"
HEAD = """\
title: {en: A place, zh: 地点}
owner: facilities
format: csv
retention: 5 years
"""
CHAIN = {
    CONTROLS: FILES[CONTROLS].replace(
        "starts: commissioned_on}", "starts: commissioned_on, where: \"state = 'open'\"}"
    ),
    ASSETS: FILES[ASSETS]
    + "    site_id: {type: string}\n"
    + "lookups: {state: {dataset: sites, key: [site_id], column: state}}\n",
    "policy/datasets/sites.yaml": f"""\
id: sites
{HEAD}files: sites.csv
key: [site_id]
lookups: {{state: {{dataset: regions, key: [region_id], column: state}}}}
record:
  type: object
  properties:
    site_id: {{type: string}}
    region_id: {{type: string}}
""",
    "policy/datasets/regions.yaml": f"""\
id: regions
{HEAD}files: regions.csv
key: [region_id]
record:
  type: object
  properties:
    region_id: {{type: string}}
    state: {{type: string, enum: [open, closed]}}
""",
    "evidence/assets/assets.csv": "asset_id,commissioned_on,site_id\nPBX-1,2026-10-01,S\n",
    "evidence/inspections/2026.csv": FILES["evidence/inspections/2026.csv"].replace(
        "PBX-2,2026-11-01", "PBX-1,2026-11-01"
    ),
    "evidence/sites.csv": "site_id,region_id\nS,R\n",
    REGIONS: "region_id,state\nR,open\n",
}


def test_what_is_looked_up_through_another_dataset(tmp_path: Path) -> None:
    """An asset counts by the state of its site's region: three datasets, one behind the other."""
    centre = lay(lay(tmp_path), CHAIN)
    [control] = ccpolicy.load(centre).check().controls
    assert (control.now, control.subjects.total, control.problems) == ("pass", 1, [])
    lay(centre, {REGIONS: "region_id,state\nR,open\nQ,ajar\n"})
    [control] = ccpolicy.load(centre).check().controls
    assert (control.now, control.period) == ("unknown", "unknown")
    [problem] = control.problems
    assert (problem.dataset, problem.locator) == ("regions", f"{REGIONS}:3")
    assert problem.field == "state"


HEADED = {
    ASSETS: FILES[ASSETS].replace("[asset_id, commissioned_on]", "[asset_id]")
    + "columns: {asset_id: 编号, commissioned_on: 启用日期}\n"
}
"""Assets whose file has Chinese headings, and may leave out the day from which they are owed."""


@pytest.mark.parametrize(
    ("rows", "code", "field"),
    [
        ("PBX-1,2026-13-01\n", "EV304", "启用日期"),
        ("PBX-1,2026-10-01\nPBX-1,2026-10-02\n", "EV309", "编号"),
        ("PBX-1,\n", "EV404", "启用日期"),
        ("PBX-1,2026-10-01,x\n", "EV206", None),
    ],
)
def test_field_at_fault_has_the_name_that_the_file_has(
    rows: str, code: str, field: str | None, tmp_path: Path
) -> None:
    centre = lay(lay(tmp_path), {**HEADED, "evidence/assets/assets.csv": f"编号,启用日期\n{rows}"})
    [control] = ccpolicy.load(centre).check().controls
    assert [(each.code, each.field) for each in control.problems][:1] == [(code, field)]
