"""A service desk on disk: tickets that are owed an answer within business hours."""

from __future__ import annotations

from pathlib import Path

import ccpolicy
from ccpolicy.assessment.models import Control
from ccpolicy.policy.models import Clause
from ccpolicy.texts import WrittenText

TEXT = WrittenText({"en": "Answer them.", "zh": "按时答复。"})
CLAUSE = Clause(id="1", title=WrittenText({"en": "Tickets", "zh": "工单"}), text=TEXT)
WEEK = "hours: {monday: [&], tuesday: [&], wednesday: [&], thursday: [&], friday: [&]}"
FILES = {
    "ccpolicy.toml": 'as_of = "2026-03-10T18:00:00+08:00"\n',
    "policy/plan.yaml": f"""\
id: desk
title: {{en: Service desk, zh: 服务台}}
version: "1"
effective_on: 2026-01-01
languages: [en, zh]
zone: Asia/Shanghai
calendar: shanghai
owner: manager
clauses:
  - id: "1"
    title: {{en: {CLAUSE.title.text("en")}, zh: {CLAUSE.title.text("zh")}}}
    text: {{en: {TEXT.text("en")}, zh: {TEXT.text("zh")}}}
""",
    "policy/norms.yaml": "norms: []\n",
    "policy/waivers.yaml": "waivers: []\n",
    "policy/calendars.yaml": f"""\
calendars:
  - id: shanghai
    weekend: [saturday, sunday]
    holidays: CN
    {WEEK.replace("&", "09:00-12:00, 13:00-18:00")}
  - id: new-york
    zone: America/New_York
    weekend: [saturday, sunday]
    holidays: US
    {WEEK.replace("&", "09:00-17:00")}
""",
    "policy/controls/desk.yaml": f"""\
controls:
  - id: SD-1
    title: {{en: Tickets are answered, zh: 工单按时答复}}
    rule: {{en: Each in time., zh: 按时答复。}}
    remediation: {{en: Answer it., zh: 立即答复。}}
    clauses: {{"1": {CLAUSE.digest}}}
    severity: high
    owner: manager
    check: deadline
    inputs:
      openings: {{dataset: tickets, key: [ticket], starts: opened_at}}
      closings: {{dataset: tickets, key: [ticket], starts: answered_at}}
    parameters:
      limit: {{value: 4 business hours}}
""",
    "policy/datasets/tickets.yaml": """\
id: tickets
title: {en: Tickets, zh: 工单}
owner: manager
files: tickets.csv
format: csv
key: [ticket]
retention: 5 years
record:
  type: object
  required: [ticket, opened_at]
  properties:
    ticket: {type: string}
    site: {type: string}
    opened_at: {type: string, format: date-time}
    answered_at: {type: string, format: date-time}
""",
}


def write_desk(root: Path) -> None:
    """Write its policy; the evidence comes with what is judged."""
    for name, text in FILES.items():
        write(root, name, text)


def write(root: Path, name: str, text: str) -> None:
    """Write a file below the desk's folder."""
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, "utf-8")


def change(desk: Path, name: str, old: str, new: str) -> None:
    """Change a file of the policy."""
    text = (desk / name).read_text("utf-8")
    assert old in text
    (desk / name).write_text(text.replace(old, new), "utf-8")


def judged(desk: Path, *tickets: str, as_of: str | None = None) -> Control:
    """Judge some tickets: `ticket,site,opened_at,answered_at`."""
    lines = "\n".join(("ticket,site,opened_at,answered_at", *tickets))
    write(desk, "evidence/tickets.csv", f"{lines}\n")
    request = ccpolicy.EvaluationRequest(as_of=as_of)
    [control] = ccpolicy.load(desk).check(request).controls
    return control


def lapses(control: Control) -> list[tuple[str, str]]:
    """Return the subjects that lapsed, and since when."""
    return [(each.subject, each.starts) for each in control.lapses]
