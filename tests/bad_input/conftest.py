"""A small office whose two extinguishers are inspected, and ways to spoil its files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ccpolicy.cli.program import program
from message_text import said_in

CONTROLS = "policy/controls/fire.yaml"
ROSTER_POLICY = "policy/datasets/extinguishers.yaml"
EVENTS_POLICY = "policy/datasets/inspections.yaml"
ROSTER = "evidence/extinguishers.csv"
EVENTS = "evidence/inspections.csv"
FILES = {
    "ccpolicy.toml": 'as_of = "2026-03-31T18:00:00+08:00"\nas_of_reason = "A sample."\n',
    "policy/plan.yaml": """\
id: office
title: {en: Fire plan of an office, zh: 办公室消防预案}
version: "1"
effective_on: 2026-01-01
languages: [en, zh]
zone: Asia/Shanghai
owner: manager
clauses:
  - id: "1"
    title: {en: Extinguishers, zh: 灭火器}
    text: {en: Extinguishers are inspected every month., zh: 灭火器每月检查一次。}
""",
    "policy/norms.yaml": """\
norms:
  - id: monthly
    title: {en: Monthly inspection, zh: 每月检查}
    source: Choice of this office
    grade: choice
""",
    "policy/waivers.yaml": "waivers: []\n",
    CONTROLS: """\
controls:
  - id: FIRE-1
    title: {en: Extinguishers inspected, zh: 灭火器按期检查}
    rule: {en: Each one is inspected every 40 days., zh: 每具灭火器每 40 天检查一次。}
    remediation: {en: Inspect it., zh: 立即检查。}
    clauses: {"1": 0e54d29520d2}
    severity: high
    owner: manager
    check: recurrence
    inputs:
      subjects: {dataset: extinguishers, key: [unit], starts: installed_on}
      events:
        dataset: inspections
        key: [unit]
        starts: inspected_at
        where: "result = 'pass'"
    parameters:
      every: {value: 40 days, norm: monthly}
""",
    ROSTER_POLICY: """\
id: extinguishers
title: {en: Extinguishers, zh: 灭火器}
owner: manager
files: extinguishers.csv
format: csv
key: [unit]
retention: 5 years
record:
  type: object
  additionalProperties: false
  required: [unit, installed_on]
  properties:
    unit: {type: string}
    installed_on: {type: string, format: date}
""",
    EVENTS_POLICY: """\
id: inspections
title: {en: Inspections, zh: 检查}
owner: manager
files: inspections.csv
format: csv
key: [unit, inspected_at]
retention: 5 years
record:
  type: object
  additionalProperties: false
  required: [unit, inspected_at, result]
  properties:
    unit: {type: string}
    inspected_at: {type: string, format: date-time}
    result: {type: string, enum: [pass, fail]}
    note: {type: string}
""",
    ROSTER: "unit,installed_on\nE1,2026-02-01\nE2,2026-02-01\n",
    EVENTS: """\
unit,inspected_at,result,note
E1,2026-03-02T09:00:00+08:00,pass,
E2,2026-03-03T09:00:00+08:00,pass,
""",
}
FORBIDDEN = ("Traceback", "defect", "缺陷")


@dataclass(frozen=True)
class Office:
    """A policy repository, and the program run on it as a person runs it."""

    root: Path

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file of the office."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def change(self, name: str, old: str, new: str) -> None:
        """Change what stands in a file, once."""
        before = (self.root / name).read_text("utf-8")
        assert before.count(old) == 1, (name, old)
        self.write(name, before.replace(old, new))

    def run(self, *arguments: str | Path, path: Path | None = None) -> Result:
        """Run a command, and hold it to what is so for every input: no trace of a defect."""
        command, *rest = map(str, arguments or ("check",))
        result = CliRunner().invoke(
            program, [command, str(path or self.root), *rest], prog_name="ccpolicy"
        )
        for word in FORBIDDEN:
            assert word not in result.output, result.output
        assert isinstance(result.exception, SystemExit | None)
        return result

    def passes(self) -> None:
        """Expect that all is well."""
        result = self.run("check", "--format", "json")
        assert (result.exit_code, json.loads(result.stdout)["tally"]["pass"]) == (0, 1)
        assert self.run("lint").exit_code == 0

    def refuses(self, *said: str, path: Path | None = None) -> str:
        """Expect that the policy is refused: 2, nothing assessed, and each saying is there."""
        stderr = self.run("lint", path=path).stderr
        assert stderr == self.stops(*said, path=path)
        return stderr

    def stops(self, *said: str, path: Path | None = None) -> str:
        """Expect that nothing is judged, as with `refuses`, though the policy by itself is fine."""
        text = self.run("check", path=path)
        machine = self.run("check", "--format", "json", path=path)
        for result in (text, machine):
            assert (result.exit_code, result.stdout) == (2, ""), result.output
        assert text.stderr == machine.stderr
        for each in said:
            assert said_in(each, text.stderr), text.stderr
        return text.stderr

    def doubts(self, *said: str) -> str:
        """Expect that the evidence is not believed: `unknown` now and for the period, and 1."""
        report = self.root.with_name("doubted.json")
        result = self.run("check", "-v", "--report", f"json={report}")
        assert result.exit_code == 1, result.output
        document = json.loads(report.read_bytes())
        report.unlink()
        assert not document["gate"]["passed"]
        [control] = document["controls"]
        assert (control["now"], control["period"]) == ("unknown", "unknown"), control
        for each in said:
            assert said_in(packed(each), packed(result.stdout)), result.stdout
        return result.stdout


def packed(text: str) -> str:
    """Leave out white space, in which a page may be broken anywhere, and the level."""
    found = "".join(text.split())
    for level in ("error:", "错误："):
        found = found.replace(f":{level}", ":")
    return found


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Speak English on a terminal that says nothing of itself."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANGUAGE", "NO_COLOR", "CCPOLICY_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "120")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An office in which all is well."""
    office = Office(tmp_path / "office")
    for name, text in FILES.items():
        office.write(name, text)
    return office
