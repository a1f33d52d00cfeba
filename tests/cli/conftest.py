"""A small centre on disk, and the program as a person runs it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ccpolicy.cli.program import program
from ccpolicy.policy.models import Clause, Text

CLAUSE = Clause(
    id="3.1",
    title=Text(en="Maintenance", zh="设备维护"),
    text=Text(en="Inspect equipment regularly.", zh="定期巡检设备。"),
)
FILES = {
    "ccpolicy.toml": 'as_of = "2026-11-20T18:00:00+08:00"\n',
    "policy/plan.yaml": """\
id: small
title: {en: A small plan, zh: 小预案}
version: "1"
effective_on: 2026-01-01
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
    "policy/controls/3.yaml": f"""\
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
    "evidence/inspections/2026.csv": """\
asset_id,performed_at,result
PBX-1,2026-11-10T09:00:00+08:00,pass
PBX-2,2026-11-01T09:00:00+08:00,pass
""",
}
FAILING = "asset_id,performed_at,result\nPBX-1,2026-11-10T09:00:00+08:00,pass\n"

Run = Callable[..., Result]


def lay(folder: Path) -> Path:
    """Write the centre into a folder."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def centre(tmp_path: Path) -> Path:
    """A centre in which every asset is inspected."""
    return lay(tmp_path / "centre")


@pytest.fixture
def failing(centre: Path) -> Path:
    """The same, but PBX-2 was never inspected."""
    (centre / "evidence/inspections/2026.csv").write_text(FAILING, encoding="utf-8")
    return centre


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """The program, with the environment of a plain English terminal."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANGUAGE", "NO_COLOR", "COLUMNS", "CCPOLICY_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")

    def run(*arguments: str | Path, **environment: str) -> Result:
        return CliRunner().invoke(
            program, [str(each) for each in arguments], prog_name="ccpolicy", env=environment
        )

    return run
