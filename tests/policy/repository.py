"""A small centre, kept in git."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

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


CONTROLS = "policy/controls/3.yaml"
INSPECTIONS = "evidence/inspections/2026.csv"


def lay(folder: Path) -> Path:
    """Write the centre into a folder."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def git(folder: Path, *arguments: str) -> str:
    """Run git as nobody in particular, whatever the machine is set to."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_AUTHOR_NAME": "clerk",
        "GIT_AUTHOR_EMAIL": "clerk@example.org",
        "GIT_COMMITTER_NAME": "clerk",
        "GIT_COMMITTER_EMAIL": "clerk@example.org",
    }
    command = ["git", "-c", "protocol.file.allow=always", "-C", str(folder), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def commit(folder: Path) -> str:
    """Commit all that is there, and return the commit's id."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "as it is")
    return git(folder, "rev-parse", "HEAD")


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
