"""A small centre on disk: two assets, and the inspections they are owed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ccpolicy.policy.models import Clause
from ccpolicy.texts import WrittenText

CLAUSE = Clause(
    id="3.1",
    title=WrittenText({"en": "Maintenance", "zh": "设备维护"}),
    text=WrittenText({"en": "Inspect equipment regularly.", "zh": "定期巡检设备。"}),
)
CONTROLS = "policy/controls/3.yaml"
INSPECTIONS = "evidence/inspections/2026.csv"
FILES = {
    "ccpolicy.toml": (
        'as_of = "2026-11-20T18:00:00+08:00"\nas_of_reason = "The records end here."\n'
    ),
    "policy/plan.yaml": """\
id: small
title: {en: A small plan, zh: 小预案}
version: "1"
effective_on: 2026-01-01
languages: [en, zh]
zone: Asia/Shanghai
owner: manager
clauses:
  - id: "3.1"
    title: {en: Maintenance, zh: 设备维护}
    text: {en: Inspect equipment regularly., zh: 定期巡检设备。}
  - id: "9"
    title: {en: References, zh: 参考文献}
    text: {en: Two books., zh: 两本书。}
    no_control: {en: A reading list asks for nothing., zh: 书目不提出要求。}
""",
    "policy/norms.yaml": """\
norms:
  - id: monthly
    title: {en: Monthly inspection, zh: 每月巡检}
    source: Handbook, section 2
    grade: choice
    url: https://example.org/handbook
""",
    "policy/waivers.yaml": "waivers: []\n",
    CONTROLS: f"""\
controls:
  - id: EM-1
    title: {{en: Assets are inspected, zh: 设备按期巡检}}
    rule: {{en: Every asset is inspected every 30 days., zh: 每台设备每 30 天巡检一次。}}
    remediation: {{en: Inspect it., zh: 立即巡检。}}
    clauses: {{"3.1": {CLAUSE.digest}}}
    severity: high
    owner: facilities
    tags: [prevention]
    check: recurrence
    inputs:
      subjects: {{dataset: assets, key: [asset_id], starts: commissioned_on}}
      events:
        dataset: inspections
        key: [asset_id]
        starts: performed_at
        where: "result = 'pass'"
    parameters:
      every: {{value: 30 days, norm: monthly}}
""",
    "policy/datasets/assets.yaml": """\
id: assets
title: {en: Assets, zh: 设备}
owner: facilities
files: assets/*.csv
format: csv
key: [asset_id]
retention: 5 years
record:
  type: object
  additionalProperties: false
  required: [asset_id, commissioned_on]
  properties:
    asset_id: {type: string}
    commissioned_on: {type: string, format: date}
""",
    "policy/datasets/inspections.yaml": """\
id: inspections
title: {en: Inspections, zh: 巡检}
owner: facilities
files: inspections/*.csv
format: csv
key: [asset_id, performed_at]
retention: 5 years
record:
  type: object
  additionalProperties: false
  required: [asset_id, performed_at, result]
  properties:
    asset_id: {type: string}
    performed_at: {type: string, format: date-time}
    result: {type: string, enum: [pass, fail]}
""",
    "evidence/assets/assets.csv": "asset_id,commissioned_on\nPBX-1,2026-10-01\nPBX-2,2026-10-01\n",
    INSPECTIONS: """\
asset_id,performed_at,result
PBX-1,2026-11-10T09:00:00+08:00,pass
PBX-2,2026-11-01T09:00:00+08:00,pass
""",
}
FAILING = "asset_id,performed_at,result\nPBX-1,2026-11-10T09:00:00+08:00,pass\n"
"""Inspections in which PBX-2 has none."""


def lay(folder: Path, files: Mapping[str, str] = FILES) -> Path:
    """Write the centre, or other files, into a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def change(folder: Path, name: str, old: str, new: str) -> None:
    """Change what stands in a file of the centre."""
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
