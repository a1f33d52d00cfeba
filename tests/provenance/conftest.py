"""A centre whose records lie in a real git repository, with a history of its own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

import ccpolicy
from ccpolicy.assessment.models import Assessment, Control
from ccpolicy.policy.models import Clause
from ccpolicy.texts import WrittenText
from git_command import copied, git
from small_centre import lay

CLAUSE = Clause(
    id="1",
    title=WrittenText({"en": "Overview", "zh": "概述"}),
    text=WrittenText({"en": "Keep records.", "zh": "保存记录。"}),
)
HEAD = f"""\
    rule: {{en: As the plan says., zh: 按预案执行。}}
    remediation: {{en: Ask., zh: 询问。}}
    clauses: {{"1": {CLAUSE.digest}}}
    severity: high
    owner: internal audit
    may_be_empty: {{en: Nothing so far., zh: 暂无。}}
"""
FILES = {
    "ccpolicy.toml": "",
    "policy/plan.yaml": """\
id: small
title: {en: A small plan, zh: 小预案}
version: "1"
effective_on: 2026-01-01
languages: [en, zh]
zone: Asia/Shanghai
owner: manager
clauses:
  - id: "1"
    title: {en: Overview, zh: 概述}
    text: {en: Keep records., zh: 保存记录。}
""",
    "policy/norms.yaml": "norms: []\n",
    "policy/waivers.yaml": "waivers: []\n",
    "policy/controls/1.yaml": f"""\
controls:
  - id: EM-1
    title: {{en: Inspected, zh: 按期巡检}}
{HEAD}
    check: recurrence
    inputs:
      subjects: {{dataset: assets, key: [asset_id], starts: since}}
      events: {{dataset: inspections, key: [asset_id], starts: performed_at}}
    parameters:
      every: {{value: 30 days}}
  - id: GV-2
    title: {{en: On file in time, zh: 及时归档}}
{HEAD}
    check: deadline
    inputs:
      openings:
        dataset: recordings
        key: [dataset, record, event]
        starts: happened_at
        ends: due_at
        where: due_at is not null
      closings:
        dataset: recordings
        key: [dataset, record, event]
        starts: recorded_at
        where: due_at is not null
  - id: GV-4
    title: {{en: Not changed afterwards, zh: 事后不得改动}}
{HEAD}
    check: record
    inputs:
      records:
        dataset: evidence_changes
        key: [dataset, record]
        starts: changed_at
        where: owed and changed_at is not null
        good: permitted and recorder_permitted and not with_policy
  - id: GV-5
    title: {{en: By those who may, zh: 由获授权人员归档}}
{HEAD}
    check: record
    inputs:
      records:
        dataset: recordings
        key: [dataset, record, event]
        starts: recorded_at
        where: owed and recorded_at is not null
        good: recorder_permitted
  - id: GV-6
    title: {{en: Signed, zh: 签名}}
{HEAD}
    check: record
    inputs:
      records:
        dataset: recordings
        key: [dataset, record, event]
        starts: recorded_at
        where: owed and recorded_at is not null
        good: signature_sufficient
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
  required: [asset_id, since]
  properties:
    asset_id: {type: string}
    since: {type: string, format: date}
""",
    "policy/datasets/inspections.yaml": """\
id: inspections
title: {en: Inspections, zh: 巡检}
owner: facilities
files: inspections/**/*.csv
format: csv
key: [id]
retention: 5 years
recording:
  happened: [performed_at]
  within: 7 days
  amendable: append_only
  by: ["*@centre.example"]
record:
  type: object
  additionalProperties: false
  required: [id, asset_id, performed_at]
  properties:
    id: {type: string}
    asset_id: {type: string}
    performed_at: {type: string, format: date-time}
    note: {type: string}
""",
    "evidence/assets/assets.csv": "asset_id,since\nPBX-1,2026-03-01\nPBX-2,2026-03-01\n",
}
INSPECTIONS = "evidence/inspections/2026.csv"
HEADER = "id,asset_id,performed_at,note\n"
FIRST = "I1,PBX-1,2026-03-10T09:00:00+08:00,\n"
SECOND = "I2,PBX-2,2026-03-12T09:00:00+08:00,\n"
THIRD = "I3,PBX-1,2026-04-02T09:00:00+08:00,\n"
AS_OF = "2026-04-20T12:00:00+08:00"
ROLE = "facilities@centre.example"
STRANGER = "somebody@elsewhere.example"


class Centre:
    """The centre, and what may be done to its repository."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, **files: str) -> None:
        """Write files, named by path."""
        lay(self.folder, files)

    def put(self, *rows: str, file: str = INSPECTIONS) -> None:
        """Write the inspections."""
        self.write(**{file: HEADER + "".join(rows)})

    def git(self, *arguments: str, **environment: str) -> str:
        """Run git, far from the settings of whoever runs the tests."""
        role = {
            "HOME": str(self.folder.parent),
            "GIT_AUTHOR_NAME": "facilities",
            "GIT_COMMITTER_NAME": "facilities",
            "GIT_AUTHOR_EMAIL": ROLE,
            "GIT_COMMITTER_EMAIL": ROLE,
        }
        return git(self.folder, *arguments, **role | environment)

    def commit(
        self,
        when: str,
        message: str = "Records",
        *,
        by: str = ROLE,
        authored: str = "",
        more: tuple[str, ...] = (),
    ) -> str:
        """Commit all there is, and return the commit's id."""
        self.git("add", "--all")
        self.git(
            "commit",
            "--quiet",
            "--allow-empty",
            f"--message={message}",
            *more,
            GIT_AUTHOR_DATE=authored or when,
            GIT_COMMITTER_DATE=when,
            GIT_AUTHOR_EMAIL=by,
            GIT_COMMITTER_EMAIL=by,
        )
        return self.git("rev-parse", "HEAD")

    def check(self, as_of: str | None = AS_OF, **asked: Any) -> Assessment:
        """Judge the centre."""
        request = ccpolicy.EvaluationRequest(as_of=as_of, **asked)
        return ccpolicy.load(self.folder).check(request)

    def control(self, name: str, as_of: str | None = AS_OF, **asked: Any) -> Control:
        """Judge one control."""
        result = self.check(as_of, controls=[name], **asked)
        return result.controls[0]


@pytest.fixture(scope="session")
def uncommitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The centre in a new repository: to be copied, since git takes its time."""
    if not shutil.which("git"):
        if os.environ.get("CI"):
            pytest.fail("git is missing, and nothing about provenance was tested")
        pytest.skip("git is missing: NOTHING ABOUT PROVENANCE WAS TESTED")
    centre = Centre(tmp_path_factory.mktemp("uncommitted") / "centre")
    centre.write(**FILES)
    centre.put(FIRST)
    centre.git("init", "--quiet", "--initial-branch=main")
    return centre.folder


@pytest.fixture(scope="session")
def committed(uncommitted: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The centre with a plain history: to be copied."""
    centre = Centre(copied(uncommitted, tmp_path_factory.mktemp("committed") / "centre"))
    centre.commit("2026-03-11T10:00:00+08:00")
    centre.put(FIRST, SECOND)
    centre.commit("2026-03-13T10:00:00+08:00")
    centre.put(FIRST, SECOND, THIRD)
    centre.commit("2026-04-03T10:00:00+08:00")
    return centre.folder


@pytest.fixture
def empty(uncommitted: Path, tmp_path: Path) -> Centre:
    """The centre before anything is committed."""
    return Centre(copied(uncommitted, tmp_path / "centre"))


@pytest.fixture
def centre(committed: Path, tmp_path: Path) -> Centre:
    """The centre with a plain history: every record is on file the day after it happened."""
    return Centre(copied(committed, tmp_path / "centre"))
