"""References between tables in place, and between these and files, as between files alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pytest

from engines.warehouse import INSPECTIONS_YAML, OPS, fill, same_in_place, with_source, with_store
from postgres_server import Server
from small_centre import change, lay

STAFF_YAML = """\
id: staff
title: {en: Staff, zh: 人员}
owner: facilities
files: staff/*.csv
format: csv
key: [person_id]
retention: 5 years
record:
  type: object
  additionalProperties: false
  required: [person_id, hired_on]
  properties:
    person_id: {type: string}
    hired_on: {type: string, format: date}
    left_on: {type: string, format: date}
    boss: {type: string}
references:
  boss: {dataset: staff, key: person_id}
"""
REFERENCES = """\
references:
  asset_id: {dataset: assets, key: asset_id, during: [commissioned_on], at: performed_at}
  technician: {dataset: staff, key: person_id, during: [hired_on, left_on], at: performed_at}
key:"""
STAFF = [
    ("P-1", "2026-01-01", "", ""),
    ("P-2", "2026-01-01", "2026-11-09", "P-1"),
    ("P-3", "2026-11-12", "", "P-2"),
    ("P-4", "2026-01-01", "", "P-9"),
    ("P-5", "2026-01-01", "", "P-4"),
    ("P-6", "2026-01-01", "", "P-5"),
    ("P-06", "2026-01-01", "", "P-06"),
]
ASSETS = [("PBX-1", "2026-10-01"), ("PBX-2", "2026-11-05"), ("é", "2026-10-01")]
TIMES = ["2026-11-09T23:59:59+08:00", "2026-11-10T00:00:00+08:00", "2026-11-12T00:00:00+08:00"]
PEOPLE = (
    *("P-1", "P-2", "P-2", "P-3", "P-3", "P-3", "P-4", "P-6", "P-06", "P-6 ", "", "P-8"),
    *("P-1", "P-1"),
)
INSPECTIONS = [
    (asset, time, "pass", person)
    for (asset, time), person in zip(
        [*product(["PBX-1", "PBX-2", "é", "PBX-9"], TIMES), *product(["pbx-1"], TIMES[:2])],
        PEOPLE,
        strict=True,
    )
]
TABLES: dict[str, tuple[str, Sequence[tuple[str, ...]]]] = {
    "assets": ("asset_id text, commissioned_on date", ASSETS),
    "staff": ("person_id text, hired_on date, left_on date, boss text", STAFF),
    "inspections": (
        "asset_id text, performed_at timestamptz, result text, technician text",
        INSPECTIONS,
    ),
}


def lay_registers(folder: Path) -> None:
    lay(folder)
    with_store(folder)
    (folder / "policy/datasets/staff.yaml").write_text(STAFF_YAML, "utf-8")
    change(folder, INSPECTIONS_YAML, "key:", REFERENCES)
    change(
        folder,
        INSPECTIONS_YAML,
        "  properties:\n",
        "  properties:\n    technician: {type: string}\n",
    )
    paths = {"assets": "assets/assets", "staff": "staff/staff", "inspections": "inspections/2026"}
    for name, (columns, rows) in TABLES.items():
        names = [each.split()[0] for each in columns.split(", ")]
        path = folder / f"evidence/{paths[name]}.csv"
        path.parent.mkdir(exist_ok=True)
        lines = [",".join(each) for each in [names, *rows]]
        path.write_text("\n".join(lines) + "\n", "utf-8")


@pytest.mark.parametrize(
    "in_place",
    [
        *(("assets",), ("staff",), ("inspections",), ("assets", "staff")),
        *(("staff", "inspections"), ("assets", "inspections"), ("assets", "inspections", "staff")),
    ],
    ids="+".join,
)
def test_references_are_asked_where_the_rows_lie(
    in_place: tuple[str, ...], tmp_path: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_registers(tmp_path)
    postgres.run(OPS)
    for name in in_place:
        columns, rows = TABLES[name]
        fill(postgres, name, columns, "".join(",".join(each) + "\n" for each in rows))
        with_source(tmp_path, name)
        for path in (tmp_path / f"evidence/{name}").iterdir():
            path.unlink()
    found = same_in_place(tmp_path, monkeypatch)
    codes = {each["code"] for each in found["controls"][0]["problems"]}
    invalid = {each["dataset"]: each["invalid"] for each in found["evidence"]["files"]}
    assert len(codes) > 2
    assert invalid["staff"] == 3
    assert 6 < invalid["inspections"] < 14
